"""Names resolve through the manifest wherever models are; selections name what is there."""

import json
import re
import shutil
import time
from pathlib import Path
from types import SimpleNamespace

import click
import duckdb
import pytest
import yaml
from click.testing import CliRunner

from benchmarks.speed import MODELS, READ_MODELS
from dbt_tools.build_vars import declared_vars
from dbt_tools.dbt_runs import parse_project
from dbt_tools.private_text import without_addresses, without_values
from dbt_tools.project import CHECKOUT, project_directory, recmail_directory
from dbt_tools.relations import Relations, schemas_holding
from input_checks.gate import printable
from recmail.cli import COMMANDS, LazyGroup
from recmail.cli import main as recmail
from sending.newer_inputs import cleaning_rule

PREFIX = {"schema_prefix": "host_"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """With the manifest of the project under a prefix."""
    folder = tmp_path_factory.mktemp("manifest")
    parse_project(PREFIX, folder, folder / "w.duckdb")
    return folder


@pytest.fixture(scope="module")
def relations(folder) -> Relations:
    return Relations.read(folder)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("554 <ann@mail.example>: listed", "554 <(address)>: listed"),
        # the address that mail came from names whom it went to
        ("bounces+ann=mail.example@shop.example is full", "(address) is full"),
        ("+49 170 5550101 is no mobile, nor is +491705550101", "(address) is no mobile, nor is (address)"),
        ("250 2.0.0 queued as 4F2", "250 2.0.0 queued as 4F2"),
    ],
)
def test_what_is_told_of_servers_names_nobody(said, expected):
    assert without_addresses(said) == expected


@pytest.mark.parametrize("masked", [without_addresses, printable])
def test_a_long_word_is_masked_as_quickly_as_it_is_read(masked):
    word = "A" * 30_000
    started = time.process_time()
    assert masked(word) == word and masked(f"{word}@b") in ("(address)", "…@…")
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "statement",
    [
        "select cast(value as integer)",
        "select cast(value as date)",
        "select cast(value as timestamp)",
        "select cast(value as integer[])",
        "select cast(value as json)",
        "select strptime(value, '%Y')",
        "create table twice (value varchar primary key); insert into twice select value from row, range(2)",
    ],
)
def test_errors_of_duckdb_quote_no_row(statement):
    with duckdb.connect() as connection:
        connection.execute("create view row as select 'secret \"ann\" of \n\n'' secret' as value")
        with pytest.raises(duckdb.Error) as error:
            connection.execute(statement if statement.startswith("create") else f"{statement} from row")
    assert "secret" in str(error.value) and "secret" not in without_values(str(error.value))


