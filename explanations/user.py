"""What was proposed to a user, what is shown and why, why something else is not, and whether an email is sent."""

import duckdb

from dbt_tools.relations import schemas_holding
from explanations import steps
from explanations.errors import UnknownId
from explanations.lists import explain_lists, is_trained, plays
from explanations.outcomes import read_outcomes
from explanations.rows import rows
from explanations.why_not import explain_why_not
from explanations.words import all_words, moment, say

USER = """
select
    users.user_id,
    user_keys.user_key,
    features.segment,
    features.lifecycle_stage,
    features.value_tier,
    features.rfm_group,
    features.price_band,
    features.favourite_category,
    features.order_count,
    features.days_since_last_order,
    users.country_code,
    users.email_consent,
    users.email_frequency,
    as_of.as_of
from stg_users as users
cross join stg_as_of as as_of
inner join int_user_keys as user_keys on users.user_id = user_keys.user_id
left join int_user_features as features on users.user_id = features.user_id
where users.user_id = $user_id
"""
DECISION = "select decision, reason from send_decisions where user_id = $user_id"
MESSAGES = """
select message_id, trigger_type, send_at, subject from email_queue where user_id = $user_id order by message_id
"""
EXPERIMENTS = """
select experiment, arm, is_baseline
from experiment_users
where user_id = $user_id and is_running
order by experiment
"""
# an address may have several accounts: none of them is named
REFUSALS = """
select refusals.refused_at
from int_user_addresses as addresses
inner join int_address_refusals as refusals on addresses.address_key = refusals.address_key
where addresses.user_id = $user_id and refusals.reason = $reason and refusals.refused_at is not null
order by refusals.refused_at
"""
LAST_EMAIL = """
select max(outcomes.happened_at) as happened_at, max(accounts.gap_days) as gap_days
from int_user_addresses as addresses
inner join int_user_addresses as accounts on addresses.address_key = accounts.address_key
left join int_email_outcomes as outcomes on accounts.user_id = outcomes.user_id and outcomes.outcome = 'mailed'
where addresses.user_id = $user_id
"""
PROPOSALS = """
select
    strategies.strategy,
    count(*) as item_count,
    count(*) filter (where eligibility.ineligible_reason is null) as eligible_count
from int_proposals as proposals
inner join int_strategies as strategies on proposals.strategy_number = strategies.strategy_number
inner join int_candidate_eligibility as eligibility
    on proposals.user_key = eligibility.user_key and proposals.item_key = eligibility.item_key
where proposals.user_key = {user} and eligibility.user_key = {user}
group by strategies.strategy_number, strategies.strategy
order by strategies.strategy_number
"""


def explain_user(connection: duckdb.DuckDBPyConnection, user_id: str, why_not: str | None = None) -> dict:
    user = find_user(connection, user_id)
    outcomes = read_outcomes(connection, [user["user_key"]])
    found = {
        "kind": "user",
        "user": user,
        "as_of": user.pop("as_of"),
        "decision": explain_decision(connection, user),
        "messages": rows(connection, MESSAGES, user_id=user_id),
        "plays": plays(connection, [user["user_key"]]).get(user_id, []),
        "experiments": experiments(connection, user_id),
        "proposed": proposed(connection, user["user_key"]),
        "outcomes": counts(outcomes),
        "is_trained": is_trained(connection),
        "list": explain_lists(connection, [user["user_key"]], outcomes).get(user_id, []),
    }
    if why_not is not None:
        found["why_not"] = explain_why_not(connection, user, why_not)
    del user["user_key"]
    return found


def find_user(connection: duckdb.DuckDBPyConnection, user_id: str) -> dict:
    users = rows(connection, USER, user_id=user_id)
    if not users:
        raise UnknownId("user", user_id, "no row of the inputs has it, or it was set aside or erased")
    return users[0]


def experiments(connection: duckdb.DuckDBPyConnection, user_id: str) -> list[dict]:
    if not schemas_holding(connection, steps.EXPERIMENTS):
        return []
    return rows(connection, EXPERIMENTS, user_id=user_id)


def explain_decision(connection: duckdb.DuckDBPyConnection, user: dict) -> dict:
    (decision,) = rows(connection, DECISION, user_id=user["user_id"])
    reason = decision["reason"]
    details = []
    if reason == "no_consent":
        details.append(f"email_consent is {user['email_consent'] or 'empty'}")
    if reason == "mailed_recently":
        (last,) = rows(connection, LAST_EMAIL, user_id=user["user_id"])
        details.append(f"the last one was sent {moment(last['happened_at'])}")
        details.append(f"at least {last['gap_days']} calendar days have to lie between two")
    for refusal in rows(connection, REFUSALS, user_id=user["user_id"], reason=reason)[:1]:
        details.append(f"said {moment(refusal['refused_at'])}")
    return decision | {"text": say("decisions", reason), "details": details}


def proposed(connection: duckdb.DuckDBPyConnection, user_key: int) -> list[dict]:
    found = rows(connection, PROPOSALS.format(user=int(user_key)))
    for row in found:
        row["text"] = say("strategies", row["strategy"])
    return found


def counts(outcomes: list[dict]) -> list[dict]:
    """How many of the proposed items came to what, in the order of the flow."""
    order = [*all_words()["outcomes"]]
    found: dict[tuple, int] = {}
    for row in outcomes:
        key = (row["outcome"], row["ineligible_reason"])
        found[key] = found.get(key, 0) + 1
    return [
        {"outcome": outcome, "reason": reason, "item_count": count}
        for (outcome, reason), count in sorted(
            found.items(), key=lambda entry: (order.index(entry[0][0]), -entry[1], entry[0][1] or "")
        )
    ]
