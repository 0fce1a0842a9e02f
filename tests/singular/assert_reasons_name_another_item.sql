-- "Because you bought Tea" explains Tea to nobody: neither a reason nor a title names what it stands over.
with lists as (

    select
        concat('list ', placement, ' of ', user_id) as where_it_stands,
        item_id
    from {{ ref('int_recommendations') }}
    where
        evidence_item_id <> item_id
        and lower(evidence_item_name) = lower(item_name)

),

reasons as (

    select
        concat('message ', message_id) as where_it_stands,
        item_id
    from {{ ref('int_message_places') }}
    where lower(evidence_item_name) = lower(short_name)

),

-- what a title names is the evidence of all items below it
titles as (

    select
        concat('title of message ', places.message_id) as where_it_stands,
        places.item_id
    from {{ ref('int_message_places') }} as places
    inner join {{ ref('int_message_places') }} as named
        on
            places.message_id = named.message_id
            and places.block = named.block
            and places.short_name = named.evidence_item_name
    inner join {{ ref('int_message_blocks') }} as blocks
        on
            places.message_id = blocks.message_id
            and places.block = blocks.block
            and blocks.title like concat('%', named.evidence_item_name)

)

select * from lists
union all
select * from reasons
union all
select * from titles
