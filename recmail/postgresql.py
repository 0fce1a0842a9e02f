"""Tables of a PostgreSQL database as they were at one moment, by dlt into files, every value as the text it prints.

Text is exact where Python's and Arrow's types are not (numeric without a scale, infinity, years before Christ):
recmail/load.py gives the columns their types.
"""

import difflib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import sqlalchemy
from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

URL_VARIABLE = "RECMAIL_LOAD_URL"
EXAMPLE = "postgresql://user:password@host/database"
CONNECT_SECONDS = "10"
# rows that are in memory at once
CHUNK_ROWS = 20_000
# how values are printed, whatever the server or the user's role says
PRINTED = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "iso_8601",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}
RELATIONS = """
    select nspname, relname, cast(relation.oid as bigint)
    from pg_catalog.pg_class as relation
    inner join pg_catalog.pg_namespace as namespace on namespace.oid = relation.relnamespace
    where relkind in ('r', 'p', 'v', 'm', 'f') and nspname <> 'information_schema' and nspname not like 'pg\\_%%'
    order by nspname, relname
"""
# a domain by the type that it restricts
COLUMNS = """
    with recursive types as (
        select attnum, attname, atttypid as type_id, atttypmod as modifier
        from pg_catalog.pg_attribute
        where attrelid = %s and attnum > 0 and not attisdropped
        union all
        select attnum, attname, typbasetype, greatest(modifier, typtypmod)
        from types
        inner join pg_catalog.pg_type as domains on domains.oid = types.type_id and domains.typtype = 'd'
    )
    select attname, pg_catalog.format_type(type_id, modifier), typcategory = 'A'
    from types
    inner join pg_catalog.pg_type as known on known.oid = types.type_id and known.typtype <> 'd'
    order by attnum
"""


class LoadError(click.ClickException):
    """Nothing was loaded, and what was loaded earlier is as it was. Exit code 1."""


@dataclass(frozen=True)
class SourceColumn:
    """`type` as PostgreSQL writes it, numeric(10,2); json for an array."""

    name: str
    type: str
    is_array: bool

    @property
    def as_text(self) -> sqlalchemy.ColumnElement:
        column: sqlalchemy.ColumnElement = sqlalchemy.column(self.name)
        if self.is_array:
            column = sqlalchemy.func.to_json(column)
        elif self.type == "money":
            # prints with the currency sign of the server's language
            column = sqlalchemy.cast(column, sqlalchemy.Numeric)
        return sqlalchemy.cast(column, sqlalchemy.Text)


@dataclass(frozen=True)
class SourceTable:
    schema: str
    name: str
    columns: list[SourceColumn]
    count: int

    @property
    def as_text(self) -> sqlalchemy.Subquery:
        """Columns are c0, c1, …: dlt gets no name that a shop gave."""
        columns = [column.as_text.label(f"c{position}") for position, column in enumerate(self.columns)]
        return (
            sqlalchemy.select(*columns)
            .select_from(sqlalchemy.table(self.name, schema=self.schema))
            .subquery("loaded")
        )


