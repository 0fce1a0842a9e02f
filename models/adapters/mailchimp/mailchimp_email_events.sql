{{ config(enabled='mailchimp' in var('sources')) }}

with events as (

    select
        'sent' as event_type,
        recipients.campaign_id,
        recipients.member_id,
        cast(null as {{ dbt.type_string() }}) as bounce_type,
        campaigns.sent_at as occurred_at
    from {{ ref('mailchimp_table_recipients') }} as recipients
    inner join {{ ref('mailchimp_table_campaigns') }} as campaigns
        on recipients.campaign_id = campaigns.campaign_id
    where campaigns.sent_at is not null
    union all
    select
        action as event_type,
        campaign_id,
        member_id,
        bounce_type,
        occurred_at
    from {{ ref('mailchimp_table_campaign_activity') }}
    union all
    select
        action as event_type,
        automation_email_id as campaign_id,
        member_id,
        bounce_type,
        occurred_at
    from {{ ref('mailchimp_table_automation_activity') }}
    union all
    select
        'unsubscribe' as event_type,
        campaign_id,
        member_id,
        cast(null as {{ dbt.type_string() }}) as bounce_type,
        occurred_at
    from {{ ref('mailchimp_table_unsubscribes') }}

)

select distinct
    concat('mailchimp:', md5(concat_ws('|', event_type, campaign_id, member_id, occurred_at))) as event_id,
    event_type,
    {{ clean_timestamp('occurred_at') }} as occurred_at,
    member_id as user_id,
    campaign_id || ':' || member_id as message_id,
    cast(null as {{ dbt.type_string() }}) as item_id,
    lower(bounce_type) as bounce_type,
    cast(null as boolean) as is_machine
from events
