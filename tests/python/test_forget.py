"""Nothing of an erased person is left in any file once `recmail forget` has run: looked for as bytes."""

import os
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from shop import AS_OF, small_shop, write_parquet
from warehouse import NO_GATE, ROOT, Build, build, connect

from dbt_tools.private_files import replaced_folder
from dbt_tools.scratch import scratch_folder, sweep_scratch
from email_render.run import Job, adopt_plan, render_queue
from recmail.forget import has_erased, is_removed, main, outputs_before

MARK = "Xerxes4711"
KEY = b"0123456789abcdef0123456789abcdef"


def shop_with_the_person() -> dict:
    tables = small_shop()
    tables["users"][5] |= {"first_name": MARK, "email": f"{MARK}@example.com"}
    tables["web_events"][7]["search_query"] = f"gift for {MARK}"
    tables["web_events"][7]["user_id"] = "u5"
    return tables


def files_that_name(folder: Path) -> list[str]:
    marks = (MARK.encode(), MARK.lower().encode())
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(mark in path.read_bytes() for mark in marks)
    )


def forget(*arguments: object) -> str:
    outcome = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert outcome.exit_code == 0, outcome.output
    return outcome.output


@pytest.fixture(scope="module")
def erased(tmp_path_factory) -> tuple[Path, Build]:
    """A folder with the warehouse, emails, a gallery and a page of before the request, and the build after it."""
    folder = tmp_path_factory.mktemp("erased")
    inputs = folder / "inputs"
    variables = {"input_location": str(write_parquet(shop_with_the_person(), inputs))}
    before = build(folder / "w.duckdb", variables)
    assert before.succeeded, before.text
    assert "Nobody" in forget("--database", before.database, "--out", folder / "out", "--if-erased")
    render_queue(Job(before.database, folder / "out/emails", KEY, "sql"), 1, None)
    with replaced_folder(folder / "out/gallery"):
        pass
    (folder / "out/gallery/email-01.html").write_text(MARK, "utf-8")
    # of a render that was killed after the build
    (folder / "out/klaviyo.unfinished-new").mkdir()
    (folder / "out/klaviyo.unfinished-new/profiles.json").write_text(MARK, "utf-8")
    os.utime(folder / "out/klaviyo.unfinished-new/profiles.json", times=(2**32, 2**32))
    (folder / "out/input_quality.html").write_text(MARK, "utf-8")
    (folder / "out/mine.txt").write_text("not recmail's", "utf-8")
    tables = shop_with_the_person()
    tables["erasure_requests"].append({"user_id": "u5", "requested_at": AS_OF})
    write_parquet(tables, inputs)
    after = build(folder / "w.duckdb", variables)
    assert after.succeeded, after.text
    for file in inputs.iterdir():
        file.unlink()
    return folder, after


def test_files_hold_the_person_until_forget_has_run(erased):
    folder, built = erased
    assert {"w.duckdb", "out/gallery/email-01.html", "out/input_quality.html"} <= set(files_that_name(folder))
    tables = [name for name in built.relations() if name != "inputs.erasure_requests"]
    before = built.contents(tables)
    said = forget("--database", built.database, "--out", folder / "out", "--if-erased")
    assert "4 outputs" in said
    assert files_that_name(folder) == []
    assert [path.name for path in (folder / "out").iterdir()] == ["mine.txt"]
    with connect(built.database) as connection:
        assert connection.execute("select count(*) from duckdb_constraints()").fetchone()[0] > 50
    for name, rows in built.contents(tables).items():
        if name != "state.swept_erasures":
            assert rows == before[name], name
    assert "Nobody" in forget("--database", built.database, "--out", folder / "out", "--if-erased")


def test_who_stood_in_a_first_build_that_failed_is_not_taken_for_swept(tmp_path):
    tables = shop_with_the_person()
    orders = [row | {"order_status": "teleported"} for row in tables["orders"]]
    variables = {"input_location": str(write_parquet(tables | {"orders": orders}, tmp_path / "in"))}
    chosen = ("--select", "+int_user_keys", "+stg_erasure_requests", *NO_GATE)
    failed = build(tmp_path / "w.duckdb", variables, *chosen, tests=True)
    assert not failed.succeeded and re.search("checked_orders: .* rows rejected", failed.text)
    assert any(MARK in row for row in failed.content("checked_users"))
    tables["erasure_requests"].append({"user_id": "u5", "requested_at": AS_OF})
    write_parquet(tables, tmp_path / "in")
    assert build(tmp_path / "w.duckdb", variables, *chosen).succeeded
    assert "written anew" in forget(
        "--database", tmp_path / "w.duckdb", "--out", tmp_path / "out", "--if-erased"
    )


def test_who_stands_where_rounds_of_a_watch_change_nothing_is_not_taken_for_swept(small, tmp_path):
    own = small.copied_to(tmp_path)
    lines = f"{small.schema('order_line_outcomes')}.order_line_outcomes"
    with duckdb.connect(own.database) as connection:
        connection.execute("update state.swept_erasures set request_count = request_count - 1")
        connection.execute(f"update {lines} set user_id = 'u37' where user_id = 'u5'")
    arguments = ["--database", own.database, "--out", tmp_path / "out"]
    assert "until the next full build: order_line_outcomes" in forget(*arguments)
    assert has_erased(own.database)
    with duckdb.connect(own.database) as connection:
        connection.execute(f"delete from {lines} where user_id = 'u37'")
    assert "full build" not in forget(*arguments) and not has_erased(own.database)


