"""Between the build and the send things change: newer inputs are asked once more before anything is handed over."""

import mailbox
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from sending_setup import FAST, KEY, Shop
from shop import AS_OF, Tables, small_shop, write_csv, write_parquet
from warehouse import Build

from email_render.run import Job, render_queue
from email_render.theme import DEFAULT, load_theme
from sending import cli
from sending.frozen_queue import Plan
from sending.guard import findings
from sending.ledger import Ledger
from sending.settings import read_settings
from sending.tables import messages, revisions

NOW = AS_OF + timedelta(hours=3)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def rendered(small, tmp_path_factory) -> tuple[Build, Shop]:
    folder = tmp_path_factory.mktemp("revalidation")
    built = small.copied_to(folder)
    # all at once: whose hour comes when is another matter
    with duckdb.connect(built.database) as connection:
        connection.execute(
            "update email.email_queue set send_at = as_of, expires_at = as_of + interval 24 hours"
        )
        connection.execute(
            """
            update email.email_queue
            set offer = {
                'offer_name': 'Tea', 'ends_text': 'Bis heute', 'headline': '77 % auf Tee', 'offer_code': null,
                'offer_url': null, 'ends_at': as_of + interval 4 hours
            }
            where user_id = (select max(user_id) from email.email_queue)
            """
        )
    render_queue(Job(built.database, folder / "emails", KEY, "sql", load_theme(DEFAULT)), 1, None)
    return built, Shop(built.database, folder / "emails")


@pytest.fixture
def sent(rendered, tmp_path, monkeypatch):
    """Sends with newer inputs; what was said, and the ledger's messages by user."""
    monkeypatch.setenv("RECMAIL_UNSUBSCRIBE_KEY", KEY.decode())
    _, shop = rendered

    def send(tables: Tables, *options: str, write=write_parquet, now=NOW):
        inputs = write(tables, tmp_path / "newer")
        place = str(tmp_path / "ledger.sqlite")
        outcome = CliRunner().invoke(
            cli.send,
            [
                *(*shop.options[:4], *FAST, "--now", str(now), "--ledger", place, "--inputs", str(inputs)),
                *("--transport", "maildir", "--to", str(tmp_path / "mails"), *options),
            ],
        )
        assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome.exc_info
        book = Ledger(place)
        return (
            outcome,
            {row["user_id"]: row for row in book.all_rows(messages)},
            list(book.all_rows(revisions)),
        )

    return send


def text_to(folder: Path, user: dict) -> str:
    """The HTML that the user got."""
    box = mailbox.Maildir(folder, factory=None)
    content = box.get_bytes(next(key for key in box.iterkeys() if key.startswith(user["message_id"])))
    return message_from_bytes(content, policy=policy.default).get_body(("html",)).get_content()


REPLENISHMENT = "('replenishment')"
LISTS = """
    select 'email_digest' as placement, user_id, position, item_id, strategy from user_recommendations
    union all
    select placement, user_id, position, item_id, strategy from placement_recommendations
"""


def shown(built: Build, triggers: str = "('recommendations')", strategies: str = "lists.strategy") -> dict:
    """Items by user, in their places, of messages with these triggers."""
    rows = built.query(
        f"""
        select queue.user_id, list(lists.item_id order by line.place)
        from (
            select user_id, placement, unnest(item_lines) as line from email_queue where trigger_type in {triggers}
        ) as queue
        inner join ({LISTS}) as lists
            on queue.user_id = lists.user_id and queue.placement = lists.placement and line.position = lists.position
        where lists.strategy in ({strategies})
        group by queue.user_id order by queue.user_id
        """
    )
    return dict(rows)


def order_of(tables: Tables, user: str, item: str, at=AS_OF + HOUR) -> None:
    number = f"new-{user}"
    tables["orders"].append(
        {
            "order_id": number,
            "user_id": user,
            "ordered_at": at,
            "order_status": "completed",
            "currency": "EUR",
        }
    )
    tables["order_lines"].append(
        {"order_line_id": number, "order_id": number, "item_id": item, "quantity": 1, "unit_price": 1.0}
    )


