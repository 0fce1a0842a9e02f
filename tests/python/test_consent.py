"""Nobody is mailed who said no: one shop with a story of every kind, and who of them is mailed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

import duckdb
import pytest
from shop import AS_OF, small_shop, write_csv
from warehouse import NO_GATE, build, dbt, manifest

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MAILED = "mailable"
NUMBERS = count()


@dataclass
class Story:
    """Accounts and events of them; `expected` says the reason of each account."""

    name: str
    expected: dict[str, str]
    users: list[dict] = field(default_factory=list)
    events: list[dict] = field(default_factory=list)


def account(user_id: str, **columns) -> dict:
    values = {"email": f"{user_id}@example.com", "email_consent": "subscribed", "country_code": "DE"}
    return {"user_id": user_id} | values | columns


def event(
    event_type: str | None, user_id: str | None, occurred_at: datetime | str | None = None, **columns
) -> dict:
    values = {"event_type": event_type, "user_id": user_id, "occurred_at": occurred_at}
    return {"event_id": f"story{next(NUMBERS)}"} | values | columns


def alone(name: str, reason: str, *events: dict, **columns) -> Story:
    """One account, which events name by the story's name."""
    return Story(name, {name: reason}, [account(name, **columns)], list(events))


def twins(
    name: str, first: str, second: str, *events: dict, of_first: dict | None = None, **columns
) -> Story:
    """Two accounts whose addresses differ in letter case alone; events are those of `<name>-1`."""
    email = f"{name}@example.com"
    users = [
        account(f"{name}-1", email=email.title(), **(columns | (of_first or {}))),
        account(f"{name}-2", email=email, **columns),
    ]
    return Story(name, {f"{name}-1": first, f"{name}-2": second}, users, list(events))


def campaign(
    name: str, size: int, reason: str, *events: dict, expected: dict[str, str] | None = None
) -> Story:
    """Accounts that were sent one message of one id; all have the reason, but for those that `expected` names."""
    ids = [f"{name}-{number}" for number in range(size)]
    sent = [event("sent", user_id, AS_OF - 10 * DAY, message_id=name) for user_id in ids]
    return Story(
        name,
        dict.fromkeys(ids, reason) | (expected or {}),
        [account(user_id) for user_id in ids],
        [*sent, *events],
    )


def said(event_type: str, bounce_type: str | None = None) -> str:
    return "-".join(filter(None, ("said", event_type.lower().replace(" ", ""), bounce_type)))


def esp(event_type: str, reason: str, bounce_type: str | None = None) -> Story:
    name = said(event_type, bounce_type)
    return alone(name, reason, event(event_type, name, AS_OF - 9 * DAY, bounce_type=bounce_type))


