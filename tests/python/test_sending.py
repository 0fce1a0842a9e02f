"""Sending: each message at most once as far as anybody can know, whatever dies in between, and never against a no."""

import asyncio
import json
import mailbox
import subprocess
from collections import Counter
from datetime import datetime, timedelta

import pytest
from click import ClickException
from sending_setup import Mailbox, Sender, Shop, new_postgresql, rendered_shop, sent, serving
from sqlalchemy.exc import DBAPIError

from sending.endpoint import note_unsubscribe
from sending.export import event_rows, message_rows
from sending.ledger import Ledger
from sending.states import FOLLOWS, State
from sending.transports import Smtp, SmtpServer

GAP = timedelta(hours=16)
COUNT = 6
T0 = datetime(2017, 11, 15, 12)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return rendered_shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request, tmp_path):
    """A place for a ledger, of each kind."""
    return str(tmp_path / "ledger.sqlite") if request.param == "sqlite" else new_postgresql()


@pytest.fixture
def place(tmp_path):
    """A place for a ledger where its kind doesn't matter."""
    return str(tmp_path / "ledger.sqlite")


@pytest.fixture
def server():
    with serving(Mailbox()) as mailbox_of_server:
        yield mailbox_of_server


def states(ledger: str) -> dict[str, int]:
    counts: Counter = Counter()
    for state, _, count in Ledger(ledger).states():
        counts[state] += count
    return dict(counts)


def smtp(server, *options):
    return ["--transport", "smtp", "--smtp-url", server.url, *options]


# --- killed at each step ------------------------------------------------------------------------------------

