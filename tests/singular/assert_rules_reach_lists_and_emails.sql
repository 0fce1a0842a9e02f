-- A rule that hits a user and changes nothing would be found by nobody.
with rules as (

    select * from {{ ref('int_user_rules') }}

),

recommended as (

    select
        recommendations.user_id,
        recommendations.position,
        items.category
    from {{ ref('user_recommendations') }} as recommendations
    inner join {{ ref('stg_items') }} as items
        on recommendations.item_id = items.item_id

),

blocked_but_listed as (

    select
        rules.user_id,
        rules.rule_name
    from rules
    inner join recommended
        on
            rules.user_id = recommended.user_id
            and lower(rules.effect_value) = lower(recommended.category)
    where rules.effect = 'block_category'

),

boosted_without_a_term as (

    select
        factors.user_id,
        'boost_category' as rule_name
    from {{ ref('int_user_category_factors') }} as factors
    inner join recommended
        on
            factors.user_id = recommended.user_id
            and factors.category = recommended.category
    left join {{ ref('recommendation_contributions') }} as contributions
        on
            recommended.user_id = contributions.user_id
            and recommended.position = contributions.position
            and contributions.feature = 'category_rules'
    where
        factors.category_factor <> 1
        and contributions.user_id is null

),

chosen_but_not_played as (

    select
        rules.user_id,
        rules.rule_name
    from rules
    inner join {{ ref('playbook') }} as playbook
        on rules.effect_value = playbook.play
    left join {{ ref('int_user_playbook') }} as played
        on
            rules.user_id = played.user_id
            and playbook.block = played.block
            and rules.rule_name = played.rule_name
    where
        rules.effect = 'choose_block'
        and rules.effect_rank = 1
        and played.user_id is null

),

other_subjects as (

    select
        rules.user_id,
        rules.rule_name
    from rules
    inner join {{ ref('email_queue') }} as messages
        on rules.user_id = messages.user_id
    left join {{ ref('texts') }} as texts
        on
            rules.effect_value = texts.key
            and messages.language = texts.language
    where
        rules.effect = 'choose_subject'
        and rules.effect_rank = 1
        -- the digest's: what a trigger says is about the trigger
        and messages.trigger_type = 'recommendations'
        and case
            when rules.effect_value like 'subject.%'
                then
                    texts.key is not null
                    and coalesce(messages.subject_key, '') <> texts.key
                    and coalesce(messages.subject_key, '') not like concat(texts.key, '.%')
            else
                messages.language = 'en'
                and rules.effect_value not like '%{{ '{' }}%'
                and messages.subject <> rules.effect_value
        end

),

offers_not_made as (

    select
        next_best_offers.user_id,
        coalesce(next_best_offers.rule_name, 'offer_policy') as rule_name
    from {{ ref('int_next_best_offers') }} as next_best_offers
    inner join {{ ref('email_queue') }} as messages
        on next_best_offers.user_id = messages.user_id
    inner join {{ ref('int_offers') }} as offers
        on next_best_offers.offer_id = offers.offer_id
    inner join {{ ref('user_recommendations') }} as shown
        on next_best_offers.user_id = shown.user_id
    inner join {{ ref('stg_items') }} as items
        on shown.item_id = items.item_id
    where
        next_best_offers.is_offered
        and messages.placement = 'email_digest'
        and shown.position <= {{ var('email_items_primary') + var('email_items_secondary') }}
        -- what it is for stands in the email
        and coalesce(offers.item_id = items.item_id, lower(offers.category) = lower(items.category), true)
        and messages.offer is null

)

{% for fault in [
    'blocked_but_listed', 'boosted_without_a_term', 'chosen_but_not_played', 'other_subjects', 'offers_not_made'
] %}
    select
        '{{ fault }}' as fault,
        user_id,
        rule_name
    from {{ fault }}
    {{ 'union all' if not loop.last }}
{% endfor %}
