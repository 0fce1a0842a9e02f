-- One row per waiting message that the newer inputs, or the ledger, say something else about than the build did: why it
-- must not go out (drop_reason), or its items as they are now, and what changed.
with changed as (

    select
        shown.message_id,
        max_by(shown.currency, -shown.row_position) as currency,
        min_by(shown.fault, shown.row_position) filter (where shown.fault is not null) as fault
    from shown
    inner join waiting
        on shown.message_id = waiting.message_id
    where shown.line is not null
    group by shown.message_id
    having bool_or(shown.fault is not null or shown.is_repriced or waiting.has_ended_offer)

),

-- the next items of the list take the places of those that fell out, as they do in the models; what the subject names
-- stands first, whatever its position
placed as (

    select
        shown.*,
        row_number() over (
            partition by shown.message_id
            order by case when shown.line is null then 1 else 0 end, shown.line.place, shown.row_position
        ) as place
    from shown
    inner join changed
        on shown.message_id = changed.message_id
    where
        shown.fault is null
        and shown.currency = changed.currency
    qualify place <= (select item_count from waiting where waiting.message_id = shown.message_id)

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
        shown.message_id,
        list(
            {
                'change': coalesce(
                    shown.fault, case when shown.is_repriced then 'price' else 'promoted' end
                ),
                'item_id': shown.item_id,
                'short_name': shown.short_name,
                'before': case
                    when shown.line is null then null
                    when shown.is_repriced and shown.fault is null then cast(built.price as varchar)
                    else 'place ' || shown.line.place
                end,
                'after': case
                    when shown.fault is not null then 'left out'
                    when shown.is_repriced then cast(shown.price as varchar)
                    else 'place ' || placed.place
                end
            }
            order by shown.row_position
        ) as changes
    from shown
    inner join changed
        on shown.message_id = changed.message_id
    left join placed
        on
            shown.message_id = placed.message_id
            and shown.row_position = placed.row_position
    left join built_items as built
        on shown.item_id = built.item_id
    where
        (shown.line is not null and (shown.fault is not null or shown.is_repriced))
        or (shown.line is null and placed.message_id is not null)
    group by shown.message_id

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
