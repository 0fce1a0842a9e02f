"""Where the ledger is kept: SQLite in a file beside the warehouse, or PostgreSQL by its URL."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
from sqlalchemy import Connection, Engine, create_engine, event, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from dbt_tools.private_files import close_to_others
from sending.tables import (
    MIGRATIONS,
    VERSION,
    events,
    messages,
    metadata,
    preferences,
    revisions,
    schema_version,
)

LEDGER_VARIABLE = "RECMAIL_LEDGER"
BUSY_SECONDS = 60  # that a statement waits for another sender's transaction
ROWS_AT_ONCE = 500  # in one statement: SQLite takes 32,766 parameters


class LedgerError(click.ClickException):
    """The ledger can't be used; nothing is sent. Exit code 2."""

    exit_code = 2


def ledger_place(named: str | None, database: Path) -> str:
    """A URL or file: as named, else beside the warehouse."""
    return named or str(database.resolve().with_suffix(".ledger.sqlite"))


def is_url(place: str) -> bool:
    return "://" in place


def ledger_exists(place: str) -> bool:
    return is_url(place) or Path(place).exists()


def open_engine(place: str) -> Engine:
    if is_url(place):
        url = parsed(place)
        if url.get_backend_name() != "postgresql":
            raise LedgerError(
                "a ledger is a file, or a PostgreSQL database by its URL: postgresql://user@host/ledger"
            )
        return create_engine(
            url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True
        )
    path = Path(place)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # before SQLite makes it, and its log with the same rights. One that is there is not opened: to close it would let
    # go of the locks that SQLite holds for this process, and another process could then damage the file
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    close_to_others(path)
    # in an error of a statement they would be read in a log
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", begin_sqlite)
    return engine


def prepare_sqlite(connection, _record) -> None:
    # SQLAlchemy's own way to have begin said by begin_sqlite
    connection.isolation_level = None
    for pragma in (
        "journal_mode = wal",
        # what is committed is on disk: a lost "handed over" would be a mail sent twice
        "synchronous = full",
        "secure_delete = on",
    ):
        connection.execute(f"pragma {pragma}")


def begin_sqlite(connection: Connection) -> None:
    # who writes first has the file, and nobody deadlocks
    reads = connection.get_execution_options().get("reads")
    connection.exec_driver_sql("begin" if reads else "begin immediate")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Keeps no sender waiting, however long it reads."""
    with engine.connect() as connection:
        yield connection.execution_options(reads=True)


def parsed(place: str) -> URL:
    """LedgerError, which doesn't say what stands there: there may be a password in it."""
    try:
        return make_url(place)
    except (ArgumentError, ValueError):
        raise LedgerError(f"{LEDGER_VARIABLE} is no URL such as postgresql://user@host/ledger") from None


def shown(place: str) -> str:
    """Without the password."""
    return parsed(place).render_as_string() if is_url(place) else place


def chunks(values: list) -> Iterator[list]:
    for first in range(0, len(values), ROWS_AT_ONCE):
        yield values[first : first + ROWS_AT_ONCE]


def insert_into(table, engine: Engine | Connection):
    """As the store's dialect says it: `on conflict do nothing` is none of the standard."""
    return {"sqlite": sqlite, "postgresql": postgresql}[engine.dialect.name].insert(table)


def insert_new(connection: Connection, table, rows: Collection[dict]) -> None:
    if rows:
        # one statement for many rows, compiled once
        connection.execute(insert_into(table, connection).on_conflict_do_nothing(), list(rows))


def adopt_schema(engine: Engine) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # two that are started at once must not both make the tables
            connection.execute(text("select pg_advisory_xact_lock(hashtext('recmail ledger schema'))"))
        metadata.create_all(connection)
        version = connection.execute(select(schema_version.c.version)).scalar()
        if version is None:
            connection.execute(schema_version.insert().values(version=VERSION))
            return
        if version > VERSION:
            raise LedgerError(
                f"the ledger is of a newer recmail (version {version}, this one knows {VERSION})"
            )
        for step in range(version, VERSION):
            for statement in MIGRATIONS[step]:
                connection.execute(text(statement))
        connection.execute(update(schema_version).values(version=VERSION))


def vacuum(engine: Engine) -> None:
    """Free blocks hold what was deleted."""
    if engine.dialect.name == "sqlite":
        past_transactions(engine, "vacuum")
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        tables = (messages, events, preferences, revisions)
        connection.execute(text(f"vacuum full {', '.join(table.name for table in tables)}"))


def empty_log(engine: Engine) -> None:
    """SQLite's log holds what was deleted, too. LedgerError while somebody reads what stood there before."""
    if engine.dialect.name == "sqlite":
        [(is_busy, *_)] = past_transactions(engine, "pragma wal_checkpoint(truncate)")
        if is_busy:
            raise LedgerError(
                "a build or sender reads the ledger, whose log still holds what was removed: try again after it"
            )


def past_transactions(engine: Engine, statement: str) -> list[tuple]:
    """SQLAlchemy would begin one."""
    connection = engine.raw_connection()
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()
