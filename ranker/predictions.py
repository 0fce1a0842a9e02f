"""Part of `make train`: learns from what buyers did after earlier cuts who orders again, and how well that foretells.

int_user_snapshots shows buyers as they stood every 30 days; whether they ordered in the days after is the label. A
logistic regression per prediction is compared, on the newest cut whose label days are over, with what foretells now; it
has seen only labels that were over at that cut. If its log loss is lower, it is fitted again on all cuts and foretells
from the next build on. Amounts follow from the probabilities in SQL, and are compared with naive forecasts on cuts as
far back as their days, again by what was known there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np

from dbt_tools.relations import RANKER_SCHEMA, Relations, connect
from ranker.metrics import probability_metrics
from ranker.spline import Knots, design_matrix, fit_logistic, places
from ranker.store import insert

CUT_DAYS = 30
# enough to try a year's value on two years of orders; cuts before the first order are empty
PAST_VARS = {"prediction_cuts": 13}
# what dbt builds
PAST_SELECTION = ("--selector", "past")
SCORING = ("int_prediction_coefficients", "int_user_predictions")
# buyers at cuts that one fit looks at
ROWS_MAX = 200_000
# weight of the squared coefficients: on Complete Journey as good as 1 and better than 100
REGULARISATION = 10.0

# per prediction the intercept and a coefficient per column of the design
Coefficients = dict[str, np.ndarray]
# per table of the ranker the rows to append
Learned = dict[str, list[dict]]


@dataclass
class Subject:
    """What is foretold: a column of int_user_predictions, and what came of it by int_user_outcomes."""

    name: str
    label_days: int
    column: str
    label: str
    run_column: str | None = None

    @property
    def cut(self) -> int:
        """Number of the newest cut whose label days are over."""
        return -(-self.label_days // CUT_DAYS)


@dataclass
class Judged:
    """A subject foretold for every buyer at its newest cut, beside what came and what had been."""

    cut: datetime
    foretold: np.ndarray
    label: np.ndarray
    previous: np.ndarray
    order_count: np.ndarray


def subjects(churn_days: int) -> tuple[list[Subject], list[Subject]]:
    """Probabilities, which are learned, and amounts, which follow from them."""
    learned = [
        Subject("order_30d", 30, "order_probability_30d", "outcomes.order_count > 0", "order_run_id"),
        Subject("churn", churn_days, "churn_probability", "outcomes.order_count = 0", "churn_run_id"),
    ]
    amounts = [Subject("spend_30d", 30, "expected_spend_30d", "outcomes.net_amount")]
    for days in (90, 180, 365):
        amounts.append(Subject("value_365d", days, f"expected_value_{days}d", "outcomes.net_amount"))
    return learned, amounts


def prediction_knots(connection: duckdb.DuckDBPyConnection) -> Knots:
    """Of the features that buyers are described by, in the order of int_user_knot_places."""
    counts = dict(connection.execute("select distinct feature, knots from int_prediction_knots").fetchall())
    columns = connection.execute("select * from int_user_knot_places limit 0").description
    return {name: counts[name] for (name, *_) in columns if name in counts}


class Past:
    """The cuts in a warehouse, and the SQL that foretells there from what was learned so far."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, relations: Relations, churn_days: int):
        self.connection = connection
        self.scoring = {relations.named(name): relations.compiled(name) for name in SCORING}
        self.learned, self.amounts = subjects(churn_days)
        self.knots = prediction_knots(connection)
        ((self.first_ordered_at, self.cut_count),) = connection.execute(
            """
            with first as (select min(ordered_at) as ordered_at from int_user_orders)
            select
                (select ordered_at from first),
                coalesce(max(cut_number) filter (where cut_at >= (select ordered_at + to_days(30) from first)), 0)
            from int_user_snapshots
            """
        ).fetchall()

    def training_cuts(self, subject: Subject, known_at: int) -> range:
        """Numbers of the cuts whose label days were over at a cut."""
        return range(known_at + subject.cut, self.cut_count + 1)

    def fit(self, subject: Subject, cuts: range) -> tuple[np.ndarray, np.ndarray]:
        """Intercept and coefficients, and the labels they were fitted on."""
        rows = self.connection.sql(
            f"""
            with labelled as (
                select
                    positions.*,
                    {subject.label} as label,
                    row_number() over (order by positions.cut_number, positions.user_id) as row_number,
                    count(*) over () as row_count
                from int_user_knot_places as positions
                inner join int_user_outcomes as outcomes using (cut_number, user_id)
                where outcomes.horizon_days = {subject.label_days} and cut_number between {cuts[0]} and {cuts[-1]}
            )
            select * from labelled where row_number % ((row_count - 1) // {ROWS_MAX} + 1) = 0 order by row_number
            """
        ).to_arrow_table()
        labels = rows["label"].to_numpy(zero_copy_only=False).astype(np.int8)
        design = design_matrix({name: rows[name].to_numpy() for name in self.knots}, self.knots)
        return fit_logistic(design, labels, REGULARISATION), labels

    def foretell(self, coefficients: Coefficients) -> None:
        """Fills int_user_predictions by these coefficients, or by chance for a prediction that has none."""
        self.connection.execute("delete from prediction_runs")
        self.connection.execute("delete from prediction_coefficients")
        for subject in self.learned:
            if subject.name in coefficients:
                tried = {"run_id": "tried", "prediction": subject.name}
                run = tried | {"run_number": 0, "label_days": subject.label_days, "is_promoted": True}
                rows = coefficient_rows(subject.name, coefficients[subject.name], self.knots, is_final=True)
                insert(self.connection, "prediction_runs", [run])
                insert(self.connection, "prediction_coefficients", [tried | row for row in rows])
        for relation, sql in self.scoring.items():
            self.connection.execute(f"create or replace table {relation} as {sql}")

    def judged(self, subject: Subject) -> Judged:
        rows = self.connection.execute(
            f"""
            select
                predictions.cut_at,
                cast(predictions.{subject.column} as double) as foretold,
                cast({subject.label} as double) as label,
                cast(outcomes.previous_amount as double) as previous,
                predictions.order_count
            from int_user_predictions as predictions
            inner join int_user_outcomes as outcomes using (cut_number, user_id)
            where predictions.cut_number = {subject.cut} and outcomes.horizon_days = {subject.label_days}
            order by predictions.user_id
            """
        ).fetchnumpy()
        cut = rows["cut_at"][0].astype("datetime64[us]").item()
        return Judged(cut, rows["foretold"], rows["label"], rows["previous"], rows["order_count"])

    def champions(self) -> tuple[dict[str, str], Coefficients]:
        """Run of each prediction that has been learned, and its coefficients as it was judged.

        Fitted again, it has seen the newest cut, and would be compared on what it knows.
        """
        rows = self.connection.execute(
            """
            select judged.prediction, judged.run_id, judged.feature, judged.knot, judged.coefficient
            from prediction_coefficients as judged
            semi join int_prediction_coefficients as champions using (run_id, prediction)
            where not judged.is_final
            """
        ).fetchall()
        column = {place: number for number, place in enumerate(places(self.knots))}
        found: Coefficients = {prediction: np.zeros(len(column)) for prediction, *_ in rows}
        for prediction, _, feature, knot, coefficient in rows:
            if (feature, knot) in column:  # a feature may have gone since
                found[prediction][column[feature, knot]] = coefficient
        return {prediction: run_id for prediction, run_id, *_ in rows}, found


