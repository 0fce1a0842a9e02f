"""What Spark would leave of a warehouse that DuckDB built: `<schema>.db/<table>/*.parquet`, timestamps as instants."""

from pathlib import Path

import duckdb

from dbt_tools.relations import literal, qualified

ZONED = "TIMESTAMP WITH TIME ZONE"


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
            for part, rows in enumerate(("limit 3", "offset 3")):
                file = place / f"part-{part:05}.parquet"
                connection.execute(
                    f"copy (select {columns} from (from {relation}) order by all {rows}) to {literal(file)}"
                )
    return folder
