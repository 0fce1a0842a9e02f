"""The same templates with an ESP's own tags in place of values, for shops whose ESP fills them from synced attributes.

Jinja runs once per kind of email. What is the same for all messages of a kind (words, layout, footer) is printed; what
is a person's own becomes a tag, and an `if` on it becomes the ESP's own `if`. `attributes` is what to sync per person.
"""

import json
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import pyarrow as pa
from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from email_render import load, sink
from email_render.gate import require_open_gate
from email_render.render import (
    EMAIL_TYPES,
    block_macros,
    escaped_words_of,
    new_environment,
    personal_links,
    words_of,
)
from email_render.run import Job
from email_render.tokens import sign

PREFIX = "recmail_"
ATTRIBUTES_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("message_id", "user_id", "template", "attributes")]
)
LINES = ("subject", "preheader", "greeting", "offer_name", "offer_ends")
ITEM_FIELDS = ("name", "url", "price", "list_price", "reason", "badge", "rating", "rating_count")


class Dialect(NamedTuple):
    """How an ESP writes a value in HTML, a value as it is, and a condition; {} is the attribute's name."""

    escaped: str
    raw: str
    opening: str
    otherwise: str
    closing: str


HANDLEBARS = Dialect("{{{{{}}}}}", "{{{{{{{}}}}}}}", "{{{{#if {}}}}}", "{{else}}", "{{/if}}")
DIALECTS = {
    # Django's template language over the profile's properties
    "klaviyo": Dialect(
        "{{{{ person.{}|escape }}}}",
        "{{{{ person.{}|safe }}}}",
        "{{% if person.{} %}}",
        "{% else %}",
        "{% endif %}",
    ),
    # Mailchimp Transactional with merge_language handlebars: a field of a campaign holds 255 bytes, too few for links
    "mailchimp": HANDLEBARS,
    # dynamic_template_data
    "sendgrid": HANDLEBARS,
    # Liquid over custom attributes; it escapes nothing by itself
    "braze": Dialect(
        "{{{{custom_attribute.${{{}}} | escape}}}}",
        "{{{{custom_attribute.${{{}}}}}}}",
        "{{% if custom_attribute.${{{}}} %}}",
        "{% else %}",
        "{% endif %}",
    ),
    "handlebars": HANDLEBARS,
}


class Tag(str):
    """A tag of the ESP, printed as it is. A Jinja `if` on it is left to the ESP."""

    attribute: str

    def __new__(cls, pattern: str, attribute: str):
        tag = super().__new__(cls, pattern.format(attribute))
        tag.attribute = attribute
        return tag


class LeaveConditionsToTheEsp(NodeTransformer):
    """`{% if x %}` prints the ESP's `if` when x is a Tag; a loop's item is printed only where the ESP has one."""

    def visit_If(self, node: nodes.If) -> nodes.If:
        if node.elif_:  # as an `if` in `else`, which needs no rule of its own
            first, *others = node.elif_
            node.else_ = [nodes.If(first.test, first.body, others, node.else_).set_lineno(first.lineno)]
            node.elif_ = []
        self.generic_visit(node)
        by_esp = [print_call("esp_open", node.test), *node.body]
        if node.else_:
            by_esp += [print_call("esp_otherwise"), *node.else_]
        by_esp.append(print_call("esp_close"))
        return nodes.If(call("esp_is_tag", node.test), by_esp, [], [node]).set_lineno(node.lineno)

    def visit_For(self, node: nodes.For) -> nodes.For:
        self.generic_visit(node)
        if isinstance(node.target, nodes.Name) and node.target.name == "item":
            has_item = nodes.Getitem(nodes.Name("item", "load"), nodes.Const("url"), "load")
            node.body = [print_call("esp_open", has_item), *node.body, print_call("esp_close")]
        return node.set_lineno(node.lineno)


def call(name: str, *arguments: nodes.Expr) -> nodes.Call:
    return nodes.Call(nodes.Name(name, "load"), list(arguments), [], None, None)


def print_call(name: str, *arguments: nodes.Expr) -> nodes.Output:
    return nodes.Output([call(name, *arguments)])


class EspEnvironment(Environment):
    """Compiles templates with conditions left to the ESP."""

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = LeaveConditionsToTheEsp().visit(super()._parse(source, name, filename))
        return tree.set_environment(self)


class EspTemplate(NamedTuple):
    html: str
    text: str
    subject: str


