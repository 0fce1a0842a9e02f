"""The ranker: SQL gives scikit-learn's probabilities, training keeps what is better, and every list names its run."""

import hashlib
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as np_strategies
from shop import small_shop, write_parquet
from sklearn.linear_model import LogisticRegression
from warehouse import NO_GATE, Build, assert_same, build, compiled_models, manifest, run_models

from ranker import train as training
from ranker.accuracy import HERE as training_folder
from ranker.metrics import probability_metrics, recall_and_ndcg
from ranker.spline import column_count, design_matrix, places
from ranker.store import copy_ranker

PURE_RANKING = {"minimum_distinct_categories": 1, "exploration_share": 0, "repurchase_window_days": 0}


class Scorer:
    """int_scored_candidates as dbt compiles it, on made-up positions and coefficients."""

    def __init__(self, **variables):
        self.models = compiled_models("int_ranking_knots int_scored_candidates", variables)
        self.connection = duckdb.connect(config={"threads": 2})
        self.connection.execute(
            """
            create table stg_items as
            select item_id, category, cast(price as decimal(18, 4)) as price, unit_cost, 'GBP' as currency
            from (values ('i', 'tea', 10, 4.0), ('unknown cost', 'tea', 10, null), ('boosted', 'cups', 10, 4.0))
                as items (item_id, category, price, unit_cost);
            create table int_item_keys as
            select item_id, cast(row_number() over (order by item_id) as integer) as item_key from stg_items;
            create table int_user_keys as select 'u' as user_id, 1 as user_key;
            create table int_user_category_factors as
            select 'u' as user_id, 'cups' as category, 2.0 as category_factor;
            create table int_item_click_lifts as select 'boosted' as item_id, 1.5 as click_factor;
            """
        )
        run_models(self.connection, {"int_ranking_knots": self.models["int_ranking_knots"]})
        self.knots = dict(
            self.connection.execute(
                "select feature, knots from int_ranking_knots where knot = 0 and feature <> 'intercept'"
            ).fetchall()
        )

    def run(self, positions: dict[str, list], items: list[str], times_bought: list[int], model: np.ndarray):
        """(probability, score) of each row; `model` is the intercept and a coefficient per column of the design."""
        columns = [
            f"unnest({[None if np.isnan(value) else float(value) for value in values]}::double[]) as {name}"
            for name, values in positions.items()
        ]
        self.connection.execute(
            "create or replace table int_candidate_knot_places as "
            "select 1 as user_key, item_keys.item_key, given.* exclude (item_id) "
            f"from (select unnest({items}) as item_id, unnest({times_bought}) as times_bought, "
            + ", ".join(columns).replace("None", "null")
            + ") as given inner join int_item_keys as item_keys using (item_id)"
        )
        rows = [(*place, float(value)) for place, value in zip(places(self.knots), model, strict=True)]
        self.connection.execute(
            "create or replace temp table given (feature varchar, knot int, coefficient double)"
        )
        self.connection.executemany("insert into given values (?, ?, ?)", rows)
        self.connection.execute(
            """
            create or replace table int_ranker_coefficients as
            select
                times_bought, feature, knot, coefficient,
                case when knot < 0 then 0 else coalesce(lead(coefficient) over (
                    partition by times_bought, feature order by knot
                ) - coefficient, 0) end as step
            from given cross join range(3) as times (times_bought)
            """
        )
        run_models(self.connection, {"int_scored_candidates": self.models["int_scored_candidates"]})
        found = self.connection.execute(
            "select item_id, purchase_probability, score "
            "from int_scored_candidates inner join int_item_keys using (item_key)"
        ).fetchall()
        return {item: (probability, score) for item, probability, score in found}


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer()


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_sql_gives_the_probabilities_of_scikit_learn(scorer: Scorer, data):
    count = column_count(scorer.knots)
    positions = {
        name: [data.draw(st.one_of(st.just(np.nan), st.floats(0, knots).map(lambda x: round(x, 6))))]
        for name, knots in scorer.knots.items()
    }
    values = data.draw(np_strategies.arrays(np.float64, count + 1, elements=st.floats(-0.5, 0.5, width=32)))
    model = LogisticRegression()
    model.classes_, model.intercept_, model.coef_ = np.array([0, 1]), values[:1], values[None, 1:]
    design = design_matrix({name: np.array(found) for name, found in positions.items()}, scorer.knots)
    expected = model.predict_proba(design)[0, 1]
    found = scorer.run(positions, ["i"], [data.draw(st.integers(0, 2))], values)
    assert found["i"][0] == pytest.approx(expected, abs=1e-12)


