"""Why each item of users' lists stands where it does: evidence, what its chance is made of, and its place."""

from collections import defaultdict

import duckdb

from explanations.evidence import proposed_by, read_evidence
from explanations.rows import keys, rows
from explanations.terms import feature_values, in_words, shown_terms
from explanations.words import say

LISTS = """
select
    lists.user_id, lists.position, lists.block, lists.item_id, lists.item_name, lists.strategy, lists.score,
    lists.purchase_probability, lists.propensity, lists.reason_type, lists.reason_text, lists.evidence_item_id,
    lists.evidence_count
from user_recommendations as lists
inner join int_user_keys as users on lists.user_id = users.user_id
where users.user_key in ({users})
order by lists.user_id, lists.position
"""
# an arm of an experiment may steer the digest in the playbook's place
PLAYS = """
select
    playbook.user_id,
    playbook.block,
    case playbook.block when 'primary' then lists.primary_play else lists.secondary_play end as play,
    if(play = playbook.play, playbook.rule_name, null) as rule_name,
    if(play = playbook.play, playbook.price_band, null) as price_band
from int_user_playbook as playbook
inner join int_user_keys as users on playbook.user_id = users.user_id
inner join int_placement_users as lists on playbook.user_id = lists.user_id and lists.placement = 'email_digest'
where users.user_key in ({users})
order by playbook.user_id, playbook.block
"""
PLACE = ("pool_rank", "category_item_rank", "category_factor")


def explain_lists(
    connection: duckdb.DuckDBPyConnection, user_keys: list[int], outcomes: list[dict]
) -> dict[str, list[dict]]:
    """By user the items of the list, best first. `outcomes` are those of the same users."""
    terms, values = shown_terms(connection, user_keys), feature_values(connection, user_keys)
    proposals, evidence = proposed_by(connection, user_keys), read_evidence(connection, user_keys)
    play_of = {
        (user_id, play["block"]): play["play"]
        for user_id, own in plays(connection, user_keys).items()
        for play in own
    }
    ranks = {(row["user_id"], row["item_id"]): row for row in outcomes}
    lists = defaultdict(list)
    for item in rows(connection, LISTS.format(users=keys(user_keys))):
        user_id = item.pop("user_id")
        key = (user_id, item["item_id"])
        item["strategy_text"] = say("strategies", item["strategy"])
        item["proposed_by"] = proposals[key]
        item["evidence"] = evidence.get(key)
        item |= in_words(terms[key], values[key], play_of.get((user_id, item["block"])))
        item |= {name: ranks[key][name] for name in PLACE}
        lists[user_id].append(item)
    return lists


def plays(connection: duckdb.DuckDBPyConnection, user_keys: list[int]) -> dict[str, list[dict]]:
    found = defaultdict(list)
    for row in rows(connection, PLAYS.format(users=keys(user_keys))):
        found[row.pop("user_id")].append(row)
    return found


def is_trained(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether chances are probabilities: default coefficients make an order."""
    (run,) = rows(connection, "select max(run_id) <> 'default' as is_trained from int_ranker_coefficients")
    return run["is_trained"]
