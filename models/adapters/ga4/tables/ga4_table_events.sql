{{ config(enabled='ga4' in var('sources')) }}

{{ connector_rows() }}
