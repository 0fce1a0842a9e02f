"""Removes what is left of erased people outside of tables: `dbt build` has taken them out of these.

The warehouse is written anew, since DuckDB keeps what was deleted in free blocks until others fill them. Outputs that
are older than the latest build, and temporary folders of commands that were killed, are removed, and so are all rows
of erased people in the send ledger.
"""

import glob
import os
import shutil
from contextlib import suppress
from pathlib import Path

import click
import duckdb

from dbt_tools.options import built_database_option
from dbt_tools.private_files import MARK, UNFINISHED, sole_use
from dbt_tools.project import project_directory
from dbt_tools.relations import literal, open_file, qualified, schemas_holding
from dbt_tools.scratch import sweep_scratch
from dbt_tools.unfinished import building_folder, log_of, remove_copy
from email_render.run import PLAN_FILE, noted_plan
from recmail.quality_page import PAGE
from sending.erased import erased_users
from sending.ledger import Ledger
from sending.options import ledger_option
from sending.store import ledger_exists, ledger_place, shown

SWEPT = "swept_erasures"
# of what a round of `recmail watch` leaves to the next full build, a table in each schema
LEFT_BY_ROUNDS = ("esp_profiles", "user_value", "order_line_outcomes", "user_segments")
# as profiles.yml makes the file
STORAGE_VERSION = "v1.5.0"
# the new file, while it is written
NEW = "recmail_rewritten"


@click.command(help=__doc__)
@built_database_option
@click.option(
    "--out",
    "outs",
    type=click.Path(path_type=Path, file_okay=False),
    multiple=True,
    help="A folder to sweep, with all below it. Repeatable; out/ by default.",
)
@ledger_option
@click.option(
    "--if-erased",
    is_flag=True,
    help="Do nothing unless a build has erased somebody since the last time, or the ledger holds somebody erased.",
)
def main(database: Path, outs: tuple[Path, ...], ledger: str | None, if_erased: bool) -> None:
    place = ledger_place(ledger, database)
    if if_erased and not (has_erased(database) or came_back(database, place)):
        click.echo("Nobody was erased since the last time.")
        return
    built_at = database.stat().st_mtime_ns
    outputs = [
        path
        for out in outs or [project_directory() / "out"]
        for path in outputs_before(out, built_at, database)
    ]
    swept = [path for path in outputs if is_removed(path)]
    click.echo(f"{len(swept)} outputs of earlier builds removed" + "".join(f"\n  {path}" for path in swept))
    click.echo(f"{sweep_scratch()} temporary folders of killed commands removed")
    sweep_unfinished(database)
    # before the warehouse, which then counts these people as swept
    sweep_ledger(database, place)
    before = database.stat().st_size
    naming = tables_naming_erased(database)
    rewrite(database, is_swept=not naming)
    click.echo(f"{database} written anew: {before:,} bytes before, {database.stat().st_size:,} now")
    if naming:
        click.echo(f"Still naming somebody erased, until the next full build: {', '.join(naming)}")


def has_erased(database: Path) -> bool:
    """Whether a build has erased somebody since the warehouse was first built or last written anew."""
    with open_file(database) as connection:
        return bool(
            connection.execute(f"from {place_of(SWEPT, connection)} except {requests(connection)}").fetchall()
        )


def came_back(database: Path, place: str) -> bool:
    """Whether the ledger has a row of somebody erased: a link of a mail of before still works."""
    if not ledger_exists(place):
        return False
    with open_file(database) as connection:
        users = erased_users(connection)
    # a build of a shop that erased nobody does not wait for the ledger's server
    return bool(users) and Ledger(place).holds_any(users)


def place_of(name: str, connection: duckdb.DuckDBPyConnection) -> str:
    schemas = schemas_holding(connection, name)
    if not schemas:
        raise click.ClickException(f"the database has no {name}: `dbt build` has not ended well in it")
    return qualified(schemas[0], name)


def requests(connection: duckdb.DuckDBPyConnection) -> str:
    return f"select count(*), max(requested_at) from {place_of('stg_erasure_requests', connection)}"


def outputs_before(out: Path, built_at: int, database: Path) -> list[Path]:
    """Folders and pages that recmail wrote below `out` and that hold something older than the latest build; and
    folders that were to take another's place. Not emails of another warehouse, which has builds of its own."""
    found = []
    for folder, _, names in os.walk(out):
        here = Path(folder)
        is_old = any((here / name).lstat().st_mtime_ns < built_at for name in names)
        if UNFINISHED in here.name or (is_old and {MARK, PLAN_FILE} & set(names)):
            found.append(here)
        elif is_old and PAGE in names:
            found.append(here / PAGE)
    # the outermost alone
    outermost = [path for path in found if not any(other in path.parents for other in found)]
    return [path for path in outermost if not is_of_another(path, database)]


