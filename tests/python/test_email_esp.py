"""The templates with an ESP's tags, filled by the engine the ESP runs: the email is the one that recmail renders."""

import json
import re
import shutil
import subprocess
from functools import partial
from pathlib import Path

import html5lib
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from email_render_warehouse import build_warehouse
from email_samples import build_samples
from payload_schemas import validator_of

from email_render.cli import main
from email_render.esp import DIALECTS, SHOP_LINKS, EspRenderer, FilledSize, attributes
from email_render.load import open_warehouse, plan_chunks, read_chunk
from email_render.preview import in_layout
from email_render.render import Renderer, personal_links
from email_render.tokens import sign
from sync.payloads import salesforce_row

TOOLS = Path(__file__).parents[2] / "email_tools"
KEY = "0123456789abcdef0123456789abcdef"


def fill_django(templates, values):
    django = pytest.importorskip("django.template")
    engine = django.Engine()
    return [engine.from_string(template).render(django.Context({"person": values})) for template in templates]


def fill_liquid(templates, values):
    liquid = pytest.importorskip("liquid")
    # ${name} is Braze's way to write a name; the rest is Liquid
    plain = [re.sub(r"custom_attribute\.\$\{(\w+)\}", r"custom_attribute.\1", text) for text in templates]
    return [liquid.Template(text).render(custom_attribute=values) for text in plain]


