"""Around sending: what stops it before it starts, the unsubscribe page, what servers report, what builds read of it."""

import mailbox
import re
import smtplib
import time
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from dbt_macros import project_macros
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sending_setup import FAST, KEY, ROOT, Shop, rendered_shop, sent
from shop import AS_OF, small_shop, write_parquet
from starlette.testclient import TestClient
from warehouse import build

from email_render.run import Job, render_queue
from email_render.tokens import personal_link, sign
from recmail.forget import main as forget
from sending import cli, reports
from sending.endpoint import endpoint, note_unsubscribe
from sending.frozen_queue import Plan, PriceMoves, open_queue
from sending.guard import Stopped, findings, require_usual
from sending.ledger import Ledger, Preferences
from sending.mail import outgoing
from sending.pace import Pace
from sending.readers import Reader, Readers
from sending.reports import reported_at
from sending.settings import read_settings
from sending.states import FOLLOWS

OLD_KEY = b"fedcba9876543210fedcba9876543210"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return rendered_shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def place(tmp_path):
    return str(tmp_path / "ledger.sqlite")


def maildir(folder: Path, *options: str) -> list[str]:
    return ["--transport", "maildir", "--to", str(folder / "mails"), *options]


def states(place: str) -> list[tuple]:
    return Ledger(place).states()


def test_the_picture_of_the_states_draws_each_step_that_may_be_taken():
    page = (ROOT / "docs/sending.md").read_text("utf-8")
    drawn = re.findall(r"^ +(\S+) --> (\w+):", page, re.MULTILINE)
    allowed = [(str(before), str(state)) for state, earlier in FOLLOWS.items() for before in earlier]
    assert sorted(drawn) == sorted([("[*]", "queued"), *allowed])


# --- what stops a sender ------------------------------------------------------------------------------------

T0 = datetime(2026, 1, 5)


def plan_of(count: int, same: int = 0, waiting: int | None = None) -> Plan:
    """Of so many messages, `same` of which have the same subject."""
    waiting = count if waiting is None else waiting
    return Plan(T0, count, waiting, [], {}, {"subject": ("Hello", same)} if same else {}, [])


@pytest.mark.parametrize(
    ("plan", "earlier", "hours", "found"),
    [
        (plan_of(10), [], 36, []),
        (plan_of(0), [], 1, []),
        (plan_of(0), [0, 500], 1, []),
        (plan_of(0), [1, 0], 1, ["empty"]),
        (plan_of(300), [100, 100, 100], 1, []),
        (plan_of(301), [100, 90, 5000], 1, ["larger"]),
        (plan_of(100), [1], 1, []),
        (plan_of(101), [1], 1, ["larger"]),
        (plan_of(99, same=99), [], 1, []),
        (plan_of(100, same=80), [], 1, []),
        (plan_of(100, same=81), [], 1, ["same"]),
        # most were sent before
        (plan_of(5000, same=90, waiting=99), [], 1, []),
        (plan_of(10), [], 37, ["old"]),
        (plan_of(10), [], -24, []),
        (plan_of(10), [], -25, ["ahead"]),
        (plan_of(10)._replace(leading_nowhere=1), [], 1, ["demo"]),
    ],
)
def test_what_is_unusual(plan, earlier, hours, found):
    seen = findings(plan, earlier, read_settings({}), T0 + timedelta(hours=hours))
    assert [finding.check for finding in seen] == found


@pytest.mark.parametrize(
    ("waiting", "prices", "found"),
    [
        (1, PriceMoves(5, 10), []),
        (1, PriceMoves(6, 10), ["prices"]),
        (0, PriceMoves(6, 10), []),
        (1, None, []),
    ],
)
def test_prices_that_moved_stop_what_would_print_them(waiting, prices, found):
    seen = findings(plan_of(10, waiting=waiting), [], read_settings({}), T0, prices)
    assert [finding.check for finding in seen] == found


def test_prices_are_held_against_those_of_the_last_run_that_was_sent(tmp_path, place):
    lost_mark = "update stg_items set price = 99 where item_id <> 'i0'"
    next_run = (
        "insert into int_item_history select *, timestamp '2017-11-15 06:00:00' from stg_items",
        "update send_decisions set as_of = timestamp '2017-11-15 06:00:00'",
        "update email_queue set message_id = 'next ' || message_id, send_at = send_at + interval 1 day",
        "update email_queue set expires_at = expires_at + interval 1 day",
    )
    next_day = ("--now", "2017-11-16 11:00:00")
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
    before = rendered_shop(tmp_path / "before")
    after = rendered_shop(tmp_path / "after", lost_mark, *next_run)
    assert sent(before, place, *maildir(tmp_path)).exit_code == 0
    # one event of a year to come made the time of a run that was sent
    Ledger(place).add_run("2018-03-01T00:00:00:typo", datetime(2018, 3, 1), 6)
    stopped = sent(after, place, *maildir(tmp_path, *next_day))
    assert stopped.exit_code == 2 and "9 of 10 prices moved by 10% or more" in stopped.output
    assert sent(after, place, *maildir(tmp_path, *next_day), "--allow", "prices").exit_code == 0


def test_moves_below_a_tenth_and_other_currencies_are_no_moves(tmp_path):
    shop = rendered_shop(
        tmp_path,
        "update stg_items set price = case item_id when 'i1' then 10.9 when 'i2' then 11 when 'i3' then 9 else 10 end",
        "update stg_items set currency = 'USD', price = 20 where item_id = 'i4'",
        # known since a later run alone
        "update int_item_history set as_of = timestamp '2017-11-14' where item_id = 'i5'",
    )
    with open_queue(shop.database, shop.out, read_settings({})) as (queue, _):
        assert queue.prices_since(datetime(2017, 11, 10)) == (2, 8)