DIE = "os.kill(os.getpid(), signal.SIGKILL)"
# step → what kills the sender there, at its third message; and what it must leave as unclear
STEPS = {
    "before the claim is written": ("from sending.ledger import Ledger; Ledger._held = lambda *_: " + DIE, 0),
    "after the claim": (
        "from sending.ledger import Ledger; claim = Ledger.claim\n"
        f"def then_die(*a): claim(*a); {DIE}\n"
        "Ledger.claim = then_die",
        0,
    ),
    "before the hand-over is written": (
        "from sending.ledger import Ledger; move, calls = Ledger.move, []\n"
        "def or_die(self, message_id, to, *a, **k):\n"
        "    calls.append(to)\n"
        f"    if calls.count('handed_over') == 3: {DIE}\n"
        "    return move(self, message_id, to, *a, **k)\n"
        "Ledger.move = or_die",
        0,
    ),
    "after the hand-over is written": (
        "from sending.ledger import Ledger; move, calls = Ledger.move, []\n"
        "def or_die(self, message_id, to, *a, **k):\n"
        "    moved = move(self, message_id, to, *a, **k); calls.append(to)\n"
        f"    if calls.count('handed_over') == 3: {DIE}\n"
        "    return moved\n"
        "Ledger.move = or_die",
        1,
    ),
    "in the middle of the message": (
        "import smtplib; send_all, bodies = smtplib.SMTP.send, []\n"
        "def half(self, content):\n"
        "    if isinstance(content, bytes) and len(content) > 5000: bodies.append(1)\n"
        f"    if len(bodies) == 3: send_all(self, content[:3000]); {DIE}\n"
        "    send_all(self, content)\n"
        "smtplib.SMTP.send = half",
        1,
    ),
    "after 250, before it is written": (
        "from sending.transports import Smtp; deliver, calls = Smtp.deliver, []\n"
        "def then_die(*a):\n"
        "    answer = deliver(*a); calls.append(1)\n"
        f"    if len(calls) == 3: {DIE}\n"
        "    return answer\n"
        "Smtp.deliver = then_die",
        1,
    ),
    "after 250 is written": (
        "from sending.ledger import Ledger; move, calls = Ledger.move, []\n"
        "def or_die(self, message_id, to, *a, **k):\n"
        "    moved = move(self, message_id, to, *a, **k); calls.append(to)\n"
        f"    if calls.count('accepted') == 3: {DIE}\n"
        "    return moved\n"
        "Ledger.move = or_die",
        0,
    ),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_sender_loses_nothing_and_repeats_nothing(shop, server, tmp_path, step):
    code, unclear = STEPS[step]
    ledger = str(tmp_path / "ledger.sqlite")
    killed, said = Sender(code, shop, ledger, *smtp(server)).ended()
    assert killed == -9, said
    then = sent(shop, ledger, *smtp(server))
    assert then.exit_code == (1 if unclear else 0), then.output
    assert set(server.counts.values()) == {1}, "nobody gets it twice"
    accepted = states(ledger)["accepted"]
    assert states(ledger) == {"accepted": COUNT - unclear} | ({"ambiguous": unclear} if unclear else {})
    assert accepted <= len(server.received) <= accepted + unclear, "none is lost but what is called unclear"
    if unclear:
        assert "they may have arrived" in then.output and f"{unclear} ambiguous (sender_died)" in then.output
    # and once more, a day later than the crash: it stays so
    assert sent(shop, ledger, *smtp(server)).exit_code == then.exit_code
    assert set(server.counts.values()) == {1}


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_sender_that_is_asked_to_end_leaves_nothing_unclear(shop, server, place, name):
    code, _ = STEPS["after the hand-over is written"]
    asked = Sender(code.replace(DIE, f"os.kill(os.getpid(), signal.{name})"), shop, place, *smtp(server))
    exit_code, said = asked.ended()
    assert exit_code == {"SIGTERM": 143, "SIGINT": 1}[name], said
    assert states(place) == {"accepted": 3, "rendered": COUNT - 3}, "the message under way goes out first"
    assert sent(shop, place, *smtp(server)).exit_code == 0
    assert set(server.counts.values()) == {1} and len(server.counts) == COUNT


def test_what_is_unclear_is_sent_once_more_where_the_rule_says_so(tmp_path, server, place):
    shop = rendered_shop(tmp_path, "update email_queue set unclear_delivery = 'again'")
    code, _ = STEPS["after 250, before it is written"]
    assert Sender(code, shop, place, *smtp(server)).ended()[0] == -9
    # this time it is the answer that gets lost
    server.answers = ["drop"]
    said = [sent(shop, place, *smtp(server)).output for _ in range(2)]
    assert "1 messages that may have arrived are sent again" in said[0] and "sent again" not in said[1]
    # once more and not oftener, under the same Message-ID
    assert sorted(server.counts.values()) == [1] * (COUNT - 1) + [2]
    assert states(place) == {"accepted": COUNT - 1, "ambiguous": 1}


def test_two_senders_at_once_send_each_message_once(tmp_path, server, ledger):
    large = rendered_shop(tmp_path, user_count=24)
    options = smtp(server, "--connections", "2")
    both = [Sender("", large, ledger, *options) for _ in range(2)]
    ended = [sender.ended() for sender in both]
    assert [code for code, _ in ended] == [0, 0], ended
    assert len(server.counts) == 24 and set(server.counts.values()) == {1}
    assert states(ledger) == {"accepted": 24}


# --- the ledger ---------------------------------------------------------------------------------------------


def queued(number: int, **values) -> dict:
    row = {
        "message_id": f"m{number}",
        "run_id": "run",
        "user_id": f"u{number}",
        "email": f"U{number}@mail.example",
        "address_key": f"u{number}@mail.example",
        "domain": "mail.example",
        "trigger_type": "recommendations",
        "subject": "Picked for you",
        "sender_name": "Shop",
        "items": [{"position": 1, "item_id": "i1", "propensity": 0.9}],
        "part": 0,
        "row_group": 0,
        "as_of": T0,
        "consented_at": None,
        "send_at": T0,
        "due_at": T0,
        "expires_at": T0 + timedelta(days=1),
    }
    return row | values


def book_with(ledger: str, *rows: dict, now: datetime = T0) -> Ledger:
    book = Ledger(ledger, lambda: now)
    book.add_run("run", T0, len(rows))
    book.add_queued(rows)
    book.open_run("run")
    return book


def ids(rows) -> list[str]:
    return [row["message_id"] for row in rows]


def test_senders_claim_disjoint_messages(ledger):
    book = book_with(ledger, *(queued(number) for number in range(5)))
    with book.sender() as one, book.sender() as other:
        claims = [ids(book.claim(who, "run", 2, GAP)) for who in (one, other, one, other)]
    assert sorted(sum(claims, [])) == ["m0", "m1", "m2", "m3", "m4"]
    assert [len(claim) for claim in claims] == [2, 2, 1, 0]


def test_states_change_as_they_may_follow_and_no_other_way(ledger):
    book = book_with(ledger, queued(1))
    for to in FOLLOWS:
        for state in State:
            with book.engine.begin() as connection:
                connection.exec_driver_sql(f"update messages set state = '{state}'")
            assert book.move("m1", to) == (state in FOLLOWS[to]), f"{state} → {to}"


def test_a_live_sender_keeps_its_claims_and_a_gone_one_leaves_them(ledger):
    book = book_with(ledger, queued(1), queued(2))
    with book.sender() as sender:
        [first, second] = ids(book.claim(sender, "run", 2, GAP))
        assert book.move(first, State.HANDED_OVER, sender=sender)
        assert not +book.recover()
    assert states(ledger) == {"handed_over": 1, "rendered": 1}, "let go of, but for what is unclear"
    assert book.recover() == {State.AMBIGUOUS: 1, State.CLAIMED: 0}
    # the answer comes after all
    assert book.move(first, State.ACCEPTED, sender=sender)


def test_a_sender_whose_claim_was_taken_over_does_not_hand_it_over(ledger):
    book = book_with(ledger, queued(1))
    with book.sender() as slow, book.sender() as quick:
        assert ids(book.claim(slow, "run", 1, GAP)) == ["m1"]
        with book.engine.begin() as connection:
            connection.exec_driver_sql(f"update messages set sender = '{quick}'")
        assert not book.move("m1", State.HANDED_OVER, sender=slow)
        assert book.move("m1", State.HANDED_OVER, sender=quick)


def test_past_its_shelf_life_a_message_expires(ledger):
    book = book_with(ledger, queued(1, expires_at=T0), queued(2, expires_at=T0 + timedelta(seconds=1)))
    with book.sender() as sender:
        assert ids(book.claim(sender, "run", 5, GAP)) == ["m2"]
    assert ("expired", "shelf_life", 1) in book.states()


def test_what_a_later_run_has_for_later_waits_until_then(ledger):
    """A night without emails lies between; what a server put off is asked again no sooner, and what only a mistaken run
    had for the day after next is due when the mended one says."""
    hour = timedelta(hours=1)
    book = book_with(ledger, queued(1), queued(2), queued(3, due_at=T0 + 48 * hour))
    with book.sender() as sender:
        book.claim(sender, "run", 2, GAP)
        assert book.move("m2", State.RENDERED, "put off", sender, attempts=1, due_at=T0 + 2 * hour)
    book.add_queued([queued(number, due_at=T0 + hour) for number in (1, 2, 3)])
    with book.sender() as sender:
        assert not book.claim(sender, "run", 5, GAP)
        assert book.next_due("run") == T0 + hour
        later = Ledger(ledger, lambda: T0 + hour)
        assert ids(later.claim(sender, "run", 5, GAP)) == ["m1", "m3"]


def test_an_opt_out_holds_for_the_user_and_the_address_until_a_later_consent(ledger):
    said_at = T0 - timedelta(hours=1)
    book = book_with(
        ledger,
        queued(1),
        queued(2, address_key="u1@mail.example"),
        queued(3, user_id="u1"),
        queued(4, user_id="u1", address_key="other@mail.example", consented_at=T0),
        queued(5, user_id="u1", address_key="third@mail.example", consented_at=said_at),
        queued(6),
    )
    no = {
        "event_type": "unsubscribe",
        "user_id": "u1",
        "address_key": "u1@mail.example",
        "occurred_at": said_at,
    }
    assert book.add_event(no | {"event_id": "e1"})
    assert not book.add_event(no | {"event_id": "e1"}), "said twice, written once"
    with book.sender() as sender:
        assert ids(book.claim(sender, "run", 9, GAP)) == ["m4", "m6"]
    assert ("dropped", "unsubscribed", 4) in book.states()


def test_who_consents_and_says_no_again_on_the_same_day_is_not_written_to(ledger):
    hour = timedelta(hours=1)
    book = book_with(ledger, queued(1, consented_at=T0 - hour))
    for said_at in (T0 - 2 * hour, T0):
        note_unsubscribe(Ledger(ledger, lambda moment=said_at: moment), "u1")
    assert [event["occurred_at"] for event in event_rows(book)] == [T0]
    with book.sender() as sender:
        assert book.claim(sender, "run", 9, GAP) == []


@pytest.mark.parametrize(
    ("event_type", "bounce_type", "reason"),
    [("complaint", None, "complained"), ("bounce", "hard", "bounced"), ("bounce", "soft", None)],
)
def test_what_came_back_holds_the_address_whatever_it_consented_to(ledger, event_type, bounce_type, reason):
    book = book_with(ledger, queued(1, consented_at=T0))
    event = {"event_id": "e1", "event_type": event_type, "bounce_type": bounce_type}
    book.add_event(event | {"address_key": "u1@mail.example", "occurred_at": T0 - timedelta(days=9)})
    with book.sender() as sender:
        assert len(book.claim(sender, "run", 9, GAP)) == (0 if reason else 1)
    assert [why for state, why, _ in book.states() if state == "dropped"] == ([reason] if reason else [])


def test_an_address_gets_one_message_in_the_gap(ledger):
    book = book_with(
        ledger, queued(1), queued(2, address_key="u1@mail.example"), queued(3, address_key="u1@mail.example")
    )
    with book.sender() as sender:
        assert ids(book.claim(sender, "run", 2, GAP)) == ["m1"], "in one batch"
        assert ids(book.claim(sender, "run", 2, GAP)) == [], "and after it"
        book.move("m1", State.HANDED_OVER, sender=sender)
        book.move("m1", State.ACCEPTED, sender=sender)
        for hours, count in ((16, 0), (17, 1)):
            later = T0 + timedelta(hours=hours - 1, minutes=59)
            again = book_with(ledger, queued(hours, address_key="u1@mail.example"), now=later)
            assert len(again.claim(sender, "run", 2, GAP)) == count


def test_a_later_run_stands_in_the_place_of_what_still_waits(ledger):
    book = book_with(ledger, queued(1), queued(2))
    with book.sender() as sender:
        book.claim(sender, "run", 1, GAP)
        book.add_queued([queued(3, run_id="later")])
        book.open_run("later")
        assert states(ledger) == {"claimed": 1, "dropped": 1, "rendered": 1}


def test_what_is_also_in_the_later_run_goes_out_with_that(ledger):
    """An occasion of days ago may still be queued; what only an earlier run had has no email any more."""
    book = book_with(ledger, *(queued(number) for number in range(1, 6)))
    with book.sender() as sender:
        handed = ids(book.claim(sender, "run", 2, GAP))
        assert all(book.move(name, State.HANDED_OVER, sender=sender) for name in handed)
    book.recover()
    book.add_queued([queued(1, run_id="later", part=7), queued(3, run_id="later"), queued(9, run_id="later")])
    book.open_run("later")
    assert book.send_again("later", ["recommendations"]) == 1
    with book.sender() as sender:
        assert book.claim(sender, "run", 9, GAP) == []
        claimed = book.claim(sender, "later", 9, GAP)
    assert sorted(ids(claimed)) == ["m1", "m3", "m9"] and claimed[ids(claimed).index("m1")]["part"] == 7
    assert ("dropped", "superseded", 2) in book.states() and ("ambiguous", "sender_died", 1) in book.states()


def test_what_an_earlier_run_gave_up_begins_anew_with_a_later_one(ledger):
    """At the address that the user has by then. What the run itself gave up stays so."""
    book = book_with(ledger, *(queued(number) for number in range(1, 5)), queued(5, expires_at=T0))
    with book.sender() as sender:
        [refused] = ids(book.claim(sender, "run", 1, GAP))
        assert book.move(refused, State.FAILED, sender=sender)
    book.drop({"m2": "mailed_recently"})
    book.expire()
    book.add_queued([queued(number) for number in range(1, 6)])
    assert states(ledger) == {"failed": 1, "dropped": 1, "expired": 1, "rendered": 2}
    day = T0 + timedelta(days=1)
    moved = {"email": "New@mail.example", "address_key": "new@mail.example"}
    for run_id, at, numbers in (("later", day, (1, 2, 3, 5)), ("last", day + GAP, (4,))):
        book = Ledger(ledger, lambda at=at: at)
        book.add_run(run_id, at, len(numbers))
        due = {"run_id": run_id, "as_of": at, "due_at": at, "expires_at": at + GAP}
        book.add_queued([queued(number, **due, **(moved if number == 3 else {})) for number in numbers])
        book.open_run(run_id)
        with book.sender() as sender:
            claimed = book.claim(sender, run_id, 5, GAP)
            assert ids(claimed) == [f"m{number}" for number in numbers]
            assert all(row["ended_at"] is None for row in claimed)
            assert [row["email"] for row in claimed if row["message_id"] == "m3"] == [moved["email"]] * (
                at == day
            )
            assert all(book.move(name, State.HANDED_OVER, sender=sender) for name in ids(claimed))


@pytest.mark.parametrize("mended", ["these inputs", "newer inputs"])
def test_what_a_mistaken_build_of_that_time_put_aside_goes_out_with_the_mended_one(
    tmp_path, shop, place, mended
):
    """as_of is the latest event: half a table of items changes the queue and not the time."""
    inputs = "update {} set input_fingerprint = '{}'"
    tables = ("inputs.latest_run", "quality.input_validation_results", "email_queue")

    def built(name: str, *changes: str) -> Shop:
        (tmp_path / name).mkdir()
        return rendered_shop(tmp_path / name, *(inputs.format(table, name) for table in tables), *changes)

    options = ("--transport", "maildir", "--to", str(tmp_path / "mails"))
    sent(shop, place, *options, "--now", "2017-11-15 01:00:00")
    assert states(place) == {"rendered": 6}
    mistaken = built(
        "mistaken inputs",
        "delete from email_queue where user_id in ('u1', 'u2')",
        "update send_decisions set decision = 'hold', reason = 'no_consent' where user_id = 'u3'",
    )
    sent(mistaken, place, *options, "--now", "2017-11-15 02:00:00")
    assert states(place) == {"rendered": 3, "dropped": 3}
    sent(built(mended), place, *options)
    assert states(place) == {"accepted": 6}


def test_what_expired_while_no_sender_ran_goes_out_with_a_later_build(tmp_path, shop):
    place, options = (
        str(tmp_path / "ledger.sqlite"),
        ("--transport", "maildir", "--to", str(tmp_path / "mails")),
    )
    sent(shop, place, *options, "--now", "2017-11-18 09:00:00", "--allow", "old")
    assert states(place) == {"expired": 6}
    later = rendered_shop(
        tmp_path,
        "update dbt_email.send_decisions set as_of = timestamp '2017-11-18'",
        """
        update dbt_email.email_queue
        set as_of = timestamp '2017-11-18', send_at = '2017-11-18 10:00:00', expires_at = '2017-11-19 10:00:00'
        """,
    )
    sent(later, place, *options, "--now", "2017-11-18 11:00:00")
    assert states(place) == {"accepted": 6}


def test_the_forgotten_are_in_no_byte_of_the_ledger(tmp_path):
    place = tmp_path / "ledger.sqlite"
    book = book_with(str(place), queued(4711), queued(2), queued(3, address_key="u2@mail.example"))
    for number in (4711, 2):
        event = {
            "event_type": "unsubscribe",
            "user_id": f"u{number}",
            "address_key": f"u{number}@mail.example",
        }
        book.add_event(event | {"event_id": str(number), "occurred_at": T0})

    def found(mark: bytes) -> bool:
        return any(mark in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    assert found(b"u4711") and found(b"U4711")
    assert book.forget(["u4711", "u2"]) == 4
    assert not found(b"4711") and not found(b"m4711")
    assert states(str(place)) == {"rendered": 1}
    assert place.stat().st_mode & 0o777 == 0o600
    with book.engine.begin() as connection:
        kept = connection.exec_driver_sql("select event_id <> '2', user_id, address_key from events").all()
    assert kept == [(1, None, "u2@mail.example")], "the no of an address that another account has"
    with book.sender() as sender:
        assert book.claim(sender, "run", 9, GAP) == []
    assert states(str(place)) == {"dropped": 1}
    assert [row["event_type"] for row in event_rows(book)] == []


def test_a_newer_ledger_is_refused(ledger):
    with Ledger(ledger).engine.begin() as connection:
        connection.exec_driver_sql("update schema_version set version = 99")
    with pytest.raises(Exception, match="newer recmail"):
        Ledger(ledger)


def test_what_the_ledger_can_not_do_is_said_without_whom_it_is_about(ledger):
    book = Ledger(ledger)
    with book.engine.begin() as connection:
        connection.exec_driver_sql("drop table events")
    event = {"event_id": "e1", "event_type": "bounce", "address_key": "user1@mail.example", "occurred_at": T0}
    with pytest.raises(DBAPIError) as failed:
        book.add_event(event)
    assert "events" in str(failed.value) and "user1" not in str(failed.value)


# --- addresses that are none --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ending", ["hush@db:abc/x", "hush@db:99999/x", "hush/more@db", "hush#more@[db", "12/hush@db"]
)
def test_an_address_that_is_none_is_said_without_its_password(ending):
    with pytest.raises(ClickException, match="RECMAIL_SMTP_URL is no address") as of_server:
        SmtpServer.of_url(f"smtp://user:{ending}")
    with pytest.raises(ClickException, match="RECMAIL_LEDGER is no URL") as of_ledger:
        Ledger("postgresql://user:hush@db:abc/x")
    for error in (of_server.value, of_ledger.value):
        assert "hush" not in error.format_message()


# --- servers that misbehave ---------------------------------------------------------------------------------


def test_a_server_that_says_later_is_asked_again(shop, server, place):
    server.rcpt_answers = ["450 4.2.0 greylisted"] * 2
    server.answers = ["451 4.3.0 busy"]
    first = sent(shop, place, *smtp(server))
    assert first.exit_code == 0 and "3 rendered (" not in first.output
    assert states(place) == {"rendered": 3, "accepted": 3}
    too_soon = sent(shop, place, *smtp(server))
    assert "nothing" in too_soon.output and len(server.received) == 3
    later = ["--now", "2017-11-15 12:10:00"]
    assert sent(shop, place, *smtp(server), *later).exit_code == 0
    assert states(place) == {"accepted": COUNT} and set(server.counts.values()) == {1}


def test_a_server_that_always_says_later_is_given_up(shop, server, place):
    server.rcpt_answers = ["450 4.2.0 greylisted"] * COUNT * 10
    for hour in range(12, 24, 2):
        sent(shop, place, *smtp(server), "--now", f"2017-11-15 {hour}:59:00")
    assert states(place) == {"rendered": COUNT}
    sent(shop, place, *smtp(server), "--now", "2017-11-16 08:00:00")
    assert states(place) == {"failed": COUNT} and not server.received
    assert "put off 7 times" in str(Ledger(place).states())


@pytest.mark.parametrize(
    ("answer", "state", "bounces"),
    [
        ("550 5.1.1 no such user", "bounced", 1),
        ("550 who?", "bounced", 1),
        ("552 5.2.2 mailbox full", "failed", 0),
        ("550 5.7.1 we do not like you", "failed", 0),
    ],
)
def test_a_refused_address(shop, server, tmp_path, answer, state, bounces):
    ledger = str(tmp_path / "ledger.sqlite")
    server.rcpt_answers = [answer]
    outcome = sent(shop, ledger, *smtp(server))
    assert outcome.exit_code == (1 if state == "failed" else 0)
    assert states(ledger) == {state: 1, "accepted": COUNT - 1}
    with Ledger(ledger).engine.begin() as connection:
        events = connection.exec_driver_sql("select event_type, bounce_type from events").all()
    assert events == [("bounce", "hard")] * bounces
    # the mart has one word for both
    [logged] = [row for row in message_rows(Ledger(ledger)) if row["state"] != "accepted"]
    assert logged["state"] == "failed" and logged["reason"].startswith("bounced") == bool(bounces)


def test_a_message_that_is_refused_is_no_bounce(shop, server, tmp_path):
    ledger = str(tmp_path / "ledger.sqlite")
    server.answers = ["550 5.1.1 looks like spam to me"]
    assert sent(shop, ledger, *smtp(server)).exit_code == 1
    assert states(ledger) == {"failed": 1, "accepted": COUNT - 1}


def test_a_server_that_refuses_all_stops_the_sender(tmp_path, server):
    large = rendered_shop(tmp_path, user_count=60)
    server.rcpt_answers = ["554 5.7.1 <user1@mail.example>: your server is listed"] * 60
    outcome = sent(large, str(tmp_path / "ledger.sqlite"), *smtp(server))
    assert outcome.exit_code == 1 and "20 messages in a row" in outcome.output
    assert "with: 554 5.7.1 <(address)>: your server is listed" in outcome.output
    assert states(str(tmp_path / "ledger.sqlite")) == {"failed": 20, "rendered": 40}


def test_a_connection_dropped_after_data_leaves_it_unclear(shop, server, ledger):
    server.answers = ["250 kept", "drop"]
    outcome = sent(shop, ledger, *smtp(server))
    assert outcome.exit_code == 1 and "1 ambiguous (no answer)" in outcome.output
    assert states(ledger) == {"ambiguous": 1, "accepted": COUNT - 1}
    assert len(server.received) == COUNT
    sent(shop, ledger, *smtp(server))
    assert set(server.counts.values()) == {1}


class Closing(Mailbox):
    """Ends each connection after its first message, as servers do that find them too old."""

    async def handle_MAIL(self, server, session, envelope, address, options):
        if getattr(session, "is_used", False):
            server.transport.abort()
        session.is_used = True
        envelope.mail_from = address
        return "250 ok"


def test_a_connection_dropped_before_data_is_made_anew(shop, tmp_path):
    ledger = str(tmp_path / "ledger.sqlite")
    with serving(Closing()) as server:
        assert sent(shop, ledger, *smtp(server)).exit_code == 0
        assert states(ledger) == {"accepted": COUNT} and set(server.counts.values()) == {1}


class Stalling(Mailbox):
    """Never answers its second message."""

    async def handle_DATA(self, server, session, envelope):
        self.received.append(envelope.original_content)
        if len(self.received) == 2:
            await asyncio.sleep(3600)
        return "250 kept"


def test_a_server_that_stalls_leaves_it_unclear(shop, tmp_path, monkeypatch):
    monkeypatch.setattr(Smtp, "timeout", 1.0)
    monkeypatch.setattr(Smtp, "tries", 1)
    ledger = str(tmp_path / "ledger.sqlite")
    with serving(Stalling()) as server:
        outcome = sent(shop, ledger, *smtp(server))
        assert "1 ambiguous (no answer)" in outcome.output
        assert states(ledger) == {"ambiguous": 1, "accepted": COUNT - 1}


def test_no_server_no_change(shop, tmp_path, monkeypatch):
    monkeypatch.setattr(Smtp, "timeout", 1.0)
    monkeypatch.setattr(Smtp, "tries", 1)
    ledger = str(tmp_path / "ledger.sqlite")
    outcome = sent(shop, ledger, "--transport", "smtp", "--smtp-url", "smtp+plain://127.0.0.1:1")
    assert outcome.exit_code == 1 and "127.0.0.1:1 can't be used" in outcome.output
    assert states(ledger) == {"rendered": COUNT}


def test_without_tls_nothing_is_sent_unless_the_address_says_so(shop, server, tmp_path):
    ledger = str(tmp_path / "ledger.sqlite")
    options = ["--transport", "smtp", "--smtp-url", server.url.replace("smtp+plain", "smtp")]
    outcome = sent(shop, ledger, *options)
    assert outcome.exit_code == 1 and "STARTTLS" in outcome.output
    assert not server.received and states(ledger) == {"rendered": COUNT}
    password = ["--transport", "smtp", "--smtp-url", "smtp+plain://a:b@127.0.0.1"]
    assert "for all to read" in sent(shop, ledger, *password).output


# --- what goes out ------------------------------------------------------------------------------------------


def test_headers_and_signature_of_what_goes_out(shop, server, tmp_path, monkeypatch):
    dkim = pytest.importorskip("dkim")
    key = tmp_path / "dkim.pem"
    key.write_bytes(subprocess.run(["openssl", "genrsa", "2048"], check=True, capture_output=True).stdout)
    public = subprocess.run(
        ["openssl", "rsa", "-pubout", "-in", str(key)], check=True, capture_output=True, text=True
    ).stdout
    record = f"v=DKIM1; k=rsa; p={''.join(public.splitlines()[1:-1])}".encode()
    monkeypatch.setenv("RECMAIL_DKIM_KEY", str(key))
    monkeypatch.setenv("RECMAIL_DKIM_SELECTOR", "s1")
    assert sent(shop, str(tmp_path / "ledger.sqlite"), *smtp(server)).exit_code == 0
    for content in server.received:
        assert dkim.verify(content, dnsfunc=lambda name, timeout=5: record)
        assert not dkim.verify(
            content.replace(b"One-Click", b"One-Clack"), dnsfunc=lambda name, timeout=5: record
        )
    message = server.messages[0]
    assert message["From"] == "Corner Market <news@shop.recmail.example>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].startswith("<https://shop.example/unsubscribe?list=1&u=u")
    assert message["Feedback-ID"] and message["X-Recmail-Message-ID"] in message["Message-ID"]


@pytest.mark.parametrize("transport", ["maildir", "jsonl"])
def test_a_maildir_and_a_file_of_lines_hold_each_message_once(shop, tmp_path, transport):
    ledger, target = str(tmp_path / "ledger.sqlite"), tmp_path / "target"
    if transport == "jsonl":
        target.write_text('{"a line of": 1}\n{"a half of one', "utf-8")
    for _ in range(2):
        assert sent(shop, ledger, "--transport", transport, "--to", str(target)).exit_code == 0
    if transport == "maildir":
        subjects = [message["Subject"] for message in mailbox.Maildir(target)]
        modes = {path.stat().st_mode & 0o777 for path in target.rglob("*") if path.is_file()}
        assert len(subjects) == len(set(subjects)) == COUNT and modes == {0o600}
    else:
        [earlier, *lines] = map(json.loads, target.read_text("utf-8").splitlines())
        assert earlier == {"a line of": 1}
        assert sorted(line["idempotency_key"] for line in lines) == [f"m{n}" for n in range(1, COUNT + 1)]
        assert target.stat().st_mode & 0o777 in (0o600, 0o644)