class Source:
    """The server, each of whose connections sees what the first one saw."""

    def __init__(self, engine: Engine, connection: Connection):
        self._engine = engine
        self._connection = connection

    def tables(self, names: tuple[str, ...], schema: str) -> list[SourceTable]:
        """By `table` or `schema.table`. LoadError names all that aren't there, and what is near them."""
        known = {
            (place, name): oid for place, name, oid in self._connection.exec_driver_sql(RELATIONS).fetchall()
        }
        wanted = [found_name(name, schema, known) for name in names]
        if lacking := [f"  {'.'.join(name)}{nearest(name, known)}" for name in wanted if name not in known]:
            raise LoadError("\n".join(["PostgreSQL has no table or view of this name:", *lacking]))
        return [self._table(*name, known[name]) for name in wanted]

    def _table(self, schema: str, name: str, oid: int) -> SourceTable:
        columns = [SourceColumn(*row) for row in self._connection.exec_driver_sql(COLUMNS, (oid,)).fetchall()]
        table = sqlalchemy.table(name, schema=schema)
        try:
            count = self._connection.scalar(sqlalchemy.select(sqlalchemy.func.count()).select_from(table))
        except DBAPIError as error:
            raise LoadError(f"{schema}.{name} can't be read: {said(error)}") from None
        return SourceTable(schema, name, columns, count)

    def write(self, table: SourceTable, folder: Path, progress: Callable[[int], object]) -> list[Path]:
        """Parquet files of text columns c0, c1, …; none for a table without rows."""
        # dlt asks the environment when it is imported: nothing of it is to leave this folder, nor the machine
        os.environ |= {
            "DLT_DATA_DIR": str(folder / "dlt"),
            "DLT_PROJECT_DIR": str(folder),
            "RUNTIME__DLTHUB_TELEMETRY": "false",
            "RUNTIME__LOG_LEVEL": "CRITICAL",
        }
        import dlt
        from dlt.pipeline.exceptions import PipelineStepFailed
        from dlt.sources.sql_database import sql_table

        # columns are known already: dlt finds the table here and doesn't ask for it
        metadata = sqlalchemy.MetaData(schema=table.schema)
        sqlalchemy.Table(table.name, metadata, sqlalchemy.Column("c0", sqlalchemy.Text))
        rows = sql_table(
            credentials=self._engine,
            table=table.name,
            metadata=metadata,
            backend="pyarrow",
            chunk_size=CHUNK_ROWS,
            table_adapter_callback=lambda _table: table.as_text,
            write_disposition="replace",
        ).with_name("loaded")

        def count(batch):
            progress(batch.num_rows)
            return batch

        pipeline = dlt.pipeline(
            "recmail_load",
            pipelines_dir=str(folder / "pipelines"),
            destination=dlt.destinations.filesystem(bucket_url=folder.as_uri()),
            dataset_name="tables",
        )
        try:
            pipeline.run(rows.add_map(count), loader_file_format="parquet", table_name="loaded")
        except PipelineStepFailed as error:
            raise LoadError(f"{table.schema}.{table.name} was not read to its end: {said(error)}") from None
        return sorted((folder / "tables" / "loaded").glob("*.parquet"))


@contextmanager
def opened_source(url: str | None) -> Iterator[Source]:
    if not url:
        raise LoadError(f"{URL_VARIABLE} is not set: {EXAMPLE}")
    try:
        place = make_url(re.sub("^postgres:", "postgresql:", url))
    except (ArgumentError, ValueError):
        raise LoadError(f"{URL_VARIABLE} is no URL such as {EXAMPLE}") from None
    if place.get_backend_name() != "postgresql":
        raise LoadError(f"{URL_VARIABLE} is not PostgreSQL's: {EXAMPLE}")
    place = place.set(drivername="postgresql+psycopg").update_query_dict(
        {"connect_timeout": CONNECT_SECONDS} | dict(place.query)
    )
    engine = create_engine(place, poolclass=NullPool, isolation_level="REPEATABLE READ")
    snapshot: list[str] = []

    @event.listens_for(engine, "begin")
    def see_the_same(connection: Connection) -> None:
        statements = [f"set transaction snapshot '{snapshot[0]}'"] if snapshot else []
        statements += [
            "set transaction read only",
            # a policy that hides rows from this user is an error, as to pg_dump: what is hidden may be somebody's no
            "set local row_security = off",
            *(f"set local {name} = '{value}'" for name, value in PRINTED.items()),
        ]
        # not by the connection's own way to execute, which makes a server-side cursor where rows are streamed
        with connection.connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    try:
        with engine.connect() as connection:
            snapshot.append(connection.exec_driver_sql("select pg_export_snapshot()").scalar_one())
            yield Source(engine, connection)
    except DBAPIError as error:
        at = place.render_as_string(hide_password=True).partition("?")[0]
        raise LoadError(f"{at} doesn't answer: {said(error, place.password)}") from None


def found_name(name: str, schema: str, known: dict[tuple[str, str], int]) -> tuple[str, str]:
    """A name may hold a dot itself."""
    place, dot, rest = name.partition(".")
    return (place, rest) if dot and (schema, name) not in known else (schema, name)


def nearest(wanted: tuple[str, str], known: dict[tuple[str, str], int]) -> str:
    schema, name = wanted
    there = {table for place, table in known if place == schema}
    near = difflib.get_close_matches(name, there, 3, 0.5)
    near += [f"{place}.{table}" for place, table in known if table == name]
    if near:
        return f". Near it: {', '.join(near[:4])}"
    return f". {schema} has {', '.join(sorted(there)[:12]) or 'no tables that this user sees'}"


def said(error: BaseException, password: str | None = None) -> str:
    """What the server said, in a line, without what was asked of it."""
    deepest = error
    while cause := (getattr(deepest, "orig", None) or deepest.__cause__ or deepest.__context__):
        deepest = cause
    lines = str(deepest).strip().splitlines() or [type(deepest).__name__]
    line = next((line for line in lines if "FATAL" in line or "failed" in line), lines[0])
    return line.replace(password, "…") if password else line
