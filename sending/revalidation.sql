-- One row per waiting message that the newer inputs, or the ledger, say something else about than the build did:
-- why it must not go out (drop_reason), or its items as they are now, and what changed.
with waiting as (

    select
        frozen_queue.message_id,
        frozen_queue.user_id,
        frozen_queue.trigger_type,
        frozen_queue.as_of,
        frozen_queue.consented_at,
        email_queue.placement,
        email_queue.email,
        email_queue.item_lines,
        email_queue.blocks,
        coalesce(email_queue.offer.ends_at <= $now, false) as has_ended_offer,
        recipients.shown_item_id,
        recipients.name_locale,
        recipients.market_locale,
        triggers.strategies,
        list_max(list_transform(email_queue.blocks, lambda entry: entry.last_position)) as item_count,
        list_min(list_transform(email_queue.blocks, lambda entry: entry.last_position)) as primary_count
    from frozen_queue
    inner join email_queue
        on frozen_queue.message_id = email_queue.message_id
    inner join int_message_recipients as recipients
        on frozen_queue.message_id = recipients.message_id
    left join triggers
        on frozen_queue.trigger_type = triggers.trigger_type
    where
        coalesce(frozen_queue.known_state, 'queued') in ('queued', 'rendered', 'ambiguous')
        and frozen_queue.drop_reason is null
        and frozen_queue.part is not null

),

-- --- what is known now ------------------------------------------------------------------------------------

items as (

    select
        newer.item_id,
        try_cast(newer.price as decimal(18, 4)) as price,
        try_cast(newer.list_price as decimal(18, 4)) as list_price,
        upper(newer.currency) is distinct from upper(built.currency) as has_other_currency,
        coalesce(try_cast(newer.stock_quantity as double) > 0, true)
        and coalesce(try_cast(newer.is_active as boolean), true)
        and coalesce(try_cast(newer.available_until as timestamp) >= $now, true) as is_on_sale,
        try_cast(newer.price as decimal(18, 4)) is distinct from try_cast(built.price as decimal(18, 4))
        or try_cast(newer.list_price as decimal(18, 4)) is distinct from try_cast(built.list_price as decimal(18, 4))
            as has_other_price,
        try_cast(newer.price as decimal(18, 4)) > try_cast(built.price as decimal(18, 4)) as is_dearer
    from newer_items as newer
    left join built_items as built
        on newer.item_id = built.item_id
    qualify row_number() over (partition by newer.item_id order by newer.price) = 1

),

-- of which a market's own price is another one
changed_markets as (

    select distinct item_id
    from (
        (from newer_item_translations except from built_item_translations)
        union all
        (from built_item_translations except from newer_item_translations)
    )

),

undone_orders as (

    select distinct order_id
    from newer_orders
    where
        order_id is not null
        and lower(trim(order_status)) in ('cancelled', 'refunded')

),

-- whatever became of them: who ordered anything has decided, as in int_due_triggers
new_orders as (

    select
        orders.order_id,
        coalesce(orders.user_id, identities.user_id) as user_id
    from newer_orders as orders
    left join stg_identities as identities
        on orders.anonymous_id = identities.anonymous_id
    left join built_orders
        on orders.order_id = built_orders.order_id
    cross join (select max(as_of) as as_of from waiting) as run
    where
        try_cast(orders.ordered_at as timestamp) <= $now
        and (
            built_orders.order_id is null
            or try_cast(orders.ordered_at as timestamp) > run.as_of
        )

),

bought as (

    select distinct
        new_orders.user_id,
        coalesce(families.family_item_id, lines.item_id) as item_id
    from new_orders
    inner join newer_order_lines as lines
        on new_orders.order_id = lines.order_id
    left join int_item_families as families
        on lines.item_id = families.item_id
    where
        coalesce(try_cast(lines.quantity as double), 1) > 0
        and new_orders.order_id not in (select order_id from undone_orders)

),

user_rows as (

    select
        *,
        case
            when $plus_tags_share_an_address then regexp_replace(email, '(.)[+][^@]*@', '\1@')
            else email
        end as address_key
    from newer_users

),

-- with all their addresses
users as (

    select distinct
        user_id,
        address_key
    from user_rows
    where user_id is not null

),