@pytest.mark.parametrize("write", [write_parquet, write_csv])
def test_what_happened_since_the_build(rendered, sent, tmp_path, write):
    built, _ = rendered
    lists = shown(built)
    buyer, gone, away, moved, silent, unhappy, *others = sorted(lists)
    tables = small_shop()
    users = {user["user_id"]: user for user in tables["users"]}
    items = {item["item_id"]: item for item in tables["items"]}
    bought = lists[buyer][0]
    order_of(tables, buyer, bought)
    tables["erasure_requests"].append({"user_id": gone, "requested_at": NOW})
    users[away]["email_consent"] = "unsubscribed"
    users[moved]["email"] = "elsewhere@example.com"
    users[silent]["email_frequency"] = "paused"
    tables["email_events"].append(
        {"event_id": "new", "event_type": "Unsubscribed", "occurred_at": AS_OF + HOUR, "user_id": unhappy}
    )
    sold_out, dearer = lists[others[0]][0], lists[others[0]][1]
    items[sold_out]["stock_quantity"] = 0
    items[dearer]["price"] = 1234.5
    outcome, found, noted = sent(tables, write=write)
    assert outcome.exit_code == 0, outcome.output
    assert (
        "Newer inputs: 5 messages dropped (1 address_changed, 1 erased, 1 no_consent, 1 paused, 1 unsubscribed)"
        in (outcome.output)
    )
    assert {user: found[user]["reason"] for user in (gone, away, moved, silent, unhappy)} == {
        gone: "erased",
        away: "no_consent",
        moved: "address_changed",
        silent: "paused",
        unhappy: "unsubscribed",
    }
    assert {found[user]["state"] for user in (buyer, *others)} == {"accepted"}
    # what was bought or is sold out gives way, in what is sent and in what the ledger says was shown
    for user, item in ((buyer, bought), (others[0], sold_out)):
        kept = [row["item_id"] for row in found[user]["items"]]
        assert item not in kept and len(kept) == len(lists[user])
        assert items[item]["image_url"] not in text_to(tmp_path / "mails", found[user])
        rest = [other for other in lists[user] if other not in (item, sold_out)]
        assert kept[: len(rest)] == rest
    assert "1.234,50" in text_to(tmp_path / "mails", found[others[0]])
    untouched = [user for user in others if not {sold_out, dearer} & set(lists[user])]
    assert all([row["item_id"] for row in found[user]["items"]] == lists[user] for user in untouched)
    changes = {(row["message_id"], row["change"], row["item_id"]) for row in noted}
    assert (found[buyer]["message_id"], "bought", bought) in changes
    assert (found[others[0]]["message_id"], "sold_out", sold_out) in changes
    assert (found[others[0]]["message_id"], "price", dearer) in changes
    assert (found[gone]["message_id"], "erased", "") in changes
    assert any(change == "promoted" for _, change, _ in changes)
    # words that may have spoken of what fell out speak of nothing in particular
    assert found[others[0]]["subject"] in {
        text for (text,) in built.query("select text from texts where key like 'subject.%.general.%'")
    }


