"""What newer inputs change in a queue that was frozen when it was built: messages drop, items give way to reserves.

The queries of revalidation/, a table each, say what is different. Words that may have spoken of what changed become
general ones of seed texts: a subject that names what is sold out, a title that says what all items had in common. What
changed is rendered into a file of its own beside render's parts, with a number below zero.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from dbt_tools.macros import call_macro
from email_render import load, sink
from email_render.errors import SetupError
from email_render.render import Renderer
from email_render.run import read_plan
from email_render.theme import Theme
from email_render.tokens import sign
from sending.newer_inputs import open_newer_inputs
from sending.settings import Settings

# each reads those before it
REVALIDATION = (
    *("waiting", "undone_orders", "new_orders"),
    *("user_rows", "account_addresses", "changed_users", "new_events", "refusals", "held"),
    *("shown", "revalidated"),
)
WORDS = Path(__file__).with_name("revision.sql")
READ = (
    *("int_message_recipients", "int_item_markets", "int_item_labels", "int_item_families", "stg_identities"),
    *("int_trigger_decisions", "triggers", "texts", "email_event_synonyms"),
)
PLACES = pa.schema([("message_id", pa.string()), ("row_group", pa.int32())])
MEMORY_LIMIT = "1GB"  # above it DuckDB spills to disk
# below macros/
REFUSING_WORDS = Path("cleaning/refusing_words.sql")
# positions of reserves that stand in another list than the message's
RESERVES_FROM = 100


def part_file(part: int) -> str:
    return sink.part_file(part) if part >= 0 else f"revised-{-part:04}.parquet"


class Revision:
    """Marks in frozen_queue what must not go out, and knows what is to be rendered anew."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, settings: Settings, inputs: Path, now: datetime
    ):
        self._connection = connection
        [(before,)] = connection.execute("select current_setting('search_path')").fetchall()
        schemas = [load.schema_of(connection, name) for name in READ]
        named = [f'"{schema}"' for schema in schemas if schema not in before]
        connection.execute("set search_path = ?", [",".join([before, *dict.fromkeys(named)])])
        # render keeps little at a time; this query has all that waits at once
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        open_newer_inputs(connection, inputs)
        self._revalidate(settings, now)
        connection.execute(
            """
            update frozen_queue set drop_reason = revalidated.drop_reason
            from revalidated where frozen_queue.message_id = revalidated.message_id
            """
        )
        self.dropped = Counter(
            dict(
                connection.sql(
                    "select drop_reason, count(*) from revalidated where drop_reason is not null group by 1 order by 1"
                ).fetchall()
            )
        )
        # what an offer alone makes different, which is over by now, is no matter of the inputs
        [(self.changed, self.rendered_anew)] = connection.sql(
            "select count(changes), count(*) from revalidated where drop_reason is null"
        ).fetchall()

    def _revalidate(self, settings: Settings, now: datetime) -> None:
        parameters = {
            "now": now,
            "gap_seconds": settings.gap.total_seconds(),
            "ended_by_order": list(settings.ended_by_order),
            "reserves_from": RESERVES_FROM,
            "plus_tags_share_an_address": settings.plus_tags_share_an_address,
            "refusing_words": call_macro("refusing_words", {}, [REFUSING_WORDS]),
        }
        for table in REVALIDATION:
            query = Path(__file__).with_name("revalidation").joinpath(f"{table}.sql").read_text("utf-8")
            [statement] = self._connection.extract_statements(f"create temp table {table} as {query}")
            self._connection.execute(
                statement, {name: parameters[name] for name in statement.named_parameters}
            )

    def render(self, out: Path, key: bytes, theme: Theme) -> None:
        """Renders what changed, if anything did; its place, items and subject stand in frozen_queue then."""
        if not self.rendered_anew:
            return
        plan = read_plan(out)
        if (plan["key"], plan["theme"]) != (sign(key, "plan", ""), theme.fingerprint):
            raise SetupError(
                f"{self.rendered_anew:,} messages must be rendered anew, since newer inputs change them: send with the "
                "RECMAIL_UNSUBSCRIBE_KEY and the --theme that rendered the others."
            )
        for statement in WORDS.read_text("utf-8").split(";\n"):
            self._connection.execute(statement)
        number = reserved_number(out)
        renderer = Renderer(partial(sign, key), "sql", theme)
        failed: list[tuple] = []
        messages = load.read_messages(
            self._connection,
            "from revised_queue order by user_id, message_id",
            "where user_id in (select user_id from revised_queue)",
        )
        with sink.parquet_file(out / part_file(-number), sink.EMAILS_SCHEMA) as file:
            for batch in messages:
                emails, failed_here = renderer.render_batch(batch)
                file.write_table(sink.emails_table(emails))
                failed += failed_here
        self._note_places(-number, [row for row in failed if row[-1] == sink.SET_ASIDE], out)

    def _note_places(self, part: int, failed: list[tuple], out: Path) -> None:
        self._connection.register(
            "revised_places", pa.Table.from_pylist(list(places(out / part_file(part))), PLACES)
        )
        self._connection.execute(
            """
            update frozen_queue
            set part = $part, row_group = place.row_group, subject = revised.subject, items = revised.items
            from revised_messages as revised
            inner join revised_places as place on revised.message_id = place.message_id
            where frozen_queue.message_id = revised.message_id
            """,
            {"part": part},
        )
        self._connection.register("set_aside_now", sink.failed_table(failed))
        self._connection.execute(
            """
            update frozen_queue set drop_reason = 'not_rendered: ' || faults.field
            from (select message_id, min(field) as field from set_aside_now group by message_id) as faults
            where frozen_queue.message_id = faults.message_id
            """
        )

    def differences(self) -> list[dict]:
        """A row per change, as the ledger notes them."""
        return (
            self._connection.sql(
                """
                select message_id, drop_reason as change, '' as item_id, null as before, 'dropped' as after
                from revalidated
                where drop_reason is not null
                union all
                select message_id, entry.change, entry.item_id, entry.before, entry.after
                from (select message_id, unnest(changes) as entry from revalidated)
                order by all
                """
            )
            .to_arrow_table()
            .to_pylist()
        )


def reserved_number(out: Path) -> int:
    """Of a file that no other sender writes: senders that started before may read from theirs."""
    for number in count(1):
        with suppress(FileExistsError):
            os.close(os.open(out / part_file(-number), os.O_CREAT | os.O_EXCL, 0o600))
            return number


def places(path: Path) -> Iterator[dict]:
    with pq.ParquetFile(path) as file:
        for row_group in range(file.num_row_groups):
            for message_id in file.read_row_group(row_group, ["message_id"])["message_id"].to_pylist():
                yield {"message_id": message_id, "row_group": row_group}
