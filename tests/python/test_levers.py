"""What merchandisers and users decide about items reaches every list: rules, exclusions, audiences."""

from pathlib import Path

import duckdb
import pytest
from shop import AS_OF, small_shop, write_parquet
from warehouse import GATE_IN_SQL, Build, build, connect, dbt

from recmail import effect

EXCLUSIONS = [
    # a category by another case, an item, and much of what the user bought
    {"user_id": "u1", "kind": "Category", "value": " TEA ", "source": "preferences", "excluded_at": AS_OF},
    {"user_id": "u2", "kind": "item", "value": "i5", "source": "support", "excluded_at": None},
    *({"user_id": f"u{n}", "kind": "category", "value": "coffee"} for n in range(3, 12)),
    # nobody says no to everything, and nobody of the shop's
    {"user_id": "u12", "kind": "mood", "value": "coffee"},
    {"user_id": "nobody", "kind": "category", "value": "coffee"},
]
RULES = [
    {"rule": "hero", "action": "pin", "amount": 1, "kind": "item", "value": "i7", "placement": "home"},
    {"rule": "no_books", "action": "exclude", "kind": "category", "value": " BOOKS"},
    {
        "rule": "one_tea",
        "action": "at_most",
        "amount": 1,
        "unit": "places",
        "kind": "category",
        "value": "tea",
    },
    {
        "rule": "cups",
        "action": "at_least",
        "amount": 4,
        "unit": "places",
        "kind": "category",
        "value": "cups",
    },
    {"rule": "spoons", "action": "boost", "amount": 50, "kind": "category", "value": "spoons"},
    {"rule": "summer", "action": "bury", "amount": 0.01, "kind": "tag", "value": "summer"},
    {
        "rule": "vips",
        "action": "exclude",
        "kind": "item",
        "value": "i9",
        "scheme": "value_tier",
        "segment": "vip",
    },
    {"rule": "boats", "action": "exclude", "kind": "category", "value": "boats"},
    {"rule": "past", "action": "exclude", "kind": "category", "value": "tea", "ends_on": "2024-06-29"},
]
AUDIENCES = [
    {"audience": "tea", "kind": "category", "value": "tea", "buyers": "all"},
    {"audience": "tea_again", "kind": "category", "value": "tea", "buyers": "known", "users_max": 3},
    {"audience": "first_tea", "kind": "category", "value": "tea", "buyers": "new"},
]
SHOWN = """
    (
        select placement, user_id, position, item_id, evidence_item_id, items.category
        from int_recommendations inner join stg_items as items using (item_id)
    )
"""


@pytest.fixture(scope="module")
def inputs(tmp_path_factory) -> Path:
    tables = small_shop() | {"user_exclusions": EXCLUSIONS}
    for item in tables["items"][10:20]:
        item["tags"] = "new | Summer"
    return write_parquet(tables, tmp_path_factory.mktemp("levers"))


@pytest.fixture(scope="module")
def picky(inputs, tmp_path_factory) -> Build:
    """A shop whose users don't want to see some of it."""
    variables = {"input_location": str(inputs)} | GATE_IN_SQL
    built = build(tmp_path_factory.mktemp("picky") / "w.duckdb", variables)
    assert built.succeeded, built.text
    return built


@pytest.fixture(scope="module")
def ruled(inputs, picky, tmp_path_factory) -> Build:
    """The same with rules and audiences, all data tests of what follows held."""
    copy = picky.copied_to(tmp_path_factory.mktemp("ruled"))
    with connect(copy.database, read_only=False) as connection:
        for seed, rows in (("item_rules", RULES), ("audiences", AUDIENCES)):
            for number, row in enumerate(rows, start=1):
                values = row | ({"priority": number} if seed == "item_rules" else {})
                places = ", ".join(f"${column}" for column in values)
                connection.execute(f"insert into {seed} ({', '.join(values)}) values ({places})", values)
    built = build(
        copy.database,
        {"input_location": str(inputs)} | GATE_IN_SQL,
        *("--select", "int_item_rules+", "int_audience_items+", "--indirect-selection", "eager"),
        tests=True,
    )
    assert built.succeeded, built.text
    return built


