"""The templates as one f-string each: what rendering costs at least in Python, with the same bytes.

The text comes from the templates themselves, with tags of its own as for an ESP, so it can't be another email.
"""

import re
from functools import partial

# in C, and without the object that `escape` wraps around what this returns
from markupsafe._speedups import _escape_inner

from email_render import load
from email_render.esp import DIALECTS, PERSONAL_LINKS, Dialect, EspRenderer
from email_render.render import PADDING, headers, padding_after, personal_links
from email_render.tokens import sign

DIALECT = Dialect("\x01e {}\x02", "\x01r {}\x02", "\x01if {}\x02", "\x01else\x02", "\x01end\x02")


class FStringRenderer:
    """Like email_render's Renderer, for messages of the example's kind that have as many items."""

    def __init__(self, example: dict, key: bytes):
        DIALECTS["f-string"] = DIALECT
        template = EspRenderer("f-string").template(example)
        html = template.html.replace(PADDING, padding_after(example["preheader"]))
        counts = [len(block["items"]) for block in example["blocks"]]
        self._html = Source(html, counts).function()
        self._text = Source(template.text, counts).function()
        self._signer = partial(sign, key)

    def render_batch(self, messages: list[dict]) -> tuple[list[tuple], list[tuple]]:
        emails = []
        for message in messages:
            links = personal_links(message, self._signer)
            items = [item for block in message["blocks"] for item in block["items"]]
            for item in items:
                item["image"] = item["image_html"]
            emails.append(
                (
                    message["message_id"],
                    message["user_id"],
                    message["subject"],
                    message["preheader"],
                    self._html(message, items, links),
                    self._text(message, items, links),
                    headers(message, links["unsubscribe"]),
                )
            )
        return emails, []


class Source:
    """Python source for one template: an f-string, and one more for each condition in it."""

    def __init__(self, template: str, item_counts: list[int]):
        self._tokens = re.split("\x01(.*?)\x02", template)  # text, tag, text, tag, …
        self._item_counts = item_counts
        self._conditions: list[str] = []

    def function(self):
        """A function of message, items and links."""
        printed, _ = self._expression(0, ())
        lines = [f"i{number + 1} = items[{number}]" for number in range(sum(self._item_counts))]
        lines += [f"b{number + 1} = message['blocks'][{number}]" for number in range(len(self._item_counts))]
        lines += [*self._conditions, f"return ({printed})"]
        scope: dict = {"escape": _escape_inner}
        exec("def render(message, items, links):\n" + "".join(f"    {line}\n" for line in lines), scope)
        return scope["render"]

    def _expression(self, position: int, ends: tuple[str, ...]) -> tuple[str, int]:
        """What is printed from a token on, until one of the tags that end it, and where that is."""
        parts = []
        while position < len(self._tokens) and not (position % 2 and self._tokens[position] in ends):
            token = self._tokens[position]
            kind, _, attribute = token.partition(" ")
            if position % 2 == 0:
                parts.append(repr(token))
            elif kind == "if":
                yes, position = self._expression(position + 1, ("else", "end"))
                no = "''"
                if self._tokens[position] == "else":
                    no, position = self._expression(position + 1, ("end",))
                variable = f"part_{len(self._conditions)}"
                self._conditions.append(f"{variable} = ({yes}) if {value(attribute)} else ({no})")
                parts.append(f'f"{{{variable}}}"')
            else:
                printed = f"escape({value(attribute)})" if kind == "e" else value(attribute)
                parts.append(f'f"{{{printed}}}"')
            position += 1
        return " ".join(parts) or "''", position


def value(attribute: str) -> str:
    """Where the function finds what an ESP's attribute stands for."""
    attribute = attribute.removeprefix("recmail_")
    if item := re.fullmatch(r"item_(\d+)_(\w+)", attribute):
        return f"i{item[1]}[{item[2]!r}]"
    if block := re.fullmatch(r"block_(\d+)_(\w+)", attribute):
        return f"b{block[1]}[{block[2]!r}]"
    if attribute in PERSONAL_LINKS:
        return f"links[{attribute.removesuffix('_link')!r}]"
    return f"message[{attribute!r}]"


def read_unescaped() -> None:
    """From now on the marts are read without the escaped twins of values, which f-strings have no use for."""
    load.HTML_MACROS["sql"] = """
        create temp macro html(value) as null::varchar;
        create temp macro html_link(url) as null::varchar
    """
    load.ITEMS = load.ITEMS.replace("html_link(image_url) as image_html", "image_url as image_html")
