"""Uplift: who is moved by emails is found where that is planted, nothing is kept where it is not."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from dbt_macros import project_macros

from dbt_tools.relations import Relations
from ranker.uplift import USERS_MIN, Drawn, learn_from_holdout, learn_uplift, qini

KNOTS = {"overdue_ratio": 4, "order_trend": 2}


TABLES = (
    "stg_as_of",
    "int_user_snapshots",
    "int_user_knot_places",
    "int_user_predictions",
    "int_prediction_knots",
)


def shop(
    connection: duckdb.DuckDBPyConnection, users: int, effect, seed: int = 1, mailed_share: float = 0.8
) -> None:
    """Buyers who order the likelier the higher their place on a feature is and, mailed, by `effect` more."""
    chance = np.random.default_rng(seed)
    place = chance.uniform(0, 4, users)
    is_mailed = chance.random(users) < mailed_share
    buys = 0.1 + 0.1 * place
    ordered = chance.random(users) < buys + is_mailed * effect(place)
    names = [f"u{number}" for number in range(users)]
    connection.register("buyers", pa.table({"user_id": names, "place": place, "buys": buys}))
    drawn = {
        "user_id": names,
        "trigger_type": ["all"] * users,
        "holdout": ["holdout"] * users,
        "arm": np.where(is_mailed, "mailed", "withheld"),
        "revenue_amount": np.where(ordered, 10.0, 0.0),
        "first_at": np.full(users, np.datetime64("2024-03-05T00:00:00", "us")),
    }
    connection.register("holdout_users", pa.table(drawn))
    # at the cut before the first email, cut 1, the place is what it is; later it is turned round
    connection.execute(
        """
        create table drawn as from holdout_users;
        create table stg_as_of as select timestamp '2024-03-31' as as_of;
        create table int_user_snapshots as
        select user_id, cut_number, timestamp '2024-03-31' - to_days(30 * cut_number) as cut_at
        from buyers cross join range(3) as cuts (cut_number);
        create table int_user_knot_places as
        select user_id, cut_number, if(cut_number = 1, place, 4 - place) as overdue_ratio, null::double as order_trend
        from buyers cross join range(3) as cuts (cut_number);
        create table int_user_predictions as
        select user_id, cut_number, if(cut_number = 1, buys, 0) as order_probability_30d
        from buyers cross join range(3) as cuts (cut_number);
        create table int_prediction_knots as
        from (values ('overdue_ratio', 4), ('order_trend', 2), ('intercept', 0)) as t (feature, knots)
        """
    )


def drawn(users: int, effect, **options) -> Drawn:
    connection = duckdb.connect()
    shop(connection, users, effect, **options)
    return Drawn.read(connection, KNOTS)


def test_who_is_moved_is_found_and_is_not_who_buys():
    """Emails move those who buy least, so that mailing likely buyers first is worse than chance."""
    found = learn_uplift(drawn(20_000, lambda place: 0.2 - 0.1 * place), KNOTS, 28)
    [run] = found.runs
    assert run["is_promoted"] and run["row_count"] == 20_000 and run["label_days"] == 28
    assert run["qini"] > 3 * run["qini_error"] and run["order_qini"] < 0
    by_place = {
        row["knot"]: row["coefficient"] for row in found.coefficients if row["feature"] == "overdue_ratio"
    }
    assert by_place[0] > by_place[2] > by_place[4]
    assert "promoted" in found.text and "not promoted" not in found.text


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_kept_where_emails_move_all_alike(seed):
    """At most one in twenty would be kept by chance; none of these seeds is."""
    found = learn_uplift(drawn(6_000, lambda place: 0.1 + 0 * place, seed=seed), KNOTS, 28)
    assert not found.runs[0]["is_promoted"] and found.coefficients == []


def test_who_buys_is_not_beaten_by_itself():
    """Where emails move likely buyers most, the simpler list may stay."""
    [run] = learn_uplift(drawn(20_000, lambda place: 0.05 * place), KNOTS, 28).runs
    assert run["order_qini"] > 0


def test_too_few_are_told():
    assert drawn(900, lambda place: 0 * place).lack() == (
        "724 mailed buyers with 216 who ordered, 1,000 with 200 are needed on both sides"
    )
    assert "withheld buyers" in drawn(2_000, lambda place: 0 * place).lack()
    assert drawn(20_000, lambda place: 0 * place).lack() is None
    assert project_macros()["constants"]()["uplift_users_min"] == USERS_MIN


def test_qini_by_hand():
    """Two mailed and two withheld: of the first two, one ordered because of an email; of the last two nobody did."""
    is_mailed, has_ordered = np.array([True, False, True, False]), np.array([True, False, False, False])
    # the curve is 0, 1, 1, 1, 1 and the line 0, ¼, ½, ¾, 1: areas of 7/8 and 1/2 for two mailed users
    assert qini(np.array([4.0, 3.0, 2.0, 1.0]), is_mailed, has_ordered) == pytest.approx((7 / 8 - 1 / 2) / 2)
    # the other way round the order comes last but one
    assert qini(np.array([1.0, 2.0, 3.0, 4.0]), is_mailed, has_ordered) < 0
    # who can't be told apart stands together, in whatever order the rows came
    assert qini(np.zeros(4), is_mailed, has_ordered) == 0


def test_training_reads_who_was_withheld_from_the_shop_s_warehouse(tmp_path):
    latest, database = tmp_path / "latest.duckdb", tmp_path / "w.duckdb"
    models = {**dict.fromkeys(TABLES, "main"), "input_users": "inputs", "int_holdout_users": "attribution"}
    nodes = {
        name: {"name": name, "resource_type": "model", "schema": schema, "alias": name}
        for name, schema in models.items()
    }
    relations = Relations(
        {"nodes": nodes, "sources": {"ranker": {"source_name": "ranker", "schema": "ranker"}}}
    )
    with duckdb.connect(latest) as connection:
        shop(connection, 6_000, lambda place: 0.3 - 0.1 * place)
        people = connection.sql("from drawn").to_arrow_table()
        connection.execute("drop table drawn")
    unknown = "mail_uplift is not learned: no build has told yet who was mailed and who was withheld"
    assert learn_from_holdout(latest, database, relations, {}).text == unknown
    with duckdb.connect(database) as connection:
        connection.execute("create schema attribution")
    assert learn_from_holdout(latest, database, relations, {}).text == unknown
    with duckdb.connect(database) as connection:
        connection.register("people", people)
        connection.execute(
            "create table attribution.int_holdout_users as from people "
            "union all by name from (select * replace ('win_back' as trigger_type) from people)"
        )
    found = learn_from_holdout(latest, database, relations, {"holdout_window_days": 14})
    [run] = found.runs
    assert run["is_promoted"] and run["row_count"] == 6_000 and run["label_days"] == 14
    assert len(found.coefficients) == 1 + 6 + 4
    # first emails of 5 March: at an as_of of 31 March 28 days after them are not over, whatever the warehouse knows
    lack = learn_from_holdout(latest, database, relations, {"holdout_window_days": 28})
    assert not lack.runs and "not learned: 0 mailed buyers" in lack.text
