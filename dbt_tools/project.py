"""Where the dbt project is, whose models and files the Python parts work with, and what tells when a file changed."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from stat import S_ISREG

import click

NAME = re.compile(r"""^name:\s*["']?(\w+)""", re.MULTILINE)
CHECKOUT = Path(__file__).resolve().parents[1]


def project_directory() -> Path:
    """DBT_PROJECT_DIR, as for dbt itself; else the current directory if it holds a project; else this checkout.

    A wheel brings none: where nothing names a project the current directory stands for it, so that emails are not
    written among the packages of an environment.
    """
    if named := os.environ.get("DBT_PROJECT_DIR"):
        return Path(named).resolve()
    places = (Path.cwd(), CHECKOUT)
    return next((place for place in places if (place / "dbt_project.yml").is_file()), places[0])


def dbt_directory() -> Path:
    """Where dbt is to run. ClickException where no project is: dbt would name a folder for profiles."""
    project = project_directory()
    if not (project / "dbt_project.yml").is_file():
        raise no_project(project)
    return project


def recmail_directory() -> Path:
    """Where recmail's own models and macros are: the project, or the package that it has installed.

    ClickException where there are none, as of a wheel that is called elsewhere.
    """
    project = project_directory()
    for folder in (project, project / "dbt_packages" / "recmail", CHECKOUT):
        if name_of(folder) == "recmail":
            return folder
    raise no_project(project)


def no_project(place: Path) -> click.ClickException:
    return click.ClickException(
        f"{place} is neither recmail's dbt project nor one that has it as a package: go to one, or name it in"
        " DBT_PROJECT_DIR"
    )


def name_of(folder: Path) -> str | None:
    file = folder / "dbt_project.yml"
    # without YAML's parser, which takes longer than all else that a send reads of the project
    found = NAME.search(file.read_text("utf-8")) if file.is_file() else None
    return found and found[1]


def files_state(paths: Iterable[Path]) -> tuple[tuple[str, int, int], ...]:
    """What tells the files among these from those of before: path, size and time of each."""
    state = []
    for path in paths:
        try:
            status = path.stat()
        except FileNotFoundError:  # a file that somebody writes has another name until it is whole
            continue
        if S_ISREG(status.st_mode):
            state.append((str(path), status.st_size, status.st_mtime_ns))
    return tuple(sorted(state))
