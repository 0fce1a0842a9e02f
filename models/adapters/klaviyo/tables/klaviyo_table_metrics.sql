{{ config(enabled='klaviyo' in var('sources')) }}

{{ connector_rows() }}
