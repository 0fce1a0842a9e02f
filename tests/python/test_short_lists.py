"""A list that nothing can fill is short, for a reason that the waterfall counts, and stops nothing."""

from shop import small_shop, write_parquet
from warehouse import NO_GATE, build, connect, dbt

SIZE = 12  # var recommendations_per_user


def test_a_shop_that_is_mostly_out_of_season_goes_on(tmp_path):
    """Fifteen of twenty items are for the winter; it is June in Germany, and winter in Australia."""
    tables = small_shop(item_count=20)
    for number, item in enumerate(tables["items"]):
        item["season"] = "Winter" if number < 15 else None
    tables["users"][39] |= {"country_code": "AU", "timezone": "Australia/Sydney"}
    variables = {"input_location": str(write_parquet(tables, tmp_path / "in"))}
    wanted = ("+user_recommendations", "+placement_recommendations", "+candidate_waterfall")
    whole = ("--indirect-selection", "cautious")
    built = build(tmp_path / "w.duckdb", variables, "--select", *wanted, *whole, *NO_GATE, tests=True)

    assert built.succeeded, built.text
    lists = built.query("""
        select user_id, count(recommendations.item_id), count(items.season)
        from stg_users
        left join user_recommendations as recommendations using (user_id)
        left join stg_items as items using (item_id)
        group by all
    """)
    assert {seasonal for user, _, seasonal in lists if user != "u39"} == {0}
    sizes = {user: size for user, size, _ in lists}
    assert sizes.pop("u39") == SIZE
    assert 3 <= max(sizes.values()) <= 5
    counted = "select sum(candidate_count) from candidate_waterfall where outcome = 'out_of_season'"
    assert built.value(counted) > 0

    # a place that something could fill is told
    with connect(built.database, read_only=False) as connection:
        connection.execute("delete from user_recommendations where user_id = 'u39' and position = 12")
    assert not dbt("test", built.database, variables, "--select", "assert_lists_are_full").succeeded
