-- A row of the playbook that leaves lists as they would be anyway is no rule. On the demo, each block holds more of
-- what its play wants than the items that the pure ranking has there: the mean factor of the play is higher.
with candidates as (

    select
        user_id,
        item_id,
        primary_factor,
        secondary_factor,
        row_number() over (partition by user_id order by score desc, item_id) as position
    from {{ ref('int_steered_candidates') }}

),

pure as (

    select
        user_id,
        case when position <= {{ var('email_items_primary') }} then 'primary' else 'secondary' end as block,
        case when position <= {{ var('email_items_primary') }} then primary_factor else secondary_factor end as factor
    from candidates
    where position <= {{ var('recommendations_per_user') }}

),

listed as (

    select
        user_id,
        case when position <= {{ var('email_items_primary') }} then 'primary' else 'secondary' end as block,
        playbook_factor as factor
    from {{ ref('int_ranked_candidates') }}
    where strategy <> 'explore'

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
        playbook.block,
        avg(case when lists.is_listed then lists.factor end) as listed_factor,
        avg(case when not lists.is_listed then lists.factor end) as pure_factor
    from lists
    inner join {{ ref('int_user_playbook') }} as playbook
        on
            lists.user_id = playbook.user_id
            and lists.block = playbook.block
    group by playbook.play, playbook.block

)

select *
from means
where
    listed_factor <= pure_factor
    and {{
        'true' if var('input_location') == 'data/demo' and not (var('input_schema') or var('as_of')) else 'false'
    }}
