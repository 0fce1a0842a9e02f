{#-
    P(X >= statistic) of a chi-square distribution with a whole number of degrees of freedom, 1 to 9: the finite sums of
    Abramowitz & Stegun 26.4.4 (odd) and 26.4.5 (even). Name columns, they stand here often.
-#}
{% macro chi_square_tail(statistic, degrees) -%}
    {%- set terms = {'odd': ['0e+00'], 'even': ['1e+00']} -%}
    {%- set divisor = namespace(odd=1, even=1) -%}
    {%- for r in range(1, 5) -%}
        {%- set divisor.odd = divisor.odd * (2 * r - 1) -%}
        {%- set divisor.even = divisor.even * 2 * r -%}
        {%- do terms.odd.append(
            'case when ' ~ degrees ~ ' > ' ~ 2 * r ~ ' then power(sqrt(' ~ statistic ~ '), ' ~ (2 * r - 1) ~ ') / ' ~ divisor.odd
            ~ ' else 0 end'
        ) -%}
        {%- do terms.even.append(
            'case when ' ~ degrees ~ ' > ' ~ (2 * r + 1) ~ ' then power(' ~ statistic ~ ', ' ~ r ~ ') / ' ~ divisor.even
            ~ ' else 0 end'
        ) -%}
    {%- endfor -%}
    case
        when {{ degrees }} = 2 * floor({{ degrees }} / 2e+00)
            then exp(-{{ statistic }} / 2e+00) * ({{ terms.even | join(' + ') }})
        else
            2 * ({{ normal_cdf('(-sqrt(' ~ statistic ~ '))') }})
            + exp(-{{ statistic }} / 2e+00) * 7.9788456080286536e-01 * ({{ terms.odd | join(' + ') }})
    end
{%- endmacro %}
