"""A whole run of email_render: workers, killing and going on, and both modes of escaping with the same bytes."""

import os
import signal
import string
import subprocess
import sys
import time
import unicodedata
from functools import partial
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from email_render_warehouse import build_warehouse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from email_render.errors import SetupError
from email_render.load import open_warehouse, plan_chunks, read_chunk
from email_render.render import Renderer
from email_render.run import Job, adopt_plan, read_plan
from email_render.tokens import sign

ROOT = Path(__file__).parents[2]
KEY = "0123456789abcdef0123456789abcdef"
USER_COUNT = 9000


def render_command(database, out, *options):
    return [
        *(sys.executable, "-m", "email_render", "render"),
        *("--database", str(database), "--out", str(out), *options),
    ]


def start(database, out, *options):
    return subprocess.Popen(
        render_command(database, out, *options),
        cwd=ROOT,
        env=os.environ | {"RECMAIL_UNSUBSCRIBE_KEY": KEY},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def run(database, out, *options):
    process = start(database, out, *options)
    output, errors = process.communicate()
    assert process.returncode in (0, 1), errors
    return output + errors


def parts(out):
    return {path.name: path.read_bytes() for path in out.glob("*.parquet")}


def message_ids(out):
    return [
        message_id
        for part in sorted(out.glob("part-*.parquet"))
        for message_id in pq.read_table(part, columns=["message_id"])["message_id"].to_pylist()
    ]


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """9,000 messages in five chunks; one in a thousand must not go out."""
    return build_warehouse(
        tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb",
        "update email_queue set subject = null where user_id like '%000'",
        user_count=USER_COUNT,
    )


@pytest.fixture(scope="module")
def whole(database, tmp_path_factory):
    """What one undisturbed process writes."""
    out = tmp_path_factory.mktemp("whole")
    run(database, out)
    assert len(message_ids(out)) == USER_COUNT - 9
    return out


def test_workers_write_what_one_process_writes(database, whole, tmp_path):
    output = run(database, tmp_path, "--workers", "2")
    assert parts(tmp_path) == parts(whole)
    assert "8,991 emails" in output and "9 messages set aside" in output and "9,000/9000" not in output
    assert "9000/9000" in output and "emails/s" in output


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_killed_run_goes_on_without_losing_or_repeating_a_message(database, whole, tmp_path, workers):
    process = start(database, tmp_path, "--workers", workers)
    while not list(tmp_path.glob("part-*.parquet")):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()  # returns once no worker holds the pipe any more
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("part-*.parquet")}
    assert 0 < len(before) < len(parts(whole)) / 2 - 1, "it was killed in the middle"
    output = run(database, tmp_path, "--workers", workers)
    assert parts(tmp_path) == parts(whole)
    assert len(set(message_ids(tmp_path))) == len(message_ids(tmp_path)) == USER_COUNT - 9
    after = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("part-*.parquet")}
    assert before.items() <= after.items(), "what was done is not done again"
    assert "8,991 emails" in output
    assert not list(tmp_path.glob("*unfinished*"))


def test_two_runs_do_not_write_to_one_folder(database, whole, tmp_path):
    first = start(database, tmp_path, "--workers", "1")
    while not list(tmp_path.glob("part-*.parquet")):
        assert first.poll() is None
        time.sleep(0.01)
    first.send_signal(signal.SIGSTOP)
    second = start(database, tmp_path, "--workers", "1", "--limit", "10")
    _, said = second.communicate()
    first.send_signal(signal.SIGCONT)
    first.communicate()
    assert second.returncode == 2 and "wait until it has ended" in said and "Traceback" not in said
    assert first.returncode == 1 and parts(tmp_path) == parts(whole), "9 messages are set aside"


@pytest.mark.parametrize("changed", ["limit", "key", "database"])
def test_another_plan_starts_anew(database, whole, tmp_path, monkeypatch, changed):
    own = tmp_path / "warehouse.duckdb"
    own.write_bytes(database.read_bytes())
    out = tmp_path / "out"
    run(own, out, "--limit", "2100")
    before = parts(out)
    assert "part-0001.parquet" in before
    options = ["--limit", "2100"]
    if changed == "limit":
        options = ["--limit", "10"]
    elif changed == "key":
        monkeypatch.setattr(sys.modules[__name__], "KEY", "another key of more than 32 bytes, for once")
    else:
        with duckdb.connect(str(own)) as connection:
            connection.execute("update dbt_email.email_queue set subject = 'New' where user_id = 'u1'")
    run(own, out, *options)
    assert ("part-0001.parquet" in parts(out)) == (changed != "limit"), "no part of the other plan is left"
    assert parts(out)["part-0000.parquet"] != before["part-0000.parquet"]


