-- How good the lists of each model are, by group of users. Temp tables in:
--   lists (model, user_id, item_id, place from 1), at most list_length places; model 'most_popular' is what is expected
--   relevant (user_id, item_id): what was bought
--   user_groups (user_id, dimension, dimension_value)
--   item_facts (item_id, buyer_share: share of users who had bought it, is_available)
--   similarities (item_id, neighbour_item_id, similarity_score)
-- Out: one row per model, group and metric. A user without a list counts with zero hits; users who bought nothing
-- relevant do not count.
with discounts as (

    select
        place,
        1 / log2(1 + place) as discount,
        sum(1 / log2(1 + place)) over (order by place) as ideal_gain
    from range(1, getvariable('list_length') + 1) as places (place)

),

asked as (

    select user_id, count(*) as relevant_count
    from relevant
    group by user_id

),

places as (

    select
        lists.model,
        lists.user_id,
        lists.item_id,
        lists.place,
        relevant.item_id is not null as is_hit,
        popular.item_id is null as is_unexpected,
        -log2(item_facts.buyer_share) as surprise
    from lists
    inner join asked on lists.user_id = asked.user_id
    left join relevant on lists.user_id = relevant.user_id and lists.item_id = relevant.item_id
    left join item_facts on lists.item_id = item_facts.item_id
    left join lists as popular
        on
            popular.model = 'most_popular'
            and lists.user_id = popular.user_id
            and lists.item_id = popular.item_id

),

likeness as (

    select
        one.model,
        one.user_id,
        avg(coalesce(similarities.similarity_score, 0)) as mean_similarity
    from places as one
    inner join places as other
        on one.model = other.model and one.user_id = other.user_id and one.place < other.place
    left join similarities
        on one.item_id = similarities.item_id and other.item_id = similarities.neighbour_item_id
    group by one.model, one.user_id

),

found as (

    select
        places.model,
        places.user_id,
        count(*) filter (where places.is_hit) as hits,
        sum(discounts.discount) filter (where places.is_hit) as gain,
        min(places.place) filter (where places.is_hit) as first_hit,
        count(*) filter (where places.is_hit and places.is_unexpected) as unexpected_hits,
        avg(places.surprise) as novelty
    from places
    inner join discounts on places.place = discounts.place
    group by places.model, places.user_id

),

per_user as (

    select
        models.model,
        asked.user_id,
        coalesce(found.hits, 0) / least(getvariable('list_length'), asked.relevant_count) as recall,
        coalesce(found.hits, 0) / getvariable('list_length') as precision_,
        coalesce(found.gain, 0) / discounts.ideal_gain as ndcg,
        coalesce(1 / found.first_hit, 0) as mrr,
        coalesce(cast(found.hits > 0 as integer), 0) as hit_rate,
        coalesce(found.unexpected_hits, 0) / getvariable('list_length') as serendipity,
        found.novelty,
        1 - likeness.mean_similarity as diversity
    from asked
    cross join (select distinct model from lists) as models
    inner join discounts on least(getvariable('list_length'), asked.relevant_count) = discounts.place
    left join found on models.model = found.model and asked.user_id = found.user_id
    left join likeness on models.model = likeness.model and asked.user_id = likeness.user_id

),

means as (

    select
        per_user.model,
        user_groups.dimension,
        user_groups.dimension_value,
        count(*) as user_count,
        avg(per_user.recall) as recall,
        avg(per_user.precision_) as precision,
        avg(per_user.ndcg) as ndcg,
        avg(per_user.mrr) as mrr,
        avg(per_user.hit_rate) as hit_rate,
        avg(per_user.serendipity) as serendipity,
        avg(per_user.novelty) as novelty,
        avg(per_user.diversity) as diversity
    from per_user
    inner join user_groups on per_user.user_id = user_groups.user_id
    group by all

),

covered as (

    select
        places.model,
        user_groups.dimension,
        user_groups.dimension_value,
        count(distinct places.item_id) filter (where item_facts.is_available)
        / (select count(*) from item_facts where is_available) as coverage
    from places
    inner join user_groups on places.user_id = user_groups.user_id
    inner join item_facts on places.item_id = item_facts.item_id
    group by all

)

select
    unpivoted.model,
    unpivoted.dimension,
    unpivoted.dimension_value,
    unpivoted.user_count,
    case
        when unpivoted.metric in ('novelty', 'diversity', 'coverage') then unpivoted.metric
        else unpivoted.metric || '_at_' || getvariable('list_length')
    end as metric,
    round(unpivoted.value, 9) as value
from (
    unpivot (select means.*, covered.coverage from means left join covered using (model, dimension, dimension_value))
    on recall, precision, ndcg, mrr, hit_rate, serendipity, novelty, diversity, coverage
    into name metric value value
) as unpivoted
order by all
