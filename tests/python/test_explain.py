"""`recmail explain` answers with what the warehouse says, in words, and only reads."""

import json
import math
import re
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from dbt_macros import project_macros
from warehouse import ROOT

from explanations import words
from explanations.item import explain_item
from explanations.message import explain_message
from explanations.outcomes import read_outcomes
from explanations.page import inert, page
from explanations.steps import find_all
from explanations.terms import candidate_terms, in_words, shown_terms
from explanations.user import explain_user, find_user
from recmail.cli import main as recmail
from recmail.explain import main


def open_found(database, read_only=True):
    connection = duckdb.connect(database, read_only=read_only)
    find_all(connection)
    return connection


@pytest.fixture(scope="module")
def shop(small):
    """A connection to the small shop."""
    with open_found(small.database) as connection:
        yield connection


@pytest.fixture
def changed(small, tmp_path):
    """The small shop with its tables changed by statements, before somebody asks."""

    def change(*statements):
        database = small.copied_to(tmp_path).database
        with open_found(database, read_only=False) as connection:
            for statement in statements:
                connection.execute(statement)
        return open_found(database)

    return change


def value(connection, sql):
    return connection.execute(sql).fetchone()[0]


def all_outcomes(connection):
    return read_outcomes(
        connection,
        [key for (key,) in connection.execute("select user_key from int_candidate_users").fetchall()],
    )


def some(connection, outcome, reason=None):
    """The first user and item with this outcome."""
    return next(
        (row["user_id"], row["item_id"])
        for row in all_outcomes(connection)
        if row["outcome"] == outcome and reason in (None, row["ineligible_reason"])
    )


def why_not(connection, user_id, item_id):
    return explain_user(connection, user_id, item_id)["why_not"]


# --- a user ---------------------------------------------------------------------------------------------------


def test_the_list_is_what_the_mart_shows_and_its_terms_come_to_its_chance(shop):
    found = explain_user(shop, "u5")
    marts = shop.execute(
        "select item_id, reason_text, purchase_probability, score from user_recommendations "
        "where user_id = 'u5' order by position"
    ).fetchall()
    assert [(item["item_id"], item["reason_text"]) for item in found["list"]] == [row[:2] for row in marts]
    for item, (_, _, probability, score) in zip(found["list"], marts, strict=True):
        odds = item["start_odds"] * math.prod(term["factor"] for term in item["terms"])
        assert odds / (1 + odds) == pytest.approx(probability, rel=1e-6)
        factors = math.prod(factor["factor"] for factor in item["score_factors"])
        assert probability * factors == pytest.approx(score, rel=1e-6)


def test_terms_are_said_in_words_with_the_numbers_behind_them(shop):
    first = explain_user(shop, "u5")["list"][0]
    terms = {term["feature"]: term for term in first["terms"]}
    # the default coefficient of the strongest also_bought proposal is 0.8
    assert terms["also_bought_score"]["text"] == (
        "bought by those who bought what this customer likes, 100 % of the strongest such link"
    )
    assert terms["also_bought_score"]["effect"] == "makes it 2.2 times as likely"
    assert [factor["feature"] for factor in first["score_factors"]] == ["playbook"]
    assert first["score_factors"][0]["text"].startswith("play premium")


def test_the_evidence_of_a_reason_is_told_with_its_rows(shop):
    sql = """
        select user_id, position, evidence_item_id, evidence_count from user_recommendations
        where reason_type = 'because_you_bought' order by user_id, position limit 1
    """
    user_id, position, item_id, pair_count = shop.execute(sql).fetchone()
    evidence = explain_user(shop, user_id)["list"][position - 1]["evidence"]
    assert (evidence["evidence_item_id"], evidence["pair_count"]) == (item_id, pair_count)
    purchases = value(
        shop,
        f"select purchase_count from int_interactions where user_id = '{user_id}' and item_id = '{item_id}'",
    )
    assert f"bought it {words.counted(purchases, 'time')}" in evidence["text"]
    assert f"{pair_count:,} people have both" in evidence["text"]


