"""What an email of the queue says, block by block, and why each item stands in it."""

import duckdb

from explanations.errors import UnknownId
from explanations.rows import rows
from explanations.user import explain_user

MESSAGE = """
select
    user_id, message_id, trigger_type, placement, send_at, subject, subject_key, preheader, greeting, segment, locale,
    layout, blocks, offer, item_lines
from email_queue
where message_id = $message_id
"""
# the chances of the digest alone are taken apart: recommendation_contributions has no other lists
LIST = """
select
    item_id, item_name, position, strategy, purchase_probability, propensity, reason_type, reason_text,
    evidence_item_id, evidence_count
from placement_recommendations
where user_id = $user_id and placement = $placement
"""


def explain_message(
    connection: duckdb.DuckDBPyConnection, message_id: str, why_not: str | None = None
) -> dict:
    messages = rows(connection, MESSAGE, message_id=message_id)
    if not messages:
        hint = "email_queue holds those of this run, and no earlier ones"
        raise UnknownId("message", message_id, hint)
    message = messages[0]
    user = explain_user(connection, message["user_id"], why_not)
    placed = {"user_id": message["user_id"], "placement": message["placement"]}
    items = {item["position"]: item for item in user["list"]}
    if message["placement"] != "email_digest":
        items = {item["position"]: item | {"evidence": None} for item in rows(connection, LIST, **placed)}
    # an email may leave out positions of the list: those of another currency than the others
    lines = {line["place"]: line for line in message.pop("item_lines")}
    for block in message["blocks"]:
        places = range(block["first_position"] or 1, (block["last_position"] or 0) + 1)
        block["items"] = [
            printed(items[lines[place]["position"]], lines[place]) for place in places if place in lines
        ]
    return {
        "kind": "message",
        "message": message,
        "as_of": user["as_of"],
        "is_trained": user["is_trained"],
        **{
            name: user[name]
            for name in ("user", "decision", "plays", "experiments", "why_not")
            if name in user
        },
    }


def printed(item: dict, line: dict) -> dict:
    """The item with its reason and badge as the email prints them, in the reader's language."""
    return item | {"printed_reason": line["reason_text"], "printed_badge": line["badge_text"]}
