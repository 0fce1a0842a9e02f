-- What users bought after the cut that a list may name: not what they had bought in the days before it. Runs on the
-- replay of the cut, with the warehouse that knows what came after attached as `later`. Variables: cut, label_days,
-- repurchase_window_days, users_max.
create or replace temp table relevant as
select distinct bought.user_id, bought.item_id
from later.interactions.int_purchases as bought
anti join (
    select user_id, item_id
    from later.interactions.int_purchases
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
    from interactions.int_user_keys
    where user_key in (select user_key from ranking.int_candidate_knot_places)
    order by md5(user_id), user_id
    limit getvariable('users_max')
);

create or replace temp table item_numbers as
select item_id, item_key, row_number() over (order by item_id) as item_number
from items.int_item_keys
where item_key in (select item_key from ranking.int_candidate_knot_places);
