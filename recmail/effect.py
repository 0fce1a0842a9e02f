"""Shows what edited rules, seeds and vars would change, before they do.

Copies the warehouse, builds users and what depends on them in the copy with the project's files as they are now, and
prints how many users each rule and play hits, what item rules do to lists, and whose segment, play, offer, list or
email differs. With --weeks it also estimates what the changed lists would do to clicks. The warehouse itself stays as
it is, and the copy is removed.
"""

import shutil
from pathlib import Path

import click
import duckdb
from dbt.contracts.graph.manifest import Manifest

from dbt_tools.dbt_runs import parse_project, run_dbt
from dbt_tools.options import built_database_option, vars_option
from dbt_tools.relations import Relations, literal, open_file, qualified, schemas_holding
from dbt_tools.scratch import scratch_folder
from recmail.list_clicks import estimate
from sending.export import ledger_vars
from sending.options import ledger_option

# what is compared per user: a title, the model, and the columns that make a difference
PER_USER = [
    ("the play of a block", "int_user_playbook", ["block", "play", "rule_name"]),
    ("the next best offer", "int_next_best_offers", ["offer_id", "is_offered"]),
    ("the recommended items", "user_recommendations", ["position", "item_id"]),
    ("the items in other placements", "placement_recommendations", ["placement", "position", "item_id"]),
    (
        "the email's words",
        "email_queue",
        ["subject", "preheader", "greeting", "cast(blocks as varchar)"],
    ),
    ("the email's layout", "email_queue", ["layout"]),
    ("the email's offer", "email_queue", ["cast(offer as varchar)"]),
]
# Made of lists: of users alone whose lists the warehouse's last run made, since older ones differ by their age, too.
OF_LISTS = {"user_recommendations", "placement_recommendations", "email_queue"}


@click.command(help=__doc__)
@built_database_option
@vars_option
@ledger_option
@click.option(
    "--weeks",
    type=click.IntRange(0, 26),
    default=0,
    show_default=True,
    help="How many weeks of emails to estimate clicks from; each builds the lists once more.",
)
def main(database: Path, variables: dict, ledger: str | None, weeks: int) -> None:
    with scratch_folder("effect") as folder, ledger_vars(database, ledger, folder / "ledger") as read:
        variables = read | variables
        trial = folder / "trial.duckdb"
        # nobody writes to it while it is copied
        with open_file(database):
            shutil.copyfile(database, trial)
        require_time_of_the_warehouse(trial, variables)
        click.echo("Building with the rules as they are now, in a copy …")
        manifest = parse_project(variables, folder, trial)
        build_trial(trial, variables, folder, manifest)
        relations = Relations.read(folder)
        with duckdb.connect() as connection:
            for name, path in (("before", database), ("after", trial)):
                connection.execute(f"attach {literal(path)} as {name} (read_only)")
            click.echo("\n".join(report(connection, relations)))
        if weeks:
            click.echo("\n".join(estimate(database, trial, relations, variables, folder, manifest, weeks)))


def require_time_of_the_warehouse(trial: Path, variables: dict) -> None:
    """The trial reads what the warehouse staged, so it is as of the same time, whatever `variables` say."""
    asked = variables.get("as_of")
    if not asked:
        return
    with duckdb.connect(trial, read_only=True) as connection:
        (schema,) = schemas_holding(connection, "stg_as_of")
        ((as_of,),) = connection.execute(f"select as_of from {qualified(schema, 'stg_as_of')}").fetchall()
        ((moment,),) = connection.execute(
            "select cast(cast($asked as timestamptz) as timestamp)", {"asked": str(asked)}
        ).fetchall()
    if moment != as_of:
        raise click.ClickException(
            f"the warehouse was built as of another time, {as_of}: leave AS_OF out, or build it as of {asked} first"
        )


def build_trial(trial: Path, variables: dict, folder: Path, manifest: Manifest) -> None:
    selection = ("--selector", "effect")
    run = run_dbt("build", *selection, variables=variables, folder=folder, database=trial, manifest=manifest)
    if not run.succeeded:
        raise click.ClickException("\n".join(["the rules can't be built:", *run.messages]))


