"""What a user sees of `dbt build`: full lists, the same twice, clear words when inputs are missing."""

import pytest
from shop import small_shop, write_csv, write_parquet
from warehouse import MART_SCHEMAS, Build, build


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Build:
    folder = tmp_path_factory.mktemp("build")
    inputs = write_parquet(small_shop(), folder / "inputs")
    return build(folder / "warehouse.duckdb", {"input_location": str(inputs)})


def test_everybody_gets_a_full_list(built):
    assert built.succeeded, built.text
    users = {row["user_id"] for row in small_shop()["users"]} - {"u37"}
    counts = dict(
        built.query("select user_id, count(*) from recommendations.user_recommendations group by user_id")
    )
    assert counts == dict.fromkeys(users, 12)


def test_nothing_unavailable_or_just_bought_is_recommended(built):
    recommended = {row[0] for row in built.query("select item_id from recommendations.user_recommendations")}
    assert recommended.isdisjoint({"i3", "i4"})
    assert (
        built.value(
            """
        select count(*)
        from recommendations.user_recommendations as recommended
        inner join interactions.int_purchases as bought
            on recommended.user_id = bought.user_id and recommended.item_id = bought.item_id
        where bought.ordered_at > recommended.as_of - interval 30 day
        """
        )
        == 0
    )


def test_a_second_build_changes_no_row_of_any_mart(built):
    marts = built.relations(*MART_SCHEMAS)
    assert "recommendations.user_recommendations" in marts
    before = {mart: built.content(mart) for mart in marts}
    inputs = built.database.parent / "inputs"
    again = build(built.database, {"input_location": str(inputs)})
    assert again.succeeded, again.text
    assert {mart: again.content(mart) for mart in marts} == before


def test_vars_set_the_length_and_the_time(built, tmp_path):
    inputs = built.database.parent / "inputs"
    earlier = build(
        tmp_path / "earlier.duckdb",
        {"input_location": str(inputs), "as_of": "2024-05-01 00:00:00", "recommendations_per_user": 20},
    )
    assert earlier.succeeded, earlier.text
    assert earlier.value("select max(ordered_at) <= '2024-05-01' from staging.stg_orders")
    assert earlier.query(
        "select distinct row_count from "
        "(select count(*) as row_count from recommendations.user_recommendations group by user_id)"
    ) == [(20,)]


def test_required_tables_alone_are_enough(tmp_path):
    required = {name: small_shop()[name] for name in ("users", "items", "orders", "order_lines")}
    alone = build(
        tmp_path / "w.duckdb", {"input_location": str(write_csv(required, tmp_path / "in"))}, tests=True
    )
    assert alone.succeeded, alone.text
    assert alone.value("select count(distinct user_id) from recommendations.user_recommendations") == 40


def test_inputs_may_be_tables_of_the_warehouse(built, tmp_path):
    import duckdb

    inputs = built.database.parent / "inputs"
    database = tmp_path / "w.duckdb"
    with duckdb.connect(database) as connection:
        connection.execute("create schema shop")
        for name in small_shop():
            connection.execute(f"create table shop.{name} as from read_parquet('{inputs}/{name}.parquet')")
    from_tables = build(database, {"input_schema": "shop"})
    assert from_tables.succeeded, from_tables.text
    marts = built.relations("recommendations")
    assert {m: from_tables.content(m) for m in marts} == {m: built.content(m) for m in marts}


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
    assert stopped.relations() == ["inputs.latest_run"]


def test_an_empty_orders_table_stops_with_one_message(tmp_path):
    inputs = write_csv(small_shop(), tmp_path / "in")
    header = (inputs / "orders.csv").read_text(encoding="utf-8").splitlines()[0]
    (inputs / "orders.csv").write_text(header + "\n", encoding="utf-8")
    stopped = build(tmp_path / "w.duckdb", {"input_location": str(inputs)})
    assert not stopped.succeeded
    assert "table orders is empty: expected at least one row in orders.parquet or orders.csv" in stopped.text
    assert "latest_run" in " ".join(stopped.relations("inputs"))
    assert "is empty" in stopped.value("select problem from inputs.latest_run")


def test_without_diversity_exploration_and_window_the_list_is_the_pure_ranking(built, tmp_path):
    pure = build(
        tmp_path / "w.duckdb",
        {
            "input_location": str(built.database.parent / "inputs"),
            "minimum_distinct_categories": 1,
            "exploration_share": 0,
            "repurchase_window_days": 0,
            "strategies_enabled": ["also_bought", "buy_again"],
        },
        tests=True,
    )
    assert pure.succeeded, pure.text
    assert pure.query("select distinct propensity from recommendations.user_recommendations") == [(1.0,)]
    assert {row[0] for row in pure.query("select strategy from recommendations.user_recommendations")} <= {
        "also_bought",
        "buy_again",
        "best_sellers",
    }
    better_left_out = """
        select count(*)
        from (
            select user_id, item_id, score
            from ranking.int_scored_candidates
            inner join interactions.int_user_keys using (user_key)
            inner join items.int_item_keys using (item_key)
        ) as scored
        inner join (
            select user_id, min(score) as worst_score
            from recommendations.user_recommendations group by user_id
        ) as lists on scored.user_id = lists.user_id and scored.score > lists.worst_score
        left join recommendations.user_recommendations as recommended
            on scored.user_id = recommended.user_id and scored.item_id = recommended.item_id
        where recommended.item_id is null
    """
    assert pure.value(better_left_out) == 0
    assert (
        built.value("select count(*) from recommendations.user_recommendations where strategy = 'explore'")
        > 0
    )
