-- One row per check of the queued emails: how many there are, how many fail, and what share may. Emails and lists stand
-- in the warehouse, so this counts what will be sent, not what the models meant.
with messages as (

    select * from email_queue

),

shown as (

    select
        messages.message_id,
        messages.user_id,
        messages.subject,
        entry.title,
        line,
        listed.* replace (
            case when line.price is null then listed.price else line.price end as price,
            case when line.price is null then listed.list_price else line.list_price end as list_price,
            case when line.price is null then listed.currency else line.currency end as currency
        ),
        items.category,
        labels.kind_number,
        labels.short_name,
        labels.is_nameable,
        evidence_labels.short_name as evidence_short_name,
        sensitivity.sensitivity_level
    from messages
    cross join unnest(messages.blocks) as blocks(entry)
    cross join unnest(messages.item_lines) as lines(line)
    inner join lists as listed
        on messages.user_id = listed.user_id
        and messages.placement = listed.placement
        and line.position = listed.position
    inner join stg_items as items
        on listed.item_id = items.item_id
    inner join int_item_labels as labels
        on listed.item_id = labels.item_id
    left join int_item_labels as evidence_labels
        on listed.evidence_item_id = evidence_labels.item_id
    left join int_item_sensitivity as sensitivity
        on listed.item_id = sensitivity.item_id
    where line.place between entry.first_position and entry.last_position

),

titles as (

    select distinct
        messages.message_id,
        messages.language,
        entry.block,
        entry.title
    from messages
    cross join unnest(messages.blocks) as blocks(entry)

),

-- a title is true when a text that reads so claims nothing, or claims the reasons of all items below it; one that names
-- an item or category stands over items of one reason
readings as (

    select
        titles.message_id,
        titles.block,
        coalesce(bool_and(case
            when texts.key like 'shared.%' then texts.key = 'shared.' || shown.reason_type
            else list_contains(string_split(claims.reason_types, '|'), shown.reason_type)
        end), true)
        and (texts.key is not null or count(distinct shown.reason_type) <= 1) as is_true
    from titles
    left join texts
        on
            titles.language = texts.language
            and titles.title = texts.text
            and (texts.key like 'title.%' or texts.key like 'shared.%')
    left join title_claims as claims
        on texts.key = claims.key
    left join shown
        on titles.message_id = shown.message_id and titles.block = shown.block
    group by titles.message_id, titles.block, texts.key

),

true_titles as (

    select distinct
        message_id,
        block
    from readings
    where is_true

),

lines as (

    select message_id, language, 'subject' as of_what, subject as text from messages
    union all
    select message_id, language, 'preheader', preheader from messages
    union all
    select message_id, language, 'title', title from titles

),

-- what the texts of another language may not read like
english as (

    select
        others.language,
        regexp_replace(texts.text, '\{[a-z_]+\}', '%', 'g') as pattern
    from texts
    cross join (select distinct language from messages where language <> 'en') as others
    anti join texts as translated
        on
            others.language = translated.language
            and texts.text = translated.text
    where
        texts.language = 'en'
        and regexp_matches(texts.key, '^(subject|preheader|title|shared|reason|badge)[.]')

),

foreign_lines as (

    select distinct
        texts_of_emails.message_id,
        texts_of_emails.text
    from (
        select message_id, language, text from lines
        union all
        select messages.message_id, messages.language, unnest([line.reason_text, line.badge_text])
        from messages
        cross join unnest(messages.item_lines) as lines(line)
    ) as texts_of_emails
    inner join english
        on
            texts_of_emails.language = english.language
            and texts_of_emails.text like english.pattern

),

named_first as (

    select
        message_id,
        min(short_name) as example,
        bool_or(line.place = 1) as is_first
    from shown
    where contains(subject, short_name)
    group by message_id

),

sensitive_words as (

    select distinct
        lines.message_id,
        lines.text
    from lines
    inner join sensitive_categories as words
        on
            words.match_on = 'word'
            and list_contains(regexp_extract_all(lower(lines.text), '[\p{L}\p{M}\p{N}]+'), words.pattern)

),

twins as (

    select
        message_id,
        min(short_name) as example
    from shown
    group by message_id, kind_number
    having count(*) > 1

),

offers as (

    select
        messages.message_id,
        made.offer_id,
        scopes.item_id,
        scopes.category
    from messages
    left join int_message_offers as made
        on messages.message_id = made.message_id
    left join int_offers as scopes
        on made.offer_id = scopes.offer_id
    where messages.offer is not null

),

matched_offers as (

    select distinct offers.message_id
    from offers
    inner join shown
        on
            offers.message_id = shown.message_id
            and coalesce(offers.item_id = shown.item_id, lower(offers.category) = lower(shown.category), true)

),

