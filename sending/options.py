"""The option that names the ledger, of all commands that have one."""

import click

from sending.store import LEDGER_VARIABLE

ledger_option = click.option(
    "--ledger",
    metavar="FILE|URL",
    envvar=LEDGER_VARIABLE,
    help="The send ledger: an SQLite file, or PostgreSQL's postgresql://user@host/database.",
    show_default=f"beside the warehouse, or {LEDGER_VARIABLE}",
)
