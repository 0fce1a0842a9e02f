-- One row per message that waits, with what its email holds.
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
