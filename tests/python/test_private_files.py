"""What holds people is mode 0600 in folders of mode 0700, whatever the umask is and whatever stood there before."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from click import ClickException
from email_render_warehouse import build_warehouse
from warehouse import dbt

from dbt_tools.private_files import MARK, MARK_TEXT, replaced_folder
from ranker.store import copy_ranker

ROOT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"RECMAIL_UNSUBSCRIBE_KEY": "0123456789abcdef" * 2}


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    "command", [["render"], ["render", "--workers", "2"], ["render", "--esp", "braze"], ["preview"]]
)
def test_outputs_are_private(tmp_path, command):
    database = build_warehouse(tmp_path / "warehouse.duckdb")
    database.chmod(0o644)
    out = tmp_path / "out"
    for _ in range(2):
        subprocess.run(
            [sys.executable, "-m", "email_render", *command]
            + ["--database", str(database), "--out", str(out)],
            cwd=ROOT,
            env=ENVIRONMENT,
            check=True,
            umask=0o022,
            capture_output=True,
        )
        # the folder around those of several ESPs is whoever's it is
        written = list(out.rglob("*")) + ([] if "--esp" in command else [out])
        assert len(written) > 2
        assert {mode(path) for path in written if path.is_file()} == {0o600}
        assert {mode(path) for path in written if path.is_dir()} == {0o700}
        assert mode(database) == 0o600
        # as an earlier version left them
        for path in written:
            path.chmod(0o755 if path.is_dir() else 0o644)
        for path in out.glob("plan.json"):
            path.write_text("{}")


@pytest.mark.parametrize("exists", [False, True])
def test_dbt_opens_a_private_warehouse(tmp_path, exists):
    database = tmp_path / "w.duckdb"
    if exists:
        duckdb.connect(str(database)).close()
        database.chmod(0o644)
    umask = os.umask(0o022)
    try:
        seeded = dbt("seed", database, {}, "--select", "email_locales")
    finally:
        os.umask(umask)
    assert seeded.succeeded, seeded.text
    assert database.stat().st_size > 0 and mode(database) == 0o600


def test_so_does_dbt_on_the_command_line(demo):
    assert mode(demo.database) == 0o600


def test_learned_tables_are_copied_between_any_paths(tmp_path):
    source, target = (tmp_path / name / 'it\'s a "shop".duckdb' for name in ("from", "to"))
    for path in (source, target):
        path.parent.mkdir()
    with duckdb.connect(source) as connection:
        connection.execute(
            'create schema "the shop\'s"; create table "the shop\'s"."a b" as select 1 as "c d"'
        )
    copy_ranker(source, target, "the shop's")
    with duckdb.connect(target) as connection:
        assert connection.sql('from "the shop\'s"."a b"').fetchall() == [(1,)]


def test_a_folder_is_replaced_by_one_at_a_time(tmp_path):
    out = tmp_path / "out"
    with replaced_folder(out) as new:
        (new / "one.txt").write_text("whole")
        with pytest.raises(ClickException, match="another recmail"), replaced_folder(out):
            pass
    assert {path.name for path in out.iterdir()} == {"one.txt", MARK}
    # of runs that were killed: of this version, of one before, and while the folder was put in place
    (tmp_path / "out.unfinished-new").mkdir()
    (tmp_path / "out.unfinished-new/one.txt").write_text("half")
    (tmp_path / "out.unfinished-4711").mkdir()
    (out / "one.txt").rename(out / "lock")
    (out / MARK).write_text(f"{MARK_TEXT}\nlock\n")
    with replaced_folder(out) as new:
        assert {path.name for path in new.iterdir()} == {"lock"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert {path.name for path in out.iterdir()} == {MARK}


def test_a_folder_is_replaced_only_when_its_mark_names_all_that_stands_in_it(tmp_path):
    out = tmp_path / "out"
    for text in ("yesterday's", "today's"):
        with replaced_folder(out) as new:
            (new / "pictures").mkdir()
            (new / "pictures" / "one.png").write_text(text)
    assert (out / "pictures" / "one.png").read_text() == "today's"
    for stranger in (out / "mine.txt", out / "pictures" / "mine.txt"):
        stranger.write_text("mine")
        with pytest.raises(ClickException, match=str(stranger.relative_to(out))), replaced_folder(out):
            pass
        assert stranger.read_text() == "mine"
        stranger.unlink()
    # of a version that named nothing, in a folder that was filled again since; and one that a full disk left empty
    (out / "mine.txt").write_text("mine")
    for mark in (f"{MARK_TEXT[:-1]}.\n", ""):
        (out / MARK).write_text(mark)
        with pytest.raises(ClickException, match=r"mine\.txt"), replaced_folder(out):
            pass
        assert (out / "mine.txt").exists()
