-- send_log. Synthetic: the sender's log of the messages, with what each showed, and of those that the holdout withheld. What
-- was clicked stands oftenest in the first places, as readers look there first.

create table message_items as
with places as (
    select
        messages.message_id,
        place.number as position,
        clicks.item_id as clicked_item_id,
        -- squared, so that first places are drawn oftenest
        1 + floor(pow(draw('clicked place', messages.message_id), 2) * 8)::integer as clicked_position,
        1 + draw_number('shown in email', messages.message_id, 2000) + 41 * place.number as popularity_rank
    from messages
    cross join range(1, 9) as place(number)
    left join clicks on messages.message_id = clicks.message_id
)

select
    places.message_id,
    places.position,
    if(places.position = places.clicked_position, coalesce(places.clicked_item_id, shown_items.item_id), shown_items.item_id)
        as item_id
from places
inner join shown_items on places.popularity_rank = shown_items.popularity_rank
where
    shown_items.item_id is distinct from places.clicked_item_id
    or places.position = places.clicked_position;

create table send_log as
with shown as (
    select
        message_id,
        list(
            {
                'position': position::integer,
                'item_id': item_id,
                'propensity': 1.0::double,
                'strategy': pick(
                    ['buy_again', 'buy_again', 'also_bought', 'bought_together', 'similar_items', 'trending', 'best_sellers'],
                    draw('strategy in email', message_id || position)
                )
            }
            order by position
        ) as items
    from message_items
    group by message_id
)

select
    due_messages.message_id,
    due_messages.user_id,
    'recommendations' as trigger_type,
    due_messages.arm,
    case
        when due_messages.is_held_out then 'dropped'
        when messages.bounce_type is not null then 'failed'
        else 'accepted'
    end as state,
    if(due_messages.is_held_out, 'holdout', 'bounced: ' || messages.bounce_type) as reason,
    shown.items,
    due_messages.sent_at as send_at,
    if(due_messages.is_held_out, null, due_messages.sent_at) as handed_over_at
from due_messages
left join messages on due_messages.message_id = messages.message_id
left join shown on due_messages.message_id = shown.message_id;
