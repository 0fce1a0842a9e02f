-- One row per chosen message, by user_id and message_id: what its email prints, as finished text, with `blocks` in
-- display order and their items by position, and `faults`: everything that forbids sending it (empty when it may go).

with message_blocks as (

    select
        message_id,
        user_id,
        trigger_type,
        shop_url,
        unnest(blocks) as block,
        generate_subscripts(blocks, 1) as block_number
    from chosen_messages

),

items as (

    select
        message_blocks.message_id,
        message_blocks.block_number,
        message_blocks.block.block,
        message_blocks.block.title,
        user_recommendations.position,
        {
            'name': clean_text(user_recommendations.item_name),
            -- an item without a page of its own leads to the shop
            'url': tagged_link(
                coalesce(user_recommendations.item_url, message_blocks.shop_url),
                message_blocks.trigger_type,
                user_recommendations.strategy || '-' || user_recommendations.position
            ),
            'image_url': user_recommendations.image_url,
            'price': money(user_recommendations.price, user_recommendations.currency),
            'list_price': case
                when round(user_recommendations.list_price, 2) > round(user_recommendations.price, 2)
                    then money(user_recommendations.list_price, user_recommendations.currency)
            end,
            'reason': clean_text(user_recommendations.reason_text),
            'badge': clean_text(user_recommendations.badge_text)
        } as item,
        list_transform(
            found_faults([
                text_fault('item_name', clean_text(user_recommendations.item_name)),
                text_fault('strategy', user_recommendations.strategy),
                link_fault('item_url', coalesce(user_recommendations.item_url, message_blocks.shop_url)),
                case when user_recommendations.image_url is not null
                    then link_fault('image_url', user_recommendations.image_url) end,
                amount_fault('price', user_recommendations.price),
                case when user_recommendations.list_price is not null
                    then amount_fault('list_price', user_recommendations.list_price) end,
                text_fault('currency', user_recommendations.currency)
            ]),
            lambda found: fault(found.field, found.reason || ' (item ' || user_recommendations.item_id || ')')
        ) as faults
    from message_blocks
    inner join user_recommendations
        on message_blocks.user_id = user_recommendations.user_id
        and user_recommendations.position
            between message_blocks.block.first_position and message_blocks.block.last_position

),

blocks as (

    select
        message_id,
        block_number,
        {
            'block': any_value(block),
            'title': any_value(title),
            'items': list(item order by position),
            -- when some items have an image, the others keep its place in the grid
            'has_images': bool_or(item.image_url is not null)
        } as block,
        found_faults([text_fault('blocks.title', any_value(title))])
        || flatten(list(faults order by position)) as faults
    from items
    group by message_id, block_number

),

contents as (

    select
        message_id,
        list(block order by block_number) as blocks,
        flatten(list(faults order by block_number)) as faults
    from blocks
    group by message_id

)

select
    chosen_messages.message_id,
    chosen_messages.user_id,
    chosen_messages.subject,
    chosen_messages.preheader,
    chosen_messages.greeting,
    chosen_messages.segment,
    coalesce(chosen_messages.locale, 'en') as locale,
    contents.blocks,
    chosen_messages.shop_name,
    tagged_link(chosen_messages.shop_url, chosen_messages.trigger_type, 'header') as shop_link,
    chosen_messages.preferences_url,
    chosen_messages.unsubscribe_url,
    tagged_link(chosen_messages.support_url, chosen_messages.trigger_type, 'footer') as support_link,
    chosen_messages.postal_address,
    chosen_messages.footer_reason,
    chosen_messages.is_synthetic,
    strftime(chosen_messages.as_of, '%Y-%m-%d') as as_of_date,
    found_faults([
        text_fault('subject', chosen_messages.subject),
        text_fault('preheader', chosen_messages.preheader),
        text_fault('greeting', chosen_messages.greeting),
        text_fault('locale', coalesce(chosen_messages.locale, 'en')),
        text_fault('trigger_type', chosen_messages.trigger_type),
        text_fault('shop_name', chosen_messages.shop_name),
        link_fault('shop_url', chosen_messages.shop_url),
        link_fault('preferences_url', chosen_messages.preferences_url),
        link_fault('unsubscribe_url', chosen_messages.unsubscribe_url),
        link_fault('support_url', chosen_messages.support_url),
        text_fault('postal_address', chosen_messages.postal_address),
        text_fault('footer_reason', chosen_messages.footer_reason)
    ]) || coalesce(contents.faults, [fault('blocks', 'have no item to show')]) as faults
from chosen_messages
left join contents
    on chosen_messages.message_id = contents.message_id
order by chosen_messages.user_id, chosen_messages.message_id
