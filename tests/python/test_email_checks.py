"""What every email must hold, checked on a message of every type, layout, language and direction."""

import base64
import json
import re
import smtplib
import socket
import subprocess
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import html5lib
import pytest
from email_render_warehouse import template_words
from email_samples import LANGUAGES, LAYOUTS, build_samples

from email_render.load import open_warehouse, plan_chunks, read_chunk
from email_render.mime import mime_message
from email_render.render import EMAIL_TYPES, HTML_BYTES_MAX, Renderer
from email_render.sink import SET_ASIDE
from email_render.theme import load_theme, theme_names
from email_render.tokens import sign

PROJECT = Path(__file__).parents[2]
GOLDEN = PROJECT / "tests/golden/email"
KEY = b"0123456789abcdef0123456789abcdef"
WORDS = template_words()
SENT_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CASES = [
    *EMAIL_TYPES,
    *(f"layout-{layout}" for layout in LAYOUTS),
    *(f"language-{language}" for language in LANGUAGES),
    "direction-rtl",
]


@pytest.fixture(scope="module")
def messages(tmp_path_factory):
    connection = open_warehouse(build_samples(tmp_path_factory.mktemp("samples") / "warehouse.duckdb"))
    [chunk] = plan_chunks(connection)
    return {message["user_id"]: message for batch in read_chunk(connection, chunk) for message in batch}


@pytest.fixture(scope="module")
def rows(messages):
    emails, failed = Renderer(partial(sign, KEY)).render_batch(list(messages.values()))
    assert not failed
    names = ("message_id", "user_id", "subject", "preheader", "html", "text", "headers")
    return {row[1]: dict(zip(names, row, strict=True)) for row in emails}


@pytest.fixture(params=CASES)
def row(rows, request):
    return rows[request.param]


def parsed(html):
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    document = parser.parse(html)
    assert parser.errors == []
    return document


def outlook_view(html):
    """What Outlook on Windows reads: its conditional comments are content. Its settings, in XML, are no HTML."""
    return re.sub(r"<!--\[if mso\]>|<!\[endif\]-->|<noscript><xml>.*?</noscript>", "", html)


def test_there_is_a_case_for_every_type_layout_and_language(rows, messages):
    assert list(rows) == sorted(CASES)
    assert {message["trigger_type"] for message in messages.values()} == set(EMAIL_TYPES)
    assert {message["layout"] for message in messages.values()} == set(LAYOUTS)
    assert {message["language"] for message in messages.values()} == set(WORDS)


def test_html_has_no_error_in_either_view(row):
    parsed(row["html"])
    assert "[if" not in outlook_view(row["html"])
    parsed(outlook_view(row["html"]))


def test_outlook_gets_tables_and_keeps_every_column(row):
    """Ghost tables open and close in pairs, with as many cells as there are blocks beside each other."""
    ghosts = "".join(re.findall(r"<!--\[if mso\]>(.*?)<!\[endif\]-->", row["html"], re.S))
    for tag in ("table", "tr", "td"):
        assert ghosts.count(f"<{tag}") == ghosts.count(f"</{tag}>") > 0


def test_both_parts_have_every_item_with_all_that_is_said_of_it(row, messages):
    message = messages[row["user_id"]]
    body = " ".join("".join(parsed(row["html"]).find("body").itertext()).split())
    items = [item for block in message["blocks"] for item in block["items"]]
    assert len(items) == 10
    for item in items:
        for field in ("name", "price", "list_price", "reason", "badge", "rating"):
            if item[field]:
                assert " ".join(item[field].split()) in body, field
                assert item[field] in row["text"], field
        assert item["url"] in row["text"].splitlines()
    assert {item["rating"] for item in items} != {None} != {item["badge"] for item in items}
    lines = [
        message[field]
        for field in ("preheader", "greeting", "headline", "offer_headline", "offer_ends", "footer_reason")
    ]
    lines += [block["title"] for block in message["blocks"]]
    lines += [
        text for key, text in WORDS[message["language"]].items() if key == f"lead_{message['trigger_type']}"
    ]
    for line in lines:
        assert " ".join(line.split()) in body and line in row["text"]


def test_both_parts_lead_to_the_same_places(row):
    links = [element.get("href") for element in parsed(row["html"]).iter("a")]
    assert set(links) == set(re.findall(r"https://\S+", row["text"]))


