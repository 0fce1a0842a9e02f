"""Writes the gallery: a folder that shows real emails of every kind, from a file and without a network."""

import shutil
from pathlib import Path
from urllib.parse import quote, unquote

from markupsafe import escape

from dbt_tools.private_files import private_files, replaced_folder
from email_render.errors import SetAside, SetupError
from email_render.render import EMAIL_TYPES, HTML_BYTES_WARN, Renderer, template_environment
from email_render.theme import Theme
from email_render.why import why_lines

SEGMENTS = {
    "new": "New",
    "browser": "Browsers",
    "first_time_buyer": "First-time buyers",
    "repeat_buyer": "Repeat buyers",
    "inactive": "Inactive",
}
LAYOUTS = ("grid", "hero", "list", "carousel")
SUBJECT_LENGTH = 60  # what a phone shows of a subject at most
FRAMES = (("Desktop", "640"), ("Phone", "375"))
DARK = "@media (prefers-color-scheme: dark)"


def inert_token(purpose: str, user_id: str) -> str:
    """Stands where a signed token would: a sample must not change anybody's subscription."""
    return "preview-only"


def write_gallery(
    messages: list[dict], whys: dict, out: Path, image_folders: dict[str, Path], theme: Theme
) -> int:
    """Write index.html and two pages per email to `out`, in place of an earlier gallery.

    Returns how many messages had to be set aside.

    Messages are shown by segment, each of the five also when it has none; then one of each locale, and one of them in
    every layout and as every type of email. SetupError when there is none.
    """
    if not messages:
        raise SetupError("email_queue has no message: nobody is to be mailed, send_decisions says why.")
    with private_files(), replaced_folder(out, known_by="email-01.html") as new:
        return write_pages(messages, whys, new, image_folders, theme)


def write_pages(
    messages: list[dict], whys: dict, out: Path, image_folders: dict[str, Path], theme: Theme
) -> int:
    gallery = Gallery(whys, out, image_folders, theme)
    samples = [gallery.sample(message) for message in messages]
    others = sorted({message["segment"] for message in messages} - SEGMENTS.keys())
    sections = [
        {
            "id": segment,
            "title": title,
            "note": "The first messages of the segment as they would be sent.",
            "samples": [sample for sample in samples if sample["message"]["segment"] == segment],
        }
        for segment, title in (SEGMENTS | {other: other for other in others}).items()
    ]
    good = [sample["message"] for sample in samples if not sample["faults"]]
    by_locale = {sample["message"]["locale"]: sample for sample in reversed(samples) if not sample["faults"]}
    if good:
        example = next((message for message in good if message["segment"] == "repeat_buyer"), good[0])
        sections += [
            {
                "id": "locales",
                "title": "Locales",
                "note": "The first message of every locale.",
                "samples": [by_locale[locale] for locale in sorted(by_locale)],
            },
            {
                "id": "layouts",
                "title": "Layouts",
                "note": "One message in every layout.",
                "samples": [gallery.sample(in_layout(example, layout)) for layout in LAYOUTS],
            },
            {
                "id": "types",
                "title": "Types of email",
                "note": "The same message in the template of every type. Its own trigger is the first one's alone:"
                " what the others say of this user is not true.",
                "samples": [
                    gallery.sample(example | {"trigger_type": email_type})
                    for email_type in sorted(EMAIL_TYPES, key=lambda name: name != example["trigger_type"])
                ],
            },
        ]
    page = (
        template_environment(theme)
        .get_template("gallery.html")
        .render(
            as_of_date=messages[0]["as_of_date"],
            is_synthetic=any(message["is_synthetic"] for message in messages),
            sections=sections,
            frames=FRAMES,
        )
    )
    (out / "index.html").write_text(page, "utf-8")
    return sum(bool(sample["faults"]) for sample in samples)


def in_layout(message: dict, layout: str) -> dict:
    """The message as if it had been given another layout."""
    blocks = [
        block | {"layout": layout} if block["layout"] == message["layout"] else block
        for block in message["blocks"]
    ]
    return message | {"layout": layout, "blocks": blocks}


class Gallery:
    """Writes emails as pages of their own and says what the index shows of them."""

    def __init__(self, whys: dict, out: Path, image_folders: dict[str, Path], theme: Theme):
        self._renderer = Renderer(inert_token, theme=theme)
        self._whys = whys
        self._out = out
        self._image_folders = image_folders
        self._count = 0

    def sample(self, message: dict) -> dict:
        items = [item for block in message["blocks"] for item in block["items"]]
        try:
            email = self._renderer.render(message)
            local = self._renderer.render(self._with_local_images(message)).html
        except SetAside as set_aside:
            return {"message": message, "faults": set_aside.faults}
        self._count += 1
        for item in items:
            address = f'href="{item["url_html"]}"'
            local = local.replace(
                address, f'{address} title="{escape(chr(10).join(self._why(message, item)))}"'
            )
        pages = {"light": f"email-{self._count:02}.html", "dark": f"email-{self._count:02}-dark.html"}
        (self._out / pages["light"]).write_text(local.replace(DARK, "@media not all"), "utf-8")
        (self._out / pages["dark"]).write_text(local.replace(DARK, "@media all"), "utf-8")
        size = len(email.html.encode())
        return {
            "message": message,
            "faults": [],
            "pages": pages,
            "size": f"{size / 1000:.1f} kB",
            "warnings": warnings(message, items, size),
            "whys": [{"name": item["name"], "why": self._why(message, item)} for item in items],
        }

    def _why(self, message: dict, item: dict) -> list[str]:
        return why_lines(self._whys[message["user_id"], item["item_id"]], item["reason"])

    def _with_local_images(self, message: dict) -> dict:
        """The message with images under the given prefixes copied to the gallery and shown from there."""

        def local(item: dict) -> dict:
            return item | {"image_html": item["image_html"] and self._local_image(item["image_html"])}

        blocks = [block | {"items": [local(item) for item in block["items"]]} for block in message["blocks"]]
        return message | {"blocks": blocks}

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
