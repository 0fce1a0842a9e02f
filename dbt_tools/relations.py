"""Where dbt puts what the project names, so that Python and its SQL say `int_purchases` and never a schema.

The manifest that every run of dbt leaves in its target folder knows the schema of each model, wherever it moves and
whatever var `schema_prefix` is. A database alone is asked for the schema that holds a relation of that name.
"""

import json
from collections.abc import Iterable
from pathlib import Path

import click
import duckdb

# what the hooks make, and no model: without var `schema_prefix`, in these schemas
RANKER_SCHEMA = "ranker"
INPUTS_SCHEMA = "inputs"
LATEST_RUN = "latest_run"
# the placement whose lists are user_recommendations
DIGEST = "email_digest"


class Relations:
    """The models, seeds and sources of one manifest."""

    def __init__(self, manifest: dict):
        self._nodes = {
            node["name"]: node
            for node in manifest["nodes"].values()
            if node["resource_type"] in ("model", "seed", "snapshot")
        }
        self._schemas = {source["source_name"]: source["schema"] for source in manifest["sources"].values()}

    @classmethod
    def read(cls, folder: Path) -> "Relations":
        """Of the manifest that dbt_runs left below `folder`."""
        return cls(json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8")))

    @property
    def names(self) -> list[str]:
        """Of all models and seeds."""
        return list(self._nodes)

    def node(self, name: str) -> dict:
        """A model or seed as dbt describes it. KeyError when the project has none of this name."""
        if name not in self._nodes:
            raise KeyError(f"the dbt project has no model or seed {name}")
        return self._nodes[name]

    def named(self, name: str) -> str:
        """Schema and name of a model or seed, to be put into SQL."""
        node = self.node(name)
        return qualified(node["schema"], node["alias"])

    def compiled(self, name: str) -> str:
        """The SQL of a model, as the run that left the manifest compiled it."""
        return self.node(name)["compiled_code"]

    @property
    def ranker_schema(self) -> str:
        return self._schemas["ranker"]

    @property
    def latest_run(self) -> str:
        return qualified(self._inputs_schema, LATEST_RUN)

    @property
    def _inputs_schema(self) -> str:
        return self.node("input_users")["schema"]

    def connect(self, database: Path, read_only: bool = True) -> duckdb.DuckDBPyConnection:
        """A connection that finds models, seeds and what training learned by their bare names.

        Not the inputs: their names are everyday words, and models read them as staging hands them on.
        """
        schemas = {node["schema"] for node in self._nodes.values()} - {self._inputs_schema}
        return connect(database, [*sorted(schemas), self.ranker_schema], read_only)


class CannotOpen(click.ClickException):
    """The database can't be opened; the message says why."""


class InUse(CannotOpen):
    """It can be when another process has closed it."""


def open_file(database: Path, read_only: bool = True, **settings: object) -> duckdb.DuckDBPyConnection:
    """InUse while another process writes to it, or reads what is to be written. CannotOpen when it is no database."""
    try:
        return duckdb.connect(database, read_only=read_only, config=settings)
    except duckdb.Error as error:
        if "Could not set lock" in str(error):
            used = "being written" if read_only else "used"
            raise InUse(
                f"{database} is {used} by another process: wait until dbt has finished, or close it there"
            ) from None
        raise CannotOpen(f"{database} can't be opened: {error}") from None


def connect(database: Path, schemas: Iterable[str], read_only: bool = True) -> duckdb.DuckDBPyConnection:
    """A connection that finds what is in those of the schemas that the database has by bare names."""
    connection = open_file(database, read_only)
    search(connection, schemas)
    return connection


def search(connection: duckdb.DuckDBPyConnection, schemas: Iterable[str]) -> None:
    rows = connection.execute(
        "select current_database(), schema_name from duckdb_schemas() where database_name = current_database()"
    ).fetchall()
    there = {schema: qualified(database, schema) for database, schema in rows}
    found = [there[schema] for schema in dict.fromkeys(schemas) if schema in there]
    if found:
        connection.execute("set search_path = ?", [",".join(found)])


def schemas_holding(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """Schemas of the connection's database that have a table or view of this name: recmail's, where it has one."""
    prefix, found = own_prefix(connection), holding(connection, name)
    return [schema for schema in found if schema.startswith(prefix)] or found


def own_prefix(connection: duckdb.DuckDBPyConnection) -> str:
    """Var `schema_prefix` of the build in the database: a host's models may have names of recmail's, in schemas without
    it. Empty unless there is one build."""
    runs = holding(connection, LATEST_RUN)
    return runs[0].removesuffix(INPUTS_SCHEMA) if len(runs) == 1 else ""


def holding(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    rows = connection.execute(
        """
        select table_schema
        from information_schema.tables
        where table_catalog = current_database() and table_name = $name
        order by table_schema
        """,
        {"name": name},
    ).fetchall()
    return [schema for (schema,) in rows]


def qualified(*parts: str) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def literal(text: object) -> str:
    """A text or path as SQL writes it, where a statement takes no parameter."""
    return "'" + str(text).replace("'", "''") + "'"


def lists(columns: str, rows: str = "") -> str:
    """SQL of the lists of all placements, a row per placement, user and position: columns of both marts, of `rows`."""
    return (
        f"select '{DIGEST}' as placement, {columns} from user_recommendations {rows} "
        f"union all select placement, {columns} from placement_recommendations {rows}"
    )
