"""What a destination has to be told: the exports of the warehouse against the journal of what it was told before."""

import datetime
import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

import click
import duckdb

from sync.journal import State, Told

OF_THE_EXPORT = ("export_key", "operation", "content_hash", "changed_at")
# not sent twice, and nothing of them is deleted
EVENTS = "esp_events"
# of a row, against what was told before
CHANGED, UNCHANGED, REJECTED, HELD = "changed", "unchanged", "rejected", "held"
# the key of what a user had before, an address say
FORMER = "former"
# columns that tell a destination whom to delete when nothing else is left
IDENTITY = (
    "user_id",
    "email",
    "phone",
    "market",
    "item_id",
    "audience",
    "email_sha256",
    "google_email_sha256",
)


class Change(NamedTuple):
    export_key: str
    operation: str  # upsert or delete
    content_hash: str
    row: dict  # business columns without nulls; empty for a delete
    identity: dict
    was_accepted: bool
    batch: str  # of which it was part when its answer got lost: told again in the same company
    is_erased: bool = False  # of deletes: nobody has the user any more, not only the channel


class Plan(NamedTuple):
    export: str
    changes: list[Change]
    unchanged: int
    rejected: int  # of earlier syncs, with the same content
    known: int  # rows that the destination has
    source: int  # rows that the export has
    held: int  # events of who has said no since the build
    taken_over: list[str]  # keys that are gone, and whose address another row holds now

    def count(self, kind: str) -> int:
        return sum(self.kind(change) == kind for change in self.changes)

    @staticmethod
    def kind(change: Change) -> str:
        """`again` is what was told before with the same content, and nobody knows that it was taken."""
        if change.operation == "delete":
            return "delete"
        if change.batch:
            return "again"
        return "change" if change.was_accepted else "new"


def plan_of(
    connection: duckdb.DuckDBPyConnection,
    export: str,
    told: Mapping[str, Told],
    users: Collection[str],
    refusing: Collection[str],
    retry_rejected: bool,
    identified_by: str | None = None,
) -> Plan:
    """`users` are the ids of those who are still there, `refusing` of whom no event is told. A destination that is
    `identified_by` a column has a row for each value of it: that of before is deleted."""
    upserts: list[Change] = []
    deletes: list[Change] = []
    counts: Counter = Counter()
    seen: set[str] = set()
    holders: dict[str, str] = {}
    for key, content_hash, row in rows_of(connection, export):
        seen.add(key)
        if identified_by:
            holders[row[identified_by]] = key
        before = told.get(key)
        standing = standing_of(export, row, content_hash, before, refusing, retry_rejected)
        counts[standing] += 1
        if standing != CHANGED:
            continue
        if identified_by and before and before.identity.get(identified_by) not in (None, row[identified_by]):
            former = hashlib.md5(before.identity[identified_by].encode(), usedforsecurity=False).hexdigest()
            deletes.append(Change(f"{key}:{FORMER}:{former}", "delete", "", {}, before.identity, True, ""))
        upserts.append(upsert(export, key, content_hash, row, before))
    if export != EVENTS:
        deletes += deletes_of(told, seen, users)
    # Who has the address now agreed to be reached at it. What was known of somebody who was erased goes all the same,
    # and the holder's row is told anew.
    holder_of = {change.export_key: holders.get(change.identity.get(identified_by)) for change in deletes}
    taken_over = {
        change.export_key for change in deletes if holder_of[change.export_key] and not change.is_erased
    }
    deletes = [change for change in deletes if change.export_key not in taken_over]
    told_anew = {holder_of[change.export_key] for change in deletes}
    told_anew -= {None, *(change.export_key for change in upserts)}
    for key, content_hash, row in rows_of(connection, export) if told_anew else ():
        if key in told_anew:
            upserts.append(upsert(export, key, content_hash, row, told[key]))
            counts[REJECTED if told[key].state == State.REJECTED else UNCHANGED] -= 1
    return Plan(
        export,
        # deletes first: an address that is deleted may be written for somebody else
        changes=[*deletes, *upserts],
        unchanged=counts[UNCHANGED],
        rejected=counts[REJECTED],
        known=sum(before.was_accepted for before in told.values()),
        source=len(seen),
        held=counts[HELD],
        taken_over=sorted(taken_over),
    )


def standing_of(
    export: str,
    row: dict,
    content_hash: str,
    before: Told | None,
    refusing: Collection[str],
    retry_rejected: bool,
) -> str:
    if before and before.content_hash == content_hash and before.operation == "upsert":
        if before.state == State.ACCEPTED:
            return UNCHANGED
        if before.state == State.REJECTED and not retry_rejected:
            return REJECTED
    elif before and export == EVENTS and before.was_accepted:
        # what has happened has been told; that a price in it changed is no other event
        return UNCHANGED
    return HELD if export == EVENTS and row["user_id"] in refusing else CHANGED


def deletes_of(told: Mapping[str, Told], seen: Collection[str], users: Collection[str]) -> Iterator[Change]:
    """What the destination has and the export has not."""
    for key, before in told.items():
        if key in seen or not before.was_accepted:
            continue
        # also one that was refused: nobody is left in silence whom somebody asked to be erased
        gone = before.identity.get("user_id") not in users
        batch = before.batch if before.operation == "delete" else ""
        yield Change(key, "delete", "", {}, before.identity, True, batch, is_erased=gone)


def upsert(export: str, key: str, content_hash: str, row: dict, before: Told | None) -> Change:
    # nothing of an event is ever deleted: whom it was about need not be kept
    identity = {} if export == EVENTS else {name: row[name] for name in IDENTITY if name in row}
    batch = (
        before.batch
        if before and before.content_hash == content_hash and before.state != State.ACCEPTED
        else ""
    )
    return Change(key, "upsert", content_hash, row, identity, bool(before and before.was_accepted), batch)


def rows_of(connection: duckdb.DuckDBPyConnection, export: str) -> Iterator[tuple[str, str, dict]]:
    result = connection.execute(f"select * from {export} where operation = 'upsert' order by export_key")
    names = [column[0] for column in result.description]
    while rows := result.fetchmany(10_000):
        for row in rows:
            values = dict(zip(names, row, strict=True))
            # null says nothing, and a destination could take it for an order to forget
            business = {
                name: json.loads(value) if name == "items" else plain(value)
                for name, value in values.items()
                if name not in OF_THE_EXPORT and value is not None
            }
            yield values["export_key"], values["content_hash"], business


def plain(value):
    """As JSON has it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat() + "Z"
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


class Refused(click.ClickException):
    """Nothing was sent. Exit code 2."""

    exit_code = 2


def require_usual(plan: Plan, deletes_max: int, changed_share_max: float, yes: bool) -> None:
    """Refused when the export looks as if something broke before it: a destination can't be asked for what it had."""
    deletes, changed = plan.count("delete"), plan.count("change")
    if not plan.source and plan.known:
        raise Refused(
            f"{plan.export} is empty and the destination has {plan.known:,} rows of it: look at the build first"
        )
    if deletes > deletes_max:
        raise Refused(
            f"{plan.export}: {deletes:,} rows would be deleted, var sync_deletes_max is {deletes_max:,}."
            " If it is meant so, raise it in VARS for this once"
        )
    share = (deletes + changed) / plan.known if plan.known else 0
    if share > changed_share_max and not yes:
        raise Refused(
            f"{plan.export}: {share:.0%} of the {plan.known:,} rows that the destination has would change,"
            f" var sync_changed_share_max is {changed_share_max:g}. If it is meant so: --yes"
        )