def test_an_option_allows_what_it_names_and_nothing_else(capsys):
    seen = findings(plan_of(200, same=200), [1], read_settings({}), T0)
    with pytest.raises(Stopped, match="--allow same$"):
        require_usual(seen, ["larger"])
    said = capsys.readouterr().err
    assert "the queue has 200 messages, the last 1 had 1 (median)" in said and "allowed this once" in said
    require_usual(seen, ["larger", "same"])


def test_the_plan_counts_what_would_go_out(tmp_path):
    own = rendered_shop(
        tmp_path,
        "update email_queue set offer = {'offer_name': 'Sale', 'ends_text': 'Soon'} where user_id in ('u1', 'u2')",
        "update email_queue set subject = 'Same' where user_id in ('u2', 'u3', 'u4')",
        "update email_queue set trigger_type = 'win_back', send_at = '2017-11-16 10:30:00' where user_id = 'u4'",
        # the second stands twice in the emails of u1 to u3
        "update user_recommendations set item_id = 'x' where position in (2, 5) and user_id in ('u1', 'u2', 'u3')",
        "update user_recommendations set item_id = user_id || item_id where item_id <> 'x'",
        "update send_decisions set decision = 'hold', reason = 'bounced' where user_id = 'u6'",
        "delete from stg_users where user_id = 'u5'",
        # of u1, u2 and u4, who wait, somebody real is led to an example's page
        "update email_queue set is_synthetic = false",
        *(
            f"update {table} set email = user_id || '@mail.shop' where user_id <> 'u4'"
            for table in ("email_queue", "stg_users")
        ),
        "update email_queue set unsubscribe_url = 'https://shop.recmail.example/unsubscribe' where user_id <> 'u2'",
        "update email_queue set unsubscribe_url = 'https://example.shop/contest.test' where user_id = 'u2'",
    )
    with open_queue(own.database, own.out, read_settings({})) as (queue, parts):
        queue.freeze(
            parts,
            own.out,
            [{"message_id": "m3", "state": "accepted"}, {"message_id": "m1", "state": "queued"}],
            T0,
        )
        plan = queue.plan()
    assert (plan.size, plan.waiting, plan.leading_nowhere) == (6, 3, 1)
    assert plan.others == [("already accepted", 1), ("bounced", 1), ("erased", 1)]
    assert plan.by["trigger"] == [("recommendations", 2), ("win_back", 1)]
    assert plan.by["hour (UTC)"] == [("2017-11-15 09:00", 2), ("2017-11-16 10:00", 1)]
    assert plan.commonest == {"item": ("x", 2), "offer": ("Sale", 2), "subject": ("Same", 2)}


def test_what_is_not_due_yet_is_said_with_its_hour(shop, place, tmp_path):
    early = sent(shop, place, *maildir(tmp_path, "--now", "2017-11-15 08:30:00"))
    assert early.exit_code == 0 and "The next is due at 2017-11-15 09:00 UTC" in early.output, early.output
    assert states(place) == [("rendered", "", 6)]
    later = sent(shop, place, *maildir(tmp_path, "--now", "2017-11-15 09:30:00"))
    assert states(place) == [("accepted", "", 6)] and "next is due" not in later.output


def test_nothing_is_sent_and_nothing_written_when_a_check_says_no(shop, place, tmp_path):
    options = maildir(tmp_path, "--now", "2017-11-20 12:00:00")
    outcome = sent(shop, place, *options)
    assert outcome.exit_code == 2 and "--allow old" in outcome.output
    assert "send would stop: the marts are as of" in sent(shop, place, *options, "--dry-run").output
    planned = sent(shop, place, *options, "--dry-run", "--allow", "old").output
    assert "allowed this once: the marts are as of" in planned and "would stop" not in planned
    assert states(place) == [] and not (tmp_path / "mails").exists()
    assert "6 expired (shelf_life)" in sent(shop, place, *options, "--allow", "old").output


def test_a_dry_run_shows_the_plan_and_leaves_no_trace(shop, place, tmp_path):
    outcome = sent(shop, place, *maildir(tmp_path), "--dry-run")
    assert outcome.exit_code == 0 and list(tmp_path.iterdir()) == []
    for line in ("6 of 6 messages", "6 recommendations", "6 mail.example", "6 2017-11-15 09:00", "5 of them"):
        assert line in outcome.output
    sent(shop, place, *maildir(tmp_path))
    assert "0 of 6" in sent(shop, place, *maildir(tmp_path), "--dry-run").output


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("update inputs.latest_run set problem = 'it stopped'", "it stopped"),
        ("update dbt_email.email_queue set subject = 'New'", "rendered from another build"),
    ],
)
def test_a_run_that_cannot_be_used_is_not_sent(tmp_path, place, change, said):
    own = rendered_shop(tmp_path)
    with duckdb.connect(str(own.database)) as connection:
        connection.execute(change)
        connection.execute("checkpoint")
    outcome = sent(own, place, *maildir(tmp_path))
    assert outcome.exit_code == 2 and said in outcome.output and not Path(place).exists()


def test_what_was_not_rendered_to_its_end_is_not_sent(tmp_path, place):
    own = rendered_shop(tmp_path)
    (own.out / "part-0000.parquet").unlink()
    outcome = sent(own, place, *maildir(tmp_path))
    assert outcome.exit_code == 2 and "lacks 1 of 1 parts" in outcome.output


