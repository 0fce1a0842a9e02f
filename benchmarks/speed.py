"""Lists for all users, warehouse table in, warehouse table out: this project's models beside implicit in Python.

Both read the table of interactions of a made-up shop and write the best items of every user back: co-occurrence of the
newest items of each user, cosine, the nearest neighbours of each item, their similarities weighted by the user's
interactions, without what the user already has. Each run is a process of its own on a fresh copy of the same database.

    python -m benchmarks.speed [--users 10000 100000] [--runs 3] [--out docs/benchmarks.md]
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC
from pathlib import Path

from benchmarks.cpu import cpu_at, sampled
from benchmarks.machine import machine
from benchmarks.memory import peak_memory_gb
from benchmarks.shops import ROOT, item_count, write_shop
from dbt_tools.relations import Relations, literal, schemas_holding, search

THREADS = 2
LIST_LENGTH = 20
PROFILE_ITEMS = 50
NEIGHBOURS = 50
LISTS = {"recmail": "lists.recmail", "implicit": "lists.implicit"}
PACKAGES = ("duckdb", "dbt-core", "implicit", "numpy", "scipy", "pyarrow")

# what lies between the interactions and the lists; the two dictionaries are part of the way
MODELS = (
    *("int_user_keys", "int_item_keys", "int_user_items", "int_profiles", "int_profile_lists"),
    *("int_item_support", "int_item_pairs", "int_item_similarities"),
    *("int_neighbour_lists", "int_neighbour_votes"),
)
READ_MODELS = (
    *("int_interactions", "int_purchases", "stg_items", "stg_users", "int_order_keys"),
    *("input_erasure_requests", "int_content_similarities", "int_item_upgrades"),
)
VARIABLES = {
    "profile_items_max": PROFILE_ITEMS,
    "neighbours_max": NEIGHBOURS,
    "candidates_per_strategy": LIST_LENGTH,
    "similarity_metric": "cosine",
    "similarity_shrinkage": 0,  # implicit has none
    "strategies_enabled": ["also_bought"],
}

Step = tuple[str, float]
# seconds of the wall, of the CPU, and of the steps
Run = tuple[float, float, list[Step]]


def read_relations(folder: Path) -> Relations:
    """Where the models are built, as dbt says; `folder` takes what it writes."""
    from dbt_tools.dbt_runs import parse_project

    parse_project(VARIABLES, folder, folder / "shop.duckdb")
    return Relations.read(folder)


def make_database(users: int, path: Path, relations: Relations) -> None:
    """Purchases of a shop as the tables that the models read. No baskets, no views: lists come from buyers alone."""
    import duckdb

    tables = {name: relations.named(name) for name in READ_MODELS}
    events = write_shop(users, ROOT / "data/bench")
    with duckdb.connect(path, config={"threads": THREADS}) as connection:
        for schema in {"lists", *(relations.node(name)["schema"] for name in READ_MODELS)}:
            connection.execute(f"create schema {schema}")
        connection.execute(
            f"""
            create table {tables["int_interactions"]} as
            select
                user_id,
                item_id,
                cast(sum(cast(
                    5 * 0.5 ** (date_diff('second', occurred_at, timestamp '2025-07-01') / 86400.0 / 30)
                    as decimal(18, 6)
                )) as decimal(38, 6)) as interaction_weight,
                cast(5 * count(*) as decimal(38, 6)) as undecayed_weight,
                count(*) as purchase_count,
                cast(0 as bigint) as view_count,
                max(occurred_at) as last_interaction_at,
                max(occurred_at) as last_purchased_at,
                cast(null as timestamp) as last_viewed_at
            from read_parquet({literal(events)})
            group by user_id, item_id;

            create table {tables["int_purchases"]} (
                order_line_id varchar, order_id varchar, user_id varchar, item_id varchar, ordered_at timestamp
            );
            create table {tables["stg_items"]} as select distinct item_id from {tables["int_interactions"]};
            create table {tables["stg_users"]} (user_id varchar);
            create table {tables["input_erasure_requests"]} (user_id varchar);
            create table {tables["int_order_keys"]} (order_id varchar, order_key integer);
            create table {tables["int_content_similarities"]} (
                item_key integer, neighbour_key integer, similarity_score double, neighbour_rank integer
            );
            create table {tables["int_item_upgrades"]} as
            select * rename (neighbour_rank as upgrade_rank) from {tables["int_content_similarities"]};
            """
        )


def run_recmail(database: Path, folder: Path, variables: dict) -> Run:
    """`dbt run` of the models, from the start of the first to the end of the last, and the ids of the lists' users and
    items; dbt's own start is not counted.

    Two models may run side by side, so that the times of the steps add up to more than the whole.
    """
    import duckdb

    from dbt_tools.dbt_runs import run_dbt

    # the run hook wants inputs; no model that runs reads them
    inputs = folder / "inputs"
    inputs.mkdir()
    for table, columns in {
        "users": "user_id",
        "items": "item_id,item_name,category,price,currency",
        "orders": "order_id,ordered_at",
        "order_lines": "order_line_id,order_id,item_id,quantity,unit_price",
    }.items():
        values = ",".join("1" for _ in columns.split(","))
        (inputs / f"{table}.csv").write_text(f"{columns}\n{values}\n", encoding="utf-8")
    with sampled() as samples:
        run = run_dbt(
            *("run", "--threads", str(THREADS), "--select", *MODELS),
            variables=variables | {"input_location": str(inputs)},
            folder=folder,
            database=database,
        )
    if not run.succeeded:
        raise RuntimeError(f"dbt run failed: {run.messages}")
    results = [result for result in run.results if result.node.resource_type == "model"]
    times = [timing for result in results for timing in result.timing]
    first, last = min(timing.started_at for timing in times), max(timing.completed_at for timing in times)
    started_at, ended_at = (moment.replace(tzinfo=UTC).timestamp() for moment in (first, last))
    cpu = cpu_at(samples, ended_at) - cpu_at(samples, started_at)
    steps = [(result.node.name, result.execution_time) for result in results]
    tables = {result.node.name: result.node.relation_name for result in results}
    started, cpu_before = time.perf_counter(), time.process_time()
    with duckdb.connect(database, config={"threads": THREADS}) as connection:
        connection.execute(
            f"""
            create table {LISTS["recmail"]} as
            select users.user_id, items.item_id, votes.raw_score
            from {tables["int_neighbour_votes"]} as votes
            inner join {tables["int_user_keys"]} as users on votes.user_key = users.user_key
            inner join {tables["int_item_keys"]} as items on votes.item_key = items.item_key
            """
        )
    steps.append(("names and write", time.perf_counter() - started))
    cpu += time.process_time() - cpu_before
    return (last - first).total_seconds() + steps[-1][1], cpu, steps


def run_implicit(database: Path) -> Run:
    """CosineRecommender, on the matrix whose cosines are the models': a user's items weigh 1 / sqrt(their number)."""
    import duckdb
    import numpy as np
    import pandas  # noqa: F401 - else pyarrow imports it while the clock runs
    import pyarrow as pa
    from implicit.nearest_neighbours import CosineRecommender
    from scipy.sparse import csr_matrix
    from threadpoolctl import threadpool_limits

    steps: list[Step] = []
    started, cpu_before = time.perf_counter(), time.process_time()

    def done(step: str) -> None:
        nonlocal started
        now = time.perf_counter()
        steps.append((step, now - started))
        started = now

    def within_cap(users, *order):
        """Whether a row is among the first PROFILE_ITEMS of its user in this order; only longer profiles are sorted."""
        is_within = np.ones(users.size, dtype=bool)
        crowded = np.flatnonzero(np.bincount(users)[users] > PROFILE_ITEMS)
        rows = crowded[np.lexsort((*(key[crowded] for key in order), users[crowded]))]
        _, first, position = np.unique(users[rows], return_index=True, return_inverse=True)
        is_within[rows[np.arange(rows.size) - first[position] >= PROFILE_ITEMS]] = False
        return is_within

    with duckdb.connect(database, config={"threads": THREADS}) as connection:
        search(connection, schemas_holding(connection, "int_interactions"))
        table = connection.sql(
            """
            select user_id, item_id, cast(interaction_weight as float) as weight, epoch_us(last_purchased_at) as last_at
            from int_interactions
            """
        ).to_arrow_table()
        done("read")

        user_codes, item_codes = (
            table[name].combine_chunks().dictionary_encode() for name in ("user_id", "item_id")
        )
        users, items = user_codes.indices.to_numpy(), item_codes.indices.to_numpy()
        weights, last_at = table["weight"].to_numpy(), table["last_at"].to_numpy()
        shape = len(user_codes.dictionary), len(item_codes.dictionary)
        done("ids to codes")

        is_in_profile = within_cap(users, items, -last_at)
        is_in_taste = within_cap(users, items, -last_at, -weights)
        done("caps")

        profile_users, profile_items = users[is_in_profile], items[is_in_profile]
        profile_weights = 1 / np.sqrt(np.bincount(profile_users, minlength=shape[0]))[profile_users]
        profiles = csr_matrix((profile_weights, (profile_users, profile_items)), shape=shape)
        # what lies beyond the cap stays as zero: it is seen, but has no vote
        tastes = csr_matrix((np.where(is_in_taste, weights, 0), (users, items)), shape=shape)
        done("matrices")

        # its first neighbour of each item is the item itself
        model = CosineRecommender(K=NEIGHBOURS + 1, num_threads=THREADS)
        with threadpool_limits(THREADS):
            model.fit(profiles, show_progress=False)
            done("fit")

            batches = [
                model.recommend(
                    np.arange(start, min(start + 10_000, shape[0])),
                    tastes[start : start + 10_000],
                    N=LIST_LENGTH,
                    filter_already_liked_items=True,
                )
                for start in range(0, shape[0], 10_000)
            ]
            done("recommend")

        found_items = np.concatenate([ids for ids, _ in batches]).ravel()
        scores = np.concatenate([scores for _, scores in batches]).ravel()
        listed = (found_items >= 0) & (scores > 0)
        found_users = np.repeat(np.arange(shape[0], dtype=np.int32), LIST_LENGTH)
        lists = pa.table(
            {
                "user_id": user_codes.dictionary.take(pa.array(found_users[listed])),
                "item_id": item_codes.dictionary.take(pa.array(found_items[listed])),
                "raw_score": scores[listed],
            }
        )
        connection.register("lists", lists)
        connection.execute(f"create table {LISTS['implicit']} as from lists")
    done("names and write")
    return sum(seconds for _, seconds in steps), time.process_time() - cpu_before, steps


def run_engine(engine: str, database: Path, variables: dict) -> None:
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        seconds, cpu, steps = (
            run_recmail(database, Path(folder), variables) if engine == "recmail" else run_implicit(database)
        )
        elapsed = time.perf_counter() - started
    peak_gb = peak_memory_gb()
    print(
        json.dumps({"seconds": seconds, "cpu": cpu, "steps": steps, "elapsed": elapsed, "peak_gb": peak_gb})
    )


def measure(engine: str, database: Path, variables: dict) -> dict:
    """One run in a fresh process, where peak memory is its own."""
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks.speed", "--engine", engine, "--database", str(database)]
        + ["--variables", json.dumps(variables)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(finished.stdout.splitlines()[-1])


def overlap(ours: Path, theirs: Path) -> dict:
    """Share of implicit's list that is in ours as well, on average; and how long the lists are."""
    import duckdb

    with duckdb.connect(config={"threads": THREADS}) as connection:
        for path, name in ((ours, "ours"), (theirs, "theirs")):
            connection.execute(f"attach {literal(path)} as {name} (read_only)")
        rows, peer_rows, shared = connection.execute(
            f"""
            select
                (select count(*) from ours.{LISTS["recmail"]}),
                (select count(*) from theirs.{LISTS["implicit"]}),
                (
                    select count(*)
                    from ours.{LISTS["recmail"]} as mine
                    inner join theirs.{LISTS["implicit"]} as peer
                        on mine.user_id = peer.user_id and mine.item_id = peer.item_id
                )
            """
        ).fetchall()[0]
    return {"rows": rows, "peer_rows": peer_rows, "overlap": shared / peer_rows}


