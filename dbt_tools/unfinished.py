"""The folder beside the warehouse in which `recmail build` has a copy built, until that takes the warehouse's place.

It holds the copy, the lock of whoever builds in it, and a note on the run that the build is to follow. While that is
still the warehouse's latest, the build goes on or was killed, whatever else was written to the warehouse.
"""

import shutil
from pathlib import Path

import duckdb

from dbt_tools.private_files import LOCK
from dbt_tools.relations import LATEST_RUN, qualified, schemas_holding

NOTE = "follows"


def building_folder(database: Path) -> Path:
    database = database.resolve()
    return database.with_name(f".{database.name}.building")


def is_copy(database: Path) -> bool:
    """Whether it is built beside a warehouse, and lost when the machine goes down."""
    database = database.resolve()
    return database.parent == building_folder(database.parent.with_name(database.name))


def note_latest_run(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    (folder / NOTE).write_text(latest_run(connection), "utf-8")


def unfinished_build(connection: duckdb.DuckDBPyConnection) -> Path | None:
    """The folder of a build that goes on, or was killed, after the latest run of the connection's warehouse."""
    database = connection.execute(
        "select path from duckdb_databases() where database_name = current_database()"
    ).fetchone()[0]
    folder = building_folder(Path(database)) if database else None
    if not folder or not (folder / NOTE).is_file():
        return None
    return folder if (folder / NOTE).read_text("utf-8") == latest_run(connection) else None


def latest_run(connection: duckdb.DuckDBPyConnection) -> str:
    """Empty when the gate has never run in the warehouse."""
    schemas = schemas_holding(connection, LATEST_RUN)
    if not schemas:
        return ""
    runs = connection.execute(f"select invocation_id from {qualified(schemas[0], LATEST_RUN)}").fetchall()
    return runs[0][0] if runs else ""


def log_of(file: Path) -> Path:
    """What DuckDB has committed and not put in its place in the file: gone when the last connection was closed as it
    should be."""
    return file.with_name(f"{file.name}.wal")


def remove_copy(folder: Path) -> None:
    """What a build that is gone has left of people."""
    for left in folder.iterdir():
        if left.name not in (LOCK, NOTE):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
