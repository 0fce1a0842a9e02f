create temp table revised_messages as
with changed as (

    select
        revalidated.message_id,
        email_queue.user_id,
        email_queue.placement,
        revalidated.lines,
        coalesce(list_filter(revalidated.changes, lambda entry: entry.after = 'left out'), []) as left_out,
        revalidated.has_ended_offer,
        case email_queue.segment when 'new' then 'preheader.new' else 'preheader.plain' end as preheader_key,
        email_queue.subject,
        email_queue.subject_key,
        email_queue.language,
        email_queue.trigger_type,
        email_queue.blocks,
        email_queue.offer
    from revalidated
    inner join email_queue
        on revalidated.message_id = email_queue.message_id
    where revalidated.drop_reason is null

),

general_subjects as (

    select
        changed.message_id,
        texts.text as subject
    from changed
    inner join texts
        on
            changed.language = texts.language
            and texts.key like concat('subject.', changed.trigger_type, '.general.%')
            and texts.text not like '%{%'
    qualify row_number() over (partition by changed.message_id order by md5(changed.message_id || texts.key)) = 1

),

titles as (

    select
        language,
        substr(key, 15) as block,
        text as title
    from texts
    where key like 'title.neutral.%'

)

select
    changed.message_id,
    changed.user_id,
    changed.placement,
    changed.lines,
    list_transform(
        changed.lines, lambda line: {'position': line.place, 'item_id': line.item_id, 'propensity': line.propensity}
    ) as items,
    case
        when changed.subject_key like '%.general.%' then changed.subject
        else coalesce(general_subjects.subject, changed.subject)
    end as subject,
    preheaders.text as preheader,
    -- not one that is over by now, or names what fell out
    not changed.has_ended_offer
    and len(
        list_filter(
            changed.left_out, lambda entry: contains(coalesce(changed.offer.headline, ''), entry.short_name)
        )
    ) = 0 as keeps_offer,
    list_transform(
        changed.blocks,
        lambda entry: struct_update(
            entry,
            title := case
                when
                    len(
                        list_filter(
                            changed.lines,
                            lambda line: line.is_new and line.place between entry.first_position and entry.last_position
                        )
                    ) = 0
                    then entry.title
                when entry.block = 'primary' then primary_titles.title
                else secondary_titles.title
            end
        )
    ) as blocks
from changed
left join general_subjects
    on changed.message_id = general_subjects.message_id
left join texts as preheaders
    on
        changed.language = preheaders.language
        and changed.preheader_key = preheaders.key
left join titles as primary_titles
    on
        changed.language = primary_titles.language
        and primary_titles.block = 'primary'
left join titles as secondary_titles
    on
        changed.language = secondary_titles.language
        and secondary_titles.block = 'secondary';

create temp table revised_queue as
select
    email_queue.* replace (
        revised.subject as subject,
        revised.preheader as preheader,
        revised.blocks as blocks,
        case when revised.keeps_offer then email_queue.offer end as offer,
        list_transform(
            revised.lines,
            lambda line: {
                'place': line.place,
                'position': line.position,
                'reason_text': line.reason_text,
                'badge_text': line.badge_text,
                'rating_text': line.rating_text,
                'item_name': line.item_name,
                'item_url': line.item_url,
                'price': line.price,
                'list_price': line.list_price,
                'currency': line.currency
            }
        ) as item_lines
    )
from email_queue
inner join revised_messages as revised
    on email_queue.message_id = revised.message_id;

-- before the mart of this name: with reserves of the user's own list behind the lists of triggers
create temp table placement_recommendations as
with reserves as (

    select
        user_id,
        placement,
        unnest(list_filter(lines, lambda line: line.is_of_digest)) as line
    from revised_messages

)

select * from placement_recommendations
where user_id in (select user_id from revised_messages)
union all by name
select
    digest.* replace (reserves.line.position as position),
    reserves.placement
from user_recommendations as digest
inner join reserves
    on
        digest.user_id = reserves.user_id
        and digest.position = reserves.line.of_position
