-- What every item of a block is there for may be its title. `shared_<reason>_one` names the one item or category that
-- all of them start from, `shared_<reason>` stands where there are several.
with recipients as (

    select
        user_id,
        language
    from {{ ref('email_recipients') }}

),

recommendations as (

    select * from {{ ref('user_recommendations') }}

),

items as (

    select
        item_id,
        category,
        case when length(item_name) > 60 then concat(substr(item_name, 1, 59), '…') else item_name end as item_name
    from {{ ref('stg_items') }}

),

texts as (

    select * from {{ ref('email_texts') }}

),

blocks as (

    select
        recipients.user_id,
        recipients.language,
        recommendations.block,
        min(recommendations.reason_type) as reason_type,
        case when count(distinct recommendations.evidence_item_id) = 1 then min(evidence_items.item_name) end
            as item_name,
        case when count(distinct items.category) = 1 then min(items.category) end as category
    from recipients
    inner join recommendations
        on recipients.user_id = recommendations.user_id
    inner join items
        on recommendations.item_id = items.item_id
    left join items as evidence_items
        on recommendations.evidence_item_id = evidence_items.item_id
    where recommendations.position <= {{ var('email_items_primary') + var('email_items_secondary') }}
    group by recipients.user_id, recipients.language, recommendations.block
    having
        count(distinct recommendations.reason_type) = 1
        and count(recommendations.reason_type) = count(*)

),

with_texts as (

    select
        blocks.*,
        of_several.text as shared_title,
        {{ fill_text('of_one.text', 'category', 'blocks.category') }} as title_of_one
    from blocks
    left join texts as of_one
        on
            blocks.language = of_one.language
            and concat('shared_', blocks.reason_type, '_one') = of_one.text_key
    left join texts as of_several
        on
            blocks.language = of_several.language
            and concat('shared_', blocks.reason_type) = of_several.text_key

)

select
    user_id,
    block,
    {{ fill_text('title_of_one', 'item', 'item_name') }} as named_title,
    shared_title
from with_texts
