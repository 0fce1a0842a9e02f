"""What plays and rules are for happens: users of a kind get other items, titles and offers than without them.

That each row of the playbook moves lists is tested on the demo (test_demo_warehouse.py).
"""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from shop import AS_OF, small_shop, write_parquet
from warehouse import GATE_IN_SQL, ROOT, Build, build, connect

RULES = [
    {"name": "no_books", "when": "user_id = 'u1'", "effect": "block_category", "value": "books"},
    {
        "name": "cups",
        "when": "user_id in ('u2', 'u3')",
        "effect": "boost_category",
        "value": "cups",
        "factor": 50,
    },
    {"name": "tea", "when": "user_id = 'u4'", "effect": "offer", "value": "tea-week"},
    {"name": "fine", "when": "user_id = 'u5'", "effect": "choose_block", "value": "premium"},
    {"name": "hello", "when": "user_id = 'u6'", "effect": "choose_subject", "value": "Hello {first_name}"},
]
# in the order of their numbers
STRATEGIES = re.findall(
    r"\('(\w+)', '\w+', ", (ROOT / "macros/ranking/strategies.sql").read_text(encoding="utf-8")
)
READERS, SLEEPERS = range(20, 28), range(28, 36)


def shop_of_all_kinds() -> dict:
    """The small shop in English, with people who read every email or none, who only look, and who bought once."""
    tables = small_shop()
    for user in tables["users"]:
        user["locale"] = "en-GB"
        user["preferred_categories"] = "coffee|spoons"
    for item in tables["items"][31:]:
        item["published_at"] = AS_OF - timedelta(days=9)
    day = timedelta(days=1)
    for number in (*READERS, *SLEEPERS):
        for mail in range(4):
            sent = {
                "event_id": f"s{number}-{mail}",
                "event_type": "sent",
                "occurred_at": AS_OF - (5 + mail) * day,
                "user_id": f"u{number}",
                "message_id": f"sent{number}-{mail}",
            }
            tables["email_events"].append(sent)
            if number in READERS:
                read = {"event_id": f"r{number}-{mail}", "event_type": "open", "is_machine": False}
                tables["email_events"].append(
                    sent | read | {"occurred_at": AS_OF - (5 + mail) * day + day / 24}
                )
    tables["email_events"] = [
        event
        for event in tables["email_events"]
        if event["event_type"] != "click" or int(event["user_id"][1:]) not in SLEEPERS
    ]
    for name in ("browser", "once"):
        tables["users"].append(tables["users"][1] | {"user_id": name, "email": f"{name}@example.com"})
    for place, item in enumerate((7, 12, 18, 23)):
        tables["web_events"].append(
            {
                "event_id": f"b{item}",
                "event_type": "item_view" if place else "cart_add",
                "occurred_at": AS_OF - day,
                "user_id": "browser",
                "session_id": "b",
                "item_id": f"i{item}",
            }
        )
    tables["orders"].append(
        tables["orders"][0] | {"order_id": "once", "user_id": "once", "anonymous_id": None}
    )
    tables["orders"][-1]["ordered_at"] = AS_OF - 10 * day
    tables["order_lines"].append(
        tables["order_lines"][0] | {"order_line_id": "once", "order_id": "once", "item_id": "i20"}
    )
    return tables


READ = ("user_recommendations", "candidate_waterfall", "email_queue", "email_plays")


def variables(inputs: Path) -> dict:
    rules = [rule | {"priority": 1} for rule in RULES]
    return {
        "input_location": str(inputs),
        "exploration_share": 0,
        "holdout_share": 0,
        "personalisation_rules": rules,
        **GATE_IN_SQL,
    }


@pytest.fixture(scope="module")
def inputs(tmp_path_factory) -> Path:
    return write_parquet(shop_of_all_kinds(), tmp_path_factory.mktemp("playbook"))


@pytest.fixture(scope="module")
def steered(inputs, tmp_path_factory) -> Build:
    database = tmp_path_factory.mktemp("steered") / "w.duckdb"
    # with the gate, which the email queue reads
    built = build(database, variables(inputs), "--select", *(f"+{model}" for model in READ))
    assert built.succeeded, built.text
    return built


