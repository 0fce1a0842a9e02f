"""`make train`: replays the models at earlier times, learns what was bought after, keeps the result if it is better.

For each of a few cuts before as_of the same models are built as of the cut, into a database of their own; a candidate's
label is whether its user bought it in the days after the cut. A logistic regression is fitted on all cuts but the
newest and compared there with what ranks now; if it is better, it is fitted again with that cut and ranks from
the next build. Either way its coefficients and metrics are appended to the warehouse (schema `ranker`).

    python -m ranker.train --database warehouse.duckdb [--vars '{"as_of": "2025-06-01 00:00:00"}']
"""

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np

from ranker.metrics import recall_and_ndcg
from ranker.spline import Knots, column_count, design_matrix

ROOT = Path(__file__).parents[1]
TIMES_BOUGHT = (0, 1, 2)
LIST_LENGTH = 10
# weight of the squared coefficients, chosen on cuts before 2017-11: what few bought stays near zero
REGULARISATION = 100.0


@dataclass
class Window:
    """Candidates of one cut with their labels, and the relevant items of each user who bought any."""

    cut: datetime
    users: np.ndarray
    ties: np.ndarray
    times_bought_values: np.ndarray
    labels: np.ndarray
    positions: dict[str, np.ndarray]
    relevant: dict[int, int]


def say(text: str) -> None:
    print(f"train: {text}", flush=True)


