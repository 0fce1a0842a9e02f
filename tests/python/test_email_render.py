"""email_render from a small warehouse to Parquet and the gallery, as `python -m email_render` runs it."""

import json
import math
import os
import re
import shutil
import string
import subprocess
import sys
from functools import partial
from urllib.parse import parse_qs, urlsplit

import duckdb
import html5lib
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from email_render_warehouse import build_warehouse

from email_render import sink
from email_render.cli import main
from email_render.errors import SetAside
from email_render.load import open_warehouse, plan_chunks, read_chunk
from email_render.render import Renderer
from email_render.tokens import key_from_environment, personal_link, sign, verify

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs a command on a warehouse with the given changes, writing to tmp_path/out."""
    monkeypatch.setenv("RECMAIL_UNSUBSCRIBE_KEY", KEY)

    def run_command(command, *options, changes=()):
        database = tmp_path / "warehouse.duckdb"
        if not database.exists():
            build_warehouse(database, *changes)
        arguments = [command, "--database", str(database), "--out", str(tmp_path / "out"), *options]
        return CliRunner().invoke(main, arguments)

    return run_command


@pytest.fixture
def emails(run, tmp_path):
    """The rendered rows after the given changes."""

    def rendered(*changes):
        result = run("render", changes=changes)
        assert result.exit_code == 0, result.output
        return rendered_rows(tmp_path / "out")

    return rendered


def rendered_rows(out):
    """All rendered rows by part and row."""
    return [row for part in sorted(out.glob("part-*.parquet")) for row in pq.read_table(part).to_pylist()]


def first_message(database, escaping="sql"):
    connection = open_warehouse(database, escaping)
    [chunk] = plan_chunks(connection, limit=1)
    [[message]] = read_chunk(connection, chunk)
    return message


def parsed(html):
    """The document as an element tree; fails on any HTML5 error."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    document = parser.parse(html)
    assert parser.errors == []
    return document


def links(html):
    return [element.get("href") for element in parsed(html).iter("a")]


def words(html):
    """What a reader sees of the page, in one line."""
    body = parsed(html).find("body")
    return " ".join(" ".join(body.itertext()).split())


def test_output_has_one_row_per_message_by_user(emails):
    rows = emails()
    columns = ["message_id", "user_id", "subject", "preheader", "html", "text", "headers", "html_bytes"]
    assert list(rows[0]) == columns
    assert [(row["message_id"], row["user_id"]) for row in rows] == [(f"m{n}", f"u{n}") for n in range(1, 5)]
    assert all(row["html_bytes"] == len(row["html"].encode()) for row in rows)


def test_both_parts_show_the_items_of_the_blocks_in_order_and_no_others(emails):
    for row in emails():
        shown = [f"Item {position} of {row['user_id']}" for position in range(1, 9)]
        for part in (words(row["html"]), row["text"]):
            assert re.findall(r"Item \d+ of u\d", part) == shown
            assert all(f"${position}.99" in part for position in range(1, 9))
            for once in ("Popular this week", "Only 3 left", "$5.00", "Hi Anna,", "Picked for you"):
                assert once in part
            for line in ("1 Example Street", "because you subscribed", "synthetic"):
                assert line in part


def test_blocks_stand_in_the_order_of_the_queue(emails):
    row = emails("update email_queue set blocks = list_reverse(blocks)")[0]
    for part in (words(row["html"]), row["text"]):
        assert part.index("You may also like") < part.index("Item 5 ") < part.index("Item 1 ")


def test_a_block_without_items_is_left_out(emails):
    row = emails("delete from user_recommendations where block = 'secondary'")[0]
    assert "You may also like" not in row["html"] + row["text"]


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_html_is_valid_for_any_number_of_items(emails, count):
    for row in emails(f"delete from user_recommendations where position > {count}"):
        parsed(row["html"])


def test_html_is_valid_for_outlook_too(emails):
    html = emails()[0]["html"]
    outlook = re.sub(r"<!--\[if mso\]>|<!\[endif\]-->|<noscript><xml>.*?</noscript>", "", html)
    assert len(outlook) < len(html)
    parsed(outlook)


def test_html_is_small_and_mail_safe(emails):
    for row in emails():
        assert row["html_bytes"] < 25_000
        assert max(len(line) for part in (row["html"], row["text"]) for line in part.splitlines()) <= 998
        assert row["html"].isascii()


