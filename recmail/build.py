"""`dbt build` into a copy of the warehouse, which takes the warehouse's place when dbt has ended.

Until then everybody reads the marts of before; after it the warehouse is what dbt would have made of it in place,
failed models and skipped ones included. Of a build that was killed (or ended with Ctrl-C), or that DuckDB stopped, the
copy stays until the next one, and until then nothing is rendered. What the sender's ledger holds is read beside the
inputs email_events, user_exclusions and send_log. Arguments after -- go to dbt: -- --select +email_queue
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from dbt_tools.dbt_runs import building_in, place_options
from dbt_tools.less_work import less_work
from dbt_tools.options import database_option, vars_option
from dbt_tools.private_files import sole_use
from dbt_tools.unfinished import building_folder, log_of, note_latest_run, remove_copy
from recmail.readiness import readiness_lines
from sending.export import ledger_vars
from sending.options import ledger_option

# free space that a build wants, in sizes of the warehouse: the copy, and as much that is made before the old one goes
SPACE_WANTED = 2


@click.command(help=__doc__)
@database_option
@vars_option
@ledger_option
@click.argument("arguments", nargs=-1)
def main(database: Path, variables: dict, ledger: str | None, arguments: tuple[str, ...]) -> None:
    # a link stays one: the file that it leads to is replaced
    database = database.resolve()
    place = place_options()
    with replaced_by_copy(database) as copy, ledger_vars(database, ledger, copy.parent / "ledger") as read:
        with building_in(copy), less_work():
            outcome = dbtRunner().invoke(
                ["build", *place, "--vars", json.dumps(read | variables), *arguments]
            )
        DuckDBConnectionManager.close_all_connections()
        if isinstance(outcome.exception, KeyboardInterrupt):
            raise click.ClickException(
                f"stopped by you: {database} stays as it is, and nothing is mailed from it until the next build"
            )
    if outcome.exception:
        raise click.ClickException(str(outcome.exception))
    if not outcome.success:
        raise SystemExit(1)
    click.echo("\n".join(readiness_lines(database)))


@contextmanager
def replaced_by_copy(database: Path) -> Iterator[Path]:
    """A copy to build in, which takes the warehouse's place after the block. ClickException when it can't."""
    with sole_build(database) as folder:
        written_at = copy_warehouse(database, folder)
        copy = folder / database.name
        yield copy
        if log_of(copy).exists():
            raise click.ClickException(
                f"DuckDB stopped before all that it had built was in its file (see above). {database} stays as it is,"
                " and nothing is mailed from it: build again"
            )
        if copy.is_file() and time_written(database) == written_at:
            write_out(copy)
            copy.replace(database)
        elif copy.is_file():
            raise click.ClickException(
                f"{database} was written by something else meanwhile and stays as it is: build again"
            )
        shutil.rmtree(folder)


@contextmanager
def sole_build(database: Path) -> Iterator[Path]:
    """The folder for the copy, and no other build's while the block runs. ClickException when it is one's."""
    folder = building_folder(database)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as held:
        try:
            held.enter_context(sole_use(folder))
        except BlockingIOError:
            raise click.ClickException(
                f"another build of {database} is running: wait until it has ended"
            ) from None
        remove_copy(folder)
        yield folder


def copy_warehouse(database: Path, folder: Path) -> int | None:
    """When the warehouse was last written; none if there is no warehouse yet."""
    if not database.is_file():
        return None
    wanted, free = SPACE_WANTED * database.stat().st_size, shutil.disk_usage(folder).free
    if free < wanted:
        raise click.ClickException(
            f"{folder.parent} has {free / 1e9:.1f} GB left, and a build beside the warehouse wants {wanted / 1e9:.1f}:"
            " make room, or run `dbt build`, which builds in place"
        )
    try:
        if log_of(database).exists():
            # what a killed process wrote last goes into the file
            duckdb.connect(database).close()
        # nobody writes to it while it is copied
        with duckdb.connect(database, read_only=True) as connection:
            note_latest_run(connection, folder)
            shutil.copyfile(database, folder / database.name)
    except duckdb.Error as error:
        raise click.ClickException(
            f"{database} can't be copied, does something write to it? {error}"
        ) from None
    except OSError as error:
        # others may have filled the disk since it was looked at
        remove_copy(folder)
        raise click.ClickException(
            f"{database} can't be copied to {folder}: {error.strerror}. It stays as it is: make room, and build again"
        ) from None
    return time_written(database)


def write_out(file: Path) -> None:
    """Returns when the disk has all of it: who built in the copy waited for nothing (dbt_tools/machine_share.py)."""
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def time_written(database: Path) -> int | None:
    return database.stat().st_mtime_ns if database.is_file() else None
