{{ config(enabled='snowplow' in var('sources')) }}

{{ device_identities('snowplow', device='anonymous_id', is_purchase="events.action_type = 'transaction'") }}