STORIES = [
    alone("fine", MAILED),
    # --- the address ---------------------------------------------------------------------------------
    twins("flag", "no_consent", "unsubscribed", of_first={"email_consent": "unsubscribed"}),
    twins("left", "unsubscribed", "unsubscribed", event("unsubscribe", "left-1", AS_OF - 60 * DAY)),
    twins("angry", "complained", "complained", event("complaint", "angry-1", AS_OF - 9 * DAY)),
    twins("gone", "bounced", "bounced", event("bounce", "gone-1", AS_OF - 9 * DAY, bounce_type="hard")),
    twins("rest", "paused", "paused", of_first={"email_frequency": "paused"}),
    twins("strange", "unknown_consent", "unknown_consent", of_first={"email_consent": "not any more"}),
    twins("recent", "mailed_recently", "mailed_recently", event("sent", "recent-1", AS_OF - 5 * HOUR)),
    # a guest account that never subscribed refuses for nobody else
    twins("guest", "no_consent", MAILED, of_first={"email_consent": "never_subscribed"}),
    twins("both", MAILED, "address_already_mailed"),
    # the row is set aside, and its address still said no
    Story(
        "no-id",
        {"no-id": "unsubscribed"},
        [account("no-id"), account("no-id") | {"user_id": None, "email_consent": "unsubscribed"}],
    ),
    Story(
        "moved",
        {"moved": "unsubscribed", "moved-2": "unsubscribed"},
        [
            account("moved", email="old@example.com", signed_up_at=AS_OF - 90 * DAY),
            account("moved", email="new@example.com", signed_up_at=AS_OF - 9 * DAY),
            account("moved-2", email="old@example.com"),
        ],
        [event("unsubscribe", "moved", AS_OF - 50 * DAY)],
    ),
    # --- named by the message ------------------------------------------------------------------------
    *(
        alone(
            f"by-message-{refusal}-{mailed}",
            reason,
            event(
                mailed, f"by-message-{refusal}-{mailed}", AS_OF - 9 * DAY, message_id=f"m-{refusal}-{mailed}"
            ),
            event(
                refusal, None, AS_OF - 8 * DAY, message_id=f"<m-{refusal}-{mailed}>", bounce_type=bounce_type
            ),
        )
        for refusal, bounce_type, reason in [
            ("unsubscribe", None, "unsubscribed"),
            ("complaint", None, "complained"),
            ("bounce", "hard", "bounced"),
        ]
        for mailed in ("sent", "delivered")
    ),
    # the send was set aside for its time, the unsubscribe names somebody nobody knows
    alone(
        "by-poor-message",
        "unsubscribed",
        event("sent", "by-poor-message", None, message_id="poor"),
        event("unsubscribe", "contact 4711", AS_OF - 9 * DAY, message_id="poor"),
    ),
    # a byte that is not UTF-8 sets the row aside, and it still says no
    alone(
        "bad-agent", "unsubscribed", event("unsubscribe", "bad-agent", AS_OF - 9 * DAY, user_agent="BAD BYTE")
    ),
    # in whichever line of it the byte stands
    alone(
        "bad-lines",
        "unsubscribed",
        event("unsubscribe", "bad-lines", AS_OF - 9 * DAY, user_agent="Mozilla\nBAD BYTE\n5.0"),
    ),
    Story(
        "bad-name",
        {"bad-name": "unsubscribed"},
        [
            account("bad-name"),
            account(
                "bad-name-2",
                email="bad-name@example.com",
                email_consent="unsubscribed",
                first_name="BAD BYTE",
            ),
        ],
    ),
    Story("by-lost-message", {}, events=[event("unsubscribe", None, AS_OF - 9 * DAY, message_id="lost")]),
    # one of a few said it: all are held; one of a campaign: only who is named
    campaign("family", 5, "complained", event("complaint", None, AS_OF - 9 * DAY, message_id="family")),
    campaign(
        "campaign",
        6,
        MAILED,
        event("unsubscribe", None, AS_OF - 9 * DAY, message_id="campaign"),
        event("unsubscribe", "campaign-0", AS_OF - 9 * DAY, message_id="campaign"),
        expected={"campaign-0": "unsubscribed"},
    ),
    # --- unknown means no ----------------------------------------------------------------------------
    *(
        alone(f"frequency-{value}", "unknown_frequency", email_frequency=value)
        for value in ("never", "0", "quarterly")
    ),
    *(
        alone(f"consent-{value}", "unknown_consent", email_consent=value)
        for value in ("no", "opted_out", "true")
    ),
    alone("consent-blank", "no_consent", email_consent=" "),
    *(
        alone(f"time-{number}", "unsubscribed", event("unsubscribe", f"time-{number}", time))
        for number, time in enumerate([None, "yesterday", "1970-01-01", "2099-01-01", AS_OF + HOUR])
    ),
    *(
        alone(f"pause-{number}", "paused", event("frequency_paused", f"pause-{number}", time))
        for number, time in enumerate([None, "1970-01-01", AS_OF + HOUR])
    ),
    alone("no-event-id", "complained", event("complaint", "no-event-id", AS_OF - DAY) | {"event_id": None}),
    *(
        Story(
            f"torn-{number}",
            {f"torn-{number}": reason},
            [account(f"torn-{number}", **columns) for columns in rows],
        )
        for number, (reason, rows) in enumerate(
            [
                ("unsubscribed", [{"signed_up_at": AS_OF - DAY}, {"email_consent": "unsubscribed"}]),
                ("conflicting_consent", [{"signed_up_at": AS_OF - DAY}, {"email_consent": None}]),
                (
                    "conflicting_consent",
                    [{"signed_up_at": AS_OF - DAY}, {"email_consent": "never_subscribed"}],
                ),
                ("unknown_consent", [{"signed_up_at": AS_OF - DAY}, {"email_consent": "nope"}]),
                ("paused", [{"signed_up_at": AS_OF - DAY}, {"email_frequency": "paused"}]),
            ]
        )
    ),
    esp("spamreport", "complained"),
    esp("Marked Email as Spam", "complained"),
    esp("unsubscribed", "unsubscribed"),
    esp("group_unsubscribe", "unsubscribed"),
    esp("Bounce", "bounced", "Permanent"),
    esp("Bounce", MAILED, "Transient"),
    esp("Bounce", "complained", "SpamComplaint"),
    esp("Bounce", "bounced", "Undetermined"),
    esp("Complaint", "complained"),
    esp("bounce", MAILED, "blocked"),
    esp("blocked", "bounced"),
    esp("Subscription", "unsubscribed"),
    esp("email.complained", "complained"),
    esp("out_of_band", "bounced"),
    esp("message", "unknown_event", "HardBounce"),
    alone("request", "mailed_recently", event("request", "request", AS_OF - HOUR)),
    esp("dropped", "bounced"),
    esp("failed", "bounced", "permanent"),
    esp("failed", MAILED, "temporary"),
    esp("permanent_fail", "bounced"),
    esp("temporary_fail", MAILED),
    esp("Bounce", "bounced", "HardBounce"),
    esp("Bounce", MAILED, "SoftBounce"),
    esp("SpamComplaint", "complained"),
    esp("SubscriptionChange", "unsubscribed"),
    esp("cleaned", "bounced"),
    esp("bounce", "bounced"),
    esp("bounce", "bounced", "frobnicated"),
    esp("soft_bounce", MAILED),
    esp("deferred", MAILED),
    esp("opted out in the app", "unknown_event"),
    esp("Newsletter-Abmeldung", "unknown_event"),
    esp("teleport", MAILED),
    # --- consent given again -------------------------------------------------------------------------
    *(
        alone(
            f"again-{number}",
            reason,
            event(refusal, f"again-{number}", refused_at),
            email_consent_at=consented_at,
        )
        for number, (reason, refusal, refused_at, consented_at) in enumerate(
            [
                (MAILED, "unsubscribe", AS_OF - 9 * DAY, AS_OF - 8 * DAY),
                ("unsubscribed", "unsubscribe", AS_OF - 9 * DAY, AS_OF - 9 * DAY),
                ("unsubscribed", "unsubscribe", AS_OF - 9 * DAY, None),
                ("unsubscribed", "unsubscribe", AS_OF - 9 * DAY, "lately"),
                ("unsubscribed", "unsubscribe", AS_OF - 9 * DAY, AS_OF + 900 * DAY),
                ("unsubscribed", "unsubscribe", None, AS_OF - 8 * DAY),
                ("unsubscribed", "unsubscribe", "2099-01-01", AS_OF - 8 * DAY),
                ("complained", "complaint", AS_OF - 9 * DAY, AS_OF - 8 * DAY),
            ]
        )
    ),
    # the other account's flag is older than this one's consent, and its own stands
    twins(
        "returned",
        "no_consent",
        MAILED,
        of_first={"email_consent": "unsubscribed", "email_consent_at": AS_OF - 90 * DAY},
        email_consent_at=AS_OF - 80 * DAY,
    ),
    # --- when the next is due, at noon ---------------------------------------------------------------
    *(
        alone(
            f"due-{number}",
            reason,
            event(event_type, f"due-{number}", AS_OF - ago),
            email_frequency=frequency,
            timezone=timezone,
        )
        for number, (reason, event_type, frequency, ago, timezone) in enumerate(
            [
                (MAILED, "sent", "daily", DAY - 3 * HOUR / 60, None),
                ("mailed_recently", "delivered", "daily", 15 * HOUR, None),
                (MAILED, "delivered", "daily", 16 * HOUR, None),
                # 19:00 UTC of the day before was this day in Tokyo already, but not in New York
                ("mailed_recently", "sent", None, 17 * HOUR, "Asia/Tokyo"),
                (MAILED, "sent", "daily", 17 * HOUR, "America/New_York"),
                (MAILED, "sent", "weekly", 7 * DAY - HOUR, None),
                ("mailed_recently", "delivered", "weekly", 6 * DAY, None),
                (MAILED, "sent", "monthly", 30 * DAY - HOUR, None),
                ("mailed_recently", "sent", "monthly", 29 * DAY, None),
                (MAILED, "open", "daily", HOUR, None),
            ]
        )
    ),
    twins(
        "slow",
        "mailed_recently",
        "mailed_recently",
        event("sent", "slow-1", AS_OF - 3 * DAY),
        of_first={"email_frequency": "weekly"},
    ),
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The decisions alone: everybody has something to be recommended, which takes the other models to find out."""
    folder = tmp_path_factory.mktemp("consent")
    tables = small_shop(order_count=1)
    for story in STORIES:
        tables["users"] += story.users
        tables["email_events"] += story.events
    inputs = write_csv(tables, folder / "inputs")
    for name in ("users", "email_events"):
        path = inputs / f"{name}.csv"
        path.write_bytes(path.read_bytes().replace(b"BAD BYTE", b"J\xfcrgen"))
    schemas = {node.name: node.schema for node in manifest({}).nodes.values()}
    messages = schemas["int_chosen_triggers"]
    with duckdb.connect(folder / "w.duckdb") as connection:
        for name, columns in {
            "int_trigger_decisions": "user_id varchar, trigger_type varchar, due_number integer, decision varchar",
            "int_user_rules": "user_id varchar, effect varchar, effect_rank integer",
        }.items():
            connection.execute(f"create schema if not exists {schemas[name]}")
            connection.execute(f"create table {schemas[name]}.{name} ({columns})")
        connection.execute(
            f"create table {messages}.int_chosen_triggers as"
            " select distinct unnest($users) as user_id, 'recommendations' as trigger_type,"
            " 'email_digest' as placement, md5(user_id) as message_id, null::varchar as shown_item_id, 100 as priority",
            {"users": [user["user_id"] for user in tables["users"]]},
        )
        connection.execute(
            f"create table {messages}.int_send_times as"
            " select user_id, null::varchar as send_time_arm, $as_of::timestamp as send_at, send_at as expires_at,"
            f" null::varchar as closed_by from {messages}.int_chosen_triggers",
            {"as_of": AS_OF},
        )
    variables = {"input_location": str(inputs), "as_of": str(AS_OF), "holdout_share": 0}
    wanted = (
        "+int_address_refusals",
        "+stg_users",
        "int_held_out_users",
        "int_send_decisions",
        "send_decisions",
        "+rejected_email_events",
    )
    built = build(folder / "w.duckdb", variables, "--select", *wanted, *NO_GATE)
    assert built.succeeded, built.text
    reports = dbt(
        "test", built.database, variables, "--store-failures", "--select", "assert_refusals_name_somebody"
    )
    assert reports.succeeded and "assert_refusals_name_somebody" in reports.text
    return built


@pytest.fixture(scope="module")
def decisions(shop) -> dict[str, tuple[str, str]]:
    rows = shop.query("select user_id, decision, reason from send_decisions")
    return {user: (decision, reason) for user, decision, reason in rows}


def test_everybody_has_the_reason_of_the_story(decisions):
    expected = {user: reason for story in STORIES for user, reason in story.expected.items()}

    assert {user: decisions[user][1] for user in expected} == expected


def test_every_user_has_one_reason_and_is_sent_to_when_mailable(shop, decisions):
    assert len(decisions) == shop.value("select count(*) from stg_users")
    assert all((decision == "send") == (reason == MAILED) for decision, reason in decisions.values())


def test_no_address_that_refused_is_mailed(shop):
    refused = "select address_key from int_address_refusals"
    mailed = "select email from stg_users inner join send_decisions using (user_id) where decision = 'send'"

    assert shop.value(f"select count(*) from ({refused})") > 40
    assert shop.query(f"{mailed} and email in ({refused})") == []


def test_refusals_that_name_nobody_are_reported(shop):
    reported = shop.query("select outcome, message_id from assert_refusals_name_somebody order by all")

    assert reported == [("unsubscribed", "campaign"), ("unsubscribed", "lost")]


def test_rejected_rows_say_that_they_may_refuse(shop):
    rejected = dict(
        shop.query(
            "select json_extract_string(raw_row, '$.event_type'), reject_reasons from rejected_email_events"
            " where reject_reasons like 'event_type is unknown%'"
        )
    )

    assert rejected == {
        "message": "event_type is unknown; event_type may be a refusal: its address is held",
        "opted out in the app": "event_type is unknown; event_type may be a refusal: its address is held",
        "Newsletter-Abmeldung": "event_type is unknown; event_type may be a refusal: its address is held",
        "teleport": "event_type is unknown",
    }