checks as (

    select
        1 as place,
        'subjects over 60 characters' as what,
        count(*) as total,
        count(*) filter (length(subject) > 60) as found,
        0.05 as share_max,
        max(subject) filter (length(subject) > 60) as example
    from messages
    union all
    select
        2, 'subjects and titles that name what may not be named', count(*), count(*) filter (is_named), 0,
        max(short_name) filter (is_named)
    from (
        select
            *,
            not is_nameable
            and (
                contains(subject, short_name) or contains(title, short_name)
                or contains(subject, line.item_name) or contains(title, line.item_name)
            )
            -- another item of the same short name may be
            and not exists (
                from int_item_labels as others where others.short_name = shown.short_name and others.is_nameable
            ) as is_named
        from shown
    )
    union all
    select 3, 'lines with a sensitive word', (select count(*) from lines), count(*), 0, max(text)
    from sensitive_words
    union all
    select
        4, 'items that nobody may be shown', count(*), count(*) filter (sensitivity_level = 'never'), 0,
        max(short_name) filter (sensitivity_level = 'never')
    from shown
    union all
    select
        5, 'items for reorders shown to those who never bought them', count(*), count(*) filter (is_wrong), 0,
        max(short_name) filter (is_wrong)
    from (
        select
            shown.*,
            shown.sensitivity_level = 'own_reorders' and coalesce(interactions.purchase_count, 0) = 0 as is_wrong
        from shown
        left join int_interactions as interactions
            on shown.user_id = interactions.user_id and shown.item_id = interactions.item_id
    )
    union all
    select
        6, 'reasons from evidence that may not be named', count(*),
        count(*) filter (not labels.is_nameable and not is_own), 0,
        max(labels.short_name) filter (not labels.is_nameable and not is_own)
    from (
        select *, reason_type in ('buy_again', 'left_in_cart', 'recently_viewed', 'viewed_before') as is_own
        from shown
    ) as reasons
    left join int_item_labels as labels
        on reasons.evidence_item_id = labels.item_id
    union all
    select
        7, 'titles that their items do not bear out', count(*), count(*) filter (true_titles.block is null), 0,
        max(titles.title) filter (true_titles.block is null)
    from titles
    left join true_titles
        on titles.message_id = true_titles.message_id and titles.block = true_titles.block
    union all
    select
        8, 'reasons that repeat the title over them', count(*),
        count(*) filter (starts_with(lower(line.reason_text), lower(title))), 0,
        max(title) filter (starts_with(lower(line.reason_text), lower(title)))
    from shown
    union all
    select
        9, 'items without a reason', count(*), count(*) filter (reason_text is null), 0,
        max(item_id) filter (reason_text is null)
    from shown
    union all
    select
        10, 'emails with two items of a kind', (select count(*) from messages), count(distinct message_id), 0,
        max(example)
    from twins
    union all
    select
        11, 'emails with more than three badges', count(*), count(*) filter (badges > 3), 0,
        max(message_id) filter (badges > 3)
    from (
        select message_id, count(line.badge_text) as badges from shown group by message_id
    )
    union all
    select
        12, 'badges for less than 10 %', count(line.badge_text),
        count(*) filter (is_wrong), 0,
        max(item_id) filter (is_wrong)
    from (
        select
            shown.*,
            line.badge_text is not null
            and price_drops.item_id is null
            and coalesce(price > 0.9 * list_price, true) as is_wrong
        from shown
        left join int_item_price_drops as price_drops
            on shown.item_id = price_drops.item_id
    )
    union all
    select
        13, 'offers without an item that they hold for', count(*), count(*) filter (matched_offers.message_id is null), 0,
        max(offers.offer_id) filter (matched_offers.message_id is null)
    from offers
    left join matched_offers
        on offers.message_id = matched_offers.message_id
    union all
    select
        14, 'preheaders that repeat the subject', count(*), count(*) filter (preheader = subject), 0,
        max(subject) filter (preheader = subject)
    from messages
    union all
    select
        15, 'lines with a placeholder left', count(*), count(*) filter (regexp_matches(text, '\{[a-z_]+\}')), 0,
        max(text) filter (regexp_matches(text, '\{[a-z_]+\}'))
    from lines
    union all
    select
        16, 'emails with prices of more than one currency', count(*), count(*) filter (currencies > 1), 0,
        max(message_id) filter (currencies > 1)
    from (
        select message_id, count(distinct currency) as currencies from shown group by message_id
    )
    union all
    select
        17, 'emails with one title over two blocks', count(*), count(*) filter (titles > names), 0,
        max(example) filter (titles > names)
    from (
        select message_id, count(*) as titles, count(distinct title) as names, min(title) as example
        from titles
        group by message_id
    )
    union all
    select
        18, 'subjects whose item does not stand first', count(*), count(*) filter (not is_first), 0,
        max(example) filter (not is_first)
    from named_first
    union all
    select
        19, 'reasons and titles that name their own item', count(*), count(*) filter (is_wrong), 0,
        max(short_name) filter (is_wrong)
    from (
        select
            *,
            evidence_item_id <> item_id
            and lower(evidence_short_name) = lower(short_name)
            and (contains(line.reason_text, short_name) or contains(title, short_name)) as is_wrong
        from shown
    )
    union all
    select 20, 'lines of an English text in another language', (select count(*) from lines), count(*), 0, max(text)
    from foreign_lines

)

select
    what,
    total,
    found,
    share_max,
    example,
    found > share_max * total as is_over
from checks
order by place
