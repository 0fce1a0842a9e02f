-- One row per running experiment and user, with the names that the platform has for experiment and arm. Who was seen in
-- several arms would be told one of them, and is told none; holdouts are no experiments of the platform's.
select
    users.experiment,
    users.arm,
    users.user_id,
    names.experiment_id,
    names.variation_id
from experiment_users as users
inner join people
    on users.user_id = people.user_id
left join platform_names as names
    on
        users.experiment = names.experiment
        and users.arm = names.arm
where
    users.is_running
    and not users.is_in_several_arms
    and users.assigned_by <> 'holdout'
