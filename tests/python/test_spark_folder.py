"""What only reads the warehouse reads Spark's folder of Parquet as well as DuckDB's file: same options, same bytes."""

import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from spark_folder import write_spark_folder
from warehouse import Build, made_once

from dbt_tools.open_database import open_database
from recmail.cli import main

ENVIRONMENT = {"RECMAIL_UNSUBSCRIBE_KEY": "0123456789abcdef" * 2, "RECMAIL_KLAVIYO_KEY": "no-key"}


@pytest.fixture(scope="module")
def folder(small: Build) -> Path:
    return (
        made_once("spark_folder", lambda place: write_spark_folder(small.database, place / "warehouse"))
        / "warehouse"
    )


def recmail(*arguments: object) -> str:
    outcome = CliRunner().invoke(main, list(map(str, arguments)), env=ENVIRONMENT)
    assert outcome.exit_code == 0, (outcome.output, outcome.exc_info)
    return outcome.output


def files(folder: Path) -> dict[str, bytes]:
    """All files below it but the plan of rendering, which names the build that it belongs to."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "plan.json"
    }


@pytest.mark.parametrize(
    "command",
    [
        ["render"],
        ["render", "--escaping", "template", "--limit", "3"],
        ["render", "--esp", "braze"],
        ["preview"],
        ["feed", "--to", "retail"],
    ],
    ids=" ".join,
)
def test_the_same_bytes_come_from_either(small, folder, tmp_path, command):
    written = {}
    for name, database in {"file": small.database, "folder": folder}.items():
        recmail(*command, "--database", database, "--out", tmp_path / name)
        written[name] = files(tmp_path / name)
    assert written["file"] == written["folder"] and written["file"]


@pytest.mark.parametrize(
    "command",
    [["sync", "--to", "klaviyo", "--dry-run"], ["email-report"], ["explain", "--user", "u1"]],
    ids=" ".join,
)
def test_the_same_is_said_of_either(small, folder, command):
    of_file, of_folder = (recmail(*command, "--database", place) for place in (small.database, folder))
    assert of_file == of_folder


@pytest.mark.parametrize("page", ["quality", "dashboard"])
def test_the_same_page_is_made_of_either(small, folder, tmp_path, page):
    places = {"file": small.database, "folder": folder}
    for name, database in places.items():
        recmail(page, "--database", database, "--out", tmp_path / name)
    assert (tmp_path / "file").read_text("utf-8") == (tmp_path / "folder").read_text("utf-8")


def test_what_was_rendered_from_a_folder_is_not_sent_once_it_is_built_anew(folder, tmp_path):
    database = Path(shutil.copytree(folder, tmp_path / "warehouse"))
    recmail("render", "--database", database, "--out", tmp_path / "emails")
    send = [
        *("send", "--database", database, "--out", tmp_path / "emails", "--transport", "jsonl", "--dry-run"),
        *("--ledger", tmp_path / "ledger.sqlite", "--now", "2024-06-30 13:00:00"),
    ]
    assert "messages would be sent" in recmail(*send)
    next(database.glob("email.db/email_queue/*.parquet")).touch()
    outcome = CliRunner().invoke(main, list(map(str, send)))
    assert outcome.exit_code == 2 and "was rendered from another build" in outcome.output


def test_a_table_has_its_types_and_rows_and_takes_no_writing(small, folder):
    with open_database(folder) as connection:
        types = connection.execute(
            "select distinct data_type from duckdb_columns() where not internal"
        ).fetchall()
        assert not [kind for (kind,) in types if "TIME ZONE" in kind]
        with duckdb.connect(small.database, read_only=True) as file:
            [(users, signed_up)] = file.sql(
                "select count(*), min(signed_up_at) from staging.stg_users"
            ).fetchall()
        assert connection.sql("select count(*), min(signed_up_at) from staging.stg_users").fetchall() == [
            (users, signed_up)
        ]
        with pytest.raises(duckdb.Error, match="Can only delete from base table"):
            connection.execute("delete from staging.stg_users")


@pytest.mark.parametrize("table", ["item_states", "input_runs"])
def test_what_names_of_folders_say_is_a_column_of_its_type(small, folder, table):
    with open_database(folder) as connection, duckdb.connect(small.database, read_only=True) as file:
        columns = f"select column_name, column_type from (describe state.{table}) order by all"
        assert connection.sql(columns).fetchall() == file.sql(columns).fetchall()
        names = ", ".join(name for name, _ in file.sql(columns).fetchall())
        rows = f"select {names} from state.{table} order by all"
        assert connection.sql(rows).fetchall() == file.sql(rows).fetchall() != []


def test_a_folder_without_tables_is_one_message(tmp_path):
    outcome = CliRunner().invoke(main, ["email-report", "--database", str(tmp_path)])
    assert outcome.exit_code == 1 and "holds no table as Spark leaves them" in outcome.output


@pytest.mark.parametrize(
    "command", [["render"], ["dashboard"], ["quality"], ["email-report"], ["explain", "--user", "u1"]]
)
def test_a_folder_that_spark_still_writes_is_one_message(tmp_path, command):
    table = tmp_path / "dbt_email.db" / "email_queue"
    table.mkdir(parents=True)
    (table / "part-0000.parquet").write_bytes(b"PAR1 and no more yet")
    outcome = CliRunner().invoke(main, [*command, "--database", str(tmp_path)], env=ENVIRONMENT)
    assert isinstance(outcome.exception, SystemExit), outcome.exc_info
    assert f"{tmp_path} can't be opened: " in outcome.output


def test_what_writes_takes_no_folder(folder):
    outcome = CliRunner().invoke(main, ["forget", "--database", str(folder)])
    assert outcome.exit_code == 2 and "is a directory" in outcome.output
