{#-
  Of a list of structs, each with a list `choices` of structs in order of preference: the `value` that each takes in turn,
  the first of its own that none before it took; '' for one that finds nothing left.
-#}
{% macro taken_in_turn(list, choices, value) -%}
    {{ return(adapter.dispatch('taken_in_turn', 'recmail')(list, choices, value)) }}
{%- endmacro %}


{% macro default__taken_in_turn(list, choices, value) -%}
    aggregate(
        {{ list }},
        cast(array() as array<string>),
        (taken, one) -> array_append(
            taken, coalesce(get(filter(one.{{ choices }}.{{ value }}, own -> not array_contains(taken, own)), 0), '')
        )
    )
{%- endmacro %}


{#- what list_reduce goes through must be of the type that it gives -#}
{% macro duckdb__taken_in_turn(list, choices, value) -%}
    list_reduce(
        list_transform({{ list }}, lambda one: list_transform(one.{{ choices }}, lambda own: own.{{ value }})),
        lambda taken, ids: list_append(
            taken, coalesce(list_filter(ids, lambda id: not list_contains(taken, id))[1], '')
        ),
        cast([] as varchar[])
    )
{%- endmacro %}