SAID = {"occurred_at": AS_OF + HOUR}
REFUSALS = {
    "without a time": ({"event_type": "unsubscribe", "occurred_at": None}, "unsubscribed"),
    "of 1970": ({"event_type": "unsubscribe", "occurred_at": datetime(1970, 1, 1)}, "unsubscribed"),
    "of 2099": ({"event_type": "unsubscribe", "occurred_at": datetime(2099, 1, 1)}, "unsubscribed"),
    "without an id": (SAID | {"event_type": "spamreport", "event_id": None}, "complained"),
    "an unclear bounce": (SAID | {"event_type": "bounce", "bounce_type": "Undetermined"}, "bounced"),
    "a complaint in a bounce": (
        SAID | {"event_type": "bounce", "bounce_type": "SpamComplaint"},
        "complained",
    ),
    "words that nobody knows": (SAID | {"event_type": "Contact abgemeldet"}, "unknown_event"),
    "not for now": (SAID | {"event_type": "frequency_paused"}, "paused"),
    "every week": (SAID | {"event_type": "frequency_weekly"}, None),
    "a full mailbox": (SAID | {"event_type": "bounce", "bounce_type": "Transient"}, None),
    "nothing of the kind": (SAID | {"event_type": "opened_twice"}, None),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_in_doubt_an_event_is_a_refusal_as_in_the_build(rendered, sent, kind):
    user = min(shown(rendered[0]))
    event, reason = REFUSALS[kind]
    tables = small_shop()
    tables["email_events"].append({"event_id": "new", "user_id": user} | event)
    _, found, _ = sent(tables)
    assert found[user]["reason" if reason else "state"] == (reason or "accepted")
    assert [row["state"] for row in found.values()].count("dropped") == (1 if reason else 0)


def test_a_refusal_that_names_a_message_alone_is_its_users(rendered, sent):
    """Of an earlier run, whose message other events name; of the queue; and of a campaign with one id for all."""
    one, other, *others = sorted(shown(rendered[0]))
    [(queued,)] = rendered[0].query(f"select message_id from email_queue where user_id = '{other}' limit 1")
    tables = small_shop()
    long_ago = AS_OF - timedelta(days=90)
    for user, message in ((one, "earlier"), *((user, "campaign") for user in [*others, "u1", "u2", "u3"])):
        tables["email_events"].append(
            {
                "event_id": f"{message} {user}",
                "event_type": "sent",
                "occurred_at": long_ago,
                "user_id": user,
                "message_id": message,
            }
        )
    for message in ("<earlier>", queued, "campaign"):
        tables["email_events"].append(
            SAID | {"event_id": f"no {message}", "event_type": "unsubscribe", "message_id": message}
        )
    # in a row that told of a click when the build read it
    next(event for event in tables["email_events"] if event["user_id"] == others[0])["event_type"] = (
        "unsubscribe"
    )
    _, found, _ = sent(tables)
    assert {user for user, row in found.items() if row["reason"] == "unsubscribed"} == {one, other, others[0]}


def test_what_users_can_not_mean_holds_them(rendered, sent):
    one, other, third, fourth, *_ = sorted(shown(rendered[0]))
    tables = small_shop()
    users = {row["user_id"]: row for row in tables["users"]}
    users[one]["email_frequency"] = "never"
    # beside the row that the build read
    tables["users"].append(users[other] | {"email_consent": "no"})
    # of nobody's account, at the address of one
    tables["users"].append(users[third] | {"user_id": None, "email_consent": "unsubscribed"})
    tables["users"].append(users[fourth] | {"user_id": " ", "email_frequency": "paused"})
    _, found, _ = sent(tables)
    assert {name: row["reason"] for name, row in found.items() if row["state"] == "dropped"} == {
        one: "paused",
        other: "no_consent",
        third: "no_consent",
        fourth: "paused",
    }


SPELLINGS = ('="{}"', " {}\u200b", "'{}'", "\ufeff{}", "\u00a0{}")


def test_who_said_no_is_known_in_every_spelling_that_the_build_reads(rendered, sent):
    readers = sorted(shown(rendered[0]))
    named, gone, unhappy = readers[0], readers[1:6], readers[6:11]
    [(message,)] = rendered[0].query(f"select message_id from email_queue where user_id = '{named}' limit 1")
    tables = small_shop()
    unsubscribed = SAID | {"event_type": "unsubscribe"}
    for spelling, erased, leaving in zip(SPELLINGS, gone, unhappy, strict=True):
        tables["erasure_requests"].append({"user_id": spelling.format(erased), "requested_at": NOW})
        tables["email_events"].append(
            unsubscribed | {"event_id": f"no {leaving}", "user_id": spelling.format(leaving)}
        )
    tables["email_events"].append(
        unsubscribed | {"event_id": f"no {named}", "message_id": f"\u00a0<{message}>"}
    )
    _, found, _ = sent(tables)
    assert {name: row["reason"] for name, row in found.items() if row["state"] == "dropped"} == {
        **dict.fromkeys(gone, "erased"),
        **dict.fromkeys([*unhappy, named], "unsubscribed"),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("user_id,requested_at\n1.2E+11,2024-06-30\n", "1 row(s) name no user who could be erased"),
        ("Requests of June,\nuser_id,requested_at\nu1,2024-06-30\n", "has no column user_id"),
        ("", "has no column user_id"),
    ],
)
def test_requests_that_nobody_can_read_stop_the_sender_as_the_build(sent, tmp_path, text, said):
    def write(tables: Tables, folder: Path) -> Path:
        (write_csv(tables, folder) / "erasure_requests.csv").write_text(text, "utf-8")
        return folder

    outcome, found, _ = sent(small_shop(), write=write)
    assert outcome.exit_code == 2 and said in outcome.output, outcome.output
    assert {row["state"] for row in found.values()} <= {"queued"} and not (tmp_path / "mails").exists()


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_files_may_be_written_as_the_build_reads_them(rendered, sent, encoding):
    reader = min(shown(rendered[0]))
    tables = small_shop()
    for user in tables["users"]:
        user["first_name"] = "Zoë"
        user["email_consent"] = "no" if user["user_id"] == reader else user["email_consent"]
    _, found, _ = sent(tables, write=partial(write_csv, encoding=encoding))
    assert {name: row["reason"] for name, row in found.items() if row["state"] == "dropped"} == {
        reader: "no_consent"
    }


