"""`recmail train`: replays the models at earlier times, learns what was bought after, keeps the result if it is better.

For each of a few cuts before as_of the same models are built as of the cut, into a database of their own; a candidate's
label is whether its user bought it in the days after the cut. A logistic regression is fitted on all cuts but the
newest and compared there with what ranks now; if it is better, it is fitted again with that cut and ranks from
the next build. Either way what was compared and how it did are appended to the warehouse (schema `ranker`).
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click
import numpy as np
from dbt.contracts.graph.manifest import Manifest
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_fixed

from dbt_tools.build_vars import declared_vars
from dbt_tools.dbt_runs import parse_project
from dbt_tools.options import database_option, vars_option
from dbt_tools.relations import InUse, Relations, open_file
from dbt_tools.scratch import scratch_folder
from ranker.accuracy import LIST_LENGTH, list_accuracy
from ranker.metrics import recall_and_ndcg
from ranker.predictions import PAST_SELECTION, PAST_VARS, keep_predictions, learn_predictions
from ranker.replays import USERS_MAX, Window, dbt_build, open_replay, read_knots, read_window
from ranker.spline import Knots, fit_logistic
from ranker.store import TIMES_BOUGHT, Models, copy_ranker, current_models, keep, next_run_number
from ranker.uplift import learn_from_holdout
from sending.export import ledger_vars
from sending.options import ledger_option

# weight of the squared coefficients, chosen on cuts before 2017-11: what few bought stays near zero
REGULARISATION = 100.0
# one name for all files of a run, so that dbt parses once
REPLAY = "replay.duckdb"
REPLAYED = ("--selector", "training")
# an hour, for a warehouse that somebody has open
WAIT_SECONDS, WAITS_MAX = 5, 720

STARTED = time.monotonic()


def say(text: str) -> None:
    print(f"train: {time.monotonic() - STARTED:4.0f} s  {text}", flush=True)


def wait_until_free(database: Path) -> None:
    """Training takes minutes: who has the warehouse open at its end costs nothing of it. InUse after an hour."""

    def say_once(state: RetryCallState) -> None:
        if state.attempt_number == 1:
            say(f"{state.outcome.exception().format_message()}; what was learned waits for it")

    retrying = Retrying(
        retry=retry_if_exception_type(InUse),
        wait=wait_fixed(WAIT_SECONDS),
        stop=stop_after_attempt(WAITS_MAX),
        before_sleep=say_once,
        reraise=True,
    )
    retrying(lambda: open_file(database, read_only=False).close())


def sample(windows: list[Window], times_bought: int, rows_max: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows of each window and their weights: every purchase, and of the others a share that stands for all."""
    chance = np.random.default_rng(times_bought)
    samples = []
    for window in windows:
        rows = np.flatnonzero(window.times_bought == times_bought)
        share = min(1.0, rows_max / max(1, rows.size * len(windows)))
        rows = rows[(window.labels[rows] > 0) | (chance.random(rows.size) < share)]
        samples.append((rows, np.where(window.labels[rows] > 0, 1.0, 1 / share)))
    return samples


def fit(windows: list[Window], knots: Knots, rows_max: int) -> Models:
    from scipy.sparse import vstack

    models = {}
    for times_bought in TIMES_BOUGHT:
        samples = sample(windows, times_bought, rows_max)
        designs = [window.design(rows, knots) for window, (rows, _) in zip(windows, samples, strict=True)]
        labels = [window.labels[rows] for window, (rows, _) in zip(windows, samples, strict=True)]
        models[times_bought] = fit_logistic(
            vstack(designs, format="csr"),
            np.concatenate(labels),
            REGULARISATION,
            np.concatenate([weights for _, weights in samples]),
        )
    return models


def log_odds(window: Window, models: Models, knots: Knots) -> np.ndarray:
    found = np.empty(window.users.size)
    for times_bought in TIMES_BOUGHT:
        rows = np.flatnonzero(window.times_bought == times_bought)
        found[rows] = models[times_bought][0] + window.design(rows, knots) @ models[times_bought][1:]
    return found


def judge(window: Window, scores: np.ndarray) -> dict[str, float]:
    recall, ndcg = recall_and_ndcg(
        window.users, scores, window.items, window.labels, window.relevant, LIST_LENGTH
    )
    return {"ndcg_at_10": ndcg, "recall_at_10": recall}


@dataclass
class Training:
    """A run, and what it learned from."""

    is_promoted: bool
    windows: list[Window]


