"""What a user sees of `dbt build`: full lists, the same twice, clear words when inputs are missing."""

import duckdb
import pytest
from shop import small_shop, write_csv, write_parquet
from warehouse import NO_GATE, assert_same, build, failing_tests, marts


def test_everybody_gets_a_full_list(small):
    users = {row["user_id"] for row in small_shop()["users"]} - {"u37"}
    counts = dict(small.query("select user_id, count(*) from user_recommendations group by user_id"))
    assert counts == dict.fromkeys(users, 12)


def test_nothing_unavailable_or_just_bought_is_recommended(small):
    recommended = {row[0] for row in small.query("select item_id from user_recommendations")}
    assert recommended.isdisjoint({"i3", "i4"})
    assert (
        small.value(
            """
        select count(*)
        from user_recommendations as recommended
        inner join int_purchases as bought
            on recommended.user_id = bought.user_id and recommended.item_id = bought.item_id
        where bought.ordered_at > recommended.as_of - interval 30 day
        """
        )
        == 0
    )


def test_a_second_build_changes_no_row_of_any_mart(small, small_inputs, tmp_path):
    assert "user_recommendations" in marts()
    again = build(small.copied_to(tmp_path).database, {"input_location": str(small_inputs)})
    assert again.succeeded, again.text
    assert_same(again, small, marts())


def test_vars_set_the_length_and_the_time(earlier):
    assert earlier.value("select max(ordered_at) <= '2024-05-01' from stg_orders")
    assert earlier.query(
        "select distinct row_count from "
        "(select count(*) as row_count from user_recommendations group by user_id)"
    ) == [(20,)]


def test_required_tables_alone_are_enough_and_every_data_test_holds(required_alone):
    assert failing_tests(required_alone.database) == []
    assert required_alone.value("select count(distinct user_id) from user_recommendations") == 40


def test_inputs_may_be_tables_of_the_warehouse(small, small_inputs, tmp_path):
    database = tmp_path / "w.duckdb"
    with duckdb.connect(database) as connection:
        connection.execute("create schema shop")
        for name in small_shop():
            connection.execute(
                f"create table shop.{name} as from read_parquet('{small_inputs}/{name}.parquet')"
            )
    lists = marts("recommendations")
    assert "user_recommendations" in lists
    from_tables = build(
        database, {"input_schema": "shop"}, "--select", *(f"+{model}" for model in lists), *NO_GATE
    )
    assert from_tables.succeeded, from_tables.text
    assert_same(from_tables, small, lists)


def broken(name: str, change) -> dict:
    tables = small_shop()
    tables[name] = change(tables[name])
    return tables


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (
            broken("orders", lambda rows: []),
            "table orders is missing: expected orders.parquet or orders.csv in",
        ),
        (
            broken(
                "order_lines",
                lambda rows: [{k: v for k, v in row.items() if k != "unit_price"} for row in rows],
            ),
            "column order_lines.unit_price is missing: expected number, found only discount_amount, is_gift",
        ),
    ],
    ids=["missing table", "missing column"],
)
def test_unusable_inputs_stop_with_one_message(tables, message, tmp_path):
    stopped = build(tmp_path / "w.duckdb", {"input_location": str(write_parquet(tables, tmp_path / "in"))})
    assert not stopped.succeeded
    assert message in stopped.text
    assert message in stopped.value("select problem from inputs.latest_run")
    assert "stg_orders" not in stopped.relations()


def test_an_empty_orders_table_stops_with_one_message(tmp_path):
    inputs = write_csv(small_shop(), tmp_path / "in")
    header = (inputs / "orders.csv").read_text(encoding="utf-8").splitlines()[0]
    (inputs / "orders.csv").write_text(header + "\n", encoding="utf-8")
    stopped = build(tmp_path / "w.duckdb", {"input_location": str(inputs)})
    assert not stopped.succeeded
    assert "table orders is empty: expected at least one row in orders.parquet or orders.csv" in stopped.text
    assert "stg_orders" not in stopped.relations()
    assert "is empty" in stopped.value("select problem from inputs.latest_run")


def test_without_diversity_exploration_and_window_the_list_is_the_pure_ranking(small, small_inputs, tmp_path):
    pure = build(
        tmp_path / "w.duckdb",
        {
            "input_location": str(small_inputs),
            "minimum_distinct_categories": 1,
            "exploration_share": 0,
            "repurchase_window_days": 0,
            "strategies_enabled": ["also_bought", "buy_again"],
        },
        tests=True,
    )
    assert pure.succeeded, pure.text
    assert pure.query("select distinct propensity from user_recommendations") == [(1.0,)]
    assert {row[0] for row in pure.query("select strategy from user_recommendations")} <= {
        "also_bought",
        "buy_again",
        "best_sellers",
    }
    better_left_out = """
        select count(*)
        from (
            select user_id, item_id, score
            from int_scored_candidates
            inner join int_user_keys using (user_key)
            inner join int_item_keys using (item_key)
        ) as scored
        inner join (
            select user_id, min(score) as worst_score
            from user_recommendations group by user_id
        ) as lists on scored.user_id = lists.user_id and scored.score > lists.worst_score
        left join user_recommendations as recommended
            on scored.user_id = recommended.user_id and scored.item_id = recommended.item_id
        where recommended.item_id is null
    """
    assert pure.value(better_left_out) == 0
    assert small.value("select count(*) from user_recommendations where strategy = 'explore'") > 0
