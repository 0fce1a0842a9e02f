{{ config(enabled=sources_of('items') | length > 0) }}

{{ union_of_sources('items') }}
