"""Reads the marts: which messages to render, and everything a message prints, streamed as plain dicts."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from email_render.errors import SetupError

MARTS = ("email_queue", "user_recommendations")
BATCH_MESSAGES = 512  # about 10 MB of HTML at a time
MACROS, QUERY = (Path(__file__).with_name(name).read_text("utf-8") for name in ("macros.sql", "load.sql"))


def open_warehouse(database: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection that finds both marts by their bare names. SetupError says what to do."""
    if not database.exists():
        raise SetupError(
            f"{database} does not exist: run `make demo`, or `dbt build` and name its file with --database."
        )
    try:
        connection = duckdb.connect(str(database), read_only=True)
    except duckdb.Error as error:
        if "Could not set lock" in str(error):
            raise SetupError(
                f"{database} is being written by another process: wait until dbt has finished."
            ) from error
        raise SetupError(f"{database} cannot be opened: {error}") from error
    schemas = [schema_of(connection, mart) for mart in MARTS]
    connection.execute("set search_path = ?", [",".join(f'"{schema}"' for schema in schemas)])
    connection.execute(MACROS)
    return connection


def schema_of(connection: duckdb.DuckDBPyConnection, mart: str) -> str:
    """The schema that holds the mart. SetupError unless there is exactly one."""
    found = connection.sql(
        "select table_schema from information_schema.tables where table_name = $mart order by table_schema",
        params={"mart": mart},
    ).fetchall()
    if not found:
        raise SetupError(f"There is no table {mart} in this database: run `make demo` or `dbt build` first.")
    if len(found) > 1:
        schemas = ", ".join(schema for (schema,) in found)
        raise SetupError(
            f"{mart} is in more than one schema ({schemas}): use a database with one build in it."
        )
    return found[0][0]


def choose_messages(connection: duckdb.DuckDBPyConnection, limit: int | None = None) -> int:
    """Choose every message, or the first `limit` by user, for `stream_messages`; returns how many."""
    clause = "" if limit is None else f"limit {int(limit)}"
    return _choose(connection, f"select * from email_queue order by user_id, message_id {clause}")


def choose_samples(connection: duckdb.DuckDBPyConnection, per_segment: int) -> int:
    """Choose the first messages of each segment by user, for `stream_messages`; returns how many."""
    rank = "row_number() over (partition by segment order by user_id, message_id)"
    return _choose(connection, f"select * from email_queue qualify {rank} <= {int(per_segment)}")


def _choose(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    try:
        connection.execute(f"create or replace temp view chosen_messages as {query}")
    except duckdb.BinderException as error:
        raise SetupError(f"email_queue is not as expected, build it again: {error}") from error
    return connection.sql("select count(*) from chosen_messages").fetchall()[0][0]


def stream_messages(connection: duckdb.DuckDBPyConnection) -> Iterator[list[dict]]:
    """The chosen messages with their items (see load.sql), in batches, by user_id and message_id."""
    try:
        messages = connection.sql(QUERY)
    except duckdb.BinderException as error:
        raise SetupError(f"The marts are not as expected, build them again: {error}") from error
    for batch in messages.to_arrow_reader(BATCH_MESSAGES):
        yield batch.to_pylist()
