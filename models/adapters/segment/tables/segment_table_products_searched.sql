{{ config(enabled='segment' in var('sources')) }}

{{ connector_rows() }}
