"""The queue as render froze it: messages of the warehouse, and where their emails stand in the folder of parts.

It is counted in DuckDB and handed to the ledger in batches: memory stays flat however long it is.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from dbt_tools.open_database import database_version
from dbt_tools.relations import lists, search
from email_render import load, sink
from email_render.errors import SetupError
from email_render.gate import require_open_gate
from email_render.run import read_plan, rendered_parts
from sending.erased import erased_users
from sending.revision import Revision, part_file
from sending.settings import Settings
from sending.states import FOLLOWS, SUPERSEDED, State

QUERY = Path(__file__).with_name("frozen_queue.sql").read_text("utf-8")
MARTS = (
    *("email_queue", "user_recommendations", "placement_recommendations", "send_decisions", "stg_users"),
    *("stg_items", "int_item_history", "int_user_addresses"),
)
# the ends of RFC 2606, of addresses and of pages
HOSTS_OF_NOBODY = r"(^|[.@])(example([.](com|net|org))?|test|invalid)(:[0-9]+)?$"
RENDERED = pa.schema([("message_id", pa.string()), ("part", pa.int32()), ("row_group", pa.int32())])
KNOWN = pa.schema(
    [
        *(
            (name, pa.string())
            for name in ("message_id", "run_id", "user_id", "state", "reason", "address_key")
        ),
        ("handed_over_at", pa.timestamp("us")),
    ]
)
ROWS_AT_ONCE = 1000
ROW_GROUPS_KEPT = 64
SAMPLES = 5
# still to be sent: what it says is what the plan shows and the guard judges
WAITING = """
    from frozen_queue
    where coalesce(known_state, 'queued') in ('queued', 'rendered') and drop_reason is null and part is not null
"""


PRICE_MOVE = 0.1  # of the price before: a slip, or a sale; smaller ones are everyday's
PRICES = """
    select
        count(*) filter (where abs(items.price - before.price) >= $moved * before.price),
        count(*)
    from stg_items as items
    inner join (
        select item_id, max_by(price, as_of) as price, max_by(currency, as_of) as currency
        from int_item_history
        where as_of <= $as_of
        group by item_id
    ) as before
        on items.item_id = before.item_id and items.currency = before.currency
