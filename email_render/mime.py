"""Puts a rendered row into a MIME message. Done when sending: it costs twenty times as much as rendering."""

import json
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from email_render.render import LINE_LENGTH_MAX

# One-click unsubscribe breaks when its link is folded or encoded (RFC 8058): no header line is.
POLICY = SMTP.clone(max_line_length=LINE_LENGTH_MAX)


def mime_message(row: dict, sender: str, recipient: str, sent_at: datetime) -> EmailMessage:
    """The message of a row of part-*.parquet: the text part, and the HTML part that programs prefer."""
    message = EmailMessage(POLICY)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = row["subject"]
    message["Date"] = format_datetime(sent_at)
    message["Message-ID"] = f"<{row['message_id']}@{sender.rpartition('@')[2].rstrip('>')}>"
    for name, value in json.loads(row["headers"]).items():
        message[name] = value
    # quoted-printable: lines stay short whatever the shop's texts are
    message.set_content(row["text"], cte="quoted-printable")
    message.add_alternative(row["html"], subtype="html", cte="quoted-printable")
    return message