def test_proposals_are_counted_by_strategy_with_the_rank_in_each(shop):
    found = explain_user(shop, "u5")
    key = find_user(shop, "u5")["user_key"]
    counts = dict(
        shop.execute(
            "select strategy_number, count(*) from int_proposals where user_key = ? group by 1", [key]
        ).fetchall()
    )
    names = project_macros()["strategy_names"]()
    assert {row["strategy"]: row["item_count"] for row in found["proposed"]} == {
        names[number - 1]: count for number, count in counts.items()
    }
    rank = {row["strategy"]: (row["rank"], row["item_count"]) for row in found["list"][0]["proposed_by"]}
    assert rank["also_bought"] == (1, counts[names.index("also_bought") + 1])


def test_outcomes_of_all_users_are_those_of_the_waterfall(shop):
    names = {"shown": "recommended", "drawn": "recommended", "low_stock": "low_stock"}
    counted = Counter(
        row["ineligible_reason"] or names.get(row["outcome"], "ranked_lower") for row in all_outcomes(shop)
    )
    waterfall = shop.execute(f"from {waterfall_of(shop)} select outcome, candidate_count").fetchall()
    assert dict(counted) == dict(waterfall)


def waterfall_of(connection):
    schema = value(
        connection,
        "select table_schema from information_schema.tables where table_name = 'candidate_waterfall'",
    )
    return f"{schema}.candidate_waterfall"


def test_a_user_of_whom_nothing_is_known_has_a_list_with_its_reasons(shop):
    found = explain_user(shop, "u38")
    assert page(found)[1] == "new · no orders yet"
    assert [row["strategy"] for row in found["proposed"]] == ["best_sellers"]
    # the best seller is worth to the newcomer what it is worth anyway
    first, second = found["list"][:2]
    assert first["start_text"] == "things that this customer never bought"
    assert first["score_factors"] == []
    assert {factor["feature"] for factor in second["score_factors"]} == {"cold_start"}


def test_the_largest_terms_are_said_and_the_others_come_to_one():
    sizes = [3, -2, 1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, -0.3, 0.001]
    names = [f"of_a_shop_{number}" for number in range(len(sizes))]
    terms = [
        {"part": "probability", "feature": name, "contribution": size}
        for name, size in zip([*names, "intercept", "user_lines_30d"], [*sizes, -4, 0.5], strict=True)
    ]
    said = in_words(terms, {"of_a_shop_0": 2.0, "bought_count": 7})
    assert said["start_odds"] == pytest.approx(math.exp(-3.5))
    assert said["start_text"] == "things that this customer bought more often"
    texts = [term["text"] for term in said["terms"]]
    assert texts[:2] == ["of a shop 0: 2", "of a shop 1"] and texts[8] == "3 smaller reasons together"
    assert [term["effect"] for term in said["terms"][:2]] == [
        "makes it 20 times as likely",
        "makes it 7.4 times less likely",
    ]
    assert sum(term["log_odds"] for term in said["terms"]) == pytest.approx(sum(sizes))


def test_a_user_without_consent_is_held_with_what_the_inputs_say(shop):
    decision = explain_user(shop, "u10")["decision"]
    assert decision == {
        "decision": "hold",
        "reason": "no_consent",
        "text": "the customer has not agreed to emails",
        "details": ["email_consent is unsubscribed"],
    }
    assert explain_user(shop, "u10")["messages"] == []


def test_a_user_who_is_mailed_has_the_message(shop):
    found = explain_user(shop, "u5")
    assert found["decision"]["decision"] == "send"
    subject = value(shop, "select subject from email_queue where user_id = 'u5'")
    assert [message["subject"] for message in found["messages"]] == [subject]


def test_who_was_mailed_recently_is_told_when_and_how_often(changed):
    shop = changed(
        "update send_decisions set decision = 'hold', reason = 'mailed_recently' where user_id = 'u5'",
        "update int_user_addresses set gap_days = 7 where user_id = 'u5'",
        "insert into int_email_outcomes values ('mailed', 'm', 'u5', timestamp '2024-06-29 08:00:00')",
    )
    assert explain_user(shop, "u5")["decision"]["details"] == [
        "the last one was sent 2024-06-29 08:00 UTC",
        "at least 7 calendar days have to lie between two",
    ]


