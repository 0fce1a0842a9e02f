"""Which strategies proposed the items of a user's list, and the rows that stand behind their reasons."""

from collections import defaultdict

import duckdb

from explanations.rows import keys, rows
from explanations.words import counted, date, say

PROPOSED_BY = """
with ranked as (
    select
        users.user_id,
        item_keys.item_id,
        strategies.strategy,
        strategies.strategy_number,
        row_number() over (
            partition by proposals.user_key, proposals.strategy_number
            order by proposals.raw_score desc, item_keys.item_number
        ) as strategy_rank,
        count(*) over (partition by proposals.user_key, proposals.strategy_number) as item_count
    from int_proposals as proposals
    inner join int_strategies as strategies on proposals.strategy_number = strategies.strategy_number
    inner join int_item_keys as item_keys on proposals.item_key = item_keys.item_key
    inner join int_user_keys as users on proposals.user_key = users.user_key
    where proposals.user_key in ({users})
)
select * from ranked
where (user_id, item_id) in (select user_id, item_id from user_recommendations) or item_id = $item_id
order by user_id, item_id, strategy_number
"""
EVIDENCE = """
select
    shown.user_id,
    shown.item_id,
    shown.reason_type,
    shown.evidence_count,
    shown.item_id = shown.evidence_item_id as is_own,
    evidence_items.item_id as evidence_item_id,
    evidence_items.item_name as evidence_item_name,
    interactions.purchase_count,
    interactions.last_purchased_at,
    interactions.view_count,
    interactions.last_viewed_at,
    interactions.cart_add_count,
    interactions.last_cart_added_at,
    lifts.pair_count,
    lifts.lift
from user_recommendations as shown
inner join int_user_keys as users on shown.user_id = users.user_id
inner join stg_items as evidence_items on shown.evidence_item_id = evidence_items.item_id
left join int_interactions as interactions
    on shown.user_id = interactions.user_id and shown.evidence_item_id = interactions.item_id
left join int_item_keys as item_keys on shown.item_id = item_keys.item_id
left join int_item_keys as evidence_keys on shown.evidence_item_id = evidence_keys.item_id
left join int_pair_lifts as lifts
    on shown.strategy = lifts.context
    and evidence_keys.item_key = lifts.item_key
    and item_keys.item_key = lifts.neighbour_key
where users.user_key in ({users})
"""


def proposed_by(
    connection: duckdb.DuckDBPyConnection, user_keys: list[int], item_id: str | None = None
) -> dict[tuple[str, str], list[dict]]:
    """By user and item of the lists, and of one more item: the strategies that proposed it, with its rank in each."""
    found = defaultdict(list)
    for row in rows(connection, PROPOSED_BY.format(users=keys(user_keys)), item_id=item_id):
        found[row["user_id"], row["item_id"]].append(
            {
                "strategy": row["strategy"],
                "text": say("strategies", row["strategy"]),
                "rank": row["strategy_rank"],
                "item_count": row["item_count"],
            }
        )
    return found


def read_evidence(connection: duckdb.DuckDBPyConnection, user_keys: list[int]) -> dict[tuple[str, str], dict]:
    """By user and item of the lists, of items whose reason names another item or the item itself."""
    found = rows(connection, EVIDENCE.format(users=keys(user_keys)))
    return {(row.pop("user_id"), row.pop("item_id")): with_text(row) for row in found}


def with_text(evidence: dict) -> dict:
    did = [
        f"{verb.format('it')} {counted(evidence[count], 'time')} (last {date(evidence[at])})"
        for verb, count, at in (
            ("bought {}", "purchase_count", "last_purchased_at"),
            ("looked at {}", "view_count", "last_viewed_at"),
            ("put {} into the cart", "cart_add_count", "last_cart_added_at"),
        )
        if evidence[count]
    ]
    text = f"this customer {', '.join(did) or 'searched for it, wished for it or clicked it'}"
    if not evidence["is_own"]:
        text = f"{evidence['evidence_item_name']} (item {evidence['evidence_item_id']}): {text}"
    if evidence["pair_count"]:
        what = "baskets" if evidence["reason_type"] == "bought_together" else "people"
        text += f"; {evidence['pair_count']:,} {what} have both, {evidence['lift']:.1f} times as many as by chance"
    return evidence | {"text": text}
