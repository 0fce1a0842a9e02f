"""What an email of the queue says, block by block, and why each item stands in it."""

import duckdb

from explanations.errors import UnknownId
from explanations.rows import rows
from explanations.user import explain_user

MESSAGE = """
select
    user_id, message_id, trigger_type, send_at, subject, subject_key, preheader, greeting, segment, locale, layout,
    blocks, offer, item_lines
from email_queue
where message_id = $message_id
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
    lines = {line["position"]: line for line in message.pop("item_lines") or ()}
    items = {item["position"]: item for item in user["list"]}
    for block in message["blocks"]:
        positions = range(block["first_position"] or 1, (block["last_position"] or 0) + 1)
        block["items"] = [printed(items[at], lines.get(at)) for at in positions if at in items]
    return {
        "kind": "message",
        "message": message,
        "as_of": user["as_of"],
        "is_trained": user["is_trained"],
        **{name: user[name] for name in ("user", "decision", "plays", "why_not") if name in user},
    }


def printed(item: dict, line: dict | None) -> dict:
    """The item with its reason and badge as the email prints them, in the reader's language."""
    line = line or {"reason_text": item["reason_text"], "badge_text": None}
    return item | {"printed_reason": line["reason_text"], "printed_badge": line["badge_text"]}
