{{ config(enabled='woocommerce' in var('sources')) }}

{{ connector_rows() }}