def test_the_warehouse_is_asked_once_more(tmp_path, place):
    own = rendered_shop(
        tmp_path,
        "update email_queue set subject = null where user_id = 'u1'",
        "update send_decisions set decision = 'hold', reason = 'unsubscribed' where user_id = 'u2'",
        "delete from stg_users where user_id = 'u3'",
        "insert into inputs.erasure_requests values ('u4')",
        "update stg_users set email = 'new@mail.example' where user_id = 'u5'",
    )
    sent(own, place, *maildir(tmp_path))
    assert states(place) == [
        ("accepted", "", 1),
        ("dropped", "address_changed", 1),
        ("dropped", "erased", 2),
        ("dropped", "not_rendered", 1),
        ("dropped", "unsubscribed", 1),
    ]


def test_the_cap_is_asked_of_the_ledger_too(tmp_path, place):
    """A build that has not read the ledger's events queues the same people again."""
    for day in ("first", "second"):
        (tmp_path / day).mkdir()
    sent(rendered_shop(tmp_path / "first"), place, *maildir(tmp_path))
    own = rendered_shop(
        tmp_path / "second",
        "update email_queue set message_id = message_id || 'b', send_at = send_at + interval 1 day",
        "update email_queue set expires_at = expires_at + interval 1 day",
        "update int_user_addresses set gap_days = 7 where user_id = 'u1'",
    )
    outcome = sent(own, place, *maildir(tmp_path, "--now", "2017-11-16 11:00:00"))
    assert outcome.exit_code == 0, outcome.output
    assert states(place) == [("accepted", "", 11), ("dropped", "mailed_recently", 1)]


def test_a_build_in_the_meantime_ends_the_sender(tmp_path, place, monkeypatch):
    own = rendered_shop(tmp_path)
    monkeypatch.setattr("sending.deliver.CLAIMED_AT_ONCE", 2)
    deliver, count = cli.Maildir.deliver, []

    def then_build(*arguments):
        count.append(1)
        if len(count) == 2:
            own.database.touch()
        return deliver(*arguments)

    monkeypatch.setattr(cli.Maildir, "deliver", then_build)
    outcome = sent(own, place, *maildir(tmp_path))
    assert outcome.exit_code == 2 and "built or rendered anew meanwhile" in outcome.output
    assert states(place) == [("rendered", "", 4), ("accepted", "", 2)]


def test_the_endpoint_makes_no_ledger_where_no_sender_looks(tmp_path, monkeypatch):
    monkeypatch.setattr(cli.uvicorn, "run", lambda *_, **__: None)
    monkeypatch.setenv("RECMAIL_UNSUBSCRIBE_KEY", KEY.hex())
    warehouse, ledger = tmp_path / "w.duckdb", tmp_path / "w.ledger.sqlite"

    def served(expected: int, *options: str) -> str:
        outcome = CliRunner().invoke(cli.endpoint, ["--database", str(warehouse), *options])
        assert outcome.exit_code == expected, outcome.output
        return outcome.output

    assert "neither" in served(1) and "neither" in served(1, "--ledger", str(tmp_path / "mistyped.sqlite"))
    assert list(tmp_path.iterdir()) == []
    duckdb.connect(warehouse).close()
    assert f"{ledger}, a new ledger" in served(0)
    warehouse.unlink()
    assert f"{ledger}\n" in served(0)


def test_the_pace_serves_the_domain_that_is_free_first():
    pace = Pace(per_second=2, per_second_and_domain=0.1, clock=lambda: 100.0)
    domains = ["a", "a", "b"]
    assert [pace.take(domains) for _ in range(4)] == [(0, 0), (2, 0.5), (0, 10), (2, 10.5)]


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize(
    "email", ["Ada@Mail.example", "ada+news@mail.example", "+news@mail.example", "a+b+c@mail.example"]
)
def test_the_sender_compares_addresses_as_the_models_do(shared, email, monkeypatch):
    monkeypatch.setenv("VARS", f"{{plus_tags_share_an_address: {str(shared).lower()}}}")
    rule = project_macros({"plus_tags_share_an_address": shared})["address_key"](f"'{email}'")
    with duckdb.connect() as connection:
        [[key]] = connection.execute(f"select {rule}").fetchall()
    assert read_settings().address_key(email) == key


def note_opt_out(place: str, user_id: str, address: str, said_at: datetime) -> None:
    said_no = {"event_id": f"no of {user_id}", "event_type": "unsubscribe", "user_id": user_id}
    Ledger(place).add_event(said_no | {"address_key": address, "occurred_at": said_at})


def test_consent_of_a_date_to_come_undoes_no_opt_out(tmp_path, place):
    """As in int_address_refusals; consent of before the build does."""
    own = rendered_shop(
        tmp_path,
        "update stg_users set email_consent_at = '2099-01-01' where user_id in ('u1', 'u2')",
        "update stg_users set email_consent_at = '2017-11-14 12:00:00' where user_id = 'u3'",
    )
    for user in ("u2", "u3"):
        note_opt_out(place, user, f"{user}@mail.example", datetime(2017, 11, 14))
    sent(own, place, *maildir(tmp_path))
    assert states(place) == [("accepted", "", 5), ("dropped", "unsubscribed", 1)]


def test_an_opt_out_of_a_tagged_address_holds_the_address(tmp_path, place, monkeypatch):
    monkeypatch.setenv("VARS", "{plus_tags_share_an_address: true}")
    tagged = "set email = 'user1+news@mail.example' where user_id = 'u2'"
    own = rendered_shop(
        tmp_path, f"update dbt_email.email_queue {tagged}", f"update dbt_email.stg_users {tagged}"
    )
    note_opt_out(place, "u0", "user1@mail.example", datetime(2017, 11, 14))
    assert sent(own, place, *maildir(tmp_path)).exit_code == 0
    assert states(place) == [("accepted", "", 4), ("dropped", "unsubscribed", 2)]


