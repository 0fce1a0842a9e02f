with units as (

    select * from {{ ref('int_experiment_units') }}
    where not is_in_several_arms

),

{{ experiment_sums('units', ['experiment', 'arm', 'segment'], total='segment') }}

select * from sums
