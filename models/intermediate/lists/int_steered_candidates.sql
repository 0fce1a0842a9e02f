-- The factor of a block is what the play's strategies that proposed the item make of it (int_play_factors), times
-- `price_band_factor` in the play's price band, and then what an item rule makes of the odds; each next item of a
-- category is worth `next_item_factor` of its score, again. Without diversity none counts. A list that item rules touch
-- is made once more without them, its list_key below 0. A view: int_contending_candidates asks for ranges of users.
{{ config(materialized='view') }}
{% set price_band_factor, next_item_factor, claimed_score = 1.25, 0.85, 1000000000 %}

with lists as (

    {% for is_ruled in ['true', 'false'] %}
        select
            lists.*,
            {{ is_ruled }} as is_ruled
        from {{ ref('int_placement_users') }} as lists
        {% if is_ruled == 'false' %}
            where exists (
                select 1
                from {{ ref('int_ruled_candidates') }} as ruled
                where ruled.user_key = lists.user_key and ruled.list_key = lists.list_key
            )
        {% endif %}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- for stock, from all lists, or because an email that the list's email follows has shown it
kept_back as (

    select
        user_key,
        item_key,
        cast(null as {{ dbt.type_string() }}) as placement
    from {{ ref('int_withheld_candidates') }}
    union all
    select
        user_key,
        item_key,
        placement
    from {{ ref('int_followed_items') }}

),

weighted as (

    select
        case when lists.is_ruled then lists.list_key else -lists.list_key end as list_key,
        pool.user_key,
        lists.items_primary,
        lists.list_size,
        lists.category_minimum,
        case when lists.is_diverse then {{ next_item_factor }} else 1 end as category_discount,
        pool.item_key,
        pool.item_number,
        pool.category_number,
        pool.price_band,
        pool.kind_number,
        pool.kind_price_band,
        {% for block in ['primary', 'secondary'] %}
            coalesce({{ block }}_factors.play_factor, 1) * case
                when pool.price_band = {{ block }}_factors.price_band then {{ price_band_factor }}
                else 1
            end as {{ block }}_factor,
        {% endfor %}
        pool.score
    from {{ ref('int_ranking_pool') }} as pool
    inner join lists
        on pool.user_key = lists.user_key
    {% for block in ['primary', 'secondary'] %}
        left join {{ ref('int_play_factors') }} as {{ block }}_factors
            on
                lists.is_diverse
                and lists.{{ block }}_play = {{ block }}_factors.play
                and {{ block }}_factors.block = '{{ block }}'
                and pool.proposed_by = {{ block }}_factors.proposed_by
    {% endfor %}
    left join kept_back
        on
            pool.user_key = kept_back.user_key
            and pool.item_key = kept_back.item_key
            and (kept_back.placement is null or lists.placement = kept_back.placement)
    where
        kept_back.item_key is null
        and (lists.welcomes_repeats or pool.times_bought = 0)

),

played as (

    select
        {% for block in ['primary', 'secondary'] %}
            round(weighted.score * {{ boost('weighted.score', 'weighted.' ~ block ~ '_factor') }}, 12)
                as {{ block }}_played,
        {% endfor %}
        ruled.rule_factor,
        cast(case when ruled.pin_number > 0 then 1 when ruled.quota_priority > 0 then 2 end as smallint) as rule_claim,
        weighted.*
    from weighted
    left join {{ ref('int_ruled_candidates') }} as ruled
        on
            weighted.user_key = ruled.user_key
            and weighted.list_key = ruled.list_key
            and weighted.item_key = ruled.item_key
    where ruled.exclude_priority is null

),

steered as (

    select
        {% for block in ['primary', 'secondary'] %}
            case
                when rule_factor is null then {{ block }}_played
                else round({{ block }}_played * {{ boost(block ~ '_played', 'rule_factor') }}, 12)
            end as {{ block }}_score,
        {% endfor %}
        *
    from played

)

select
    list_key,
    user_key,
    item_key,
    item_number,
    category_number,
    price_band,
    kind_number,
    kind_price_band,
    list_size,
    items_primary,
    category_minimum,
    category_discount,
    score,
    primary_score,
    secondary_score,
    rule_claim,
    case when rule_claim > 0 then {{ claimed_score }} else 0 end as claim_score
from steered