def test_a_refusal_is_told_with_its_time_and_no_other_account(changed):
    shop = changed(
        "update int_user_addresses set address_key = 'shared' where user_id in ('u5', 'u6')",
        "insert into int_address_refusals values ('shared', 'complained', 2, timestamp '2024-06-01 10:00:00')",
        "update send_decisions set decision = 'hold', reason = 'complained' where user_id = 'u5'",
    )
    found = explain_user(shop, "u5")
    assert found["decision"]["details"] == ["said 2024-06-01 10:00 UTC"]
    assert "u6" not in "\n".join(page(found))


# --- why not --------------------------------------------------------------------------------------------------


def test_terms_of_a_candidate_are_those_of_the_mart(shop):
    key = find_user(shop, "u5")["user_key"]
    of_mart = shown_terms(shop, [key])
    for (_, item_id), rows in of_mart.items():
        item_key = value(shop, f"select item_key from int_item_keys where item_id = '{item_id}'")
        computed = {row["feature"]: row["contribution"] for row in candidate_terms(shop, key, item_key)}
        expected = {row["feature"]: row["contribution"] for row in rows if row["part"] == "probability"}
        assert computed == pytest.approx(expected, abs=1e-9)


def test_what_is_shown_says_where(shop):
    first = explain_user(shop, "u5")["list"][0]
    answer = why_not(shop, "u5", first["item_id"])
    assert answer["text"] == "It is shown, at position 1 of the list."
    assert answer["terms"] == first["terms"]


def test_out_of_stock_and_inactive_have_their_reason_whether_proposed_or_not(shop):
    stock = why_not(shop, "u5", "i3")
    assert stock["ineligible_reason"] == "out_of_stock" and stock["details"] == ["stock 0"]
    assert "it is out of stock" in stock["text"]
    nobody = value(
        shop,
        """
        select min(user_id) from int_user_keys where user_key not in (
            select user_key from int_candidate_eligibility
            inner join int_item_keys using (item_key) where item_id = 'i4'
        )
        """,
    )
    inactive = why_not(shop, nobody, "i4")
    assert inactive["text"] == "Nobody can be shown it now: it is not active in the catalogue."
    assert inactive["proposed_by"] == []


def test_what_was_bought_recently_says_when(shop):
    user_id, item_id = some(shop, "not_eligible", "bought_recently")
    bought = value(
        shop,
        f"select last_purchased_at from int_interactions where user_id = '{user_id}' and item_id = '{item_id}'",
    )
    answer = why_not(shop, user_id, item_id)
    assert answer["details"] == [f"last bought {bought:%Y-%m-%d %H:%M} UTC"]
    assert "repurchase_window_days" in answer["text"]


def test_what_is_too_dear_says_for_which_prices(shop):
    user_id, item_id = some(shop, "not_eligible", "out_of_price_band")
    (detail,) = why_not(shop, user_id, item_id)["details"]
    band = value(shop, f"select price_band from int_user_features where user_id = '{user_id}'")
    assert re.fullmatch(
        rf"\d+ % of its category is cheaper; a {band} customer is shown what lies between \d+ % and \d+ %",
        detail,
    )


def test_what_gave_its_place_to_a_draw_says_which(shop):
    user_id, item_id = some(shop, "replaced_by_draw")
    answer = why_not(shop, user_id, item_id)
    drawn = value(
        shop,
        f"select strategy from user_recommendations where user_id = '{user_id}' and "
        f"position = {answer['diverse_position']}",
    )
    assert drawn == "explore" and f"It had position {answer['diverse_position']}" in answer["text"]


