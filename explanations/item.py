"""Who is shown an item, what became of it elsewhere, what goes with it, and why nobody can be shown it."""

import duckdb

from dbt_tools.relations import DIGEST, lists
from explanations.rows import rows
from explanations.why_not import find_item, item_details
from explanations.words import percent, say

USERS_SHOWN = 10
NEIGHBOURS_SHOWN = 5

ITEM = """
select items.brand, items.subcategory, items.rating_average, items.rating_count, labels.short_name, labels.is_nameable
from stg_items as items
left join int_item_labels as labels on items.item_id = labels.item_id
where items.item_id = $item_id
"""
VARIANTS = """
select families.item_id, items.item_name
from int_item_families as families
inner join stg_items as items on families.item_id = items.item_id
where families.family_item_id = $item_id and families.item_id <> $item_id
order by families.item_id
"""
LISTS = f"""
select placement, strategy, count(*) as user_count, min(position) as best_position
from ({lists("user_id, item_id, strategy, position")})
where item_id = $item_id
group by placement, strategy
order by placement = '{DIGEST}' desc, placement, user_count desc, strategy
"""
USERS = """
select shown.user_id, shown.position, shown.strategy, shown.reason_text, shown.purchase_probability, decisions.decision
from user_recommendations as shown
inner join send_decisions as decisions on shown.user_id = decisions.user_id
where shown.item_id = $item_id
order by shown.position, shown.purchase_probability desc, shown.user_id
limit {limit}
"""
MESSAGES = f"""
select count(*) as message_count
from email_queue
inner join ({lists("user_id, item_id, position")}) as shown
    on email_queue.user_id = shown.user_id and email_queue.placement = shown.placement
where
    shown.item_id = $item_id
    and list_contains(list_transform(email_queue.item_lines, lambda line: line.position), shown.position)
"""
PROPOSED = """
select coalesce(eligibility.ineligible_reason, 'eligible') as outcome, count(*) as user_count
from int_candidate_eligibility as eligibility
inner join int_item_keys as item_keys on eligibility.item_key = item_keys.item_key
where item_keys.item_id = $item_id
group by outcome
order by outcome = 'eligible' desc, user_count desc, outcome
"""
NEIGHBOURS = """
select
    neighbours.context,
    neighbours.rank,
    neighbours.recommended_item_id as item_id,
    items.item_name,
    neighbours.score,
    neighbours.support_count,
    neighbours.confidence,
    neighbours.lift,
    neighbours.fallback
from item_recommendations as neighbours
inner join stg_items as items on neighbours.recommended_item_id = items.item_id
where neighbours.item_id = $item_id and neighbours.rank <= {limit}
order by neighbours.context, neighbours.rank
"""
BUNDLES = """
with members as (
    select members.*, item_keys.item_key
    from item_bundles as bundles
    inner join item_bundles as members on bundles.bundle_id = members.bundle_id
    inner join int_item_keys as item_keys on members.item_id = item_keys.item_id
    where bundles.item_id = $item_id
),

lifts as (
    select members.bundle_id, min(lifts.lift) as weakest_lift
    from members
    inner join members as others on members.bundle_id = others.bundle_id
    inner join int_pair_lifts as lifts
        on members.item_key = lifts.item_key and others.item_key = lifts.neighbour_key
    where lifts.context = 'bought_together'
    group by members.bundle_id
)

select
    members.bundle_id,
    any_value(members.currency) as currency,
    any_value(members.set_price) as set_price,
    any_value(members.saving_amount) as saving_amount,
    any_value(members.support_count) as support_count,
    any_value(lifts.weakest_lift) as weakest_lift,
    list({{'item_id': members.item_id, 'item_name': members.item_name}} order by members.item_id) as items
from members
left join lifts on members.bundle_id = lifts.bundle_id
group by members.bundle_id
order by support_count desc, members.bundle_id
limit {limit}
"""


def explain_item(connection: duckdb.DuckDBPyConnection, item_id: str) -> dict:
    item = find_item(connection, item_id)
    (more,) = rows(connection, ITEM, item_id=item_id)
    (as_of,) = rows(connection, "select as_of from stg_as_of")
    (messages,) = rows(connection, MESSAGES, item_id=item_id)
    reason = item["unavailable_reason"]
    lists = rows(connection, LISTS, item_id=item_id)
    proposed = rows(connection, PROPOSED, item_id=item_id)
    for row in lists:
        row["text"] = say("strategies", row["strategy"])
    for row in proposed:
        row["text"] = "can be shown it" if row["outcome"] == "eligible" else say("ineligible", row["outcome"])
    del item["item_key"]
    return {
        "kind": "item",
        "item": item | more,
        "as_of": as_of["as_of"],
        "availability": {
            "is_available": reason is None,
            "reason": reason,
            "text": say("ineligible", reason) if reason else "everybody can be shown it",
            "details": item_details(item, reason) if reason else [],
        },
        "sensitivity": item["sensitivity_level"] and say("sensitivity", item["sensitivity_level"]),
        "variants": rows(connection, VARIANTS, item_id=item_id),
        "proposed": proposed,
        "lists": lists,
        "message_count": messages["message_count"],
        "users": rows(connection, USERS.format(limit=USERS_SHOWN), item_id=item_id),
        "neighbours": neighbours(connection, item_id),
        "bundles": rows(connection, BUNDLES.format(limit=NEIGHBOURS_SHOWN), item_id=item_id),
    }


def neighbours(connection: duckdb.DuckDBPyConnection, item_id: str) -> list[dict]:
    found = rows(connection, NEIGHBOURS.format(limit=NEIGHBOURS_SHOWN), item_id=item_id)
    for row in found:
        row["context_text"] = say("contexts", row["context"])
        row["text"] = neighbour_text(row)
    return found


def neighbour_text(row: dict) -> str:
    """What speaks for it."""
    if row["fallback"]:
        return say("fallbacks", row["fallback"])
    if row["lift"] is None:
        return f"likeness {row['score']:.2f}"
    what = "baskets" if row["context"] == "bought_together" else "people"
    return (
        f"{row['support_count']:,} {what} have both, {row['lift']:.1f} times as many as by chance; "
        f"{percent(row['confidence'])} of those with the one have the other"
    )
