"""The ledger: what was queued, claimed, handed over and accepted, and who said no. Its own small transactional store.

SQLite in a file beside the warehouse, or PostgreSQL by its URL. Not in the warehouse: that takes one writer, and builds
replace it. Every change of a state goes through `Ledger.move`. A call of the ledger is one transaction, on disk when it
returns: "handed over" must have been written before the first byte leaves, whatever happens to the machine.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    RowMapping,
    Table,
    and_,
    bindparam,
    case,
    delete,
    false,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import DBAPIError

from sending.presence import Presence, presence_of
from sending.states import ENDED, FOLLOWS, SENT, SUPERSEDED, UNDER_WAY, WAITING, State
from sending.store import (
    LedgerError,
    adopt_schema,
    chunks,
    empty_log,
    insert_into,
    insert_new,
    open_engine,
    reading,
    shown,
    vacuum,
)
from sending.tables import events, messages, preferences, revisions, runs

IS_REFUSAL = func.coalesce(events.c.bounce_type, "hard") == "hard"
IS_PAUSE = and_(preferences.c.kind == "frequency", preferences.c.value == "paused")
# the reasons of what came back, as send_decisions words them
REFUSED = {"unsubscribe": "unsubscribed", "complaint": "complained", "bounce": "bounced"}


def utc_now() -> datetime:
    """As the ledger keeps times: UTC without saying so."""
    return datetime.now(UTC).replace(tzinfo=None)


class Preferences(NamedTuple):
    """What a reader chose: how often to be mailed, and what not to be shown."""

    frequency: str | None = None
    unwanted_categories: frozenset[str] = frozenset()


class Ledger:
    def __init__(self, place: str, clock: Callable[[], datetime] = utc_now):
        self.engine = open_engine(place)
        self.now = clock
        try:
            adopt_schema(self.engine)
        except DBAPIError as error:
            raise LedgerError(f"the ledger {shown(place)} can't be used: {error.orig}") from None

    # --- the one place where states change -------------------------------------------------------------------

    def _move(
        self,
        connection: Connection,
        to: State,
        condition,
        reason: str | None,
        **values: object,
    ) -> int:
        """How many messages of the condition were in a state that `to` may follow, and are in `to` now."""
        stamp = f"{to}_at" if f"{to}_at" in messages.c else "ended_at"
        changed = {"state": to, "reason": reason, stamp: self.now(), **values}
        if to in WAITING:
            changed |= {"sender": None, "ended_at": None}
        statement = update(messages).where(messages.c.state.in_(FOLLOWS[to]), condition).values(**changed)
        return connection.execute(statement).rowcount

    def move(
        self,
        message_id: str,
        to: State,
        reason: str | None = None,
        sender: str | None = None,
        **values: object,
    ) -> bool:
        """Whether the message is in `to` now; not when it is in a state that `to` can't follow, or another sender's."""
        condition = messages.c.message_id == message_id
        if sender:
            condition = and_(condition, messages.c.sender == sender)
        with self.engine.begin() as connection:
            return self._move(connection, to, condition, reason, **values) == 1

    # --- what is to be sent ----------------------------------------------------------------------------------

    def add_run(self, run_id: str, as_of: datetime, message_count: int) -> None:
        row = {"run_id": run_id, "as_of": as_of, "message_count": message_count, "seen_at": self.now()}
        with self.engine.begin() as connection:
            insert_new(connection, runs, [row])

    def add_queued(self, rows: Collection[dict], again: Collection[str] = ()) -> None:
        """Messages that the ledger doesn't know begin as queued; those that wait, or may be repeated, become
        this run's, and are due when it says, but for what a server put off until later: what was missed before a quiet
        night waits for the morning.
        What was given up in another run begins anew. What was sent keeps the items and the address that it had,
        unless its trigger, one of `again`, repeats it."""
        # one by one: a list can't be a parameter of many statements
        is_waiting = or_(*(messages.c.state == state for state in WAITING))
        is_unclear = messages.c.state == State.AMBIGUOUS
        is_repeated = and_(
            is_unclear,
            messages.c.repeats == 0,
            or_(false(), *(messages.c.trigger_type == trigger for trigger in again)),
        )
        due_at = bindparam("new_due_at", type_=messages.c.due_at.type)
        is_put_off = and_(messages.c.attempts > 0, messages.c.due_at > due_at)
        due = {"due_at": case((is_put_off, messages.c.due_at), else_=due_at)}
        places = ("run_id", "part", "row_group", "consented_at", "expires_at")
        with self.engine.begin() as connection:
            new = {"state": State.QUEUED, "attempts": 0, "repeats": 0, "queued_at": self.now()}
            insert_new(connection, messages, [row | new for row in rows])
            self._take_up(connection, rows)
            for condition, names, computed in (
                (or_(is_waiting, is_unclear), places, due),
                (or_(is_waiting, is_repeated), ("subject", "items", "email", "address_key", "domain"), {}),
            ):
                connection.execute(
                    update(messages)
                    .where(messages.c.message_id == bindparam("known"), condition)
                    .values({name: bindparam(f"new_{name}") for name in names} | computed),
                    [
                        {"known": row["message_id"]}
                        | {f"new_{name}": row[name] for name in (*names, *computed)}
                        for row in rows
                    ],
                )

    def _take_up(self, connection: Connection, rows: Collection[dict]) -> None:
        """What was dropped, expired or was refused in another run, of no later time than the rows', is queued again:
        what held it may have passed, and this run knows more than that one did. So is what gave way to another run."""
        others = select(runs.c.run_id).where(
            runs.c.as_of <= max((row["as_of"] for row in rows), default=datetime.min),
            runs.c.run_id.not_in({row["run_id"] for row in rows}),
        )
        may_pass = or_(messages.c.run_id.in_(others), messages.c.reason == SUPERSEDED)
        for some in chunks([row["message_id"] for row in rows]):
            given_up = and_(messages.c.message_id.in_(some), may_pass)
            self._move(connection, State.QUEUED, given_up, None, attempts=0)

    def drop(self, reasons: dict[str, str]) -> None:
        """What must not go out, with the reason of each message."""
        of_reason: dict[str, list[str]] = {}
        for message_id, reason in reasons.items():
            of_reason.setdefault(reason, []).append(message_id)
        with self.engine.begin() as connection:
            for reason, ids in of_reason.items():
                for some in chunks(ids):
                    self._move(connection, State.DROPPED, messages.c.message_id.in_(some), reason)

    def note_revisions(self, rows: Collection[dict]) -> None:
        """What newer inputs changed in messages; what is known already is not noted twice."""
        with self.engine.begin() as connection:
            insert_new(connection, revisions, [row | {"noted_at": self.now()} for row in rows])

    def open_run(self, run_id: str) -> None:
        """The run's messages that were rendered can be claimed. Those of earlier runs can't any more: later ones stand
        in their place."""
        with self.engine.begin() as connection:
            self._move(connection, State.DROPPED, messages.c.run_id != run_id, SUPERSEDED)
            rendered = and_(
                messages.c.run_id == run_id, messages.c.part.is_not(None), messages.c.state == State.QUEUED
            )
            self._move(connection, State.RENDERED, rendered, None)

    # --- senders ---------------------------------------------------------------------------------------------

    @contextmanager
    def sender(self) -> Iterator[str]:
        """The name of a new sender, which the others take for alive while the block runs, and as long as its process.

        What it had claimed when the block ends, for whatever reason, can be claimed by others.
        """
        with presence_of(self.engine).enter() as sender:
            try:
                yield sender
            finally:
                # not what was handed over: of that nobody knows
                with self.engine.begin() as connection:
                    mine = and_(messages.c.sender == sender, messages.c.state == State.CLAIMED)
                    self._move(connection, State.RENDERED, mine, "let_go")

    def recover(self) -> Counter:
        """What dead senders left: claimed, it can be claimed anew; handed over, it is ambiguous. How many of each."""
        found: Counter = Counter()
        presence: Presence = presence_of(self.engine)
        with self.engine.begin() as connection:
            senders = connection.execute(
                select(messages.c.sender).where(messages.c.state.in_(UNDER_WAY)).distinct()
            ).scalars()
            for sender in [name for name in senders if not presence.is_alive(name)]:
                of_sender = messages.c.sender == sender
                unclear = and_(of_sender, messages.c.state == State.HANDED_OVER)
                found[State.AMBIGUOUS] += self._move(connection, State.AMBIGUOUS, unclear, "sender_died")
                claimed = and_(of_sender, messages.c.state == State.CLAIMED)
                found[State.CLAIMED] += self._move(connection, State.RENDERED, claimed, "sender_died")
        return found

    def send_again(self, run_id: str, triggers: Collection[str]) -> int:
        """Lets ambiguous messages of these triggers be claimed once more. How many there were."""
        unclear = and_(
            messages.c.run_id == run_id,
            messages.c.state == State.AMBIGUOUS,
            messages.c.trigger_type.in_(triggers),
            messages.c.repeats == 0,
            messages.c.expires_at > self.now(),
        )
        with self.engine.begin() as connection:
            return self._move(
                connection, State.RENDERED, unclear, "sent_again", repeats=messages.c.repeats + 1
            )

    def claim(self, sender: str, run_id: str, limit: int, gap: timedelta) -> list[RowMapping]:
        """Messages of the run that are due, and nobody else's from now on: at most `limit`, none when none is left.

        Asked at this moment, since days may have gone by: shelf life, what came back from the address or the user, and
        whether the address was sent another message within `gap`.
        """
        while True:
            now = self.now()
            with self.engine.begin() as connection:
                due = (
                    connection.execute(
                        select(messages)
                        .where(
                            messages.c.run_id == run_id,
                            messages.c.state == State.RENDERED,
                            messages.c.due_at <= now,
                        )
                        .order_by(
                            messages.c.due_at, messages.c.part, messages.c.row_group, messages.c.message_id
                        )
                        .limit(limit)
                        # PostgreSQL passes over what others are about to claim; SQLite has one writer at a time
                        .with_for_update(skip_locked=True)
                    )
                    .mappings()
                    .all()
                )
                held = self._held(connection, due, gap, now)
                for message_id, (state, reason) in held.items():
                    self._move(connection, state, messages.c.message_id == message_id, reason)
                claimed = [row for row in due if row["message_id"] not in held]
                ids = [row["message_id"] for row in claimed]
                self._move(connection, State.CLAIMED, messages.c.message_id.in_(ids), None, sender=sender)
            if claimed or not due:
                return claimed

    def is_held(self, row: RowMapping, gap: timedelta) -> bool:
        """Whether a message that was claimed a while ago would not be claimed now."""
        with reading(self.engine) as connection:
            return bool(self._held(connection, [row], gap, self.now()))

    def _held(
        self, connection: Connection, due: Collection[RowMapping], gap: timedelta, now: datetime
    ) -> dict[str, tuple[State, str]]:
        """Which of the messages must not go out, and why."""
        others = list(
            connection.execute(
                select(messages.c.address_key, messages.c.message_id).where(
                    messages.c.address_key.in_([row["address_key"] for row in due]),
                    messages.c.state.in_((*SENT, State.CLAIMED)),
                    messages.c.claimed_at > now - gap,
                )
            )
        )
        held: dict[str, tuple[State, str]] = {}
        taken: set[str] = set()
        for row, refusal in zip(due, refusals(connection, due), strict=True):
            mailed = any(
                other.address_key == row["address_key"] and other.message_id != row["message_id"]
                for other in others
            )
            if row["expires_at"] <= now:
                held[row["message_id"]] = State.EXPIRED, "shelf_life"
            elif refusal:
                held[row["message_id"]] = State.DROPPED, refusal
            elif mailed or row["address_key"] in taken:
                held[row["message_id"]] = State.DROPPED, "mailed_recently"
            else:
                taken.add(row["address_key"])
        return held

    def expire(self) -> int:
        """All that waits and is past its shelf life."""
        with self.engine.begin() as connection:
            return self._move(connection, State.EXPIRED, messages.c.expires_at <= self.now(), "shelf_life")

    def next_due(self, run_id: str) -> datetime | None:
        with reading(self.engine) as connection:
            return connection.execute(
                select(func.min(messages.c.due_at)).where(
                    messages.c.run_id == run_id, messages.c.state == State.RENDERED
                )
            ).scalar()

    # --- what came back --------------------------------------------------------------------------------------

    def add_event(self, row: dict) -> bool:
        """Whether the ledger did not have it yet."""
        insert = (
            insert_into(events, self.engine).values(row).on_conflict_do_nothing().returning(events.c.event_id)
        )
        with self.engine.begin() as connection:
            return connection.execute(insert).first() is not None

    def add_or_renew_event(self, row: dict) -> None:
        """One that may be said again counts from when it was said last: consent may have come in between."""
        insert = insert_into(events, self.engine).values(row)
        renewed = {"occurred_at": insert.excluded.occurred_at}
        with self.engine.begin() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["event_id"], set_=renewed))

    def refusing(self, readers: Iterable[Mapping]) -> set[str]:
        """user_id of each of the readers, as `refusals` asks for them, to whom no mail would be handed over."""
        with reading(self.engine) as connection:
            return {
                reader["user_id"]
                for some in chunks(list(readers))
                for reader, refusal in zip(some, refusals(connection, some), strict=True)
                if refusal
            }

    def preferences(self, user_id: str) -> Preferences:
        """What the user chose so far."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(preferences).where(preferences.c.user_id == user_id)).all()
        return Preferences(
            next((row.value for row in rows if row.kind == "frequency"), None),
            frozenset(row.value for row in rows if row.kind == "category"),
        )

    def choose(self, user_id: str, chosen: Preferences) -> None:
        """Puts the choice in the place of the former one; what stays has been chosen when it was first."""
        values = {("category", value) for value in chosen.unwanted_categories}
        if chosen.frequency:
            values.add(("frequency", chosen.frequency))
        address_key = self.address_of(user_id)
        with self.engine.begin() as connection:
            connection.execute(
                delete(preferences).where(
                    preferences.c.user_id == user_id,
                    tuple_(preferences.c.kind, preferences.c.value).not_in(values),
                )
            )
            insert_new(
                connection,
                preferences,
                [
                    {
                        "user_id": user_id,
                        "kind": kind,
                        "value": value,
                        "address_key": address_key,
                        "chosen_at": self.now(),
                    }
                    for kind, value in sorted(values)
                ],
            )

    def find_message(self, message_id: str | None, address_key: str | None) -> RowMapping | None:
        """The message of this id; without one, the last that was sent to the address."""
        if message_id:
            condition = messages.c.message_id == message_id
        else:
            condition = and_(
                messages.c.address_key == address_key, messages.c.state.in_((*SENT, State.BOUNCED))
            )
        with reading(self.engine) as connection:
            return (
                connection.execute(
                    select(messages).where(condition).order_by(messages.c.claimed_at.desc()).limit(1)
                )
                .mappings()
                .first()
            )

    def address_of(self, user_id: str) -> str | None:
        """Where the user was last written to."""
        with reading(self.engine) as connection:
            return connection.execute(
                select(messages.c.address_key)
                .where(messages.c.user_id == user_id)
                .order_by(messages.c.queued_at.desc(), messages.c.message_id)
                .limit(1)
            ).scalar()

    # --- reading ---------------------------------------------------------------------------------------------

    def states(self, run_id: str | None = None) -> list[tuple[str, str | None, int]]:
        """State, reason where it has ended, and number of messages: of a run, or of all."""
        reason = func.coalesce(messages.c.reason, "").label("reason")
        query = select(messages.c.state, reason, func.count()).group_by(messages.c.state, reason)
        if run_id:
            query = query.where(messages.c.run_id == run_id)
        with reading(self.engine) as connection:
            rows = [tuple(row) for row in connection.execute(query)]
        counts: Counter = Counter()
        for state, why, count in rows:
            # a server's own words differ from message to message
            counts[state, why.partition(":")[0] if state in ENDED and state != State.ACCEPTED else ""] += (
                count
            )
        order = list(State)
        return sorted(((*key, n) for key, n in counts.items()), key=lambda row: (order.index(row[0]), row[1]))

    def earlier_runs(self, run_id: str, as_of: datetime, limit: int) -> list[RowMapping]:
        """The latest runs before this one, the last first. One of a time to come, by a mistake, is none of them."""
        with reading(self.engine) as connection:
            return list(
                connection.execute(
                    select(runs)
                    .where(runs.c.run_id != run_id, runs.c.as_of <= as_of)
                    .order_by(runs.c.as_of.desc(), runs.c.seen_at.desc())
                    .limit(limit)
                ).mappings()
            )

    def all_rows(self, table, *conditions) -> Iterator[RowMapping]:
        with reading(self.engine) as connection:
            yield from (
                connection.execution_options(yield_per=1000)
                .execute(select(table).where(*conditions).order_by(*table.primary_key))
                .mappings()
            )

    # --- erasure ---------------------------------------------------------------------------------------------

    def holds_any(self, user_ids: Collection[str]) -> bool:
        """Whether a row is of one of these users."""
        with reading(self.engine) as connection:
            return any(
                connection.execute(select(table.c.user_id).where(table.c.user_id.in_(some)).limit(1)).first()
                for some in chunks(list(user_ids))
                for table in (messages, events, preferences)
            )

    def forget(self, user_ids: Iterable[str], addresses_of_others: Collection[str] = ()) -> int:
        """Removes all rows of these users and, where it is nobody else's, of their addresses. How many rows. What came
        back from an address that is somebody else's, too, whether or not anything was sent to them, stays as that of
        the address alone: its no still holds."""
        removed = 0
        with self.engine.begin() as connection:
            for some in chunks(list(user_ids)):
                theirs = set(
                    connection.execute(
                        select(messages.c.address_key).where(messages.c.user_id.in_(some))
                    ).scalars()
                )
                of_theirs = select(messages.c.message_id).where(messages.c.user_id.in_(some))
                removed += connection.execute(
                    delete(revisions).where(revisions.c.message_id.in_(of_theirs))
                ).rowcount
                removed += connection.execute(delete(messages).where(messages.c.user_id.in_(some))).rowcount
                shared = set(
                    connection.execute(
                        select(messages.c.address_key).where(messages.c.address_key.in_(theirs))
                    ).scalars()
                ) | theirs.intersection(addresses_of_others)
                of_shared = and_(events.c.user_id.in_(some), events.c.address_key.in_(shared))
                for event_id in (
                    connection.execute(select(events.c.event_id).where(of_shared)).scalars().all()
                ):
                    # an id may be made of the user's
                    nobody = {"event_id": token_hex(16), "user_id": None, "message_id": None}
                    connection.execute(update(events).where(events.c.event_id == event_id).values(nobody))
                    removed += 1
                removed += connection.execute(
                    delete(events).where(
                        or_(events.c.user_id.in_(some), events.c.address_key.in_(theirs - shared))
                    )
                ).rowcount
                removed += connection.execute(
                    delete(preferences).where(
                        or_(preferences.c.user_id.in_(some), preferences.c.address_key.in_(theirs - shared))
                    )
                ).rowcount
        if removed:
            vacuum(self.engine)
        # though none was removed: a log that was in use may have outlasted the last time
        empty_log(self.engine)
        return removed