def test_html_says_what_readers_and_clients_need(emails):
    document = parsed(emails()[0]["html"])
    article = next(element for element in document.iter() if element.get("role") == "article")
    assert (article.get("lang"), article.get("aria-label")) == ("en", "Picked for you, no. 1")
    assert all(table.get("role") == "presentation" for table in document.iter("table"))
    images = list(document.iter("img"))
    assert len(images) == 8
    assert all(image.get("alt") and image.get("width") and image.get("height") for image in images)
    metas = {meta.get("name") for meta in document.iter("meta")}
    assert {"color-scheme", "supported-color-schemes", "format-detection"} <= metas
    assert "x-apple-disable-message-reformatting" in metas


def test_shop_links_are_https_and_tagged(emails):
    for row in emails():
        items = [link for link in links(row["html"]) if "/item/" in link]
        assert {urlsplit(link).path for link in items} == {f"/item/{position}" for position in range(1, 9)}
        for link in items:
            position = urlsplit(link).path.rpartition("/")[2]
            assert link in row["text"].splitlines()
            assert parse_qs(urlsplit(link).query) == {
                "utm_source": ["recmail"],
                "utm_medium": ["email"],
                "utm_campaign": ["recommendations-2017-11-15"],
                "message_id": [row["message_id"]],
                "utm_content": [f"trending-{position}"],
            }
        assert all(link.startswith("https://") for link in links(row["html"]))
        assert set(links(row["html"])) == set(re.findall(r"https://\S+", row["text"]))


@pytest.mark.parametrize(
    ("item_url", "tagged"),
    [
        ("https://shop.example/a", "https://shop.example/a?utm_source=recmail&"),
        ("https://shop.example/a?b=c", "https://shop.example/a?b=c&utm_source=recmail&"),
        ("https://shop.example/a?", "https://shop.example/a?utm_source=recmail&"),
        ("https://shop.example/a#b?c", "https://shop.example/a?utm_source=recmail&"),
        (None, "https://shop.example/?utm_source=recmail&"),
    ],
)
def test_parameters_join_any_address(emails, item_url, tagged):
    value = f"'{item_url}'" if item_url else "null"
    row = emails(f"update user_recommendations set item_url = {value} where position = 1")[0]
    link = next(link for link in links(row["html"]) if link.partition("#")[0].endswith("=trending-1"))
    assert link.startswith(tagged)
    assert urlsplit(link).fragment == urlsplit(item_url or "").fragment


@pytest.mark.parametrize(
    ("price", "list_price", "currency", "shown"),
    [
        (1234.5, "null", "USD", "$1,234.50"),
        (3, 4, "EUR", "€3.00 (was €4.00)"),
        (3, 3, "GBP", "£3.00"),
        (3, 2, "GBP", "£3.00"),
        (1200, "null", "JPY", "¥1,200"),
        (9.999, 10.001, "CHF", "CHF\N{NO-BREAK SPACE}10.00"),
    ],
)
def test_money_is_written_with_its_currency(emails, price, list_price, currency, shown):
    row = emails(
        f"update user_recommendations set price = {price}, list_price = {list_price}, currency = '{currency}'"
    )[0]
    assert shown in row["text"].splitlines()


def test_hostile_names_are_text(emails):
    row = emails(
        "update user_recommendations set reason_text = '<img src=x>', badge_text = '\"><b>', item_name ="
        " '<script>alert(\"1\")</script> & ''x''' || chr(10) || '{{ 7*7 }} </style>' where position in (1, 5)"
    )[0]
    name = "<script>alert(\"1\")</script> & 'x' { 7*7 }} </style>"
    document = parsed(row["html"])
    [cards] = document.iter("script")
    assert [card["name"] for card in json.loads(cards.text)["@graph"]][0] == name
    assert list(document.iter("b")) == []
    assert [image.get("alt") for image in document.iter("img")].count(name) == 2
    assert row["text"].splitlines().count(name) == 2
    assert "{{" not in row["html"] + row["text"]


def test_an_item_without_image_keeps_its_place(emails):
    row = emails("update user_recommendations set image_url = null where position = 1")[0]
    document = parsed(row["html"])
    assert len(list(document.iter("img"))) == 7
    assert len([div for div in document.iter("div") if div.get("class") == "blank"]) == 1


