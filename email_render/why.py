"""Why an item stands where it does in an email: strategy, evidence, and the terms of its chance. For preview."""

import duckdb

from email_render.load import schema_of

TERMS_SHOWN = 6

# By user and item of the messages read last
WHYS = """
select
    chosen_items.user_id,
    chosen_items.item_id,
    chosen_items.strategy,
    chosen_items.evidence_item_id,
    cast(chosen_items.evidence_count as varchar) as evidence_count,
    format('{{:.3f}}', chosen_items.score) as score,
    format('{{:.3f}}', chosen_items.purchase_probability) as purchase_probability,
    format('{{:.3f}}', chosen_items.propensity) as propensity,
    list(
        {{'feature': contributions.feature, 'contribution': contributions.contribution}}
        order by abs(contributions.contribution) desc, contributions.feature
    ) filter (contributions.contribution <> 0) as terms
from chosen_items
left join {contributions} as contributions
    on
        chosen_items.user_id = contributions.user_id
        and chosen_items.position = contributions.position
group by all
"""


def read_whys(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], dict]:
    mart = "recommendation_contributions"
    rows = connection.sql(WHYS.format(contributions=f'"{schema_of(connection, mart)}".{mart}'))
    names = rows.columns
    return {row[:2]: dict(zip(names[2:], row[2:], strict=True)) for row in rows.fetchall()}


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
    return [" · ".join(evidence), " · ".join(numbers), *sum_of_terms(why["terms"] or [])]


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