def test_every_link_is_https_and_every_shop_link_is_tagged(row, messages):
    message = messages[row["user_id"]]
    document = parsed(row["html"])
    assert all(image.get("src").startswith("https://") for image in document.iter("img"))
    by_content = {}
    for link in {element.get("href") for element in document.iter("a")}:
        parts = urlsplit(link)
        assert parts.scheme == "https"
        query = parse_qs(parts.query, strict_parsing=True)
        if parts.path in ("/unsubscribe", "/preferences"):
            assert query["u"] == [row["user_id"]] and query["t"]
            assert not any(key.startswith("utm_") for key in query)
            continue
        assert query["utm_source"] == ["recmail"] and query["utm_medium"] == ["email"]
        assert query["utm_campaign"] == [f"{message['trigger_type']}-2017-11-15"]
        assert query["message_id"] == [row["message_id"]]
        by_content[query["utm_content"][0]] = parts.path
    strategies = ["also_bought", "trending", "buy_again", "new_arrivals"]
    assert by_content == dict.fromkeys(("header", "hero", "offer", "see-all"), "/") | {
        "footer": "/support"
    } | {f"{strategies[position % 4]}-{position}": f"/item/{position}" for position in range(1, 11)}


def test_nothing_of_the_template_or_of_a_missing_value_is_left(row):
    page = re.sub(r"<script.*?</script>", "", row["html"], flags=re.S)  # JSON may end in braces
    for part in (page, row["text"]):
        assert not re.search(r"\{\{|\{%|%\}|\}\}|\bMarkup\b", part)
    for part in (row["html"], row["text"]):
        assert not re.search(r"\b(None|nan|null|undefined)\b", part)


def test_sizes_stay_where_programs_show_all(row):
    html = row["html"].encode()
    assert len(html) <= 25_000, "ten items"
    styles = re.findall(r"<style>(.*?)</style>", re.sub(r"<!--.*?-->", "", row["html"], flags=re.S), re.S)
    assert len(styles) == 2 and len("".join(styles).encode()) <= 16_000


def test_a_page_that_gmail_would_clip_is_set_aside(messages):
    message = messages["recommendations"]
    block = message["blocks"][1]
    growing = [message | {"blocks": [block | {"items": block["items"] * times}]} for times in range(8, 20)]
    emails, faults = Renderer(partial(sign, KEY)).render_batch(growing)
    sizes = [len(html.encode()) for *_, html, _, _ in emails]
    assert sizes == sorted(sizes)
    assert HTML_BYTES_MAX - (sizes[-1] - sizes[-2]) < sizes[-1] <= HTML_BYTES_MAX
    assert len(faults) == len(growing) - len(emails)
    assert set(faults) == {
        (message["message_id"], "recommendations", "html", "is larger than 100000 bytes", SET_ASIDE)
    }


def test_who_could_not_unsubscribe_with_one_click_gets_no_mail(messages):
    message = messages["recommendations"]
    known = [message | {"user_id": "\N{CYRILLIC CAPITAL LETTER EF}" * letters} for letters in range(120, 170)]
    emails, faults = Renderer(partial(sign, KEY)).render_batch(known)
    assert 0 < len(emails) < len(known) == len(emails) + len(faults)
    assert {fault[2] for fault in faults} == {"unsubscribe_url"}
    *_, headers = emails[-1]
    rendered = {"subject": "", "text": "", "html": "", "message_id": "m1", "headers": headers}
    content = mime_message(rendered, "news@shop.example", "a@mail.example", SENT_AT).as_bytes()
    [line] = [line for line in content.split(b"\r\n") if line.startswith(b"List-Unsubscribe: ")]
    assert 980 < len(line) <= 998 and line.endswith(b">")


def test_screen_readers_find_names_roles_and_language(row, messages):
    message = messages[row["user_id"]]
    document = parsed(row["html"])
    [article] = (element for element in document.iter() if element.get("role") == "article")
    for element in (article, document):
        assert (element.get("lang"), element.get("dir")) == (message["language"], message["direction"])
    assert article.get("aria-label") == row["subject"]
    assert all(table.get("role") == "presentation" for table in document.iter("table"))
    assert all(
        image.get("alt") and image.get("width") and image.get("height") for image in document.iter("img")
    )


def test_structured_data_says_what_the_email_says(row, messages):
    message = messages[row["user_id"]]
    [script] = parsed(row["html"]).iter("script")
    offer, *cards = json.loads(script.text)["@graph"]
    assert offer == {"@type": "DiscountOffer", "description": "10 % off everything in Kitchen"}
    primary = message["blocks"][0]["items"]
    assert len(cards) == len(primary) == 4
    for position, (card, item) in enumerate(zip(cards, primary, strict=True), 1):
        if message["layout"] == "carousel":
            assert (card["@type"], card["position"], card["url"]) == ("PromotionCard", position, item["url"])
            name, offer = card["headline"], card
        else:
            assert card["@type"] == "Product"
            name, offer = card["name"], card["offers"]
            assert ("aggregateRating" in card) == (item["rating"] is not None)
        assert (name, offer["url"], offer["priceCurrency"]) == (item["name"], item["url"], "EUR")
        assert card["image"] == f"https://images.example/{position}.png"
    # a promotion's price is the one before the discount, 59.90
    if message["layout"] == "carousel":
        assert (cards[0]["price"], cards[0]["discountValue"]) == (59.9, 20)
    paid = [card.get("offers", card)["price"] - card.get("discountValue", 0) for card in cards]
    assert paid == pytest.approx([39.9, 1249, 24.5, 32])


