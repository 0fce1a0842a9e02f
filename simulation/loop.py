"""What clicks bring that lists learn from, where the truth is known: the same made-up shop, with the loop and without.

The shop is built once, with a month of visits and orders. From then on it stands still but for one email a week to
everybody: each week the models between the log of clicks and the lists are built anew, by the SQL that dbt compiled,
on what was clicked so far. Who clicks what is `Taste`: nothing of it is told to the models. What the lists of the shop
with the loop are clicked is also estimated from the emails of the one without, as `recmail effect --weeks` does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import click
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from dbt.contracts.graph.manifest import Manifest

from dbt_tools.dbt_runs import NO_TESTS, parse_project, run_dbt, without_tests
from dbt_tools.relations import connect, qualified
from recmail.list_clicks import ESTIMATE, Z
from simulation.behaviour import HOUR, Life
from simulation.run import FRUGAL
from simulation.taste import Taste

PEOPLE = 400
START, HISTORY, WEEK = datetime(2026, 3, 2), timedelta(days=30), timedelta(days=7)
BUILT = ("--select", "+int_open_slots", "--exclude", "input_validation_results")
# what a week of emails changes, and what is drawn anew: with all that lies between these and the lists
CHANGED = {"int_answered_slots", "int_candidates_explore", "int_shown_without_click"}
LISTS = {"int_diverse_lists", "int_open_slots"}
LEARNED = "int_item_click_lifts"
DIGEST = """
    select
        users.user_id,
        items.item_id,
        lists.position,
        coalesce(slots.propensity, 1) as propensity,
        ranked_items.item_id as ranked_item_id,
        case when slots.drawn_item_key is null then 'ranked' else 'explore' end as strategy
    from int_diverse_lists as lists
    inner join int_placement_users as users using (list_key)
    left join int_open_slots as slots using (list_key, position)
    inner join int_item_keys as items on coalesce(slots.drawn_item_key, lists.item_key) = items.item_key
    inner join int_item_keys as ranked_items on lists.item_key = ranked_items.item_key
    where users.placement = 'email_digest'
    order by users.user_id, lists.position
