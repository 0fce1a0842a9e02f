"""What comes back by mail: mails that could not be delivered (DSN), complaints (ARF, RFC 5965), and unsubscribes.

Reports come to the bounce address, unsubscribes to var unsubscribe_email: List-Unsubscribe has it with the message's id
as the subject. A report counts for the message that it names; one that names none, for the last message to its address.
What is about no message of the ledger is left alone: anybody can write to these addresses.
"""

import email
import hashlib
import logging
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

from flufl.bounce import all_failures

from sending.ledger import Ledger
from sending.settings import Settings
from sending.states import State
from sending.transports import HARD_STATUS

BOUNCE, COMPLAINT, UNSUBSCRIBE = "bounce", "complaint", "unsubscribe"
# kinds of feedback that are no complaint of a reader (RFC 6430, RFC 6591)
NO_COMPLAINTS = ("not-spam", "auth-failure")
# the header that render gives every message
MESSAGE_ID_HEADER = "X-Recmail-Message-ID"
# of a maildir's file names: what comes before the flags, and the one of what was read
FLAGS, READ = ":2,", "S"
# says of each mail that it trips over where, with what stood there
logging.getLogger("flufl.bounce").disabled = True


class Report(NamedTuple):
    event_type: str
    bounce_type: str | None
    message_id: str | None
    address: str | None
    detail: str


def read_reports(maildir: Path, ledger: Ledger, settings: Settings) -> Counter:
    """Takes every unread mail of the maildir in, and marks it as read. How many there were, by what became of them."""
    counts: Counter = Counter()
    for mail in unread_mails(maildir):
        # a mail program that looks at the folder moves mails meanwhile: what is unread then is found the next time
        with suppress(FileNotFoundError):
            counts[take_in(mail.read_bytes(), ledger, settings)] += 1
            # after the ledger has it: a crash in between reads it once more, and it is in the ledger once
            mark_as_read(mail)
    return counts


def unread_mails(maildir: Path) -> list[Path]:
    """In names alone: Python can't write every mail that it reads, and one of those kept all others waiting."""
    found = [mail for place in ("new", "cur") for mail in (maildir / place).glob("*") if mail.is_file()]
    return sorted(mail for mail in found if mail.name[0] != "." and READ not in flags_of(mail))


def mark_as_read(mail: Path) -> None:
    name = mail.name.partition(FLAGS)[0]
    flags = "".join(sorted({*flags_of(mail), READ}))
    mail.rename(mail.parent.with_name("cur") / f"{name}{FLAGS}{flags}")


def flags_of(mail: Path) -> str:
    return mail.name.partition(FLAGS)[2]


def take_in(raw: bytes, ledger: Ledger, settings: Settings) -> str:
    try:
        report = read_report(raw)
    except Exception:
        # anybody can write here, and Python's parser of mail fails in many ways: the others must not wait for this one
        return "could not be read"
    if report is None:
        return "no report"
    address = report.address and settings.address_key(report.address)
    message = ledger.find_message(report.message_id, address)
    if message is None:
        return "no report" if report.event_type == UNSUBSCRIBE else "about no message of the ledger"
    is_new = ledger.add_event(
        {
            "event_id": hashlib.sha256(raw).hexdigest()[:32],
            "event_type": report.event_type,
            "bounce_type": report.bounce_type,
            "user_id": message["user_id"],
            "address_key": message["address_key"],
            "message_id": message["message_id"],
            "detail": report.detail,
            "occurred_at": reported_at(raw, message["handed_over_at"], ledger.now()),
        }
    )
    if not is_new:
        return "known already"
    if report.bounce_type == "hard":
        ledger.move(message["message_id"], State.BOUNCED, f"reported: {report.detail}")
    return f"{report.bounce_type} {BOUNCE}" if report.event_type == BOUNCE else report.event_type


def read_report(raw: bytes) -> Report | None:
    """None when the mail is none, or one on a delay."""
    message = email.message_from_bytes(raw, policy=policy.compat32)
    feedback = part_of(message, "message/feedback-report")
    report = complaint_of(message, feedback) if feedback else bounce_of(message) or unsubscribe_of(message)
    return report and Report(*map(storable, report))