def report(connection: duckdb.DuckDBPyConnection, relations: Relations) -> list[str]:
    """Lines on the difference between the attached databases `before` and `after`."""
    keys = {
        "users per rule": ("int_rule_hits", ["rule_name", "effect", "effect_value"]),
        "users per play": ("int_playbook_hits", ["play", "block"]),
    }
    return [
        *(
            line
            for title, (model, columns) in keys.items()
            for line in counts(connection, title, relations.named(model), columns)
        ),
        *item_rules(connection, relations.named("item_rule_effects")),
        *audiences(connection, relations.named("item_audiences")),
        *moves(connection, relations.named("int_user_schemes")),
        *changes(connection, relations),
    ]


def counts(connection: duckdb.DuckDBPyConnection, title: str, relation: str, keys: list[str]) -> list[str]:
    rows = connection.execute(
        f"""
        select {", ".join(keys)}, coalesce(b.user_count, 0), coalesce(a.user_count, 0)
        from before.{relation} as b full join after.{relation} as a using ({", ".join(keys)})
        order by all
        """
    ).fetchall()
    return ["", f"{title} (before, after)"] + [
        f"  {' '.join(map(str, row[: len(keys)])):<60} {row[-2]:>9,} {row[-1]:>9,}"
        + ("" if row[-2] == row[-1] else f"   {row[-1] - row[-2]:+,}")
        for row in rows
    ]


def item_rules(connection: duckdb.DuckDBPyConnection, effects: str) -> list[str]:
    """What each rule about items does, as the rules are now."""
    rows = connection.execute(
        f"""
        select rule || ' ' || placement, state, changed_list_count, list_count, places_without, places_with,
            probability_given_up, probability_without
        from after.{effects}
        order by all
        """
    ).fetchall()
    lines = [
        f"  {rule:<40} {changed:>9,} of {lists:,} lists, places {without:,} to {with_:,}, "
        f"purchases given up {given_up:,.1f} of {expected:,.1f}"
        if state == "live"
        else f"  {rule:<40} {state.replace('_', ' ')}"
        for rule, state, changed, lists, without, with_, given_up, expected in rows
    ]
    return ["", "item rules, with and without them", *(lines or ["  none"])]


def audiences(connection: duckdb.DuckDBPyConnection, members: str) -> list[str]:
    """How many users each audience has, as the seed is now."""
    rows = connection.execute(
        f"select audience, count(*), max(expected_orders) from after.{members} group by audience order by audience"
    ).fetchall()
    lines = [
        f"  {audience:<60} {users:>9,} users, {orders:,.1f} orders expected"
        for audience, users, orders in rows
    ]
    return ["", "audiences", *(lines or ["  none"])]


def moves(connection: duckdb.DuckDBPyConnection, schemes: str) -> list[str]:
    rows = connection.execute(
        f"""
        select scheme, b.segment || ' to ' || a.segment, count(*)
        from before.{schemes} as b inner join after.{schemes} as a using (user_id, scheme)
        where a.segment <> b.segment
        group by all order by all
        """
    ).fetchall()
    lines = [f"  {scheme + ': ' + move:<60} {count:>9,}" for scheme, move, count in rows]
    return ["", "users who change segment", *(lines or ["  nobody"])]


def changes(connection: duckdb.DuckDBPyConnection, relations: Relations) -> list[str]:
    lines = ["", "users for whom something else changes"]
    touched = f"where user_id in (select user_id from before.{relations.named('int_touched_users')})"
    for title, model, columns in PER_USER:
        compared = touched if model in OF_LISTS else ""
        lists = [
            f"(select user_id, list(({', '.join(columns)}) order by ({', '.join(columns)})) as list "
            f"from {database}.{relations.named(model)} {compared} group by user_id)"
            for database in ("before", "after")
        ]
        changed, users = connection.execute(
            f"""
            select count(*) filter (where b.list is distinct from a.list), count(*)
            from {lists[0]} as b full join {lists[1]} as a using (user_id)
            """
        ).fetchone()
        lines.append(f"  {title:<60} {changed:>9,} of {users:,}")
    return lines
