"""What Spark would leave of a warehouse that DuckDB built: `<schema>.db/<table>/*.parquet`, timestamps as instants.

State that is written run by run is in a folder for each run, `<column>=<value>`.
"""

from pathlib import Path
from urllib.parse import quote

import duckdb

from dbt_tools.relations import literal, qualified

ZONED = "TIMESTAMP WITH TIME ZONE"
RUNS = {"item_states": "as_of", "queued_messages": "as_of", "input_runs": "input_fingerprint"}


def write_spark_folder(database: Path, folder: Path) -> Path:
    """Every table and view of the file, in two files each where there are rows for them."""
    with duckdb.connect(database, read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for schema, table in connection.execute(
            "select table_schema, table_name from information_schema.tables where table_catalog = current_database()"
        ).fetchall():
            place = folder / f"{schema}.db" / table
            place.mkdir(parents=True)
            (place / "_SUCCESS").touch()
            relation = qualified(schema, table)
            columns = ", ".join(
                f"cast({qualified(name)} as {kind.replace('TIMESTAMP', ZONED)}) as {qualified(name)}"
                for name, kind, *_ in connection.execute(f"describe {relation}").fetchall()
            )
            if schema == "state" and table in RUNS:
                write_runs(connection, relation, RUNS[table], place)
                continue
            for part, rows in enumerate(("limit 3", "offset 3")):
                file = place / f"part-{part:05}.parquet"
                connection.execute(
                    f"copy (select {columns} from (from {relation}) order by all {rows}) to {literal(file)}"
                )
    return folder


def write_runs(connection: duckdb.DuckDBPyConnection, relation: str, column: str, place: Path) -> None:
    for (run,) in connection.execute(f"select distinct {column}::varchar from {relation}").fetchall():
        folder = place / f"{column}={quote(run, safe=' -')}"
        folder.mkdir()
        rows = f"(from {relation}) where {column}::varchar = {literal(run)}"
        connection.execute(
            f"copy (select * exclude ({column}) from {rows}) to {literal(folder / 'part-00000.parquet')}"
        )