@pytest.mark.parametrize(
    "name", ["Corner Market", "Tea, Ltd.", "Müller @ Home", "Thé: l'or", "Café (Paris)", 'Ä "Ö"']
)
def test_the_sender_is_one_address_whatever_the_shop_is_called(name):
    email = {"message_id": "m1", "subject": "", "headers": "{}", "text": "", "html": ""}
    row = {"message_id": "m1", "sender_name": name, "email": "a@mail.example"}
    mail = outgoing(email, row, read_settings({}), None)
    [sender] = message_from_bytes(mail.content, policy=policy.default)["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (name, read_settings({}).send_from)


# --- unsubscribing ------------------------------------------------------------------------------------------


def test_who_says_no_while_a_claim_waits_for_its_turn_is_not_written_to(shop, place, tmp_path, monkeypatch):
    deliver = cli.Maildir.deliver

    def then_say_no(self, mail, hand_over) -> str:
        note_unsubscribe(Ledger(place), "u4")
        return deliver(self, mail, hand_over)

    monkeypatch.setattr(cli.Maildir, "deliver", then_say_no)
    monkeypatch.setattr("sending.deliver.ASKED_AGAIN_AFTER", timedelta())
    assert sent(shop, place, *maildir(tmp_path)).exit_code == 0
    assert states(place) == [("accepted", "", 5), ("dropped", "unsubscribed", 1)]


@pytest.fixture
def page(place):
    """The endpoint, with a client that takes it for the shop's."""
    return TestClient(endpoint(Ledger(place), [KEY, OLD_KEY], Warehouse()), base_url="https://shop.example")


class Warehouse:
    """Knows one user, who is mailed weekly, and is away when it is told to be."""

    is_there = True

    def find(self, user_id: str) -> Reader | None:
        return Reader("weekly", ("Tea & <i>Cups</i>", "Spoons")) if self.is_there else None


def link(key: bytes, user_id: str, purpose: str = "unsubscribe") -> str:
    return personal_link("/unsubscribe", purpose, user_id, lambda *what: sign(key, *what))


def preferences_link(user_id: str, key: bytes = KEY, purpose: str = "preferences") -> str:
    return personal_link("/preferences", purpose, user_id, lambda *what: sign(key, *what))


def unsubscribed(place: str) -> list[tuple]:
    with Ledger(place).engine.begin() as connection:
        return connection.exec_driver_sql("select event_type, user_id, address_key from events").all()


def test_get_asks_and_post_unsubscribes(shop, place, page, tmp_path):
    sent(shop, place, *maildir(tmp_path))
    for _ in range(3):
        shown = page.get(link(KEY, "u1"))
        assert shown.status_code == 200 and "<button" in shown.text and unsubscribed(place) == []
    assert page.head(link(KEY, "u1")).status_code == 200 and unsubscribed(place) == []
    for _ in range(2):
        assert page.post(link(KEY, "u1")).status_code == 200
    assert unsubscribed(place) == [("unsubscribe", "u1", "user1@mail.example")]
    assert shown.headers["Cache-Control"] == "no-store" and shown.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    "said",
    [
        {"data": {"List-Unsubscribe": "One-Click"}},
        # as RFC 8058 would rather have it
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
        {"content": b"x" * 20_000},
    ],
)
def test_a_mail_program_unsubscribes_in_any_form(place, page, said):
    assert page.post(link(KEY, "u2"), **said).status_code == 200
    assert [user for _, user, _ in unsubscribed(place)] == ["u2"]


def test_addresses_may_end_with_a_slash_and_lead_nowhere_else(place, page):
    """Providers that POST by themselves follow no redirect (RFC 8058)."""
    known = link(KEY, "u2").replace("?", "/?")
    assert page.post(known, follow_redirects=False).status_code == 200
    assert [user for _, user, _ in unsubscribed(place)] == ["u2"]
    address = preferences_link("u1").replace("?", "/?")
    assert '<a href="../unsubscribe?u=u1' in page.get(address, follow_redirects=False).text
    elsewhere = {"Host": "evil.example"}
    answer = page.get(known.replace("/?", "//?"), headers=elsewhere, follow_redirects=False)
    assert answer.status_code == 404 and "Location" not in answer.headers


def test_links_signed_with_a_former_key_work_and_others_do_not(place, page):
    assert page.post(link(OLD_KEY, "u2")).status_code == 200
    assert [user for _, user, _ in unsubscribed(place)] == ["u2"]
    hostile = [
        link(b"x" * 32, "u3"),
        link(KEY, "u3", purpose="preferences"),
        link(KEY, "u3").replace("u=u3", "u=u4"),
        "/unsubscribe?u=u3",
        "/unsubscribe?u=&t=" + sign(KEY, "unsubscribe", ""),
        "/unsubscribe",
    ]
    assert {page.post(address).status_code for address in hostile} == {403}
    assert page.put(link(KEY, "u3")).status_code == 405
    assert "<script>" not in page.get("/unsubscribe?u=<script>&t=<script>").text
    assert len(unsubscribed(place)) == 1


def test_the_link_of_an_email_unsubscribes_and_the_sender_asks_the_ledger(shop, place, page, tmp_path):
    rows = pq.read_table(shop.out / "part-0000.parquet").to_pylist()
    headers = {row["user_id"]: row["headers"] for row in rows}
    address = headers["u3"].partition("<https://shop.example")[2].partition(">")[0]
    assert page.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    sent(shop, place, *maildir(tmp_path))
    assert states(place) == [("accepted", "", 5), ("dropped", "unsubscribed", 1)]


# --- preferences --------------------------------------------------------------------------------------------

ASKED = {"asked": "categories"}


