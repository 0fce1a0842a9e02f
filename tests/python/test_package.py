"""recmail in a dbt project of a shop's own, installed by packages.yml: integration_tests/."""

import shutil
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from warehouse import NO_GATE, ROOT

from dbt_tools.dbt_runs import NO_TESTS

PARTS = [
    *("dbt_project.yml", "profiles.yml", "selectors.yml"),
    *("macros", "models", "seeds", "tests/generic", "tests/singular"),
]
# the gate judges whole tables, test_gate.py's matter
SELECTED = ("+stg_order_lines", "+stg_users", "+int_item_history", "broken")


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """The host's warehouse after `dbt deps` and a build of users and order lines."""
    folder = tmp_path_factory.mktemp("host")
    # a copy: dbt writes dbt_packages/ and a lock beside packages.yml
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        (folder / "recmail" / part).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / part, folder / "recmail" / part)
    host = folder / "recmail" / "integration_tests"
    shutil.copytree(
        ROOT / "integration_tests",
        host,
        ignore=shutil.ignore_patterns("target", "logs", "dbt_packages", "package-lock.yml"),
    )
    (host / "models/shop/broken.sql").write_text("select * from nowhere", "utf-8")
    database = folder / "host.duckdb"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOST_DATABASE", str(database))
        patch.chdir(host)
        for command in (
            ("deps",),
            ("build", "--threads", "1", *NO_TESTS, "--select", *SELECTED, *NO_GATE),
        ):
            outcome = dbtRunner().invoke(
                [
                    *command,
                    *("--quiet", "--project-dir", str(host), "--profiles-dir", str(host)),
                    *(() if command == ("deps",) else ("--target-path", str(folder / "target"))),
                ]
            )
            DuckDBConnectionManager.close_all_connections()
            assert not outcome.exception
            failed = [result for result in outcome.result or [] if result.status not in ("success", "pass")]
            assert [result.node.name for result in failed] in ([], ["broken"]), failed
    return database


def rows(database: Path, sql: str) -> list[tuple]:
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_models_of_one_name_stand_side_by_side(built):
    assert rows(built, "select customer from staging.stg_users order by 1") == [("a",), ("b",)]
    assert rows(built, "select user_id, email from recmail_staging.stg_users order by 1") == [
        ("a", "a@shop.example"),
        ("b", "b@shop.example"),
    ]


def test_models_of_the_host_are_inputs(built):
    assert rows(built, "select order_line_id, order_id, item_id from recmail_staging.stg_order_lines") == [
        ("l1", "o1", "i1")
    ]


def test_a_model_of_the_host_stands_for_one_of_recmails(built):
    assert rows(built, "select as_of from users.stg_as_of")[0][0].hour == 23
    schemas = rows(
        built, "select distinct table_schema from information_schema.tables where table_name = 'stg_as_of'"
    )
    assert schemas == [("users",)]


def test_state_is_kept_as_of_the_hosts_time_whatever_else_of_the_host_fails(built):
    assert rows(built, "select item_id, hour(as_of) from recmail_state.item_states order by 1") == [
        ("i1", 23),
        ("i2", 23),
    ]


def test_recmail_makes_no_schema_without_its_prefix(built):
    schemas = {name for (name,) in rows(built, "select distinct table_schema from information_schema.tables")}
    assert {name for name in schemas if not name.startswith("recmail_")} == {"staging", "users"}


def test_the_hosts_warehouse_is_for_its_owner_alone(built):
    assert built.stat().st_mode & 0o077 == 0
