"""Exports as connectors write them become inputs: models/adapters/."""

from datetime import datetime

import pytest
from exports import SOURCES, airbyte_shopify, write_exports, write_json, write_structs
from warehouse import NO_GATE, Build, assert_same, build, dbt, manifest

SELECTED = ("+order_line_outcomes", "+stg_users", "+stg_web_events", "+stg_email_events", "input_offers")
# a guest of the second shop
GUS = "woocommerce:email:a033145a8bb72251d5f9e71499bd583a"
TABLES = ("users", "items", "orders", "order_lines", "web_events", "email_events", "identities")


@pytest.fixture(scope="module")
def variables(tmp_path_factory) -> dict:
    return {"sources": SOURCES, "source_places": write_exports(tmp_path_factory.mktemp("exports"))}


@pytest.fixture(scope="module")
def built(variables, tmp_path_factory) -> Build:
    database = tmp_path_factory.mktemp("adapters") / "w.duckdb"
    found = build(database, variables, "--select", *SELECTED, *NO_GATE)
    assert found.succeeded, found.text
    return found


def test_formulas_hold_with_sources_on(built, variables):
    """In builds without sources these models are absent, and so are their unit tests."""
    found = dbt("test", built.database, variables, "--select", "test_type:unit,path:models/adapters")
    assert found.succeeded, found.text


def test_builds_without_sources_hold_no_adapter():
    nodes = manifest({}).nodes.values()
    assert not [node.name for node in nodes if "adapters" in node.fqn and node.config.enabled]


def test_every_row_is_staged_and_none_comes_from_the_demo(built):
    read = {name: built.value(f"select count(*) from inputs.{name}") for name in TABLES}
    assert read == {
        "users": 6,
        "items": 17,
        "orders": 9,
        "order_lines": 9,
        "web_events": 7,
        "email_events": 5,
        "identities": 10,
    }
    assert read == {name: built.value(f"select count(*) from stg_{name}") for name in TABLES}
    assert built.value("select count(*) from inputs.offers") == 0


def test_an_address_in_several_sources_is_one_user_whose_opt_out_stands(built):
    assert built.query(
        "select user_id, first_name, timezone, email_consent from inputs.users order by 1"
    ) == [
        ("1", "Ann", "Europe/London", "subscribed"),
        ("2", "Bob", None, "never_subscribed"),
        ("3", "Cleo", None, "unsubscribed"),
        ("klaviyo:kD", None, None, None),
        ("woocommerce:2", "Hal", None, "subscribed"),
        (GUS, None, None, None),
    ]
    events = built.query("select distinct user_id from inputs.email_events order by 1")
    assert events == [("1",), ("3",)]


def test_refunds_gift_cards_tips_and_tests_are_counted_once_or_not_at_all(built):
    found = built.query(
        "select order_line_id, outcome, kept_quantity, net_amount from order_line_outcomes order by 1"
    )
    assert [(line, outcome, float(kept), float(amount)) for line, outcome, kept, amount in found] == [
        # less the discount
        ("1001", "kept", 2, 54),
        ("1003", "kept", 1, 90),
        # two refunds of one
        ("1004", "kept_in_part", 1, 40),
        # refunded, then cancelled
        ("1005", "cancelled", 0, 0),
        # deleted since; in another currency than the shop's, so that its amount adds to nothing
        ("1007", "kept", 1, 0),
        # with the tax that its prices have in them, less the discount
        ("woocommerce:1", "kept", 2, 48),
        # one came back, and money alone
        ("woocommerce:2", "kept_in_part", 2, 24),
        ("woocommerce:3", "cancelled", 0, 0),
        # beside a gift card
        ("woocommerce:7", "kept", 1, 24),
    ]


def test_items_are_products_variants_and_what_was_deleted(built):
    found = built.query(
        "select item_id, parent_item_id, item_name, category, currency, is_active from inputs.items "
        "where item_name not like 'Pan %' order by 1"
    )
    assert found == [
        ("10", None, "Lamp", "Light", "GBP", True),
        ("11", "10", "Lamp – Red", "Light", "GBP", True),
        ("12", "10", "Lamp – Blue", "Light", "GBP", True),
        ("20", None, "Rug", "uncategorised", "GBP", True),
        ("21", "20", "Rug", "uncategorised", "GBP", True),
        ("31", "30", "Lamp", "uncategorised", "GBP", False),
        ("woocommerce:10", None, "Kettle", "Kitchen", "GBP", True),
        ("woocommerce:11", "woocommerce:10", "Kettle – Red", "Kitchen", "GBP", True),
        ("woocommerce:12", "woocommerce:10", "Kettle – Blue", "Kitchen", "GBP", True),
        ("woocommerce:20", None, "Cup", "Kitchen", "GBP", True),
        ("woocommerce:30", None, "Kettle", "uncategorised", "GBP", False),
    ]
    # a variation without a picture has its product's, and stock that nobody counts is unknown
    assert built.query(
        "select item_id, image_url, stock_quantity from inputs.items "
        "where item_id in ('woocommerce:11', 'woocommerce:20') order by 1"
    ) == [
        ("woocommerce:11", "https://kettles.example/10.jpg", None),
        ("woocommerce:20", "https://kettles.example/20.jpg", 7),
    ]