@pytest.fixture(scope="module")
def plain(inputs, steered, tmp_path_factory) -> Build:
    """The same with a playbook that weighs nothing."""
    database = steered.copied_to(tmp_path_factory.mktemp("plain")).database
    with connect(database, read_only=False) as connection:
        connection.execute("update int_play_factors set play_factor = 1, price_band = null")
    built = build(
        database,
        variables(inputs),
        *("--select", *(f"int_steered_candidates+,+{model}" for model in READ)),
    )
    assert built.succeeded, built.text
    return built


def share(built: Build, of: str, scheme: str, segment: str, block: str = "block") -> float:
    """Share of the items shown to a segment's users (in a block) for which `of` is true."""
    return built.value(
        f"""
        select avg(case when {of} then 1 else 0 end)
        from user_recommendations as shown
        inner join int_user_schemes as users
            on shown.user_id = users.user_id and users.scheme = '{scheme}' and users.segment = '{segment}'
        inner join int_content_items as items on shown.item_id = items.item_id
        where block = {block if block == "block" else f"'{block}'"}
        """
    )


def proposed_by(*strategies: str) -> str:
    return f"""exists (
        from int_candidates as candidates
        inner join int_user_keys as user_keys using (user_key)
        inner join int_item_keys as item_keys using (item_key)
        where
            user_keys.user_id = shown.user_id and item_keys.item_id = shown.item_id
            and candidates.strategy_number in ({", ".join(str(STRATEGIES.index(name) + 1) for name in strategies)})
    )"""


@pytest.mark.parametrize(
    ("scheme", "segment", "block", "of"),
    [
        ("segment", "new", "secondary", proposed_by("new_arrivals")),
        ("price_band", "budget", "block", "items.price_band = 'budget'"),
        ("engagement_tier", "high", "block", "items.price_band = 'premium'"),
        ("engagement_tier", "low", "primary", proposed_by("on_offer")),
    ],
)
def test_a_kind_of_user_gets_more_of_what_the_playbook_says(steered, plain, scheme, segment, block, of):
    asked = (of, scheme, segment, block)
    assert share(steered, *asked) > share(plain, *asked)


def shown(built: Build, column: str, user: str) -> list:
    return [
        value
        for (value,) in built.query(
            f"select {column} from user_recommendations as shown "
            "inner join stg_items as items using (item_id) "
            f"where user_id = '{user}' order by shown.position"
        )
    ]


def message(built: Build, column: str, user: str):
    return built.value(f"select {column} from email_queue where user_id = '{user}'")


def test_a_browsers_email_looks_and_sounds_like_its_play(steered):
    # the play's title is the digest's: this is about the cart
    assert message(steered, "trigger_type", "browser") == "cart_abandonment"
    assert message(steered, "subject_key", "browser").startswith("subject.cart_abandonment.")
    assert message(steered, "layout", "browser") == "list"
    assert message(steered, "greeting", "browser") == "Hi Zoë,"
    assert message(steered, "preheader", "browser") == "Your basket, and what goes with it"


def test_a_title_that_the_block_does_not_prove_is_not_printed(plain, steered):
    plays_of_title = """
        select count(*)
        from email_queue as messages
        inner join int_placement_lists as listed using (user_id)
        where
            listed.placement = 'email_digest'
            and messages.blocks[1].title = 'Take another look'
            and listed.position <= 4
            and listed.strategy not in ('recently_viewed', 'left_in_cart', 'viewed_before')
    """
    assert steered.value(plays_of_title) == plain.value(plays_of_title) == 0


def test_rules_of_every_kind_reach_lists_and_emails(steered):
    assert "books" not in shown(steered, "category", "u1")
    assert "blocked_by_rule" in {row[0] for row in steered.query("from candidate_waterfall")}
    assert shown(steered, "category", "u2")[0] == "cups"
    assert message(steered, "offer.offer_name", "u4") == "Tea week"
    assert {row[0] for row in steered.query("select play from int_user_playbook where user_id = 'u5'")} == {
        "premium"
    }
    assert message(steered, "subject", "u6") == "Hello Ada"


def test_an_offer_is_announced_where_the_playbook_or_a_rule_wants_one_and_nowhere_else(steered):
    assert (
        steered.value(
            """
        select count(*)
        from email_queue as messages
        left join int_next_best_offers as best on messages.user_id = best.user_id and best.is_offered
        where messages.offer is not null and best.user_id is null
        """
        )
        == 0
    )
    assert message(steered, "offer", "browser") is None
