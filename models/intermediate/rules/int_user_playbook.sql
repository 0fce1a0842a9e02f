-- A play that a rule chose comes first, then the row with the smallest priority among the user's segments. A block for
-- which the chosen play has no row keeps the segment's.
with playbook as (

    select * from {{ ref('playbook') }}

),

chosen as (

    select
        user_id,
        rule_name,
        effect_value as play
    from {{ ref('int_user_rules') }}
    where
        effect = 'choose_block'
        and effect_rank = 1

),

fitting as (

    select
        schemes.user_id,
        playbook.block,
        playbook.play,
        playbook.priority,
        cast(null as {{ dbt.type_string() }}) as rule_name
    from {{ ref('int_user_schemes') }} as schemes
    inner join playbook
        on
            schemes.scheme = playbook.scheme
            and schemes.segment = playbook.segment
    union all
    select
        chosen.user_id,
        playbook.block,
        playbook.play,
        0 as priority,
        chosen.rule_name
    from chosen
    inner join playbook
        on chosen.play = playbook.play

),

first_fitting as (

    select * from fitting
    qualify row_number() over (partition by user_id, block order by priority, play) = 1

)

select
    first_fitting.user_id,
    first_fitting.block,
    first_fitting.play,
    first_fitting.rule_name,
    playbook.title_key,
    playbook.tone,
    playbook.offer_policy,
    playbook.price_band,
    playbook.layout
from first_fitting
inner join playbook
    on
        first_fitting.play = playbook.play
        and first_fitting.block = playbook.block