def test_the_objective_weighs_probabilities():
    scorer = Scorer(ranking_objective="margin", default_margin_share=0.3)
    positions = {name: [0.0] * 3 for name in scorer.knots}
    model = np.zeros(column_count(scorer.knots) + 1)
    found = scorer.run(positions, ["i", "unknown cost", "boosted"], [0, 1, 2], model)
    # one half of a margin of 6, of 30 % of the price, and of 6 of what a rule counts twice and clicks 1.5 times
    assert found == {"i": (0.5, 3.0), "unknown cost": (0.5, 1.5), "boosted": (0.5, 9.0)}


def test_clicks_and_rules_multiply_the_odds(scorer: Scorer):
    found = scorer.run(
        {name: [0.0] for name in scorer.knots}, ["boosted"], [0], np.zeros(column_count(scorer.knots) + 1)
    )
    assert found == {"boosted": (0.5, 0.75)}


def test_recall_and_ndcg_by_hand():
    users = np.array([1, 1, 1, 2])
    scores = np.array([0.9, 0.5, 0.7, 0.1])
    labels = np.array([0, 1, 1, 0])
    # user 1: places 2 and 3 of three relevant; user 2: none; user 3 has no candidates
    recall, ndcg = recall_and_ndcg(users, scores, users, labels, {1: 3, 2: 1, 3: 1}, length=3)
    assert recall == pytest.approx((2 / 3) / 3)
    gain, ideal = 1 / np.log2(3) + 1 / np.log2(4), 1 + 1 / np.log2(3) + 1 / np.log2(4)
    assert ndcg == pytest.approx(gain / ideal / 3)


def test_of_equal_scores_the_tie_decides():
    users, scores = np.array([1, 1]), np.array([0.5, 0.5])
    assert recall_and_ndcg(users, scores, np.array([2, 1]), np.array([0, 1]), {1: 1}, 1) == (1, 1)
    assert recall_and_ndcg(users, scores, np.array([1, 2]), np.array([0, 1]), {1: 1}, 1) == (0, 0)


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("trained")
    return {"input_location": str(write_parquet(small_shop(order_count=260), folder / "inputs"))}


@pytest.fixture(scope="module", autouse=True)
def _same_replays_once(tmp_path_factory):
    """Trainings share what dbt reads of the project, and replays of the same cut with the same learned runs."""
    kept = tmp_path_factory.mktemp("replays")
    dbt_build = training.dbt_build

    def parse_once(variables, folder, database):
        parsed = manifest(variables, database.stem)
        (folder / "target").mkdir(parents=True, exist_ok=True)
        parsed.write(str(folder / "target" / "manifest.json"))
        return parsed

    def build_or_copy(database, variables, folder, *arguments, manifest=None):
        if arguments != training.REPLAYED:
            dbt_build(database, variables, folder, *arguments, manifest=manifest)
            return
        known = repr((sorted(variables.items()), learned(database)))
        replay = kept / f"{hashlib.sha256(known.encode()).hexdigest()}.duckdb"
        if replay.exists():
            shutil.copyfile(replay, database)
        else:
            dbt_build(database, variables, folder, *arguments, manifest=manifest)
            shutil.copyfile(database, replay)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "parse_project", parse_once)
        patch.setattr(training, "dbt_build", build_or_copy)
        yield


def learned(database: Path) -> list:
    """Every row that earlier trainings left in the database."""
    if not database.exists():
        return []
    with duckdb.connect(database, read_only=True) as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'ranker' order by all"
        ).fetchall()
        return [connection.execute(f"from ranker.{name} order by all").fetchall() for (name,) in tables]


@pytest.fixture(scope="module")
def trained(shop, tmp_path_factory) -> Build:
    database = tmp_path_factory.mktemp("warehouse") / "w.duckdb"
    training.train(database, shop, window_count=3)
    lists = ("+recommendation_contributions", "+recommendation_accuracy")
    return build(database, shop | PURE_RANKING, "--select", *lists, *NO_GATE)


