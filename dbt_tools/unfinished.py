"""Where `recmail build` builds: a copy of the warehouse beside it, until that takes the warehouse's place."""

from pathlib import Path


def building_folder(database: Path) -> Path:
    database = database.resolve()
    return database.with_name(f".{database.name}.building")


def unfinished_build(database: Path) -> Path | None:
    """The copy in which a build runs, or was killed, later than the warehouse was written."""
    # under the warehouse's name: DuckDB's views know their tables by it
    copy = building_folder(database) / database.resolve().name
    if not copy.is_file():
        return None
    is_later = not database.is_file() or copy.stat().st_mtime_ns > database.stat().st_mtime_ns
    return copy if is_later else None