def train(database: Path, variables: dict, window_count=4, label_days=14, rows_max=100_000) -> Training:
    """Learns from the inputs of `variables` and appends the run to the database, which need not exist."""
    variables = variables | {"personal_columns": False}
    with scratch_folder("train") as folder:
        manifest = parse_project(variables, folder, folder / REPLAY)
        relations = Relations.read(folder)
        latest = build_latest(database, relations, variables, folder, manifest)
        as_of, cuts = choose_cuts(latest, relations, window_count, label_days)
        say("what buyers did after earlier times")
        predictions = learn_predictions(latest, (declared_vars() | variables)["churn_days"], folder)
        uplift = learn_from_holdout(latest, database, relations, variables)
        predictions["prediction_runs"] += uplift.runs
        predictions["prediction_coefficients"] += uplift.coefficients
        windows, newest = replay_windows(latest, relations, cuts, label_days, variables, folder, manifest)
        say(f"fitting {sum(window.users.size for window in windows):,} candidates")
        knots = read_knots(newest, relations)
        champion_id, champion = current_models(newest, relations, knots)
        held_out, earlier = windows[0], windows[1:]
        challenger = fit(earlier, knots, rows_max)
        scores = {
            name: log_odds(held_out, models, knots)
            for name, models in {"challenger": challenger, "champion": champion}.items()
        }
        judged, present = judge(held_out, scores["challenger"]), judge(held_out, scores["champion"])
        is_better = judged["ndcg_at_10"] > present["ndcg_at_10"]
        with open_replay(newest, latest, relations, cuts[0], label_days, variables) as connection:
            accuracy = list_accuracy(connection, held_out, scores)
        run_number = next_run_number(latest, relations)
        run = judged | {
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
        group = {"subject": "recommendations", "cut": cuts[0], "label_days": label_days}
        wait_until_free(database)
        copy_ranker(latest, database, relations.ranker_schema)
        final = fit(windows, knots, rows_max) if is_better else None
        keep(database, relations, run, challenger, final, knots, [group | row for row in accuracy])
        identity = {name: run[name] for name in ("run_id", "run_number", "as_of")}
        keep_predictions(database, identity, predictions, relations.ranker_schema)
    say(uplift.text)
    for found in predictions["prediction_runs"]:
        if "log_loss" not in found:
            continue
        say(
            f"{found['prediction']} log loss {found['log_loss']:.4f}, {found['champion_run_id']} "
            f"{found['champion_log_loss']:.4f}: {'promoted' if found['is_promoted'] else 'not promoted'}"
        )
    say(
        f"on held-out {cuts[0]:%Y-%m-%d} NDCG@10 {judged['ndcg_at_10']:.4f}, recall@10 {judged['recall_at_10']:.4f}; "
        f"{champion_id} NDCG@10 {present['ndcg_at_10']:.4f}: "
        f"{'promoted, ranks from the next build on' if is_better else 'not promoted'}"
    )
    return Training(is_better, windows)


def build_latest(
    database: Path, relations: Relations, variables: dict, folder: Path, manifest: Manifest
) -> Path:
    """What was bought until now and how buyers stood before, in a warehouse that also holds what was learned so far."""
    latest = folder / "latest" / REPLAY
    latest.parent.mkdir()
    if database.exists():
        open_file(database).close()  # CannotOpen says why, and no ATTACH
        copy_ranker(database, latest, relations.ranker_schema)
    say("the gate, and what was bought until now")
    dbt_build(latest, variables | PAST_VARS, folder, *PAST_SELECTION, manifest=manifest)
    return latest


def choose_cuts(
    latest: Path, relations: Relations, window_count: int, label_days: int
) -> tuple[datetime, list[datetime]]:
    """as_of, and the cuts before it, newest first: each with its label days after it and as many before."""
    with relations.connect(latest) as connection:
        ((as_of, first_order),) = connection.execute(
            "select (select as_of from stg_as_of), (select min(ordered_at) from int_purchases)"
        ).fetchall()
    cuts = [as_of - timedelta(days=label_days * number) for number in range(1, window_count + 1)]
    cuts = [cut for cut in cuts if first_order and cut > first_order + timedelta(days=label_days)]
    if len(cuts) < 2:
        raise SystemExit(
            f"recmail: orders from {first_order} to {as_of} are too short a history to learn from: at least "
            f"{3 * label_days} days are needed. The default coefficients go on ranking."
        )
    return as_of, cuts


def replay_windows(
    latest: Path,
    relations: Relations,
    cuts: list[datetime],
    label_days: int,
    variables: dict,
    folder: Path,
    manifest: Manifest,
) -> tuple[list[Window], Path]:
    """The window of each cut, and the newest replay, which is left to be looked at."""
    windows = []
    for number, cut in enumerate(cuts, start=1):
        say(f"the shop as of {cut:%Y-%m-%d %H:%M} ({number} of {len(cuts)})")
        replay = folder / str(number) / REPLAY
        replay.parent.mkdir()
        copy_ranker(latest, replay, relations.ranker_schema)
        at_cut = {"as_of": str(cut), "replayed_users": USERS_MAX}
        dbt_build(replay, variables | at_cut, folder, *REPLAYED, manifest=manifest)
        with open_replay(replay, latest, relations, cut, label_days, variables) as connection:
            windows.append(read_window(connection, cut))
        if number > 1:
            replay.unlink()
    return windows, folder / "1" / REPLAY


@click.command(
    help="Learn from the shop's past what is bought next; it ranks from the next build on if it is better."
)
@database_option
@vars_option
@ledger_option
@click.option(
    "--windows",
    type=click.IntRange(min=2),
    default=4,
    show_default=True,
    help="Cuts to learn from, the newest held out to compare.",
)
@click.option(
    "--label-days", default=14, show_default=True, help="Days after a cut in which a purchase counts."
)
@click.option("--rows-max", default=100_000, show_default=True, help="Candidates fitted per times bought.")
def main(
    database: Path, variables: dict, ledger: str | None, windows: int, label_days: int, rows_max: int
) -> None:
    database = database.absolute()
    with scratch_folder("ledger") as folder, ledger_vars(database, ledger, folder / "ledger") as read:
        train(database, read | variables, windows, label_days, rows_max)
