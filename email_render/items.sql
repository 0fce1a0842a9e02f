-- One row per item that a block of a chosen message shows, by user_id, message_id, block and position: what the
-- templates print of it, as finished text (`_html`: escaped), and `faults`: what forbids sending its message.

with slots as (

    select
        message_id,
        user_id,
        trigger_type,
        language,
        layout,
        number_format,
        item_lines,
        shop_url,
        unnest(blocks) as block,
        generate_subscripts(blocks, 1) as block_number
    from chosen_messages

),

items as (

    select
        slots.*,
        chosen_items.* exclude (user_id),
        list_filter(slots.item_lines, lambda line: line.position = chosen_items.position)[1] as line,
        clean_text(chosen_items.item_name) as name,
        -- an item without a page of its own leads to the shop
        coalesce(chosen_items.item_url, slots.shop_url) as page_url
    from slots
    inner join chosen_items
        on slots.user_id = chosen_items.user_id
        and chosen_items.position between slots.block.first_position and slots.block.last_position

),

finished as (

    select
        *,
        tagged_link(page_url, trigger_type, strategy || '-' || position) as url,
        clean_text(case when language = 'en' then reason_text else line.reason_text end) as reason,
        clean_text(case when language = 'en' then badge_text else line.badge_text end) as badge,
        case
            when round(list_price, 2) > round(price, 2) then list_price
        end as struck_price
    from items

)

select
    message_id,
    block_number,
    item_id,
    name,
    html(name) as name_html,
    url,
    html_link(url) as url_html,
    html_link(image_url) as image_html,
    money(price, currency, number_format) as price,
    money(struck_price, currency, number_format) as list_price,
    reason,
    html(reason) as reason_html,
    badge,
    html(badge) as badge_html,
    case when rating_count > 0 then decimal_number(rating_average, 1, number_format) end as rating,
    case when rating_count > 0 then decimal_number(rating_count, 0, number_format) end as rating_count,
    case
        when block.block <> 'primary' then null
        when layout = 'carousel' then promotion_card(name, url, image_url, price, struck_price, currency, position)
        else product_card(name, url, image_url, price, currency, rating_average, rating_count)
    end as card,
    case
        -- the rule: nothing is wrong, and a list for each item would cost more than all checks
        when
            name is not null
            and text_reason(strategy) is null
            and link_reason(page_url) is null
            and (image_url is null or link_reason(image_url) is null)
            and amount_reason(price) is null
            and (list_price is null or amount_reason(list_price) is null)
            and (coalesce(rating_count, 0) <= 0 or amount_reason(rating_average) is null)
            and currency_reason(currency) is null
            then null
        else
            list_transform(
                found_faults([
                    fault('item_name', text_reason(name)),
                    fault('strategy', text_reason(strategy)),
                    fault('item_url', link_reason(page_url)),
                    fault('image_url', case when image_url is not null then link_reason(image_url) end),
                    fault('price', amount_reason(price)),
                    fault('list_price', case when list_price is not null then amount_reason(list_price) end),
                    fault('rating_average', case when rating_count > 0 then amount_reason(rating_average) end),
                    fault('currency', currency_reason(currency))
                ]),
                lambda found: fault(found.field, found.reason || ' (item ' || item_id || ')')
            )
    end as faults
from finished
order by user_id, message_id, block_number, position