def test_every_schema_has_the_prefix(folder, relations):
    manifest = json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))
    placed = [
        *(node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")),
        *manifest["sources"].values(),
    ]
    assert {node["name"] for node in placed if not node["schema"].startswith("host_")} == set()
    semantic = json.loads((folder / "target" / "semantic_manifest.json").read_text(encoding="utf-8"))
    read = [model["node_relation"]["schema_name"] for model in semantic["semantic_models"]]
    assert {"host_metrics", "host_email", "host_sales"} == set(read)
    assert relations.latest_run == '"host_inputs"."latest_run"'
    assert relations.ranker_schema == "host_ranker"


def test_a_model_is_found_by_its_bare_name_and_an_input_is_not(relations, tmp_path):
    database = tmp_path / "w.duckdb"
    schema = relations.node("int_purchases")["schema"]
    with duckdb.connect(database) as connection:
        connection.execute(
            f"""
            create schema {schema}; create schema host_inputs;
            create table {relations.named("int_purchases")} as select 1 as found;
            create table host_inputs.orders as select 2 as found;
            """
        )
    with relations.connect(database) as connection:
        assert connection.execute("select found from int_purchases").fetchall() == [(1,)]
        assert schemas_holding(connection, "int_purchases") == [schema]
        with pytest.raises(duckdb.CatalogException):
            connection.execute("select found from orders")


def test_a_name_that_is_no_model_is_said(relations):
    with pytest.raises(KeyError, match="no model or seed int_nothing"):
        relations.named("int_nothing")


def test_selections_name_models_and_seeds_of_the_project(relations):
    """dbt itself only warns of a name that is gone, and builds the rest."""
    text = (CHECKOUT / "selectors.yml").read_text(encoding="utf-8")
    for selector in yaml.safe_load(text)["selectors"]:
        for part in selector["definition"]["union"]:
            for name in names_in(part):
                assert relations.named(name), (selector["name"], name)


def test_the_benchmark_of_lists_has_what_its_models_read(relations):
    """It runs a few of the models on tables that it makes up for the others."""
    parents = {name for model in MODELS for name in relations.node(model)["depends_on"]["nodes"]}
    read = {name.split(".")[-1] for name in parents if name.startswith("model.")}
    # read in a run alone that builds it, too
    assert read - {*MODELS, *READ_MODELS} == {"int_touched_users"}


def names_in(part: str | dict) -> list[str]:
    """Models and seeds that a part of a selection names, without graph operators."""
    if isinstance(part, str):
        return [] if ":" in part or part == "*" else [part.strip("+")]
    for inner in ("union", "exclude"):
        if inner in part:
            return [name for one in part[inner] for name in names_in(one)]
    return [part["value"]] if part["method"] == "fqn" else []


def test_python_names_no_schema_of_a_model(relations):
    """Where a model is decides dbt_project.yml alone."""
    nodes = [relations.node(name) for name in relations.names]
    named = {f"{node['schema'].removeprefix('host_')}.{node['name']}" for node in nodes}
    found = [
        (str(path.relative_to(CHECKOUT)), name)
        for folder in ("dbt_tools", "recmail", "ranker", "email_render", "input_checks", "benchmarks")
        for path in (CHECKOUT / folder).rglob("*.*")
        if path.suffix in (".py", ".sql") and path.name != "render_warehouse.py"  # a warehouse of its own
        for name in re.findall(r"\b[a-z]+\.[a-z_]+\b", path.read_text(encoding="utf-8"))
        if name in named
    ]
    assert found == []


def test_the_project_is_where_dbt_would_look(tmp_path, monkeypatch):
    monkeypatch.delenv("DBT_PROJECT_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    assert project_directory() == CHECKOUT
    (tmp_path / "dbt_project.yml").touch()
    assert project_directory() == tmp_path
    monkeypatch.setenv("DBT_PROJECT_DIR", str(CHECKOUT / "demo"))
    assert project_directory() == CHECKOUT / "demo"


def test_a_wheel_called_outside_of_a_project_writes_nothing_beside_its_code(tmp_path, monkeypatch):
    monkeypatch.delenv("DBT_PROJECT_DIR", raising=False)
    monkeypatch.delenv("RECMAIL_DATABASE", raising=False)
    monkeypatch.setattr("dbt_tools.project.CHECKOUT", tmp_path / "site-packages")
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert project_directory() == here
    for command in ("vars", "build", "train", "simulate", "docs", "watch"):
        outcome = CliRunner().invoke(recmail, [command])
        assert outcome.exit_code == 1
        assert f"{here} is neither recmail's dbt project nor one that has it as a package" in outcome.output
    assert not list(here.iterdir())
    (here / "dbt_project.yml").write_text("name: shop\n", "utf-8")
    # a shop's own docs/metrics.md is not recmail's
    outcome = CliRunner().invoke(recmail, ["docs"])
    assert outcome.exit_code == 1 and f"{here} is not recmail's own project" in outcome.output
    package = here / "dbt_packages" / "recmail"
    package.mkdir(parents=True)
    shutil.copy(CHECKOUT / "dbt_project.yml", package)
    assert recmail_directory() == package


def test_a_build_called_elsewhere_finds_the_project(tmp_path, monkeypatch):
    monkeypatch.delenv("DBT_PROJECT_DIR", raising=False)
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    monkeypatch.setenv("RECMAIL_DATABASE", "")
    handed_over = []

    class Runner:
        def invoke(self, arguments):
            handed_over.append(arguments[1:-2])
            return SimpleNamespace(exception=None, success=False)

    monkeypatch.setattr("recmail.build.dbtRunner", Runner)
    for folder in (CHECKOUT, tmp_path):
        monkeypatch.chdir(folder)
        CliRunner().invoke(recmail, ["build", "--database", str(tmp_path / "w.duckdb")])
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    CliRunner().invoke(recmail, ["build", "--database", str(tmp_path / "w.duckdb")])
    project = ["--project-dir", str(CHECKOUT)]
    assert handed_over == [[], [*project, "--profiles-dir", str(CHECKOUT)], project]


def test_of_two_tables_of_a_name_recmails_is_read(tmp_path):
    """Both stand in a warehouse where recmail is in a project of the shop's own, with var schema_prefix."""
    with duckdb.connect(tmp_path / "host.duckdb") as connection:
        for table in ("x_inputs.latest_run", "staging.stg_users", "x_staging.stg_users", "users.stg_as_of"):
            connection.execute(f"create schema if not exists {table.partition('.')[0]}")
            connection.execute(f"create table {table} as select 1 as a")
        assert schemas_holding(connection, "stg_users") == ["x_staging"]
        assert schemas_holding(connection, "stg_as_of") == ["users"]
        # two builds: none goes before the other
        connection.execute("create schema y_inputs; create table y_inputs.latest_run as select 1 as a")
        assert schemas_holding(connection, "stg_users") == ["staging", "x_staging"]


def test_vars_are_those_that_a_hosts_project_gives_recmail(tmp_path, monkeypatch):
    text = "{name: shop, vars: {shop_name: Ours, no_var: 1, recmail: {send_from: us@shop.example}}}"
    (tmp_path / "dbt_project.yml").write_text(text, "utf-8")
    declared = declared_vars()
    monkeypatch.setenv("DBT_PROJECT_DIR", str(tmp_path))
    assert declared_vars() == declared | {"shop_name": "Ours", "send_from": "us@shop.example"}


def test_recmails_macros_are_found_from_a_hosts_project(tmp_path, monkeypatch):
    """Of the package that it has installed, or of where the Python parts are."""
    rule = cleaning_rule("clean_id")
    (tmp_path / "dbt_project.yml").write_text("name: 'shop'\n", "utf-8")
    monkeypatch.setenv("DBT_PROJECT_DIR", str(tmp_path))
    assert recmail_directory() == CHECKOUT and cleaning_rule("clean_id") == rule
    installed = tmp_path / "dbt_packages" / "recmail"
    installed.mkdir(parents=True)
    shutil.copy(CHECKOUT / "dbt_project.yml", installed)
    shutil.copytree(CHECKOUT / "macros", installed / "macros")
    assert recmail_directory() == installed and cleaning_rule("clean_id") == rule


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    outcome = CliRunner().invoke(recmail, [command, "--help"])
    assert outcome.exit_code == 0, outcome.output
    assert outcome.output.startswith(f"Usage: main {command} ")


@pytest.mark.parametrize(("said", "ends_with"), [("Query interrupted", SystemExit), ("else", RuntimeError)])
def test_ctrl_c_within_a_query_of_duckdbs_ends_without_a_traceback(said, ends_with, monkeypatch):
    @click.command()
    def interrupted() -> None:
        raise RuntimeError(said)

    monkeypatch.setattr(LazyGroup, "get_command", lambda *_: interrupted)
    outcome = CliRunner().invoke(recmail, ["render"])
    assert type(outcome.exception) is ends_with and outcome.exit_code == 1
    assert ("Aborted!" in outcome.output) is (ends_with is SystemExit)
