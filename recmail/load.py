"""Brings tables of PostgreSQL into a schema of the warehouse, which `init`, var input_schema and adapters then read.

TABLES by name, `users` or `shop.users`, views among them. The server and the password stand in RECMAIL_LOAD_URL:
postgresql://user:password@host/database. All tables are as they were at one moment, each row of them arrives or none,
and they take the place of what was loaded before all at once. Numbers and times keep their exact values, times with a
zone become UTC, uuid becomes text, arrays and jsonb become JSON.
"""

import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import duckdb
from tqdm import tqdm

from dbt_tools.options import database_option
from dbt_tools.private_files import sole_use
from dbt_tools.relations import literal, open_file, qualified
from dbt_tools.scratch import scratch_folder
from dbt_tools.unfinished import building_folder
from recmail.postgresql import URL_VARIABLE, LoadError, SourceColumn, SourceTable, opened_source

# stands at every table that this command wrote: no other one is replaced
COMMENT = "Loaded by recmail load, which replaces it whole."
DECIMAL_DIGITS = 38
TYPES = {
    "smallint": "smallint",
    "integer": "integer",
    "bigint": "bigint",
    "boolean": "boolean",
    # 0.1 of a real is 0.1 only by its text: as a double it stays so
    "real": "double",
    "double precision": "double",
    "date": "date",
    "timestamp without time zone": "timestamp",
    # printed in UTC
    "timestamp with time zone": "timestamp",
    "json": "json",
    "jsonb": "json",
}


@click.command(help=__doc__)
@database_option
@click.argument("tables", nargs=-1, required=True)
@click.option("--from", "source_schema", default="public", show_default=True, help="PostgreSQL's schema.")
@click.option("--into", default="raw_shop", show_default=True, help="Schema of the warehouse.")
def main(database: Path, tables: tuple[str, ...], source_schema: str, into: str) -> None:
    database = database.resolve()
    with scratch_folder("load") as scratch, opened_source(os.environ.get(URL_VARIABLE)) as source:
        found = source.tables(tuple(dict.fromkeys(tables)), source_schema)
        require_distinct(found)
        files = {}
        for number, table in enumerate(found):
            (folder := scratch / str(number)).mkdir()
            bar = tqdm(total=table.count, desc=table.name, unit=" rows", disable=not sys.stderr.isatty())
            with bar:
                files[table.name] = source.write(table, folder, bar.update)
            click.echo(f"{table.schema}.{table.name}: read {table.count:,} rows")
        with sole_writer(database) as connection:
            replace(connection, found, files, into)
    click.echo(f"{database}, schema {into}: {', '.join(table.name for table in found)}")
    click.echo(f"Next: recmail init {into}")


def require_distinct(tables: list[SourceTable]) -> None:
    """DuckDB tells no names apart by their case."""
    names = {"tables of the warehouse": [table.name for table in tables]} | {
        f"columns of {table.schema}.{table.name}": [column.name for column in table.columns]
        for table in tables
    }
    for what, found in names.items():
        if twice := [name for name, count in Counter(map(str.lower, found)).items() if count > 1]:
            raise LoadError(f"two {what} would have the name {twice[0]}: load a view instead")
    if empty := [table for table in tables if not table.columns]:
        raise LoadError(f"{empty[0].schema}.{empty[0].name} has no columns")


@contextmanager
def sole_writer(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A transaction in the warehouse while no build replaces its file."""
    folder = building_folder(database)
    was_there = folder.exists()  # it may hold what a killed build left
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with sole_use(folder), open_file(database, read_only=False) as connection:
            connection.execute("begin")
            yield connection
            connection.execute("commit")
        if not was_there:
            shutil.rmtree(folder)
    except BlockingIOError:
        raise LoadError(f"a build of {database} is running: load again when it has ended") from None
    except duckdb.IOException as error:
        raise LoadError(f"{database} can't be written: {str(error).splitlines()[0]}") from None


def replace(
    connection: duckdb.DuckDBPyConnection,
    tables: list[SourceTable],
    files: dict[str, list[Path]],
    schema: str,
) -> None:
    connection.execute(f"create schema if not exists {qualified(schema)}")
    for table in tables:
        require_own(connection, schema, table.name)
        place = qualified(schema, table.name)
        rows = text_rows(table, files[table.name])
        columns = ", ".join(
            f"{typed(connection, rows, table, position)} as {qualified(column.name)}"
            for position, column in enumerate(table.columns)
        )
        connection.execute(f"create or replace table {place} as select {columns} from {rows}")
        connection.execute(f"comment on table {place} is {literal(COMMENT)}")
        ((arrived,),) = connection.execute(f"select count(*) from {place}").fetchall()
        if arrived != table.count:
            raise LoadError(
                f"{table.schema}.{table.name} has {table.count:,} rows, {arrived:,} arrived: nothing was replaced"
            )


def require_own(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> None:
    there = connection.execute(
        """
        select comment from duckdb_tables()
        where lower(schema_name) = lower($schema) and lower(table_name) = lower($name)
        union all
        select comment from duckdb_views()
        where lower(schema_name) = lower($schema) and lower(view_name) = lower($name)
        """,
        {"schema": schema, "name": name},
    ).fetchall()
    if there and there != [(COMMENT,)]:
        raise LoadError(f"{schema}.{name} of the warehouse is not of a load: name another schema with --into")


def text_rows(table: SourceTable, files: list[Path]) -> str:
    if not files:
        nothing = ", ".join(f"cast(null as varchar) as c{position}" for position in range(len(table.columns)))
        return f"(select {nothing} where false)"
    return f"read_parquet([{', '.join(map(literal, files))}])"


def typed(connection: duckdb.DuckDBPyConnection, rows: str, table: SourceTable, position: int) -> str:
    """The column's expression. Where a value has no place in the type the column stays text, and that is said."""
    text, column = f"c{position}", table.columns[position]
    wanted = "json" if column.is_array else type_of(column, connection, rows, text)
    if wanted == "varchar":
        return text
    ((count,),) = connection.execute(
        f"select count(*) from {rows} where {text} is not null and try_cast({text} as {wanted}) is null"
    ).fetchall()
    if not count:
        return f"cast({text} as {wanted})"
    click.echo(f"  {table.name}.{column.name} stays text: {count:,} values are no {wanted}")
    return text


def type_of(column: SourceColumn, connection: duckdb.DuckDBPyConnection, rows: str, text: str) -> str:
    kind = re.sub(r"^(timestamp)\(\d\)", r"\1", column.type)
    if not kind.startswith(("numeric", "money")):
        return TYPES.get(kind, "varchar")
    said = re.fullmatch(r"numeric\((\d+),(\d+)\)", kind)
    if said and int(said[2]) <= int(said[1]) <= DECIMAL_DIGITS:
        return f"decimal({said[1]}, {said[2]})"
    # no scale said: as many digits as the longest has
    ((scale,),) = connection.execute(
        f"select coalesce(max(length(split_part({text}, '.', 2))), 0) from {rows}"
    ).fetchall()
    return f"decimal({DECIMAL_DIGITS}, {scale})" if scale <= DECIMAL_DIGITS else "varchar"
