"""Turns one message, as load.py yields it, into an email: HTML and plain text with the same content."""

import json
import traceback
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, UndefinedError
from jinja2.runtime import Macro
from markupsafe import escape

from dbt_tools.project import files_state
from email_render import codegen
from email_render.errors import Fault, SetAside
from email_render.load import BLOCK_KINDS, LAYOUTS, TEMPLATES, Escaping
from email_render.sink import LEFT_OUT, SET_ASIDE
from email_render.theme import DEFAULT, Theme, ThemedEnvironment, load_theme
from email_render.tokens import personal_link

EMAIL_TYPES = sorted(path.stem for path in (TEMPLATES / "types").glob("*.html"))
# In this order: later files use the macros of earlier ones.
PARTS = ("buttons", "item", "rows", "lead", "offer")
# Gmail shows the first 102 KB of HTML and hides the rest behind a link, the unsubscribe link with it.
HTML_BYTES_WARN = 90_000
HTML_BYTES_MAX = 100_000
TOO_LARGE: Fault = {"field": "html", "reason": f"is larger than {HTML_BYTES_MAX} bytes"}
# A header line that is longer (RFC 5322) is folded or encoded on its way, and one-click unsubscribe dead (RFC 8058).
LINE_LENGTH_MAX = 998
TOO_LONG: Fault = {
    "field": "unsubscribe_url",
    "reason": f"makes a header of more than {LINE_LENGTH_MAX} characters",
}
# What an inbox shows of subject and preheader at most; blanks that nothing collapses keep the email's text out of it.
PREVIEW_LENGTH = 150
BLANK = "&#847; "
PADDING = "".join("&#847;\n" if number % 50 == 49 else BLANK for number in range(PREVIEW_LENGTH))


class Email(NamedTuple):
    html: str
    text: str
    headers: str


class NotText(ValueError):
    """A template was about to print something that is not text: None, NaN, a bare number."""


def only_text(value: object) -> str:
    """Jinja's `finalize`: templates print text finished in SQL, so anything else is a mistake."""
    if isinstance(value, str):
        return value
    raise NotText(f"{value!r} is not text")


def template_environment(theme: Theme, escaping: Escaping = "template") -> Environment:
    """Templates of the emails (types/, base.txt). Text templates are never escaped. Compiled once in a process until
    one is edited: it takes longer than a send that renders little."""
    return environment_of(files_state(TEMPLATES.rglob("*.*")), theme, escaping)


@lru_cache(maxsize=4)
def environment_of(_files: tuple, theme: Theme, escaping: Escaping) -> Environment:
    if escaping == "template":
        environment = new_environment(theme, autoescape=True)
        environment.globals.update(block_macros(environment))
        return environment
    environment = new_environment(theme, autoescape=False)
    environment.code_generator_class = codegen.DirectCodeGenerator
    environment.context_class = codegen.DirectContext
    environment.globals.update(block_macros(environment, bare=True))
    return environment


