-- What a source doesn't know of a user another may, or another account of it. Of what sources say of consent an opt-out
-- without a time stands, as does a word that nobody knows; else the latest counts, and nobody is subscribed by silence.
-- Of an account that was deleted no consent counts, and what it refused does.
{{ config(enabled=sources_of('users') | length > 0) }}

{% set fields = ['email', 'first_name', 'country_code', 'city', 'timezone', 'locale'] %}

with accounts as (

    select * from {{ ref('adapted_accounts') }}

),

consents as (

    select
        user_id,
        email_consent,
        email_consent_at
    from accounts
    where is_deleted is not true or email_consent <> 'subscribed'
    qualify row_number() over (
        partition by user_id
        order by
            case
                when email_consent not in ('subscribed', 'never_subscribed') and email_consent_at is null then 1
                when email_consent is not null and email_consent_at is not null then 2
                when email_consent = 'subscribed' then 3
                when email_consent = 'never_subscribed' then 4
                else 5
            end,
            email_consent_at desc,
            email_consent desc
    ) = 1

),

users as (

    select
        user_id,
        {% for field in fields %}
            min_by({{ field }}, concat_ws('|', source_rank, source, source_user_id, {{ field }}))
                filter (where {{ field }} is not null and is_deleted is not true) as {{ field }},
        {% endfor %}
        min(signed_up_at) as signed_up_at
    from accounts
    group by user_id
    having count(*) > count(case when is_deleted then 1 end)

)

select
    users.*,
    consents.email_consent,
    consents.email_consent_at
from users
inner join consents
    on users.user_id = consents.user_id
