"""How many users an experiment needs, and for how long: of a share of users who do something, such as order, in two or
more arms of equal size. Days are counted at the pace at which the shop mailed its users of late.
"""

import math
from pathlib import Path

import click

from dbt_tools.build_vars import declared_vars
from dbt_tools.dbt_runs import run_dbt
from dbt_tools.options import built_database_option, vars_option
from dbt_tools.relations import open_file, schemas_holding
from dbt_tools.scratch import scratch_folder

QUERY = Path(__file__).with_suffix(".sql")
TOUCHES = "int_experiment_touches"
SHARE = click.FloatRange(0, 1, min_open=True, max_open=True)


@click.command(help=__doc__)
@built_database_option
@vars_option
@click.option("--baseline", type=SHARE, required=True, help="Share of users who do it now: 0.05.")
@click.option(
    "--lift", type=float, required=True, help="Relative change that must not be missed: 0.1, or -0.1."
)
@click.option("--power", type=SHARE, default=0.8, show_default=True, help="Chance of seeing it.")
@click.option(
    "--alpha", type=SHARE, default=0.05, show_default=True, help="Chance of a verdict without effect."
)
@click.option(
    "--arms", type=click.IntRange(2, 10), default=2, show_default=True, help="The baseline included."
)
def main(
    database: Path, variables: dict, baseline: float, lift: float, power: float, alpha: float, arms: int
) -> None:
    if lift == 0 or not 0 < baseline * (1 + lift) < 1:
        raise click.BadParameter("the share has to change, and to stay between 0 and 1", param_hint="--lift")
    given = {"baseline": baseline, "lift": lift, "power": power, "alpha": alpha, "arms": arms}
    require_built_experiments(database)
    needed = ask(database, variables, given)
    one, daily, mailed = (int(needed[name]) for name in ("one_look", "daily_looks", "mailed_count"))
    click.echo(
        f"From {baseline:.3%} to {baseline * (1 + lift):.3%} in {arms} arms, seen with a chance of {power:.0%}:"
    )
    click.echo(f"  {one:>10,} users in each arm, when results are looked at once, at the end")
    click.echo(
        f"  {daily:>10,} users in each arm, when they are looked at every day, as verdicts of recmail are;"
    )
    click.echo(f"{'':<13}set experiment_planned_users to {daily * 2:,} before it starts")
    if mailed >= daily * arms:
        least = (declared_vars() | variables)["experiment_days_min"]
        days = max(math.ceil(needed["days"]), least)
        click.echo(f"  {days:>10,} days at the pace at which users were mailed of late, at least {least}")
    elif mailed:
        click.echo(f"The shop mailed {mailed:,} users in 90 days, fewer than the {daily * arms:,} needed.")
        if baseline * (1 + float(needed["visible_lift"])) < 1:
            click.echo(f"With all of them a change of about {needed['visible_lift']:.0%} can be seen.")
    else:
        click.echo("The shop mailed nobody in 90 days: days can't be told.")


def require_built_experiments(database: Path) -> None:
    """ClickException unless the query has what it reads, or dbt says at length what it misses."""
    with open_file(database) as connection:
        if not schemas_holding(connection, TOUCHES):
            raise click.ClickException(f"{database} has no {TOUCHES}: dbt build writes it")


def ask(database: Path, variables: dict, given: dict) -> dict:
    query = QUERY.read_text("utf-8")
    for name, value in given.items():
        query = query.replace(f":{name}", repr(value))
    with scratch_folder("power") as folder:
        asked = run_dbt(
            *("show", "--inline", query, "--limit", "1", "--log-level", "none"),
            variables=variables,
            folder=folder,
            database=database,
        )
    if not asked.succeeded:
        raise click.ClickException(" ".join(asked.messages) or "dbt could not ask the warehouse")
    (row,) = asked.results[0].agate_table.rows
    return dict(row)