def test_what_ranked_lower_says_its_rank_and_chance(shop):
    user_id, item_id = some(shop, "ranked_lower")
    answer = why_not(shop, user_id, item_id)
    rank, probability = shop.execute(
        f"""
        select pool_rank, purchase_probability from int_ranking_pool
        inner join int_user_keys using (user_key) inner join int_item_keys using (item_key)
        where user_id = '{user_id}' and item_id = '{item_id}'
        """
    ).fetchone()
    assert answer["text"].startswith(
        f"It ranked {words.ordinal(rank)} with a chance of {words.percent(probability)}"
    )
    odds = answer["start_odds"] * math.prod(term["factor"] for term in answer["terms"])
    assert odds / (1 + odds) == pytest.approx(probability, rel=1e-6)


@pytest.mark.parametrize("outcome", ["diversity", "steered_away"])
def test_what_the_list_takes_out_was_good_enough_by_itself(shop, outcome):
    user_id, item_id = some(shop, outcome)
    answer = why_not(shop, user_id, item_id)
    size = answer["list_size"]
    if outcome == "diversity":
        assert answer["steered_rank"] <= size and answer["category_item_rank"] > 1
        assert f"no. {answer['category_item_rank']} of its category" in answer["text"]
    else:
        assert answer["pool_rank"] <= size < answer["steered_rank"]
        assert words.ordinal(answer["steered_rank"]) in answer["text"]


LOWER = """
    user_key = (select user_key from int_user_keys where user_id = '{user}')
    and item_key = (select item_key from int_item_keys where item_id = '{item}')
"""


@pytest.mark.parametrize(
    ("statements", "outcome", "text"),
    [
        (
            ["delete from int_scored_candidates where {pair}", "delete from int_ranking_pool where {pair}"],
            "cut_first_stage",
            "cut in the first stage",
        ),
        (["delete from int_ranking_pool where {pair}"], "below_pool", "lists are made from the first few"),
        (
            [
                "insert into int_withheld_candidates select user_key, item_key from int_ranking_pool where {pair}"
            ],
            "low_stock",
            "less in stock than this send may sell",
        ),
        (["delete from int_candidate_eligibility where {pair}"], "not_proposed", "No strategy proposed it"),
        (
            [
                "update int_candidate_eligibility set ineligible_reason = 'shown_without_click' where {pair}",
                "insert into int_shown_without_click values ('{user}', '{item}', 4)",
            ],
            "not_eligible",
            "4 emails showed it",
        ),
        (
            [
                "update int_candidate_eligibility set ineligible_reason = 'blocked_by_rule' where {pair}",
                "insert into int_user_rules select '{user}', 'no_tea', 'block_category', category, null, 1, 1 "
                "from stg_items where item_id = '{item}'",
            ],
            "not_eligible",
            "Rule no_tea",
        ),
        (
            ["update int_candidate_eligibility set ineligible_reason = 'out_of_season' where {pair}"],
            "not_eligible",
            "out of season",
        ),
        (
            [
                "update int_item_labels set kind_number = 1 where kind_number = ("
                "select kind_number from int_item_labels where item_id = '{item}')",
                "update int_item_labels set kind_number = 1 where item_id = '{first}'",
                "update int_ranking_pool as pool set kind_number = labels.kind_number "
                "from int_item_labels as labels where pool.item_key = labels.item_key",
            ],
            "twin",
            "(item {first}). A list has one of a kind.",
        ),
    ],
)
def test_what_the_small_shop_has_not_is_told_too(shop, changed, statements, outcome, text):
    user_id, item_id = some(shop, "ranked_lower")
    first = explain_user(shop, user_id)["list"][0]["item_id"]
    pair = LOWER.format(user=user_id, item=item_id)
    fill = {"user": user_id, "item": item_id, "first": first}
    statements = [statement.replace("{pair}", pair).format(**fill) for statement in statements]
    found = explain_user(changed(*statements), user_id, item_id)
    assert found["why_not"]["outcome"] == outcome
    assert text.format(**fill) in re.sub(r"\s+", " ", "\n".join(page(found)))


