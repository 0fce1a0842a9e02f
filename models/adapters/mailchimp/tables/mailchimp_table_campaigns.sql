{{ config(enabled='mailchimp' in var('sources')) }}

{{ connector_rows() }}
