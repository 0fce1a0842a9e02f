"""What changed lists would do to the clicks of emails, estimated from what emails have shown.

Each of the last weeks whose readers had their time to answer is looked at once more: the lists are built as of its
first day with the project's files as they are now, and the emails of that week are weighed by them (list_clicks.sql).
So no list knows what its week's emails were clicked; coefficients that were trained later do.
"""

from datetime import datetime, timedelta
from pathlib import Path

import click
import duckdb
from dbt.contracts.graph.manifest import Manifest

from dbt_tools.dbt_runs import run_dbt
from dbt_tools.relations import Relations, literal

ESTIMATE = Path(__file__).with_suffix(".sql")
WEEK = timedelta(days=7)
Z = 1.959964
NOT_YET = {
    "too_few_effective_places": "too few of the places say something about these lists; look at more weeks",
    "too_few_of_their_items_were_shown": "too much of what these lists hold was never shown, or too seldom: "
    "without exploration (var exploration_share) emails tell nothing of other lists",
}
# slots are those of emails whose list is known by the trigger; lists come without what is drawn
SLOTS = """
    create temp view slots as
    select slots.*, triggers.placement
    from before.{int_answered_slots} as slots
    inner join before.{triggers} as triggers using (trigger_type);
    create temp view position_rates as from before.{int_position_rates};
    create temp table lists (
        user_id varchar, placement varchar, item_id varchar, position integer, from_at timestamp, until_at timestamp
    );
"""
LISTS = """
    insert into lists
    select users.user_id, users.placement, items.item_id, lists.position, $from_at, $until_at
    from replay.{int_diverse_lists} as lists
    inner join replay.{int_placement_users} as users using (list_key)
    inner join replay.{int_item_keys} as items using (item_key)
"""


def estimate(
    database: Path,
    trial: Path,
    relations: Relations,
    variables: dict,
    folder: Path,
    manifest: Manifest,
    weeks: int,
) -> list[str]:
    """Lines on what emails of the warehouse would have been clicked. `trial` is a copy of it, and is built anew."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(database)} as before (read_only)")
        connection.execute(named(SLOTS, relations))
        for from_at in starts(connection, weeks):
            click.echo(f"Building the lists as of {from_at:%Y-%m-%d}, in a copy …")
            built = run_dbt(
                *("build", "--selector", "lists"),
                variables=variables | {"as_of": str(from_at)},
                folder=folder,
                database=trial,
                manifest=manifest,
            )
            if not built.succeeded:
                raise click.ClickException("\n".join(["the lists can't be built:", *built.messages]))
            connection.execute(f"attach {literal(trial)} as replay (read_only)")
            connection.execute(named(LISTS, relations), {"from_at": from_at, "until_at": from_at + WEEK})
            connection.execute("detach replay")
        found = connection.execute(ESTIMATE.read_text("utf-8"))
        columns = [name for name, *_ in found.description]
        return report([dict(zip(columns, row, strict=True)) for row in found.fetchall()], weeks)


def named(sql: str, relations: Relations) -> str:
    """With the relations that stand in braces."""
    return sql.format_map({name: relations.named(name) for name in relations.names})


def starts(connection: duckdb.DuckDBPyConnection, weeks: int) -> list[datetime]:
    """The first moments of the last weeks that have emails whose readers had their time to answer, newest first."""
    ((last,),) = connection.execute("select max(sent_at) from slots").fetchall()
    if last is None:
        return []
    end = datetime(last.year, last.month, last.day) + timedelta(days=1)
    wanted = [end - number * WEEK for number in range(1, weeks + 1)]
    return [
        start
        for start in wanted
        if connection.execute(
            "select count(*) from slots where sent_at >= $1 and sent_at < $2", [start, start + WEEK]
        ).fetchone()[0]
    ]


def report(rows: list[dict], weeks: int) -> list[str]:
    head = f"clicks of emails per thousand items shown, of {weeks} weeks"
    if not rows:
        return [
            "",
            head,
            "  no email says what it showed and at what chance: input send_log is missing or empty",
        ]
    # of a single placement the total says it all
    told = rows if len(rows) > 2 else rows[:1]
    return ["", head, *(line for row in told for line in placement_lines(row))]


def placement_lines(row: dict) -> list[str]:
    name = "all emails" if row["placement"] == "TOTAL" else row["placement"]
    lines = [
        f"  {name}: {row['email_count']:,} emails to {row['reader_count']:,} readers; they speak for "
        f"{100 * min(row['known_share'], 1):.0f} % of the {row['place_count']:,.0f} places of the changed lists, "
        f"as much as {row['effective_place_count']:,.0f} places that showed these lists"
    ]
    if row["why_not_yet"]:
        return [*lines, f"    not yet: {NOT_YET[row['why_not_yet']]}"]
    low, _, high = per_thousand(row["difference"], row["difference_error"])
    verdict = "more" if low > 0 else "fewer" if high < 0 else "no difference seen"
    return [
        *lines,
        f"    {'lists as they were':<28} {interval(row['logged_rate'], row['logged_error'])}",
        f"    {'lists as they would be':<28} {interval(row['snips_rate'], row['snips_error'])}"
        f"   ({1000 * row['ips_rate']:.1f} by IPS, {100 * row['clipped_share']:.0f} % of the weights clipped)",
        f"    {'difference':<28} {interval(row['difference'], row['difference_error'], '+')}   {verdict}",
    ]


def interval(rate: float, error: float, sign: str = "") -> str:
    low, middle, high = per_thousand(rate, error)
    return f"{middle:{sign}7.1f}   ({low:{sign}.1f} to {high:{sign}.1f})"


def per_thousand(rate: float, error: float) -> tuple[float, float, float]:
    """The 95 % interval and its middle, as they are shown; never -0.0."""
    low, middle, high = (round(1000 * (rate + side * Z * error), 1) + 0.0 for side in (-1, 0, 1))
    return low, middle, high