# --- what users don't want to see ---------------------------------------------------------------------------------


def test_what_a_user_excludes_is_shown_nowhere_and_explains_nothing(small, picky):
    unwanted = """
        (user_id = 'u1' and category = 'tea') or (user_id = 'u2' and item_id = 'i5')
        or (user_id in ('u3', 'u4', 'u5', 'u6', 'u7', 'u8', 'u9', 'u10', 'u11') and category = 'coffee')
    """
    assert small.value(f"select count(distinct user_id) from {SHOWN} where {unwanted}") == 11
    assert picky.value(f"select count(*) from {SHOWN} where {unwanted}") == 0
    of_coffee = f"""
        select count(*) from {SHOWN} as shown inner join stg_items as evidence
            on shown.evidence_item_id = evidence.item_id
        where shown.user_id in ('u3', 'u4', 'u5', 'u6', 'u7', 'u8', 'u9', 'u10', 'u11') and evidence.category = 'coffee'
            and shown.category <> 'coffee'
    """
    assert small.value(of_coffee) > 0
    assert picky.value(of_coffee) == 0
    # neither an item nor its offer is named
    emails = "select count(*) from email_queue as queue where user_id = 'u1' and cast(queue as varchar) ilike '%tea%'"
    assert small.value(emails) == 1
    assert picky.value("select count(*) from email_queue where user_id = 'u1'") == 1
    assert picky.value(emails) == 0


def test_a_list_without_what_is_unwanted_is_as_long(picky):
    assert picky.query(
        "select distinct count(*) from user_recommendations where user_id in ('u1', 'u2', 'u3') group by user_id"
    ) == [(12,)]


def test_the_waterfall_counts_what_is_unwanted(picky):
    users, candidates = picky.query(
        "select user_count, candidate_count from candidate_waterfall where outcome = 'not_interested'"
    )[0]
    assert users == 11
    assert candidates > 11


def test_an_exclusion_that_says_nothing_is_set_aside(picky):
    assert picky.query("select user_id, reject_reasons from rejected_user_exclusions") == [
        ("u12", "kind is unknown")
    ]


# --- item rules ---------------------------------------------------------------------------------------------------


def test_rules_are_seen_in_every_list(picky, ruled):
    def share(built: Build, where: str, of: str = "true") -> float:
        return built.value(f"select coalesce(avg(({where})::int), 0) from {SHOWN} where {of}")

    # those who can't be shown i7 have it nowhere
    pinned = (
        "placement = 'home' and user_id in (select user_id from int_recommendations where item_id = 'i7')"
    )
    assert share(ruled, "item_id = 'i7'", f"position = 1 and {pinned}") == 1
    assert ruled.value(f"select count(*) from {SHOWN} where position = 1 and {pinned}") > 20
    assert share(picky, "category = 'books'") > 0.1
    assert share(ruled, "category = 'books'") == 0
    per_list = (
        f"(select count(*) filter (where category = 'tea') as teas from {SHOWN} group by placement, user_id)"
    )
    assert picky.value(f"select max(teas) from {per_list}") > 1
    assert ruled.value(f"select max(teas) from {per_list}") == 1
    cups = f"""
        (
            select count(*) filter (where category = 'cups') as cups from {SHOWN}
            where placement = 'email_digest' group by user_id
        )
    """
    assert picky.value(f"select min(cups) from {cups}") < 4
    assert ruled.value(f"select min(cups) from {cups}") >= 4
    assert share(ruled, "category = 'spoons'") > 1.2 * share(picky, "category = 'spoons'")
    tagged = "item_id in (select item_id from stg_items where tags like '%Summer%')"
    assert share(ruled, f"position = 2 and {tagged}") < share(picky, f"position = 2 and {tagged}")


def test_the_ranking_itself_stays_as_it_is(picky, ruled):
    probabilities = (
        "select user_key, item_key, purchase_probability, score from int_scored_candidates order by all"
    )
    before = {row[:2]: row[2:] for row in picky.query(probabilities)}
    after = {row[:2]: row[2:] for row in ruled.query(probabilities)}
    assert before.items() <= after.items()


