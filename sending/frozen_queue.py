"""The queue as render froze it: messages of the warehouse, and where their emails stand in the folder of parts."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow.parquet as pq

from dbt_tools.relations import search
from email_render import load, sink
from email_render.errors import SetupError
from email_render.gate import require_open_gate
from email_render.run import database_version, rendered_parts
from sending.erased import erased_users
from sending.ledger import address_key
from sending.settings import Settings

QUERY = Path(__file__).with_name("frozen_queue.sql").read_text("utf-8")
PARTS_OPEN = 64


class Queue(NamedTuple):
    run_id: str
    as_of: datetime
    messages: list[dict]  # as the ledger takes them, with offer_name and drop_reason
    notes: list[str]  # for whoever starts the sender

    @property
    def drops(self) -> dict[str, str]:
        return {row["message_id"]: row["drop_reason"] for row in self.messages if row["drop_reason"]}

    def lines(self) -> Iterator[dict]:
        """What the ledger keeps of each message."""
        for row in self.messages:
            yield {name: value for name, value in row.items() if name not in ("offer_name", "drop_reason")}


def read_queue(database: Path, out: Path, settings: Settings) -> Queue:
    """SetupError unless the warehouse may be mailed from and the folder holds what was rendered from this build."""
    with load.open_warehouse(database) as connection:
        require_open_gate(connection)
        parts = rendered_parts(connection, database, out)
        names = ("email_queue", "user_recommendations", "send_decisions", "stg_users")
        search(connection, [load.schema_of(connection, name) for name in names])
        notes = read_erased(connection)
        as_of, fingerprint = read_run(connection)
        messages = connection.sql(QUERY).to_arrow_table().to_pylist()
    places = {message_id: place for message_id, *place in rendered_places(parts)}
    set_aside = read_set_aside(out)
    run_id = f"{as_of:%Y-%m-%dT%H:%M:%S}:{fingerprint}"
    for row in messages:
        part, row_group = places.get(row["message_id"], (None, None))
        field = set_aside.get(row["message_id"])
        row |= {
            "run_id": run_id,
            "items": json.loads(row["items"]),
            "address_key": address_key(row["email"]),
            "domain": address_key(row["email"]).rpartition("@")[2],
            "part": part,
            "row_group": row_group,
            "due_at": row["send_at"],
            "expires_at": row["send_at"] + settings.shelf_life(row["trigger_type"]),
            "drop_reason": row["drop_reason"] or (field and f"not_rendered: {field}"),
        }
    return Queue(run_id, as_of, messages, notes)


def read_run(connection: duckdb.DuckDBPyConnection) -> tuple[datetime, str]:
    """As of when the marts were built, and from which inputs: of an empty queue, too."""
    [(as_of,)] = connection.sql("select max(as_of) from send_decisions").fetchall()
    if as_of is None:
        raise SetupError("send_decisions has no row: there is nobody to send to, and no run to be recorded.")
    [(fingerprint,)] = connection.sql(
        "select coalesce(max(input_fingerprint), 'empty') from email_queue"
    ).fetchall()
    return as_of, fingerprint


def read_erased(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Table `erased`: who asked to be erased by now, as the inputs say it. Notes on what can't be known."""
    users = erased_users(connection)
    connection.execute(
        "create temp table erased as select unnest($users::varchar[]) as user_id", {"users": users or []}
    )
    if users is None:
        return [
            "erasure requests can't be read from here: those of the latest build count, newer ones aren't known"
        ]
    return []


def rendered_places(parts: list[Path]) -> Iterator[tuple[str, int, int]]:
    """Message, number of its part, and the row group in it."""
    for number, path in enumerate(parts):
        with pq.ParquetFile(path) as part:
            for row_group in range(part.num_row_groups):
                ids = part.read_row_group(row_group, ["message_id"])["message_id"].to_pylist()
                for message_id in ids:
                    yield message_id, number, row_group


def read_set_aside(out: Path) -> dict[str, str]:
    """Messages that render set aside, with the first field at fault."""
    path = out / sink.FAILED_FILE
    rows = sink.read_part(path).to_pylist() if path.exists() else []
    return {row["message_id"]: row["field"] for row in reversed(rows) if row["outcome"] == sink.SET_ASIDE}


class Emails:
    """Rendered emails by where they stand; not from another run's folder."""

    def __init__(self, database: Path, out: Path):
        self._database, self._out = database, out
        self._version = database_version(database)
        self._read = lru_cache(maxsize=PARTS_OPEN)(self._read_row_group)

    def require_same_build(self) -> None:
        """SetupError when the warehouse was built anew since: who said no meanwhile is not in this queue."""
        if database_version(self._database) != self._version:
            raise SetupError(f"{self._database} was built anew meanwhile: render and send again.")

    def email(self, row) -> dict | None:
        """The rendered row of a message of the ledger; none if the folder has been rendered anew without it."""
        return self._read(row["part"], row["row_group"]).get(row["message_id"])

    def _read_row_group(self, part: int, row_group: int) -> dict[str, dict]:
        with pq.ParquetFile(self._out / sink.part_file(part)) as file:
            rows = file.read_row_group(row_group).to_pylist()
        return {row["message_id"]: row for row in rows}


def counts(queue: Queue, known: dict[str, str]) -> tuple[list[dict], Counter]:
    """Messages that are still to be sent, and how many of the others there are, by reason."""
    waiting, others = [], Counter()
    for row in queue.messages:
        state = known.get(row["message_id"], "queued")
        if state not in ("queued", "rendered"):
            others[f"already {state}"] += 1
        elif row["drop_reason"]:
            others[row["drop_reason"]] += 1
        elif row["part"] is None:
            others["not rendered"] += 1
        else:
            waiting.append(row)
    return waiting, others
