{#- An aggregate that changes with any value of the rows of a relation in scope, but not with their order. -#}
{% macro hash_of_rows(relation_alias) -%}
    {{ return(adapter.dispatch('hash_of_rows', 'recmail')(relation_alias)) }}
{%- endmacro %}


{% macro default__hash_of_rows(relation_alias) -%}
    coalesce(sum(cast(xxhash64(struct({{ relation_alias }}.*)) as decimal(38, 0))), 0)
{%- endmacro %}


{#- Row hashes add up, so their order does not count; the hash is the engine's own, since nothing compares it elsewhere. -#}
{% macro duckdb__hash_of_rows(relation_alias) -%}
    coalesce(sum(cast(hash({{ relation_alias }}) as hugeint)), 0)
{%- endmacro %}
