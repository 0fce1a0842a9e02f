"""A plugin of dbt-duckdb, named in profiles.yml: closes the warehouse that dbt opens, and all beside it, to others, and
keeps values of rows out of dbt's messages and logs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.duckdb.plugins import BasePlugin

from dbt_tools.private_files import close_to_others
from dbt_tools.private_text import without_values

EXCEPTION_HANDLER = DuckDBConnectionManager.exception_handler


@contextmanager
def private_handler(
    self: DuckDBConnectionManager, sql: str, connection_name: str = "master"
) -> Iterator[None]:
    """dbt's own, which logs all that DuckDB says."""
    with EXCEPTION_HANDLER(self, sql, connection_name):
        try:
            yield
        except duckdb.Error as error:
            raise type(error)(without_values(str(error))) from None


class Plugin(BasePlugin):
    def initialize(self, config: dict) -> None:
        """Before the file is opened. For the whole of dbt's process: DuckDB makes a log and spills beside the file."""
        os.umask(0o077)
        DuckDBConnectionManager.exception_handler = private_handler
        database = Path(self.creds.path)
        if database.is_file():
            close_to_others(database)
