-- One row per item that a block of a chosen message shows, by user_id, message_id, block and place: what the templates
-- print of it, as finished text (`_html`: escaped), and `faults`: what forbids showing it. A message with item_lines shows
-- the items that they name, in their places; any other the first of the user's list.

with slots as (

    select
        message_id,
        user_id,
        placement,
        language,
        locale,
        tracking,
        number_format.grouped_from_digits as grouped_from_digits,
        item_lines,
        item_lines is null and language = 'en' as is_as_listed,
        shop_url,
        unnest(blocks) as block,
        generate_subscripts(blocks, 1) as block_number
    from chosen_messages

),

listed as (

    select
        slots.*,
        chosen_items.* exclude (user_id, placement),
        list_filter(slots.item_lines, lambda line: line.position = chosen_items.position)[1] as line
    from slots
    inner join chosen_items
        on slots.user_id = chosen_items.user_id
        and slots.placement = chosen_items.placement

),

-- under the name and at the price of the reader's market, where it has its own
of_markets as (

    select
        * replace (
            coalesce(line.item_name, item_name) as item_name,
            coalesce(line.item_url, item_url) as item_url,
            case when line.price is null then price else line.price end as price,
            case when line.price is null then list_price else line.list_price end as list_price,
            case when line.price is null then currency else line.currency end as currency
        ),
        coalesce(line.place, position) as place
    from listed
    where
        case when item_lines is null then position else coalesce(line.place, line.position) end
        between block.first_position and block.last_position

),

items as (

    select
        of_markets.*,
        clean_text(item_name) as name,
        try_cast(price as decimal(18, 4)) as amount,
        try_cast(list_price as decimal(18, 4)) as list_amount,
        money_formats as style,
        -- an item without a page of its own leads to the shop
        coalesce(item_url, shop_url) as page_url
    from of_markets
    left join money_formats
        on of_markets.locale = money_formats.locale and of_markets.currency = money_formats.currency

),

-- as they will be read: what differs by less than the last decimal is one price
priced as (

    select
        *,
        plain_amount(amount, style.digits) as plain_price,
        case
            when list_amount > amount
                then
                    nullif(
                        plain_amount(list_amount, style.digits), plain_amount(amount, style.digits)
                    )
        end as plain_list_price
    from items

),

finished as (

    select
        *,
        tagged_link(page_url, tracking, url_encode(strategy || '-' || position)) as url,
        clean_text(case when is_as_listed then reason_text else line.reason_text end) as reason,
        case
            when badge_type = 'was' and plain_list_price is null then null
            else clean_text(case when is_as_listed then badge_text else line.badge_text end)
        end as badge,
        clean_text(line.rating_text) as rating,
        plain_amount(
            cast(plain_list_price as decimal(18, 4)) - cast(plain_price as decimal(18, 4)), style.digits
        ) as plain_saving
    from priced

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
    money(plain_price, style, grouped_from_digits) as price,
    money(plain_list_price, style, grouped_from_digits) as list_price,
    reason,
    html(reason) as reason_html,
    badge,
    html(badge) as badge_html,
    rating,
    html(rating) as rating_html,
    case
        when block.layout = 'compact' then null
        when block.layout = 'carousel'
            then
                promotion_card(name, url, image_url, plain_price, plain_list_price, plain_saving, currency, place)
        else product_card(name, url, image_url, plain_price, currency, rating_average, rating_count)
    end as card,
    case
        -- the rule: nothing is wrong, and a list for each item would cost more than all checks
        when
            name is not null
            and greatest(strlen(name), strlen(reason), strlen(badge), strlen(rating)) <= 1000
            and text_reason(strategy) is null
            and link_reason(page_url) is null
            and (image_url is null or link_reason(image_url) is null)
            and amount_reason(price) is null
            and (list_price is null or amount_reason(list_price) is null)
            and (coalesce(rating_count, 0) <= 0 or amount_reason(rating_average) is null)
            and style.digits is not null
            then null
        else
            list_transform(
                found_faults([
                    fault('item_name', line_reason(name)),
                    fault('strategy', text_reason(strategy)),
                    fault('item_url', link_reason(page_url)),
                    fault('image_url', case when image_url is not null then link_reason(image_url) end),
                    fault('price', amount_reason(price)),
                    fault('list_price', case when list_price is not null then amount_reason(list_price) end),
                    fault('rating_average', case when rating_count > 0 then amount_reason(rating_average) end),
                    fault('currency', case when style.digits is null then 'is not an ISO 4217 code' end),
                    case when reason is not null then fault('reason_text', line_reason(reason)) end,
                    case when badge is not null then fault('badge_text', line_reason(badge)) end,
                    case when rating is not null then fault('rating_text', line_reason(rating)) end
                ]),
                lambda found: fault(found.field, found.reason || ' (item ' || item_id || ')')
            )
    end as faults
from finished
order by user_id, message_id, block_number, place