def test_a_database_that_nothing_was_built_in_is_a_line(tmp_path):
    duckdb.connect(tmp_path / "w.duckdb").close()
    said = CliRunner().invoke(
        main, ["--database", str(tmp_path / "w.duckdb"), "--out", str(tmp_path / "out")]
    )
    assert said.exit_code == 1 and "`dbt build` has not ended well in it" in said.output


def test_the_file_behind_a_link_is_written_anew(small, tmp_path):
    (tmp_path / "disk").mkdir()
    small.copied_to(tmp_path / "disk")
    before = (tmp_path / "disk/w.duckdb").stat().st_ino
    (tmp_path / "warehouse.duckdb").symlink_to(tmp_path / "disk/w.duckdb")
    forget("--database", tmp_path / "warehouse.duckdb", "--out", tmp_path / "out")
    assert (tmp_path / "warehouse.duckdb").is_symlink()
    assert (tmp_path / "disk/w.duckdb").stat().st_ino != before


def test_a_forget_that_did_not_end_leaves_the_warehouse_and_nobody_swept(small, tmp_path, monkeypatch):
    warehouse = small.copied_to(tmp_path).database
    with duckdb.connect(warehouse) as connection:
        connection.execute("update state.swept_erasures set request_count = request_count + 1")
    before = warehouse.read_bytes()
    arguments = ["--database", str(warehouse), "--out", str(tmp_path / "out")]

    def left() -> list[str]:
        return sorted(path.name for path in tmp_path.glob("*.duckdb*"))

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # room for the log of what is copied alone, and not for that
    for share in (2, 100):
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // share, limits[1]))
        try:
            full = CliRunner().invoke(main, arguments)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert full.exit_code == 1 and "room" in full.output
        assert warehouse.read_bytes() == before and left() == ["w.duckdb"]
    with monkeypatch.context() as patched:
        patched.setattr(os, "utime", lambda *_, **__: sys.exit(137))
        assert CliRunner().invoke(main, arguments).exit_code == 137
    assert has_erased(warehouse) and warehouse.read_bytes() == before
    # of one that was killed
    for name in ("w.duckdb.unfinished-1", "w.duckdb.unfinished-1.wal"):
        (tmp_path / name).write_text(MARK)
    forget(*arguments)
    assert not has_erased(warehouse) and left() == ["w.duckdb"]


def test_outputs_of_the_latest_build_stay(tmp_path):
    (tmp_path / "emails").mkdir()
    for name in ("plan.json", "part-0001.parquet"):
        (tmp_path / "emails" / name).touch()
    written = (tmp_path / "emails/plan.json").stat().st_mtime_ns
    database = tmp_path / "w.duckdb"
    assert outputs_before(tmp_path, written, database) == []
    assert outputs_before(tmp_path, written + 10**9, database) == [tmp_path / "emails"]


def test_another_shops_emails_stay(tmp_path):
    """Two warehouses, built one after the other each night, and a folder for each below out/."""
    one, other = (tmp_path / f"{name}.duckdb" for name in ("one", "other"))
    for database in (one, other):
        database.touch()
    (tmp_path / "out").mkdir()
    adopt_plan(Job(one, tmp_path / "out", KEY, "sql"), None)
    later = other.stat().st_mtime_ns + 10**10
    assert outputs_before(tmp_path, later, other) == []
    assert outputs_before(tmp_path, later, one) == [tmp_path / "out"]
    one.unlink()
    assert outputs_before(tmp_path, later, other) == [tmp_path / "out"]


def test_what_another_command_is_writing_stays(tmp_path):
    with replaced_folder(tmp_path / "gallery") as living:
        assert [is_removed(path) for path in outputs_before(tmp_path, 0, tmp_path / "w.duckdb")] == [False]
        assert living.exists()


def test_a_killed_command_leaves_nothing_behind_the_next_one(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    killed = subprocess.run(
        [
            sys.executable,
            "-c",
            "import os, signal, tempfile; from dbt_tools.scratch import scratch_folder\n"
            f"tempfile.tempdir = {str(tmp_path)!r}\n"
            "with scratch_folder('train') as folder:\n"
            f"    (folder / 'replay.duckdb').write_text({MARK!r}); os.kill(os.getpid(), signal.SIGKILL)",
        ],
        cwd=ROOT,
        check=False,
    )
    assert killed.returncode == -9
    assert len(files_that_name(tmp_path)) == 1
    (tmp_path / "recmail_of_somebody_else").mkdir()
    with scratch_folder("effect") as folder:
        assert folder.exists() and files_that_name(tmp_path) == []
        assert sweep_scratch() == 0, "what is in use stays"
        assert folder.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["recmail_of_somebody_else"]


def test_training_reads_no_name_and_no_address(tmp_path):
    variables = {"input_location": str(write_parquet(shop_with_the_person(), tmp_path / "in"))}
    built = build(
        tmp_path / "w.duckdb",
        variables | {"personal_columns": False},
        *("--select", "+int_ranking_pool", *NO_GATE),
    )
    assert built.succeeded, built.text
    assert built.value("select count(*) from int_ranking_pool") > 0
    assert built.value("select count(coalesce(email, first_name, city)) from stg_users") == 0
    assert b"user7@example.com" not in built.database.read_bytes()
