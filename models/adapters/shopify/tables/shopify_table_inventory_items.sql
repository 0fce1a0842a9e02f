{{ config(enabled='shopify' in var('sources')) }}

{{ connector_rows() }}
