"""Blocks of every kind, in both parts and for ESPs: a list, of which a queue says kind and title."""

import re
from functools import partial
from urllib.parse import parse_qs, urlsplit

import duckdb
import html5lib
import pytest
from email_render_warehouse import build_warehouse

from email_render.errors import SetAside
from email_render.esp import EspRenderer, attributes, kind_of
from email_render.load import BLOCK_KINDS, LAYOUTS, TEMPLATES, open_warehouse, plan_chunks, read_chunk
from email_render.render import Renderer, personal_links
from email_render.tokens import sign

SIGNER = partial(sign, b"0123456789abcdef0123456789abcdef")
BLOCKS = """
update dbt_email.email_queue set blocks = [
    {'kind': 'banner', 'title': 'Spring & more', 'text': 'Half of it is new', 'url': 'https://shop.example/spring',
     'label': 'Have a look', 'image_url': 'https://images.example/spring.png'},
    {'block': 'primary', 'kind': 'items', 'title': 'Picked for you', 'first_position': 1, 'last_position': 2},
    {'kind': 'items', 'layout': 'list', 'title': 'One alone', 'first_position': 3, 'last_position': 3},
    {'kind': 'benefits', 'title': 'Why here', 'lines': ['Free <returns>', 'Open until 8']},
    {'kind': 'social', 'title': 'Meet us', 'links': [
        {'label': 'Instagram', 'url': 'https://social.example/a?b=1&c=2'}, {'label': 'Blog', 'url': 'https://blog.example/'}
    ]},
    {'kind': 'text', 'title': 'A word', 'text': 'We moved.', 'url': 'https://shop.example/map', 'label': 'Map'},
    {'block': 'secondary', 'kind': 'items', 'title': 'You may also like', 'first_position': 5, 'last_position': 6}
]::struct(
    block varchar, kind varchar, layout varchar, title varchar, first_position integer, last_position integer,
    text varchar, url varchar, label varchar, image_url varchar, lines varchar[],
    links struct(label varchar, url varchar)[]
)[]
"""


def messages_of(path, change=""):
    database = build_warehouse(path / "warehouse.duckdb")
    with duckdb.connect(str(database)) as connection:
        connection.execute("alter table dbt_email.email_queue alter blocks type " + BLOCKS.partition("::")[2])
        connection.execute(BLOCKS)
        connection.execute(change)
    found = open_warehouse(database)
    [chunk] = plan_chunks(found, limit=1)
    [[message]] = read_chunk(found, chunk)
    return message


def parsed(html):
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    document = parser.parse(html)
    assert parser.errors == []
    return document


def test_blocks_are_printed_in_the_order_of_the_queue_in_both_parts(tmp_path):
    message = messages_of(tmp_path)
    assert not message["faults"]
    email = Renderer(SIGNER).render(message)
    document = parsed(email.html)
    titles = [block["title"] for block in message["blocks"]]
    assert titles == [
        *(
            "Spring & more",
            "Picked for you",
            "One alone",
            "Why here",
            "Meet us",
            "A word",
            "You may also like",
        ),
    ]
    assert ["".join(title.itertext()) for title in document.iter("h2")] == titles
    body = " ".join("".join(document.find("body").itertext()).split())
    for part in (body, email.text):
        places = [part.rindex(title) for title in titles]
        assert places == sorted(places)
        assert re.findall(r"Item \d", part) == [f"Item {position}" for position in (1, 2, 3, 5, 6)]
        for line in ("Half of it is new", "Free <returns>", "Open until 8", "Instagram", "We moved.", "Map"):
            assert line in part
    links = {element.get("href") for element in document.iter("a")}
    assert links == set(re.findall(r"https://\S+", email.text))
    contents = {
        urlsplit(link).netloc + urlsplit(link).path: parse_qs(urlsplit(link).query).get("utm_content")
        for link in links
    }
    assert contents["shop.example/spring"] == ["banner-1"] and contents["shop.example/map"] == ["text-6"]
    assert contents["social.example/a"] == contents["blog.example/"] == ["social-5"]


def test_items_have_a_layout_in_each_block(tmp_path):
    message = messages_of(tmp_path)
    assert [block["layout"] for block in message["blocks"] if block["kind"] == "items"] == [
        *("grid", "list", "compact")
    ]
    assert kind_of(message) == "recommendations-grid-en-1_banner-3_list-4_benefits-5_social-6_text"


def test_both_ways_of_escaping_agree(tmp_path):
    written = []
    for escaping in ("sql", "template"):
        folder = tmp_path / escaping
        folder.mkdir()
        messages_of(folder)
        connection = open_warehouse(folder / "warehouse.duckdb", escaping)
        [chunk] = plan_chunks(connection, limit=1)
        [[message]] = read_chunk(connection, chunk)
        written.append(Renderer(SIGNER, escaping).render(message)[:2])
    assert written[0] == written[1]


