"""Lets Great Expectations query the DuckDB connection of the build, so that checks run as SQL and nothing is copied.

GX hands a connection back before it has read the result, and the build's connection holds one open result only:
so a cursor fetches when it executes. Results are counts and a few sample rows, never a table.
"""

import atexit
from collections import deque

import duckdb
import duckdb_sqlalchemy

# great_expectations and duckdb_sqlalchemy in one process keep DuckDB's module alive beyond the interpreter's end,
# which its bindings report on stderr as 45 lines of "leaked" (harmless; GX 1.24.1, duckdb_sqlalchemy 1.5.6.4).
atexit.register(vars(duckdb_sqlalchemy).clear)


class FetchingCursor:
    """The part of a DB-API cursor that SQLAlchemy uses."""

    arraysize = 1
    rowcount = -1

    def __init__(self, owner: "FetchingConnection"):
        self._owner = owner
        self._rows: deque = deque()
        self.description = None

    def execute(self, statement: str, parameters=None) -> None:
        result = self._owner.duckdb_connection.execute(statement, parameters or None)
        # SQLAlchemy caches descriptions for good: names and the types' names, not DuckDB's own objects
        self.description = [(column[0], str(column[1]), *column[2:]) for column in result.description or ()]
        self._rows = deque(result.fetchall() if self.description else ())

    def fetchone(self):
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = None) -> list:
        return [self._rows.popleft() for _ in range(min(size or self.arraysize, len(self._rows)))]

    def fetchall(self) -> list:
        rows, self._rows = list(self._rows), deque()
        return rows

    def close(self) -> None:
        self._rows.clear()


class FetchingConnection:
    """The part of a DB-API connection that SQLAlchemy uses; the build owns transactions.

    GX keeps its contexts, and so this, until Python ends: `release` lets go of the build's connection before that.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection):
        self.duckdb_connection = connection
        self.notices: list = []

    def release(self) -> None:
        self.duckdb_connection = None

    def cursor(self) -> FetchingCursor:
        return FetchingCursor(self)

    def begin(self) -> None:
        """Nothing is written."""

    def commit(self) -> None:
        """Nothing is written."""

    def rollback(self) -> None:
        """Nothing is written."""

    def close(self) -> None:
        """The build closes its own connection."""
