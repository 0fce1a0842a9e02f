-- One row per chosen message, by user_id and message_id: its lines as finished text (`_html`: escaped for the HTML
-- part), its blocks in order without their items, and `faults`: everything that forbids sending it.

with lines as (

    select
        *,
        [
            subject, preheader, greeting, shop_name, postal_address, footer_reason,
            coalesce(offer.headline, offer.offer_name), offer.ends_text, offer.offer_code, headline
        ]
        || coalesce(list_transform(blocks, lambda entry: entry.title), []) as lines
    from chosen_messages

),

-- all lines at once: their regular expressions take longer to be compiled, once per column, than to be matched
cleaned as (

    select * replace (list_transform(lines, lambda line: clean_text(line)) as lines)
    from lines

),

messages as (

    select * replace (
        lines[1] as subject,
        lines[2] as preheader,
        lines[3] as greeting,
        lines[4] as shop_name,
        lines[5] as postal_address,
        lines[6] as footer_reason,
        case
            when offer is not null
                then {
                    'headline': lines[7], 'ends_text': lines[8], 'offer_code': lines[9],
                    'url': coalesce(offer.offer_url, shop_url), 'ends_at': offer.ends_at
                }
        end as offer,
        -- the promise that was opened
        coalesce(lines[10], lines[1]) as headline,
        list_transform(
            blocks,
            lambda entry, number: {
                'block': entry.block,
                'kind': entry.kind,
                'layout': entry.layout,
                'title': lines[10 + number],
                'first_position': entry.first_position
            }
        ) as blocks
    )
    from cleaned

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
            'kind': entry.kind,
            'layout': entry.layout,
            'title': entry.title,
            'title_html': html(entry.title),
            'first_position': entry.first_position
        }
    ) as blocks,
    headline,
    html(headline) as headline_html,
    offer.headline as offer_headline,
    html(offer.headline) as offer_headline_html,
    offer.ends_text as offer_ends,
    html(offer.ends_text) as offer_ends_html,
    offer.offer_code as offer_code,
    html(offer.offer_code) as offer_code_html,
    tagged_link(offer.url, tracking, 'offer') as offer_link,
    html_link(tagged_link(offer.url, tracking, 'offer')) as offer_link_html,
    case when offer is not null then offer_card(offer.headline, offer.offer_code, offer.ends_at) end as offer_card,
    shop_name,
    html(shop_name) as shop_name_html,
    tagged_link(shop_url, tracking, 'header') as shop_link,
    html_link(tagged_link(shop_url, tracking, 'header')) as shop_link_html,
    tagged_link(coalesce(cart_url, list_url), tracking, 'hero') as list_link,
    html_link(tagged_link(coalesce(cart_url, list_url), tracking, 'hero')) as list_link_html,
    case when cart_url is null then 'button_main' else 'button_to_cart' end as main_word,
    tagged_link(list_url, tracking, 'see-all') as see_all_link,
    html_link(tagged_link(list_url, tracking, 'see-all')) as see_all_link_html,
    html_link(logo_url) as logo_url_html,
    with_parameters(view_online_url, 'message_id=' || url_encode(message_id)) as view_url,
    preferences_url,
    unsubscribe_url,
    unsubscribe_email,
    tagged_link(support_url, tracking, 'footer') as support_link,
    html_link(tagged_link(support_url, tracking, 'footer')) as support_link_html,
    postal_address,
    html(postal_address) as postal_address_html,
    words,
    footer_reason,
    html(footer_reason) as footer_reason_html,
    is_synthetic,
    campaign,
    strftime(as_of, '%Y-%m-%d') as as_of_date,
    found_faults(
        [
            fault('subject', line_reason(subject)),
            fault('preheader', line_reason(preheader)),
            fault('greeting', line_reason(greeting)),
            fault('direction', choice_reason(direction, ['ltr', 'rtl'])),
            fault('layout', choice_reason(layout, message_layouts())),
            fault('trigger_type', text_reason(trigger_type)),
            case when offer is not null then fault('offer', line_reason(offer.headline)) end,
            case when offer.ends_text is not null then fault('offer', line_reason(offer.ends_text)) end,
            case when offer is not null then fault('offer', link_reason(offer.url)) end,
            fault('shop_name', line_reason(shop_name)),
            fault('shop_url', link_reason(shop_url)),
            case when logo_url is not null then fault('logo_url', link_reason(logo_url)) end,
            fault('preferences_url', personal_link_reason(preferences_url)),
            fault('unsubscribe_url', personal_link_reason(unsubscribe_url)),
            fault('unsubscribe_email', address_reason(unsubscribe_email)),
            fault('support_url', link_reason(support_url)),
            fault('see_all_url', link_reason(list_url)),
            case when cart_url is not null then fault('cart_url', link_reason(cart_url)) end,
            case when view_online_url is not null then fault('view_online_url', personal_link_reason(view_online_url)) end,
            fault('postal_address', line_reason(postal_address)),
            fault('footer_reason', line_reason(footer_reason)),
            fault('words', case when words is null then 'is missing' end)
        ]
        || coalesce(
            flatten(
                list_transform(
                    blocks, lambda entry: [
                        fault('blocks.title', line_reason(entry.title)),
                        fault('blocks.kind', choice_reason(entry.kind, block_kinds())),
                        fault('blocks.layout', choice_reason(entry.layout, block_layouts()))
                    ]
                )
            ),
            []
        )
    ) as faults
from messages
order by user_id, message_id
