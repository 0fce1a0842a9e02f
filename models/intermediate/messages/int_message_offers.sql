-- At most one offer an email, where a rule, the play or an arm wants one: the next best one, else the best of the
-- user's others (of an arm the one it names), that is not over when the email is due and holds for an item in it that
-- may be named, as the preheader does. The shop's own name of it is for readers of the shop's language.
{% set day_of_month = 'cast(extract(day from worded.last_day) as ' ~ dbt.type_string() ~ ')' %}

with recipients as (

    select * from {{ ref('int_message_recipients') }}

),

next_best_offers as (

    select * from {{ ref('int_next_best_offers') }}

),

texts as (

    select * from {{ ref('texts') }}

),

wanted as (

    select
        recipients.message_id,
        recipients.language,
        recipients.timezone,
        recipients.send_at,
        user_offers.offer_id,
        row_number() over (
            partition by recipients.message_id
            order by
                case when user_offers.offer_id = next_best_offers.offer_id then 0 else 1 end,
                user_offers.expected_margin desc,
                user_offers.offer_id
        ) as preference
    from recipients
    inner join {{ ref('int_user_offers') }} as user_offers
        on recipients.user_id = user_offers.user_id
    left join next_best_offers
        on recipients.user_id = next_best_offers.user_id
    where
        case
            when coalesce(recipients.offer_of_arm, 'best') <> 'best' then recipients.offer_of_arm = user_offers.offer_id
            else
                (next_best_offers.is_offered or recipients.offer_of_arm = 'best')
                and (user_offers.offer_id = next_best_offers.offer_id or user_offers.expected_margin > 0)
        end

),

matched as (

    select
        wanted.*,
        items.category_name,
        items.short_name
    from wanted
    inner join {{ ref('int_offers') }} as offers
        on
            wanted.offer_id = offers.offer_id
            and offers.is_for_shown_item
            and wanted.send_at < offers.ends_at
            -- nor on the day after the one that it would say
            and cast({{ local_time('wanted.send_at', "coalesce(wanted.timezone, 'UTC')") }} as date)
            <= {{ offer_last_day('offers.ends_at', 'wanted.timezone') }}
    inner join {{ ref('int_message_named_items') }} as items
        on
            wanted.message_id = items.message_id
            and offers.scope in (
                {{ offer_scope('items.item_id', 'null') }},
                {{ offer_scope('null', 'items.category') }},
                {{ offer_scope('null', 'null') }}
            )
    qualify row_number() over (partition by wanted.message_id order by wanted.preference, items.position) = 1

),

worded as (

    select
        matched.message_id,
        matched.language,
        offers.offer_id,
        offers.offer_name,
        matched.category_name,
        matched.short_name,
        case when offers.discount_percent >= 1 then cast(floor(offers.discount_percent) as {{ dbt.type_int() }}) end
            as saved_percent,
        case
            when offers.item_id is not null then 'offer.item'
            when offers.category is not null then 'offer.category'
            else 'offer.shop'
        end as headline_key,
        {{ offer_last_day('offers.ends_at', 'matched.timezone') }} as last_day,
        offers.offer_code,
        offers.offer_url,
        offers.ends_at
    from matched
    inner join {{ ref('stg_offers') }} as offers
        on matched.offer_id = offers.offer_id

),

dated as (

    select
        worded.*,
        headlines.text as headline,
        plain_headlines.text as plain_headline,
        ends.text as ends,
        {{ fill_text('coalesce(patterns_of_day.text, patterns.text)', {
            'day': day_of_month, 'month': 'months.text'
        }) }} as end_date
    from worded
    {% for name, key in {
        'headlines': 'worded.headline_key',
        'plain_headlines': "concat(worded.headline_key, '.plain')",
        'ends': "'offer.ends'",
        'patterns': "'date.day_and_month'",
        'patterns_of_day': "concat('date.day_and_month.', " ~ day_of_month ~ ")",
        'months': "concat('month.', cast(extract(month from worded.last_day) as " ~ dbt.type_string() ~ "))"
    }.items() %}
        left join texts as {{ name }}
            on
                worded.language = {{ name }}.language
                and {{ key }} = {{ name }}.key
    {% endfor %}

)

select
    message_id,
    offer_id,
    offer_name,
    {{ fill_text('ends', {'date': 'end_date'}) }} as ends_text,
    coalesce(
        {{ fill_text('headline', {
            'percent': dbt.cast('saved_percent', dbt.type_string()), 'category': 'category_name', 'item': 'short_name'
        }) }},
        case when language = {{ literal(var('names_language')) }} then offer_name end,
        {{ fill_text('plain_headline', {'category': 'category_name', 'item': 'short_name'}) }},
        offer_name
    ) as headline,
    offer_code,
    offer_url,
    ends_at
from dated