-- of several rows of a user each one counts, and what can't be read is no; an address that never said yes said no no
changed_users as (

    select
        newer.user_id,
        case when newer.user_id is null then newer.address_key end as address_key,
        bool_or(coalesce(lower(trim(newer.email_consent)), '') <> 'subscribed') as has_withdrawn,
        bool_or(lower(trim(newer.email_consent)) not in ('subscribed', 'never_subscribed', '')) as has_refused,
        bool_or(lower(trim(newer.email_frequency)) not in ('daily', 'weekly', 'monthly', '')) as has_paused
    from user_rows as newer
    anti join built_users as built
        on
            newer.user_id is not distinct from built.user_id
            and newer.email is not distinct from built.email
            and lower(trim(newer.email_consent)) is not distinct from lower(trim(built.email_consent))
            and lower(trim(newer.email_frequency)) is not distinct from lower(trim(built.email_frequency))
    group by newer.user_id, case when newer.user_id is null then newer.address_key end

),

-- as typed_email_events reads them
typed_events as (

    select
        events.user_id,
        events.message_id,
        coalesce(event_words.event_type, events.event_word) as said_type,
        if(said_type = 'bounce', coalesce(bounce_words.event_type, 'bounce'), said_type) as event_type,
        coalesce(
            bounce_words.bounce_type, if(events.bounce_word <> '', 'unknown', event_words.bounce_type)
        ) as bounce_type,
        event_words.event_type is null
        and (regexp_matches(events.event_word, $refusing_words) or coalesce(bounce_words.bounce_type = 'hard', false))
            as is_like_a_refusal,
        try_cast(events.occurred_at as timestamp) as said_at
    from (
        select
            *,
            translate(lower(trim(event_type)), ' _-./:', '') as event_word,
            translate(lower(trim(bounce_type)), ' _-./:', '') as bounce_word
        from newer_email_events
        -- of a row that says something else by now, too, as where a message has one that says what became of it last
        anti join built_email_events using (event_id, event_type)
    ) as events
    left join email_event_synonyms as event_words
        on event_words.source_column = 'event_type' and events.event_word = event_words.source_value
    left join email_event_synonyms as bounce_words
        on bounce_words.source_column = 'bounce_type' and events.bounce_word = bounce_words.source_value

),

-- as int_email_outcomes and int_chosen_frequencies count them: in doubt an event is a refusal, whatever its time
new_events as (

    select
        user_id,
        message_id,
        case
            when event_type in ('sent', 'delivered') then 'mailed'
            when event_type = 'unsubscribe' then 'unsubscribed'
            when event_type = 'complaint' then 'complained'
            when event_type = 'bounce' and bounce_type is distinct from 'soft' then 'bounced'
            -- chosen again since, it holds until the next build
            when event_type = 'frequencypaused' then 'paused'
            when is_like_a_refusal then 'unknown_event'
        end as outcome,
        case when said_at between '1990-01-01'::timestamp and $now then said_at end as occurred_at
    from typed_events

),

refusing_events as (

    select
        new_events.*,
        new_events.user_id in (select user_id from users) as names_a_known_user
    from new_events
    where new_events.outcome <> 'mailed'

),

-- whose a message is, for events that name nobody we know; of a campaign with one id for all nothing says who
addressees as (

    select *
    from (
        select message_id, user_id from newer_email_events
        union
        select message_id, user_id from email_queue
        union
        select message_id, user_id from known
    )
    where
        message_id in (select message_id from refusing_events where names_a_known_user is not true)
        and user_id is not null
    qualify count(*) over (partition by message_id) <= 5

),

refusing_users as (

    select
        case when names_a_known_user then refusing_events.user_id else addressees.user_id end as user_id,
        refusing_events.outcome as reason,
        refusing_events.occurred_at
    from refusing_events
    left join addressees
        on refusing_events.message_id = addressees.message_id
    union all
    select user_id, 'no_consent', null from changed_users where has_refused
    union all
    select user_id, 'paused', null from changed_users where has_paused

),

-- what an address said holds for every account of it
refusals as (

    select
        accounts.user_id,
        refusing_users.reason,
        refusing_users.occurred_at
    from refusing_users
    inner join users
        on refusing_users.user_id = users.user_id
    inner join users as accounts
        on users.address_key = accounts.address_key
    union all
    -- a row without an id says whose it is by its address
    select
        users.user_id,
        case when changed_users.has_refused then 'no_consent' else 'paused' end as reason,
        null as occurred_at
    from changed_users
    inner join users
        on changed_users.address_key = users.address_key
    where
        changed_users.has_refused
        or changed_users.has_paused

),

