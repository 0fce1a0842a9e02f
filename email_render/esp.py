"""The same templates with an ESP's own tags in place of values, for shops whose ESP fills them from synced attributes.

Jinja runs once per kind of email. What is the same for all messages of a kind (words, layout, footer) is printed; what
is a person's own becomes a tag, and an `if` on it becomes the ESP's own `if`. `attributes` is what to sync per person.
"""

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from jinja2 import nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from dbt_tools.private_files import private_files, replaced_folder
from email_render import load, sink
from email_render.gate import require_open_gate
from email_render.render import (
    EMAIL_TYPES,
    HTML_BYTES_MAX,
    HTML_BYTES_WARN,
    PADDING,
    TOO_LARGE,
    Renderer,
    block_macros,
    escaped,
    escaped_words_of,
    new_environment,
    personal_links,
    words_of,
)
from email_render.run import Job, Summary, summary_with_failed
from email_render.theme import DEFAULT, Theme, ThemedEnvironment, load_theme
from email_render.tokens import sign

PREFIX = "recmail_"
ATTRIBUTES_FILE = "attributes.parquet"
UNCHECKED_FILE = "unchecked.parquet"
ATTRIBUTES_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("message_id", "user_id", "template", "attributes")]
)
LINES = (
    *("subject", "preheader", "greeting", "headline"),
    *("offer_headline", "offer_ends", "offer_code", "offer_link"),
)
PERSONAL_LINKS = ("preferences_link", "unsubscribe_link", "view_link")
# the same for all but for the message's id in them
SHOP_LINKS = ("shop_link", "list_link", "see_all_link", "support_link")
# what is looped over, and what it always has
LOOPS = {"item": "url", "block": "title", "line": "text", "entry": "url"}
# what a block holds beside its title: values, and lists of things that have values
BLOCK_FIELDS = ("text", "link", "label")
BLOCK_LISTS = {"lines": ("text",), "links": ("label", "url")}
ITEM_FIELDS = ("name", "url", "price", "list_price", "reason", "badge", "rating")


class Dialect(NamedTuple):
    """How an ESP writes a value in HTML, a value as it is, and a condition; {} is the attribute's name."""

    escaped: str
    raw: str
    opening: str
    otherwise: str
    closing: str


ATTRIBUTE_VALUE = 'AttributeValue("{}")'  # AMPscript's


