"""Writes the page that says on Monday how the emails did: numbers of the metric marts, as charts and tables."""

from pathlib import Path

import click

from dashboard.page import page
from dashboard.read import read
from dbt_tools.options import built_warehouse_option
from dbt_tools.project import project_directory

PAGE = "dashboard.html"


@click.command(help=__doc__)
@built_warehouse_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=lambda: project_directory() / "out" / PAGE,
    show_default=f"out/{PAGE}",
    help="HTML file to write.",
)
def dashboard(database: Path, out: Path) -> None:
    text = page(read(database))
    out.parent.mkdir(parents=True, exist_ok=True)
    # whole or not at all: somebody may have the page open
    unfinished = out.with_name(f".{out.name}.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(out)
    click.echo(f"{out}: dashboard, from {database}")
