"""Predictions: SQL gives scikit-learn's probabilities, no cut knows what came after it, the better run foretells."""

from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as np_strategies
from shop import AS_OF, small_shop, write_parquet
from sklearn.linear_model import LogisticRegression
from warehouse import Build, build, compiled_models, connect, manifest, run_models

from dbt_tools.dbt_runs import NO_TESTS, run_dbt
from ranker import predictions
from ranker.predictions import (
    PAST_SELECTION,
    PAST_VARS,
    amount_metrics,
    decision_metrics,
    keep_predictions,
    learn_predictions,
)
from ranker.spline import column_count, design_matrix, places

SNAPSHOT = {
    "order_count": 3,
    "expected_gap_days": 10.0,
    "days_since_last_order": 5.0,
    "orders_per_day": 0.1,
    "amount_per_day": 5.0,
    "last_ordered_at": datetime(2024, 6, 1),
    "cut_at": AS_OF,
}


@pytest.fixture(scope="module")
def compiled() -> dict[str, str]:
    names = "int_prediction_knots int_user_snapshots int_prediction_coefficients int_user_predictions"
    return compiled_models(names, {"prediction_cuts": 2})


class Scorer:
    """int_user_predictions as dbt compiles it, for one buyer at made-up positions."""

    def __init__(self, compiled: dict[str, str]):
        self.compiled = compiled
        self.connection = duckdb.connect(config={"threads": 1})
        columns = ", ".join(f"${name} as {name}" for name in SNAPSHOT)
        self.connection.execute(
            f"create table int_user_snapshots as select 0 as cut_number, 'u' as user_id, {columns}",
            SNAPSHOT,
        )
        self.run("int_prediction_knots")
        self.knots = dict(
            self.connection.execute(
                "select feature, knots from int_prediction_knots where knot = 0 and feature <> 'intercept'"
            ).fetchall()
        )

    def run(self, *names: str) -> None:
        run_models(self.connection, {name: self.compiled[name] for name in names})

    def foretold(
        self, positions: dict[str, float], models: dict[str, np.ndarray]
    ) -> tuple[float, float, float]:
        """Probability of an order, of none, and what an email adds."""
        columns = ", ".join(f"cast(${name} as double) as {name}" for name in positions)
        self.connection.execute(
            f"create or replace table int_user_knot_places as select 0 as cut_number, 'u' as user_id, {columns}",
            {name: None if np.isnan(value) else value for name, value in positions.items()},
        )
        self.connection.execute(
            """
            create or replace table stg_prediction_coefficients
            (run_id varchar, prediction varchar, feature varchar, knot integer, coefficient double)
            """
        )
        rows = [
            ("run", prediction, feature, knot, float(value))
            for prediction, values in models.items()
            for (feature, knot), value in zip(places(self.knots), values, strict=True)
        ]
        self.connection.executemany("insert into stg_prediction_coefficients values (?, ?, ?, ?, ?)", rows)
        self.run("int_prediction_coefficients", "int_user_predictions")
        ((order, churn, uplift),) = self.connection.execute(
            "select order_probability_30d, churn_probability, mail_uplift from int_user_predictions"
        ).fetchall()
        return order, churn, uplift


@pytest.fixture(scope="module")
def scorer(compiled) -> Scorer:
    return Scorer(compiled)


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_sql_gives_the_probabilities_of_scikit_learn(scorer: Scorer, data):
    positions = {
        name: data.draw(st.one_of(st.just(np.nan), st.floats(0, knots).map(lambda x: round(x, 6))))
        for name, knots in scorer.knots.items()
    }
    design = design_matrix({name: np.array([found]) for name, found in positions.items()}, scorer.knots)
    models, expected = {}, []
    for prediction in ("order_30d", "churn", "mail_uplift"):
        values = data.draw(
            np_strategies.arrays(
                np.float64, column_count(scorer.knots) + 1, elements=st.floats(-1, 1, width=32)
            )
        )
        model = LogisticRegression()
        model.classes_, model.intercept_, model.coef_ = np.array([0, 1]), values[:1], values[None, 1:]
        models[prediction] = values
        expected.append(model.predict_proba(design)[0, 1])
    expected[2] = 2 * expected[2] - 1
    assert scorer.foretold(positions, models) == pytest.approx(tuple(expected), abs=1e-12)


