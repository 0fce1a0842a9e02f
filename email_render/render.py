"""Turns one message, as load.sql yields it, into an email: HTML and plain text with the same content."""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError, select_autoescape

from email_render.errors import SetAside
from email_render.tokens import personal_link

TEMPLATES = Path(__file__).with_name("templates")


class Email(NamedTuple):
    html: str
    text: str


class NotText(ValueError):
    """A template was about to print something that is not text: None, NaN, a bare number."""


def only_text(value: object) -> str:
    """Jinja's `finalize`: templates print text finished in SQL, so anything else is a mistake."""
    if isinstance(value, str):
        return value
    raise NotText(f"would print {value!r}")


def template_environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        finalize=only_text,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


class Renderer:
    """Renders messages. `signer(purpose, user_id)` makes the tokens of the personal links."""

    def __init__(self, signer: Callable[[str, str], str]):
        environment = template_environment()
        self._html = environment.get_template("email.html")
        self._text = environment.get_template("email.txt")
        self._signer = signer

    def render(self, message: dict) -> Email:
        """The email of one message. SetAside when the message has faults or a template cannot print it."""
        if message["faults"]:
            raise SetAside(message["faults"])
        links = {
            f"{purpose}_link": personal_link(
                message[f"{purpose}_url"], purpose, message["user_id"], self._signer
            )
            for purpose in ("preferences", "unsubscribe")
        }
        context = {**message, **links}
        try:
            return Email(html=self._html.render(context), text=self._text.render(context))
        except (NotText, UndefinedError) as error:
            raise SetAside([{"field": template_place(error), "reason": str(error)}]) from error

    def render_batch(self, messages: list[dict]) -> tuple[list[dict], list[dict]]:
        """Rows as in sink.RENDERED_SCHEMA, one per email, and as in FAILED_SCHEMA for messages set aside."""
        emails, failed = [], []
        for message in messages:
            ids = {"message_id": message["message_id"], "user_id": message["user_id"]}
            try:
                email = self.render(message)
            except SetAside as set_aside:
                failed += [ids | fault for fault in set_aside.faults]
            else:
                header = {"subject": message["subject"], "preheader": message["preheader"]}
                emails.append(ids | header | email._asdict())
        return emails, failed


def template_place(error: Exception) -> str:
    """Where in which template an error arose, with the line: email.html:12 `<td>{{ price }}</td>`."""
    frames = traceback.extract_tb(error.__traceback__)
    frame = next(frame for frame in reversed(frames) if Path(frame.filename).parent == TEMPLATES)
    return f"{Path(frame.filename).name}:{frame.lineno} `{frame.line}`"