def test_preferences_are_shown_and_kept(place, page):
    shown = page.get(preferences_link("u1")).text
    assert '<input type="radio" name="frequency" value="weekly" checked>' in shown
    assert (
        'value="Tea &amp; &lt;i&gt;Cups&lt;/i&gt;"> Tea &amp; &lt;i&gt;Cups' in shown and "<i>" not in shown
    )
    assert Ledger(place).preferences("u1") == Preferences()
    chosen = {"frequency": "monthly", "unwanted": ["Spoons", "Tea & <i>Cups</i>"]}
    saved = page.post(preferences_link("u1"), data=chosen | ASKED)
    assert saved.status_code == 200 and "Saved." in saved.text
    assert Ledger(place).preferences("u1") == Preferences("monthly", frozenset(chosen["unwanted"]))
    again = page.get(preferences_link("u1")).text
    assert 'value="monthly" checked' in again and 'value="Spoons" checked' in again
    # what is no longer ticked is wanted again; what a form didn't ask stays
    page.post(preferences_link("u1"), data={"frequency": "daily", "unwanted": "Spoons"} | ASKED)
    page.post(preferences_link("u1"), data={"frequency": "paused"})
    assert Ledger(place).preferences("u1") == Preferences("paused", frozenset({"Spoons"}))
    assert Ledger(place).preferences("u2") == Preferences()
    assert saved.headers["Cache-Control"] == "no-store" and saved.headers["Referrer-Policy"] == "no-referrer"


def test_the_preferences_page_leads_to_unsubscribing(place, page):
    address = page.get(preferences_link("u1")).text.partition('<a href="')[2].partition('"')[0]
    assert page.post("/" + address.replace("&amp;", "&")).status_code == 200
    assert [user for _, user, _ in unsubscribed(place)] == ["u1"]


def test_preferences_need_their_link_and_name_what_was_asked(place, page):
    hostile = [
        preferences_link("u3", b"x" * 32),
        preferences_link("u3", purpose="unsubscribe"),
        preferences_link("u3").replace("u=u3", "u=u4"),
        "/preferences?u=u3",
        "/preferences",
    ]
    assert {page.post(address, data={"frequency": "daily"}).status_code for address in hostile} == {403}
    assert {page.get(address).status_code for address in hostile} == {403}
    for said in ({"frequency": "hourly"}, {"unwanted": "Pots"} | ASKED, {"frequency": "x" * 20_000}):
        assert page.post(preferences_link("u3"), data=said).status_code == 400
    # a form of another site
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert (
        page.post(preferences_link("u3"), data={"frequency": "daily"}, headers=elsewhere).status_code == 400
    )
    assert Ledger(place).preferences("u3") == Preferences()
    assert page.post(preferences_link("u3", OLD_KEY), data={"frequency": "daily"}).status_code == 200


HOSTILE = [
    "",
    "u1",
    "u2",
    "x" * 300,
    "\u0000",
    "\ufffd\u202eé",
    "a=b&c;d",
    "%zz%",
    "<b>'\"",
    "[]",
    "Spoons",
    "daily",
]
FIELDS = ["frequency", "unwanted", "asked", "List-Unsubscribe", "u", "t", "\u0000", ""]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS"]),
    purpose=st.sampled_from(["unsubscribe", "preferences"]),
    user_id=st.sampled_from(HOSTILE),
    token=st.sampled_from([None, None, None, *HOSTILE]),
    body=st.binary(max_size=60)
    | st.lists(st.tuples(st.sampled_from(FIELDS), st.sampled_from(HOSTILE))).map(
        lambda said: urlencode(said).encode()
    ),
    kind=st.sampled_from(
        ["application/x-www-form-urlencoded", "multipart/form-data", "application/json", "\xff", ""]
    ),
    site=st.sampled_from(["same-origin", "cross-site", "none", ""]),
)
def test_nothing_that_is_sent_to_the_endpoint_breaks_it(
    page, method, purpose, user_id, token, body, kind, site
):
    """With signed links and others; what it can't use it answers with a 4xx."""
    query = urlencode({"u": user_id, "t": sign(KEY, purpose, user_id) if token is None else token})
    headers = {"Content-Type": kind.encode("latin-1"), "Sec-Fetch-Site": site}
    answer = page.request(method, f"/{purpose}?{query}", content=body, headers=headers)
    assert answer.status_code in (200, 400, 403, 405)
    assert "Traceback" not in answer.text and "<b>" not in answer.text


def test_without_the_warehouse_frequency_can_be_chosen(place, page, monkeypatch):
    page.post(preferences_link("u1"), data={"unwanted": "Spoons"} | ASKED)
    monkeypatch.setattr(Warehouse, "is_there", False)
    assert 'value="Spoons" checked' in page.get(preferences_link("u1")).text
    assert "at the moment" in page.get(preferences_link("u2")).text
    assert page.post(preferences_link("u2"), data={"unwanted": "Spoons"} | ASKED).status_code == 503
    assert page.post(preferences_link("u2"), data={"frequency": "weekly"}).status_code == 200
    assert Ledger(place).preferences("u2") == Preferences("weekly")


def test_who_pauses_is_not_written_to_any_more(shop, place, page, tmp_path):
    page.post(preferences_link("u3"), data={"frequency": "paused"})
    page.post(preferences_link("u4"), data={"frequency": "paused"})
    page.post(preferences_link("u4"), data={"frequency": "daily"})
    sent(shop, place, *maildir(tmp_path))
    assert states(place) == [("accepted", "", 5), ("dropped", "paused", 1)]


# --- what comes back ----------------------------------------------------------------------------------------