def test_a_run_is_kept_with_its_data_and_metrics(trained):
    (run,) = trained.query(
        "select run_number, window_count, row_count > 0, label_share > 0, champion_run_id from ranker.training_runs"
    )
    assert run == (1, 3, True, True, "default")
    assert trained.value("select count(distinct times_bought) from ranker.coefficients") == 3


def test_every_list_names_the_coefficients_it_comes_from(trained):
    assert trained.succeeded, trained.text
    promoted = trained.value("select is_promoted from ranker.training_runs")
    run_id = trained.value("select run_id from ranker.training_runs") if promoted else "default"
    assert trained.query("select distinct run_id from recommendation_contributions") == [(run_id,)]


def test_what_is_no_better_does_not_rank(shop, tmp_path, monkeypatch):
    monkeypatch.setattr(
        training,
        "judge",
        lambda *_: {"ndcg_at_10": 0.5, "recall_at_10": 0.5},
    )
    database = tmp_path / "w.duckdb"
    assert not training.train(database, shop, window_count=2).is_promoted
    kept = build(database, shop, "--select", "+int_ranker_coefficients", *NO_GATE)
    assert kept.query("select is_promoted from ranker.training_runs") == [(False,)]
    assert kept.query("select distinct run_id from int_ranker_coefficients") == [("default",)]


def test_users_of_a_sample_have_the_candidates_that_a_replay_of_all_gives_them(shop, tmp_path):
    """Of 40 users and 15 to be replayed those with every second number, made with the sales and neighbours of all."""
    folders = {name: tmp_path / name for name in ("all", "sample")}
    for folder in folders.values():
        folder.mkdir()
    everybody, sampled = (
        build(folders[name] / "w.duckdb", shop | {"replayed_users": users}, *training.REPLAYED)
        for name, users in (("all", 0), ("sample", 15))
    )
    assert everybody.succeeded and sampled.succeeded, everybody.text + sampled.text
    of_users = ["int_candidates", "int_candidate_knot_places", "int_user_neighbours", "int_user_shopping"]
    for relation in of_users:
        made, expected = sampled.rows_by_user(relation), everybody.rows_by_user(relation)
        keys = dict(everybody.query("select user_id, user_key from int_user_keys"))
        chosen = {user: rows for user, rows in expected.items() if keys[user] % 2 == 0}
        assert made == chosen and len(chosen) > 10, relation
    assert_same(sampled, everybody, ["int_item_similarities", "int_item_popularity", "int_user_segments"])


def test_too_short_a_history_is_said(tmp_path):
    inputs = write_parquet(small_shop(order_count=20), tmp_path / "inputs")
    with pytest.raises(SystemExit, match="too short a history to learn from"):
        training.train(tmp_path / "w.duckdb", {"input_location": str(inputs)})


def test_list_metrics_by_hand():
    connection = duckdb.connect()
    connection.execute(
        """
        create table lists as from (values
            ('most_popular', 'u', 'a', 1), ('most_popular', 'u', 'b', 2),
            ('ours', 'u', 'c', 1), ('ours', 'u', 'a', 2), ('ours', 'no buyer', 'a', 1)
        ) as t (model, user_id, item_id, place);
        create table relevant as
        from (values ('u', 'a'), ('u', 'c'), ('u', 'd'), ('no list', 'a')) as t (user_id, item_id);
        create table user_groups as
        select user_id, 'all' as dimension, 'all' as dimension_value
        from (values ('u'), ('no list'), ('no buyer')) as t (user_id)
        union all
        select 'u', 'segment', 'repeat_buyer';
        create table item_facts as
        from (values ('a', 0.5, true), ('b', 0.25, true), ('c', 0.125, true), ('d', 1.0, false))
            as t (item_id, buyer_share, is_available);
        create table similarities as from (values ('c', 'a', 0.4)) as t (item_id, neighbour_item_id, similarity_score);
        set variable list_length = 2;
        """
    )
    found = connection.execute((training_folder / "list_metrics.sql").read_text(encoding="utf-8")).fetchall()
    ours = {(row[1], row[4]): row[5] for row in found if row[0] == "ours"}
    assert {metric: value for (dimension, metric), value in ours.items() if dimension == "segment"} == {
        "recall_at_2": 1.0,
        "precision_at_2": 1.0,
        "ndcg_at_2": 1.0,
        "mrr_at_2": 1.0,
        "hit_rate_at_2": 1.0,
        "serendipity_at_2": 0.5,  # c is a hit that popularity does not name
        "novelty": 2.0,  # 3 bits for c, 1 for a
        "diversity": 0.6,
        "coverage": pytest.approx(2 / 3, abs=1e-9),
    }
    # who has no list counts with nothing, who bought nothing does not count
    assert ours["all", "recall_at_2"] == 0.5
    popular = {(row[1], row[4]): (row[3], row[5]) for row in found if row[0] == "most_popular"}
    assert popular["all", "mrr_at_2"] == (2, 0.5)
    assert popular["segment", "ndcg_at_2"][1] == pytest.approx(1 / (1 + 1 / np.log2(3)), abs=1e-9)
    assert popular["segment", "serendipity_at_2"] == (1, 0.0)