"""


class PriceMoves(NamedTuple):
    moved: int
    known: int


class Plan(NamedTuple):
    """What a sender would do with the queue."""

    as_of: datetime
    size: int
    waiting: int
    others: list[tuple[str, int]]  # reason and number of what isn't sent
    by: dict[str, list[tuple[str, int]]]  # trigger, domain, hour: value and number
    commonest: dict[
        str, tuple[str, int]
    ]  # item, offer, subject: the commonest value, and in how many messages
    samples: list[dict]
    leading_nowhere: int = 0  # to real addresses, without a page to unsubscribe on
    dropped_by_inputs: int = 0  # since newer inputs say so
    differing: int = 0  # these, and those that are rendered anew


class Queue:
    def __init__(self, connection: duckdb.DuckDBPyConnection, settings: Settings):
        self._connection = connection
        self._settings = settings
        self.notes: list[str] = []
        [(self.as_of,)] = connection.sql("select max(as_of) from send_decisions").fetchall()
        if self.as_of is None:
            raise SetupError(
                "send_decisions has no row: there is nobody to send to, and no run to be recorded."
            )
        # of an empty queue, too
        [(inputs,)] = connection.sql(
            "select coalesce(max(input_fingerprint), 'empty') from email_queue"
        ).fetchall()
        self.run_id = f"{self.as_of:%Y-%m-%dT%H:%M:%S}:{inputs}"

    def freeze(self, parts: list[Path], out: Path, known: Iterable[dict], now: datetime) -> None:
        """Table frozen_queue: the messages with their places, beside what the ledger knows of them."""
        self._insert("rendered", RENDERED, rendered_places(parts))
        self._insert("known", KNOWN, known)
        failed = out / sink.FAILED_FILE
        set_aside = sink.read_part(failed) if failed.exists() else sink.FAILED_SCHEMA.empty_table()
        self._connection.register("failed_messages", set_aside)
        self._connection.execute(
            "create temp table set_aside as select message_id, field from failed_messages where outcome = $outcome",
            {"outcome": sink.SET_ASIDE},
        )
        erased = erased_users(self._connection)
        if erased is None:
            self.notes.append(
                "erasure requests can't be read from here: those of the latest build count, newer ones aren't known"
            )
        self._connection.execute(
            "create temp table erased as select unnest($ids::varchar[]) as user_id", {"ids": erased or []}
        )
        self._connection.execute(
            f"create temp view lists as {lists('user_id, position, item_id, strategy, currency, propensity')}"
        )
        self._connection.execute(
            f"create temp table frozen_queue as {QUERY}",
            {
                "now": now,
                "run_id": self.run_id,
                "superseded": SUPERSEDED,
                "given_up": [str(state) for state in FOLLOWS[State.QUEUED]],
                "hosts_of_nobody": HOSTS_OF_NOBODY,
            },
        )

    def _insert(self, table: str, schema: pa.Schema, rows: Iterable[dict]) -> None:
        batches = (pa.RecordBatch.from_pylist(some, schema) for some in batched(rows, ROWS_AT_ONCE))
        reader = pa.RecordBatchReader.from_batches(schema, batches)
        self._connection.register("new_rows", reader)
        self._connection.execute(f"create temp table {table} as from new_rows")
        self._connection.unregister("new_rows")

    def plan(self, revision: Revision | None = None) -> Plan:
        dropped = sum(revision.dropped.values()) if revision else 0

        def counted(expression: str, order: str = "2 desc, 1", rows: str = WAITING) -> list[tuple]:
            query = f"select {expression}, count(*) {rows} group by 1 order by {order}"
            return self._connection.sql(query).fetchall()

        def commonest(expression: str, rows: str = WAITING) -> list[tuple]:
            return [row for row in counted(expression, rows=rows) if row[0] is not None][:1]

        others = counted(
            "coalesce(drop_reason, if(part is null, 'not rendered', 'already ' || known_state))",
            rows=f"from (from frozen_queue where message_id not in (select message_id {WAITING}))",
        )
        # twice in an email is once
        items = f"from (select distinct message_id, unnest(items).item_id as item_id {WAITING})"
        found = {
            "item": commonest("item_id", items),
            "offer": commonest("offer_name"),
            "subject": commonest("subject"),
        }
        [(size,)] = self._connection.sql("select count(*) from frozen_queue").fetchall()
        waiting = size - sum(count for _, count in others)
        [(nowhere,)] = self._connection.sql(f"select count(*) {WAITING} and leads_nowhere").fetchall()
        samples = self._connection.sql(
            f"select message_id, send_at, email, domain, subject {WAITING} order by md5(message_id) limit {SAMPLES}"
        )
        return Plan(
            as_of=self.as_of,
            size=size,
            waiting=waiting,
            others=others,
            by={
                "trigger": counted("trigger_type"),
                "domain": counted("domain"),
                "hour (UTC)": counted("strftime(send_at, '%Y-%m-%d %H:00')", order="1"),
            },
            commonest={name: rows[0] for name, rows in found.items() if rows},
            samples=samples.to_arrow_table().to_pylist(),
            leading_nowhere=nowhere,
            dropped_by_inputs=dropped,
            differing=dropped + (revision.changed if revision else 0),
        )

    def reasons(self) -> dict[str, str]:
        """Of the messages that must not go out."""
        query = "select message_id, drop_reason from frozen_queue where drop_reason is not null order by all"
        return dict(self._connection.sql(query).fetchall())

    def messages(self) -> Iterator[list[dict]]:
        """Batches of messages as the ledger takes them."""
        # in the order of the parts, so that the ledger's rows lie as they are sent
        query = (
            "select * exclude (offer_name, leads_nowhere, known_state, drop_reason) from frozen_queue "
            "order by part, row_group, message_id"
        )
        for batch in self._connection.sql(query).to_arrow_reader(ROWS_AT_ONCE):
            rows = batch.to_pylist()
            for row in rows:
                row |= {
                    "run_id": self.run_id,
                    "address_key": self._settings.address_key(row["email"]),
                    "due_at": row["send_at"],
                }
            yield rows

    def revalidate(self, inputs: Path, now: datetime) -> Revision:
        """Asks newer inputs once more; what they say stands in frozen_queue, and in what is returned."""
        return Revision(self._connection, self._settings, inputs, now)

    @property
    def triggers_sent_again(self) -> list[str]:
        """Those whose messages are sent once more when it is unclear whether they have arrived."""
        rows = self._connection.sql(
            "select distinct trigger_type from email_queue where unclear_delivery = 'again' order by 1"
        )
        return [name for (name,) in rows.fetchall()]

    def prices_since(self, as_of: datetime) -> PriceMoves:
        """Of the items whose price was known as of then, in the same currency."""
        [(moved, known)] = self._connection.execute(PRICES, {"as_of": as_of, "moved": PRICE_MOVE}).fetchall()
        return PriceMoves(moved, known)


@contextmanager
def open_queue(database: Path, out: Path, settings: Settings) -> Iterator[tuple[Queue, list[Path]]]:
    """The queue, and the parts that it was rendered to.

    SetupError unless the warehouse may be mailed from and the folder holds what was rendered from this build.
    """
    with load.open_warehouse(database) as connection:
        require_open_gate(connection)
        parts = rendered_parts(connection, database, out)
        search(connection, [load.schema_of(connection, name) for name in MARTS])
        yield Queue(connection, settings), parts


def rendered_places(parts: list[Path]) -> Iterator[dict]:
    """Message, number of its part, and the row group in it."""
    for number, path in enumerate(parts):
        with pq.ParquetFile(path) as part:
            for row_group in range(part.num_row_groups):
                ids = part.read_row_group(row_group, ["message_id"])["message_id"].to_pylist()
                for message_id in ids:
                    yield {"message_id": message_id, "part": number, "row_group": row_group}


def batched(rows: Iterable[dict], size: int) -> Iterator[list[dict]]:
    batch: list[dict] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


class Emails:
    """Rendered emails by where they stand; not from another run's folder."""

    def __init__(self, database: Path, out: Path):
        self._database, self._out = database, out
        self._plan = read_plan(out)
        self._read = lru_cache(maxsize=ROW_GROUPS_KEPT)(self._read_row_group)

    def require_same_build(self) -> None:
        """SetupError when the warehouse was built anew since: who said no meanwhile is not in this queue."""
        if (
            read_plan(self._out) != self._plan
            or not database_version(self._database).items() <= self._plan.items()
        ):
            raise SetupError(f"{self._database} was built or rendered anew meanwhile: send again.")

    def email(self, row) -> dict | None:
        """The rendered row of a message of the ledger; none if the folder has been rendered anew without it."""
        return self._read(row["part"], row["row_group"]).get(row["message_id"])

    def _read_row_group(self, part: int, row_group: int) -> dict[str, dict]:
        with pq.ParquetFile(self._out / part_file(part)) as file:
            rows = file.read_row_group(row_group).to_pylist()
        return {row["message_id"]: row for row in rows}