class EspRenderer:
    """Renders the template of a kind of message for one ESP."""

    def __init__(self, esp: str):
        self._dialect = DIALECTS[esp]
        environment = new_environment(autoescape=False, of=EspEnvironment)
        environment.globals.update(
            esp_is_tag=lambda value: isinstance(value, Tag),
            esp_open=lambda tag: self._dialect.opening.format(tag.attribute),
            esp_otherwise=lambda: self._dialect.otherwise,
            esp_close=lambda: self._dialect.closing,
        )
        environment.globals.update(block_macros(environment))
        self._html = {name: environment.get_template(f"types/{name}.html") for name in EMAIL_TYPES}
        self._text = environment.get_template("base.txt")

    def template(self, example: dict) -> EspTemplate:
        """The template of all messages of this one's kind that have no more items in any block."""
        message = self._with_tags(example)
        return EspTemplate(
            html=self._html[message["trigger_type"]].render(
                message, words=escaped_words_of(message["words"])
            ),
            text=self._text.render(message, words=words_of(message["words"])),
            subject=message["subject"],
        )

    def _with_tags(self, example: dict) -> dict:
        tagged = example | {"lead_key": f"lead_{example['trigger_type']}", "cards": self._raw("cards")}
        for field in (*LINES, "preferences_link", "unsubscribe_link"):
            tagged |= self._both(field, field)
        tagged["blocks"] = []
        number = 0
        for block_number, block in enumerate(example["blocks"], 1):
            items = []
            for _ in block["items"]:
                number += 1
                items.append(self._slot(f"item_{number}"))
            title = self._both("title", f"block_{block_number}_title")
            has_images = self._raw(f"block_{block_number}_has_images")
            tagged["blocks"].append(
                {"block": block["block"], "items": items, "has_images": has_images} | title
            )
        return tagged

    def _slot(self, slot: str) -> dict:
        fields: dict[str, Tag] = {"image_html": Tag(self._dialect.escaped, f"{PREFIX}{slot}_image")}
        for field in ITEM_FIELDS:
            fields |= self._both(field, f"{slot}_{field}")
        return fields

    def _both(self, field: str, attribute: str) -> dict[str, Tag]:
        return {
            field: self._raw(attribute),
            f"{field}_html": Tag(self._dialect.escaped, PREFIX + attribute),
        }

    def _raw(self, attribute: str) -> Tag:
        return Tag(self._dialect.raw, PREFIX + attribute)


def attributes(message: dict, links: dict[str, str]) -> dict[str, str]:
    """What the tags stand for, unescaped; what a message does not have is left out."""
    values = {line: message[line] for line in LINES}
    values |= {f"{purpose}_link": link for purpose, link in links.items()}
    values["cards"] = message["cards"]
    number = 0
    for block_number, block in enumerate(message["blocks"], 1):
        values[f"block_{block_number}_title"] = block["title"]
        values[f"block_{block_number}_has_images"] = "yes" if block["has_images"] else None
        for item in block["items"]:
            number += 1
            values[f"item_{number}_image"] = item["image_html"] and Markup(item["image_html"]).unescape()
            values |= {f"item_{number}_{field}": item[field] for field in ITEM_FIELDS}
    return {PREFIX + name: value for name, value in values.items() if value}


def kind_of(message: dict) -> str:
    """Messages of one kind share a template."""
    return "-".join(message[field] for field in ("trigger_type", "layout", "locale"))


def write_templates(job: Job, esp: str, limit: int | None) -> int:
    """Write a template per kind of message and the attributes of every message; returns how many templates."""
    signer = partial(sign, job.key)
    examples: dict[str, dict] = {}
    with (
        load.open_warehouse(job.database) as connection,
        sink.parquet_file(job.out / "attributes.parquet", ATTRIBUTES_SCHEMA) as attributes_file,
    ):
        require_open_gate(connection)
        for chunk in load.plan_chunks(connection, limit):
            for messages in load.read_chunk(connection, chunk):
                sendable = [message for message in messages if not message["faults"]]
                attributes_file.write_table(attributes_table(sendable, signer))
                for message in sendable:
                    known = examples.setdefault(kind_of(message), message)
                    if item_count(message) > item_count(known):
                        examples[kind_of(message)] = message
    renderer = EspRenderer(esp)
    for kind, example in examples.items():
        template = renderer.template(example)
        (job.out / f"{kind}.html").write_text(template.html, "utf-8")
        (job.out / f"{kind}.txt").write_text(template.text, "utf-8")
        (job.out / f"{kind}.subject.txt").write_text(template.subject + "\n", "utf-8")
    return len(examples)


def item_count(message: dict) -> int:
    return sum(len(block["items"]) for block in message["blocks"])


def attributes_table(messages: list[dict], signer: Callable[[str, str], str]) -> pa.Table:
    rows = [
        (
            message["message_id"],
            message["user_id"],
            kind_of(message),
            json.dumps(attributes(message, personal_links(message, signer)), ensure_ascii=False),
        )
        for message in messages
    ]
    return pa.Table.from_arrays(sink.text_columns(rows, len(ATTRIBUTES_SCHEMA)), schema=ATTRIBUTES_SCHEMA)
