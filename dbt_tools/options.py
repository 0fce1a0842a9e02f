"""Options that several commands of `recmail` have."""

import json
from pathlib import Path

import click

from dbt_tools.build_vars import yaml_mapping
from dbt_tools.private_files import close_to_others, private_files
from dbt_tools.project import project_directory


def keep_private(context: click.Context, _option, database: Path) -> Path:
    """Who reads the warehouse writes of people: the command's files are private, and so is the warehouse."""
    context.with_resource(private_files())
    if database.is_file():
        close_to_others(database)
    return database


def require_built(context: click.Context, option, database: Path) -> Path:
    if not database.exists():
        raise click.ClickException(f"there is no database {database}: dbt build writes it")
    return keep_private(context, option, database)


def named_database(callback, is_read_only: bool = False):
    """What only reads takes a folder of Spark's as well."""
    return click.option(
        "--database",
        type=click.Path(path_type=Path, dir_okay=is_read_only),
        envvar="RECMAIL_DATABASE",
        callback=callback,
        default=lambda: project_directory() / "warehouse.duckdb",
        show_default="warehouse.duckdb, or RECMAIL_DATABASE",
        help="The DuckDB file that dbt built" + (", or Spark's warehouse folder." if is_read_only else "."),
    )


database_option = named_database(keep_private)
# of commands that have nothing else to say without it
built_database_option = named_database(require_built)
warehouse_option = named_database(keep_private, is_read_only=True)
built_warehouse_option = named_database(require_built, is_read_only=True)


def chosen_vars(_context, _option, text: str) -> dict:
    """As dbt takes them; times as text, which JSON can say."""
    try:
        return json.loads(json.dumps(yaml_mapping(text), default=str))
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


vars_option = click.option(
    "--vars", "variables", default="{}", callback=chosen_vars, help="Vars of the builds, as YAML or JSON."
)