def test_a_plan_that_a_full_disk_cut_off_is_another_plan(database, tmp_path, monkeypatch):
    job = Job(database, tmp_path, KEY.encode(), "sql")
    plan, part = tmp_path / "plan.json", tmp_path / "part-0000.parquet"
    adopt_plan(job, None)
    part.touch()
    adopt_plan(job, None)
    assert part.exists()
    plan.write_text(plan.read_text("utf-8")[:40], "utf-8")
    with pytest.raises(SetupError, match="render again"):
        read_plan(tmp_path)
    adopt_plan(job, None)
    assert not part.exists() and read_plan(tmp_path)["limit"] is None

    def fills_the_disk(path: Path, text: str, _encoding: str) -> None:
        path.write_bytes(text[:40].encode())
        raise OSError

    monkeypatch.setattr(Path, "write_text", fills_the_disk)
    with pytest.raises(OSError):
        adopt_plan(job, 10)
    assert not plan.exists()


def test_a_user_with_several_messages_is_in_one_chunk(tmp_path):
    database = build_warehouse(
        tmp_path / "warehouse.duckdb",
        "insert into email_queue select * replace (message_id || 'b' as message_id) from email_queue",
    )
    connection = open_warehouse(database)
    chunks = plan_chunks(connection, chunk_messages=3)
    assert [(chunk.first_user, chunk.next_user, chunk.message_count) for chunk in chunks] == [
        ("u1", "u3", 4),
        ("u3", "u4", 2),
        ("u4", None, 2),
    ]
    read = [m["message_id"] for chunk in chunks for batch in read_chunk(connection, chunk) for m in batch]
    assert read == [f"m{user}{suffix}" for user in range(1, 5) for suffix in ("", "b")]
    # a limit may cut a user's messages
    [first, second] = plan_chunks(connection, limit=5, chunk_messages=3)
    assert (first.message_count, second.message_count) == (4, 1)


HOSTILE = st.text(
    st.one_of(
        st.sampled_from(
            "<>&\"'{}%#;\\/=`\n\r\t\N{LINE SEPARATOR}\N{NO-BREAK SPACE}\N{RIGHT-TO-LEFT OVERRIDE}"
        ),
        st.sampled_from(string.ascii_letters + "é漢😀"),
        st.characters(codec="utf-8", exclude_characters="\0"),
    ),
    min_size=1,
    max_size=40,
)
QUEUE_TEXTS = ("subject", "preheader", "greeting", "shop_name", "postal_address", "footer_reason")
ITEM_TEXTS = ("item_name", "reason_text", "badge_text", "strategy")


def printable(value):
    """What the queue may hold: the marts make lines of it, and a line break in a subject is a fault."""
    one_line = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in value)
    return one_line.replace("{", "(")


@pytest.fixture(scope="module")
def hostile_warehouse(tmp_path_factory):
    return build_warehouse(tmp_path_factory.mktemp("hostile") / "warehouse.duckdb")


@pytest.fixture(scope="module")
def renderers():
    return {escaping: Renderer(partial(sign, KEY.encode()), escaping) for escaping in ("sql", "template")}


# each example has a hundred texts: a warehouse is slower to change than a text to make
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    values=st.lists(HOSTILE, min_size=12, max_size=12),
    queries=st.lists(st.text("a&=%;", max_size=8), min_size=12, max_size=12),
)
def test_escaping_in_sql_and_in_the_templates_gives_the_same_bytes(
    hostile_warehouse, renderers, values, queries
):
    with duckdb.connect(str(hostile_warehouse)) as connection:
        for number, column in enumerate(QUEUE_TEXTS):
            rotated = [printable(value) + "." for value in values[number:] + values[:number]]
            connection.execute(
                f"update dbt_email.email_queue set {column} = $1[cast(user_id[2:] as integer)]", [rotated]
            )
        for number, column in enumerate(ITEM_TEXTS):
            rotated = [value + "." for value in values[number:] + values[:number]]
            if column == "strategy":
                rotated = [printable(value) for value in rotated]
            connection.execute(
                f"update dbt_recommendations.user_recommendations set {column} = $1[position]", [rotated]
            )
        connection.execute(
            "update dbt_recommendations.user_recommendations set item_url = 'https://shop.example/?' || $1[position]",
            [queries],
        )
    outcomes = {}
    for escaping, renderer in renderers.items():
        with open_warehouse(hostile_warehouse, escaping) as connection:
            [chunk] = plan_chunks(connection)
            [messages] = read_chunk(connection, chunk)
            outcomes[escaping] = renderer.render_batch(messages)
    assert outcomes["sql"] == outcomes["template"]
    emails, failed = outcomes["sql"]
    assert len(emails) == 4 and not failed
