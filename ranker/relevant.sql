-- What users bought after the cut that a list may name: not what they had bought in the days before it. Runs on the
-- replay of the cut; bought_later are the purchases of a warehouse that knows what came after it. Variables: cut,
-- label_days, repurchase_window_days, users_max.
create or replace temp table relevant as
select distinct bought.user_id, bought.item_id
from bought_later as bought
anti join (
    select user_id, item_id
    from bought_later
    where
        ordered_at <= getvariable('cut')
        and ordered_at > getvariable('cut') - to_days(getvariable('repurchase_window_days'))
) as recent
    on bought.user_id = recent.user_id and bought.item_id = recent.item_id
where
    bought.user_id is not null
    and bought.ordered_at > getvariable('cut')
    and bought.ordered_at <= getvariable('cut') + to_days(getvariable('label_days'));

-- of a large shop a sample, the same at every run
create or replace temp table sampled_users as
select user_id, user_key, row_number() over (order by user_id) as user_number
from (
    select user_id, user_key
    from int_user_keys
    where user_key in (select user_key from int_candidates)
    order by md5(user_id), user_id
    limit getvariable('users_max')
);

create or replace temp table item_numbers as
select item_id, item_key, row_number() over (order by item_id) as item_number
from int_item_keys
where item_key in (select item_key from int_candidates);
