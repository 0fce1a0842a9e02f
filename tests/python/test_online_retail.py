"""A real shop's log (UCI Online Retail, dirty as it is) builds without a row of it being edited.

The only things made up are what the log has no column for: addresses (of a reserved domain), category and currency.
"""

from pathlib import Path

import duckdb
import pytest
from warehouse import ROOT, Build, build, failing_tests

LOG = ROOT.parent / "shared" / "data" / "online_retail_2011.parquet"
INPUTS = {
    "users": """
        select
            CustomerID as user_id,
            'customer-' || cast(CustomerID as integer) || '@example.com' as email,
            'subscribed' as email_consent
        from log
        where CustomerID is not null
        group by all
    """,
    "items": """
        select
            StockCode as item_id,
            coalesce(mode(Description), StockCode) as item_name,
            'gifts' as category,
            median(UnitPrice) as price,
            'GBP' as currency
        from log
        group by StockCode
    """,
    "orders": """
        select InvoiceNo as order_id, max(CustomerID) as user_id, min(InvoiceDate) as ordered_at
        from log
        group by InvoiceNo
    """,
    "order_lines": """
        select
            file_row_number as order_line_id,
            InvoiceNo as order_id,
            StockCode as item_id,
            Quantity as quantity,
            UnitPrice as unit_price
        from log
    """,
}
# the codes that the shop itself used for what is no product
NON_PRODUCTS = (
    *("POST", "DOT", "C2", "D", "M", "m", "S", "B", "CRUK", "AMAZONFEE", "BANK CHARGES"),
    *("gift_0001_10", "gift_0001_20", "gift_0001_30", "gift_0001_40", "gift_0001_50"),
)

pytestmark = pytest.mark.skipif(not LOG.exists(), reason=f"{LOG} is not here")


def write_inputs(directory: Path) -> Path:
    directory.mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"create view log as select * from read_parquet('{LOG}', file_row_number = true)")
        for table, query in INPUTS.items():
            connection.execute(f"copy ({query}) to '{directory / table}.parquet'")
    return directory


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Build:
    folder = tmp_path_factory.mktemp("online_retail")
    inputs = write_inputs(folder / "inputs")
    return build(folder / "w.duckdb", {"input_location": str(inputs)})


def test_the_log_builds_unedited_and_every_data_test_holds(built):
    assert built.succeeded, built.text
    assert failing_tests(built.database) == []


def test_every_line_is_accounted_for(built):
    assert built.query(
        "select input_row_count, unread_row_count, "
        "input_row_count - staged_row_count - cancelling_row_count - rejected_row_count "
        "from input_row_counts where table_name in ('users', 'items', 'orders', 'order_lines') "
        "order by input_row_count"
    ) == [(4_070, 0, 0), (4_372, 0, 0), (25_900, 0, 0), (541_909, 0, 0)]


def test_lines_are_rejected_for_what_the_log_is_known_for(built):
    """Free and damaged goods, cancellations, two orders of 80,995 and 74,215 pieces that were a slip."""
    reasons = dict(
        built.query(
            "select reason, count(*) from (select unnest(string_split(reject_reasons, '; ')) as reason "
            "from rejected_order_lines) group by all"
        )
    )
    assert reasons == {
        "unit_price is 0: a gift, or part of a bundle": 2_515,
        "unit_price is not above 0": 2,
        "quantity is not above 0": 1_337,
        "item_id is not in items": 180,  # items that were never sold at a price
        "quantity is absurd": 3,
    }
    assert built.value("select count(*) from staging.stg_cancelling_lines") == 9_287


def test_every_customer_gets_a_full_list(built):
    lists = built.query("select count(*) from user_recommendations group by user_id")
    assert lists == [(12,)] * 4_372


def test_most_cancellations_find_what_they_cancel(built):
    """Of those with a customer; some lines were bought before the log begins, or in several parts."""
    with_customer = """
        int_cancellations
        inner join stg_cancelling_lines using (order_line_id)
        inner join stg_orders using (order_id)
        where user_id is not null
    """
    cancelled, matched = built.query(f"select count(*), count(cancelled_order_line_id) from {with_customer}")[
        0
    ]
    assert cancelled > 8_000
    assert matched > 0.8 * cancelled


def test_what_was_cancelled_whole_is_no_purchase(built):
    assert (
        built.value(
            "select count(*) from int_cancellations as cancellations "
            "inner join stg_order_lines as lines "
            "on cancellations.cancelled_order_line_id = lines.order_line_id "
            "inner join int_purchases as purchases on lines.order_line_id = purchases.order_line_id "
            "where cancellations.cancelled_quantity = lines.quantity"
        )
        == 0
    )


def test_postage_is_no_product(built):
    assert built.query(f"select item_id from stg_items where item_id in {NON_PRODUCTS} and is_product") == []
    for relation in ("int_purchases", "user_recommendations"):
        assert built.query(f"select item_id from {relation} where item_id in {NON_PRODUCTS}") == []