def test_buyers_are_ranked_by_uplift(compiled):
    connection = duckdb.connect(config={"threads": 1})
    run_models(connection, {"int_prediction_knots": compiled["int_prediction_knots"]})
    knots = dict(
        connection.execute(
            "select feature, knots from int_prediction_knots where knot = 0 and feature <> 'intercept'"
        ).fetchall()
    )
    others = ", ".join(f"0::double as {name}" for name in knots if name != "overdue_ratio")
    connection.execute(
        f"""
        create table int_user_knot_places as
        select 0 as cut_number, *, {others}
        from (values ('a', 0.0::double), ('b', 2), ('c', 1), ('d', 2)) as t (user_id, overdue_ratio);
        create table int_user_snapshots as
        select
            0 as cut_number, user_id, 3 as order_count, 10.0 as expected_gap_days, 5.0 as days_since_last_order,
            0.1 as orders_per_day, 5.0 as amount_per_day, timestamp '2024-06-01' as last_ordered_at,
            timestamp '2024-06-30' as cut_at
        from int_user_knot_places;
        create table stg_prediction_coefficients
        (run_id varchar, prediction varchar, feature varchar, knot integer, coefficient double)
        """
    )
    connection.executemany(
        "insert into stg_prediction_coefficients values ('run', 'mail_uplift', ?, ?, ?)",
        [
            (feature, knot, float(knot) if feature == "overdue_ratio" else 0.0)
            for feature, knot in places(knots)
        ],
    )
    run_models(
        connection, {name: compiled[name] for name in ("int_prediction_coefficients", "int_user_predictions")}
    )
    rows = connection.execute(
        "select user_id, round(mail_uplift, 6), mail_uplift_rank, uplift_run_id, order_run_id "
        "from int_user_predictions order by 1"
    ).fetchall()
    assert rows == [
        ("a", 0.0, 0.0, "run", "default"),
        ("b", 0.761594, 0.666666667, "run", "default"),
        ("c", 0.462117, 0.333333333, "run", "default"),
        ("d", 0.761594, 0.666666667, "run", "default"),
    ]


def snapshots(compiled: dict[str, str], orders: list[tuple]) -> list[tuple]:
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute("create table stg_as_of as select $as_of as as_of", {"as_of": AS_OF})
        connection.execute(
            """
            create table int_user_orders
            (user_id varchar, net_amount decimal(18, 4), order_number bigint, ordered_at timestamp)
            """
        )
        connection.executemany("insert into int_user_orders values (?, ?, ?, ?)", orders)
        run_models(connection, {"int_user_snapshots": compiled["int_user_snapshots"]})
        return connection.execute("select * from int_user_snapshots order by cut_number, user_id").fetchall()


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(
    ages=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 200 * 86400)), min_size=1, max_size=30),
    chance=st.randoms(use_true_random=False),
)
def test_a_cut_knows_nothing_of_what_came_after_it(scorer: Scorer, ages, chance):
    orders = [("first", 1, 1, AS_OF - timedelta(days=300))]
    for number, (user, age) in enumerate(sorted(ages, key=lambda row: -row[1])):
        earlier = sum(row[0] == f"u{user}" for row in orders)
        orders.append((f"u{user}", 10 + number, earlier + 1, AS_OF - timedelta(seconds=age)))
    found = snapshots(scorer.compiled, orders)
    for cut_number in (1, 2):
        cut = AS_OF - timedelta(days=30 * cut_number)
        known = [order for order in orders if order[3] <= cut]
        alone = snapshots(scorer.compiled, known)
        assert [row for row in alone if row[0] == cut_number] == [
            row for row in found if row[0] == cut_number
        ]
    # and whatever order the rows come in
    chance.shuffle(orders)
    assert snapshots(scorer.compiled, orders) == found


def test_precision_and_recall_of_as_many_as_are_foretold():
    labels = np.array([1, 0, 1, 1])
    # a sum of two: the first two, of which one is right, of three
    assert decision_metrics(labels, np.array([0.9, 0.6, 0.3, 0.2])) == {"precision": 0.5, "recall": 1 / 3}
    assert decision_metrics(np.zeros(2), np.array([0.1, 0.1])) == {}


def test_errors_of_amounts():
    found = amount_metrics(np.array([0.0, 10.0]), np.array([3.0, 6.0]))
    assert found == {"rmse": pytest.approx(np.sqrt(12.5)), "mae": 3.5, "mean_error": -0.5}


