"""What a build of a made-up shop writes and shuffles on Spark, a user: the figures of docs/scale.md.

    .venv-spark/bin/python -m benchmarks.spark SHOP --users 10000 [--partitions 8] [--select MODELS]

SHOP is a folder that `python -m benchmarks.build` made. `make spark` installs what it needs. One session on this
machine with Spark's own settings but for its memory and partitions: bytes are those of a cluster, seconds are not.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from dbt_tools.java import java_problem
from dbt_tools.spark_plans import START, written_table
from dbt_tools.spark_session import SparkProject


@dataclass
class Written:
    """What was done for a table, by its tasks."""

    rows: int = 0
    written: int = 0
    shuffled: int = 0
    spilled: int = 0
    cpu: float = 0
    read_by_task: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Bytes that each task of a stage read of a shuffle."""

    @property
    def skew(self) -> float:
        """The largest task of a stage in medians of its stage, where one read more than 16 MB."""
        shares = [
            max(sizes) / max(1, statistics.median(sizes))
            for sizes in self.read_by_task.values()
            if len(sizes) > 1 and max(sizes) > 2**24
        ]
        return max(shares, default=1)


def costs(event_log: Path) -> dict[str, Written]:
    """By table, from the log of a session."""
    tables: dict[str, str] = {}
    executions: dict[int, str] = {}
    found: dict[str, Written] = defaultdict(Written)
    with event_log.open(encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            if event["Event"] == START:
                if table := written_table(event["sparkPlanInfo"]):
                    tables[str(event["executionId"])] = table
            elif event["Event"] == "SparkListenerJobStart":
                execution = (event.get("Properties") or {}).get("spark.sql.execution.id", "")
                executions |= dict.fromkeys(event["Stage IDs"], execution)
            elif event["Event"] == "SparkListenerTaskEnd":
                table = tables.get(executions.get(event["Stage ID"], ""), "other statements")
                add_task(found[table], event["Stage ID"], event.get("Task Metrics") or {})
    return found


def add_task(cost: Written, stage: int, metrics: dict) -> None:
    read = metrics.get("Shuffle Read Metrics", {})
    cost.rows += metrics.get("Output Metrics", {}).get("Records Written", 0)
    cost.written += metrics.get("Output Metrics", {}).get("Bytes Written", 0)
    cost.shuffled += metrics.get("Shuffle Write Metrics", {}).get("Shuffle Bytes Written", 0)
    cost.spilled += metrics.get("Disk Bytes Spilled", 0)
    cost.cpu += metrics.get("Executor CPU Time", 0) / 1e9
    cost.read_by_task[stage].append(read.get("Local Bytes Read", 0) + read.get("Remote Bytes Read", 0))


def report(found: dict[str, Written], users: int, count: int) -> None:
    total = {
        name: sum(getattr(cost, name) for cost in found.values())
        for name in ("rows", "written", "shuffled", "spilled", "cpu")
    }
    print(
        f"{users:,} users, {len(found)} tables: a user {total['rows'] / users:,.0f} rows, "
        f"{total['written'] / users / 1e3:,.1f} kB written, {total['shuffled'] / users / 1e3:,.1f} kB shuffled, "
        f"{1e3 * total['cpu'] / users:,.1f} ms of tasks; {total['spilled'] / 1e9:.2f} GB spilled in all"
    )
    print("\n| table | rows a user | kB written | kB shuffled | CPU s of tasks | largest task |")
    print("|---|---|---|---|---|---|")
    for table, cost in sorted(found.items(), key=lambda one: -one[1].shuffled)[:count]:
        print(
            f"| {table.rpartition('.')[2]} | {cost.rows / users:,.1f} | {cost.written / users / 1e3:,.2f} "
            f"| {cost.shuffled / users / 1e3:,.2f} | {cost.cpu:,.1f} | {cost.skew:.1f} × |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shop", type=Path, help="directory of <table>.parquet")
    parser.add_argument("--users", type=int, required=True, help="how many it has")
    parser.add_argument("--partitions", type=int, default=8)
    parser.add_argument("--tables", type=int, default=20, help="how many to print")
    parser.add_argument("--select", help="these models alone, as dbt's --select has them")
    chosen = parser.parse_args()
    if problem := java_problem():
        sys.exit(f"recmail: {problem}")
    folder = Path(tempfile.mkdtemp(prefix="recmail_spark_", dir=os.environ.get("RECMAIL_SPARK_DIRECTORY")))
    settings = {
        "spark.driver.memory": os.environ.get("RECMAIL_SPARK_MEMORY", "8g"),
        "spark.sql.shuffle.partitions": chosen.partitions,
        "spark.sql.requireAllClusterKeysForCoPartition": "false",
    }
    try:
        master = os.environ.get("RECMAIL_SPARK_MASTER", "local[2]")
        project = SparkProject.open(folder, master, {"gate": "sql"}, settings)
        started = time.monotonic()
        ended = project.build(chosen.shop, chosen.select)
        print(f"{time.monotonic() - started:,.0f} s to build, load {os.getloadavg()[0]:.1f}")
        for table, problem in ended.items():
            if problem:
                print(f"{table} did not run: {problem}")
        report(costs(project.event_log), chosen.users, chosen.tables)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
