"""Why the items of sample messages stand there, and why others do not, in the words of explanations."""

from collections import defaultdict
from typing import NamedTuple

import duckdb

from explanations.lists import explain_lists, is_trained
from explanations.outcomes import read_outcomes
from explanations.page import scale, why_lines
from explanations.steps import find_all, missing_relations
from explanations.words import all_words, say

# rendering does with less, but who asks why looks at all that was proposed to the users
MEMORY_LIMIT = "1GB"
USERS = """
select user_id, user_key from int_user_keys where user_id in (select user_id from chosen_messages) order by user_id
"""


class Whys(NamedTuple):
    # by user and item of the lists, in lines
    lines: dict[tuple[str, str], list[str]]
    # by user: id, name and what became of each item that was proposed, best first
    candidates: dict[str, list[tuple[str, str, str]]]
    # what the warehouse lacks to say more than the strategy
    missing: list[str]
    # how the numbers are meant
    notes: list[str]


def read_whys(connection: duckdb.DuckDBPyConnection) -> Whys:
    """Of the users of the messages read last."""
    missing = missing_relations(connection)
    lines = {
        (user_id, item_id): [f"By {strategy}: {say('strategies', strategy)}"]
        for user_id, item_id, strategy in connection.sql(
            "select user_id, item_id, strategy from chosen_items order by all"
        ).fetchall()
    }
    candidates = defaultdict(list)
    if missing or not lines:
        return Whys(lines, candidates, missing, [])
    connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
    find_all(connection)
    keys = [key for _, key in connection.sql(USERS).fetchall()]
    outcomes = read_outcomes(connection, keys)
    for user_id, items in explain_lists(connection, keys, outcomes).items():
        for item in items:
            lines[user_id, item["item_id"]] += why_lines(item)
    for row in outcomes:
        candidates[row["user_id"]].append((row["item_id"], row["item_name"], row["text"]))
    return Whys(lines, candidates, missing, list(scale(is_trained(connection))))


def decisions() -> dict[str, str]:
    """Reasons of send_decisions in words."""
    return all_words()["decisions"]
