"""One way to make emails, measured in this process; benchmarks.render starts a new one for each.

python -m benchmarks.render_pipelines PIPELINE DATABASE OUT MESSAGES
"""

import json
import logging
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from benchmarks.f_strings import FStringRenderer, read_unescaped
from benchmarks.memory import peak_memory_gb
from email_render import load
from email_render.render import Renderer
from email_render.run import Job, Worker
from email_render.tokens import sign

KEY = b"0123456789abcdef0123456789abcdef"
SAMPLE = 100  # emails that MJML and premailer are timed on
EMAIL_TOOLS = Path(__file__).parents[1] / "email_tools"


def from_warehouse_to_parquet(pipeline: str, database: Path, out: Path, count: int) -> dict:
    job = Job(database, out, KEY, "template" if pipeline == "stock Jinja" else "sql")
    f_strings = None
    if pipeline == "f-strings":
        f_strings = FStringRenderer(some_messages(database)[0], KEY)
        read_unescaped()
    worker = Worker(job)
    if f_strings:
        worker._renderer = f_strings
    chunks = load.plan_chunks(worker._connection, count)
    start = time.process_time()
    for chunk in chunks:
        worker.render(chunk)
    return {"emails": count, "seconds": time.process_time() - start, "peak_mb": 1024 * peak_memory_gb()}


def premailer_alone(database: Path) -> dict:
    import premailer

    renderer = Renderer(partial(sign, KEY))
    pages = [renderer.render(message).html for message in some_messages(database)]
    start = time.process_time()
    for page in pages:
        premailer.transform(page, cssutils_logging_level=logging.CRITICAL)
    seconds = time.process_time() - start
    return {"emails": len(pages), "seconds": seconds, "peak_mb": 1024 * peak_memory_gb()}


def mjml_alone(database: Path) -> dict:
    done = subprocess.run(
        ["node", EMAIL_TOOLS / "mjml.mjs"],
        input=json.dumps([mjml_source(message) for message in some_messages(database)]),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(done.stdout)


def mjml_source(message: dict) -> str:
    """The same content as MJML: two items in a row, then four."""
    rows = []
    for block, per_row in zip(message["blocks"], (2, 4), strict=True):
        rows.append(f"<mj-column><mj-text font-size='22px'>{block['title_html']}</mj-text></mj-column>")
        items = [mjml_item(item) for item in block["items"]]
        rows += ["".join(items[first : first + per_row]) for first in range(0, len(items), per_row)]
    hello = f"<mj-column><mj-text font-size='34px'>{message['greeting_html']}</mj-text></mj-column>"
    footer = f"<mj-column><mj-text>{message['footer_reason_html']}</mj-text></mj-column>"
    sections = "".join(f"<mj-section>{row}</mj-section>" for row in [hello, *rows, footer])
    return f"<mjml><mj-body>{sections}</mj-body></mjml>"


def mjml_item(item: dict) -> str:
    texts = [item[field] for field in ("name_html", "reason_html", "badge_html", "price") if item[field]]
    return (
        f"<mj-column><mj-image src='{item['image_html']}' alt='{item['name_html']}' href='{item['url_html']}'/>"
        f"<mj-text>{'<br/>'.join(texts)}</mj-text><mj-button href='{item['url_html']}'>Shop now</mj-button></mj-column>"
    )


def some_messages(database: Path) -> list[dict]:
    with load.open_warehouse(database) as connection:
        [chunk] = load.plan_chunks(connection, SAMPLE)
        return [message for batch in load.read_chunk(connection, chunk) for message in batch]


def main() -> None:
    pipeline, database, out, count = sys.argv[1:]
    alone = {"premailer": premailer_alone, "MJML": mjml_alone}
    if pipeline in alone:
        found = alone[pipeline](Path(database))
    else:
        found = from_warehouse_to_parquet(pipeline, Path(database), Path(out), int(count))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
