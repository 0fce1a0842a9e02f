"""`recmail sync`: the exports of a built warehouse to one destination."""

import os
from pathlib import Path

import click

from dbt_tools.build_vars import build_vars, declared_vars
from dbt_tools.options import built_warehouse_option
from dbt_tools.private_text import without_addresses
from sending.options import ledger_option
from sending.store import ledger_place
from sync.deliver import UNSENT, Delivery
from sync.destinations import DESTINATIONS, Destination
from sync.journal import Journal, State
from sync.plan import Plan, plan_of, require_usual
from sync.warehouse import open_exports, refusing_users

EXIT_UNSENT = 1
SHOWN = 10


def limits() -> tuple[int, float]:
    """Vars sync_deletes_max and sync_changed_share_max: dbt_project.yml's, or VARS of the environment."""
    try:
        declared = declared_vars()
        values = declared | build_vars(os.environ, declared)
        return int(values["sync_deletes_max"]), float(values["sync_changed_share_max"])
    except (TypeError, ValueError) as error:
        raise click.UsageError(str(error)) from None


@click.command()
@built_warehouse_option
@click.option("--to", "target", type=click.Choice([*DESTINATIONS, "redis"]), required=True)
@click.option(
    "--export", "exports", multiple=True, help="This one alone. Repeatable; all that the destination takes."
)
@click.option(
    "--journal",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What destinations were told: an SQLite file. Beside the warehouse by default.",
)
@ledger_option
@click.option("--dry-run", is_flag=True, help="Print what would be told, and tell nothing.")
@click.option("--yes", is_flag=True, help="More rows may change than var sync_changed_share_max says.")
@click.option(
    "--retry-rejected", is_flag=True, help="Also what was refused before and has not changed since."
)
def sync(
    database: Path,
    target: str,
    exports: tuple[str, ...],
    journal: Path | None,
    ledger: str | None,
    dry_run: bool,
    yes: bool,
    retry_rejected: bool,
) -> None:
    """Tell a destination what changed in the exports since it was told last; docs/exports.md tells of each.

    Started again after a crash it goes on. Ends with 1 when rows were refused, could not be sent, or may have arrived;
    with 2 when nothing was sent.
    """
    if target == "redis":
        from sync.redis_store import load_from

        click.echo(load_from(database, dry_run, limits()[0]))
        return
    destination = DESTINATIONS[target]()
    if unknown := sorted(set(exports) - set(destination.exports)):
        raise click.UsageError(f"{target} takes {', '.join(destination.exports)}, not {', '.join(unknown)}")
    place = journal or database.with_suffix(".sync.sqlite")
    # a dry run leaves no file
    book = Journal(Path(":memory:") if dry_run and not place.exists() else place, target)
    try:
        run(
            *(database, destination, exports or destination.exports, book),
            *(ledger_place(ledger, database), dry_run, yes, retry_rejected),
        )
    finally:
        book.close()


def run(
    database: Path,
    destination: Destination,
    exports: tuple[str, ...],
    book: Journal,
    ledger: str,
    dry_run: bool,
    yes: bool,
    retry_rejected: bool,
) -> None:
    if not dry_run and (found := book.recover()):
        click.echo(
            f"{found:,} rows were handed over by a sync that died: they are told again under the same key"
        )
    told = {export: book.told(export) for export in exports}
    plans = read_plans(database, destination, told, ledger, retry_rejected)
    for plan in plans:
        print_plan(plan)
    deletes_max, changed_share_max = limits()
    # before the first of them is sent
    for plan in plans:
        require_usual(plan, deletes_max, changed_share_max, yes)
    if dry_run:
        return
    open_ends = 0
    for plan in plans:
        book.forget(plan.export, plan.taken_over)
        delivery = Delivery(destination, book)
        delivery.run(plan, told[plan.export])
        open_ends += report(plan, delivery, book)
    if open_ends:
        raise SystemExit(EXIT_UNSENT)


def read_plans(
    database: Path, destination: Destination, told: dict, ledger: str, retry_rejected: bool
) -> list[Plan]:
    with open_exports(database) as connection:
        users = {user for (user,) in connection.execute("select user_id from stg_users").fetchall()}
        refusing = refusing_users(connection, ledger)
        return [
            plan_of(connection, export, rows, users, refusing, retry_rejected, destination.identified_by)
            for export, rows in told.items()
        ]


def print_plan(plan: Plan) -> None:
    counts = ", ".join(f"{plan.count(kind):,} {kind}" for kind in ("new", "change", "delete"))
    again = f", {plan.count('again'):,} again" if plan.count("again") else ""
    refused = f", {plan.rejected:,} refused before" if plan.rejected else ""
    held = f", {plan.held:,} held: their readers have said no since the build" if plan.held else ""
    click.echo(f"{plan.export}: {counts}, {plan.unchanged:,} unchanged{again}{refused}{held}")
    for change in plan.changes[:SHOWN]:
        name = change.identity.get("user_id") or change.identity.get("item_id") or ""
        # the ids of some shops are addresses
        click.echo(f"  {plan.kind(change):6} {change.export_key} {without_addresses(name)}".rstrip())
    if len(plan.changes) > SHOWN:
        click.echo(f"  … and {len(plan.changes) - SHOWN:,} more")


def report(plan: Plan, delivery: Delivery, book: Journal) -> int:
    """How many rows are not where they should be. What went in comes out: every row of the plan has one outcome."""
    counts = delivery.counts
    if counts.total() != len(plan.changes):
        raise RuntimeError(f"{plan.export}: {len(plan.changes)} rows went in, {counts.total()} came out")
    outcomes = (
        ", ".join(f"{count:,} {outcome}" for outcome, count in counts.items() if count) or "nothing to tell"
    )
    click.echo(f"{plan.export}: {outcomes}")
    for state, reason, count, key in book.open_ends(plan.export):
        click.echo(f"  {count:8,} {state}: {reason} (such as {key})")
    return counts[State.REJECTED] + counts[State.AMBIGUOUS] + counts[UNSENT]
