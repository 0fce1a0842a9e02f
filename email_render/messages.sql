-- One row per chosen message, by user_id and message_id: its lines as finished text (`_html`: escaped for the HTML
-- part), its blocks in order without their items, and `faults`: everything that forbids sending it.

with cleaned as (

    select * replace (
        clean_text(subject) as subject,
        clean_text(preheader) as preheader,
        clean_text(greeting) as greeting,
        clean_text(shop_name) as shop_name,
        clean_text(postal_address) as postal_address,
        clean_text(footer_reason) as footer_reason,
        case
            -- the rule, and a regular expression in a lambda would be compiled for every title
            when not needs_cleaning(array_to_string(list_transform(blocks, lambda entry: entry.title), ' '))
                then list_transform(
                    blocks,
                    lambda entry: {'block': entry.block, 'title': entry.title, 'first_position': entry.first_position}
                )
            else list_transform(
                blocks,
                lambda entry: {
                    'block': entry.block, 'title': clean_text(entry.title), 'first_position': entry.first_position
                }
            )
        end as blocks
    )
    from chosen_messages

)

select
    message_id,
    user_id,
    email,
    trigger_type,
    subject,
    html(subject) as subject_html,
    preheader,
    html(preheader) as preheader_html,
    greeting,
    html(greeting) as greeting_html,
    segment,
    locale,
    language,
    direction,
    layout,
    list_transform(
        blocks, lambda entry: {
            'block': entry.block,
            'title': entry.title,
            'title_html': html(entry.title),
            'first_position': entry.first_position
        }
    ) as blocks,
    clean_text(offer.offer_name) as offer_name,
    html(clean_text(offer.offer_name)) as offer_name_html,
    clean_text(offer.ends_text) as offer_ends,
    html(clean_text(offer.ends_text)) as offer_ends_html,
    shop_name,
    html(shop_name) as shop_name_html,
    tagged_link(shop_url, trigger_type, 'header') as shop_link,
    html_link(tagged_link(shop_url, trigger_type, 'header')) as shop_link_html,
    html_link(logo_url) as logo_url_html,
    preferences_url,
    unsubscribe_url,
    unsubscribe_email,
    tagged_link(support_url, trigger_type, 'footer') as support_link,
    html_link(tagged_link(support_url, trigger_type, 'footer')) as support_link_html,
    postal_address,
    html(postal_address) as postal_address_html,
    footer_reason,
    html(footer_reason) as footer_reason_html,
    is_synthetic,
    strftime(as_of, '%Y-%m-%d') as as_of_date,
    found_faults(
        [
            fault('subject', line_reason(subject)),
            fault('preheader', line_reason(preheader)),
            fault('greeting', line_reason(greeting)),
            fault('direction', choice_reason(direction, ['ltr', 'rtl'])),
            fault('layout', choice_reason(layout, ['grid', 'hero', 'list', 'carousel'])),
            fault('trigger_type', text_reason(trigger_type)),
            case when offer is not null then fault('offer', line_reason(clean_text(offer.offer_name))) end,
            case when offer is not null then fault('offer', line_reason(clean_text(offer.ends_text))) end,
            fault('shop_name', line_reason(shop_name)),
            fault('shop_url', link_reason(shop_url)),
            case when logo_url is not null then fault('logo_url', link_reason(logo_url)) end,
            fault('preferences_url', personal_link_reason(preferences_url)),
            fault('unsubscribe_url', personal_link_reason(unsubscribe_url)),
            fault('unsubscribe_email', address_reason(unsubscribe_email)),
            fault('support_url', link_reason(support_url)),
            fault('postal_address', line_reason(postal_address)),
            fault('footer_reason', line_reason(footer_reason))
        ]
        || coalesce(list_transform(blocks, lambda entry: fault('blocks.title', line_reason(entry.title))), [])
    ) as faults
from cleaned
order by user_id, message_id