"""


@dataclass
class Lived:
    """Of all weeks: clicks drawn by chance, and as many as are to be expected; the lists without what is drawn."""

    drawn: int = 0
    expected: float = 0
    lists: list[tuple] = field(default_factory=list)  # user_id, item_id, position, from_at, until_at

    def rate(self, taste: Taste) -> float:
        """Expected clicks per item of the lists without what is drawn."""
        return sum(taste.chance(*row[:3]) for row in self.lists) / len(self.lists)


class Shop:
    """The made-up shop as of START, built once; `live` leaves it as it was. ClickException when it can't be built."""

    def __init__(self, folder: Path, people: int, seed: int, manifest: Manifest | None = None):
        self._database = folder / "w.duckdb"
        self.life = Life(seed, people, START - HISTORY, lambda user, at: None)
        self.life.advance(START)
        variables = {"input_location": str(folder / "inputs"), "as_of": str(START + 5 * HOUR)}
        for name, rows in self.life.tables().items():
            if rows:
                columns = sorted({column for row in rows for column in row})
                (folder / "inputs").mkdir(exist_ok=True)
                pq.write_table(
                    pa.table({column: [row.get(column) for row in rows] for column in columns}),
                    folder / "inputs" / f"{name}.parquet",
                )
        parsed = without_tests(
            manifest or parse_project(variables, folder, self._database, writes_json=False)
        )
        built = run_dbt(
            *("build", *BUILT, "--threads", "1", *FRUGAL, *NO_TESTS),
            variables=variables,
            folder=folder,
            database=self._database,
            manifest=parsed,
        )
        if not built.succeeded:
            raise click.ClickException("\n".join(["the made-up shop can't be built:", *built.messages]))
        self._nodes = [run.node for run in built.results if run.node.resource_type == "model"]
        self._weekly = {node.name: node for node in between(self._nodes, CHANGED, LISTS)}

    def live(self, weeks: int, taste: Taste, learns: bool) -> Lived:
        """So many weeks."""
        lived = Lived()
        with self._lives(weeks, taste, learns, lived):
            return lived

    def live_plainly(self, weeks: int, taste: Taste, others: Lived) -> tuple[Lived, dict]:
        """So many weeks without the loop, and what their emails say of other lists: a row of list_clicks.sql."""
        lived = Lived()
        with self._lives(weeks, taste, False, lived) as connection:
            connection.execute("update stg_as_of set as_of = $1", [START + weeks * WEEK])
            for name in ("int_answered_slots", "int_position_rates"):
                self._build_model(connection, name)
            names = ("user_id", "item_id", "position", "from_at", "until_at")
            others_by_name = dict(zip(names, zip(*others.lists, strict=True), strict=True))
            connection.register(
                "others", pa.table({name: list(column) for name, column in others_by_name.items()})
            )
            connection.execute(
                """
                create temp table slots as select *, 'email_digest' as placement from int_answered_slots;
                create temp table position_rates as from int_position_rates;
                create temp table lists as select *, 'email_digest' as placement from others
                """
            )
            estimated = connection.execute(ESTIMATE.read_text("utf-8"))
            columns = [name for name, *_ in estimated.description]
            return lived, dict(zip(columns, estimated.fetchone(), strict=True))

    @contextmanager
    def _lives(
        self, weeks: int, taste: Taste, learns: bool, lived: Lived
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """The warehouse after these weeks, for the block."""
        with self._connect() as connection:
            connection.execute("begin")
            self._empty_log(connection)
            for week in range(weeks):
                day = START + week * WEEK
                connection.execute("update stg_as_of set as_of = $1", [day + 5 * HOUR])
                for name in self._weekly:
                    self._build_model(connection, name)
                    if name == LEARNED and not learns:
                        connection.execute(f"delete from {self._relation(name)}")
                shown = connection.execute(DIGEST).fetchall()
                lived.lists += [
                    (user, ranked, place, day, day + WEEK) for user, _, place, _, ranked, _ in shown
                ]
                self._mail(connection, week, day + 8 * HOUR, shown, taste, lived)
            yield connection
            connection.execute("rollback")

    def _build_model(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        sql = self._weekly[name].compiled_code
        connection.execute(f"create or replace table {self._relation(name)} as {sql}")

    def _connect(self) -> duckdb.DuckDBPyConnection:
        connection = connect(self._database, sorted({node.schema for node in self._nodes}), read_only=False)
        connection.execute("set threads = 1")
        return connection

    def _relation(self, name: str) -> str:
        (node,) = (node for node in self._nodes if node.name == name)
        return qualified(node.schema, node.name)

    def _empty_log(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Tables in place of what staging makes of the sender's log and of events."""
        for name in ("stg_send_log", "int_email_events"):
            relation = self._relation(name)
            connection.execute(f"create temp table columns_of_{name} as from {relation} limit 0")
            kind = connection.execute(
                "select case table_type when 'VIEW' then 'view' else 'table' end from information_schema.tables "
                "where table_name = $1",
                [name],
            ).fetchone()[0]
            connection.execute(f"drop {kind} {relation}")
            connection.execute(f"create table {relation} as from columns_of_{name}")

    def _mail(
        self,
        connection: duckdb.DuckDBPyConnection,
        week: int,
        at: datetime,
        shown: list[tuple],
        taste: Taste,
        lived: Lived,
    ) -> None:
        emails: dict[str, list[dict]] = {}
        events = []
        for user, item, position, propensity, _, strategy in shown:
            chance = taste.chance(user, item, position)
            lived.expected += chance
            if taste.luck(week, user, item) < chance:
                lived.drawn += 1
                events.append((f"m{week}-{user}", user, item, at + HOUR))
            emails.setdefault(user, []).append(
                {"position": position, "item_id": item, "propensity": propensity, "strategy": strategy}
            )
        sent = pa.table(
            {
                "message_id": [f"m{week}-{user}" for user in emails],
                "user_id": list(emails),
                "items": list(emails.values()),
            }
        )
        connection.register("sent", sent)
        connection.execute(
            f"insert into {self._relation('stg_send_log')} by name "
            "select *, 'recommendations' as trigger_type, 'accepted' as state, $1::timestamp as sent_at from sent",
            [at],
        )
        if events:
            clicked = dict(
                zip(
                    ("message_id", "user_id", "item_id", "occurred_at"),
                    zip(*events, strict=True),
                    strict=True,
                )
            )
            connection.register("clicked", pa.table({name: list(values) for name, values in clicked.items()}))
            connection.execute(
                f"insert into {self._relation('int_email_events')} by name "
                "select *, 'click' as event_type, false as is_machine from clicked"
            )


def between(nodes: list, first: set[str], last: set[str]) -> Iterator:
    """Tables that are or follow one of `first` and that `last` needs, of models in the order in which they build."""
    following, needed = set(), set()
    for node in nodes:
        if node.name in first or following & set(node.depends_on.nodes):
            following.add(node.unique_id)
    for node in reversed(nodes):
        if node.name in last or node.unique_id in needed:
            needed |= {node.unique_id, *node.depends_on.nodes}
    return (
        node for node in nodes if node.unique_id in following & needed and node.config.materialized != "view"
    )


def compare(folder: Path, weeks: int, first_seed: int, seeds: int) -> Iterator[str]:
    """Lines on each seed and, of several, on all: the shop is that of the first, what its readers like another's."""
    shop, gains, hits = Shop(folder, PEOPLE, first_seed), [], 0
    for seed in range(first_seed, first_seed + seeds):
        taste = Taste(seed, shop.life.items, shop.life.people)
        learned = shop.live(weeks, taste, learns=True)
        plain, estimate = shop.live_plainly(weeks, taste, learned)
        gains.append(learned.expected / plain.expected - 1)
        low, high = interval(estimate)
        hits += low <= learned.rate(taste) <= high
        yield from said(seed, taste, learned, plain, estimate)
    if seeds > 1:
        yield (
            f"{seeds} seeds: {sum(gains) / seeds:+.1%} clicks expected, from {min(gains):+.1%} to {max(gains):+.1%}; "
            f"{hits} of {seeds} intervals have the truth in them"
        )


def interval(estimate: dict) -> tuple[float, float]:
    """Of 95 %."""
    rate, half = estimate["snips_rate"], Z * estimate["snips_error"]
    return rate - half, rate + half


def said(seed: int, taste: Taste, learned: Lived, plain: Lived, estimate: dict) -> list[str]:
    low, high = interval(estimate)
    return [
        f"seed {seed}: {learned.drawn:,} clicks with the loop, {plain.drawn:,} without, "
        f"{learned.drawn - plain.drawn:+,}; to be expected {learned.expected:,.0f} and {plain.expected:,.0f}, "
        f"{learned.expected / plain.expected - 1:+.1%}",
        f"  its lists, foretold from emails without it: {1000 * estimate['snips_rate']:.1f} clicks per thousand items "
        f"({1000 * low:.1f} to {1000 * high:.1f}), in truth {1000 * learned.rate(taste):.1f}; lists without it "
        f"{1000 * plain.rate(taste):.1f}",
    ]
