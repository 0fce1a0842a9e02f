"""What the sender's ledger holds, as inputs of the next build."""

from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click import ClickException
from shop import AS_OF, small_shop, write_csv
from warehouse import build

from sending.export import LOG_FILE, ledger_vars, write_events
from sending.ledger import Ledger
from sending.store import LedgerError
from sending.tables import events

READ = ("input_email_events", "input_send_log", "input_user_exclusions", "input_erasure_requests")
NO = {
    "event_type": "unsubscribe",
    "occurred_at": AS_OF - timedelta(days=1),
    "message_id": "m1",
    "bounce_type": None,
}


@pytest.fixture
def place(tmp_path) -> str:
    """A ledger in which two said no, one of them with an event that the shop's own file holds, too."""
    place = str(tmp_path / "w.ledger.sqlite")
    book = Ledger(place, lambda: AS_OF)
    own = small_shop()["email_events"][0]
    assert book.add_event(NO | {"event_id": "new", "user_id": "u3"})
    assert book.add_event(NO | {"event_id": own["event_id"], "user_id": "u4"})
    assert book.add_event(NO | {"event_id": "erased", "user_id": "u5"})
    return place


def test_a_build_reads_the_ledger_beside_the_inputs(tmp_path, place):
    tables = {name: small_shop()[name] for name in ("users", "email_events")}
    tables["erasure_requests"] = [{"user_id": "u5", "requested_at": AS_OF}]
    variables = {"input_location": str(write_csv(tables, tmp_path / "inputs"))}
    folder = tmp_path / "read"
    with ledger_vars(tmp_path / "w.duckdb", place, folder) as ledger:
        assert Path(ledger["ledger_location"]) == folder
        assert folder.stat().st_mode & 0o077 == 0
        built = build(tmp_path / "w.duckdb", variables | ledger, "--select", *READ)
    assert built.succeeded, built.text
    assert not folder.exists()
    own = len(tables["email_events"]) - sum(row.get("user_id") == "u5" for row in tables["email_events"])
    assert built.value("select count(*) from inputs.email_events") == own + 1
    # the ledger's word counts, and whoever asked to be erased is in neither
    first = tables["email_events"][0]["event_id"]
    assert built.query(
        f"select user_id from inputs.email_events where event_id in ('new', '{first}') order by all"
    ) == [
        ("u3",),
        ("u4",),
    ]
    assert built.value("select count(*) from inputs.email_events where user_id = 'u5'") == 0


def test_a_sender_waits_for_no_reader(monkeypatch, place):
    monkeypatch.setattr("sending.store.BUSY_SECONDS", 0.1)
    rows = Ledger(place).all_rows(events)
    next(rows)
    # a sender that has to wait gives up
    assert Ledger(place).add_event(NO | {"event_id": "meanwhile", "user_id": "u6", "occurred_at": AS_OF})
    assert len(list(rows)) == 2


def test_the_log_holds_nobody_who_was_removed_when_it_is_said_so(monkeypatch, place):
    monkeypatch.setattr("sending.store.BUSY_SECONDS", 0.1)
    reader = Ledger(place).all_rows(events)
    next(reader)
    log = Path(f"{place}-wal")
    with pytest.raises(LedgerError, match="still holds what was removed"):
        Ledger(place).forget(["u3"])
    assert b"u3" in log.read_bytes()
    reader.close()
    assert Ledger(place).forget(["u3"]) == 0
    assert log.read_bytes() == b"" and b"u3" not in Path(place).read_bytes()


def test_without_a_ledger_nothing_is_read(tmp_path):
    with ledger_vars(tmp_path / "w.duckdb", None, tmp_path / "read") as ledger:
        assert ledger == {}


def test_a_place_without_its_files_is_named(tmp_path):
    variables = {"ledger_location": str(tmp_path / "empty")}
    built = build(tmp_path / "w.duckdb", variables, "--select", "input_send_log")
    assert not built.succeeded
    assert (
        "send_log.parquet is missing: expected what `recmail events` writes in var ledger_location"
        in built.text
    )


def test_the_ledger_never_takes_the_place_of_a_folder_of_inputs(tmp_path, place):
    """Also where a file of its own was put beside them."""
    inputs = tmp_path / "shop"
    inputs.mkdir()
    (inputs / "users.csv").write_text("user_id\n1\n", "utf-8")
    write_events(Ledger(place), tmp_path / "events")
    assert pq.read_table(tmp_path / "events" / LOG_FILE).num_rows == 0
    (tmp_path / "events" / LOG_FILE).rename(inputs / LOG_FILE)
    (tmp_path / "events" / ".recmail").rename(inputs / ".recmail")
    with pytest.raises(ClickException, match=r"did not write there, such as users\.csv"):
        write_events(Ledger(place), inputs)
    assert (inputs / "users.csv").exists()
