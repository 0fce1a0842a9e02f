"""A round of selector realtime, as `recmail watch` builds it, after some users have looked at something."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import duckdb

import recmail.watch
from benchmarks.cpu import Samples, sampled
from dbt_tools.dbt_runs import DbtRun, run_dbt
from dbt_tools.relations import literal

# an item that somebody saw is seen again by one of these users, five minutes after all that is known
LOOKS = """
create table looks as
with newest as (
    select distinct on (user_id) * from web_events
    where user_id is not null and event_type = 'item_view'
    order by user_id, occurred_at desc, event_id
)
select * replace (
    concat($round, ' ', event_id) as event_id,
    (select max(occurred_at) from web_events) + interval 5 minute as occurred_at
)
from newest
order by md5(concat($round, user_id))
limit $users
"""


@dataclass
class Round:
    """CPU seconds of this process while it ran, and what dbt says of its nodes."""

    samples: Samples
    results: list[dict]

    @property
    def cpu(self) -> float:
        return self.samples[-1][1] - self.samples[0][1]

    @property
    def wall(self) -> float:
        return self.samples[-1][0] - self.samples[0][0]


def rounds(shop: Path, database: Path, users: int, count: int) -> Iterator[Round]:
    """So many, one after the other, of a shop whose whole was just built into the database."""
    with tempfile.TemporaryDirectory(dir=database.parent) as name:
        folder = Path(name)
        shutil.copytree(shop, folder, dirs_exist_ok=True)
        project = recmail.watch.Project(database, {"input_location": str(folder)}, recmail.watch.SELECTOR)
        os.environ["DBT_PROFILES_DIR"] = str(Path(__file__).parents[1])
        project.read()
        for number in range(count):
            users_look(folder / "web_events.parquet", users, f"round {number}")
            yield one_round(project)


def users_look(file: Path, users: int, name: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"create table web_events as from {literal(file)}")
        connection.execute(LOOKS, {"round": name, "users": users})
        connection.execute("insert into web_events from looks")
        connection.execute(f"copy web_events to {literal(file)}")


def one_round(project: "recmail.watch.Project") -> Round:
    runs: list[DbtRun] = []

    def kept(*arguments, **options) -> DbtRun:
        runs.append(run_dbt(*arguments, **options))
        return runs[-1]

    recmail.watch.run_dbt = kept
    try:
        with sampled() as samples:
            project.build()
    finally:
        recmail.watch.run_dbt = run_dbt
    results = [
        {
            "unique_id": result.node.unique_id,
            "timing": [
                {
                    end: getattr(timing, end).replace(tzinfo=UTC).isoformat()
                    for end in ("started_at", "completed_at")
                }
                for timing in result.timing
                if timing.started_at and timing.completed_at
            ],
        }
        for result in runs[0].results
    ]
    return Round(samples, results)
