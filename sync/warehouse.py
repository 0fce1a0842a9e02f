"""The exports of a built warehouse, found by their bare names."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import duckdb

from dbt_tools.open_database import open_database
from dbt_tools.relations import qualified, search
from email_render.errors import SetupError
from email_render.gate import require_open_gate
from email_render.load import schema_of
from sending.ledger import Ledger
from sending.store import ledger_exists


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


def refusing_users(connection: duckdb.DuckDBPyConnection, ledger: str) -> set[str]:
    """Of those with an event to be told, who has said no by what the ledger knows and the build may not."""
    if not ledger_exists(ledger):
        return set()
    addresses, as_of = (
        qualified(schema_of(connection, name), name) for name in ("int_user_addresses", "stg_as_of")
    )
    readers = connection.sql(
        f"""
        select distinct
            events.user_id,
            addresses.address_key,
            -- as int_address_refusals has it: a date to come undoes no opt-out
            case when users.email_consent_at <= as_of.as_of then users.email_consent_at end as consented_at
        from esp_events as events
        inner join stg_users as users
            on events.user_id = users.user_id
        inner join {addresses} as addresses
            on events.user_id = addresses.user_id
        cross join {as_of} as as_of
        """
    ).to_arrow_table()
    return Ledger(ledger).refusing(readers.to_pylist())
