"""Writes the gallery: a page that shows real emails of every kind and finds any user, without a network.

`index.html` holds a row per email; its HTML, text, headers, links and cards are read from a file of its own when it is
chosen, so that the page opens at once however many there are.
"""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlsplit

from markupsafe import escape

from dbt_tools.private_files import private_files, replaced_folder
from email_render.errors import SetAside, SetupError
from email_render.load import MESSAGE_LAYOUTS
from email_render.render import EMAIL_TYPES, HTML_BYTES_WARN, TEMPLATES, Email, Renderer, personal_links
from email_render.theme import Theme
from email_render.why import Whys, decisions

SUBJECT_LENGTH = 60  # what a phone shows of a subject at most
LINK = re.compile(r'<a [^>]*?href="([^"]*)"')
# what each set of emails shows
SETS = {
    "sent": "As they would be sent",
    "layouts": "One message in every layout",
    "subjects": "One message with every subject that it may get",
    "types": "One message as every type of email: what the other types say of this user is not true",
    "languages": "One message with the templates' words of every language: its own lines stay as they are",
}


class Shown(NamedTuple):
    """What the gallery is made of, as read from the warehouse."""

    messages: list[dict]
    whys: Whys
    # user, send or hold, reason, subject and preheader of their message
    people: list[tuple]
    words: dict[str, str]
    # by message
    subjects: dict[str, list[str]]


def inert_token(purpose: str, user_id: str) -> str:
    """Stands where a signed token would: a sample must not change anybody's subscription."""
    return "preview-only"


def write_gallery(shown: Shown, out: Path, image_folders: dict[str, Path], theme: Theme) -> int:
    """Write index.html and the emails to `out`, in place of an earlier gallery. SetupError when there is no message.

    Returns how many messages had to be set aside.
    """
    if not shown.messages:
        raise SetupError("email_queue has no message: nobody is to be mailed, send_decisions says why.")
    with private_files(), replaced_folder(out) as new:
        gallery = Gallery(shown.whys, new, image_folders, theme)
        rows = [gallery.row("sent", message) for message in shown.messages]
        set_aside = sum("faults" in row for row in rows)
        good = [message for message, row in zip(shown.messages, rows, strict=True) if "faults" not in row]
        if good:
            example = next((message for message in good if message["segment"] == "repeat_buyer"), good[0])
            rows += [gallery.row(name, variation) for name, variation in variations(example, shown)]
        write_candidates(shown.whys, new)
        write_index(shown, rows, new)
        people = json.dumps(shown.people, ensure_ascii=False, separators=(",", ":"))
        (new / "people.js").write_text(f"gallery.people({people});\n", "utf-8")
    return set_aside


def write_candidates(whys: Whys, out: Path) -> None:
    """A file for each sample user with what was proposed to them, and what became of it."""
    for number, (user_id, items) in enumerate(whys.candidates.items(), 1):
        script = json.dumps([user_id, items], ensure_ascii=False, separators=(",", ":"))
        (out / f"candidates-{number:03}.js").write_text(f"gallery.candidates(...{script});\n", "utf-8")


def variations(message: dict, shown: Shown) -> Iterator[tuple[str, dict]]:
    for layout in MESSAGE_LAYOUTS:
        yield "layouts", in_layout(message, layout)
    for subject in shown.subjects.get(message["message_id"], ()):
        yield "subjects", with_subject(message, subject)
    for email_type in sorted(EMAIL_TYPES, key=lambda name: name != message["trigger_type"]):
        yield "types", message | {"trigger_type": email_type}
    for language, words in sorted(shown.words.items()):
        yield "languages", message | {"language": language, "locale": language, "words": words}


def with_subject(message: dict, subject: str) -> dict:
    """The message with another subject, also where it is the headline."""
    changed = {name: subject for name in ("subject", "headline") if message[name] == message["subject"]}
    return message | changed | {f"{name}_html": str(escape(subject)) for name in changed}


def in_layout(message: dict, layout: str) -> dict:
    """The message as if it had been given another layout."""
    blocks = [
        block | {"layout": layout} if block["layout"] == message["layout"] else block
        for block in message["blocks"]
    ]
    return message | {"layout": layout, "blocks": blocks}


def write_index(shown: Shown, rows: list[dict], out: Path) -> None:
    first = shown.messages[0]
    page = (TEMPLATES / "gallery.html").read_text("utf-8")
    data = {
        "asOf": first["as_of_date"],
        "sender": first["shop_name"],
        "isSynthetic": any(message["is_synthetic"] for message in shown.messages),
        "peopleShown": len(shown.people),
        "sets": {name: text for name, text in SETS.items() if any(row["set"] == name for row in rows)},
        "decisions": decisions(),
        "missing": shown.whys.missing,
        "notes": shown.whys.notes,
        # by user, in the order of their files
        "candidates": list(shown.whys.candidates),
        "rows": rows,
    }
    # nothing in it can end the element
    text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    (out / "index.html").write_text(page.replace("{{ data }}", text), "utf-8")


