-- A play that leaves lists as they would be anyway is no rule. On the demo, its blocks hold more of what it wants than
-- the items that the pure ranking has there: the play raises the odds more, in the mean of logs.
{% set odds_raised = 'ln(lists.score / (1 - lists.score)) - ln(lists.pure_score / (1 - lists.pure_score))' %}

with digests as (

    select * from {{ ref('int_placement_users') }}
    where placement = 'email_digest'

),

candidates as (

    select
        digests.user_id,
        steered.*,
        row_number() over (partition by steered.list_key order by steered.score desc, steered.item_number) as position
    from {{ ref('int_steered_candidates') }} as steered
    inner join digests
        on steered.list_key = digests.list_key

),

pure as (

    select
        user_id,
        case when position <= items_primary then 'primary' else 'secondary' end as block,
        score as pure_score,
        case when position <= items_primary then primary_score else secondary_score end as score
    from candidates
    where position <= list_size

),

listed as (

    select
        digests.user_id,
        case when lists.position <= digests.items_primary then 'primary' else 'secondary' end as block,
        lists.score / lists.playbook_factor as pure_score,
        lists.score
    from {{ ref('int_diverse_lists') }} as lists
    inner join digests
        on lists.list_key = digests.list_key
    -- what diversity keeps is not the playbook's doing
    where not lists.is_sure

),

lists as (

    select
        *,
        true as is_listed
    from listed
    union all
    select
        *,
        false as is_listed
    from pure

),

means as (

    select
        playbook.play,
        avg(case when lists.is_listed then {{ odds_raised }} end) as listed_raise,
        avg(case when not lists.is_listed then {{ odds_raised }} end) as pure_raise
    from lists
    inner join {{ ref('int_user_playbook') }} as playbook
        on
            lists.user_id = playbook.user_id
            and lists.block = playbook.block
    group by playbook.play

)

select *
from means
where
    listed_raise <= pure_raise
    and {{
        'true' if var('input_location') == 'data/demo' and not (var('input_schema') or var('as_of')) else 'false'
    }}