def new_environment(
    theme: Theme, autoescape: bool, of: type[ThemedEnvironment] = ThemedEnvironment
) -> Environment:
    environment = of(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=lambda name: autoescape and name.endswith(".html"),
        undefined=StrictUndefined,
        finalize=only_text,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.theme = theme
    return environment


def block_macros(environment: Environment, bare: bool = False) -> dict:
    """For all templates: the macros of parts/ by their names; of layouts/ and blocks/ one per file, by its name.

    `bare`: as plain functions, which are called faster.
    """
    known: dict = {}

    def macros_of(file: str) -> dict[str, Callable[..., str]]:
        module = environment.get_template(file, globals=known).module
        return {
            name: macro._func if bare else macro
            for name, macro in vars(module).items()
            if isinstance(macro, Macro)
        }

    for part in PARTS:
        known |= macros_of(f"parts/{part}.html")
    known["layouts"] = {name: macros_of(f"layouts/{name}.html")[name] for name in LAYOUTS}
    html_blocks = {kind: macros_of(f"blocks/{kind}.html")[kind] for kind in BLOCK_KINDS}
    text_blocks = {kind: macros_of(f"blocks/{kind}.txt")[kind] for kind in BLOCK_KINDS}
    return known | {"html_blocks": html_blocks, "text_blocks": text_blocks}


class Renderer:
    """Renders messages. `signer(purpose, user_id)` makes the tokens of the personal links.

    `escaping` is that of the connection which read the messages: who escapes what goes into HTML.
    """

    def __init__(
        self, signer: Callable[[str, str], str], escaping: Escaping = "sql", theme: Theme | None = None
    ):
        self._theme = theme or load_theme(DEFAULT)
        environment = template_environment(self._theme, escaping)
        self._globals = dict(environment.globals)
        self._html = {name: environment.get_template(f"types/{name}.html") for name in EMAIL_TYPES}
        self._text = environment.get_template("base.txt")
        self._signer = signer
        self._html_value = str if escaping == "template" else escaped
        self._html_words = words_of if escaping == "template" else escaped_words_of

    def render(self, message: dict) -> Email:
        """The email of one message. SetAside when the message has faults or a template cannot print it."""
        faults = message["faults"]
        if message["trigger_type"] not in self._html:
            known = ", ".join(self._html)
            reason = f"has no template: one of {known} is expected"
            faults = [*faults, {"field": "trigger_type", "reason": reason}]
        if faults:
            raise SetAside(faults)
        links = personal_links(message, self._signer)
        # one dict for both parts: to copy it takes as long as to print a block
        context = codegen.Values(self._globals)
        context |= message
        context |= {
            "preferences_link": links["preferences"],
            "preferences_link_html": self._html_value(links["preferences"]),
            "unsubscribe_link": links["unsubscribe"],
            "unsubscribe_link_html": self._html_value(links["unsubscribe"]),
            "view_link": links["view"],
            "view_link_html": links["view"] and self._html_value(links["view"]),
            "preheader_padding": padding_after(message["preheader"]),
            "lead_key": f"lead_{message['trigger_type']}",
        }
        context["words"] = self._html_words(message["words"])
        html = self._print(self._html[message["trigger_type"]], context)
        context["words"] = words_of(message["words"])
        text = self._print(self._text, context)
        if len(html) * 4 > HTML_BYTES_MAX and len(html.encode()) > HTML_BYTES_MAX:
            raise SetAside([TOO_LARGE])
        return Email(html, text, headers(message, links["unsubscribe"]))

    def _print(self, template: Template, context: dict) -> str:
        try:
            return "".join(template.root_render_func(template.new_context(context, shared=True)))
        except (NotText, UndefinedError, KeyError, TypeError):
            # direct code does not say which value it was: stock code does
            self._find_fault(template.name, context)
            raise

    def _find_fault(self, name: str, context: dict) -> None:
        environment = new_environment(self._theme, autoescape=False)
        environment.globals.update(block_macros(environment))
        values = {key: value for key, value in context.items() if key not in environment.globals}
        try:
            environment.get_template(name).render(values)
        except (NotText, UndefinedError) as error:
            fault = {"field": template_place(error), "reason": f"cannot be printed: {error}"}
            raise SetAside([fault]) from error

    def render_batch(self, messages: list[dict]) -> tuple[list[tuple], list[tuple]]:
        """Rows as sink.EMAILS_SCHEMA has them, one per email, and as FAILED_SCHEMA of what is not in them."""
        emails, failed = [], []
        for message in messages:
            ids = message["message_id"], message["user_id"]
            try:
                email = self.render(message)
            except SetAside as set_aside:
                failed += failed_rows(message, set_aside.faults, SET_ASIDE)
            else:
                failed += failed_rows(message, message["left_out"], LEFT_OUT)
                emails.append((*ids, message["subject"], message["preheader"], *email))
        return emails, failed


def padding_after(preheader: str) -> str:
    """What fills the inbox preview behind the text."""
    return PADDING[len(BLANK) * len(preheader) :]


def failed_rows(message: dict, faults: list[Fault], outcome: str) -> list[tuple]:
    """As sink.FAILED_SCHEMA has them."""
    ids = message["message_id"], message["user_id"]
    return [(*ids, fault["field"], fault["reason"], outcome) for fault in faults]


def escaped(value: str) -> str:
    return str(escape(value))


@cache
def words_of(words: str) -> dict[str, str]:
    """The templates' own words, from the JSON of email_queue: the same for all messages of a language."""
    return json.loads(words)


@cache
def escaped_words_of(words: str) -> dict[str, str]:
    return {key: escaped(text) for key, text in words_of(words).items()}


def personal_links(message: dict, signer: Callable[[str, str], str]) -> dict[str, str | None]:
    """The reader's own links, by purpose; `view` is None where the shop shows no emails."""
    return {
        purpose: url and personal_link(url, purpose, message["user_id"], signer)
        for purpose in ("preferences", "unsubscribe", "view")
        for url in [message[f"{purpose}_url"]]
    }


def headers(message: dict, unsubscribe_link: str) -> str:
    """What the sender must set, as JSON: one-click unsubscribe (RFC 8058), and what the message is for. SetAside when
    the user's id is too long for it."""
    address = quote(message["unsubscribe_email"], safe="@+")
    mailbox = f"mailto:{address}?subject={quote(message['message_id'], safe='')}"
    ways = f"<{unsubscribe_link}>, <{mailbox}>"
    if len(f"List-Unsubscribe: {ways}") > LINE_LENGTH_MAX:
        raise SetAside([TOO_LONG])
    # Gmail counts complaints by each of the first three; the last one stays the same for all mail of the sender
    feedback = ":".join(quote(message[field], safe="") for field in ("campaign", "segment", "layout"))
    return json.dumps(
        {
            "List-Unsubscribe": ways,
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Feedback-ID": f"{feedback}:recmail",
            "X-Recmail-Message-ID": message["message_id"],
            "X-Recmail-Trigger": message["trigger_type"],
        }
    )


def template_place(error: Exception) -> str:
    """Where in which template an error arose, with the line: base.html:12 `<td>{{ price }}</td>`."""
    frames = traceback.extract_tb(error.__traceback__)
    frame = next(frame for frame in reversed(frames) if Path(frame.filename).is_relative_to(TEMPLATES))
    return f"{Path(frame.filename).name}:{frame.lineno} `{frame.line}`"
