"""What a whole `dbt build` of a made-up shop takes: seconds, peak memory, disk, and which models it goes to.

python -m benchmarks.build [--users 10000] [--database target/bench.duckdb] [--models 25]
"""

import argparse
import json
import os
import resource
import subprocess
import time
from pathlib import Path

import duckdb

from benchmarks.build_shops import write_shop
from benchmarks.shops import ROOT

DBT = str(ROOT / ".venv/bin/dbt")


def build(shop: Path, database: Path) -> tuple[float, float]:
    """Seconds and peak gigabytes of a build into a new database."""
    database.unlink(missing_ok=True)
    environment = os.environ | {
        "RECMAIL_DATABASE": str(database),
        "DBT_PROFILES_DIR": str(ROOT),
        "DBT_TARGET_PATH": str(database.parent),
        "GX_ANALYTICS_ENABLED": "false",
    }
    started = time.perf_counter()
    run = subprocess.run(
        [DBT, "--quiet", "build", "--vars", json.dumps({"input_location": str(shop)})],
        cwd=ROOT,
        env=environment,
    )
    seconds = time.perf_counter() - started
    if run.returncode:
        print(f"dbt ended with {run.returncode}: what follows is of a build that failed")
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6


def node_seconds(folder: Path) -> dict[str, tuple[str, float]]:
    """Kind and seconds of every node of the last run."""
    results = json.loads((folder / "run_results.json").read_text(encoding="utf-8"))["results"]
    nodes = {}
    for result in results:
        kind, _, name = result["unique_id"].split(".")[:3]
        nodes[name] = (kind, result["execution_time"])
    return nodes


def row_counts(database: Path) -> dict[str, int]:
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.sql("select table_name, estimated_size from duckdb_tables() where not internal")
        return dict(tables.fetchall())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=10_000)
    parser.add_argument("--database", type=Path, default=ROOT / "target/bench/bench.duckdb")
    parser.add_argument("--models", type=int, default=25, help="how many of the dearest nodes to print")
    parser.add_argument("--shops", type=Path, default=ROOT / "data/bench")
    arguments = parser.parse_args()
    database = arguments.database.absolute()
    database.parent.mkdir(parents=True, exist_ok=True)
    shop = write_shop(arguments.users, arguments.shops)
    seconds, gigabytes = build(shop, database)
    nodes, rows = node_seconds(database.parent), row_counts(database)
    print(
        f"{arguments.users:,} users: {seconds:.0f} s, {gigabytes:.2f} GB of memory, "
        f"{database.stat().st_size / 1e9:.2f} GB on disk"
    )
    for kind in ("model", "test"):
        print(f"{kind}s: {sum(spent for node, spent in nodes.values() if node == kind):.0f} s of node time")
    dearest = sorted(nodes.items(), key=lambda node: -node[1][1])[: arguments.models]
    for name, (kind, spent) in dearest:
        print(f"| {name} | {kind} | {spent:.2f} | {rows.get(name, 0):,} |")


if __name__ == "__main__":
    main()
