"""The exports of a built warehouse, found by their bare names."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import duckdb
import pyarrow as pa

from dbt_tools.open_database import open_database
from dbt_tools.relations import search
from email_render.errors import SetupError
from email_render.gate import require_open_gate
from email_render.load import schema_of
from sending.ledger import Ledger
from sending.store import ledger_exists

REFUSALS = pa.schema(
    [
        *((name, pa.string()) for name in ("user_id", "address_key", "event_type")),
        ("occurred_at", pa.timestamp("us")),
    ]
)


@contextmanager
def open_exports(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """ClickException, saying why, unless they come from the latest inputs and these passed the gate."""
    with open_database(database) as connection:
        try:
            names = ("email_queue", "stg_users", "esp_profiles", "int_user_addresses", "stg_as_of")
            search(connection, [schema_of(connection, name) for name in names])
            require_open_gate(connection)
        except SetupError as error:
            raise click.ClickException(str(error)) from None
        yield connection


def refusing_users(connection: duckdb.DuckDBPyConnection, ledger: str) -> set[str]:
    """Who has said no by what the ledger knows and the build may not, as `recmail send` asks before each mail: user or
    address, and consent that is younger than an opt-out stands."""
    if not ledger_exists(ledger):
        return set()
    said = [row._asdict() for row in Ledger(ledger).refusals()]
    connection.register("said_no", pa.Table.from_pylist(said, REFUSALS))
    return {
        user
        for (user,) in connection.execute(
            """
            with named as (

                select user_id, event_type, occurred_at from said_no
                union all
                select addresses.user_id, said_no.event_type, said_no.occurred_at
                from said_no
                inner join int_user_addresses as addresses
                    on said_no.address_key = addresses.address_key

            )

            select distinct named.user_id
            from named
            inner join stg_users as users
                on named.user_id = users.user_id
            cross join stg_as_of as as_of
            where
                named.event_type <> 'unsubscribe'
                or not coalesce(
                    users.email_consent_at > named.occurred_at and users.email_consent_at <= as_of.as_of, false
                )
            """
        ).fetchall()
    }
