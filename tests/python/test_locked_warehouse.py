"""A warehouse that another process has open: one line says so, and what can wait for it waits."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from sending_setup import KEY

from dbt_tools.relations import CannotOpen, InUse, open_file
from ranker import train
from recmail import watch
from recmail.cli import main
from recmail.watch import Failed, queued_messages


@contextmanager
def open_elsewhere(database: Path, read_only: bool = False) -> Iterator[subprocess.Popen]:
    held = (
        f"c = duckdb.connect(sys.argv[1], read_only={read_only}); print('open', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", f"import duckdb, sys; {held}", database]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        yield process
        process.stdin.close()


@pytest.fixture
def database(tmp_path) -> Path:
    duckdb.connect(tmp_path / "w.duckdb").close()
    return tmp_path / "w.duckdb"


@pytest.mark.parametrize(
    "command",
    [
        ("render",),
        ("preview",),
        ("dashboard",),
        ("quality",),
        ("email-report",),
        ("explain", "--user", "u1"),
        ("serve",),
        ("effect",),
        ("power", "--baseline", "0.1", "--lift", "0.1"),
    ],
)
def test_every_reader_says_so(command, database, monkeypatch):
    monkeypatch.setenv("RECMAIL_UNSUBSCRIBE_KEY", KEY.decode())
    monkeypatch.delenv("RECMAIL_REDIS_URL", raising=False)
    with open_elsewhere(database):
        outcome = CliRunner().invoke(main, [*command, "--database", str(database)])
    assert isinstance(outcome.exception, SystemExit), outcome.exc_info
    assert "is being written by another process: wait until dbt has finished" in outcome.output


def test_a_watch_goes_on_to_its_next_round(database):
    with open_elsewhere(database), pytest.raises(Failed, match="is being written by another process"):
        queued_messages(database)
    rounds = iter([Failed("the warehouse is open elsewhere"), None])

    def one_round() -> str:
        if failure := next(rounds):
            raise failure
        return "built"

    watch.loop(one_round, lambda: "", lambda: None, 0, wait=lambda seconds: False, rounds=2)


def test_what_was_learned_waits_for_the_warehouse(database, monkeypatch, capsys):
    with open_elsewhere(database, read_only=True) as process:

        def close_there(seconds: float) -> None:
            process.stdin.close()
            process.wait()

        monkeypatch.setattr(train.time, "sleep", close_there)
        train.wait_until_free(database)
    assert "is used by another process" in capsys.readouterr().out
    open_file(database, read_only=False).close()


def test_nobody_waits_for_ever(database, monkeypatch):
    monkeypatch.setattr(train, "WAIT_SECONDS", 0)
    monkeypatch.setattr(train, "WAITS_MAX", 3)
    with open_elsewhere(database), pytest.raises(InUse, match="is used by another process"):
        train.wait_until_free(database)


def test_what_is_no_database_is_not_waited_for(database, monkeypatch):
    monkeypatch.setattr(train.time, "sleep", lambda seconds: pytest.fail("it waits"))
    database.write_text("no database at all, however often it is opened")
    with pytest.raises(CannotOpen, match="can't be opened"):
        train.wait_until_free(database)