def measure_shop(users: int, runs: int, folder: Path, relations: Relations) -> dict:
    """Both engines in turn, `runs` times; medians by total time, and the overlap of their lists."""
    base = folder / "shop.duckdb"
    base.unlink(missing_ok=True)
    make_database(users, base, relations)
    found: dict[str, list[dict]] = {engine: [] for engine in LISTS}
    databases = {engine: folder / f"{engine}.duckdb" for engine in LISTS}
    for run in range(runs):
        for engine, database in databases.items():
            shutil.copyfile(base, database)
            result = measure(engine, database, VARIABLES)
            found[engine].append(result)
            print(
                f"{users:,} users, run {run + 1}, {engine}: {result['seconds']:.2f} s, {result['cpu']:.2f} CPU s, "
                f"{result['peak_gb']:.2f} GB",
                file=sys.stderr,
            )
    shop = {"users": users, "items": item_count(users)} | overlap(*databases.values())
    for engine, results in found.items():
        results.sort(key=lambda result: result["seconds"])
        middle = results[(len(results) - 1) // 2]
        shop[engine] = middle | {
            "seconds": statistics.median(result["seconds"] for result in results),
            "cpu": statistics.median(result["cpu"] for result in results),
            "peak_gb": max(result["peak_gb"] for result in results),
        }
    return shop


def overlap_with_single_pairs(users: int, folder: Path, relations: Relations) -> float:
    """The same comparison with pairs of one user kept, as implicit keeps them: what is left is rounding and ties."""
    base = folder / "shop.duckdb"
    base.unlink(missing_ok=True)
    make_database(users, base, relations)
    databases = {engine: folder / f"{engine}.duckdb" for engine in LISTS}
    for engine, database in databases.items():
        shutil.copyfile(base, database)
        measure(engine, database, VARIABLES | {"pair_support_min": 1})
    return overlap(*databases.values())["overlap"]


def step_table(shop: dict, engine: str) -> list[str]:
    return [
        f"| step, {engine}, {shop['users']:,} users | seconds |",
        "|---|---|",
        *(f"| {step} | {seconds:.2f} |" for step, seconds in shop[engine]["steps"]),
        "",
    ]


def page(shops: list[dict], runs: dict[int, int], same_pairs: tuple[int, float]) -> str:
    rows = []
    for before, shop in zip([None, *shops], shops, strict=False):
        ours, peer = shop["recmail"], shop["implicit"]
        growth = (
            f"{shop['users'] / before['users']:.0f} × users: {ours['seconds'] / before['recmail']['seconds']:.1f} ×"
            if before
            else ""
        )
        rows.append(
            f"| {shop['users']:,} | {shop['items']:,} | {ours['seconds']:.2f} | {peer['seconds']:.2f} "
            f"| **{ours['seconds'] / peer['seconds']:.2f}** | {ours['cpu']:.2f} | {peer['cpu']:.2f} "
            f"| **{ours['cpu'] / peer['cpu']:.2f}** | {ours['peak_gb']:.2f} | {peer['peak_gb']:.2f} "
            f"| {shop['overlap']:.1%} | {growth} |"
        )
    largest = shops[-1]
    runs_text = ", ".join(f"{count} at {users:,} users" for users, count in runs.items())
    starting = largest["recmail"]["elapsed"] - largest["recmail"]["seconds"]
    return "\n".join(
        [
            "# Speed",
            "",
            "The best items of every user in SQL, beside implicit's `CosineRecommender` (`make bench`).",
            "",
            "| users | items | recmail s | implicit s | ratio | recmail CPU s | implicit CPU s | ratio | recmail GB "
            "| implicit GB | overlap | growth |",
            "|---|---|---|---|---|---|---|---|---|---|---|---|",
            *rows,
            "",
            machine(PACKAGES, f"{THREADS} threads each"),
            "",
            "## What is compared",
            "",
            "- In: one DuckDB table with a row per user and item (string ids, weight, time). Out: one DuckDB table "
            f"with string ids, the {LIST_LENGTH} best items of every user, nothing the user already has.",
            f"- On both sides: profiles of the {PROFILE_ITEMS} newest items of a user, each user's pairs weighing "
            f"1 / (items of the profile), cosine, {NEIGHBOURS} neighbours an item besides itself, votes of the "
            f"user's {PROFILE_ITEMS} strongest items. implicit gets the matrix whose cosines these are.",
            "- recmail: the project's own models by `dbt run`, with two settings of the comparison: "
            f"{LIST_LENGTH} items a list, no shrinkage. They also find the evidence of every item of a list "
            "(the user's item that speaks most for it and how many bought both), which implicit's lists do not have.",
            "- implicit: read from the table, ids to codes, caps, matrices, fit, recommend in batches of 10,000 "
            "users, ids back, written to a table. Its `recommend()` takes one user after the other, on one thread.",
            "- Not counted: imports on both sides, and what dbt takes to start, parse and check the inputs "
            f"({starting:.1f} s at {largest['users']:,} users).",
            "- The shop is made up (benchmarks/shops.py): tastes in clusters, popularity with a long tail, twenty "
            "events a user.",
            f"- Seconds are medians, of so many runs: {runs_text}; memory is the highest peak of a process. "
            "CPU seconds are those of both cores: what runs beside the benchmark is not in them.",
            "- Overlap: share of the rows of implicit's lists that are in recmail's. recmail drops pairs that only "
            "one user shares (`pair_support_min`), implicit keeps them; with them kept on both sides "
            f"{same_pairs[1]:.2%} of the rows are the same ({same_pairs[0]:,} users).",
            "",
            "## Where the time goes",
            "",
            *step_table(largest, "recmail"),
            *step_table(largest, "implicit"),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--runs", type=int, default=3, help="of each engine and size; one at a million users")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/benchmarks.md")
    parser.add_argument("--engine", choices=LISTS, help=argparse.SUPPRESS)
    parser.add_argument("--database", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--variables", type=json.loads, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.engine:
        return run_engine(arguments.engine, arguments.database, arguments.variables)
    runs = {users: 1 if users >= 1_000_000 else arguments.runs for users in sorted(arguments.users)}
    (ROOT / "data").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "data") as folder:
        relations = read_relations(Path(folder))
        same_pairs = min(runs), overlap_with_single_pairs(min(runs), Path(folder), relations)
        shops = [measure_shop(users, count, Path(folder), relations) for users, count in runs.items()]
    text = page(shops, runs, same_pairs)
    arguments.out.write_text(text.rstrip() + "\n", encoding="utf-8")
    print(text)
    return None


if __name__ == "__main__":
    main()
