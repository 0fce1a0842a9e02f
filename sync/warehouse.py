"""The exports of a built warehouse, found by their bare names."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import duckdb

from dbt_tools.open_database import open_database
from dbt_tools.relations import search
from email_render.errors import SetupError
from email_render.gate import require_open_gate
from email_render.load import schema_of


@contextmanager
def open_exports(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """ClickException, saying why, unless they come from the latest inputs and these passed the gate."""
    with open_database(database) as connection:
        try:
            names = ("email_queue", "stg_users", "esp_profiles")
            search(connection, [schema_of(connection, name) for name in names])
            require_open_gate(connection)
        except SetupError as error:
            raise click.ClickException(str(error)) from None
        yield connection
