"""Says in words why: what was proposed to a user, why each item of the list stands there and another does not, why an
email is held back; who is shown an item, what goes with it; what stands behind a message. Only reads.
"""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import click
import duckdb

from dbt_tools.open_database import open_database
from dbt_tools.options import built_warehouse_option
from dbt_tools.unfinished import unfinished_build
from email_render.gate import gate_problem
from explanations.item import explain_item
from explanations.message import explain_message
from explanations.page import page
from explanations.steps import find_all, missing_relations
from explanations.user import explain_user


@click.command(help=__doc__)
@built_warehouse_option
@click.option("--user", metavar="USER_ID", help="Why is this proposed, shown, sent or held?")
@click.option("--item", metavar="ITEM_ID", help="Who is shown it, and what goes with it?")
@click.option("--message", metavar="MESSAGE_ID", help="What does this email say, and why?")
@click.option(
    "--why-not", metavar="ITEM_ID", help="With --user or --message: why is this item not in the list?"
)
@click.option("--json", "as_json", is_flag=True, help="All of it, for programs.")
def main(
    database: Path,
    user: str | None,
    item: str | None,
    message: str | None,
    why_not: str | None,
    as_json: bool,
) -> None:
    if sum(asked is not None for asked in (user, item, message)) != 1:
        raise click.UsageError("ask for one of --user, --item and --message")
    if why_not is not None and item is not None:
        raise click.UsageError("--why-not goes with --user or --message: name whose list")
    with open_whole(database) as connection:
        if item is not None:
            found = explain_item(connection, item)
        elif message is not None:
            found = explain_message(connection, message, why_not)
        else:
            found = explain_user(connection, user, why_not)
    click.echo(json.dumps(found, indent=2, default=plain_value) if as_json else "\n".join(page(found)))


def open_whole(database: Path) -> duckdb.DuckDBPyConnection:
    """A connection that can't write. ClickException unless the warehouse is that of a whole run."""
    connection = open_database(database)
    missing = missing_relations(connection)
    if missing:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise click.ClickException(f"{database} has no {', '.join(missing[:3])}{more}: dbt build writes them")
    find_all(connection)
    problem = gate_problem(connection)
    if problem:
        raise click.ClickException(
            f"{problem}\nNothing is explained: what is there is not of one run. Mend the inputs and run `dbt build`."
        )
    if folder := unfinished_build(connection):
        click.echo(
            f"A later build is running, or was killed ({folder}): this explains the one before.", err=True
        )
    return connection


def plain_value(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
