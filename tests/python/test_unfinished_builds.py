"""`recmail build`: beside the warehouse, which stays as it is until another one is whole."""

import errno
import fcntl
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import click
import duckdb
import pytest
from click.testing import CliRunner
from warehouse import FOLDER, FRUGAL, ROOT, connect, manifest

from dbt_tools.dbt_runs import NO_TESTS, DbtRun, run_dbt
from dbt_tools.unfinished import building_folder
from email_render.errors import SetupError
from email_render.gate import require_open_gate
from recmail.build import main, replaced_by_copy
from recmail.forget import main as forget

# one input alone: what follows takes no part in who reads what
SOME = ("--", "--quiet", "--select", "+input_users")


def recmail_build(database: Path, inputs: Path, *arguments: str):
    variables = f'{{"input_location": "{inputs}"}}'
    return CliRunner().invoke(main, ["--database", str(database), "--vars", variables, *arguments])


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """One for all tests: for a warehouse or inputs at another place dbt reads the project anew."""
    return tmp_path_factory.mktemp("unfinished")


@pytest.fixture
def inputs(small_inputs, place) -> Path:
    """The small shop's, at a place of their own: it is one of the vars."""
    return Path(shutil.copytree(small_inputs, place / "in", dirs_exist_ok=True))


@pytest.fixture
def warehouse(small, place, monkeypatch) -> Path:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("DBT_TARGET_PATH", str(place / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(place / "target"))
    monkeypatch.setenv("RECMAIL_DATABASE", "")
    shutil.rmtree(place / "house", ignore_errors=True)
    return small.copied_to(place / "house").database


def mailing_problem(database: Path) -> str | None:
    with connect(database) as connection:
        try:
            require_open_gate(connection)
        except SetupError as problem:
            return str(problem)
    return None


def test_the_build_takes_the_warehouses_place_and_readers_keep_theirs(warehouse, inputs):
    before = warehouse.stat().st_ino
    with duckdb.connect(warehouse, read_only=True) as reader:
        built = recmail_build(warehouse, inputs, *SOME)
        assert built.exit_code == 0, built.output
        assert reader.execute("select count(*) from metrics.user_value").fetchone()[0] > 0
    assert warehouse.stat().st_ino != before
    assert not building_folder(warehouse).exists()
    assert warehouse.stat().st_mode & 0o077 == 0


def test_a_build_that_fails_leaves_what_dbt_leaves_in_place(warehouse, inputs):
    assert mailing_problem(warehouse) is None
    (inputs / "orders.parquet").write_bytes((inputs / "orders.parquet").read_bytes()[:500])
    failed = recmail_build(warehouse, inputs, "--", "--quiet", "--select", "+input_orders")
    assert failed.exit_code == 1
    assert "The latest run stopped at its inputs" in mailing_problem(warehouse)
    assert not building_folder(warehouse).exists()
    with connect(warehouse) as connection:
        assert connection.execute("select count(*) from user_value").fetchone()[0] > 0, "yesterday's"


def test_a_first_build_makes_the_warehouse(warehouse, inputs):
    warehouse.unlink()
    built = recmail_build(warehouse, inputs, *SOME)
    assert built.exit_code == 0, built.output
    with duckdb.connect(warehouse, read_only=True) as connection:
        assert connection.execute("select count(*) from inputs.users").fetchone()[0] > 0


def test_a_build_that_was_killed_leaves_the_marts_and_the_next_one_starts_anew(warehouse, inputs):
    before = warehouse.read_bytes()
    # at a terminal: what runs in the background of a script has its Ctrl-C ignored from the start
    at_a_terminal = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    build = at_a_terminal + "from recmail.build import main; main()"
    command = [sys.executable, "-c", build, "--database", str(warehouse)]
    copy = building_folder(warehouse) / warehouse.name
    for way in (signal.SIGINT, signal.SIGKILL):
        process = subprocess.Popen([*command, "--vars", f"input_location: {inputs}", *SOME], cwd=ROOT)
        # dbt has begun to write
        while not copy.with_name(f"{copy.name}.wal").is_file():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(way)
        assert process.wait() != 0
        assert warehouse.read_bytes() == before
        assert "is running, or was killed" in mailing_problem(warehouse)
    with duckdb.connect(warehouse) as connection:
        connection.execute("create table trained as select 1 as a")
    assert "is running, or was killed" in mailing_problem(warehouse), "whatever was written since"
    swept = CliRunner().invoke(forget, ["--database", str(warehouse), "--out", str(warehouse.parent / "out")])
    assert swept.exit_code == 0 and not copy.exists()
    assert "is running, or was killed" in mailing_problem(warehouse)
    built = recmail_build(warehouse, inputs, *SOME)
    assert built.exit_code == 0, built.output


def test_a_build_that_duckdb_stopped_leaves_the_marts_and_nothing_is_mailed(warehouse, inputs):
    before = warehouse.read_bytes()
    opened = "import duckdb, os, sys; connection = duckdb.connect(sys.argv[1]); "
    stopped = opened + "connection.execute('create table a as select 1 as b'); os._exit(0)"
    with (
        pytest.raises(click.ClickException, match="DuckDB stopped .* build again"),
        replaced_by_copy(warehouse) as copy,
    ):
        subprocess.run([sys.executable, "-c", stopped, copy], check=True)
    assert warehouse.read_bytes() == before
    assert "is running, or was killed" in mailing_problem(warehouse)
    built = recmail_build(warehouse, inputs, *SOME)
    assert built.exit_code == 0, built.output
    assert not building_folder(warehouse).exists()


def test_dbt_retry_builds_the_rest_and_nothing_is_mailed_before_a_whole_build(warehouse, inputs):
    """What it builds was not read in one go: of the rest nobody knows whether it is as consent is now."""
    variables = {"input_location": str(inputs)}
    options = {
        "variables": variables,
        "folder": FOLDER,
        "database": warehouse,
        "manifest": manifest(variables),
    }
    orders = inputs / "orders.parquet"
    whole = orders.read_bytes()
    orders.write_bytes(whole[:500])
    assert mailing_problem(warehouse) is None
    choice = ("--select", "+input_orders", "stg_orders", "input_users", *NO_TESTS)
    failed = run_dbt("build", "--threads", "1", "--log-level", "none", *choice, **options)
    assert status_of("input_orders", failed) == "error" and status_of("stg_orders", failed) == "skipped"
    assert status_of("input_users", failed) == "success"
    orders.write_bytes(whole)
    retried = run_dbt("retry", "--threads", "1", "--log-level", "none", **options)
    assert retried.succeeded, retried.messages
    assert status_of("input_orders", retried) == status_of("stg_orders", retried) == "success"
    assert status_of("input_users", retried) is None, "it was built already"
    assert "dbt build" in mailing_problem(warehouse)


def status_of(name: str, run: DbtRun) -> str | None:
    return next((str(result.status) for result in run.results if result.node.name == name), None)


def test_the_second_of_two_plain_builds_says_who_has_the_warehouse(warehouse, inputs):
    held = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", held, warehouse], **pipes) as other:
        assert other.stdout.readline() == b"held\n"
        variables = {"input_location": str(inputs)}
        second = run_dbt(
            *("build", *FRUGAL, "--select", "input_users"),
            variables=variables,
            folder=FOLDER,
            database=warehouse,
            manifest=manifest(variables),
        )
        other.stdin.close()
    assert not second.succeeded
    assert "Could not set lock" in "\n".join(second.messages)
    assert str(other.pid) in "\n".join(second.messages)
    assert mailing_problem(warehouse) is None, "it has read and changed nothing"


def test_the_second_of_two_builds_is_told_to_wait(warehouse, inputs):
    building_folder(warehouse).mkdir()
    with (building_folder(warehouse) / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = recmail_build(warehouse, inputs, *SOME)
    assert refused.exit_code == 1
    assert "another build of" in refused.output


def test_too_little_space_is_said_before_anything_is_built(warehouse, inputs, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 2 * warehouse.stat().st_size - 1))
    refused = recmail_build(warehouse, inputs, *SOME)
    assert refused.exit_code == 1
    assert "make room, or run `dbt build`, which builds in place" in refused.output


@pytest.fixture
def yesterday(tmp_path, monkeypatch) -> Path:
    """A warehouse of one table: what follows comes before dbt runs, or instead."""
    monkeypatch.setenv("RECMAIL_DATABASE", "")
    with duckdb.connect(tmp_path / "w.duckdb") as connection:
        connection.execute("create table yesterday as select 1 as a")
    return tmp_path / "w.duckdb"


def test_a_disk_that_fills_while_the_warehouse_is_copied(yesterday, monkeypatch):
    def fill(source: Path, copy: Path):
        copy.write_bytes(b"half of it")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = yesterday.read_bytes()
    monkeypatch.setattr(shutil, "copyfile", fill)
    refused = recmail_build(yesterday, Path("in"))
    assert refused.exit_code == 1
    assert "No space left on device. It stays as it is: make room, and build again" in refused.output
    assert yesterday.read_bytes() == before
    assert not (building_folder(yesterday) / yesterday.name).exists(), "it would take the room that there is"


def test_a_disk_that_fills_while_tables_are_made(yesterday, monkeypatch):
    def build_in_full_disk(self, arguments):
        """What DuckDB meets there: it can't make the file longer."""
        copy = building_folder(yesterday) / yesterday.name
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (copy.stat().st_size, limits[1]))
        try:
            with duckdb.connect(copy) as connection:
                connection.execute("create table made as select range as a from range(1000000)")
        except duckdb.Error as error:
            return type("Outcome", (), {"success": False, "exception": error})()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    monkeypatch.setattr("recmail.build.dbtRunner.invoke", build_in_full_disk)
    failed = recmail_build(yesterday, Path("in"))
    assert failed.exit_code == 1
    assert "Could not write file" in failed.output
    with duckdb.connect(yesterday, read_only=True) as connection:
        assert connection.sql("select table_name from duckdb_tables()").fetchall() == [("yesterday",)]


def test_what_something_else_wrote_meanwhile_is_not_replaced(warehouse, inputs, monkeypatch):
    def build_in_place(self, arguments):
        with duckdb.connect(warehouse) as connection:
            connection.execute("create table written_meanwhile as select 1 as a")
        return type("Outcome", (), {"success": True, "exception": None})()

    monkeypatch.setattr("recmail.build.dbtRunner.invoke", build_in_place)
    refused = recmail_build(warehouse, inputs, *SOME)
    assert "was written by something else meanwhile" in refused.output
    with duckdb.connect(warehouse, read_only=True) as connection:
        assert connection.sql("select a from written_meanwhile").fetchall() == [(1,)]
