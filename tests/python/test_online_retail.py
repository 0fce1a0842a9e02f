"""A real shop's log (UCI Online Retail, dirty as it is) builds without a row of it being edited.

The only things made up are what the log has no column for: addresses (of a reserved domain), category and currency.
"""

from pathlib import Path

import duckdb
import pytest
from warehouse import ROOT, Build, build

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
    *("POST", "DOT", "C2", "D", "M", "m", "S", "B", "CRUK", "PADS", "AMAZONFEE", "BANK CHARGES"),
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
    return build(
        folder / "w.duckdb",
        {"input_location": str(inputs)},
        *("--exclude-resource-type", "unit_test"),
        tests=True,
    )


def test_the_log_builds_unedited_and_every_data_test_holds(built):
    assert built.succeeded, built.text
