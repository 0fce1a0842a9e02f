"""The commands of `python -m email_render`.

They end with 0 when every message was rendered, 1 when some were set aside, 2 when nothing could be rendered.
"""

from collections import Counter
from functools import partial
from pathlib import Path

import click
from tqdm import tqdm

from email_render import load, sink
from email_render.gate import require_open_gate
from email_render.preview import write_gallery
from email_render.render import Renderer
from email_render.tokens import key_from_environment, sign

PROJECT = Path(__file__).resolve().parent.parent

database_option = click.option(
    "--database",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="RECMAIL_DATABASE",
    default=PROJECT / "warehouse.duckdb",
    show_default="warehouse.duckdb, or RECMAIL_DATABASE",
    help="The DuckDB file that dbt built.",
)


def out_option(folder: str):
    return click.option(
        "--out",
        type=click.Path(path_type=Path, file_okay=False),
        default=PROJECT / "out" / folder,
        show_default=f"out/{folder}",
        help="The folder to write to.",
    )


@click.group()
def main() -> None:
    """Render the marts email_queue and user_recommendations into emails."""


@main.command()
@database_option
@out_option("emails")
@click.option("--limit", type=click.IntRange(min=1), help="Render only the first messages, by user.")
def render(database: Path, out: Path, limit: int | None) -> None:
    """Write every email to part-0000.parquet, and what was set aside to failed.parquet.

    Needs the key that signs unsubscribe links in RECMAIL_UNSUBSCRIBE_KEY.
    """
    renderer = Renderer(partial(sign, key_from_environment()))
    connection = load.open_warehouse(database)
    require_open_gate(connection)
    total = load.choose_messages(connection, limit)
    failed: list[dict] = []
    with (
        sink.parquet_file(out / sink.EMAILS_FILE, sink.EMAILS_SCHEMA) as emails_file,
        tqdm(total=total, desc="Rendering", unit=" emails") as progress,
    ):
        for messages in load.stream_messages(connection):
            emails, failed_here = renderer.render_batch(messages)
            emails_file.write_table(sink.emails_table(emails))
            failed += failed_here
            progress.update(len(messages))
    with sink.parquet_file(out / sink.FAILED_FILE, sink.FAILED_SCHEMA) as failed_file:
        failed_file.write_table(sink.failed_table(failed))
    report(total, failed, out)


def report(total: int, failed: list[dict], out: Path) -> None:
    """Say what was written, without personal data; ends with 1 when messages were set aside."""
    set_aside = len({fault["message_id"] for fault in failed})
    click.echo(f"{total - set_aside:,} emails in {out / sink.EMAILS_FILE}")
    if not set_aside:
        return
    click.echo(f"{set_aside:,} messages set aside, with the reasons in {out / sink.FAILED_FILE}:", err=True)
    for field, count in Counter(fault["field"] for fault in failed).most_common():
        click.echo(f"  {count:,} × {field}", err=True)
    raise SystemExit(1)


def image_folder(_context, _option, values: tuple[str, ...]) -> dict[str, Path]:
    """PREFIX=DIR, given any number of times, as a dict."""
    folders = {}
    for value in values:
        prefix, _, folder = value.rpartition("=")
        if not prefix or not Path(folder).is_dir():
            raise click.BadParameter(f"{value!r} is not PREFIX=DIR with a folder that exists")
        folders[prefix] = Path(folder)
    return folders


@main.command()
@database_option
@out_option("gallery")
@click.option(
    "--per-segment", type=click.IntRange(min=1), default=1, show_default=True, help="Emails per segment."
)
@click.option(
    "--images",
    metavar="PREFIX=DIR",
    multiple=True,
    callback=image_folder,
    help="Take images whose address starts with PREFIX from DIR, so that no network is needed. Repeatable.",
)
def preview(database: Path, out: Path, per_segment: int, images: dict[str, Path]) -> None:
    """Write a page with real emails of every segment at desktop and phone width: index.html.

    Its preference and unsubscribe links do nothing: no key is needed.
    """
    connection = load.open_warehouse(database)
    require_open_gate(connection)
    load.choose_samples(connection, per_segment)
    messages = [message for batch in load.stream_messages(connection) for message in batch]
    set_aside = write_gallery(messages, out, images)
    click.echo(f"{len(messages) - set_aside:,} emails in {out / 'index.html'}")
    if set_aside:
        click.echo(f"{set_aside:,} messages set aside: the page says why.", err=True)
        raise SystemExit(1)