def coefficient_rows(prediction: str, values: np.ndarray, knots: Knots, is_final: bool) -> list[dict]:
    return [
        {
            "prediction": prediction,
            "feature": feature,
            "knot": knot,
            "coefficient": float(value),
            "is_final": is_final,
        }
        for (feature, knot), value in zip(places(knots), values, strict=True)
    ]


def decision_metrics(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    """Precision and recall of picking the likeliest, as many as are foretold: the sum of the probabilities.

    A fixed threshold would pick everybody or nobody of what nearly all or few do. None where there is nothing to
    divide by.
    """
    chosen = np.argsort(-probabilities, kind="stable")[: round(probabilities.sum())]
    hits = labels[chosen].sum()
    found = {"precision": (hits, chosen.size), "recall": (hits, labels.sum())}
    return {name: float(count / total) for name, (count, total) in found.items() if total}


def amount_metrics(amounts: np.ndarray, foretold: np.ndarray) -> dict[str, float]:
    """Errors per buyer; mean_error is above 0 when too much was foretold."""
    errors = foretold - amounts
    return {
        "rmse": float(np.sqrt(np.mean(errors**2))),
        "mae": float(np.mean(np.abs(errors))),
        "mean_error": float(np.mean(errors)),
    }


def accuracy_rows(subject: Subject, judged: Judged, model: str) -> list[dict]:
    """Metrics of all buyers and by the number of their orders, as rows of the ranker's accuracy."""
    groups = {("all", "all"): np.ones(judged.label.size, dtype=bool)}
    limits = {"1": (1, 2), "2 to 4": (2, 5), "5 to 19": (5, 20), "20 and more": (20, np.inf)}
    for name, (low, high) in limits.items():
        groups["history_length", name] = (judged.order_count >= low) & (judged.order_count < high)
    rows = []
    for (dimension, value), chosen in groups.items():
        if not chosen.any():
            continue
        label, foretold = judged.label[chosen], judged.foretold[chosen]
        if subject.run_column:
            metrics = probability_metrics(label, foretold) | decision_metrics(label, foretold)
        else:
            metrics = amount_metrics(label, foretold)
        group = {
            "subject": subject.name,
            "model": model,
            "cut": judged.cut,
            "label_days": subject.label_days,
            "dimension": dimension,
            "dimension_value": value,
            "user_count": int(chosen.sum()),
        }
        rows += [group | {"metric": metric, "value": number} for metric, number in metrics.items()]
    return rows


def baseline_rows(subject: Subject, judged: Judged) -> list[dict]:
    """Everybody spends the mean of as many days before the cut, or as much as in these days."""
    everybody = np.full(judged.label.size, judged.previous.mean())
    rows = []
    for model, foretold in {"naive_mean": everybody, "last_value": judged.previous}.items():
        naive = Judged(judged.cut, foretold, judged.label, judged.previous, judged.order_count)
        rows += accuracy_rows(subject, naive, model)
    return rows


def learn_predictions(latest: Path, churn_days: int, folder: Path) -> Learned:
    """New rows of prediction_runs, prediction_coefficients and accuracy, without their run.

    `latest` is a warehouse with what was learned before, built with PAST_SELECTION and PAST_VARS; `folder` took what
    dbt wrote.
    """
    relations = Relations.read(folder)
    with relations.connect(latest, read_only=False) as connection:
        # what is tried here is not kept
        connection.execute("begin")
        try:
            return learn(Past(connection, relations, churn_days))
        finally:
            connection.execute("rollback")


def learn(past: Past) -> Learned:
    learned: Learned = {"prediction_runs": [], "prediction_coefficients": [], "accuracy": []}
    asked = [subject for subject in past.learned + past.amounts if subject.cut <= past.cut_count]
    champion_ids, champions = past.champions()

    past.foretell({})
    compared = {subject.name: past.judged(subject) for subject in asked if subject.run_column}
    for subject in asked:
        judged = past.judged(subject)
        learned["accuracy"] += accuracy_rows(subject, judged, "default")
        if not subject.run_column and judged.cut >= past.first_ordered_at + timedelta(
            days=subject.label_days
        ):
            learned["accuracy"] += baseline_rows(subject, judged)

    past.foretell(champions)
    for subject in asked:
        if subject.name in champions:
            compared[subject.name] = past.judged(subject)
            learned["accuracy"] += accuracy_rows(subject, compared[subject.name], "champion")

    for cut in sorted({subject.cut for subject in asked}):
        challengers = {
            subject.name: past.fit(subject, past.training_cuts(subject, cut))[0]
            for subject in past.learned
            if past.training_cuts(subject, cut)
        }
        past.foretell(challengers)
        for subject in asked:
            is_tried = subject.name in challengers if subject.run_column else bool(challengers)
            if subject.cut == cut and is_tried:
                judged = past.judged(subject)
                learned["accuracy"] += accuracy_rows(subject, judged, "challenger")
                if subject.run_column:
                    run, final = decide(past, subject, judged, compared[subject.name])
                    run["champion_run_id"] = champion_ids.get(subject.name, "default")
                    learned["prediction_runs"].append(run)
                    for values, is_final in ((challengers[subject.name], False), (final, True)):
                        if not is_final or run["is_promoted"]:
                            learned["prediction_coefficients"] += coefficient_rows(
                                subject.name, values, past.knots, is_final
                            )
    return learned


def decide(past: Past, subject: Subject, challenger: Judged, champion: Judged) -> tuple[dict, np.ndarray]:
    """How the challenger did beside the champion, and what was fitted again on all cuts."""
    metrics = probability_metrics(challenger.label, challenger.foretold)
    champion_log_loss = probability_metrics(champion.label, champion.foretold)["log_loss"]
    cuts = past.training_cuts(subject, 0)
    final, labels = past.fit(subject, cuts)
    run = {
        "prediction": subject.name,
        "label_days": subject.label_days,
        "cut_count": len(cuts),
        "row_count": labels.size,
        "label_share": float(labels.mean()),
        "auc": metrics.get("auc"),
        "log_loss": metrics["log_loss"],
        "champion_log_loss": champion_log_loss,
        "is_promoted": metrics["log_loss"] < champion_log_loss,
    }
    return run, final


def keep_predictions(database: Path, run: dict, learned: Learned, schema: str = RANKER_SCHEMA) -> None:
    """Appends what was learned in a run (run_id, run_number, as_of), all or nothing."""
    identity = {"run_id": run["run_id"]}
    with connect(database, [schema], read_only=False) as connection:
        connection.execute("begin")
        # uplift is judged by other numbers than probabilities
        for row in learned["prediction_runs"]:
            insert(connection, "prediction_runs", [run | row])
        for table in ("prediction_coefficients", "accuracy"):
            insert(connection, table, [identity | row for row in learned[table]])
        connection.execute("commit")
