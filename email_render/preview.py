"""Writes the gallery: a folder that shows real emails of every segment, from a file and without a network."""

import shutil
from pathlib import Path
from urllib.parse import quote, unquote

from email_render.errors import SetAside, SetupError
from email_render.render import Renderer, template_environment

SEGMENTS = {
    "new": "New",
    "browser": "Browsers",
    "first_time_buyer": "First-time buyers",
    "repeat_buyer": "Repeat buyers",
    "inactive": "Inactive",
}
DESKTOP_PIXELS = "640"
PHONE_PIXELS = "375"


def inert_token(purpose: str, user_id: str) -> str:
    """Stands where a signed token would: a sample must not change anybody's subscription."""
    return "preview-only"


def write_gallery(messages: list[dict], out: Path, image_folders: dict[str, Path]) -> int:
    """Write index.html and one page per message to `out`; returns how many messages had to be set aside.

    Messages are shown by segment, each of the five also when it has none. SetupError when there is none.
    """
    if not messages:
        raise SetupError("email_queue has no message: nobody is to be mailed, send_decisions says why.")
    out.mkdir(parents=True, exist_ok=True)
    renderer = Renderer(inert_token)
    samples = [
        write_sample(renderer, message, number, out, image_folders)
        for number, message in enumerate(messages, 1)
    ]
    others = sorted({message["segment"] for message in messages} - SEGMENTS.keys())
    sections = [
        {
            "segment": segment,
            "title": title,
            "samples": [sample for sample in samples if sample["message"]["segment"] == segment],
        }
        for segment, title in (SEGMENTS | {other: other for other in others}).items()
    ]
    index = template_environment().get_template("gallery.html")
    page = index.render(
        as_of_date=messages[0]["as_of_date"],
        is_synthetic=any(message["is_synthetic"] for message in messages),
        sections=sections,
        desktop=DESKTOP_PIXELS,
        phone=PHONE_PIXELS,
    )
    (out / "index.html").write_text(page, "utf-8")
    return sum(bool(sample["faults"]) for sample in samples)


def write_sample(
    renderer: Renderer, message: dict, number: int, out: Path, image_folders: dict[str, Path]
) -> dict:
    """Write one email as a page of its own; returns what the index says of it."""
    try:
        email = renderer.render(message)
        local = renderer.render(with_local_images(message, out, image_folders))
    except SetAside as set_aside:
        return {"message": message, "faults": set_aside.faults}
    page = f"email-{number:02}.html"
    (out / page).write_text(local.html, "utf-8")
    return {
        "message": message,
        "faults": [],
        "page": page,
        "size": f"{len(email.html.encode()) / 1000:.1f} kB",
    }


def with_local_images(message: dict, out: Path, image_folders: dict[str, Path]) -> dict:
    """The message with images under the given prefixes copied to `out` and shown from there."""

    def local(item: dict) -> dict:
        return item | {
            "image_html": item["image_html"] and local_image(item["image_html"], out, image_folders)
        }

    blocks = [block | {"items": [local(item) for item in block["items"]]} for block in message["blocks"]]
    return message | {"blocks": blocks}


def local_image(url: str, out: Path, image_folders: dict[str, Path]) -> str:
    """Where the page finds the image: in its own folder if a prefix fits, else at its address."""
    for number, (prefix, folder) in enumerate(image_folders.items()):
        if not url.startswith(prefix):
            continue
        source = (folder / unquote(url.removeprefix(prefix))).resolve()
        if not source.is_relative_to(folder.resolve()) or not source.is_file():
            raise SetupError(f"{url} is not among the images in {folder}.")
        target = Path("images", str(number), source.relative_to(folder.resolve()))
        (out / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, out / target)
        return quote(target.as_posix())
    return url