def heard(element):
    """What a screen reader says, piece by piece."""
    if not isinstance(element.tag, str):  # a comment
        return
    if element.get("aria-hidden") == "true" or "display:none" in element.get("style", ""):
        return
    yield element.get("aria-label") or element.get("alt") or element.text or ""
    for child in element:
        yield from heard(child)
        yield child.tail or ""


def test_an_item_is_a_heading_that_is_heard_once(row, messages):
    items = [item for block in messages[row["user_id"]]["blocks"] for item in block["items"]]
    body = parsed(row["html"]).find("body")
    assert ["".join(heading.itertext()) for heading in body.iter("h3")] == [item["name"] for item in items]
    [title] = ["".join(heading.itertext()) for heading in body.iter("h1")]
    said = " ".join(" ".join(heard(body)).split())
    # the whole is labelled with the subject, which is the title as well; titles may name an item
    assert title == row["subject"] and said.count(" ".join(title.split())) >= 2
    for line in (title, *(block["title"] for block in messages[row["user_id"]]["blocks"])):
        said = said.replace(" ".join(line.split()), "")
    for item in items:
        assert said.count(item["name"]) == 1, item["name"]
    assert all(link.get("tabindex") == "-1" for link in body.iter("a") if link.get("aria-hidden"))


def test_a_struck_price_is_said_to_be_the_earlier_one(row, messages):
    message = messages[row["user_id"]]
    said = " ".join(" ".join(heard(parsed(row["html"]).find("body"))).split())
    struck = [item for block in message["blocks"] for item in block["items"] if item["list_price"]]
    assert len(struck) == 2
    for item in struck:
        prices = [" ".join(item[field].split()) for field in ("price", "list_price")]
        assert f" {WORDS[message['language']]['was']} ".join(prices) in said


def test_alt_texts_can_be_read_where_pictures_are_off(row):
    images = list(parsed(row["html"]).iter("img"))
    assert images
    for image in images:
        assert "color:#1b211e" in image.get("style") and "font-size:14px" in image.get("style")
    assert "font-size:0" not in row["html"]


def test_the_preview_holds_the_preheader_and_blanks_to_150_characters(row):
    hidden = next(
        element for element in parsed(row["html"]).iter("div") if "display:none" in element.get("style", "")
    )
    text, padding = hidden.text.strip().split("\N{COMBINING GRAPHEME JOINER}", 1)
    blanks = padding.count("\N{COMBINING GRAPHEME JOINER}") + 1
    assert not padding.strip("\N{COMBINING GRAPHEME JOINER} \n")
    assert len(text.strip()) + blanks == 150


def test_outlook_scales_by_96_and_keeps_dark_colours(row):
    assert "<o:PixelsPerInch>96</o:PixelsPerInch>" in row["html"]
    assert "[data-ogsc] .ink{color:#f2f3f0!important}" in row["html"]
    assert "[data-ogsb] .shell{background:#191e1b!important}" in row["html"]


def test_feedback_id_names_campaign_segment_layout_and_sender(rows):
    headers = json.loads(rows["layout-hero"]["headers"])
    assert headers["Feedback-ID"] == "recommendations-2017-11-15:new:hero:recmail"
    assert len(headers["Feedback-ID"].split(":")) == 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_english_is_left_in_another_language(rows, messages, language):
    row = rows[f"language-{language}"]
    ours = set(WORDS["en"].values()) - set(WORDS[language].values())
    lines = {line for line in row["text"].splitlines() if line}
    assert not lines & ours
    assert not any(f">{text}<" in row["html"] for text in ours)
    assert "Because you bought" not in row["text"] and "Only 3 left" not in row["text"]
    assert WORDS[language]["button"] in row["html"].replace("&#39;", "'")


@pytest.mark.parametrize("language", WORDS)
def test_every_language_has_every_word(language):
    assert WORDS[language].keys() == WORDS["en"].keys()
    assert all(text.strip() == text != "" for text in WORDS[language].values())
    if language != "en":
        assert not set(WORDS[language].values()) & set(WORDS["en"].values()), "not translated"
    assert {f"lead_{email_type}" for email_type in EMAIL_TYPES} - WORDS[language].keys() == {
        "lead_recommendations"
    }


