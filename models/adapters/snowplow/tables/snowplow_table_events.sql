{{ config(enabled='snowplow' in var('sources')) }}

{{ connector_rows() }}