def test_sources_join_through_identities(built):
    """Bob never signed in: the order that his tablet paid says whose it is. Cleo's guest order goes by her address."""
    links = dict(built.query("select anonymous_id, user_id from inputs.identities"))
    devices = {device: links[device] for device in ("phone", "tablet", "laptop", "watch", "kiosk")}
    assert devices == {"phone": "1", "tablet": "2", "laptop": "3", "watch": "2", "kiosk": "1"}
    buyers = dict(built.query("select order_line_id, user_id from order_line_outcomes"))
    assert buyers["1004"] == "3"
    # of the second shop: a customer with the address of one of the first, and a guest with nobody's
    assert (buyers["woocommerce:1"], buyers["woocommerce:2"]) == ("1", GUS)
    assert built.query(
        "select event_type, item_id, user_id, anonymous_id, device_type from inputs.web_events order by all"
    ) == [
        ("cart_add", "12", "1", None, None),
        # a check-out that was only begun
        ("cart_add", "woocommerce:20", "woocommerce:2", None, None),
        ("item_view", "11", "1", "phone", "mobile"),
        # that the loader wrote twice
        ("item_view", "12", "2", "watch", "mobile"),
        ("item_view", "12", None, "laptop", None),
        ("item_view", "20", "1", None, None),
        ("item_view", "21", None, "tablet", "mobile"),
    ]


def test_times_of_the_shops_clock_are_utc(built):
    assert built.query("select distinct ordered_at from inputs.orders order by 1") == [
        (datetime(2024, 3, 1, 23, 30),),
        (datetime(2024, 3, 2, 0, 30),),
    ]


@pytest.mark.parametrize("write", [write_json, write_structs])
def test_lists_within_rows_are_read_as_the_tables_that_they_would_be(write, built, variables, tmp_path):
    """One shop as Fivetran writes it, and as Airbyte does: lists of structs, or texts of JSON in CSV."""
    places = {"shopify": str(write(airbyte_shopify(), tmp_path / "shopify"))}
    inputs = [table for table in TABLES if table != "email_events"]
    nested = build(
        tmp_path / "w.duckdb",
        variables | {"source_places": variables["source_places"] | places},
        *("--select", *(f"+input_{table}" for table in inputs), *NO_GATE),
    )
    assert nested.succeeded, nested.text
    assert_same(nested, built, [f"inputs.{table}" for table in inputs])


def test_a_list_without_a_field_that_is_required_is_one_message(variables, tmp_path):
    tables = airbyte_shopify()
    for order in tables["orders"]:
        order["line_items"] = [{"id": line["id"]} for line in order["line_items"]]
    places = {"shopify": str(write_json(tables, tmp_path / "shopify"))}
    found = build(
        tmp_path / "w.duckdb",
        variables | {"source_places": variables["source_places"] | places},
        *("--select", "shopify_table_order_lines"),
    )
    assert not found.succeeded
    assert "table order_line lacks field quantity" in found.text
    assert "in orders.line_items" in found.text


def test_a_file_without_a_header_is_one_message_that_names_nobody(variables, tmp_path):
    (tmp_path / "shopify").mkdir()
    (tmp_path / "shopify" / "customer.csv").write_text("7,ann@mail.example,Ann\n8,bob@mail.example,Bob\n")
    found = build(
        tmp_path / "w.duckdb",
        variables | {"source_places": variables["source_places"] | {"shopify": str(tmp_path / "shopify")}},
        *("--select", "shopify_table_customers"),
    )
    assert not found.succeeded
    assert "table customer lacks column id: its first row must name them" in found.text
    assert "ann" not in found.text


def test_a_table_that_is_missing_is_one_message(variables, tmp_path):
    elsewhere = variables | {"source_places": variables["source_places"] | {"shopify": str(tmp_path)}}
    found = build(tmp_path / "w.duckdb", elsewhere, "--select", "shopify_table_orders")
    assert not found.succeeded
    assert "Source shopify can't be used" in found.text
    assert f"table order or orders is missing in {tmp_path}" in found.text
