"""Once the inputs are found, a build reads and writes no file but its own."""

import shutil

import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from shop import small_shop, write_parquet
from warehouse import manifest

from dbt_tools.dbt_runs import options, own_copy


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict[str, str]:
    """What statements on the build's database say after the hooks and a seed, which dbt reads from its file."""
    folder = tmp_path_factory.mktemp("o'neil's shop")
    inputs = write_parquet(small_shop(), folder / "inputs")
    shutil.copytree(inputs, folder / "other")
    (inputs / "users.parquet").unlink()
    (inputs / "users.parquet").symlink_to(folder / "other/users.parquet")
    (inputs / "link").symlink_to("/etc")
    (inputs / "notes.txt").write_text("no input", encoding="utf-8")
    inside = str(inputs).replace("'", "''")
    statements = {
        "inputs": f"select count(*) from read_parquet('{inside}/users.parquet')",
        "database": "create table main.kept as select 1 as one",
        "read": "select * from read_text('/etc/passwd')",
        "dots": f"select * from read_text('{inside}/../other/orders.parquet')",
        "beside": f"select * from read_text('{inside}/notes.txt')",
        "probe": f"select csv_text('{inside}/notes.txt')",
        "allow": "select allow_csv_files(['/etc/passwd'])",
        "link": f"select * from read_text('{inside}/link/passwd')",
        "list": "select * from glob('/etc/*')",
        "write": f"copy (select 1) to '{inside}/../copied.csv'",
        "attach": f"attach '{inside}/../other.duckdb'",
        "export": f"export database '{inside}/../exported'",
        "extension": "install httpfs",
        "open": "set enable_external_access = true",
        "widen": "set allowed_paths = ['/etc/passwd']",
        "reset": "reset enable_external_access",
        "forget": "reset allowed_paths",
    }
    said: dict[str, str] = {}

    def ask(event) -> None:
        if event.info.name == "LogSeedResult":
            cursor = DuckDBConnectionManager._ENV.handle().cursor()
            for name, statement in statements.items():
                try:
                    said[name] = str(cursor.execute(statement).fetchall())
                except Exception as error:
                    said[name] = str(error)

    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("RECMAIL_DATABASE", str(folder / "w.duckdb"))
        run = dbtRunner(own_copy(manifest({})), callbacks=[ask]).invoke(
            ["seed", "--select", "event_weights", *options({"input_location": str(inputs)}, folder)]
        )
        DuckDBConnectionManager.close_all_connections()
    assert run.success, run.exception
    assert not (folder / "copied.csv").exists() and not (folder / "exported").exists()
    return said


def test_inputs_are_read_through_links_and_the_database_is_written(told):
    assert told["inputs"] == "[(40,)]"
    assert told["database"] == "[(1,)]"


@pytest.mark.parametrize(
    "name", ["read", "dots", "beside", "probe", "link", "list", "write", "attach", "export", "extension"]
)
def test_no_other_file_is_read_or_written(told, name):
    assert "disabled by configuration" in told[name]


@pytest.mark.parametrize("name", ["open", "widen", "reset", "forget"])
def test_no_statement_opens_it_again(told, name):
    assert told[name].startswith("Invalid Input Error: Cannot ")


def test_nor_is_another_file_let_through_the_functions_that_look_at_csv(told):
    assert "Cannot allow other files" in told["allow"]
