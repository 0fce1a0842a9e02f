"""The vars of a dbt run: VARS, with INPUT and AS_OF folded in. `recmail vars` prints them as one line of JSON.

Reads the environment variables that `make build INPUT=<dir> AS_OF=<timestamp> VARS='{yaml}'` sets; an empty
one counts as absent. Stops with one line saying what to mend when one of them can't be used, or when VARS
names a var that dbt_project.yml doesn't have: dbt itself would ignore a misspelt one in silence.
"""

import json
import os
from collections.abc import Collection, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import click
import yaml

from dbt_tools.project import project_directory, recmail_directory


@click.command(help="Print the vars that INPUT, AS_OF and VARS of the environment stand for, as JSON.")
def main() -> None:
    try:
        click.echo(json.dumps(build_vars(os.environ, declared_vars()), default=str))
    except ValueError as error:
        raise click.ClickException(str(error)) from None


def declared_vars() -> dict:
    """Every var of recmail with its default, or with what a project that it is installed in says, as dbt takes them."""
    recmail, project = recmail_directory(), project_directory()
    declared = _vars_of(recmail)
    if project != recmail:
        said = _vars_of(project)
        declared |= {name: value for name, value in said.items() if name in declared} | said.get(
            "recmail", {}
        )
    return declared


def _vars_of(folder: Path) -> dict:
    return deepcopy(_vars_in((folder / "dbt_project.yml").read_text(encoding="utf-8")))


@lru_cache(maxsize=2)
def _vars_in(text: str) -> dict:
    return yaml.safe_load(text).get("vars") or {}


def build_vars(environment: Mapping[str, str], declared: Collection[str]) -> dict:
    """The vars to hand to dbt. Raises ValueError when an option can't be used."""
    options = {
        "input_location": environment.get("INPUT") and input_directory(environment["INPUT"]),
        "as_of": environment.get("AS_OF") and utc_timestamp(environment["AS_OF"]),
    }
    given = {name: value for name, value in options.items() if value}
    chosen = yaml_mapping(environment.get("VARS", ""))
    if unknown := sorted(map(str, chosen.keys() - set(declared))):
        raise ValueError(
            f"dbt_project.yml has no var {', '.join(unknown)}; it has {', '.join(sorted(declared))}"
        )
    if twice := sorted(chosen.keys() & given.keys()):
        raise ValueError(f"{', '.join(twice)} is in VARS and also given as INPUT or AS_OF: leave one out")
    return chosen | given


def input_directory(text: str) -> str:
    directory = Path(text).expanduser().resolve()
    if not directory.is_dir():
        raise ValueError(f"INPUT={text} is no directory: it must hold <table>.parquet or <table>.csv files")
    return str(directory)


def utc_timestamp(text: str) -> str:
    """`2025-06-01`, `2025-06-01 12:00:00` (UTC) or one with an offset, as `YYYY-MM-DD HH:MM:SS` in UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"AS_OF={text} is no timestamp; write it like '2025-06-01 00:00:00' (UTC)") from None
    if moment.tzinfo:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return str(moment)


def yaml_mapping(text: str) -> dict:
    try:
        value = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise ValueError(f"vars are no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(value, dict):
        raise ValueError(f"vars must be a mapping like '{{recommendations_per_user: 20}}', not {text!r}")
    return value