DSN = """\
From: MAILER-DAEMON@mx.example
To: bounces@shop.recmail.example
Date: Wed, 15 Nov 2017 10:00:00 +0000
Subject: Undelivered Mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b

It could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
{envelope}

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no

--b
Content-Type: text/rfc822-headers

Subject: Picked for you
{header}

--b--
"""
ARF = """\
From: feedback@provider.example
To: bounces@shop.recmail.example
Date: Wed, 15 Nov 2017 11:00:00 +0000
Subject: complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b

This is spam.

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1.0
Version: 1
Original-Rcpt-To: {address}

--b
Content-Type: message/rfc822

From: news@shop.recmail.example
Subject: Picked for you
{header}

Text
--b--
"""


def dsn(
    address="user1@mail.example", action="failed", status="5.1.1", header="X-Other: 1", envelope="X-Other: 1"
):
    return DSN.format(address=address, action=action, status=status, header=header, envelope=envelope)


OF_M2 = "X-Recmail-Message-ID: m2"
REPORTS = {
    "by address": (dsn(), "hard bounce", ("bounce", "hard", "m1")),
    "by header": (
        dsn(address="forwarded@else.example", header=OF_M2),
        "hard bounce",
        ("bounce", "hard", "m2"),
    ),
    "by envelope": (
        dsn("x@else.example", envelope="Original-Envelope-Id: m3"),
        "hard bounce",
        ("bounce", "hard", "m3"),
    ),
    "full": (dsn(status="5.2.2"), "soft bounce", ("bounce", "soft", "m1")),
    "takes no mail": (dsn(status="5.1.10"), "hard bounce", ("bounce", "hard", "m1")),
    "the sender's fault": (dsn(status="5.1.8"), "soft bounce", ("bounce", "soft", "m1")),
    "delayed": (dsn(action="delayed", status="4.4.1"), "no report", None),
    "of another": (dsn("stranger@mail.example"), "about no message of the ledger", None),
    "complaint": (ARF.format(address="x", header=OF_M2), "complaint", ("complaint", None, "m2")),
    "complaint by address": (
        ARF.format(address="user4@mail.example", header="X-Other: 1"),
        "complaint",
        ("complaint", None, "m4"),
    ),
    "not spam": (
        ARF.format(address="x", header=OF_M2).replace("Type: abuse", "Type: not-spam"),
        "no report",
        None,
    ),
    "unsubscribe": (
        "From: user2@mail.example\nTo: unsubscribe@shop.recmail.example\nSubject: m2\n\n",
        "unsubscribe",
        ("unsubscribe", None, "m2"),
    ),
    "unsubscribe, encoded": (
        "From: user2@mail.example\nSubject: =?utf-8?B?bTI=?=\n\n",
        "unsubscribe",
        ("unsubscribe", None, "m2"),
    ),
    "unsubscribe of nobody": ("Subject: Re: m2\n\nno more\n", "unsubscribe", ("unsubscribe", None, "m2")),
    "a letter": ("From: a@b.example\nSubject: Hello\n\nThank you!\n", "no report", None),
    "nothing": ("", "no report", None),
    "an odd sender": (dsn().replace("From: ", "From: M\udcfcller "), "hard bounce", ("bounce", "hard", "m1")),
    "no sender": (dsn().replace("From: ", "X-From: "), "hard bounce", ("bounce", "hard", "m1")),
    "an odd charset": (
        dsn().replace("--b\n\n", "--b\nContent-Type: text/plain; charset=idna\n\n"),
        "hard bounce",
        ("bounce", "hard", "m1"),
    ),
    # which Python reads, and can't write
    "an odd part": (
        dsn().replace("--b\n\n", "--b\nContent-Type: multipart/mixed\n\nGr\udcfc\udcdfe\n", 1),
        "hard bounce",
        ("bounce", "hard", "m1"),
    ),
    "an odd subject": ("Subject: =?utf-8?q?=ff=00?=\n\n", "no report", None),
    "a report in a report": (
        "Content-Type: message/feedback-report\n\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n",
        "could not be read",
        None,
    ),
}


@pytest.mark.parametrize("kind", REPORTS)
def test_reports(shop, place, tmp_path, kind):
    text, said, event = REPORTS[kind]
    sent(shop, place, *maildir(tmp_path))
    returned = mailbox.Maildir(tmp_path / "returned")
    returned.add(text.encode("utf-8", "surrogateescape"))
    for expected in (said, "no unread mail"):
        outcome = CliRunner().invoke(cli.bounces, ["--ledger", place, str(tmp_path / "returned")])
        assert outcome.exit_code == 0 and expected in outcome.output, outcome.output
    # read again, as after a crash: it is known
    returned.add(text.encode("utf-8", "surrogateescape"))
    again = CliRunner().invoke(cli.bounces, ["--ledger", place, str(tmp_path / "returned")])
    assert "known already" in again.output or event is None
    with Ledger(place).engine.begin() as connection:
        events = connection.exec_driver_sql("select event_type, bounce_type, message_id from events").all()
        bounced = connection.exec_driver_sql("select message_id from messages where state = 'bounced'").all()
    assert events == ([event] if event else [])
    assert bounced == ([(event[2],)] if event and event[1] == "hard" else [])


def test_a_mail_program_may_look_at_the_folder_meanwhile(place, tmp_path, monkeypatch):
    returned = mailbox.Maildir(tmp_path / "returned")
    for _ in range(2):
        returned.add("Subject: Out of office\n\n")
    take_in = reports.take_in

    def while_all_move(*arguments) -> str:
        for mail in (tmp_path / "returned" / "new").iterdir():
            mail.rename(tmp_path / "returned" / "cur" / f"{mail.name}:2,")
        return take_in(*arguments)

    monkeypatch.setattr(reports, "take_in", while_all_move)
    Ledger(place)
    for count in (1, 2):
        outcome = CliRunner().invoke(cli.bounces, ["--ledger", place, str(tmp_path / "returned")])
        assert outcome.exit_code == 0 and f"{count} no report" in outcome.output, outcome.output


