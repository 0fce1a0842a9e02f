"""What a whole `dbt build` of a made-up shop takes: seconds, peak memory, disk, and which models it goes to.

    python -m benchmarks.build [--users 10000] [--database target/bench/bench.duckdb] [--round] [--day] [--train]

`--round` then has 80 users look at something, three times, and builds what `recmail watch` builds after each.
`--day` then builds the shop a day later over it (var only_touched_users: always), and says what share that costs.
`--train` then learns from the shop into a warehouse of its own, and says what share of the whole build that costs.
RECMAIL_MEMORY=4GB and RECMAIL_THREADS=2 bound it, as they bound every build. Where other work shares the machine, CPU
seconds tell more than the wall's; a node's are the process's while it runs, shared with what runs beside it.
"""

import argparse
import json
import os
import subprocess
import time
from bisect import bisect
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import duckdb

from benchmarks.build_shops import write_shop
from benchmarks.cpu import SAMPLE_SECONDS, Samples, cpu_at
from benchmarks.memory import peak_memory_bytes
from benchmarks.rounds import rounds
from benchmarks.shops import ROOT
from dbt_tools.relations import schemas_holding, search

DBT, RECMAIL = (str(ROOT / ".venv/bin" / command) for command in ("dbt", "recmail"))
# a hundredth more events in a day, three to a visit: so many visits of 100,000 users in a quarter of an hour
ROUND_USERS, ROUNDS = 80, 3
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Cost:
    """Of one build: seconds of the wall and of the CPU, gigabytes of memory and of disk at their peaks."""

    wall: float = 0
    cpu: float = 0
    memory: float = 0
    disk: float = 0
    samples: Samples = field(default_factory=list)


@dataclass
class Node:
    name: str
    kind: str
    started: float
    ended: float
    cpu: float = 0

    @property
    def wall(self) -> float:
        return self.ended - self.started


def gigabytes_on_disk(database: Path) -> float:
    """Of the database with what DuckDB keeps beside it: its log of writes, and what it spills."""
    beside = [
        database,
        *database.parent.glob(f"{database.name}.*"),
        *database.parent.glob(f"{database.name}.tmp/*"),
    ]
    size = 0
    for path in beside:
        try:
            size += path.stat().st_blocks * 512
        except FileNotFoundError:  # spilled files come and go
            continue
    return size / 1e9


def cpu_seconds(process: subprocess.Popen) -> float:
    """Of all its threads so far; it must not have been waited for."""
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def build(shop: Path, database: Path, only_touched: bool = False) -> Cost:
    """A build into a new database, or a day's over the one that is there.

    One that fails says so, and what it took until then is returned.
    """
    if not only_touched:
        database.unlink(missing_ok=True)
    variables = {"input_location": str(shop), "only_touched_users": "always" if only_touched else "realtime"}
    return measured([DBT, "--quiet", "build", "--vars", json.dumps(variables)], database)


def train(shop: Path, database: Path) -> Cost:
    """`recmail train` for a warehouse that does not know anything yet, with all its default cuts."""
    database.unlink(missing_ok=True)
    variables = json.dumps({"input_location": str(shop)})
    return measured([RECMAIL, "train", "--database", str(database), "--vars", variables], database)


def measured(command: list[str], database: Path) -> Cost:
    environment = os.environ | {
        "RECMAIL_DATABASE": str(database),
        "DBT_PROFILES_DIR": str(ROOT),
        "DBT_TARGET_PATH": str(database.parent),
        "GX_ANALYTICS_ENABLED": "false",
    }
    cost, started = Cost(), time.perf_counter()
    run = subprocess.Popen(command, cwd=ROOT, env=environment)
    while True:
        cost.samples.append((time.time(), cpu_seconds(run)))
        cost.disk = max(cost.disk, gigabytes_on_disk(database))
        cost.memory = max(cost.memory, peak_memory_bytes(run.pid) / 1e9)
        if run.poll() is not None:
            break
        time.sleep(SAMPLE_SECONDS)
    cost.wall = time.perf_counter() - started
    if run.returncode:
        print(f"{command[0]} ended with {run.returncode}: what follows is of a run that failed")
    cost.cpu = cost.samples[-1][1]
    return cost


def read_nodes(folder: Path, samples: Samples) -> list[Node]:
    """Of the last run."""
    return nodes_of(json.loads((folder / "run_results.json").read_text(encoding="utf-8"))["results"], samples)


def nodes_of(results: list[dict], samples: Samples) -> list[Node]:
    """Every node that was executed, with its CPU seconds."""
    nodes = []
    for result in results:
        kind, _, name = result["unique_id"].split(".")[:3]
        times = [
            datetime.fromisoformat(timing[end]).timestamp()
            for timing in result["timing"]
            for end in ("started_at", "completed_at")
        ]
        if times:
            nodes.append(Node(name, kind, min(times), max(times)))
    moments = sorted({time for node in nodes for time in (node.started, node.ended)})
    running: list[list[Node]] = [[] for _ in moments]
    for node in nodes:
        for place in range(bisect(moments, node.started) - 1, bisect(moments, node.ended) - 1):
            running[place].append(node)
    for beside, (start, end) in zip(running, pairwise(moments), strict=False):
        for node in beside:
            node.cpu += (cpu_at(samples, end) - cpu_at(samples, start)) / len(beside)
    return nodes


