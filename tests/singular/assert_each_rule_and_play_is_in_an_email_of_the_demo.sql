-- As delivered, each rule hits somebody on the demo, and each play is to be seen in an email there: its titles over a
-- block that its strategies filled, and the layout of the first block. Elsewhere a shop may have nobody of the kind.
with messages as (

    select
        user_id,
        layout,
        blocks
    from {{ ref('email_queue') }}
    where language = 'en'

),

shown as (

    select distinct
        plays.play,
        plays.block
    from {{ ref('int_user_playbook') }} as plays
    inner join messages
        on plays.user_id = messages.user_id
    inner join {{ ref('texts') }} as titles
        on
            plays.title_key = titles.key
            and titles.language = 'en'
    where
        {{ list_item('messages.blocks', "case when plays.block = 'primary' then 1 else 2 end") }}.title = titles.text
        and (
            plays.block = 'secondary'
            or messages.layout = case when plays.layout = 'single' then 'hero' else plays.layout end
        )

),

mailed as (

    select distinct hits.rule_name
    from {{ ref('int_user_rules') }} as hits
    inner join messages
        on hits.user_id = messages.user_id
    where hits.effect_rank = 1

),

unseen as (

    select concat('play ', playbook.play, ' ', playbook.block) as what
    from {{ ref('playbook') }} as playbook
    left join shown
        on
            playbook.play = shown.play
            and playbook.block = shown.block
    where shown.play is null

    union all

    select concat('rule ', rules.rule_name) as what
    from {{ ref('int_rule_hits') }} as rules
    left join mailed
        on rules.rule_name = mailed.rule_name
    where mailed.rule_name is null

)

select what
from unseen
where {{ 'true' if var('input_location') == 'data/demo' and not (var('input_schema') or var('as_of')) else 'false' }}
