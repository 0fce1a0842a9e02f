{{ config(enabled='ga4' in var('sources')) }}

{{ device_identities('ga4', device='user_pseudo_id', is_purchase="events.event_name = 'purchase'") }}