def ampscript_escaped(value: str) -> str:
    """AMPscript has no function that escapes; & first, or it would escape what the others made."""
    for mark, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('""', "&#34;"), ("'", "&#39;")):
        value = f'Replace({value}, "{mark}", "{entity}")'
    return value


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
    # AMPscript over the columns of the data extension that is sent to; one that is not there is empty
    "salesforce": Dialect(
        f"%%={ampscript_escaped(ATTRIBUTE_VALUE)}=%%",
        f"%%={ATTRIBUTE_VALUE}=%%",
        f"%%[IF NOT EMPTY({ATTRIBUTE_VALUE}) THEN]%%",
        "%%[ELSE]%%",
        "%%[ENDIF]%%",
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
    """`{% if x %}` prints the ESP's `if` when x is a Tag; what a loop prints is printed only where the ESP has it."""

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
        name = getattr(node.target, "name", None)
        if name in LOOPS:
            has_one = nodes.Getitem(nodes.Name(name, "load"), nodes.Const(LOOPS[name]), "load")
            node.body = [print_call("esp_open", has_one), *node.body, print_call("esp_close")]
        return node.set_lineno(node.lineno)


def call(name: str, *arguments: nodes.Expr) -> nodes.Call:
    return nodes.Call(nodes.Name(name, "load"), list(arguments), [], None, None)


def print_call(name: str, *arguments: nodes.Expr) -> nodes.Output:
    return nodes.Output([call(name, *arguments)])


class EspEnvironment(ThemedEnvironment):
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

    def __init__(self, esp: str, theme: Theme | None = None):
        self.dialect = DIALECTS[esp]
        environment = new_environment(theme or load_theme(DEFAULT), autoescape=False, of=EspEnvironment)
        environment.globals.update(
            esp_is_tag=lambda value: isinstance(value, Tag),
            esp_open=lambda tag: self.dialect.opening.format(tag.attribute),
            esp_otherwise=lambda: self.dialect.otherwise,
            esp_close=lambda: self.dialect.closing,
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
        tagged = example | {
            "lead_key": f"lead_{example['trigger_type']}",
            "cards": self._raw("cards"),
            "preheader_padding": PADDING,
        }
        # of each recipient: one made-up person among them must not make everybody one
        tagged["is_synthetic"] = self._raw("is_synthetic")
        for field in (*LINES, *PERSONAL_LINKS):
            tagged |= self._both(field, field)
        if not example["view_url"]:
            tagged["view_link"] = None
        own_id = f"message_id={quote(example['message_id'], safe='')}"
        tag = f"message_id={self._raw('message_id')}"
        for field in SHOP_LINKS:
            tagged[field] = example[field].replace(f"{own_id}&", f"{tag}&")
            # the tag itself is not escaped: an ESP's may hold quotes
            tagged[f"{field}_html"] = escaped(example[field]).replace(f"{own_id}&amp;", f"{tag}&amp;")
        if leads_to_cart(example):
            tagged |= self._both("list_link", "list_link")
        tagged["blocks"] = [self._block(block) for block in example["blocks"]]
        return tagged

    def _block(self, block: dict) -> dict:
        name = f"block_{block['number']}"
        tagged = {
            "kind": block["kind"],
            "layout": block["layout"],
            "items": [self._slot(slot) for slot in slots(block)],
            "has_images": self._raw(f"{name}_has_images"),
            "image_html": Tag(self.dialect.escaped, f"{PREFIX}{name}_image"),
        }
        for field in ("title", *BLOCK_FIELDS):
            tagged |= self._both(field, f"{name}_{field}")
        for things, fields in BLOCK_LISTS.items():
            tagged[things] = [{} for _ in block.get(things) or ()]
            for number, thing in enumerate(tagged[things], 1):
                for field in fields:
                    thing |= self._both(field, f"{name}_{things}_{number}_{field}")
        return tagged

    def _slot(self, slot: str) -> dict:
        fields: dict[str, Tag] = {"image_html": Tag(self.dialect.escaped, f"{PREFIX}{slot}_image")}
        for field in ITEM_FIELDS:
            fields |= self._both(field, f"{slot}_{field}")
        return fields

    def _both(self, field: str, attribute: str) -> dict[str, Tag]:
        return {
            field: self._raw(attribute),
            f"{field}_html": Tag(self.dialect.escaped, PREFIX + attribute),
        }

    def _raw(self, attribute: str) -> Tag:
        return Tag(self.dialect.raw, PREFIX + attribute)


def attributes(message: dict, links: dict[str, str]) -> dict[str, str]:
    """What the tags stand for, unescaped; what a message does not have is left out."""
    values = {line: message[line] for line in LINES}
    values |= {f"{purpose}_link": link for purpose, link in links.items()}
    if leads_to_cart(message):
        values["list_link"] = message["list_link"]
    values["cards"] = message["cards"]
    values["is_synthetic"] = "yes" if message["is_synthetic"] else None
    values["message_id"] = quote(message["message_id"], safe="")
    for block in message["blocks"]:
        name = f"block_{block['number']}"
        values[f"{name}_title"] = block["title"]
        values[f"{name}_has_images"] = "yes" if block["has_images"] else None
        values[f"{name}_image"] = unescaped(block.get("image_html"))
        values |= {f"{name}_{field}": block.get(field) for field in BLOCK_FIELDS}
        for things, fields in BLOCK_LISTS.items():
            for number, thing in enumerate(block.get(things) or (), 1):
                values |= {f"{name}_{things}_{number}_{field}": thing[field] for field in fields}
        for slot, item in zip(slots(block), block["items"], strict=True):
            values[f"{slot}_image"] = unescaped(item["image_html"])
            values |= {f"{slot}_{field}": item[field] for field in ITEM_FIELDS}
    return {PREFIX + name: value for name, value in values.items() if value}


def leads_to_cart(message: dict) -> bool:
    """Whether the main button's link is the recipient's own."""
    return message["main_word"] == "button_to_cart"


def unescaped(value: str | None) -> str | None:
    return value and Markup(value).unescape()


def slots(block: dict) -> list[str]:
    """Names for the block's items, the same whatever another block lacks."""
    return [f"item_{block['first_position'] + number}" for number in range(len(block["items"]))]


def kind_of(message: dict) -> str:
    """Messages of one kind share a template: of a type, layout and locale, with the same kinds of blocks."""
    own_blocks = [
        f"{block['number']}_{block['layout'] if block['kind'] == 'items' else block['kind']}"
        for block in message["blocks"]
        if block["kind"] != "items" or block["layout"] not in (message["layout"], load.COMPACT)
    ]
    return "-".join([*(message[field] for field in ("trigger_type", "layout", "locale")), *own_blocks])


def write_templates(job: Job, esp: str, limit: int | None) -> tuple[int, Summary]:
    """Write a template per kind of message, what to sync per recipient, and what was set aside, as `render` does.

    In a new folder that takes the place of the earlier one: what was to sync yesterday must not stay. Returns how many
    templates there are, and the summary of the messages.
    """
    with private_files(), load.open_warehouse(job.database) as connection:
        require_open_gate(connection)
        with replaced_folder(job.out) as out:
            kinds, failed = write_all_attributes(connection, job, limit, out / UNCHECKED_FILE)
            renderer = EspRenderer(esp, job.theme)
            templates = {name: renderer.template(kind.example()) for name, kind in kinds.items()}
            for name, template in templates.items():
                (out / f"{name}.html").write_text(template.html, "utf-8")
                (out / f"{name}.txt").write_text(template.text, "utf-8")
                (out / f"{name}.subject.txt").write_text(template.subject + "\n", "utf-8")
            filled = {
                name: FilledSize(template.html, renderer.dialect) for name, template in templates.items()
            }
            summary = keep_what_is_not_too_large(out, filled, failed)
    return len(templates), summary


def write_all_attributes(
    connection: duckdb.DuckDBPyConnection, job: Job, limit: int | None, path: Path
) -> tuple[dict[str, "Kind"], list[tuple]]:
    """The attributes of every message that may be mailed, to a file; its kinds, and the others' rows of failed.parquet.

    Each message is rendered as if it were to be sent: whatever sets it aside there sets it aside here.
    """
    signer = partial(sign, job.key)
    renderer = Renderer(signer, job.escaping, job.theme)
    kinds: dict[str, Kind] = {}
    failed: list[tuple] = []
    with sink.parquet_file(path, ATTRIBUTES_SCHEMA) as attributes_file:
        for chunk in load.plan_chunks(connection, limit):
            for messages in load.read_chunk(connection, chunk):
                emails, failed_here = renderer.render_batch(messages)
                failed += failed_here
                rendered = {email[0] for email in emails}
                sendable = [message for message in messages if message["message_id"] in rendered]
                attributes_file.write_table(attributes_table(sendable, signer))
                for message in sendable:
                    kinds.setdefault(kind_of(message), Kind(message)).widen(message)
    return kinds, failed


def keep_what_is_not_too_large(out: Path, filled: dict[str, "FilledSize"], failed: list[tuple]) -> Summary:
    """attributes.parquet of those whose filled template is no larger than an email may be."""
    emails = large = 0
    unchecked = out / UNCHECKED_FILE
    with (
        pq.ParquetFile(unchecked) as part,
        sink.parquet_file(out / ATTRIBUTES_FILE, ATTRIBUTES_SCHEMA) as attributes_file,
    ):
        for batch in part.iter_batches(load.BATCH_MESSAGES):
            kept = []
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                message_id, user_id, kind, values = row
                size = filled[kind].of(json.loads(values))
                if size > HTML_BYTES_MAX:
                    failed = [entry for entry in failed if entry[0] != message_id]
                    failed.append((message_id, user_id, *TOO_LARGE.values(), sink.SET_ASIDE))
                    continue
                kept.append(row)
                large += size > HTML_BYTES_WARN
            emails += len(kept)
            attributes_file.write_table(
                pa.Table.from_arrays(
                    sink.text_columns(kept, len(ATTRIBUTES_SCHEMA)), schema=ATTRIBUTES_SCHEMA
                )
            )
    unchecked.unlink()
    return summary_with_failed(out, emails, large, sorted(failed, key=lambda row: (row[1], row[0])))


class Kind:
    """The messages that share a template: one of them, and in each block as many of everything as any of them has."""

    def __init__(self, message: dict):
        self._message = message
        self._blocks: dict[int, dict] = {}

    def widen(self, message: dict) -> None:
        for block in message["blocks"]:
            widest = self._blocks.setdefault(block["number"], dict(block))
            for things in ("items", *BLOCK_LISTS):
                widest[things] = max(widest.get(things) or [], block.get(things) or [], key=len)

    def example(self) -> dict:
        return self._message | {"blocks": [self._blocks[number] for number in sorted(self._blocks)]}


class FilledSize:
    """How many bytes a template's HTML has when an ESP has filled it: none of them makes more."""

    # of a character in the engine that escapes it longest, over the one it has by itself
    ESCAPED_EXTRA = {"&": 4, "<": 3, ">": 3, '"': 5, "'": 5, "`": 5, "=": 5}

    def __init__(self, html: str, dialect: Dialect):
        # the raw tag of Handlebars holds the escaped one
        kinds = ("opening", "otherwise", "closing", "raw", "escaped")
        tag = re.compile("|".join(f"(?P<{kind}>{tag_pattern(getattr(dialect, kind))})" for kind in kinds))
        self._tags: list[tuple[str, str]] = []
        self._text_bytes: list[int] = []
        end = 0
        for found in tag.finditer(html):
            [attribute] = re.findall(rf"\b{PREFIX}\w+", found[0]) or [""]
            self._tags.append((found.lastgroup, attribute))
            self._text_bytes.append(len(html[end : found.start()].encode()))
            end = found.end()
        self._text_bytes.append(len(html[end:].encode()))

    def of(self, values: dict[str, str]) -> int:
        size = self._text_bytes[0]
        branches = [True]  # of each open condition, the innermost last: whether its present branch is printed
        conditions = []
        for (kind, attribute), text_bytes in zip(self._tags, self._text_bytes[1:], strict=True):
            value = values.get(attribute, "")
            if kind == "opening":
                conditions.append(bool(value))
                branches.append(branches[-1] and bool(value))
            elif kind == "otherwise":
                branches[-1] = branches[-2] and not conditions[-1]
            elif kind == "closing":
                conditions.pop()
                branches.pop()
            elif branches[-1]:
                size += len(value.encode())
                if kind == "escaped":
                    size += sum(value.count(mark) * extra for mark, extra in self.ESCAPED_EXTRA.items())
            if branches[-1]:
                size += text_bytes
        return size


def tag_pattern(pattern: str) -> str:
    """A regular expression for the tags of a dialect's pattern, whose braces stand for themselves when doubled."""
    is_named = "{}" in pattern
    return re.escape(pattern.format("NAME") if is_named else pattern).replace("NAME", rf"{PREFIX}\w+")


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