@pytest.mark.parametrize(
    ("table", "field", "value"),
    [
        ("email_queue", "subject", "null"),
        ("email_queue", "blocks", "[]"),
        ("email_queue", "words", "null"),
        ("email_queue", "postal_address", "' '"),
        ("email_queue", "greeting", "chr(8203) || chr(8205)"),
        ("email_queue", "subject", "repeat('x', 1001)"),
        ("email_queue", "unsubscribe_url", "'http://shop.example/unsubscribe'"),
        ("email_queue", "unsubscribe_url", "'https://shop.example/unsubscribe?u=1'"),
        ("email_queue", "preferences_url", "'https://shop.example/?a&t'"),
        ("email_queue", "unsubscribe_email", "'a@b@c'"),
    ],
)
def test_what_must_not_go_out_is_set_aside(run, tmp_path, table, field, value):
    result = run("render", changes=[f"update {table} set {field} = {value} where user_id = 'u2'"])
    assert result.exit_code == 1
    assert "1 messages set aside" in result.output and field in result.output
    assert "u2" not in result.output.replace(str(tmp_path), "")
    [row] = failed_rows(tmp_path / "out")
    assert row["reason"] and [row["message_id"], row["user_id"], row["field"], row["outcome"]] == [
        "m2",
        "u2",
        field,
        "message set aside",
    ]
    assert [row["user_id"] for row in rendered_rows(tmp_path / "out")] == ["u1", "u3", "u4"]


@pytest.mark.parametrize(
    ("table", "field", "value"),
    [
        ("user_recommendations", "item_name", "null"),
        ("user_recommendations", "item_name", "repeat('x', 26000)"),
        ("user_recommendations", "price", "1e15"),
        ("user_recommendations", "currency", "'ABC'"),
        ("user_recommendations", "item_name", "' ' || chr(10)"),
        ("user_recommendations", "price", "null"),
        ("user_recommendations", "price", "'nan'::double"),
        ("user_recommendations", "list_price", "'nan'::double"),
        ("user_recommendations", "price", "'inf'::double"),
        ("user_recommendations", "price", "-1"),
        ("user_recommendations", "rating_average", "'nan'::double, rating_count = 3"),
        ("user_recommendations", "rating_average", "null, rating_count = 3"),
        ("user_recommendations", "currency", "null"),
        ("user_recommendations", "item_url", "'javascript:alert(1)'"),
        ("user_recommendations", "item_url", "'http://shop.example/'"),
        ("user_recommendations", "item_url", "'https://shop.example@evil.example/'"),
        ("user_recommendations", "item_url", "'https://shop.example/\" onclick=\"x'"),
        ("user_recommendations", "image_url", "'data:image/png;base64,AA'"),
    ],
)
def test_an_item_at_fault_is_left_out_and_the_email_goes_on(run, tmp_path, table, field, value):
    place = "where user_id = 'u2' and position = 2"
    result = run("render", changes=[f"update {table} set {field} = {value} {place}"])
    assert result.exit_code == 0, result.output
    assert "1 × an item was left out" in result.output
    [row] = failed_rows(tmp_path / "out")
    assert (row["message_id"], row["user_id"], row["field"]) == ("m2", "u2", field)
    assert row["outcome"] == "item left out" and row["reason"].endswith("(item i2)")
    rows = rendered_rows(tmp_path / "out")
    assert [row["user_id"] for row in rows] == ["u1", "u2", "u3", "u4"]
    for part in (words(rows[1]["html"]), rows[1]["text"]):
        assert re.findall(r"Item \d of u2", part) == [
            f"Item {position} of u2" for position in (1, 3, 4, 5, 6, 7, 8)
        ]


def test_a_message_whose_words_name_the_item_at_fault_does_not_go_out(run, tmp_path):
    result = run(
        "render",
        changes=[
            "update email_queue set subject = 'Picked for you: Item 2 of u2' where user_id = 'u2'",
            "update user_recommendations set price = null where position = 2 and user_id in ('u1', 'u2')",
        ],
    )
    assert result.exit_code == 1
    assert [(row["user_id"], row["outcome"]) for row in failed_rows(tmp_path / "out")] == [
        ("u1", "item left out"),
        ("u2", "message set aside"),
    ]


def test_a_message_without_any_item_that_can_be_shown_says_why(run, tmp_path):
    result = run("render", changes=["update user_recommendations set price = -1 where user_id = 'u2'"])
    assert result.exit_code == 1
    rows = failed_rows(tmp_path / "out")
    assert {row["outcome"] for row in rows} == {"message set aside"}
    assert [row["field"] for row in rows] == ["price"] * 8 + ["blocks"]