def row_counts(database: Path) -> dict[str, int]:
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.sql("select table_name, estimated_size from duckdb_tables() where not internal")
        return dict(tables.fetchall())


def print_cost(name: str, cost: Cost, database: Path, model_count: int) -> list[Node]:
    nodes, rows = read_nodes(database.parent, cost.samples), row_counts(database)
    print(
        f"\n{name}: {cost.wall:.0f} s, {cost.cpu:.0f} CPU seconds, {cost.memory:.2f} GB of memory, "
        f"{cost.disk:.2f} GB of disk at the peak, {database.stat().st_size / 1e9:.2f} GB of warehouse; "
        f"load after it {os.getloadavg()[0]:.1f}"
    )
    for kind in ("model", "test"):
        print(f"{kind}s: {sum(node.cpu for node in nodes if node.kind == kind):.0f} CPU seconds")
    print("\n| node | kind | s | CPU s | rows |\n|---|---|---|---|---|")
    for node in sorted(nodes, key=lambda node: -node.cpu)[:model_count]:
        print(
            f"| {node.name} | {node.kind} | {node.wall:.1f} | {node.cpu:.1f} | {rows.get(node.name, 0):,} |"
        )
    return nodes


def beyond_start(samples: Samples, nodes: list[Node]) -> float:
    """CPU seconds after dbt's start, without the gate."""
    start = cpu_at(samples, min(node.started for node in nodes if node.kind == "model"))
    gate = sum(node.cpu for node in nodes if node.name == "input_validation_results")
    return samples[-1][1] - start - gate


def print_rounds(shop: Path, database: Path, whole_cost: float) -> None:
    for one in rounds(shop, database, ROUND_USERS, ROUNDS):
        nodes = nodes_of(one.results, one.samples)
        cost = beyond_start(one.samples, nodes)
        _, touched = touched_users(database)
        print(
            f"\nA round, {len(touched):,} users touched: {one.wall:.0f} s, {one.cpu:.0f} CPU seconds; "
            f"beyond dbt's start and the gate {cost:.0f}, {cost / whole_cost:.1%} of the whole build's {whole_cost:.0f}"
        )
        dearest = sorted(nodes, key=lambda node: -node.cpu)[:10]
        print(", ".join(f"{node.name} {node.cpu:.1f}" for node in dearest))


def touched_users(database: Path) -> tuple[dict[str, int], set[int]]:
    """How many for each reason, and which."""
    with duckdb.connect(str(database), read_only=True) as connection:
        search(connection, schemas_holding(connection, "int_touched_users"))
        rows = connection.sql("select reason, user_key from int_touched_users order by reason").fetchall()
    return dict(Counter(reason for reason, _ in rows)), {user_key for _, user_key in rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=10_000)
    parser.add_argument("--database", type=Path, default=ROOT / "target/bench/bench.duckdb")
    parser.add_argument("--models", type=int, default=25, help="how many of the dearest nodes to print")
    parser.add_argument("--shops", type=Path, default=ROOT / "data/bench")
    parser.add_argument("--day", action="store_true", help="build the shop a day later, too")
    parser.add_argument("--round", action="store_true", help="rounds of selector realtime, too")
    parser.add_argument("--train", action="store_true", help="recmail train, too")
    arguments = parser.parse_args()
    database = arguments.database.absolute()
    database.parent.mkdir(parents=True, exist_ok=True)
    shop = write_shop(arguments.users, arguments.shops)
    print(f"load before it {os.getloadavg()[0]:.1f}")
    whole = build(shop, database)
    whole_nodes = print_cost(f"{arguments.users:,} users", whole, database, arguments.models)
    whole_cost = beyond_start(whole.samples, whole_nodes)
    if arguments.round:
        print_rounds(shop, database, whole_cost)
    if arguments.train:
        cost = train(shop, database.with_name("trained.duckdb"))
        print(
            f"\nrecmail train: {cost.wall:.0f} s, {cost.cpu:.0f} CPU seconds, {cost.cpu / whole.cpu:.0%} of the whole "
            f"build's {whole.cpu:.0f}; {cost.memory:.2f} GB of memory"
        )
    if not arguments.day:
        return
    day = build(write_shop(arguments.users, arguments.shops, day=True), database, only_touched=True)
    day_nodes = print_cost("A day later", day, database, arguments.models)
    reasons, touched = touched_users(database)
    day_cost = beyond_start(day.samples, day_nodes)
    print(f"\n{len(touched):,} users are touched: {reasons}")
    print(
        f"beyond dbt's start and the gate: {whole_cost:.0f} CPU seconds, a day later {day_cost:.0f}: "
        f"{day_cost / whole_cost:.0%}"
    )


if __name__ == "__main__":
    main()
