"""Why an item stands where it does in an email: strategy, evidence, and the terms of its chance. For preview."""

import duckdb

from dbt_tools.relations import qualified
from email_render.load import schema_of

TERMS_SHOWN = 6

WHYS = """
select
    user_id,
    item_id,
    strategy,
    evidence_item_id,
    cast(evidence_count as varchar) as evidence_count,
    format('{:.3f}', score) as score,
    format('{:.3f}', purchase_probability) as purchase_probability,
    format('{:.3f}', propensity) as propensity
from chosen_items
"""
TERMS = """
select user_id, item_id, feature, contribution
from {contributions}
where user_id in (select user_id from chosen_messages) and contribution <> 0
order by user_id, item_id, abs(contribution) desc, feature
"""


def read_whys(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], dict]:
    """By user and item of the messages read last."""
    rows = connection.sql(WHYS)
    names = rows.columns
    whys = {row[:2]: dict(zip(names[2:], row[2:], strict=True)) | {"terms": []} for row in rows.fetchall()}
    mart = "recommendation_contributions"
    terms = connection.sql(TERMS.format(contributions=qualified(schema_of(connection, mart), mart)))
    for user_id, item_id, feature, contribution in terms.fetchall():
        whys[user_id, item_id]["terms"].append({"feature": feature, "contribution": contribution})
    return whys


def why_lines(why: dict, reason: str | None) -> list[str]:
    """In lines: the strategy and its evidence, what the item scored, and the terms that make up its chance."""
    evidence = [why["strategy"], reason or "no reason given"]
    if why["evidence_item_id"]:
        evidence.append(f"evidence: item {why['evidence_item_id']}")
    if why["evidence_count"]:
        evidence.append(f"evidence count {why['evidence_count']}")
    numbers = [
        f"score {why['score']}",
        f"purchase probability {why['purchase_probability']}",
        f"propensity of this slot {why['propensity']}",
    ]
    return [" · ".join(evidence), " · ".join(numbers), *sum_of_terms(why["terms"])]


def sum_of_terms(terms: list[dict]) -> list[str]:
    """The log-odds of the purchase, term by term, the largest first: the shown terms and the rest add up to them."""
    if not terms:
        return []
    shown, rest = terms[:TERMS_SHOWN], terms[TERMS_SHOWN:]
    parts = [f"{signed(term['contribution'])} {term['feature']}" for term in shown]
    if rest:
        parts.append(f"{signed(sum(term['contribution'] for term in rest))} {len(rest)} smaller terms")
    return [f"log-odds {signed(sum(term['contribution'] for term in terms))} = {' '.join(parts)}"]


def signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")
