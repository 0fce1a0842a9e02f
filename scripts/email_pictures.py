"""Makes the pictures of emails for README and docs, from a gallery that `python -m email_render preview` wrote.

    python scripts/email_pictures.py --gallery out/gallery --out docs/images

Needs Chromium (`make email-tools`).
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

CHROMIUM_OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
]
GAP = 24
GROUND = "#d5dbd8"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--gallery", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    options = arguments.parse_args()
    chromium = shutil.which("chromium") or sys.exit("There is no chromium: make email-tools")
    layouts = pages_in_every_layout(options.gallery / "index.html")

    def shot(page: str, width: int, height: int, scheme: str = "light") -> Image.Image:
        return screenshot(chromium, options.gallery / page, width, height, scheme)

    pictures = {
        "email.png": shot(layouts["grid"], 660, 1760),
        "email-phone.png": beside([shot(layouts["grid"], 375, 900, scheme) for scheme in ("light", "dark")]),
        "email-layouts.png": beside([shot(page, 500, 1000) for page in layouts.values()]),
        "gallery.png": shot("index.html", 1440, 1500),
    }
    options.out.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        # 128 colours are enough for flat pages and make a third of the size
        picture.quantize(128).save(options.out / name, optimize=True)
        print(options.out / name)


def pages_in_every_layout(index: Path) -> dict[str, str]:
    """By layout: the page of the message that the gallery shows in all of them."""
    [data] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', index.read_text("utf-8"))
    rows = [row for row in json.loads(data)["rows"] if row["set"] == "layouts"]
    pages = {row["layout"]: f"email-{row['number']:03}.html" for row in rows}
    return {layout: pages[layout] for layout in ("grid", "hero", "list", "carousel")}


def screenshot(chromium: str, page: Path, width: int, height: int, scheme: str) -> Image.Image:
    """The page's upper part. Chromium opens no window narrower than 500 pixels: a frame gives the width."""
    with tempfile.TemporaryDirectory() as folder:
        shown, frame = (page.resolve().with_name(f"picture-{name}.html") for name in ("page", "frame"))
        chosen = "@media all" if scheme == "dark" else "@media not all"
        shown.write_text(
            page.read_text("utf-8").replace("@media (prefers-color-scheme: dark)", chosen, 1), "utf-8"
        )
        frame.write_text(
            f'<style>body{{margin:0}}</style><iframe src="{shown.name}" width="{width}" height="{height}"'
            ' style="border:0;display:block"></iframe>',
            "utf-8",
        )
        target = Path(folder, "picture.png")
        try:
            subprocess.run(
                [
                    chromium,
                    *CHROMIUM_OPTIONS,
                    f"--user-data-dir={folder}/profile",
                    f"--window-size={max(width, 500)},{height}",
                    "--virtual-time-budget=4000",
                    f"--screenshot={target}",
                    frame.as_uri(),
                ],
                check=True,
                capture_output=True,
            )
        finally:
            frame.unlink()
            shown.unlink()
        with Image.open(target) as picture:
            return picture.convert("RGB").crop((0, 0, width, height))


def beside(pictures: list[Image.Image]) -> Image.Image:
    """Pictures of one height side by side."""
    width = sum(picture.width + GAP for picture in pictures) + GAP
    joined = Image.new("RGB", (width, pictures[0].height + 2 * GAP), GROUND)
    left = GAP
    for picture in pictures:
        joined.paste(picture, (left, GAP))
        left += picture.width + GAP
    return joined


if __name__ == "__main__":
    main()
