{#-
    P(Z <= z) of the standard normal distribution, as neither DuckDB nor Spark has it: Hart's rational approximation
    (Computer Approximations, 1968, no. 5666) in the form of G. West, "Better approximations to cumulative normal
    functions", Wilmott 2005; beyond 4 the continued fraction 26.2.14 of Abramowitz & Stegun. In the lower tail, where
    p-values are, it is right to 1e-12 of itself: ask for normal_cdf('(-abs(z))'). It stands here often: name a column.
-#}
{% macro normal_cdf(z) -%}
    {%- set size = 'abs(' ~ z ~ ')' -%}
    {%- set above = polynomial([
        '3.52624965998911e-02', '7.00383064443688e-01', '6.37396220353165e+00', '3.3912866078383e+01',
        '1.12079291497871e+02', '2.21213596169931e+02', '2.20206867912376e+02'
    ], size) -%}
    {%- set below = polynomial([
        '8.83883476483184e-02', '1.75566716318264e+00', '1.6064177579207e+01', '8.67807322029461e+01',
        '2.96564248779674e+02', '6.37333633378831e+02', '7.93826512519948e+02', '4.40413735824752e+02'
    ], size) -%}
    {%- set fraction = namespace(sql=size) -%}
    {%- for depth in range(30, 0, -1) -%}
        {%- set fraction.sql = '(' ~ size ~ ' + ' ~ depth ~ ' / ' ~ fraction.sql ~ ')' -%}
    {%- endfor -%}
    {%- set tail -%}
        exp(-{{ z }} * {{ z }} / 2e+00) * case
            when {{ size }} < 4e+00 then {{ above }} / {{ below }}
            else 3.9894228040143268e-01 / {{ fraction.sql }}
        end
    {%- endset -%}
    case when {{ z }} > 0 then 1 - {{ tail }} else {{ tail }} end
{%- endmacro %}
