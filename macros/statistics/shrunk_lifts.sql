{#-
    A query: of each row of `relation` the lift, observed over foretold, shrunk to 1, with its error and the share that
    its own have in it. True lifts are taken for gamma with mean 1 and variance `spread`, counts for Poisson:
    (observed - foretold)² then comes to variance + spread × foretold², which gives the spread by moments, from 0 to
    `largest_spread`. `variance` is that of `observed` where all lifts are 1; without weights it is `foretold`.
-#}
{% macro shrunk_lifts(relation, columns, largest_spread) -%}
    {%- set known = 'coalesce(' ~ relation ~ '.foretold * ' ~ relation ~ '.foretold / nullif(' ~ relation ~ '.variance, 0), 0)' -%}
    {%- set learned = known ~ ' * spreads.spread / (1 + ' ~ known ~ ' * spreads.spread)' -%}
    {%- set lift = '(1 + ' ~ learned ~ ' * coalesce(' ~ relation ~ '.observed / nullif(' ~ relation ~ '.foretold, 0) - 1, 0))' -%}
    select
        {% for column in columns %}
            {{ relation }}.{{ column }},
        {% endfor %}
        {{ lift }} as lift,
        sqrt({{ lift }} * spreads.spread / (1 + {{ known }} * spreads.spread)) as lift_error,
        {{ learned }} as learned_share
    from {{ relation }}
    cross join (
        select
            least(greatest(round(
                coalesce(sum(power(observed - foretold, 2) - variance) / nullif(sum(power(foretold, 2)), 0), 0), 9
            ), 0), {{ largest_spread }}) as spread
        from {{ relation }}
    ) as spreads
{%- endmacro %}
