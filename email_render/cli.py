"""The commands `recmail render` and `recmail preview`, also those of `python -m email_render`.

They end with 0 when every message was rendered, 1 when some were set aside, 2 when nothing could be rendered.
"""

from pathlib import Path

import click

from dbt_tools.options import warehouse_option
from dbt_tools.project import project_directory
from email_render import load, sink
from email_render.esp import DIALECTS, write_templates
from email_render.gate import require_open_gate
from email_render.load import Escaping
from email_render.preview import Shown, write_gallery
from email_render.render import HTML_BYTES_WARN
from email_render.run import Job, Summary, render_queue
from email_render.theme import DEFAULT, SHOP_FILE, Theme, default_theme, load_theme, theme_names
from email_render.tokens import key_from_environment
from email_render.why import read_whys

PEOPLE_MAX = 200_000  # that the gallery can find: a file of 20 MB


def out_option(folder: str):
    return click.option(
        "--out",
        type=click.Path(path_type=Path, file_okay=False),
        default=lambda: project_directory() / "out" / folder,
        show_default=f"out/{folder}",
        help="The folder to write to.",
    )


def chosen_theme(_context, _option, name: str | None) -> Theme:
    return load_theme(name or default_theme(project_directory()))


theme_option = click.option(
    "--theme",
    metavar="NAME|FILE",
    callback=chosen_theme,
    help=f"How emails look: one of {', '.join(theme_names())}, or a theme.toml of the shop's own.",
    show_default=f"{SHOP_FILE} of the project, else {DEFAULT}",
)


@click.group()
def main() -> None:
    """Render the marts email_queue and user_recommendations into emails."""


@main.command()
@warehouse_option
@out_option("emails")
@theme_option
@click.option("--limit", type=click.IntRange(min=1), help="Render only the first messages, by user.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes to render in, about 300 MB each.",
)
@click.option(
    "--escaping",
    type=click.Choice(["sql", "template"]),
    default="sql",
    show_default=True,
    help="Who escapes what goes into HTML: SQL (fast) or the templates (the reference). The bytes are the same.",
)
@click.option(
    "--esp",
    type=click.Choice(sorted(DIALECTS)),
    help="Write templates with this ESP's tags, one per kind of message, and what to sync per user, to OUT/ESP, "
    "which is replaced as a whole.",
)
def render(
    database: Path,
    out: Path,
    theme: Theme,
    limit: int | None,
    workers: int,
    escaping: Escaping,
    esp: str | None,
) -> None:
    """Write every email to part-*.parquet, and what was set aside to failed.parquet.

    Needs the key that signs unsubscribe links in RECMAIL_UNSUBSCRIBE_KEY. A run that was stopped goes on where it
    stopped when it is started again.
    """
    if esp:
        job = Job(database, out / esp, key_from_environment(), "sql", theme)
        if job.out.exists():
            click.echo(f"What an earlier run left in {job.out} is replaced.", err=True)
        templates, summary = write_templates(job, esp, limit)
        click.echo(f"{templates:,} templates in {job.out}")
        report(summary, job.out, "recipients' attributes")
        return
    summary = render_queue(Job(database, out, key_from_environment(), escaping, theme), workers, limit)
    report(summary, out)


def report(summary: Summary, out: Path, written: str = "emails") -> None:
    """Say what was written, without personal data; ends with 1 when messages were set aside."""
    click.echo(f"{summary.emails:,} {written} in {out}")
    if summary.large_emails:
        click.echo(f"{summary.large_emails:,} of them are larger than {HTML_BYTES_WARN:,} bytes.", err=True)
    if summary.left_out_items:
        click.echo(
            f"{summary.left_out_items:,} × an item was left out of its email: {out / sink.FAILED_FILE} says why.",
            err=True,
        )
    if not summary.failed_messages:
        return
    click.echo(
        f"{summary.failed_messages:,} messages set aside, with the reasons in {out / sink.FAILED_FILE}:",
        err=True,
    )
    for field, count in summary.failed_fields.most_common():
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
@warehouse_option
@out_option("gallery")
@theme_option
@click.option(
    "--per-kind",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Emails per segment, trigger, layout and locale.",
)
@click.option("--user", metavar="USER_ID", multiple=True, help="Show this user's email, too. Repeatable.")
@click.option(
    "--images",
    metavar="PREFIX=DIR",
    multiple=True,
    callback=image_folder,
    help="Take images whose address starts with PREFIX from DIR, so that no network is needed. Repeatable.",
)
def preview(
    database: Path, out: Path, theme: Theme, per_kind: int, user: tuple[str, ...], images: dict[str, Path]
) -> None:
    """Write a page with real emails of every kind, and which finds any user: index.html.

    Its preference and unsubscribe links do nothing: no key is needed.
    """
    connection = load.open_warehouse(database)
    require_open_gate(connection)
    messages = load.read_samples(connection, per_kind, user)
    shown = Shown(
        messages,
        read_whys(connection),
        load.read_people(connection, PEOPLE_MAX),
        load.read_words(connection),
        load.read_subjects(connection),
    )
    if out.exists():
        click.echo(f"What an earlier run left in {out} is replaced.", err=True)
    set_aside = write_gallery(shown, out, images, theme)
    click.echo(f"{len(messages) - set_aside:,} emails in {out / 'index.html'}")
    if set_aside:
        click.echo(f"{set_aside:,} messages set aside: the page says why.", err=True)
        raise SystemExit(1)