def test_files_that_the_build_would_refuse_stop_the_sender(sent, tmp_path):
    tables = small_shop()
    tables["users"][0]["first_name"] = "„Zoë“"
    outcome, _, _ = sent(tables, write=partial(write_csv, encoding="cp1252"))
    assert outcome.exit_code == 2 and "it seems to be Windows-1252: save it as" in outcome.output, (
        outcome.output
    )
    assert not (tmp_path / "mails").exists()


def test_no_message_shows_what_stands_in_a_line(sent, tmp_path):
    def write(tables: Tables, folder: Path) -> Path:
        file = write_csv(tables, folder) / "users.csv"
        # further down than DuckDB looks to tell how many fields a line has
        known = "".join(f"x{number},x{number}@mail.example\n" for number in range(30_000))
        file.write_text(f"user_id,email\n{known}u1,secret@mail.example,1,2,3\n", "utf-8")
        return folder

    outcome, _, _ = sent(small_shop(), write=write)
    assert (
        outcome.exit_code == 2
        and "can't be read: Invalid Input Error: CSV Error on Line: 30002" in outcome.output
    )
    assert "secret" not in outcome.output and not (tmp_path / "mails").exists()


def test_users_and_addresses_are_known_in_every_spelling_that_the_build_reads(rendered, sent):
    """Another account of an address, which the shop has heard of since the build, has said no."""
    reader = min(shown(rendered[0]))
    tables = small_shop()
    [address] = [user["email"] for user in tables["users"] if user["user_id"] == reader]
    for number, user in enumerate(tables["users"]):
        user["user_id"] = SPELLINGS[number % len(SPELLINGS)].format(user["user_id"])
        user["email"] = f"\u00a0{user['email']}\t"
    tables["users"].append(tables["users"][1] | {"user_id": "another", "email": f"{address.upper()}\u3000"})
    complaint = SAID | {"event_type": "complaint", "event_id": "new", "user_id": "another"}
    tables["email_events"].append(complaint)
    _, found, _ = sent(tables)
    assert {name: row["reason"] for name, row in found.items() if row["state"] == "dropped"} == {
        reader: "complained"
    }


def test_what_another_account_of_the_address_says_holds_it(rendered, sent):
    """As in the build: by a row of its own, or one that has taken the address; who was never asked has not said no."""
    left, paused, joined, *others = sorted(shown(rendered[0]))
    tables = small_shop()
    users = {user["user_id"]: user for user in tables["users"]}
    for reader, says in (
        (left, {"email_consent": "unsubscribed"}),
        (paused, {"email_frequency": "paused"}),
        (others[0], {"email_consent": "never_subscribed"}),
        (others[1], {"email_consent": None}),
    ):
        tables["users"].append(users[reader] | {"user_id": f"another {reader}"} | says)
    assert users["u0"]["email_consent"] == "unsubscribed"
    users["u0"]["email"] = users[joined]["email"]
    _, found, _ = sent(tables)
    assert {name: row["reason"] for name, row in found.items() if row["state"] == "dropped"} == {
        left: "no_consent",
        paused: "paused",
        joined: "no_consent",
    }


def test_inputs_that_say_the_same_change_nothing(rendered, sent, small_inputs):
    outcome, found, noted = sent(small_shop())
    assert "Newer inputs: 0 messages dropped, 0 with other items or prices" in outcome.output
    assert noted == [] and {row["state"] for row in found.values()} == {"accepted"}
    assert {row["part"] for row in found.values()} == {0}


