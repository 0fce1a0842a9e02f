-- One row per block of a chosen message that is not one of items, by message_id and block_number: what its template
-- prints, as finished text (`_html`: escaped), and `faults`: what forbids sending the message.

with blocks as (

    select
        message_id,
        tracking,
        unnest(blocks) as block,
        generate_subscripts(blocks, 1) as block_number
    from chosen_messages
    -- hardly any: looked at before blocks become rows
    where len(list_filter(blocks, lambda entry: entry.kind <> 'items')) > 0

),

cleaned as (

    select
        message_id,
        block_number,
        clean_text(block.text) as text,
        clean_text(block.label) as label,
        block.url as url,
        block.image_url as image_url,
        tracking,
        block.kind || '-' || block_number as content,
        list_transform(block.lines, lambda line: clean_text(line)) as lines,
        list_transform(block.links, lambda link: {'label': clean_text(link.label), 'url': link.url}) as links
    from blocks
    where block.kind <> 'items'

)

select
    message_id,
    block_number,
    text,
    html(text) as text_html,
    html_link(image_url) as image_html,
    label,
    html(label) as label_html,
    tagged_link(url, tracking, content) as link,
    html_link(tagged_link(url, tracking, content)) as link_html,
    coalesce(list_transform(lines, lambda line: {'text': line, 'text_html': html(line)}), []) as lines,
    coalesce(
        list_transform(
            links, lambda link: {
                'label': link.label,
                'label_html': html(link.label),
                'url': tagged_link(link.url, tracking, content),
                'url_html': html_link(tagged_link(link.url, tracking, content))
            }
        ),
        []
    ) as links,
    found_faults(
        [
            case when text is not null then fault('blocks.text', line_reason(text)) end,
            case when url is not null then fault('blocks.url', link_reason(url)) end,
            case when url is not null then fault('blocks.label', line_reason(label)) end,
            case when image_url is not null then fault('blocks.image_url', link_reason(image_url)) end
        ]
        || coalesce(list_transform(lines, lambda line: fault('blocks.lines', line_reason(line))), [])
        || coalesce(
            list_transform(
                links, lambda link: fault('blocks.links', coalesce(link_reason(link.url), line_reason(link.label)))
            ),
            []
        )
    ) as faults
from cleaned
order by message_id, block_number
