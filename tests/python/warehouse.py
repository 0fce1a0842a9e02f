"""Warehouses for tests: dbt runs in this process, reads the project once for all tests, and builds what many read once.

SQL of tests names relations alone, `from user_recommendations`: which schema a model stands in is dbt_project.yml's to
say. Inputs and what training appends keep theirs, `inputs.users` and `ranker.training_runs`.
"""

import fcntl
import gc
import hashlib
import json
import os
import pickle
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb
import yaml
from dbt.contracts.graph.manifest import Manifest

from dbt_tools.build_vars import declared_vars
from dbt_tools.dbt_runs import NO_TESTS, parse_project, run_dbt, without_tests
from dbt_tools.project import CHECKOUT as ROOT
from input_checks.contract import InputContract

# what dbt writes beside the database: a folder for each worker of pytest-xdist
FOLDER = ROOT / "target" / "pytest" / os.environ.get("PYTEST_XDIST_WORKER", "alone")
# of one session, for all its workers: conftest.py sets it
shared_folder = ROOT / "target"

# Read by SQL alone, when it runs: a manifest serves all their values. test_manifest.py holds it.
RUN_TIME_VARS = {
    *(
        "input_location",
        "input_schema",
        "ledger_location",
        "personal_columns",
        "as_of",
        "only_touched_users",
        "lists_refresh_days",
        "replayed_users",
        "source_places",
        "forget_history_days",
        "churn_days",
        "prediction_cuts",
        "roll_up_variants",
        "adaptive_share_min",
        "cart_url",
    ),
    *("similarity_metric", "profile_weighting", "similarity_shrinkage", "pair_support_min"),
    *("item_recommendations_max", "strategies_enabled", "personalisation_rules", "repurchase_window_days"),
    *("ranking_objective", "default_margin_share", "recommendations_per_user", "exploration_share"),
    *("minimum_distinct_categories", "holdout_share", "rejected_share_warn", "rejected_share_error"),
}
# the gate judges whole tables, test_gate.py's matter: a third of a small shop's build
NO_GATE = ("--exclude", "input_validation_results")
# where later models read what it says: five seconds less than Great Expectations
GATE_IN_SQL = {"gate": "sql"}
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
# a model costs more in dbt than in DuckDB, and a core has a worker of its own
# what dbt prints is in Build.messages
FRUGAL = ("--threads", "1", "--no-write-json", "--log-level", "none", "--log-level-file", "none")
# what wrong inputs fail, and stop a build with
TESTS_OF_INPUTS = ("gate_is_open", "rejected_share_is_small")
OWN_SCHEMAS = ("inputs", "ranker", "state")
INPUT_MODELS = yaml.safe_load((ROOT / "models/inputs/_inputs__models.yml").read_text("utf-8"))["models"]
# the pinned inputs with their columns and rules
CONTRACTS = [InputContract.from_yaml(model, declared_vars()) for model in INPUT_MODELS]


@dataclass
class Build:
    database: Path
    succeeded: bool
    messages: list[str] = field(repr=False)

    @property
    def text(self) -> str:
        return "\n".join(self.messages)

    def query(self, sql: str) -> list[tuple]:
        with connect(self.database) as connection:
            return connection.execute(sql).fetchall()

    def value(self, sql: str):
        return self.query(sql)[0][0]

    def relations(self) -> list[str]:
        """Names of all tables and views."""
        names = self.query("select table_schema, table_name from information_schema.tables")
        return sorted(f"{schema}.{name}" if schema in OWN_SCHEMAS else name for schema, name in names)

    def schema(self, relation: str) -> str:
        return self.value(
            f"select table_schema from information_schema.tables where table_name = '{relation}'"
        )

    def content(self, relation: str) -> list[str]:
        """Every row as text, sorted: equal for equal content."""
        return self.contents([relation])[relation]

    def contents(self, relations: Iterable[str]) -> dict[str, list[str]]:
        """The same of many relations, by name, in one connection: to open the file takes longer than to read it."""
        with connect(self.database) as connection:
            return {
                relation: [
                    row
                    for (row,) in connection.execute(
                        f"select cast(t as varchar) from {relation} as t order by 1"
                    ).fetchall()
                ]
                for relation in relations
            }

    def rows_by_user(self, relation: str, columns: str = "") -> dict[str, list[str]]:
        """Every row of each user as text, sorted; `columns` follows the asterisk, such as `exclude (as_of)`."""
        found: dict[str, list[str]] = {}
        with connect(self.database) as connection:
            named = {name for name, *_ in connection.execute(f"describe {relation}").fetchall()}
            keys = "" if "user_id" in named else "inner join int_user_keys using (user_key)"
            for user, row in connection.execute(
                f"""
                select user_id, cast(t as varchar)
                from (select * {columns} from {relation}) as t {keys}
                order by all
                """
            ).fetchall():
                found.setdefault(user, []).append(row)
        return found

    def copied_to(self, folder: Path) -> "Build":
        """The same in a file of its own, to be built upon."""
        folder.mkdir(parents=True, exist_ok=True)
        return Build(Path(shutil.copy(self.database, folder)), self.succeeded, self.messages)


def assert_same(one: Build, other: Build, relations: Iterable[str]) -> None:
    """The same rows in each of these relations."""
    expected = other.contents(relations)
    for relation, rows in one.contents(relations).items():
        assert rows == expected[relation], relation


