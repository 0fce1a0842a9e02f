"""What became of the items that were, or were not, proposed to a user: why not that one."""

from pathlib import Path

import duckdb

from dbt_tools.macros import call_macro
from explanations.rows import keys, rows
from explanations.words import ordinal, percent, say

OUTCOMES = Path(__file__).with_name("outcomes.sql").read_text("utf-8")
FIRST_BLOCK = Path("ranking/fills_first_block.sql")  # below macros/


def read_outcomes(
    connection: duckdb.DuckDBPyConnection, user_keys: list[int], where: str = "true", **parameters
):
    """Rows of outcomes.sql for these users, by user and rank, each with its `text`."""
    first_block = call_macro("fills_first_block", {}, [FIRST_BLOCK], "category_place")
    sql = f"from ({OUTCOMES.format(users=keys(user_keys), fills_first_block=first_block)}) where {where}"
    found = rows(connection, sql, **parameters)
    for row in found:
        row["text"] = outcome_text(row)
    return found


def outcome_text(row: dict, reason: str | None = None) -> str:
    """In words; `reason` instead of the plain words of why it is not eligible."""
    ranks = ("score_rank", "pool_rank", "steered_rank")
    said = row | {name: ordinal(row[name]) for name in ranks if row.get(name)}
    if row.get("purchase_probability") is not None:
        said["probability"] = percent(row["purchase_probability"])
    if row.get("category_factor") is not None:
        said["category_percent"] = percent(row["category_factor"])
    if row.get("ineligible_reason"):
        said["reason"] = reason or say("ineligible", row["ineligible_reason"])
    return say("outcomes", row["outcome"], **said)