@pytest.mark.parametrize("field", ["subject", "preheader", "greeting", "footer_reason", "shop_name"])
@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("Hi\r\nBcc: x@mail.example", "Hi Bcc: x@mail.example"),
        ("a\u2028b", "a b"),
        ("Hi {{ 7*7 }} {% raw %} {# x #}", "Hi { 7*7 }} { raw %} { x #}"),
        ("{\u200b{ 7*7 }}", "{ 7*7 }}"),
        ("\u202emoc\u202c.\ufeffe\u00advil\U000e0041", "moc.evil"),
        (
            "\N{WOMAN}\u200d\N{PERSONAL COMPUTER} می\u200cخواهم",
            "\N{WOMAN}\u200d\N{PERSONAL COMPUTER} می\u200cخواهم",
        ),
    ],
)
def test_hostile_lines_are_printed_inert(tmp_path, field, value, printed):
    database = build_warehouse(tmp_path / "warehouse.duckdb")
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"update dbt_email.email_queue set {field} = $1", [value])
    message = first_message(database)
    assert message[field] == printed and not message["faults"]
    email = Renderer(partial(sign, KEY.encode())).render(message)
    assert printed in email.text or field == "subject"
    assert "{{" not in email.text


def failed_rows(out):
    return pq.read_table(out / "failed.parquet").to_pylist()


@pytest.mark.parametrize("escaping", ["sql", "template"])
@pytest.mark.parametrize("value", [None, math.nan, 3.5])
def test_a_template_refuses_to_print_what_is_not_text(tmp_path, value, escaping):
    message = first_message(build_warehouse(tmp_path / "warehouse.duckdb"))
    message["blocks"][0]["items"][0]["price"] = value
    with pytest.raises(SetAside, match=r"item\.html:\d+ .*item\['price'\].* cannot be printed"):
        Renderer(partial(sign, KEY.encode()), escaping).render(message)


def test_personal_links_verify_for_their_user_and_purpose_only(emails):
    row = emails(
        "update email_queue set user_id = 'u&2 é/'", "update user_recommendations set user_id = 'u&2 é/'"
    )[0]
    for purpose in ("unsubscribe", "preferences"):
        link = next(link for link in links(row["html"]) if f"/{purpose}?" in link)
        query = parse_qs(urlsplit(link).query)
        [user_id], [token] = query["u"], query["t"]
        assert user_id == row["user_id"]
        assert verify(KEY.encode(), purpose, user_id, token)
        changed = ("B" if token[0] == "A" else "A") + token[1:]
        assert not verify(KEY.encode(), purpose, user_id, changed)
        assert not verify(KEY.encode(), purpose, "u1", token)
        assert not verify(KEY.encode(), "other", user_id, token)
        assert not verify(b"x" * 32, purpose, user_id, token)


@pytest.mark.parametrize(
    ("address", "before", "after"),
    [
        ("https://shop.example/unsubscribe", "https://shop.example/unsubscribe?", ""),
        ("https://shop.example/unsubscribe#x", "https://shop.example/unsubscribe?", "#x"),
        ("https://shop.example/#/unsubscribe", "https://shop.example/?", "#/unsubscribe"),
        ("https://shop.example/a?b=c#/d?e", "https://shop.example/a?b=c&", "#/d?e"),
        ("https://shop.example/a?", "https://shop.example/a?", ""),
        ("https://shop.example/a?b&#", "https://shop.example/a?b&", "#"),
    ],
)
@pytest.mark.parametrize("user_id", ["u1", "a b&c=d#e?f%/\\\"'<>+é漢😀", "\n", "\ud800"])
def test_the_token_is_in_the_query_of_any_address(address, before, after, user_id):
    if user_id == "\ud800":  # a link can bring it, a queue can't hold it
        assert not verify(KEY.encode(), "unsubscribe", user_id, user_id)
        return
    link = personal_link(address, "unsubscribe", user_id, partial(sign, KEY.encode()))
    assert link.startswith(before) and link.endswith(after)
    query = parse_qs(urlsplit(link).query)
    assert query["u"] == [user_id]
    assert verify(KEY.encode(), "unsubscribe", user_id, query["t"][0])
    assert urlsplit(link).fragment == urlsplit(address).fragment


def test_blanks_around_a_key_are_no_part_of_it(monkeypatch):
    monkeypatch.setenv("RECMAIL_UNSUBSCRIBE_KEY", f" {KEY}\r\n")
    assert key_from_environment() == KEY.encode()
    token = sign(f"{KEY}\n".encode(), "unsubscribe", "u1")
    assert token == sign(KEY.encode(), "unsubscribe", "u1")
    assert verify(f"\t{KEY}".encode(), "unsubscribe", "u1", token)