def storable(text: str | None) -> str | None:
    """Without what no database takes as text."""
    return text and text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def complaint_of(message: Message, feedback: Message) -> Report | None:
    fields = fields_of(feedback)
    kind = fields.get("feedback-type", "abuse")
    if kind.lower() in NO_COMPLAINTS:
        return None
    address = fields.get("original-rcpt-to") or fields.get("removal-recipient")
    return Report(COMPLAINT, None, original_message_id(message), address, kind)


def unsubscribe_of(message: Message) -> Report | None:
    """Of a mail whose subject ends with the id of a message; the ledger knows whether it is one."""
    # some mail programs encode every subject
    words = str(policy.default.header_factory("Subject", str(message["Subject"] or ""))).split()
    return Report(UNSUBSCRIBE, None, words[-1], None, "by mail") if words else None


def bounce_of(message: Message) -> Report | None:
    permanent = detected(message)
    statuses = [fields_of(part) for part in delivery_statuses(message)]
    failed = next((fields for fields in statuses if fields.get("action", "").lower() == "failed"), None)
    if not failed and not permanent:
        # delays are told apart by their action; of those that only a detector knows nothing is final
        return None
    address = failed and (failed.get("original-recipient") or failed.get("final-recipient"))
    address = (
        address.rpartition(";")[2].strip() if address else sorted(permanent)[0].decode("utf-8", "replace")
    )
    status = (failed or {}).get("status", "")
    return Report(
        BOUNCE,
        # full, too large, refused for its content: said to be final, and another message may pass
        "hard" if not status or HARD_STATUS.fullmatch(status) else "soft",
        original_message_id(message) or envelope_id(statuses),
        address.strip("<>"),
        " ".join(f"{status} {(failed or {}).get('diagnostic-code', '')}".split())[:200],
    )


def detected(message: Message) -> set[bytes]:
    """Addresses that detectors find, which trip over many a mail; a status that it has counts all the same."""
    try:
        return all_failures(message)[1]
    except Exception:
        return set()


def part_of(message: Message, content_type: str) -> Message | None:
    return next((part for part in message.walk() if part.get_content_type() == content_type), None)


def delivery_statuses(message: Message) -> list[Message]:
    """The groups of fields of a DSN: one for the mail, then one per recipient."""
    part = part_of(message, "message/delivery-status")
    return [group for group in part.get_payload() if isinstance(group, Message)] if part else []


def fields_of(part: Message) -> dict[str, str]:
    """Names in small letters. Python parses some of these parts into a message within the part, others not at all."""
    if part.is_multipart():
        part = part.get_payload(0)
    fields = {name.lower(): " ".join(str(value).split()) for name, value in part.items()}
    if part.get_content_type() == "message/feedback-report":
        fields |= fields_of(email.message_from_string(part.get_payload(), EmailMessage))
    return fields


def original_message_id(message: Message) -> str | None:
    """Of the mail that the report gives back, whole or its headers."""
    for part in message.walk():
        if part.get_content_type() == "text/rfc822-headers":
            part = email.message_from_string(part.get_payload(decode=True).decode("utf-8", "replace"))
        if part is not message and part[MESSAGE_ID_HEADER]:
            return str(part[MESSAGE_ID_HEADER]).strip()
    return None


def envelope_id(statuses: list[dict[str, str]]) -> str | None:
    return next(
        (fields["original-envelope-id"] for fields in statuses if "original-envelope-id" in fields), None
    )


def reported_at(raw: bytes, sent_at: datetime | None, now: datetime) -> datetime:
    """As the report says, if that is after the message was sent; else now: consent of long ago is not younger than a
    refusal because a clock was wrong."""
    try:
        said = parsedate_to_datetime(str(email.message_from_bytes(raw)["Date"]))
        moment = said.astimezone(UTC).replace(tzinfo=None)
    except (TypeError, ValueError, OverflowError):
        return now
    return moment if sent_at and sent_at <= moment <= now else now