def connect(database: Path, read_only: bool = True) -> duckdb.DuckDBPyConnection:
    """A connection that finds models and seeds of all schemas by their names."""
    connection = duckdb.connect(database, read_only=read_only)
    schemas = connection.execute(
        "select schema_name from duckdb_schemas() where not internal and schema_name not in $own order by all",
        {"own": OWN_SCHEMAS},
    ).fetchall()
    connection.execute(f"set search_path = '{','.join(schema for (schema,) in schemas) or 'main'}'")
    return connection


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """A folder of this name that the first worker who wants it makes, while others wait."""
    folder = shared_folder / name
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            shutil.rmtree(folder, ignore_errors=True)  # what another worker could not make
            folder.mkdir()
            make(folder)
            (folder / "made").touch()
    return folder


def manifest(variables: dict, stem: str = "w") -> Manifest:
    """The project as dbt reads it with these vars and a database file of this name."""
    parsed = {name: value for name, value in variables.items() if name not in RUN_TIME_VARS}
    return read_manifest(json.dumps(parsed, sort_keys=True), stem)


@cache
def read_manifest(variables: str, stem: str) -> Manifest:
    def make(folder: Path) -> None:
        parsed = parse_project(json.loads(variables), FOLDER, folder / "w.duckdb", writes_json=False)
        (folder / "manifest.pickle").write_bytes(pickle.dumps(parsed))

    key = hashlib.sha256(variables.encode()).hexdigest()[:16]
    read = pickle.loads((made_once(f"manifest-{key}", make) / "manifest.pickle").read_bytes())
    if stem != "w":
        call_database(read, stem)
    # it stays, like what was imported: Python need not look through it for garbage after each build
    gc.collect()
    gc.freeze()
    return read


def call_database(project: Manifest, stem: str) -> None:
    """What dbt reads with a database file of this name instead of w.duckdb; test_manifest.py holds it."""
    for node in (*project.nodes.values(), *project.sources.values(), *project.unit_tests.values()):
        if getattr(node, "database", None) == "w":
            node.database = stem
        if getattr(node, "relation_name", None):
            node.relation_name = node.relation_name.replace('"w".', f'"{stem}".', 1)


def marts(*folders: str) -> list[str]:
    """Names of the models that others than recmail read, of these folders of marts or of all."""
    return sorted(
        node.name
        for node in manifest({}).nodes.values()
        if node.resource_type == "model"
        and node.fqn[1] == "marts"
        and (not folders or node.fqn[2] in folders)
    )


def build(database: Path, variables: dict, *arguments: str, tests: bool = False) -> Build:
    """`dbt build` into `database`, without tests unless `tests`; a failing build does not raise."""
    choice = NO_UNIT_TESTS if tests else NO_TESTS
    return dbt("build", database, variables, *choice, *arguments)


def dbt(command: str, database: Path, variables: dict, *arguments: str) -> Build:
    run = run_dbt(
        *(command, *FRUGAL, *arguments),
        variables=variables,
        folder=FOLDER,
        database=database,
        manifest=manifest(variables, database.stem),
    )
    return Build(database, run.succeeded, run.messages)


# --- models and data tests without dbt --------------------------------------------------------------------------


def compiled_models(select: str, variables: dict | None = None) -> dict[str, str]:
    """SQL by name of the selected models, in the order in which they build; what they read goes by its name alone."""
    variables = variables or {}
    run = run_dbt(
        *("compile", *FRUGAL, "--select", select),
        variables=variables,
        folder=FOLDER,
        database=own_database(),
        manifest=manifest(variables),
    )
    assert run.succeeded, run.messages
    nodes = [compiled.node for compiled in run.results if compiled.node.resource_type == "model"]
    return {node.name: re.sub(r'"w"\."\w+"\.', "", node.compiled_code) for node in nodes}


def own_database() -> Path:
    """What dbt compiles against: a file of this worker, since dbt locks it."""
    folder = shared_folder / f"compiled-{FOLDER.name}"
    folder.mkdir(exist_ok=True)
    return folder / "w.duckdb"


def run_models(connection: duckdb.DuckDBPyConnection, models: dict[str, str]) -> None:
    """Builds each model as a table; what the models read must be there."""
    for name, sql in models.items():
        connection.execute(f"create or replace table {name} as {sql}")


@cache
def data_tests() -> dict[str, str]:
    """By name of each data test that can stop a build a query: whether it fails in a whole warehouse `w.duckdb`."""

    def make(folder: Path) -> None:
        run = run_dbt(
            *("compile", *FRUGAL, "--select", "test_type:data"),
            variables={},
            folder=FOLDER,
            database=own_database(),
            manifest=manifest({}),
        )
        assert run.succeeded, run.messages
        tests = [
            compiled.node for compiled in run.results if compiled.node.config.severity.lower() == "error"
        ]
        assert len(tests) > 300
        queries = {
            node.name: f"select {node.config.fail_calc} {node.config.error_if} from ({node.compiled_code}) as failures"
            for node in tests
        }
        (folder / "queries.json").write_text(json.dumps(queries), "utf-8")

    return json.loads((made_once("data_tests", make) / "queries.json").read_text("utf-8"))


def failing_tests(database: Path) -> list[str]:
    """Names of the data tests that fail: as dbt runs them, at a tenth of the time."""
    with duckdb.connect(database, read_only=True) as connection:
        return [name for name, sql in data_tests().items() if connection.execute(sql).fetchone()[0]]


@cache
def manifest_with_tests_of_inputs() -> Manifest:
    """The project without data tests, but for those that wrong inputs fail."""
    return without_tests(manifest({}), but=TESTS_OF_INPUTS)
