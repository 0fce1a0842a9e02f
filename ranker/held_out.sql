-- Who is asked at the held-out cut, and the lists of simple recommenders to compare with; runs after relevant.sql.
-- Variables: cut, repurchase_window_days, list_length.
create or replace temp table asked as
select distinct relevant.user_id
from relevant
semi join sampled_users on relevant.user_id = sampled_users.user_id;

create or replace temp table item_facts as
with buyers as (
    select item_id, count(distinct user_id) as buyers
    from int_purchases
    group by item_id
)
select
    availability.item_id,
    -- what nobody bought counts as bought by one, so that its surprise is finite
    greatest(coalesce(buyers.buyers, 0), 1) / (select count(distinct user_id) from int_purchases)
        as buyer_share,
    availability.unavailable_reason is null as is_available
from int_item_availability as availability
left join buyers on availability.item_id = buyers.item_id;

create or replace temp table similarities as
select items.item_id, neighbours.item_id as neighbour_item_id, similarities.similarity_score
from int_content_similarities as similarities
inner join int_item_keys as items on similarities.item_key = items.item_key
inner join int_item_keys as neighbours on similarities.neighbour_key = neighbours.item_key;

create or replace temp table user_groups as
with lines as (
    select user_id, count(*) as line_count from int_purchases group by user_id
)
select user_id, 'all' as dimension, 'all' as dimension_value
from sampled_users
union all
select segments.user_id, 'segment', segments.segment
from int_user_segments as segments
semi join sampled_users on segments.user_id = sampled_users.user_id
union all
select
    sampled_users.user_id,
    'history_length',
    case
        when lines.line_count is null then '0'
        when lines.line_count < 5 then '1 to 4'
        when lines.line_count < 20 then '5 to 19'
        when lines.line_count < 100 then '20 to 99'
        else '100 and more'
    end
from sampled_users
left join lines on sampled_users.user_id = lines.user_id;

create or replace temp table recently_bought as
select distinct user_id, item_id
from int_purchases
where ordered_at > getvariable('cut') - to_days(getvariable('repurchase_window_days'));

create or replace temp table lists as
with popular as (
    select item_id, row_number() over (order by count(distinct user_id) desc, item_id) as popularity_rank
    from int_purchases
    semi join (select item_id from item_facts where is_available) as available using (item_id)
    where ordered_at > getvariable('cut') - to_days(30)
    group by item_id
),

-- so many that a list stays full when all of what the user bought lately is taken out of the top
popular_for_user as (
    select asked.user_id, popular.item_id, popular.popularity_rank
    from asked
    left join (select user_id, count(*) as items from recently_bought group by user_id) as recent
        on asked.user_id = recent.user_id
    inner join popular
        on popular.popularity_rank <= 2 * getvariable('list_length') + coalesce(recent.items, 0)
    anti join recently_bought
        on asked.user_id = recently_bought.user_id and popular.item_id = recently_bought.item_id
    qualify row_number() over (partition by asked.user_id order by popular.popularity_rank)
        <= 2 * getvariable('list_length')
),

own as (
    select purchases.user_id, purchases.item_id, count(*) as times, max(purchases.ordered_at) as last_bought_at
    from int_purchases as purchases
    semi join asked on purchases.user_id = asked.user_id
    semi join (select item_id from item_facts where is_available) as available
        on purchases.item_id = available.item_id
    anti join recently_bought
        on purchases.user_id = recently_bought.user_id and purchases.item_id = recently_bought.item_id
    group by purchases.user_id, purchases.item_id
),

ranked as (
    select 'most_popular' as model, user_id, item_id, 0 as times, null as last_bought_at, popularity_rank
    from popular_for_user
    union all
    -- by how often the user bought it, the last first among equals; the rest by popularity
    select 'buy_again', user_id, item_id, times, last_bought_at, null
    from own
    union all
    select 'buy_again', user_id, item_id, 0, null, popularity_rank
    from popular_for_user
    anti join own using (user_id, item_id)
)

select model, user_id, item_id,
    row_number() over (
        partition by model, user_id
        order by times desc, last_bought_at desc nulls last, popularity_rank, item_id
    ) as place
from ranked
qualify place <= getvariable('list_length');