def refusals(connection: Connection, readers: Collection[Mapping]) -> list[str | None]:
    """Of each reader, by user_id, address_key and consented_at, what they said no by, if they did."""
    refused = said_about(connection, readers, events, IS_REFUSAL)
    paused = said_about(connection, readers, preferences, IS_PAUSE)

    def refusal_of(reader: Mapping) -> str | None:
        for said in refused:
            # consent that is younger than an opt-out stands; a complaint or a bounce it doesn't undo
            if is_about(said, reader) and (
                said.event_type != "unsubscribe"
                or reader["consented_at"] is None
                or reader["consented_at"] <= said.occurred_at
            ):
                return REFUSED[said.event_type]
        return "paused" if any(is_about(choice, reader) for choice in paused) else None

    return [refusal_of(reader) for reader in readers]


def said_about(
    connection: Connection, readers: Collection[Mapping], said: Table, condition: ColumnElement[bool]
) -> list[Row]:
    """What is known of the readers, or of their addresses."""
    of_address = said.c.address_key.in_([reader["address_key"] for reader in readers])
    of_user = said.c.user_id.in_([reader["user_id"] for reader in readers])
    return list(connection.execute(select(said).where(or_(of_address, of_user), condition)))


def is_about(said: Row, reader: Mapping) -> bool:
    return said.address_key == reader["address_key"] or said.user_id == reader["user_id"]
