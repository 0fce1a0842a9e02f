{{ config(enabled=sources_of('order_lines') | length > 0) }}

{{ union_of_sources('order_lines') }}
