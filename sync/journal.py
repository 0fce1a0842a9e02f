"""What each destination has been told: an SQLite file beside the warehouse.

A row is noted as pending before it leaves, so that a crash leaves nothing untold: what is pending when a sync starts
may have arrived. A delete that has arrived removes the row, and with it all that is known of whom it was about.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import click

from dbt_tools.private_files import close_to_others

SCHEMA = """
create table if not exists told (
    destination text not null,
    export text not null,
    export_key text not null,
    operation text not null,
    content_hash text not null,
    state text not null,
    batch text not null,
    reason text not null,
    identity text not null,
    was_accepted integer not null,
    primary key (destination, export, export_key)
) without rowid
"""


class State(StrEnum):
    PENDING = "pending"  # handed over, no answer yet
    ACCEPTED = "accepted"
    REJECTED = "rejected"  # a dead letter: sent again when its content changes, or with --retry-rejected
    AMBIGUOUS = "ambiguous"  # no answer to the last attempt: may have arrived


class Told(NamedTuple):
    export_key: str
    operation: str
    content_hash: str
    state: State
    batch: str
    reason: str
    identity: dict
    was_accepted: bool  # the destination may have a row of this key


class Journal:
    def __init__(self, path: Path, destination: str):
        self._destination = destination
        # of this sync alone until it ends, however it ends: two would tell the same rows twice
        self._connection = sqlite3.connect(path, timeout=0)
        try:
            for pragma in ("locking_mode = exclusive", "journal_mode = truncate", "secure_delete = on"):
                self._connection.execute(f"pragma {pragma}")
            self._connection.execute("begin exclusive")
            self._connection.execute(SCHEMA)
            self._connection.commit()
        except sqlite3.OperationalError as error:
            self._connection.close()
            raise click.ClickException(
                f"{path}: {error}. Another sync of this journal may be running"
            ) from None
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise click.ClickException(f"{path} is no journal of recmail sync: {error}") from None
        if path.is_file():
            close_to_others(path)

    def close(self) -> None:
        # else an empty file stays beside it
        self._connection.execute("pragma journal_mode = delete")
        self._connection.close()

    def recover(self) -> int:
        """What a sync that died had handed over may have arrived."""
        with self._connection:
            return self._connection.execute(
                "update told set state = ?, was_accepted = 1, reason = ? where destination = ? and state = ?",
                (State.AMBIGUOUS, "the sync died before the answer", self._destination, State.PENDING),
            ).rowcount

    def forget_pending(self, export: str, changes: Iterable, before: Mapping[str, Told]) -> None:
        """As they were: nothing of them arrived."""
        with self._connection:
            for change in changes:
                key = (self._destination, export, change.export_key)
                if told := before.get(change.export_key):
                    self._connection.execute(
                        "insert or replace into told values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        (
                            *key[:2],
                            *told[:6],
                            json.dumps(told.identity),
                            int(told.was_accepted),
                        ),
                    )
                else:
                    self._connection.execute(
                        "delete from told where destination = ? and export = ? and export_key = ?", key
                    )

    def forget(self, export: str, keys: Iterable[str]) -> None:
        with self._connection:
            self._connection.executemany(
                "delete from told where destination = ? and export = ? and export_key = ?",
                [(self._destination, export, key) for key in keys],
            )

    def told(self, export: str) -> dict[str, Told]:
        rows = self._connection.execute(
            "select export_key, operation, content_hash, state, batch, reason, identity, was_accepted "
            "from told where destination = ? and export = ?",
            (self._destination, export),
        )
        return {
            row[0]: Told(*row[:3], State(row[3]), *row[4:6], json.loads(row[6]), bool(row[7])) for row in rows
        }

    def open_ends(self, export: str) -> list[tuple[str, str, int, str]]:
        """State, reason, how many, and the key of one, of what was refused or may have arrived."""
        return self._connection.execute(
            "select state, reason, count(*), min(export_key) from told where destination = ? and export = ? "
            "and state <> ? group by state, reason order by count(*) desc, reason",
            (self._destination, export, State.ACCEPTED),
        ).fetchall()

    def note(
        self,
        export: str,
        changes: Iterable,
        state: State,
        batch: str,
        reasons: Mapping[str, str] | None = None,
    ) -> None:
        """All of them in one transaction. What was deleted and accepted leaves."""
        with self._connection:
            for change in changes:
                if state == State.ACCEPTED and change.operation == "delete":
                    self._connection.execute(
                        "delete from told where destination = ? and export = ? and export_key = ?",
                        (self._destination, export, change.export_key),
                    )
                    continue
                # something of the key may be there once anything was handed over and not refused
                arrived = change.was_accepted or state in (State.ACCEPTED, State.AMBIGUOUS)
                self._connection.execute(
                    "insert or replace into told values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        *(
                            self._destination,
                            export,
                            change.export_key,
                            change.operation,
                            change.content_hash,
                        ),
                        *(state, batch, (reasons or {}).get(change.export_key, "")),
                        *(json.dumps(change.identity), int(arrived)),
                    ),
                )