def test_calibration_is_the_distance_of_probability_and_share():
    labels, probabilities = np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.8, 0.7])
    found = probability_metrics(labels, probabilities)
    assert found["auc"] == 1
    assert found["calibration_error"] == pytest.approx((0.1 + 0.2 + 0.2 + 0.3) / 4)
    assert "auc" not in probability_metrics(labels[:2], probabilities[:2])
    assert probability_metrics(np.array([0, 1] * 50), np.full(100, 0.5))["calibration_error"] == 0


def test_the_accuracy_mart_holds_what_ranks_beside_the_simple_ways(trained):
    models = "select distinct model from recommendation_accuracy where metric = 'ndcg_at_10'"
    assert {"challenger", "champion", "most_popular", "buy_again", "best_sellers alone"} <= {
        model for (model,) in trained.query(models)
    }
    mart, run = (
        trained.query(
            """
        select metric_value from recommendation_accuracy
        where model = 'challenger' and dimension = 'all' and metric in ('ndcg_at_10', 'recall_at_10')
        order by metric
        """
        ),
        trained.query("select unnest([ndcg_at_10, recall_at_10]) from ranker.training_runs"),
    )
    assert [value for (value,) in mart] == pytest.approx([value for (value,) in run], abs=1e-9)
    groups = trained.query(
        "select dimension, sum(user_count) from recommendation_accuracy "
        "where model = 'champion' and metric = 'log_loss' group by dimension"
    )
    assert len({count for _, count in groups}) == 1


def test_predictions_are_learned_in_the_same_run(trained):
    runs = (
        "select prediction, run_id in (select run_id from ranker.training_runs) from ranker.prediction_runs"
    )
    # five months are too few to learn from who stayed away for three
    assert trained.query(runs) == [("order_30d", True)]
    subjects = "select distinct subject from recommendation_accuracy where is_newest_run order by subject"
    assert [subject for (subject,) in trained.query(subjects)] == [
        "churn",
        "order_30d",
        "recommendations",
        "spend_30d",
        "value_365d",
    ]


def test_a_champion_is_compared_as_it_was_judged(trained, shop, tmp_path):
    database = tmp_path / "again.duckdb"
    shutil.copyfile(trained.database, database)
    # the same data again can't be better than itself
    assert not training.train(database, shop, window_count=3).is_promoted
    runs = "select ndcg_at_10, champion_ndcg_at_10, champion_run_id from ranker.training_runs order by run_number"
    with duckdb.connect(database, read_only=True) as connection:
        first, again = connection.execute(runs).fetchall()
    assert again[:2] == (first[0], first[0]) if again[2] != "default" else again == first


def test_a_warehouse_of_an_earlier_version_gets_the_columns_it_lacks(tmp_path):
    earlier, later = tmp_path / "earlier.duckdb", tmp_path / "later.duckdb"
    with duckdb.connect(earlier) as connection:
        connection.execute(
            "create schema ranker; create table ranker.coefficients as select 'run 1' as run_id"
        )
    with duckdb.connect(later) as connection:
        connection.execute(
            "create schema ranker; create table ranker.coefficients (run_id varchar, is_final boolean);"
            "create table ranker.training_runs as select 1 as run_number"
        )
    copy_ranker(later, earlier)
    with duckdb.connect(earlier, read_only=True) as connection:
        assert connection.execute("from ranker.coefficients").fetchall() == [("run 1", None)]
        assert connection.execute("from ranker.training_runs").fetchall() == [(1,)]