mailed as (

    select distinct user_id
    from new_events
    where
        outcome = 'mailed'
        and occurred_at > $now - to_seconds($gap_seconds)
        and coalesce(message_id, '') not in (select message_id from known)

),

held as (

    select
        waiting.message_id,
        min_by(reasons.reason, reasons.preference) as reason
    from waiting
    inner join (
        select user_id, 'erased' as reason, 1 as preference, null as trigger_type, null as occurred_at
        from newer_erasure_requests
        union all
        select waiting.user_id, 'erased', 2, null, null
        from waiting
        anti join users on waiting.user_id = users.user_id
        union all
        select waiting.user_id, 'address_changed', 3, null, null
        from waiting
        anti join newer_users as newer
            on waiting.user_id = newer.user_id and lower(waiting.email) = newer.email
        union all
        select user_id, 'no_consent', 4, null, null from changed_users where has_withdrawn
        union all
        select user_id, reason, 6, null, occurred_at from refusals
        union all
        select user_id, 'mailed_recently', 7, null, null from mailed
        union all
        select user_id, 'ordered_since', 8, unnest($ended_by_order::varchar[]), null
        from new_orders
        union all
        -- thanks for nothing
        select waiting.user_id, 'order_undone', 9, waiting.trigger_type, null
        from waiting
        inner join int_trigger_decisions as decisions
            on waiting.message_id = decisions.message_id
        inner join undone_orders
            on decisions.occasion = undone_orders.order_id
        where waiting.trigger_type = 'post_purchase'
    ) as reasons
        on
            waiting.user_id = reasons.user_id
            and waiting.trigger_type = coalesce(reasons.trigger_type, waiting.trigger_type)
            -- consent that is younger than an opt-out stands
            and (reasons.reason <> 'unsubscribed' or coalesce(waiting.consented_at <= reasons.occurred_at, true))
    group by waiting.message_id

),

-- --- what the message shows, and what could stand there ----------------------------------------------------

slots as (

    select
        waiting.message_id,
        waiting.user_id,
        lists.placement,
        lists.position,
        lists.position as row_position,
        lists.item_id,
        lists.strategy,
        lists.propensity,
        lists.currency as list_currency,
        false as is_of_digest,
        list_filter(waiting.item_lines, lambda line: line.position = lists.position)[1] as line
    from waiting
    inner join lists
        on
            waiting.user_id = lists.user_id
            and waiting.placement = lists.placement
    union all
    -- a trigger's list may have no more items than its email: the user's own list is the reserve
    select
        waiting.message_id,
        waiting.user_id,
        lists.placement,
        lists.position,
        lists.position + $reserves_from,
        lists.item_id,
        lists.strategy,
        lists.propensity,
        lists.currency,
        true,
        null
    from waiting
    inner join lists
        on
            waiting.user_id = lists.user_id
            and lists.placement = 'email_digest'
    anti join lists as own
        on
            waiting.user_id = own.user_id
            and waiting.placement = own.placement
            and lists.item_id = own.item_id
    where waiting.placement <> 'email_digest'

),

judged as (

    select
        slots.*,
        coalesce(slots.line.currency, markets.currency, slots.list_currency) as currency,
        markets.price as market_price,
        markets.list_price as market_list_price,
        names.item_name as own_name,
        coalesce(slots.line.item_url, markets.item_url) as own_url,
        labels.short_name,
        items.price,
        items.list_price,
        items.has_other_price and markets.price is null as is_repriced,
        case
            when bought.item_id is not null then 'bought'
            when items.item_id is null or not items.is_on_sale then 'sold_out'
            when items.has_other_currency then 'other_currency'
            when items.has_other_price and coalesce(items.price <= 0, true) then 'no_price'
            when changed_markets.item_id is not null and markets.price is not null then 'price_of_market'
            when items.is_dearer and slots.item_id = waiting.shown_item_id then 'dearer'
        end as fault
    from slots
    inner join waiting
        on slots.message_id = waiting.message_id
    left join items
        on slots.item_id = items.item_id
    left join bought
        on
            slots.user_id = bought.user_id
            and slots.item_id = bought.item_id
    left join changed_markets
        on slots.item_id = changed_markets.item_id
    left join int_item_markets as markets
        on
            slots.item_id = markets.item_id
            and waiting.market_locale = markets.locale
    left join int_item_markets as names
        on
            slots.item_id = names.item_id
            and waiting.name_locale = names.locale
    left join int_item_labels as labels
        on slots.item_id = labels.item_id

),