@pytest.mark.parametrize("email_type", EMAIL_TYPES)
@pytest.mark.parametrize("part", ["html", "text"])
def test_golden_file_of_every_type(rows, email_type, part):
    """After a wanted change: rm tests/golden/email/*.html tests/golden/email/*.txt, run, and read the diff."""
    hold_to_golden(f"{email_type}.{'html' if part == 'html' else 'txt'}", rows[email_type][part])


@pytest.mark.parametrize("language", LANGUAGES)
def test_golden_text_of_every_language(rows, language):
    hold_to_golden(f"language-{language}.txt", rows[f"language-{language}"]["text"])


@pytest.mark.parametrize("theme", theme_names())
@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_golden_page_of_every_theme_in_every_language(messages, theme, language):
    """Of one item, so that the files stay small."""
    message = messages["recommendations" if language == "en" else f"language-{language}"]
    block = message["blocks"][0]
    short = message | {"blocks": [block | {"items": block["items"][:1]}]}
    [email], failed = Renderer(partial(sign, KEY), theme=load_theme(theme)).render_batch([short])
    assert not failed
    hold_to_golden(f"theme-{theme}-{language}.html", email[4])


def hold_to_golden(name, text):
    golden = GOLDEN / name
    if not golden.exists():
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text, "utf-8")
        pytest.fail(f"{golden} was missing and is written: read it, then run again")
    assert text == golden.read_text("utf-8")


@pytest.fixture
def mailbox():
    """An SMTP server on the loopback interface, and what it received."""
    controller_module = pytest.importorskip("aiosmtpd.controller")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    received = []

    class Keep:
        async def handle_DATA(self, server, session, envelope):
            received.append(envelope.content)
            return "250 kept"

    controller = controller_module.Controller(Keep(), hostname="127.0.0.1", port=port)
    controller.start()
    yield port, received
    controller.stop()


def test_a_message_survives_the_way_through_smtp(rows, mailbox):
    port, received = mailbox
    long_id = "u" * 300
    row = rows["language-fr"] | {
        "headers": rows["language-fr"]["headers"].replace("language-fr", long_id),
        "text": rows["language-fr"]["text"] + "x" * 2000,
    }
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.send_message(mime_message(row, "Shop <news@shop.example>", "anna@mail.example", SENT_AT))
    [content] = received
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    message = message_from_bytes(content, policy=policy.default)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert not any(part.defects for part in message.walk())
    assert message["Subject"] == row["subject"]
    assert parsedate_to_datetime(message["Date"]) == SENT_AT
    plain, html = (part.get_content().replace("\r\n", "\n").rstrip("\n") for part in message.iter_parts())
    assert (plain, html) == (row["text"].rstrip("\n"), row["html"].rstrip("\n"))
    # mail programs read this header as it is, on one line: folded or encoded it would be dead
    [header] = [line for line in content.split(b"\r\n") if line.lower().startswith(b"list-unsubscribe:")]
    assert re.fullmatch(rb"List-Unsubscribe: <https://[^>]*u=u{300}&t=[\w-]+>, <mailto:[^>]+>", header)
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in content


def test_dkim_covers_the_unsubscribe_headers(rows):
    dkim = pytest.importorskip("dkim")
    private_key, dns_record = dkim_key()
    content = mime_message(rows["recommendations"], "news@shop.example", "a@mail.example", SENT_AT).as_bytes()
    signed_headers = [b"from", b"to", b"subject", b"date", b"list-unsubscribe", b"list-unsubscribe-post"]
    signature = dkim.sign(content, b"s1", b"shop.example", private_key, include_headers=signed_headers)
    signed = signature + content

    def verifies(message):
        return dkim.verify(message, dnsfunc=lambda name, timeout=5: dns_record)

    assert verifies(signed)
    assert not verifies(signed.replace(b"One-Click", b"One-Clack"))
    assert not verifies(signed.replace(b"shop.example/unsubscribe", b"evil.example/unsubscribe"))
    assert not verifies(signed.replace(b"Walnut", b"Wallnut"))


def dkim_key():
    """A new RSA key as PEM, and its public half as a DNS record."""
    private_key = subprocess.run(
        ["openssl", "genrsa", "-traditional", "2048"], check=True, capture_output=True
    ).stdout
    public_key = subprocess.run(
        ["openssl", "rsa", "-pubout", "-outform", "DER"], input=private_key, check=True, capture_output=True
    ).stdout
    return private_key, b"v=DKIM1; k=rsa; p=" + base64.b64encode(public_key)