class Gallery:
    """Writes emails as files of their own and says what the index shows of them."""

    def __init__(self, whys: Whys, out: Path, image_folders: dict[str, Path], theme: Theme):
        self._renderer = Renderer(inert_token, theme=theme)
        self._whys = whys
        self._out = out
        self._image_folders = image_folders
        self._count = 0

    def row(self, shown_in: str, message: dict) -> dict:
        fields = ("user_id", "segment", "trigger_type", "layout", "locale", "subject", "preheader")
        row = {"set": shown_in} | {field: message[field] for field in fields}
        try:
            email = self._renderer.render(message)
            local = self._renderer.render(self._with_local_images(message)).html
        except SetAside as set_aside:
            return row | {"faults": [f"{fault['field']} {fault['reason']}" for fault in set_aside.faults]}
        items = [item for block in message["blocks"] for item in block["items"]]
        self._count += 1
        for item in items:
            address = f'href="{item["url_html"]}"'
            why = escape("\n".join(self._why(message, item)))
            local = local.replace(address, f'{address} title="{why}"')
        page = f"email-{self._count:03}.html"
        (self._out / page).write_text(local, "utf-8")
        detail = {
            "html": local,
            "text": email.text,
            "headers": list(json.loads(email.headers).items()),
            "links": checked_links(message, email),
            "cards": json.dumps(json.loads(f"[{message['cards']}]"), indent=2, ensure_ascii=False),
            "whys": [[item["name"], self._why(message, item)] for item in items],
        }
        script = json.dumps([self._count, detail], ensure_ascii=False)
        (self._out / f"email-{self._count:03}.js").write_text(f"gallery.email(...{script});\n", "utf-8")
        size = len(email.html.encode())
        return row | {"number": self._count, "bytes": size, "warnings": warnings(message, items, size)}

    def _why(self, message: dict, item: dict) -> list[str]:
        reason = f"“{item['reason']}”" if item["reason"] else "No reason is printed"
        return [reason, *self._whys.lines[message["user_id"], item["item_id"]]]

    def _with_local_images(self, message: dict) -> dict:
        """The message with images under the given prefixes copied to the gallery and shown from there."""

        def local(thing: dict) -> dict:
            return thing | {"image_html": thing["image_html"] and self._local_image(thing["image_html"])}

        blocks = [block | {"items": [local(item) for item in block["items"]]} for block in message["blocks"]]
        return message | {"blocks": [local(block) if "image_html" in block else block for block in blocks]}

    def _local_image(self, url: str) -> str:
        """Where the page finds the image: in its own folder if a prefix fits, else at its address."""
        for number, (prefix, folder) in enumerate(self._image_folders.items()):
            if not url.startswith(prefix):
                continue
            source = (folder / unquote(url.removeprefix(prefix))).resolve()
            if not source.is_relative_to(folder.resolve()) or not source.is_file():
                raise SetupError(f"{url} is not among the images in {folder}.")
            target = Path("images", str(number), source.relative_to(folder.resolve()))
            (self._out / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, self._out / target)
            return quote(target.as_posix())
        return url


def checked_links(message: dict, email: Email) -> list[list]:
    """Of each address in the HTML part: what it is, the address, how often it stands there, and what is wrong."""
    personal = {link: purpose for purpose, link in personal_links(message, inert_token).items() if link}
    shop = urlsplit(message["shop_link"]).hostname
    found: dict[str, int] = {}
    for address in LINK.findall(email.html):
        link = address.replace("&amp;", "&")
        found[link] = found.get(link, 0) + 1
    text_lines = set(email.text.splitlines())
    checked = []
    for link, count in found.items():
        parts = urlsplit(link)
        query = parse_qs(parts.query)
        what = personal.get(link) or query.get("utm_content", ["?"])[0]
        checks = [
            (parts.scheme == "https", "is not https"),
            (link in text_lines, "is not in the text part"),
            (link in personal or parts.hostname == shop, f"leads away from {shop}"),
            (link in personal or "utm_campaign" in query, "has no utm_campaign"),
            (link in personal or query.get("message_id") == [message["message_id"]], "has no message_id"),
            (link not in personal or "t" in query, "has no token"),
        ]
        checked.append([what, link, count, [text for holds, text in checks if not holds]])
    return checked


def warnings(message: dict, items: list[dict], size: int) -> list[str]:
    """What may go out but could be better."""
    without_image = sum(not item["image_html"] for item in items)
    without_reason = sum(not item["reason"] for item in items)
    found = [
        (
            size > HTML_BYTES_WARN,
            f"HTML is larger than {HTML_BYTES_WARN // 1000} kB: Gmail hides what comes after 102",
        ),
        (len(message["subject"]) > SUBJECT_LENGTH, f"The subject is longer than {SUBJECT_LENGTH} characters"),
        (without_image, f"{without_image} of {len(items)} items have no picture"),
        (without_reason, f"{without_reason} of {len(items)} items have no reason"),
    ]
    return [text for applies, text in found if applies]
