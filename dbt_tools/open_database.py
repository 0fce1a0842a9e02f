"""The warehouse, opened to be read: DuckDB's file, or the folder of Parquet that Spark leaves of the same tables.

The folder is Spark's warehouse: `<schema>.db/<table>/*.parquet`, in folders `<column>=<value>` where a table has
partitions. It is opened as a database in memory with a view for
each table, in schemas of the same names. What Spark keeps as a view has no files, and isn't there.
"""

import os
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

import click
import duckdb

from dbt_tools.relations import CannotOpen, literal, open_file, qualified

SCHEMA_SUFFIX = ".db"
ZONED = "TIMESTAMP WITH TIME ZONE"


def open_database(
    database: Path, names: Collection[str] | None = None, **settings: object
) -> duckdb.DuckDBPyConnection:
    """A connection that can't write to it. CannotOpen, saying why; ClickException when a folder holds no table.

    `names` are the tables that are asked for, where they are few: to look at all files of a folder takes a second.
    """
    if not database.is_dir():
        return open_file(database, **settings)
    # what memory can't hold goes where a file's would
    connection = duckdb.connect(config={"temp_directory": f"{database}.tmp"} | settings)
    try:
        # Spark's timestamps are instants
        connection.execute("set global TimeZone = 'UTC'")
        add_views(connection, database, names)
    except duckdb.Error as error:
        connection.close()
        raise CannotOpen(f"{database} can't be opened: {error}") from None
    except BaseException:
        connection.close()
        raise
    return connection


def add_views(connection: duckdb.DuckDBPyConnection, folder: Path, names: Collection[str] | None) -> None:
    tables = {(schema, table): files for schema, table, files in tables_of(folder)}
    if not tables:
        raise click.ClickException(
            f"{folder} holds no table as Spark leaves them (<schema>{SCHEMA_SUFFIX}/<table>/*.parquet): "
            "name Spark's warehouse folder, or the DuckDB file that dbt built"
        )
    for schema in dict.fromkeys(schema for schema, _ in tables):
        connection.execute(f"create schema if not exists {qualified(schema)}")
    sources = {
        place: f"read_parquet([{', '.join(map(literal, files))}]{partitions(files[0])})"
        for place, files in tables.items()
        if names is None or place[1] in names
    }
    for place, source in sources.items():
        connection.execute(f"create view {qualified(*place)} as from {source}")
    # in DuckDB's file no timestamp has a zone
    for schema, table, columns in connection.execute(
        """
        select schema_name, table_name, list((column_name, data_type) order by column_index)
        from duckdb_columns()
        where not internal
        group by all
        having bool_or(contains(data_type, $zoned))
        """,
        {"zoned": ZONED},
    ).fetchall():
        values = [
            f"cast({qualified(name)} as {kind.replace(ZONED, 'TIMESTAMP')}) as {qualified(name)}"
            if ZONED in kind
            else qualified(name)
            for name, kind in columns
        ]
        connection.execute(
            f"create or replace view {qualified(schema, table)} as "
            f"select {', '.join(values)} from {sources[schema, table]}"
        )


def partitions(file: Path) -> str:
    """What read_parquet is told of the folder `<column>=<value>` that a file is in, where it is in one.

    No file says of what type the column is: texts of a time are times.
    """
    column, is_partition, value = file.parent.name.partition("=")
    if not is_partition:
        return ""
    try:
        datetime.fromisoformat(unquote(value))
    except ValueError:
        return f", hive_types = {{{qualified(column)}: varchar}}"
    return f", hive_types = {{{qualified(column)}: timestamp}}"


def database_version(database: Path) -> dict[str, int]:
    """What tells this build of the database from another one: when it was written last.

    Not its size: `recmail forget` writes the same build anew in less space, and keeps the time.
    """
    files = [file for *_, found in tables_of(database) for file in found] if database.is_dir() else [database]
    return {"database_written_at": max((os.stat(file).st_mtime_ns for file in files), default=0)}


def tables_of(folder: Path) -> Iterator[tuple[str, str, list[Path]]]:
    """Schema, table and its files. A table that Spark has never written to has none: its columns stand nowhere."""
    for place in sorted(folder.glob(f"*{SCHEMA_SUFFIX}/*/")):
        if files := sorted([*place.glob("*.parquet"), *place.glob("*=*/*.parquet")]):
            yield place.parent.name.removesuffix(SCHEMA_SUFFIX), place.name, files
