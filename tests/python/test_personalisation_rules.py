"""A rule that can't be used stops dbt while it reads the project, by name. Conditions: test_rule_conditions.py."""

import json

import pytest
from dbt.cli.main import dbtRunner
from warehouse import ROOT

USABLE = {"name": "usable", "when": "order_count > 1", "effect": "offer", "value": "best", "priority": 1}
FAULTS = {
    "column": ({"when": "days_since_order > 60"}, "unknown column days_since_order"),
    "table": ({"when": "order_count in (select 1)"}, "unknown column select"),
    "function": ({"when": "pg_sleep(order_count) > 1"}, "unknown function pg_sleep"),
    "effect": ({"effect": "discount"}, "unknown effect discount; expected one of offer, boost_category"),
    "quote": ({"when": "segment = 'new"}, "a condition may not hold ' outside of closed single quotes"),
    "comment": ({"when": "order_count > 1 -- or so"}, "a condition may not hold --"),
    "bracket": ({"when": "(order_count > 1"}, "brackets do not match"),
    "turned": ({"when": "order_count > 1) or (order_count < 1"}, "brackets do not match"),
    "nothing": ({"when": " "}, "expected a condition in `when`"),
    "no_value": ({"value": None}, "expected a value"),
    "no_factor": ({"effect": "boost_category"}, "expected a factor with effect boost_category"),
    "needless_factor": ({"factor": 2}, "expected a factor with effect boost_category, and with no other"),
    "no_boost": ({"effect": "boost_category", "factor": 0}, "expected a factor above 0"),
    "first": ({"priority": "first"}, "expected a whole number as priority"),
    "flag": ({"priority": True}, "expected a whole number as priority"),
    "list": ({"value": ["a"]}, "expected a value: "),
    "backslash": ({"value": "x\\"}, "expected a value of one line"),
    "lines": ({"value": "x\ny"}, "expected a value of one line"),
    "endless": ({"effect": "boost_category", "factor": float("inf")}, "expected a factor above 0"),
    "yes": ({"effect": "boost_category", "factor": True}, "expected a factor above 0"),
    "number": ({"when": "order_count"}, "expected a condition that is true or false, not a number"),
    "typo": ({"prioritty": 1}, "unknown key prioritty; expected name, when"),
    "Bad name": ({}, "expected a name in lower case"),
}


def parse(rules: list[dict], folder) -> str:
    """What `dbt parse` says, nothing when it is content."""
    said = []
    result = dbtRunner(callbacks=[lambda event: said.append(event.info.msg)]).invoke(
        [
            *("--quiet", "parse", "--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
            *("--target-path", str(folder), "--log-path", str(folder)),
            *("--vars", json.dumps({"personalisation_rules": rules})),
        ]
    )
    return "" if result.success else f"{result.exception}\n" + "\n".join(said)


@pytest.fixture(scope="module")
def message(tmp_path_factory) -> str:
    """One run with every fault, the usable rule twice."""
    faulty = [{**USABLE, "name": name, **change} for name, (change, _) in FAULTS.items()]
    return parse([USABLE, *faulty, USABLE], tmp_path_factory.mktemp("faulty"))


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_the_name_of_its_rule(message, name):
    assert f"rule {name}: {FAULTS[name][1]}" in message


def test_a_name_is_given_once_and_columns_are_listed(message):
    assert "rule usable: another rule has this name" in message
    assert message.count("rule usable: ") == message.count("another rule has this name")
    assert "A condition may use these columns: user_id, country_code" in message


def test_nested_conditions_with_quoted_words_pass(tmp_path):
    condition = (
        "(is_loyalty_member AND days_since_last_order > 60) or not (coalesce(favourite_category, 'no; -- (') "
        "in ('select', 'it''s') and net_amount between 1e2 and 2.5E3 or last_ordered_at < timestamp '2024-01-01')"
    )
    assert parse([{**USABLE, "when": condition}], tmp_path) == ""