changed as (

    select
        judged.message_id,
        max_by(judged.currency, -judged.row_position) as currency,
        min_by(judged.fault, judged.row_position) filter (where judged.fault is not null) as fault
    from judged
    inner join waiting
        on judged.message_id = waiting.message_id
    where judged.line is not null
    group by judged.message_id
    having bool_or(judged.fault is not null or judged.is_repriced or waiting.has_ended_offer)

),

-- the next items of the list take the places of those that fell out, as they do in the models; what the subject names
-- stands first, whatever its position
placed as (

    select
        judged.*,
        row_number() over (
            partition by judged.message_id
            order by case when judged.line is null then 1 else 0 end, judged.line.place, judged.row_position
        ) as place
    from judged
    inner join changed
        on judged.message_id = changed.message_id
    where
        judged.fault is null
        and judged.currency = changed.currency
    qualify place <= (select item_count from waiting where waiting.message_id = judged.message_id)

),

revised as (

    select
        placed.message_id,
        bool_or(
            waiting.strategies is null
            or (
                placed.place <= waiting.primary_count
                and not placed.is_of_digest
                and concat('|', waiting.strategies, '|') like concat('%|', placed.strategy, '|%')
                and placed.item_id = coalesce(waiting.shown_item_id, placed.item_id)
            )
        ) as is_still_true,
        list(
            {
                'place': cast(placed.place as integer),
                'position': cast(placed.row_position as integer),
                'of_position': cast(placed.position as integer),
                'is_of_digest': placed.is_of_digest,
                'item_id': placed.item_id,
                'propensity': placed.propensity,
                'is_new': placed.line is null or placed.line.place <> placed.place or placed.is_repriced,
                'reason_text': placed.line.reason_text,
                'badge_text': case when not placed.is_repriced then placed.line.badge_text end,
                'rating_text': placed.line.rating_text,
                'item_name': coalesce(placed.line.item_name, placed.own_name),
                'item_url': placed.own_url,
                'price': case when placed.is_repriced then placed.price else placed.market_price end,
                'list_price': case when placed.is_repriced then placed.list_price else placed.market_list_price end,
                'currency': case when placed.is_repriced or placed.market_price is not null then placed.currency end
            }
            order by placed.place
        ) as lines
    from placed
    inner join waiting
        on placed.message_id = waiting.message_id
    group by placed.message_id

),

differences as (

    select
        judged.message_id,
        list(
            {
                'change': coalesce(
                    judged.fault, case when judged.is_repriced then 'price' else 'promoted' end
                ),
                'item_id': judged.item_id,
                'short_name': judged.short_name,
                'before': case
                    when judged.line is null then null
                    when judged.is_repriced and judged.fault is null then cast(built.price as varchar)
                    else 'place ' || judged.line.place
                end,
                'after': case
                    when judged.fault is not null then 'left out'
                    when judged.is_repriced then cast(judged.price as varchar)
                    else 'place ' || placed.place
                end
            }
            order by judged.row_position
        ) as changes
    from judged
    inner join changed
        on judged.message_id = changed.message_id
    left join placed
        on
            judged.message_id = placed.message_id
            and judged.row_position = placed.row_position
    left join built_items as built
        on judged.item_id = built.item_id
    where
        (judged.line is not null and (judged.fault is not null or judged.is_repriced))
        or (judged.line is null and placed.message_id is not null)
    group by judged.message_id

)

select
    waiting.message_id,
    case
        when held.reason is not null then held.reason
        when changed.message_id is null then null
        when revised.message_id is null or not revised.is_still_true then coalesce(changed.fault, 'nothing_to_recommend')
    end as drop_reason,
    case when drop_reason is null then revised.lines end as lines,
    differences.changes,
    waiting.has_ended_offer
from waiting
left join held
    on waiting.message_id = held.message_id
left join changed
    on waiting.message_id = changed.message_id
left join revised
    on waiting.message_id = revised.message_id
left join differences
    on waiting.message_id = differences.message_id
where
    held.message_id is not null
    or changed.message_id is not null