def test_an_order_answers_a_reminder(rendered, sent, monkeypatch):
    """Whatever becomes of it; and nobody is thanked for one that was undone."""
    built, _ = rendered
    user = min(shown(built))
    monkeypatch.setenv("VARS", "{ended_by_order: [recommendations]}")
    tables = small_shop()
    order_of(tables, user, "i1")
    tables["orders"][-1]["order_status"] = "cancelled"
    # of a time that has not come yet
    order_of(tables, max(shown(built)), "i1", at=NOW + HOUR)
    [(buyer, order_id), *_] = built.query(
        "select user_id, occasion from int_trigger_decisions inner join email_queue using (message_id, user_id)"
        " where email_queue.trigger_type = 'post_purchase' order by all"
    )
    [order] = [order for order in tables["orders"] if order["order_id"] == order_id]
    order["order_status"] = " Refunded"
    _, found, _ = sent(tables)
    assert {name: row["reason"] for name, row in found.items() if row["state"] == "dropped"} == {
        user: "ordered_since",
        buyer: "order_undone",
    }


def test_a_reminder_keeps_its_point_or_is_dropped(rendered, sent, tmp_path):
    """Of a trigger whose list has no items to spare: the reader's own list has; nothing stands for what it is about."""
    built, _ = rendered
    lists, due = shown(built, REPLENISHMENT), shown(built, REPLENISHMENT, "'buy_again'")
    other = min(due)
    gone = set(due[other])
    one = next(user for user in sorted(due) if set(lists[user]) & gone and set(due[user][:2]) - gone)
    tables = small_shop()
    for item in tables["items"]:
        if item["item_id"] in gone:
            item["is_active"] = False
    _, found, noted = sent(tables)
    assert (found[other]["state"], found[other]["reason"]) == ("dropped", "sold_out")
    assert found[one]["state"] == "accepted"
    kept = [item["item_id"] for item in found[one]["items"]]
    rest = [item for item in lists[one] if item not in gone]
    assert kept[: len(rest)] == rest and len(kept) == len(lists[one]) > len(rest)
    own_list = {
        item for (item,) in built.query(f"select item_id from user_recommendations where user_id = '{one}'")
    }
    assert set(kept[len(rest) :]) <= own_list
    assert set(kept[len(rest) :]) == {
        row["item_id"]
        for row in noted
        if row["change"] == "promoted" and row["message_id"] == found[one]["message_id"]
    }


def test_a_price_that_came_back_goes_out_as_it_was_rendered(rendered, sent, tmp_path):
    built, _ = rendered
    item = shown(built)[min(shown(built))][0]
    tables = small_shop()
    next(row for row in tables["items"] if row["item_id"] == item)["price"] = 77.77
    # nothing is due yet: what changed waits
    before = AS_OF - timedelta(minutes=5)
    _, waiting, _ = sent(tables, now=before)
    assert {row["state"] for row in waiting.values()} == {"rendered"}
    assert any(row["part"] < 0 for row in waiting.values())
    _, found, _ = sent(small_shop())
    assert {(row["state"], row["part"]) for row in found.values()} == {("accepted", 0)}


def test_an_offer_that_is_over_when_the_email_leaves_is_not_in_it(rendered, sent, tmp_path):
    """Nothing else is different: the inputs say what they said."""
    built, _ = rendered
    [(user, text)] = built.query("select max(user_id), max_by(offer.headline, user_id) from email_queue")
    outcome, found, noted = sent(small_shop(), now=AS_OF + 5 * HOUR)
    assert "0 messages dropped, 0 with other items or prices" in outcome.output and noted == []
    assert {row["state"] for row in found.values()} == {"accepted"}
    assert [name for name, row in found.items() if row["part"] < 0] == [user]
    assert text not in text_to(tmp_path / "mails", found[user])


def test_another_key_does_not_sign_what_is_rendered_anew(rendered, sent, monkeypatch):
    monkeypatch.setenv("RECMAIL_UNSUBSCRIBE_KEY", "another key of thirty-two bytes or more")
    tables = small_shop()
    for item in tables["items"]:
        item["price"] += 1
    outcome, found, _ = sent(tables)
    assert outcome.exit_code == 2 and "rendered the others" in outcome.output and not found


def test_inputs_that_change_too_much_stop_the_sender():
    plan = Plan(AS_OF, 200, 150, [], {}, {}, [], dropped_by_inputs=50, differing=61)
    settings = read_settings({})
    assert [found.check for found in findings(plan, [], settings, AS_OF)] == ["changed"]
    assert findings(plan._replace(differing=60), [], settings, AS_OF) == []