def is_of_another(path: Path, database: Path) -> bool:
    """Whether it is a folder of emails that were rendered from another warehouse, and that is still there."""
    plan = noted_plan(path / PLAN_FILE) if path.is_dir() else None
    rendered_from = (plan or {}).get("database")
    return bool(rendered_from) and Path(rendered_from).exists() and Path(rendered_from) != database.resolve()


def is_removed(path: Path) -> bool:
    """Not when a command that goes on is writing it."""
    if UNFINISHED not in path.name:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        return True
    try:
        with sole_use(path):
            shutil.rmtree(path)
    except BlockingIOError:
        return False
    return True


def sweep_unfinished(database: Path) -> None:
    """The copy that a killed build has left; one that a build works in takes the warehouse's place or goes with it."""
    folder = building_folder(database)
    if folder.is_dir():
        with suppress(BlockingIOError), sole_use(folder):
            remove_copy(folder)


def sweep_ledger(database: Path, place: str) -> None:
    """ClickException when it isn't known whom it may hold."""
    if not ledger_exists(place):
        return
    with open_file(database) as connection:
        users = erased_users(connection)
        others = addresses_of_others(users, connection) if users else []
    if users is None:
        raise click.ClickException(
            f"who is erased stands in the inputs, which can't be read from here: {shown(place)} may still hold them. "
            "Run recmail forget where the build found its inputs"
        )
    click.echo(f"{Ledger(place).forget(users, others)} rows removed from {shown(place)}")


def addresses_of_others(users: list[str], connection: duckdb.DuckDBPyConnection) -> list[str]:
    """As the ledger compares them. Of a household one account is mailed, and the ledger may not know the others."""
    place = place_of("int_user_addresses", connection)
    query = f"select distinct address_key from {place} where user_id <> all($users)"
    return [address for (address,) in connection.execute(query, {"users": users}).fetchall()]


def tables_naming_erased(database: Path) -> list[str]:
    """Of those that rounds leave as they were: what the next full build deletes there is to be swept then."""
    with open_file(database) as connection:
        users = erased_users(connection)
        schemas = [schema for name in LEFT_BY_ROUNDS for schema in schemas_holding(connection, name)]
        tables = connection.execute(
            """
            select schema_name, table_name
            from duckdb_columns() inner join duckdb_tables() using (database_name, schema_name, table_name)
            where database_name = current_database() and schema_name = any($schemas) and column_name = 'user_id'
            order by all
            """,
            {"schemas": schemas},
        ).fetchall()
        return [
            table
            for schema, table in tables
            if connection.execute(
                f"select 1 from {qualified(schema, table)} where user_id = any($users) limit 1",
                {"users": users or []},
            ).fetchone()
        ]


def rewrite(database: Path, is_swept: bool) -> None:
    """Every table and view into a new file, which takes the old one's place and time when it is whole. In it, where
    nobody erased is named any more, the requests count as swept.

    ClickException when another process has the file open, or the disk is too full for both.
    """
    # a link stays one: the file that it leads to is what holds people
    database = database.resolve()
    new = database.with_name(f"{database.name}.unfinished-{os.getpid()}")
    times = database.stat()
    try:
        # under the name that the views know it by
        name = '"' + database.stem.replace('"', '""') + '"'
        with duckdb.connect() as connection:
            connection.execute(f"attach {literal(database)} as {name}")
            connection.execute(f"use {name}")
            # nobody else is here while the old file is open: these were left by killed ones
            for left in database.parent.glob(f"{glob.escape(database.name)}.unfinished-*"):
                left.unlink()
            # what a killed process wrote last goes into the file: its log must not outlast it
            connection.execute(f"checkpoint {name}")
            swept = place_of(SWEPT, connection)
            connection.execute(f"attach {literal(new)} as {NEW} (storage_version '{STORAGE_VERSION}')")
            connection.execute(f"copy from database {name} to {NEW}")
            # in the new file alone: a run that is killed before it stands counts nobody as swept
            if is_swept:
                connection.execute(f"begin; delete from {NEW}.{swept}")
                connection.execute(f"insert into {NEW}.{swept} {requests(connection)}; commit")
            # as closing does, which says nothing when the disk is full
            connection.execute(f"checkpoint {NEW}")
            connection.execute(f"detach {NEW}")
            if log_of(new).exists():
                raise duckdb.IOException(f"not all is in {new.name}")
            os.utime(new, ns=(times.st_atime_ns, times.st_mtime_ns))
            new.replace(database)
    except (duckdb.IOException, duckdb.TransactionException) as error:
        raise click.ClickException(
            f"{database} can't be written anew and stays as it is, run recmail forget again when nothing else has it"
            f" open and {database.parent} has room for it twice: {error}"
        ) from None
    finally:
        for left in (new, log_of(new)):
            left.unlink(missing_ok=True)
    # what a killed build spilled
    shutil.rmtree(database.with_name(f"{database.name}.tmp"), ignore_errors=True)
