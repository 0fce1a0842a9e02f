{#- Every name of a season that seed `seasons` knows, in lower case; one that it does not know says nothing. -#}
{% macro known_seasons() -%}
    select lower(season) as season from {{ ref('seasons') }}
    union
    select lower(trim(split_element)) as season
    from {{ ref('seasons') }} as seasons
    {{ unnest_split('seasons.other_names', '|') }}
{%- endmacro %}
