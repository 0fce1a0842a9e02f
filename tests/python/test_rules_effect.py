"""`make effect`: what a rule would change is shown, and nothing is changed."""

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from warehouse import build, manifest

from dbt_tools.dbt_runs import run_dbt
from recmail import effect as rules_effect

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
    def with_manifest(*arguments, variables, folder, database):
        parsed = manifest(variables, database.stem)
        return run_dbt(*arguments, variables=variables, folder=folder, database=database, manifest=parsed)

    monkeypatch.setattr(rules_effect, "run_dbt", with_manifest)


def effect(database: Path, **variables):
    return CliRunner().invoke(
        rules_effect.main, ["--database", str(database), "--vars", json.dumps(variables, default=str)]
    )


def test_a_new_rule_shows_whom_it_hits_and_leaves_the_warehouse_alone(shop):
    database, variables = shop
    before = hashlib.sha256(database.read_bytes()).hexdigest()
    shown = effect(database, **variables, personalisation_rules=[{**RULE, "value": "premium"}])
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
    assert hashlib.sha256(database.read_bytes()).hexdigest() == before


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
    assert "make build writes it" in shown.output