def test_an_esp_s_template_has_them_too(tmp_path):
    liquid = pytest.importorskip("liquid")
    message = messages_of(tmp_path)
    template = EspRenderer("braze").template(message)
    assert "We moved." not in template.html, "may be another one's"
    values = attributes(message, personal_links(message, SIGNER))
    plain = re.sub(r"custom_attribute\.\$\{(\w+)\}", r"custom_attribute.\1", template.text)
    text = liquid.Template(plain).render(custom_attribute=values)
    expected = Renderer(SIGNER).render(message).text
    assert [line for line in text.splitlines() if line.strip()] == [
        line for line in expected.splitlines() if line.strip()
    ]


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("'kind': 'banner'", "'kind': 'poster'", ("blocks.kind", "is not one of banner, benefits")),
        ("'layout': 'list'", "'layout': 'pile'", ("blocks.layout", "is not one of carousel, compact")),
        ("'title': 'A word'", "'title': ' '", ("blocks.title", "is missing")),
        ("'https://shop.example/map'", "'javascript:alert(1)'", ("blocks.url", "is not an https")),
        ("'label': 'Map'", "'label': null", ("blocks.label", "is missing")),
        ("'https://blog.example/'", "'http://blog.example/'", ("blocks.links", "is not an https")),
        ("'Open until 8'", "' '", ("blocks.lines", "is missing")),
        (
            "'https://images.example/spring.png'",
            "'https://a.example/\"x'",
            ("blocks.image_url", "is not an https"),
        ),
    ],
)
def test_a_block_at_fault_sets_its_message_aside(tmp_path, before, after, fault):
    assert before in BLOCKS
    message = messages_of(tmp_path, BLOCKS.replace(before, after))
    [found] = message["faults"]
    assert found["field"] == fault[0] and found["reason"].startswith(fault[1])
    with pytest.raises(SetAside):
        Renderer(SIGNER).render(message)


def test_an_offer_says_what_until_when_with_its_code_and_link(tmp_path):
    message = messages_of(
        tmp_path,
        """
        alter table dbt_email.email_queue alter offer type struct(
            offer_name varchar, ends_text varchar, headline varchar, offer_code varchar, offer_url varchar,
            ends_at timestamp
        );
        update dbt_email.email_queue set offer = {
            'offer_name': 'Coupon 23', 'ends_text': null, 'headline': '20 % off "drinks" until 4 February',
            'offer_code': 'SIP<20>', 'offer_url': 'https://shop.example/drinks?a=1',
            'ends_at': timestamp '2018-02-04 23:59:59'
        }
        """,
    )
    assert not message["faults"]
    email = Renderer(SIGNER).render(message)
    document = parsed(email.html)
    body = "".join(document.find("body").itertext())
    for part in (body, email.text):
        assert '20 % off "drinks" until 4 February' in part
        assert "Your code SIP<20>" in " ".join(part.split()) and "Coupon 23" not in part
    [link] = {link.get("href") for link in document.iter("a") if "/drinks?" in link.get("href")}
    assert link in email.text.splitlines()
    query = parse_qs(urlsplit(link).query)
    assert query["utm_content"] == ["offer"] and query["a"] == ["1"]
    assert query["message_id"] == [message["message_id"]]
    assert (
        message["offer_card"]
        == '{"@type":"DiscountOffer","description":"20 % off \\"drinks\\" until 4 February"'
        ',"discountCode":"SIP\\u003c20\\u003e","availabilityEnds":"2018-02-04T23:59:59Z"}'
    )


def test_a_picture_stands_once_in_gmail_s_carousel(tmp_path):
    message = messages_of(
        tmp_path,
        """
        update dbt_email.email_queue set layout = 'carousel';
        update dbt_recommendations.user_recommendations set image_url = 'https://images.example/1.png'
        where position = 2
        """,
    )
    assert re.findall(r'"PromotionCard","headline":"(Item \d)', message["cards"]) == ["Item 1"]


def test_links_to_all_and_to_the_email_in_a_browser(tmp_path):
    message = messages_of(
        tmp_path,
        """
        alter table dbt_email.email_queue add column see_all_url varchar default 'https://shop.example/all';
        alter table dbt_email.email_queue add column view_online_url varchar default 'https://shop.example/mail#x'
        """,
    )
    email = Renderer(SIGNER).render(message)
    links = [link.get("href") for link in parsed(email.html).iter("a")]
    contents = [parse_qs(urlsplit(link).query)["utm_content"] for link in links if "/all?" in link]
    assert contents == [["hero"], ["see-all"]]
    [view] = [link for link in links if "/mail?" in link]
    query = parse_qs(urlsplit(view).query)
    assert query == {
        "message_id": [message["message_id"]],
        "u": [message["user_id"]],
        "t": [SIGNER("view", message["user_id"])],
    }
    assert urlsplit(view).fragment == "x" and view in email.text.splitlines()
    assert links[0] == view


def test_the_main_button_of_a_cart_mail_leads_to_the_cart(tmp_path):
    message = messages_of(
        tmp_path,
        "alter table dbt_email.email_queue add column cart_url varchar default 'https://shop.example/cart?user=u%201'",
    )
    email = Renderer(SIGNER).render(message)
    links = {
        " ".join("".join(link.itertext()).split()): link.get("href") for link in parsed(email.html).iter("a")
    }
    assert links["Go to your basket"].startswith("https://shop.example/cart?user=u%201&utm_source=recmail")
    assert "Visit the shop" not in links and links["See all"].startswith("https://shop.example/?")
    assert links["Go to your basket"] in email.text.splitlines() and "Go to your basket" in email.text
    (tmp_path / "script").mkdir()
    [fault] = messages_of(
        tmp_path / "script",
        "alter table dbt_email.email_queue add column cart_url varchar default 'javascript:alert(1)'",
    )["faults"]
    assert fault["field"] == "cart_url"


def test_a_kind_of_block_is_a_template_for_each_part():
    assert [*BLOCK_KINDS] == ["banner", "benefits", "items", "social", "text"]
    assert sorted(path.stem for path in (TEMPLATES / "blocks").glob("*.txt")) == BLOCK_KINDS
    assert LAYOUTS == ["carousel", "compact", "grid", "hero", "list"]