def fill_handlebars(templates, values):
    if not (TOOLS / "node_modules" / ".installed").exists() or not shutil.which("node"):
        pytest.skip("needs node and npm packages: `make email-tools` installs them")
    done = subprocess.run(
        ["node", str(TOOLS / "fill.mjs")],
        input=json.dumps([{"template": template, "attributes": values} for template in templates]),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def fill_ampscript(templates, values):
    """The few words of AMPscript that the templates use; nobody publishes an engine of it."""
    return [ampscript(template, values) for template in templates]


def ampscript(template, values):
    # in turns: text, a value's expression or None, a block's word or None
    parts = re.split(r"%%=(.*?)=%%|%%\[(.*?)\]%%", template, flags=re.DOTALL)
    printed, branches = [], [True]
    for number in range(0, len(parts), 3):
        if branches[-1]:
            printed.append(parts[number])
        expression, block = parts[number + 1 : number + 3] if number + 1 < len(parts) else (None, None)
        if expression and branches[-1]:
            printed.append(ampscript_value(expression, values))
        if block == "ELSE":
            branches[-1] = branches[-2] and not branches[-1]
        elif block == "ENDIF":
            branches.pop()
        elif block:
            [condition] = re.findall(r"^IF NOT EMPTY\((.*)\) THEN$", block)
            branches.append(branches[-1] and ampscript_value(condition, values) != "")
    assert branches == [True]
    return "".join(printed)


def ampscript_value(expression, values):
    if found := re.fullmatch(r'AttributeValue\("(\w+)"\)', expression):
        return values.get(found[1], "")
    # quotes in a text are doubled
    [inner, mark, entity] = re.fullmatch(
        r'Replace\((.*), "((?:[^"]|"")*)", "((?:[^"]|"")*)"\)', expression
    ).groups()
    return ampscript_value(inner, values).replace(mark.replace('""', '"'), entity)


ENGINES = {"klaviyo": fill_django, "braze": fill_liquid, "salesforce": fill_ampscript} | dict.fromkeys(
    ("mailchimp", "sendgrid", "handlebars"), fill_handlebars
)


@pytest.fixture(scope="module")
def messages(tmp_path_factory):
    """Every sample message; one with hostile texts, and one whose items have nothing optional."""
    path = build_samples(tmp_path_factory.mktemp("samples") / "warehouse.duckdb")
    connection = open_warehouse(path)
    [chunk] = plan_chunks(connection)
    found = {message["user_id"]: message for batch in read_chunk(connection, chunk) for message in batch}
    return found


def nodes_of(html):
    """The document as a list of tags with attributes, and texts without the blanks around them."""
    document = html5lib.parse(html, namespaceHTMLElements=False)
    return [
        (str(element.tag), sorted(element.attrib.items()), squeezed(element.text), squeezed(element.tail))
        for element in document.iter()
    ]


def squeezed(text):
    # an ESP's template can't shorten what fills the inbox preview: the preheader is not known yet
    return " ".join((text or "").replace("\N{COMBINING GRAPHEME JOINER}", "").split())


def lines_of(text):
    return [line for line in text.splitlines() if line.strip()]


def bare(message):
    """The message without offer, and its items without anything that not every item has."""
    optional = ("list_price", "reason", "reason_html", "badge", "badge_html", "rating", "rating_html")
    blocks = [
        block
        | {
            "items": [
                item | dict.fromkeys(optional) | ({"image_html": None} if number % 2 else {})
                for number, item in enumerate(block["items"])
            ]
        }
        for block in message["blocks"]
    ]
    return message | {
        "blocks": blocks,
        "offer_headline": None,
        "offer_headline_html": None,
        "offer_ends": None,
    }


def hostile(message):
    """The message with markup, quotes and tags of every ESP in its first item."""
    name = "<b>\"5\" & 'x'</b> {% raw %} ${a} *|B|*"
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")
    [first, *others] = message["blocks"][0]["items"]
    item = first | {"name": name, "name_html": escaped.replace("'", "&#39;")}
    return message | {"blocks": [message["blocks"][0] | {"items": [item, *others]}, *message["blocks"][1:]]}


def to_cart(message):
    """The message with the recipient's own cart behind the main button."""
    link = "https://shop.example/cart?user=u%201&utm_content=hero"
    return message | {
        "main_word": "button_to_cart",
        "list_link": link,
        "list_link_html": link.replace("&", "&amp;"),
    }


CASES = {
    "the reader's cart": lambda messages: to_cart(messages["cart_abandonment"]),
    "cart_abandonment": lambda messages: messages["cart_abandonment"],
    "carousel": lambda messages: messages["layout-carousel"],
    "hero": lambda messages: messages["layout-hero"],
    "list in German": lambda messages: in_layout(messages["language-de"], "list"),
    "nothing optional": lambda messages: bare(messages["recommendations"]),
    "hostile": lambda messages: hostile(messages["recommendations"]),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("esp", DIALECTS)
def test_the_filled_template_is_the_rendered_email(messages, esp, case):
    message = CASES[case](messages)
    signer = partial(sign, KEY.encode())
    expected = Renderer(signer).render(message)
    # made from another message of the kind: nothing personal of it may be left
    kind = {
        field: message[field]
        for field in ("trigger_type", "language", "direction", "words", "main_word", "footer_reason")
    }
    example = in_layout(messages["win_back"], message["layout"]) | kind
    example["footer_reason_html"] = message["footer_reason_html"]
    for link in SHOP_LINKS:  # of the kind, too, but for the id
        example[link] = message[link].replace(message["message_id"], example["message_id"])
    if message["main_word"] == "button_to_cart":
        example["list_link"] = "https://shop.example/cart?user=u%202"
    template = EspRenderer(esp).template(example)
    values = attributes(message, personal_links(message, signer))
    html, text, subject = ENGINES[esp]([template.html, template.text, template.subject], values)
    assert nodes_of(html) == nodes_of(expected.html)
    assert lines_of(text) == lines_of(expected.text)
    assert subject == message["subject"]


@pytest.mark.parametrize("esp", ["klaviyo", "braze", "salesforce", "handlebars"])
def test_a_shorter_list_leaves_no_empty_item(messages, esp):
    message = messages["layout-carousel"]
    [primary, secondary] = message["blocks"]
    shorter = message | {"blocks": [primary, secondary | {"items": secondary["items"][:2]}]}
    template = EspRenderer(esp).template(message)
    values = attributes(shorter, personal_links(shorter, partial(sign, KEY.encode())))
    html, text = ENGINES[esp]([template.html, template.text], values)
    names = [item["name"] for item in secondary["items"]]
    for part in (html, text):
        assert [name in part for name in names] == [True, True, False, False, False, False]
        assert 'href=""' not in part and 'src=""' not in part
    assert lines_of(text) == lines_of(Renderer(partial(sign, KEY.encode())).render(shorter).text)


def test_render_writes_a_template_per_kind_and_what_to_sync(tmp_path, monkeypatch):
    monkeypatch.setenv("RECMAIL_UNSUBSCRIBE_KEY", KEY)
    database = build_warehouse(
        tmp_path / "warehouse.duckdb",
        "update email_queue set layout = 'list' where user_id = 'u2'",
        "update email_queue set subject = null where user_id = 'u3'",
    )
    options = ["render", "--database", str(database), "--out", str(tmp_path), "--esp", "klaviyo"]
    result = CliRunner().invoke(main, options)
    assert result.exit_code == 1 and "1 messages set aside" in result.output
    out = tmp_path / "klaviyo"
    kinds = ["recommendations-grid-en", "recommendations-list-en"]
    endings = ("html", "subject.txt", "txt")
    assert sorted(path.name for path in out.iterdir()) == [
        ".recmail",
        "attributes.parquet",
        "failed.parquet",
        *(f"{kind}.{ending}" for kind in kinds for ending in endings),
    ]
    rows = pq.read_table(out / "attributes.parquet").to_pylist()
    # u3 has a fault: nothing is synced
    assert [(row["user_id"], row["template"]) for row in rows] == [
        ("u1", kinds[0]),
        ("u2", kinds[1]),
        ("u4", kinds[0]),
    ]
    values = json.loads(rows[0]["attributes"])
    assert values["recmail_item_1_name"] == "Item 1 of u1" and "recmail_item_9_name" not in values
    assert "recmail_item_1_list_price" not in values and values["recmail_item_2_list_price"] == "$5.00"
    text = (out / f"{kinds[0]}.txt").read_text("utf-8")
    tags = set(re.findall(r"person\.(\w+)", text))
    assert values.keys() - tags == {f"recmail_item_{n}_image" for n in range(1, 9)} | {
        f"recmail_block_{n}_has_images" for n in (1, 2)
    } | {"recmail_cards", "recmail_subject"}
    assert "u1" not in text


def test_what_a_message_prints_fits_a_data_extension(messages):
    validator = validator_of("salesforce_rows")
    for case in CASES.values():
        message = case(messages)
        values = attributes(message, personal_links(message, partial(sign, KEY.encode())))
        row = salesforce_row({"user_id": message["user_id"], "message_id": message["message_id"], **values})
        validator.validate([row])
        assert set(row["values"]) == {"message_id", *values}


FAULTS = [
    "update email_queue set subject = null where user_id = 'u1'",
    "update email_queue set language = 'xx' where user_id = 'u2'",
    "update email_queue set trigger_type = 'unknown' where user_id = 'u2'",
    "update email_queue set unsubscribe_url = 'http://shop.example' where user_id = 'u2'",
    "update email_queue set blocks = [] where user_id = 'u3'",
    "update email_queue set subject = 'Hi {{ x }}' where user_id = 'u3'",
    "update user_recommendations set item_name = 'a {{ b }} {% c %}' where user_id = 'u3' and position = 1",
    "update user_recommendations set price = null where user_id = 'u4' and position = 1",
    "update user_recommendations set currency = 'ABC' where user_id = 'u4'",
    "update user_recommendations set item_url = 'https://shop.example/' || repeat('x', 20000) where user_id = 'u4'",
    "update user_recommendations set reason_text = repeat('x', 2000) where user_id = 'u4'",
]


@pytest.mark.parametrize("fault", FAULTS)
def test_esp_mode_sets_aside_what_render_does(tmp_path, monkeypatch, fault):
    monkeypatch.setenv("RECMAIL_UNSUBSCRIBE_KEY", KEY)
    database = build_warehouse(tmp_path / "warehouse.duckdb", fault)
    options = ["render", "--database", str(database), "--out", str(tmp_path / "out")]
    plain = CliRunner().invoke(main, options)
    esp = CliRunner().invoke(main, [*options, "--esp", "braze"])
    assert plain.exit_code == esp.exit_code
    failed = [pq.read_table(tmp_path / "out" / name / "failed.parquet").to_pylist() for name in ("", "braze")]
    assert failed[0] == failed[1]
    [part] = (tmp_path / "out").glob("part-*.parquet")
    synced = pq.read_table(tmp_path / "out/braze/attributes.parquet")
    assert pq.read_table(part)["message_id"].to_pylist() == synced["message_id"].to_pylist()


def test_one_made_up_person_does_not_make_everybody_one(tmp_path, monkeypatch):
    monkeypatch.setenv("RECMAIL_UNSUBSCRIBE_KEY", KEY)
    database = build_warehouse(
        tmp_path / "warehouse.duckdb", "update email_queue set is_synthetic = (user_id = 'u1')"
    )
    options = ["render", "--database", str(database), "--out", str(tmp_path), "--esp", "braze"]
    assert CliRunner().invoke(main, options).exit_code == 0
    [template] = (tmp_path / "braze").glob("*.html")
    for row in pq.read_table(tmp_path / "braze/attributes.parquet").to_pylist():
        [html] = fill_liquid([template.read_text("utf-8")], json.loads(row["attributes"]))
        assert ("ynthetic" in html) == (row["user_id"] == "u1")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("esp", ["klaviyo", "braze", "salesforce"])
def test_a_filled_template_is_no_larger_than_it_is_said_to_be(messages, esp, case):
    message = CASES[case](messages)
    template = EspRenderer(esp).template(message)
    values = attributes(message, personal_links(message, partial(sign, KEY.encode())))
    [html] = ENGINES[esp]([template.html], values)
    said = FilledSize(template.html, DIALECTS[esp]).of(values)
    assert len(html.encode()) <= said <= len(html.encode()) * 1.1


def test_a_shorter_first_block_leaves_the_second_in_its_place(messages):
    message = messages["recommendations"]
    [primary, secondary] = message["blocks"]
    template = EspRenderer("braze").template(message)
    for blocks in ([primary | {"items": primary["items"][:3]}, secondary], [secondary]):
        shorter = message | {"blocks": blocks}
        values = attributes(shorter, personal_links(shorter, partial(sign, KEY.encode())))
        [text] = fill_liquid([template.text], values)
        assert lines_of(text) == lines_of(Renderer(partial(sign, KEY.encode())).render(shorter).text)


def test_nothing_of_an_earlier_run_is_left_and_no_other_folder_is_emptied(tmp_path, monkeypatch):
    monkeypatch.setenv("RECMAIL_UNSUBSCRIBE_KEY", KEY)
    database = build_warehouse(tmp_path / "warehouse.duckdb")
    options = ["render", "--database", str(database), "--out", str(tmp_path), "--esp", "braze"]
    assert CliRunner().invoke(main, options).exit_code == 0
    # of a run of before, which says so
    (tmp_path / "braze" / "old-kind.html").write_text("Anna")
    with (tmp_path / "braze" / ".recmail").open("a") as mark:
        mark.write("old-kind.html\n")
    again = CliRunner().invoke(main, options)
    assert again.exit_code == 0 and "is replaced" in again.output
    assert not (tmp_path / "braze" / "old-kind.html").exists()
    (tmp_path / "braze" / "our-own.html").write_text("Anna")
    refused = CliRunner().invoke(main, options)
    assert refused.exit_code != 0 and "did not write there, such as our-own.html" in refused.output
    assert (tmp_path / "braze" / "our-own.html").read_text() == "Anna"
