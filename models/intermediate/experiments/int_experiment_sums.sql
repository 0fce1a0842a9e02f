with units as (

    select * from {{ ref('int_experiment_units') }}
    where not is_in_several_arms

),

{{ experiment_sums(
    units='units',
    keys=['experiment', 'arm', "coalesce(segment, 'all') as segment"],
    grouping='grouping sets ((experiment, arm, metric), (experiment, arm, metric, segment))'
) }}

select * from sums