def test_a_boost_is_a_term_of_the_score(ruled):
    terms = ruled.query(
        """
        select distinct category, contribution > 0
        from recommendation_contributions inner join stg_items using (item_id)
        where feature = 'item_rules' and category in ('spoons', 'coffee')
        """
    )
    assert ("spoons", True) in terms
    assert ("coffee", True) not in terms


def test_each_rule_is_counted(ruled):
    effects = {
        (rule, placement): row
        for rule, placement, *row in ruled.query(
            "select rule, placement, state, list_count, changed_list_count, places_without, places_with "
            "from item_rule_effects"
        )
    }
    assert effects["boats", "home"] == ["names_nothing", 0, 0, 0, 0]
    assert effects["past", "sms"] == ["over", 0, 0, 0, 0]
    state, lists, changed, without, with_ = effects["no_books", "email_digest"]
    assert (state, with_) == ("live", 0)
    assert lists >= changed > 0 < without
    assert effects["hero", "home"][2] > 0
    assert ("hero", "sms") not in effects
    assert ruled.value("select sum(probability_given_up) from item_rule_effects where rule = 'no_books'") > 0


def test_the_costs_of_rules_come_to_what_the_lists_lose(ruled):
    lost = """
        select sum(sign(-listed.list_key) * purchase_probability)
        from int_diverse_lists as listed
        inner join int_placement_users as lists on abs(listed.list_key) = lists.list_key
        inner join int_ranking_pool as pool on lists.user_key = pool.user_key and listed.item_key = pool.item_key
        where lists.list_key in (select -list_key from int_diverse_lists)
    """
    assert ruled.value("select sum(probability_given_up) from item_rule_effects") == pytest.approx(
        ruled.value(lost), abs=1e-4
    )


def test_the_effect_of_rules_and_audiences_is_printed(ruled):
    with duckdb.connect() as connection:
        connection.execute(f"attach '{ruled.database}' as after (read_only)")
        schema = ruled.schema("item_rule_effects")
        rules = effect.item_rules(connection, f"{schema}.item_rule_effects")
        audiences = effect.audiences(connection, f"{schema}.item_audiences")
    assert any(line.startswith("  hero home ") and " lists, places " in line for line in rules)
    assert "  boats sms names nothing" in [
        " ".join(("", *line.split())).replace(" ", "  ", 1) for line in rules
    ]
    assert any(line.startswith("  first_tea ") and line.endswith(" orders expected") for line in audiences)


def test_what_a_rule_names_and_the_shop_lacks_is_warned_of(inputs, ruled):
    test = "assert_item_rules_and_audiences_name_what_the_shop_has"
    judged = dbt(
        "test", ruled.database, {"input_location": str(inputs)}, "--store-failures", "--select", test
    )
    assert judged.succeeded, judged.text
    assert judged.query(f"select faults from dbt_test__audit.{test}") == [
        ("item rule boats: the catalogue has no category boats",)
    ]


# --- audiences ----------------------------------------------------------------------------------------------------


def test_audiences_hold_who_may_be_mailed_and_is_wanted(ruled):
    members = {
        name: ruled.query(
            "select user_id, purchase_count, propensity from item_audiences "
            f"where audience = '{name}' order by audience_rank"
        )
        for name in ("tea", "tea_again", "first_tea")
    }
    sent = {user for (user,) in ruled.query("select user_id from send_decisions where decision = 'send'")}
    everybody = {user for user, _, _ in members["tea"]}
    assert everybody and everybody <= sent
    # who doesn't want to see tea is in no audience for it
    assert "u1" in sent and "u1" not in everybody
    assert len(members["tea_again"]) == 3
    assert all(count > 0 for _, count, _ in members["tea_again"])
    assert all(count == 0 for _, count, _ in members["first_tea"])
    for rows in members.values():
        likeliest_first = [propensity for _, _, propensity in rows]
        assert likeliest_first == sorted(likeliest_first, reverse=True)