def test_a_variant_is_answered_by_what_stands_for_its_family(changed):
    shop = changed("update int_item_families set family_item_id = 'i3' where item_id = 'i8'")
    answer = why_not(shop, "u5", "i8")
    assert (answer["item_id"], answer["asked_item_id"], answer["is_variant"]) == ("i3", "i8", True)
    assert answer["ineligible_reason"] == "out_of_stock"


# --- an item --------------------------------------------------------------------------------------------------


def test_an_item_says_who_is_shown_it_and_what_goes_with_it(shop):
    found = explain_item(shop, "i8")
    assert found["availability"]["is_available"]
    users = value(shop, "select count(*) from user_recommendations where item_id = 'i8'")
    digest = [row for row in found["lists"] if row["placement"] == "email_digest"]
    assert sum(row["user_count"] for row in digest) == users > 0
    emails = value(
        shop,
        """
        select count(*)
        from email_queue
        inner join (
            select user_id, 'email_digest' as placement, item_id, position from user_recommendations
            union all
            select user_id, placement, item_id, position from placement_recommendations
        ) using (user_id, placement)
        where item_id = 'i8' and position <= 8
        """,
    )
    assert found["message_count"] == emails > 0
    neighbour = next(
        row for row in found["neighbours"] if row["context"] == "bought_together" and row["lift"]
    )
    support, lift = shop.execute(
        "select support_count, lift from item_recommendations where context = 'bought_together' "
        "and item_id = 'i8' and recommended_item_id = ?",
        [neighbour["item_id"]],
    ).fetchone()
    assert neighbour["text"].startswith(f"{support} baskets have both, {lift:.1f} times as many as by chance")


def test_an_item_says_its_bundles_with_support_and_lift(shop):
    bundle_id, item_id, support = shop.execute(
        "select bundle_id, item_id, support_count from item_bundles "
        "order by support_count desc, bundle_id, item_id limit 1"
    ).fetchone()
    found = {bundle["bundle_id"]: bundle for bundle in explain_item(shop, item_id)["bundles"]}
    bundle = found[bundle_id]
    assert bundle["support_count"] == support
    assert item_id in [member["item_id"] for member in bundle["items"]]
    assert bundle["weakest_lift"] > 1
    assert f"stood in {support} baskets" in "\n".join(page(explain_item(shop, item_id)))


def test_an_item_says_why_nobody_can_be_shown_it(shop):
    found = explain_item(shop, "i3")
    assert found["availability"] == {
        "is_available": False,
        "reason": "out_of_stock",
        "text": "it is out of stock",
        "details": ["stock 0"],
    }
    assert "CAN'T BE SHOWN: it is out of stock; stock 0" in page(found)
    assert found["lists"] == [] and found["message_count"] == 0


# --- a message ------------------------------------------------------------------------------------------------


def test_a_message_says_its_words_and_blocks_with_reasons_as_printed(shop):
    message_id, subject, lines = shop.execute(
        "select message_id, subject, item_lines from email_queue where user_id = 'u5'"
    ).fetchone()
    found = explain_message(shop, message_id, "i3")
    assert found["message"]["subject"] == subject and found["user"]["user_id"] == "u5"
    assert found["why_not"]["ineligible_reason"] == "out_of_stock"
    items = [item for block in found["message"]["blocks"] for item in block["items"]]
    # in another order than the list's where the subject names a later item
    assert sorted(item["position"] for item in items) == list(range(1, 9))
    assert [item["printed_reason"] for item in items] == [
        next(line["reason_text"] for line in lines if line["position"] == item["position"]) for item in items
    ]
    assert subject in "\n".join(page(found))


# --- the command ----------------------------------------------------------------------------------------------


def run(database, *options):
    return CliRunner().invoke(main, ["--database", str(database), *options])