def test_before_the_first_send_there_is_nothing_to_come_back(tmp_path):
    """So that what reads it and then sends, every hour, can begin."""
    asked = ["--database", str(tmp_path / "w.duckdb"), str(tmp_path)]
    mistyped = CliRunner().invoke(cli.bounces, asked)
    assert mistyped.exit_code == 1 and "neither a ledger nor a database" in mistyped.output
    (tmp_path / "w.duckdb").touch()
    outcome = CliRunner().invoke(cli.bounces, asked)
    assert outcome.exit_code == 0 and "nothing was sent from here yet" in outcome.output
    named = ["--ledger", str(tmp_path / "mistyped.sqlite"), *asked]
    said = CliRunner().invoke(cli.bounces, named).output
    assert "is no maildir" in said
    for name in ("new", "cur"):
        (tmp_path / name).mkdir()
    said = CliRunner().invoke(cli.bounces, named).output
    assert "there is no ledger" in said


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Wed, 15 Nov 2017 10:00:00 +0200", datetime(2017, 11, 15, 8)),
        ("Thu, 1 Jan 1970 00:00:00 +0000", None),
        ("Wed, 15 Nov 2097 10:00:00 +0000", None),
        ("yesterday", None),
    ],
)
def test_a_report_is_not_older_than_what_it_is_about(date, expected):
    raw = f"From: a@b.example\nDate: {date}\nSubject: m2\n\n".encode()
    now = datetime(2017, 11, 16)
    assert reported_at(raw, datetime(2017, 11, 15, 7), now) == (expected or now)
    assert reported_at(raw, None, now) == now


# --- through a real server ----------------------------------------------------------------------------------


def test_postfix_delivers_and_its_bounces_come_back(tmp_path, place):
    port = ROOT / "target/services/postfix/port"
    if not port.exists():
        pytest.skip("no postfix: `make services` installs and starts one")
    url = f"smtp+plain://127.0.0.1:{port.read_text('utf-8').strip()}"
    try:
        smtplib.SMTP("127.0.0.1", int(port.read_text("utf-8"))).quit()
    except OSError as error:
        pytest.skip(f"postfix does not answer, `make services` starts it: {error}")
    # ids of this test alone: the mailboxes stay
    mark = f"{time.time_ns()}"
    own = rendered_shop(
        tmp_path,
        f"update email_queue set message_id = message_id || '-{mark}'",
        "update email_queue set email = 'nobody@mail.example' where user_id = 'u6'",
        "update stg_users set email = 'nobody@mail.example' where user_id = 'u6'",
    )
    assert sent(own, place, "--transport", "smtp", "--smtp-url", url).exit_code == 0
    assert states(place) == [("accepted", "", 6)]
    folder = ROOT / "target/services/postfix/mail"

    def of_this_test(name: str) -> list[bytes]:
        found = (path.read_bytes() for path in (folder / name).glob("*/*"))
        return [content for content in found if mark.encode() in content]

    for _ in range(600):
        got = [of_this_test(name) for name in ("user1", "user2", "user3", "user4", "user5", "bounces")]
        if all(got):
            break
        time.sleep(0.05)
    assert [len(mails) for mails in got] == [1] * 6
    message = message_from_bytes(got[0][0], policy=policy.default)
    assert message["Message-ID"] == f"<m1-{mark}@shop.recmail.example>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Return-Path"] == "<bounces@shop.recmail.example>"
    outcome = CliRunner().invoke(cli.bounces, ["--ledger", place, str(folder / "bounces")])
    assert "1 hard bounce" in outcome.output, outcome.output
    assert states(place) == [("accepted", "", 5), ("bounced", "reported", 1)]


# --- what builds read, and forget ---------------------------------------------------------------------------


FROM_EVENTS_TO_DECISIONS = (
    *("input_email_events", "typed_email_events", "checked_email_events", "stg_email_events", "stg_as_of"),
    *("int_message_addressees", "int_email_outcomes", "int_chosen_frequencies"),
    *("int_user_addresses", "int_address_refusals"),
    *("int_send_decisions", "send_decisions"),
    *("input_user_exclusions", "checked_user_exclusions", "stg_user_exclusions", "int_user_exclusions"),
    "int_candidate_eligibility",
    *("input_send_log", "checked_send_log", "stg_send_log", "send_log"),
)


