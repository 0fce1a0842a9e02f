"""`recmail init` on what shops have: inputs under their own names, exports, an empty folder, a wrong one, a schema."""

import csv
import json
import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from exports import GA4, airbyte_shopify, write_exports, write_json, write_structs
from shop import small_shop, write_csv

from recmail.init import main


def init(*places: object, database=None) -> tuple[int, str]:
    arguments = ["--database", str(database)] if database else []
    result = CliRunner().invoke(main, [*arguments, *map(str, places)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def pasted(output: str) -> dict:
    return json.loads(output.partition("VARS='")[2].partition("'")[0])


@pytest.fixture(scope="module")
def exports(tmp_path_factory) -> dict[str, str]:
    return write_exports(tmp_path_factory.mktemp("exports"))


def test_inputs_under_their_own_names_are_found_and_say_what_they_switch_on(small_inputs):
    code, output = init(small_inputs)
    assert code == 0
    assert pasted(output) == {"input_location": str(small_inputs)}
    assert "found     web_events" in output
    assert "off  feature ratings_in_emails: items with rating_average and rating_count" in output
    assert "on   strategy: left_in_cart, recently_viewed" in output


def test_links_that_emails_cannot_show_switch_nothing_on(tmp_path):
    shop = small_shop()
    for place, row in enumerate(shop["items"]):
        row["image_url"] = f"http://shop.example/{row['item_id']}.png"
        row["item_url"] = f"http{'s' if place else ''}://shop.example/{row['item_id']}"
    code, output = init(write_csv(shop, tmp_path / "in"))
    count = len(shop["items"])
    assert code == 0
    assert (
        f"doubtful  image_url: {count} of {count} values are no https address, such as http://shop" in output
    )
    assert f"doubtful  item_url: 1 of {count} values are no https address" in output
    assert "off  feature pictures_in_emails: items with image_url, https" in output
    assert "off  feature links_to_items" not in output


def test_exports_of_several_sources_make_one_set_of_vars(exports):
    code, output = init(*exports.values())
    assert code == 0
    assert pasted(output) == {"sources": list(exports), "source_places": exports}
    assert "missing   product_image or product_images: nothing for items.image_url" in output


def test_what_another_table_gives_is_not_missing_and_check_outs_are_neither_views_nor_searches(
    exports, tmp_path
):
    shop = Path(shutil.copytree(exports["shopify"], tmp_path / "shop"))
    (shop / "product_image.csv").write_text(
        "product_id,src\n1,https://shop.example/1.png\n", encoding="utf-8"
    )
    (shop / "media_image.csv").unlink(missing_ok=True)
    code, output = init(shop)
    assert code == 0
    assert "missing   media_image" not in output
    assert "off  trigger cart_abandonment" not in output
    assert "off  trigger browse_abandonment: web_events with item_view" in output
    assert "off  trigger search_abandonment: web_events with search and its search_query" in output
    code, output = init(shop, exports["klaviyo"])
    assert "off  trigger browse_abandonment" not in output
    assert "off  trigger search_abandonment" in output


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "utf-8-sig"), ("\t", "utf-16-le")])
def test_files_are_read_as_the_build_reads_them(small_inputs, tmp_path, delimiter, encoding):
    for file in write_csv(small_shop(), tmp_path / "in").glob("*.csv"):
        with file.open(newline="", encoding="utf-8") as lines:
            rows = list(csv.reader(lines))
        with file.open("w", newline="", encoding=encoding, errors="replace") as lines:
            csv.writer(lines, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    _, expected = init(small_inputs)
    code, output = init(tmp_path / "in")
    assert code == 0
    assert output.partition("Vars to paste")[0] == expected.partition("Vars to paste")[0].replace(
        str(small_inputs), str(tmp_path / "in")
    )


def test_a_connectors_own_words_and_another_shops_tables_are_no_doubts(exports):
    code, output = init(exports["woocommerce"])
    assert code == 0
    assert pasted(output)["sources"] == ["woocommerce"]
    assert "doubtful" not in output and "shopify" not in output


@pytest.mark.parametrize("write", [write_json, write_structs])
def test_lists_within_rows_are_found(write, tmp_path):
    tables = airbyte_shopify()
    shop = write(tables, tmp_path / "shop")
    code, output = init(shop)
    assert code == 0
    assert pasted(output)["sources"] == ["shopify"]
    lines = sum(len(order["line_items"]) for order in tables["orders"])
    assert f"found     orders.line_items, {lines} rows" in output
    assert "found     orders.refunds.refund_line_items, 3 rows" in output
    for order in tables["orders"]:
        order["line_items"] = [{"id": line["id"]} for line in order["line_items"]]
    code, output = init(write(tables, tmp_path / "lines without quantities"))
    assert code == 1
    assert "missing   column quantity of orders.line_items" in output


def test_inputs_of_the_shops_own_stand_beside_its_sources(exports, tmp_path):
    own = write_csv({"offers": small_shop()["offers"]}, tmp_path / "own")
    code, output = init(*exports.values(), own)
    assert code == 0
    assert pasted(output)["input_location"] == str(own)
    assert "off  strategy on_offer" not in output


def test_a_newsletter_alone_is_no_shop(exports):
    code, output = init(exports["klaviyo"])
    assert code == 1
    assert "Required inputs that are not there: items, orders, order_lines" in output


def test_events_that_name_no_item_switch_nothing_on(exports, tmp_path):
    events = [{name: value for name, value in event.items() if name != "items"} for event in GA4]
    code, output = init(exports["shopify"], write_structs({"events": events}, tmp_path / "ga4"))
    assert code == 0 and pasted(output)["sources"] == ["shopify", "ga4"]
    (tmp_path / "lines").mkdir()
    for table in Path(exports["shopify"]).iterdir():
        if not table.stem.startswith("abandoned"):
            shutil.copy(table, tmp_path / "lines")
    code, output = init(tmp_path / "lines", tmp_path / "ga4")
    assert code == 0
    assert "off  strategy recently_viewed: web_events" in output
    code, output = init(tmp_path / "lines", exports["ga4"])
    assert "off  strategy recently_viewed" not in output


def test_what_a_connector_must_write_is_named_when_it_is_missing(exports, tmp_path):
    (tmp_path / "shop").mkdir()
    for table in ("customer", "order", "order_line", "product", "product_variant"):
        shutil.copy(f"{exports['shopify']}/{table}.csv", tmp_path / "shop")
    code, output = init(tmp_path / "shop")
    assert code == 1
    assert "shopify: can't be read as it is\n    missing   table shop" in output
    assert "make build" not in output


def test_what_only_looks_like_an_input_is_asked_about_and_masked(tmp_path):
    shop = {
        name: rows[:20] for name, rows in small_shop().items() if name in ("users", "items", "order_lines")
    }
    for row in shop["users"]:
        row["mail"] = row.pop("email", None) or "ada@shop.example"
    for row in shop["items"]:
        row["price"] = "9,99 €"
    shop["bestellungen"] = [{"order_id": "o1", "order_date": "6/1/26", "customer_id": "u1"}]
    code, output = init(write_csv(shop, tmp_path / "in"))
    assert code == 1
    assert "missing   orders, which is required. bestellungen might be it" in output
    assert "doubtful  email is missing: is mail it?" in output
    assert "@shop.example" not in output
    assert "values are no number (price), such as 9,99 €" in output
    assert "make build" not in output


@pytest.mark.parametrize("content", [None, "holiday.txt", "notes.csv"])
def test_an_empty_folder_and_a_wrong_one_say_what_is_wanted(tmp_path, content):
    if content:
        (tmp_path / content).write_text("colour,number\nred,1\n", encoding="utf-8")
    code, output = init(tmp_path)
    assert code == 1
    assert "missing   users, which is required" in output
    assert (
        "Nothing can be built yet. Required inputs that are not there: users, items, orders, order_lines"
        in output
    )


def test_a_folder_that_is_not_there(tmp_path):
    code, output = init(tmp_path / "nowhere")
    assert code == 1
    assert "nowhere is no folder" in output


def test_a_schema_of_the_warehouse(exports, tmp_path):
    database = tmp_path / "shop.duckdb"
    with duckdb.connect(database) as connection:
        connection.execute("create schema raw_mail")
        for table in ("member", "campaign", "campaign_recipient"):
            file = f"{exports['mailchimp']}/{table}.csv"
            connection.execute(
                f"create table raw_mail.{table} as from read_csv('{file}', all_varchar = true)"
            )
    code, output = init("raw_mail", database=database)
    assert (code, pasted(output)) == (
        1,
        {"sources": ["mailchimp"], "source_places": {"mailchimp": "raw_mail"}},
    )
    code, output = init("raw_post", database=database)
    assert code == 1
    assert "there is no schema raw_post with tables; there are raw_mail" in output