def test_it_only_reads_and_writes_nothing_but_its_answer(small, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = small.database.read_bytes()
    result = run(small.database, "--user", "u5", "--why-not", "i3")
    assert result.exit_code == 0, result.output
    assert result.stderr == "" and "User u5" in result.stdout
    assert small.database.read_bytes() == before
    assert list(Path(tmp_path).iterdir()) == []


def test_json_is_all_of_it(small):
    found = json.loads(run(small.database, "--user", "u5", "--json").stdout)
    assert found["user"]["user_id"] == "u5" and len(found["list"]) == 12
    assert found["as_of"] == "2024-06-30T12:00:00"
    assert "email" not in found["user"] and "user5@example.com" not in json.dumps(found)


@pytest.mark.parametrize("option", ["--user", "--item", "--message"])
@pytest.mark.parametrize("unknown", ["nobody", "u5' or '1'='1", "\x1b[31mred"])
def test_an_unknown_id_is_said_and_never_run(small, option, unknown):
    result = run(small.database, option, unknown)
    assert result.exit_code == 1
    assert f"there is no {option.strip('-')} {ascii(unknown)} in this warehouse" in result.stderr
    assert "\x1b" not in result.stderr


def test_an_unknown_why_not_is_said(small):
    result = run(small.database, "--user", "u5", "--why-not", "nothing")
    assert result.exit_code == 1 and "there is no item 'nothing'" in result.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "ask for one of"),
        (["--user", "u5", "--item", "i3"], "ask for one of"),
        (["--item", "i3", "--why-not", "i4"], "--why-not goes with"),
    ],
)
def test_what_is_asked_has_to_be_clear(small, options, message):
    result = run(small.database, *options)
    assert result.exit_code == 2 and message in result.stderr


def test_a_warehouse_that_is_not_built_is_named(tmp_path):
    missing = run(tmp_path / "none.duckdb", "--user", "u5")
    assert missing.exit_code == 1 and "there is no database" in missing.stderr
    duckdb.connect(tmp_path / "empty.duckdb").close()
    empty = run(tmp_path / "empty.duckdb", "--user", "u5")
    assert empty.exit_code == 1 and "has no user_recommendations" in empty.stderr
    (tmp_path / "text.duckdb").write_text("no database at all, however often it is opened")
    assert "can't be opened" in run(tmp_path / "text.duckdb", "--user", "u5").stderr


def test_metrics_may_be_switched_off(small, tmp_path):
    """As in a project that recmail is installed in (docs/adapters.md)."""
    own = small.copied_to(tmp_path)
    with duckdb.connect(own.database) as connection:
        connection.execute(f"drop schema {small.schema('experiment_users')} cascade")
    assert run(own.database, "--user", "u5").exit_code == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["explain", "--user", "u5"], "an earlier version built: build it anew"),
        (["quality", "--out", "/proc/none/page.html"], "/proc/none: No such file or directory"),
    ],
)
def test_what_an_earlier_version_built_or_the_disk_refuses_is_a_line(small, tmp_path, options, said):
    own = small.copied_to(tmp_path)
    with duckdb.connect(own.database) as connection:
        users = f"{small.schema('experiment_users')}.experiment_users"
        connection.execute(f"alter table {users} rename column is_running to of_another_name")
    result = CliRunner().invoke(recmail, [*options, "--database", str(own.database)])
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit) and said in result.stderr


def test_a_run_that_is_not_whole_is_not_explained(small, tmp_path):
    database = small.copied_to(tmp_path).database
    with duckdb.connect(database) as connection:
        connection.execute("update inputs.latest_run set problem = 'orders could not be read'")
    result = run(database, "--user", "u5")
    assert result.exit_code == 1
    assert "The latest run stopped at its inputs: orders could not be read." in result.stderr
    assert "Nothing is explained" in result.stderr


def test_a_database_that_is_being_written_is_said(small, tmp_path):
    database = small.copied_to(tmp_path).database
    with duckdb.connect(database):
        result = run(database, "--user", "u5")
    assert result.exit_code == 1 and "can't be opened" in result.stderr


# --- lines ----------------------------------------------------------------------------------------------------


