"""`make effect`: what a rule would change is shown, and nothing is changed."""

import hashlib
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from warehouse import build, connect, manifest

from dbt_tools.dbt_runs import DbtRun
from recmail import effect as rules_effect
from recmail import list_clicks

RULE = {"name": "everybody", "when": "order_count >= 0", "effect": "choose_block", "priority": 1}


@pytest.fixture(scope="module")
def shop(small, small_inputs, tmp_path_factory) -> tuple[Path, dict]:
    """A warehouse without rules, and the vars it was built with."""
    database = small.copied_to(tmp_path_factory.mktemp("effect")).database
    variables = {"input_location": str(small_inputs)}
    built = build(database, {**variables, "personalisation_rules": []}, "--selector", "effect")
    assert built.succeeded, built.text
    return built.database, variables


@pytest.fixture(autouse=True)
def _read_the_project_once(monkeypatch):
    monkeypatch.setattr(
        rules_effect, "parse_project", lambda variables, folder, database: manifest(variables, database.stem)
    )


def effect(database: Path, *options: str, **variables):
    arguments = ["--database", str(database), "--vars", json.dumps(variables, default=str), *options]
    return CliRunner().invoke(rules_effect.main, arguments)


def test_a_new_rule_shows_whom_it_hits_and_leaves_the_warehouse_alone(shop):
    database, variables = shop
    before = hashlib.sha256(database.read_bytes()).hexdigest()
    shown = effect(
        database, "--weeks", "1", **variables, personalisation_rules=[{**RULE, "value": "premium"}]
    )
    assert shown.exit_code == 0, shown.output
    lines = [" ".join(line.split()) for line in shown.output.splitlines()]
    assert "everybody choose_block premium 0 39 +39" in lines
    assert any(line.startswith("premium primary ") and " 39 " in line for line in lines)
    assert "the play of a block 39 of 39" in lines
    # other plays weigh otherwise and speak otherwise
    changed = {line.rsplit(" ", 3)[0]: int(line.split()[-3]) for line in lines if line.endswith(" of 39")}
    assert changed["the recommended items"] > 0
    assert {line.split(" of ")[0].rsplit(" ", 1)[0] for line in lines if line.startswith("the email's")} == {
        "the email's words",
        "the email's layout",
        "the email's offer",
    }
    assert not any(line.startswith("the email's words 0 of") for line in lines)
    assert "nobody" in lines[lines.index("users who change segment") + 1]
    assert "no email says what it showed" in shown.output
    assert hashlib.sha256(database.read_bytes()).hexdigest() == before


def test_clicks_are_estimated_week_by_week_from_lists_as_they_would_have_been(small, tmp_path, monkeypatch):
    """Without dbt: the lists of each week are those of now."""
    logged, trial = small.copied_to(tmp_path / "logged"), small.copied_to(tmp_path / "trial")
    with connect(logged.database, read_only=False) as connection:
        connection.execute("""
            create temp table lists as
            select users.user_id, items.item_id, lists.position, lists.is_sure
            from int_diverse_lists as lists
            inner join int_placement_users as users using (list_key)
            inner join int_item_keys as items using (item_key)
            where users.placement = 'email_digest';
            delete from int_answered_slots;
            delete from int_position_rates;
            insert into int_answered_slots by name
            select
                user_id || '-' || day as message_id, user_id, 'recommendations' as trigger_type, item_id, position,
                timestamp '2024-06-01 08:00:00' + day * interval 1 day as sent_at, false as is_explored,
                if(is_sure, 1, 0.8) as propensity, if((day + position) % 9 = 0, 1, 0) as is_clicked
            from lists cross join range(10) as days (day);
            insert into int_position_rates by name
            select distinct position, 0.1 as baseline_rate from lists;
        """)
        connection.execute("checkpoint")
    asked = []

    def built(*_, variables, **__) -> DbtRun:
        asked.append(variables["as_of"])
        return DbtRun(True, [], [])

    monkeypatch.setattr(list_clicks, "run_dbt", built)
    names = ("int_answered_slots", "int_position_rates", "triggers")
    names += ("int_diverse_lists", "int_placement_users", "int_item_keys")
    relations = SimpleNamespace(names=names, named=lambda name: f"{small.schema(name)}.{name}")
    lines = list_clicks.estimate(logged.database, trial.database, relations, {}, tmp_path, None, 3)
    # emails of ten days: the third week has none
    assert asked == ["2024-06-04 00:00:00", "2024-05-28 00:00:00"]
    users = logged.value("select count(distinct user_id) from int_answered_slots")
    assert f"all emails: {10 * users:,} emails to {users:,} readers; they speak for 100 % of" in lines[2]
    assert len(lines) == 6 and "+0.0   (+0.0 to +0.0)   no difference seen" in lines[5]


def test_a_rule_that_can_not_be_used_is_named(shop):
    database, variables = shop
    shown = effect(database, **variables, personalisation_rules=[{**RULE, "value": "no such play"}])
    assert shown.exit_code == 1
    assert "assert_rules_choose_plays_of_the_playbook" in shown.output
    shown = effect(
        database, **variables, personalisation_rules=[{**RULE, "value": "vip", "when": "orders > 1"}]
    )
    assert shown.exit_code == 1
    assert "rule everybody: unknown column orders" in shown.output


def test_another_time_is_told_apart_from_another_rule(shop):
    database, variables = shop
    shown = effect(database, **variables, as_of="2024-06-01 00:00:00")
    assert shown.exit_code == 1
    assert "built as of another time" in shown.output


def test_a_missing_warehouse_is_said(tmp_path):
    shown = effect(tmp_path / "none.duckdb")
    assert shown.exit_code == 1
    assert "dbt build writes it" in shown.output
