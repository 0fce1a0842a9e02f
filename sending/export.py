"""The ledger as files: events and exclusions as the next build reads them, and every message with its state."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from dbt_tools.private_files import private_files, replaced_folder
from email_render.sink import parquet_file
from sending.ledger import Ledger
from sending.states import SENT, State
from sending.store import ledger_exists, ledger_place
from sending.tables import events, messages, preferences, revisions

EVENTS_FILE, LOG_FILE, REVISIONS_FILE = "email_events.parquet", "send_log.parquet", "send_revisions.parquet"
EXCLUSIONS_FILE = "user_exclusions.parquet"
# in the words of the input contract
EVENTS_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("event_id", "event_type")),
        ("occurred_at", pa.timestamp("us")),
        *((name, pa.string()) for name in ("user_id", "message_id", "bounce_type")),
    ]
)
EXCLUSIONS_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("user_id", "kind", "value", "source")),
        ("excluded_at", pa.timestamp("us")),
    ]
)
# a message of a ledger of before has items without a strategy
ITEM = pa.struct(
    [
        ("position", pa.int32()),
        ("item_id", pa.string()),
        ("propensity", pa.float64()),
        ("strategy", pa.string()),
    ]
)
LOG_SCHEMA = pa.schema(
    [
        *(
            (name, pa.string())
            for name in ("message_id", "user_id", "trigger_type", "state", "reason", "transport")
        ),
        ("attempts", pa.int32()),
        ("repeats", pa.int32()),
        ("items", pa.list_(ITEM)),
        *(
            (name, pa.timestamp("us"))
            for name in (
                *("as_of", "send_at", "expires_at", "queued_at", "rendered_at", "claimed_at"),
                *("handed_over_at", "ended_at"),
            )
        ),
    ]
)
REVISIONS_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("message_id", "change", "item_id", "before", "after")),
        ("noted_at", pa.timestamp("us")),
    ]
)
ROWS_AT_ONCE = 10_000


@contextmanager
def ledger_vars(database: Path, ledger: str | None, folder: Path) -> Iterator[dict]:
    """Vars with which dbt reads what the ledger holds, from `folder`, as long as the block runs; none without one.

    LedgerError when it can't be read: caps and refusals would be missed.
    """
    place = ledger_place(ledger, database)
    if not ledger_exists(place):
        yield {}
        return
    write_events(Ledger(place), folder)
    try:
        yield {"ledger_location": str(folder)}
    finally:
        shutil.rmtree(folder)


def write_events(ledger: Ledger, out: Path) -> tuple[int, int, int]:
    """Replaces the folder. How many events, exclusions and messages there are."""
    with private_files(), replaced_folder(out) as folder:
        write(folder / REVISIONS_FILE, REVISIONS_SCHEMA, ledger.all_rows(revisions))
        return (
            write(folder / EVENTS_FILE, EVENTS_SCHEMA, event_rows(ledger)),
            write(folder / EXCLUSIONS_FILE, EXCLUSIONS_SCHEMA, exclusion_rows(ledger)),
            write(folder / LOG_FILE, LOG_SCHEMA, message_rows(ledger)),
        )


def event_rows(ledger: Ledger) -> Iterator[dict]:
    # what may have arrived counts as sent: for caps, rotation and the gap between two mails
    was_sent = messages.c.state.in_((*SENT, State.BOUNCED)) & messages.c.handed_over_at.is_not(None)
    for row in ledger.all_rows(messages, was_sent):
        yield {
            "event_id": f"sent:{row['message_id']}",
            "event_type": "sent",
            "occurred_at": row["handed_over_at"],
            "user_id": row["user_id"],
            "message_id": row["message_id"],
        }
    # what is of an address alone, whose user was erased, is for the sender
    yield from ledger.all_rows(events, events.c.user_id.is_not(None) | events.c.message_id.is_not(None))
    for row in ledger.all_rows(preferences, preferences.c.kind == "frequency"):
        yield {
            "event_id": f"frequency:{row['user_id']}:{row['chosen_at']:%Y-%m-%dT%H:%M:%S.%f}",
            "event_type": f"frequency_{row['value']}",
            "occurred_at": row["chosen_at"],
            "user_id": row["user_id"],
        }


def message_rows(ledger: Ledger) -> Iterator[dict]:
    # the contract has no state of its own for what an address refused: it failed, and the reason says how
    for row in ledger.all_rows(messages):
        if row["state"] == State.BOUNCED:
            reason = ": ".join(part for part in ("bounced", row["reason"]) if part)
            yield dict(row) | {"state": State.FAILED, "reason": reason}
        else:
            yield row


def exclusion_rows(ledger: Ledger) -> Iterator[dict]:
    for row in ledger.all_rows(preferences, preferences.c.kind == "category"):
        yield {
            "user_id": row["user_id"],
            "kind": row["kind"],
            "value": row["value"],
            "source": "preferences",
            "excluded_at": row["chosen_at"],
        }


def write(path: Path, schema: pa.Schema, rows: Iterator) -> int:
    written = 0
    with parquet_file(path, schema) as file:
        batch: list[dict] = []
        for row in rows:
            batch.append({name: row.get(name) for name in schema.names})
            written += 1
            if len(batch) == ROWS_AT_ONCE:
                file.write_table(pa.Table.from_pylist(batch, schema))
                batch.clear()
        file.write_table(pa.Table.from_pylist(batch, schema))
    return written