def dbt_build(database: Path, variables: dict, folder: Path, selection: list[str], *arguments: str) -> None:
    """Builds models by dbt in this process; its errors are printed by itself."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    os.environ["RECMAIL_DATABASE"] = str(database)
    options = ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT), "--vars", json.dumps(variables)]
    options += ["--target-path", str(folder / "target"), "--log-path", str(folder / "target")]
    options += ["--exclude-resource-type", "unit_test", "--select", *selection]
    result = dbtRunner().invoke(["build", "--quiet", *options, *arguments])
    DuckDBConnectionManager.close_all_connections()
    if not result.success:
        raise SystemExit(
            "recmail: the models could not be replayed, see the messages above; nothing was learned"
        )


def read_window(replay: Path, purchases: Path, cut: datetime, label_days: int, variables: dict) -> Window:
    """Candidates as of the cut, labelled from a replay that knows the days after it."""
    window_days = variables.get("repurchase_window_days", declared_vars()["repurchase_window_days"])
    with duckdb.connect(replay, read_only=True) as connection:
        connection.execute(f"attach '{purchases}' as later (read_only)")
        connection.execute(
            f"""
            create temp table relevant as
            select distinct bought.user_id, bought.item_id
            from later.interactions.int_purchases as bought
            anti join (
                select user_id, item_id from later.interactions.int_purchases
                where
                    ordered_at <= timestamp '{cut}'
                    and ordered_at > timestamp '{cut}' - interval {window_days} day
            ) as recent
                on bought.user_id = recent.user_id and bought.item_id = recent.item_id
            where
                bought.user_id is not null
                and bought.ordered_at > timestamp '{cut}'
                and bought.ordered_at <= timestamp '{cut}' + interval {label_days} day
            """
        )
        candidates = connection.sql(
            """
            select
                dense_rank() over (order by positions.user_id) as user_number,
                row_number() over (order by positions.item_id, positions.user_id) as tie,
                relevant.item_id is not null as label,
                positions.*
            from ranking.int_candidate_positions as positions
            left join relevant using (user_id, item_id)
            order by positions.user_id, positions.item_id
            """
        ).to_arrow_table()
        counts = connection.execute(
            """
            with numbers as (
                select user_id, dense_rank() over (order by user_id) as user_number
                from (select distinct user_id from ranking.int_candidate_positions)
            )
            select user_number, count(*) from relevant inner join numbers using (user_id) group by user_number
            """
        ).fetchall()
    features = candidates.column_names[5:-1]
    return Window(
        cut=cut,
        users=candidates["user_number"].to_numpy(),
        ties=candidates["tie"].to_numpy(),
        times_bought_values=candidates["times_bought"].to_numpy(),
        labels=candidates["label"].to_numpy(zero_copy_only=False).astype(np.int8),
        positions={name: candidates[name].to_numpy().astype(np.float32) for name in features},
        relevant=dict(counts),
    )


def declared_vars() -> dict:
    import yaml

    return yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]


def fit(windows: list[Window], knots: Knots, rows_max: int) -> dict[int, np.ndarray]:
    """Per times_bought the intercept and a coefficient per column of the design."""
    from scipy.sparse import vstack
    from sklearn.linear_model import LogisticRegression

    chance = np.random.default_rng(0)
    models = {}
    for times_bought in TIMES_BOUGHT:
        designs, labels, weights = [], [], []
        for window in windows:
            rows = np.flatnonzero(window.times_bought_values == times_bought)
            # every purchase counts; of the others a share that stands for all
            share = min(1.0, rows_max / max(1, rows.size * len(windows)))
            bought = window.labels[rows] > 0
            rows = rows[bought | (chance.random(rows.size) < share)]
            designs.append(
                design_matrix({name: values[rows] for name, values in window.positions.items()}, knots)
            )
            labels.append(window.labels[rows])
            weights.append(np.where(labels[-1] > 0, 1.0, 1 / share))
        label = np.concatenate(labels)
        if label.min(initial=1) == label.max(initial=0):
            # nothing to tell apart: the share itself, by Laplace's rule
            share = (label.sum() + 1) / (label.size + 2)
            models[times_bought] = np.concatenate(
                [[np.log(share / (1 - share))], np.zeros(column_count(knots))]
            )
            continue
        model = LogisticRegression(C=1 / REGULARISATION, max_iter=1000, tol=1e-6)
        model.fit(vstack(designs, format="csr"), label, sample_weight=np.concatenate(weights))
        models[times_bought] = np.concatenate([model.intercept_, model.coef_[0]])
    return models


def log_odds(window: Window, models: dict[int, np.ndarray], knots: Knots) -> np.ndarray:
    found = np.empty(window.users.size)
    for times_bought in TIMES_BOUGHT:
        rows = np.flatnonzero(window.times_bought_values == times_bought)
        design = design_matrix({name: values[rows] for name, values in window.positions.items()}, knots)
        found[rows] = models[times_bought][0] + design @ models[times_bought][1:]
    return found


def judge(window: Window, models: dict[int, np.ndarray], knots: Knots) -> dict[str, float]:
    from sklearn.metrics import log_loss, roc_auc_score

    scores = log_odds(window, models, knots)
    recall, ndcg = recall_and_ndcg(
        window.users, scores, window.ties, window.labels, window.relevant, LIST_LENGTH
    )
    probabilities = 1 / (1 + np.exp(-scores))
    both = 0 < window.labels.sum() < window.labels.size
    return {
        "auc": float(roc_auc_score(window.labels, scores)) if both else None,
        "log_loss": float(log_loss(window.labels, probabilities, labels=[0, 1])),
        "ndcg_at_10": ndcg,
        "recall_at_10": recall,
    }


def current_models(replay: Path, knots: Knots) -> tuple[str, dict[int, np.ndarray]]:
    """What ranks in a replay: the champion it was given, or the default coefficients."""
    with duckdb.connect(replay, read_only=True) as connection:
        rows = connection.execute(
            "select run_id, times_bought, feature, knot, coefficient from ranking.int_ranker_coefficients"
        ).fetchall()
    places = {("intercept", 0): 0}
    for feature, count in knots.items():
        for knot in range(-1, count + 1):
            places[feature, knot] = len(places)
    models = {times_bought: np.zeros(len(places)) for times_bought in TIMES_BOUGHT}
    for _, times_bought, feature, knot, coefficient in rows:
        models[times_bought][places[feature, knot]] = coefficient
    return rows[0][0], models


def read_knots(replay: Path) -> Knots:
    with duckdb.connect(replay, read_only=True) as connection:
        counts = dict(
            connection.execute("select distinct feature, knots from ranking.int_ranking_knots").fetchall()
        )
        columns = connection.execute("select * from ranking.int_candidate_positions limit 0").description
    return {name: counts[name] for (name, *_) in columns if name in counts}


def keep(database: Path, replay: Path, run: dict, models: dict[int, np.ndarray], knots: Knots) -> None:
    """Appends the run and its coefficients to the warehouse, both or neither."""
    places = [("intercept", 0)] + [
        (name, knot) for name, count in knots.items() for knot in range(-1, count + 1)
    ]
    coefficients = [
        (run["run_id"], times_bought, feature, knot, float(coefficient))
        for times_bought, values in models.items()
        for (feature, knot), coefficient in zip(places, values, strict=True)
    ]
    with duckdb.connect(database) as connection:
        connection.execute("begin")
        connection.execute(
            f"insert into ranker.training_runs by name select {', '.join(f'${name} as {name}' for name in run)}",
            run,
        )
        connection.executemany("insert into ranker.coefficients values (?, ?, ?, ?, ?)", coefficients)
        connection.execute("commit")


def copy_ranker(source: Path, target: Path) -> None:
    """Gives a database what was learned so far."""
    with duckdb.connect(target) as connection:
        connection.execute("create schema if not exists ranker")
        connection.execute(f"attach '{source}' as source (read_only)")
        tables = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'source' and schema_name = 'ranker'"
        ).fetchall()
        for (table,) in tables:
            connection.execute(f"create table if not exists ranker.{table} as from source.ranker.{table}")


def train(database: Path, variables: dict, window_count=4, label_days=14, rows_max=100_000) -> bool:
    """Returns whether the new coefficients were promoted."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="recmail_train_") as folder_name:
        folder = Path(folder_name)
        latest = folder / "latest.duckdb"
        if database.exists():
            copy_ranker(database, latest)
        say("the gate, and what was bought until now")
        # with tests: nothing is learned from inputs that fail the gate
        dbt_build(latest, variables, folder, ["+int_purchases"], "--indirect-selection", "cautious")
        with duckdb.connect(latest, read_only=True) as connection:
            as_of, first_order = connection.execute(
                "select (select as_of from staging.stg_as_of), (select min(ordered_at) from interactions.int_purchases)"
            ).fetchone()
            run_number = connection.execute(
                "select coalesce(max(run_number), 0) + 1 from ranker.training_runs"
            )
            run_number = run_number.fetchone()[0]
        cuts = [as_of - timedelta(days=label_days * number) for number in range(1, window_count + 1)]
        cuts = [cut for cut in cuts if first_order and cut > first_order + timedelta(days=label_days)]
        if len(cuts) < 2:
            raise SystemExit(
                f"recmail: orders from {first_order} to {as_of} are too short a history to learn from: at least "
                f"{3 * label_days} days are needed. The default coefficients go on ranking."
            )
        windows = []
        for number, cut in enumerate(cuts, start=1):
            say(f"the shop as of {cut:%Y-%m-%d %H:%M} ({number} of {len(cuts)})")
            replay = folder / f"replay_{number}.duckdb"
            copy_ranker(latest, replay)
            # the gate has been passed, and tests judge today's tables
            exclusion = ["--exclude", "input_validation_results", "--exclude-resource-type", "test"]
            selection = ["+int_candidate_positions", "+int_ranker_coefficients"]
            dbt_build(replay, variables | {"as_of": str(cut)}, folder, selection, *exclusion)
            if number == 1:
                knots = read_knots(replay)
                champion_id, champion = current_models(replay, knots)
            windows.append(read_window(replay, latest, cut, label_days, variables))
            if number > 1:
                replay.unlink()
        say(f"fitting {sum(window.users.size for window in windows):,} candidates")
        held_out, earlier = windows[0], windows[1:]
        challenger = judge(held_out, fit(earlier, knots, rows_max), knots)
        present = judge(held_out, champion, knots)
        is_better = challenger["ndcg_at_10"] > present["ndcg_at_10"]
        run = challenger | {
            "run_id": f"run {run_number} as of {as_of:%Y-%m-%d %H:%M}",
            "run_number": run_number,
            "as_of": as_of,
            "label_days": label_days,
            "window_count": len(windows),
            "row_count": sum(window.users.size for window in windows),
            "label_share": float(np.mean(np.concatenate([window.labels for window in windows]))),
            "champion_run_id": champion_id,
            "champion_ndcg_at_10": present["ndcg_at_10"],
            "is_promoted": is_better,
        }
        models = fit(windows, knots, rows_max)
        copy_ranker(latest, database)
        keep(database, latest, run, models, knots)
    say(
        f"on held-out {cuts[0]:%Y-%m-%d} NDCG@10 {challenger['ndcg_at_10']:.4f}, recall@10 "
        f"{challenger['recall_at_10']:.4f}, AUC {challenger['auc'] or 0:.4f}; {champion_id} NDCG@10 "
        f"{present['ndcg_at_10']:.4f}: {'promoted, ranks from the next build on' if is_better else 'not promoted'} "
        f"({time.monotonic() - started:.0f} s)"
    )
    return is_better


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--database", type=Path, required=True, help="DuckDB file that keeps the coefficients"
    )
    parser.add_argument("--vars", type=json.loads, default={}, help="vars of the builds, as JSON")
    parser.add_argument(
        "--windows", type=int, default=4, help="cuts to learn from, the newest held out to compare"
    )
    parser.add_argument(
        "--label-days", type=int, default=14, help="days after a cut in which a purchase counts"
    )
    parser.add_argument("--rows-max", type=int, default=100_000, help="candidates fitted per times bought")
    arguments = parser.parse_args()
    train(
        arguments.database.absolute(),
        arguments.vars,
        arguments.windows,
        arguments.label_days,
        arguments.rows_max,
    )


if __name__ == "__main__":
    sys.exit(main())