def test_a_build_reads_what_was_sent_and_said(small, tmp_path, page, place):
    """On the small shop: who was mailed, opted out, paused or bounced is held by the next build, as the ledger says;
    nobody is shown what they don't want."""
    own = small.copied_to(tmp_path)
    render_queue(Job(own.database, tmp_path / "emails", KEY, "sql"), 1, None)
    shop = Shop(own.database, tmp_path / "emails")
    # the last of them have their best hour the next morning
    now = ["--now", str(AS_OF + timedelta(hours=23, minutes=30))]
    outcome = CliRunner().invoke(
        cli.send, [*shop.options[:4], *FAST, *now, "--ledger", place, *maildir(tmp_path)]
    )
    assert outcome.exit_code == 0, outcome.output
    users = own.query("select user_id, message_id from email_queue order by user_id")
    assert states(place) == [("accepted", "", len(users))] and len(users) > 2
    (gone, message_id), (tired, _), (paused, _), (choosy, _), *others = users
    book = Ledger(place)
    book.add_event(
        {
            "event_id": "e1",
            "event_type": "bounce",
            "bounce_type": "hard",
            "message_id": message_id,
            "occurred_at": AS_OF,
        }
    )
    web = TestClient(endpoint(Ledger(place, lambda: AS_OF), [KEY], Readers(own.database)))
    web.post(link(KEY, tired))
    web.post(preferences_link(paused), data={"frequency": "paused"})
    [unwanted, *_] = Readers(own.database).find(choosy).categories
    assert unwanted in web.get(preferences_link(choosy)).text
    web.post(preferences_link(choosy), data={"frequency": "monthly", "unwanted": unwanted} | ASKED)
    exported = CliRunner().invoke(cli.events, ["--ledger", place, "--out", str(tmp_path / "events")])
    assert exported.exit_code == 0 and f"{len(users) + 4} events" in exported.output
    assert "1 exclusions" in exported.output
    log = pq.read_table(tmp_path / "events/send_log.parquet").to_pylist()
    assert {row["state"] for row in log} == {"accepted"}
    assert all(0 < item["propensity"] <= 1 and item["item_id"] for row in log for item in row["items"])
    inputs = write_parquet(small_shop(), tmp_path / "in")
    for name in ("email_events.parquet", "user_exclusions.parquet", "send_log.parquet"):
        (tmp_path / "events" / name).replace(inputs / name)
    later = str(AS_OF + timedelta(hours=24))
    variables = {"input_location": str(inputs), "as_of": later}
    after = build(own.database, variables, "--select", *FROM_EVENTS_TO_DECISIONS)
    assert after.succeeded, after.text
    decisions = dict(after.query("select user_id, reason from send_decisions"))
    assert decisions[gone] == "bounced" and decisions[tired] == "unsubscribed"
    assert decisions[paused] == "paused"
    assert {decisions[user] for user, _ in others} == {"mailed_recently"} and decisions[
        choosy
    ] == "mailed_recently"
    assert after.value(f"select max(gap_days) from int_user_addresses where user_id = '{choosy}'") == 30
    shown = f"""
        select count(*), count(*) filter (ineligible_reason = 'not_interested')
        from int_candidate_eligibility
        inner join int_user_keys as users using (user_key)
        inner join int_item_keys as keys using (item_key)
        inner join stg_items as items on keys.item_id = items.item_id
        where users.user_id = '{choosy}' and items.category = '{unwanted}'
    """
    [(count, uninteresting)] = after.query(shown)
    assert 0 < count == uninteresting
    logged = after.query(
        "select user_id, message_id, state, len(items), items[1].strategy from send_log order by 1"
    )
    assert [(user, message_id, "accepted") for user, message_id in users] == [row[:3] for row in logged]
    assert all(length and strategy for *_, length, strategy in logged)


def test_forget_reaches_the_ledger(tmp_path):
    own = rendered_shop(tmp_path, "create schema state", *SWEPT)
    place = str(tmp_path / "w.ledger.sqlite")
    sent(own, place, *maildir(tmp_path))
    Ledger(place).choose("u5", Preferences("weekly", frozenset({"Tea"})))
    with duckdb.connect(str(own.database)) as connection:
        connection.execute("insert into inputs.erasure_requests values ('u5'), ('u4')")
        # an account of the address that nothing was sent to
        connection.execute("insert into dbt_email.int_user_addresses values ('u9', 'user4@mail.example', 1)")
    note_opt_out(place, "u4", "user4@mail.example", datetime(2017, 11, 16))

    def holds_the_user() -> bool:
        return any(
            b"user5@mail.example" in path.read_bytes()
            for path in tmp_path.glob("w.ledger.sqlite*")
            if path.is_file()
        )

    assert holds_the_user()
    outcome = CliRunner().invoke(forget, ["--database", str(own.database), "--out", str(tmp_path / "out")])
    assert outcome.exit_code == 0 and f"5 rows removed from {place}" in outcome.output, outcome.output
    assert not holds_the_user() and Ledger(place).preferences("u5") == Preferences()
    assert unsubscribed(place) == [("unsubscribe", None, "user4@mail.example")]
    assert states(place) == [("accepted", "", 4)]
    # the links of the mails they got still work
    options = ["--database", str(own.database), "--out", str(tmp_path / "out"), "--if-erased"]
    assert "Nobody was erased" in CliRunner().invoke(forget, options).output
    note_unsubscribe(Ledger(place), "u5")
    assert f"1 rows removed from {place}" in CliRunner().invoke(forget, options).output
    with duckdb.connect(str(own.database)) as connection:
        connection.execute("drop table inputs.erasure_requests")
    outcome = CliRunner().invoke(forget, ["--database", str(own.database), "--out", str(tmp_path / "out")])
    assert outcome.exit_code == 1 and "may still hold them" in outcome.output


def test_what_was_rendered_is_sent_after_forget(tmp_path):
    """It is the same build, in a smaller file."""
    own = rendered_shop(tmp_path, "create schema state", *SWEPT, *FREE_BLOCKS)
    size = own.database.stat().st_size
    outcome = CliRunner().invoke(forget, ["--database", str(own.database), "--out", str(own.out)])
    assert outcome.exit_code == 0 and own.database.stat().st_size < size, outcome.output
    place = str(tmp_path / "w.ledger.sqlite")
    outcome = sent(own, place, *maildir(tmp_path))
    assert outcome.exit_code == 0, outcome.output
    assert states(place) == [("accepted", "", 6)]


SWEPT = [
    "create table dbt_email.stg_erasure_requests as select timestamp '2017-11-15' as requested_at where false",
    "create table state.swept_erasures as select 0 as request_count, null::timestamp as latest_request_at",
]
FREE_BLOCKS = [
    "create table state.dropped as select md5(range::varchar) as text from range(100000)",
    "checkpoint",
    # DuckDB cuts off what is free at the end of a file
    "create table state.kept as select md5(range::varchar) as text from range(1000)",
    "checkpoint",
    "drop table state.dropped",
]
