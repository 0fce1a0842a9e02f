"""The loop around builds: it does nothing when nothing is new, slows down on failure, and is alone."""

import errno
import os
import signal
import threading
import time

import click
import pytest
import yaml
from click import ClickException
from click.testing import CliRunner

from recmail import watch
from recmail.watch import Failed, Project, ended_by_signals, loop, only_watch
from sending.cli import ended_at_once


def looped(rounds: list, seen: list, capsys) -> tuple[list[float], str]:
    """The pauses between rounds, and what was said; a round is what it says, or a failure."""
    pauses, results = [], iter(rounds)

    def one_round() -> str:
        result = next(results)
        if isinstance(result, Exception):
            raise result
        return result

    def wait(seconds: float) -> bool:
        pauses.append(seconds)
        return False

    try:
        loop(one_round, lambda: ", sent", iter(seen).__next__, 60, wait, len(seen))
    except SystemExit as end:
        pauses.append(end.code)
    return pauses, capsys.readouterr().out


def test_nothing_new_is_no_round(capsys):
    pauses, said = looped(["built", "built again"], ["a", "a", "b"], capsys)
    assert pauses == [60, 60]
    assert [line.split("  ")[1].split(";")[0] for line in said.splitlines()] == [
        "built",
        "nothing new has arrived, sent",
        "built again",
    ]


def test_what_becomes_due_is_sent_though_nothing_new_arrives(tmp_path, monkeypatch):
    """An email has its hour: one build's are due through the next day."""
    done = []
    monkeypatch.setattr(Project, "build", lambda _: done.append("built"))
    monkeypatch.setattr(watch, "run", lambda command, *_: done.append(command.name))
    monkeypatch.setenv("VARS", f"{{input_location: {tmp_path}}}")
    places = ["--database", str(tmp_path / "w.duckdb"), "--out", str(tmp_path / "emails")]
    for transport in ([], ["--transport", "maildir"]):
        asked = CliRunner().invoke(watch.watch, [*places, "--rounds", "2", "--every", "0.01", *transport])
        assert asked.exit_code == 0, asked.output
    assert done == ["built", "render", "built", "render", "send", "send"]


def test_asked_to_end_before_it_sends_it_sends_nothing(tmp_path, monkeypatch):
    """Prices are wrong, say: a build of minutes is under way."""
    done = []
    monkeypatch.setattr(Project, "build", lambda _: os.kill(os.getpid(), signal.SIGTERM))
    monkeypatch.setattr(watch, "run", lambda command, *_: done.append(command.name))
    monkeypatch.setenv("VARS", f"{{input_location: {tmp_path}}}")
    places = ["--database", str(tmp_path / "w.duckdb"), "--out", str(tmp_path / "emails")]
    asked = CliRunner().invoke(watch.watch, [*places, "--transport", "maildir"])
    assert asked.exit_code == 0 and "not sent: asked to end" in asked.output
    assert done == ["render"]


def test_failures_slow_it_down_and_what_failed_is_tried_again(capsys):
    rounds = [Failed("gate")] * 5 + ["built", Failed("gate")]
    pauses, said = looped(rounds, ["a"] * 6 + ["b"], capsys)
    assert pauses == [120, 240, 480, 480, 480, 60, 1], "the last failure is the exit code"
    assert "failed (5 in a row): gate; again in 8 min" in said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "part-0001"), "render: No space left on device"),
        (ValueError("somebody@mail.example"), "render: ValueError"),
        (ClickException("no key"), "render: no key"),
    ],
)
def test_a_step_that_fails_in_any_way_is_tried_again(error, said):
    def fails() -> None:
        raise error

    with pytest.raises(Failed, match=f"^{said}$"):
        watch.run(click.Command("render", callback=fails))


@pytest.mark.parametrize(("name", "error"), [("SIGTERM", SystemExit), ("SIGINT", click.Abort)])
def test_asked_to_end_while_it_sends_it_ends(name, error):
    def sends() -> None:
        with ended_at_once():
            os.kill(os.getpid(), signal.Signals[name])
            time.sleep(10)

    asked = threading.Event()
    with ended_by_signals(asked), pytest.raises(error) as ended:
        loop(lambda: watch.run(click.Command("send", callback=sends)) or "sent", str, object, 600, asked.wait)
    assert name == "SIGINT" or ended.value.code == 143


def test_where_arrivals_are_not_known_each_round_builds(capsys):
    _, said = looped(["one", "two"], [None, None], capsys)
    assert "one" in said and "two" in said


def test_two_watches_do_not_work_on_one_warehouse(tmp_path):
    place = tmp_path / "w.duckdb"
    with only_watch(place), pytest.raises(ClickException, match="another recmail watch"), only_watch(place):
        pass
    with only_watch(place):
        pass


def test_the_project_is_read_again_when_a_file_of_it_has_changed(tmp_path, monkeypatch):
    (tmp_path / "models").mkdir()
    (tmp_path / "dbt_project.yml").write_text("name: shop", "utf-8")
    monkeypatch.setenv("DBT_PROJECT_DIR", str(tmp_path))
    read = iter(["first", "second"])
    monkeypatch.setattr(watch, "parse_project", lambda *_, **__: next(read))
    monkeypatch.setattr(watch, "without_tests", lambda manifest: f"{manifest} without tests")
    project = Project(tmp_path / "w.duckdb", {}, "realtime")
    assert [project.read(), project.read()] == ["first without tests"] * 2
    (tmp_path / "models" / "new.sql").write_text("select 1", "utf-8")
    project.selector = "email"
    assert [project.read(), project.read()] == ["second"] * 2


def test_new_files_are_seen(tmp_path):
    before = watch.arrivals({"input_location": str(tmp_path)})
    (tmp_path / "users.csv").write_text("user_id\n", "utf-8")
    assert watch.arrivals({"input_location": str(tmp_path)}) != before


@pytest.mark.parametrize(
    "said", ["input_schema: raw", "input_relations: {users: my_users}", "sources: [shopify]"]
)
def test_of_inputs_that_are_no_files_of_one_folder_nothing_is_known(said, tmp_path, monkeypatch):
    """Whether VARS say so or the project."""
    assert watch.arrivals(yaml.safe_load(said)) is None
    (tmp_path / "dbt_project.yml").write_text(f"name: shop\nvars: {{recmail: {{{said}}}}}", "utf-8")
    monkeypatch.setenv("DBT_PROJECT_DIR", str(tmp_path))
    assert watch.arrivals({}) is None
