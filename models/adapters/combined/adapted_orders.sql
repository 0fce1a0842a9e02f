{{ config(enabled=sources_of('orders') | length > 0) }}

{{ union_of_sources('orders') }}
