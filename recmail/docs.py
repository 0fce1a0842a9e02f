"""Writes the pages of docs/ that follow from the project, so that they can't say anything else."""

from collections.abc import Callable
from pathlib import Path

import click
from dbt.contracts.graph.manifest import Manifest

from dbt_tools.dbt_runs import parse_project
from dbt_tools.project import dbt_directory, name_of
from recmail.adapters_page import adapters_page
from recmail.architecture_page import architecture_page
from recmail.contract_page import contract_page
from recmail.metrics_page import metrics_page

# file in docs/ → what makes its text out of the manifest
PAGES: dict[str, Callable[[Manifest], str]] = {
    "adapters.md": adapters_page,
    "architecture.md": architecture_page,
    "input_contract.md": contract_page,
    "metrics.md": metrics_page,
}


@click.command(help=__doc__)
@click.option("--check", is_flag=True, help="Write nothing; fail when a page is not up to date.")
def main(check: bool) -> None:
    project = dbt_directory()
    if name_of(project) != "recmail":
        raise click.ClickException(
            f"{project} is not recmail's own project: the pages in its docs/ are yours"
        )
    folder = project / "target" / "docs"
    manifest = parse_project({}, folder, folder / "docs.duckdb")
    outdated = write_pages(project / "docs", manifest, check)
    if check and outdated:
        raise click.ClickException(f"{', '.join(outdated)} out of date: run make docs")


def write_pages(folder: Path, manifest: Manifest, check: bool = False) -> list[str]:
    """Names of the pages that were not what they have to be; they are now, unless `check`."""
    outdated = []
    for name, page in PAGES.items():
        path, text = folder / name, page(manifest)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            outdated.append(name)
            if not check:
                path.write_text(text, encoding="utf-8")
    return outdated