RUN = {"run_id": "run 1", "run_number": 1, "as_of": AS_OF}
FORETELLING = (
    "--select",
    "stg_prediction_coefficients",
    "int_prediction_coefficients",
    "int_user_predictions",
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> dict:
    """Everybody orders every three weeks, which chance does not expect: something to learn."""
    inputs = write_parquet(small_shop(order_count=260), tmp_path_factory.mktemp("foretold") / "inputs")
    return {"input_location": str(inputs), "churn_days": 45}


@pytest.fixture(scope="module")
def past(shop, tmp_path_factory) -> tuple[Path, Path]:
    """A warehouse with the cuts, and the folder with what dbt compiled."""
    folder = tmp_path_factory.mktemp("past")
    run = run_dbt(
        *("build", "--threads", "1", *NO_TESTS, *PAST_SELECTION),
        variables=shop | PAST_VARS,
        folder=folder,
        database=folder / "w.duckdb",
        manifest=manifest(shop | PAST_VARS),
    )
    assert run.succeeded, run.messages
    return folder / "w.duckdb", folder


@pytest.fixture(scope="module")
def learned(past) -> predictions.Learned:
    return learn_predictions(past[0], 45, past[1])


def foretell(past, shop, learned, tmp_path) -> Build:
    """A build of the predictions with what was learned."""
    database = tmp_path / "w.duckdb"
    database.write_bytes(past[0].read_bytes())
    keep_predictions(database, RUN, learned)
    return build(database, shop | PAST_VARS, *FORETELLING)


def test_what_was_learned_foretells_and_says_so(past, shop, learned, tmp_path):
    runs = {run["prediction"]: run for run in learned["prediction_runs"]}
    assert runs.keys() == {"order_30d", "churn"}
    assert all(run["is_promoted"] and run["champion_run_id"] == "default" for run in runs.values())
    built = foretell(past, shop, learned, tmp_path)
    assert built.succeeded, built.text
    assert built.query("select distinct order_run_id, churn_run_id from int_user_predictions") == [
        ("run 1", "run 1")
    ]
    # the run is compared as it was judged, and is no better than itself
    again = learn_predictions(built.database, 45, past[1])
    assert [
        (run["champion_run_id"], run["is_promoted"], run["champion_log_loss"] == run["log_loss"])
        for run in again["prediction_runs"]
    ] == [("run 1", False, True)] * 2


def test_what_is_no_better_does_not_foretell(past, shop, tmp_path, monkeypatch):
    monkeypatch.setattr(predictions, "probability_metrics", lambda labels, _: {"log_loss": 0.5, "auc": 0.5})
    kept = foretell(past, shop, learn_predictions(past[0], 45, past[1]), tmp_path)
    assert kept.query("select distinct is_promoted from ranker.prediction_runs") == [(False,)]
    assert kept.query("select distinct order_run_id, churn_run_id from int_user_predictions") == [
        ("default", "default")
    ]


def test_naive_forecasts_stand_beside_amounts(learned):
    models = {row["model"] for row in learned["accuracy"] if row["subject"] == "spend_30d"}
    assert models == {"challenger", "default", "naive_mean", "last_value"}
    groups = [row for row in learned["accuracy"] if row["metric"] == "rmse" and row["model"] == "last_value"]
    everybody = sum(row["user_count"] for row in groups if row["dimension"] == "all")
    assert everybody == sum(row["user_count"] for row in groups if row["dimension"] == "history_length") > 0


def test_trying_leaves_nothing_behind(past, learned):
    with duckdb.connect(past[0], read_only=True) as connection:
        tried = connection.execute("select count(*) from ranker.prediction_coefficients").fetchall()
    assert learned["prediction_coefficients"]
    assert tried == [(0,)]


def test_learning_twice_gives_the_same(past, learned):
    assert learn_predictions(past[0], 45, past[1]) == learned


def test_a_history_too_short_teaches_nothing(tmp_path, past):
    database = tmp_path / "w.duckdb"
    database.write_bytes(past[0].read_bytes())
    with connect(database, read_only=False) as connection:
        connection.execute("delete from int_user_snapshots where cut_number > 1")
        connection.execute("delete from int_user_outcomes where cut_number > 1")
    found = learn_predictions(database, 45, past[1])
    assert found["prediction_runs"] == []
    assert {row["model"] for row in found["accuracy"]} <= {"default", "naive_mean", "last_value"}
