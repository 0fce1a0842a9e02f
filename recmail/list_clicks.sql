-- What the emails of a log would have been clicked with other lists in them, from what they showed: `slots` (columns of
-- int_answered_slots and their placement), `position_rates` and `lists` (user_id, placement, item_id, position, from_at, until_at).
--
-- How likely an item is clicked is taken to be how likely its place is looked at, times how well it suits the reader.
-- So an item says as much wherever it stood: it counts by the places where it stands in the other list, over the chance
-- of all places where it could have stood in the logged one (Li, Abbasi-Yadkori, Kveton, Muthukrishnan, Vinay & Wen, KDD
-- 2018). IPS over all places; SNIPS over what the same weights come to (Swaminathan & Joachims 2015), with the delta
-- method for its error, readers drawn and not emails. Weights are clipped at the root of the number of logged places
-- (Ionides 2008); Kish 1965 for the effective number of places.
with logged as (

    select
        slots.*,
        rates.baseline_rate as look_rate,
        -- an item that was drawn could have stood in each place that is not sure
        slots.propensity * case
            when slots.is_explored
                then sum(case when slots.propensity < 1 then rates.baseline_rate else 0 end)
                    over (partition by slots.message_id)
            else rates.baseline_rate
        end as logged_look_rate
    from slots
    inner join position_rates as rates
        on slots.position = rates.position
    where slots.propensity is not null

),

messages as (

    select
        message_id,
        user_id,
        placement,
        sent_at,
        max(position) as last_position
    from logged
    group by message_id, user_id, placement, sent_at

),

-- the other list, as far as the email showed one
relisted as (

    select
        messages.message_id,
        lists.item_id,
        rates.baseline_rate as look_rate
    from messages
    inner join lists
        on
            messages.user_id = lists.user_id
            and messages.placement = lists.placement
            and messages.sent_at >= lists.from_at
            and messages.sent_at < lists.until_at
            and messages.last_position >= lists.position
    inner join position_rates as rates
        on lists.position = rates.position

),

targets as (

    select
        message_id,
        count(*) as target_count
    from relisted
    group by message_id

),

weighed as (

    select
        logged.message_id,
        logged.user_id,
        logged.placement,
        logged.is_clicked,
        case when logged.is_explored then 0 else 1 / logged.propensity end as logged_weight,
        coalesce(relisted.look_rate / logged.look_rate, 0) as moved,
        case when relisted.item_id is null then 0 else logged.look_rate / logged.logged_look_rate end as unclipped,
        least(unclipped, sqrt(count(*) over ())) as weight
    from logged
    -- readers who have no list now are left out
    inner join targets
        on logged.message_id = targets.message_id
    left join relisted
        on
            logged.message_id = relisted.message_id
            and logged.item_id = relisted.item_id

),

scopes as (

    select
        unnest([placement, 'TOTAL']) as scope,
        *
    from weighed

),

target_sums as (

    select
        unnest([messages.placement, 'TOTAL']) as scope,
        targets.target_count,
        messages.user_id
    from targets
    inner join messages
        on targets.message_id = messages.message_id

),

target_counts as (

    select
        scope,
        count(*) as email_count,
        count(distinct user_id) as reader_count,
        sum(target_count) as target_count
    from target_sums
    group by scope

),

readers as (

    select
        scope,
        user_id,
        sum(logged_weight) as logged_weight,
        sum(logged_weight * is_clicked) as logged_clicked,
        sum(weight) as weight,
        sum(weight * weight) as weight_square,
        sum(weight * moved * is_clicked) as clicked,
        count(case when unclipped > weight then 1 end) as clipped_count,
        count(case when weight > 0 then 1 end) as matched_count
    from scopes
    group by scope, user_id

),

sums as (

    select
        scope,
        sum(logged_weight) as logged_weight,
        sum(logged_clicked) / nullif(sum(logged_weight), 0) as logged_rate,
        sum(weight) as weight,
        sum(clicked) as clicked,
        sum(clicked) / nullif(sum(weight), 0) as rate,
        power(sum(weight), 2) / nullif(sum(weight_square), 0) as effective_place_count,
        sum(clipped_count) / nullif(sum(matched_count), 0) as clipped_share
    from readers
    group by scope

),

errors as (

    select
        readers.scope,
        sqrt(sum(power((readers.logged_clicked - sums.logged_rate * readers.logged_weight) / nullif(sums.logged_weight, 0), 2)))
            as logged_error,
        sqrt(sum(power((readers.clicked - sums.rate * readers.weight) / nullif(sums.weight, 0), 2))) as error,
        sqrt(sum(power(
            (readers.clicked - sums.rate * readers.weight) / nullif(sums.weight, 0)
            - (readers.logged_clicked - sums.logged_rate * readers.logged_weight) / nullif(sums.logged_weight, 0), 2
        ))) as difference_error
    from readers
    inner join sums
        on readers.scope = sums.scope
    group by readers.scope

)

select
    sums.scope as placement,
    target_counts.email_count,
    target_counts.reader_count,
    target_counts.target_count as place_count,
    sums.logged_rate,
    errors.logged_error,
    sums.clicked / target_counts.target_count as ips_rate,
    sums.rate as snips_rate,
    errors.error as snips_error,
    sums.rate - sums.logged_rate as difference,
    errors.difference_error,
    coalesce(sums.effective_place_count, 0) as effective_place_count,
    coalesce(sums.clipped_share, 0) as clipped_share,
    -- 1 where all that the other lists hold was shown to some; less where much of it never was, or seldom
    sums.weight / target_counts.target_count as known_share,
    case
        when coalesce(sums.effective_place_count, 0) < 1000 then 'too_few_effective_places'
        when sums.weight < 0.5 * target_counts.target_count then 'too_few_of_their_items_were_shown'
    end as why_not_yet
from sums
inner join target_counts
    on sums.scope = target_counts.scope
inner join errors
    on sums.scope = errors.scope
order by case when sums.scope = 'TOTAL' then 0 else 1 end, sums.scope