def test_names_cannot_steer_the_terminal(changed, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    evil = "Tea\x1b[2J\x9b1m\u202egnol\r\n" + "x" * 200
    shop = changed(
        f"update user_recommendations set item_name = '{evil}' where user_id = 'u5' and position = 1",
        f"update email_queue set subject = '{evil}' where user_id = 'u5'",
    )
    lines = page(explain_user(shop, "u5"))
    text = "".join(lines)
    assert all(char.isprintable() for char in text)
    assert "\\u001b[2J\\u009b1m\\u202egnol\\u000d\\u000a" in text
    assert max(map(len, lines)) <= 60


def test_blanks_of_other_languages_stay():
    assert inert("9\u202f% d’économie, été 🎉") == "9\u202f% d’économie, été 🎉"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (words.percent(0.5), "50 %"),
        (words.percent(0.000311), "0.031 %"),
        (words.percent(0), "0 %"),
        (words.percent(1e-12), "0.000000 %"),
        (words.likelier(math.log(1.8)), "makes it 1.8 times as likely"),
        (words.likelier(-math.log(3)), "makes it 3 times less likely"),
        (words.days(0.5), "12 hours"),
        (words.days(1.2), "1 day"),
        (words.ordinal(11) + words.ordinal(22) + words.ordinal(103), "11th22nd103rd"),
        (words.say_feature("bought_days", None), "no last purchase of it by the customer"),
        (words.say_feature("bought_days", 12.4), "last bought by the customer 12 days ago"),
        (words.say_feature("of_a_shop", 2.5), "of a shop: 2.5"),
        (words.say("ineligible", "of_a_shop"), "of a shop"),
    ],
)
def test_numbers_are_written_as_people_write_them(said, expected):
    assert said == expected


# --- words ----------------------------------------------------------------------------------------------------


def names_in(sql_file, pattern):
    return set(re.findall(pattern, (ROOT / "models" / sql_file).read_text("utf-8")))


def test_every_strategy_has_words(shop):
    numbered = shop.execute("select strategy from int_strategies order by strategy_number").fetchall()
    names = project_macros()["strategy_names"]()
    assert [name for (name,) in numbered] == names
    assert set(names) == set(words.all_words()["strategies"])


def test_every_feature_has_words(shop):
    features = {
        row[0] for row in shop.execute("select distinct feature from int_ranker_coefficients").fetchall()
    }
    assert features == set(words.all_words()["features"])
    factors = names_in(
        "marts/recommendations/recommendation_contributions.sql", r"for factor in \[([^\]]+)\]"
    ).pop()
    assert {*re.findall(r"'(\w+)'", factors), "plays"} == set(words.all_words()["factors"])


def test_every_reason_has_words():
    reasons = (
        names_in("intermediate/items/int_item_availability.sql", r"then '(\w+)'")
        | names_in("intermediate/eligibility/int_candidate_eligibility.sql", r"then '(\w+)'")
        | names_in("intermediate/eligibility/int_excluded_items.sql", r"'(\w+)' as reason")
    )
    assert reasons == set(words.all_words()["ineligible"])


def test_every_decision_has_words():
    decided = names_in("intermediate/messages/int_send_decisions.sql", r"(?:then|else) '(\w+)'") - {
        "send",
        "hold",
    }
    decided |= names_in("intermediate/messages/int_trigger_decisions.sql", r"(?:then|else) '(\w+)'") - {
        "chosen"
    }
    decided |= names_in("intermediate/calendar/int_send_slots.sql", r"(?:then|else) '(\w+)'")
    refusals = names_in("intermediate/messages/int_address_refusals.sql", r"'(\w+)'")
    known = set(words.all_words()["decisions"])
    assert decided <= known and known - decided <= refusals


def test_every_context_has_words(shop):
    contexts = {
        row[0] for row in shop.execute("select distinct context from item_recommendations").fetchall()
    }
    assert contexts == set(words.all_words()["contexts"])


def test_outcomes_have_words_in_full_and_in_short():
    sql = (ROOT / "explanations/outcomes.sql").read_text("utf-8")
    outcomes = set(re.findall(r"(?:then|else) '(\w+)'", sql)) | {"not_proposed", "not_available"}
    assert outcomes == set(words.all_words()["outcomes"])
    assert outcomes - {"not_proposed", "not_available", "not_eligible"} == set(
        words.all_words()["short_outcomes"]
    )