def test_a_key_may_be_any_bytes(monkeypatch):
    key = bytes(range(200, 240))
    monkeypatch.setenv("RECMAIL_UNSUBSCRIBE_KEY", os.fsdecode(key))
    assert key_from_environment() == key


def test_twice_gives_the_same_bytes(run, tmp_path):
    written = []
    for _ in range(2):
        assert run("render").exit_code == 0
        written.append({path.name: path.read_bytes() for path in (tmp_path / "out").glob("*.parquet")})
        shutil.rmtree(tmp_path / "out")
    assert written[0] == written[1]


def test_limit_renders_the_first_users(run, tmp_path):
    assert run("render", "--limit", "2").exit_code == 0
    assert [row["user_id"] for row in rendered_rows(tmp_path / "out")] == ["u1", "u2"]


def test_a_failed_write_leaves_the_earlier_file(tmp_path):
    path = tmp_path / "failed.parquet"
    with sink.parquet_file(path, sink.FAILED_SCHEMA):
        pass
    before = path.read_bytes()
    with pytest.raises(ValueError), sink.parquet_file(path, sink.FAILED_SCHEMA) as writer:
        writer.write_table(sink.failed_table([("m1", "u1", "subject", "is missing")]))
        raise ValueError
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_database_says_what_to_run(tmp_path, run):
    result = CliRunner().invoke(main, ["render", "--database", str(tmp_path / "none.duckdb")])
    assert result.exit_code == 2
    assert "dbt build" in result.output


@pytest.mark.parametrize(
    "key",
    [None, "short", " " * 32, "\t" * 40, "a" * 64, "0123456" * 9, " short" + " " * 40, string.printable[:31]],
)
def test_render_needs_a_key_and_says_how_to_make_one(run, monkeypatch, key):
    monkeypatch.delenv("RECMAIL_UNSUBSCRIBE_KEY")
    if key:
        monkeypatch.setenv("RECMAIL_UNSUBSCRIBE_KEY", key)
    result = run("render")
    assert result.exit_code == 2
    assert "openssl rand -hex 32" in result.output


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("drop table email_queue", "no table email_queue"),
        ("create table dbt_email.user_recommendations (user_id varchar)", "more than one schema"),
        ("alter table user_recommendations drop column image_url", "not as expected"),
    ],
)
def test_marts_that_are_not_as_expected_are_one_clear_error(run, change, message):
    result = run("render", changes=[change])
    assert result.exit_code == 2
    assert message in result.output


@pytest.mark.parametrize("command", ["render", "preview"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("drop table inputs.latest_run", "has never run"),
        ("drop table quality.input_validation_results", "has never run"),
        ("delete from quality.input_validation_results", "has no result"),
        ("update inputs.latest_run set problem = 'table orders is missing'", "table orders is missing"),
        ("update inputs.latest_run set input_fingerprint = 'newer'", "belongs to other inputs"),
        (
            "update quality.input_validation_results set is_success = false",
            "orders: There are rows; found 0",
        ),
        ("update email_queue set input_fingerprint = 'older'", "did not get so far"),
    ],
)
def test_nothing_is_rendered_unless_the_inputs_passed_the_gate(run, tmp_path, command, change, message):
    result = run(command, changes=[change])
    assert result.exit_code == 2
    assert message in result.output
    assert "users" not in result.output, "a failed warning does not stop the mail"
    assert not list(tmp_path.rglob("*.parquet")) and not list(tmp_path.rglob("*.html"))


def test_a_database_in_use_is_one_clear_error(tmp_path, run):
    database = build_warehouse(tmp_path / "warehouse.duckdb")
    writer = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", writer, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        result = run("render")
        process.stdin.close()
    assert result.exit_code == 2
    assert "wait until dbt has finished" in result.output


def test_a_file_that_is_no_database_is_one_clear_error(tmp_path, run):
    (tmp_path / "warehouse.duckdb").write_text("not a database, but long enough to be looked at" * 100)
    result = run("render")
    assert result.exit_code == 2
    assert "can't be opened" in result.output


def test_render_without_any_message_writes_an_empty_file(emails):
    assert emails("delete from email_queue") == []


def test_marts_may_live_in_schemas_of_any_name(tmp_path):
    database = build_warehouse(tmp_path / "warehouse.duckdb")
    with duckdb.connect(str(database)) as connection:
        connection.execute('create schema "my, email"')
        connection.execute('create table "my, email".email_queue as from dbt_email.email_queue')
        connection.execute("drop table dbt_email.email_queue")
    [chunk] = plan_chunks(open_warehouse(database))
    assert chunk.message_count == 4
