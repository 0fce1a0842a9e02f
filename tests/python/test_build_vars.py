"""What `make build INPUT= AS_OF= VARS=` and `recmail build --vars` hand to dbt."""

from pathlib import Path

import click
import pytest

from dbt_tools.build_vars import build_vars
from dbt_tools.options import chosen_vars

DECLARED = ["input_location", "as_of", "recommendations_per_user", "shop_name"]


def test_nothing_given_changes_nothing():
    assert build_vars({}, DECLARED) == {}
    assert build_vars({"INPUT": "", "AS_OF": "", "VARS": ""}, DECLARED) == {}


def test_input_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "the shop's data").mkdir()
    monkeypatch.chdir(tmp_path)
    chosen = build_vars({"INPUT": "the shop's data"}, DECLARED)
    assert chosen == {"input_location": f"{tmp_path}/the shop's data"}


@pytest.mark.parametrize(
    ("given", "utc"),
    [
        ("2025-06-01", "2025-06-01 00:00:00"),
        ("2025-06-01 12:30:00", "2025-06-01 12:30:00"),
        ("2025-06-01T12:30:00Z", "2025-06-01 12:30:00"),
        ("2025-06-01T00:30:00+02:00", "2025-05-31 22:30:00"),
    ],
)
def test_as_of_is_utc(given: str, utc: str):
    assert build_vars({"AS_OF": given}, DECLARED) == {"as_of": utc}


def test_vars_are_yaml_beside_the_other_options():
    environment = {"AS_OF": "2025-06-01", "VARS": '{recommendations_per_user: 20, shop_name: "Ana\'s: shop"}'}
    assert build_vars(environment, DECLARED) == {
        "recommendations_per_user": 20,
        "shop_name": "Ana's: shop",
        "as_of": "2025-06-01 00:00:00",
    }


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"INPUT": "/no/such/place"}, "INPUT=/no/such/place is no directory"),
        ({"AS_OF": "yesterday"}, "AS_OF=yesterday is no timestamp"),
        ({"VARS": "{recommendations_per_user: "}, "vars are no YAML"),
        ({"VARS": "recommendations_per_user=20"}, "vars must be a mapping"),
        ({"VARS": "{1: 2}"}, "dbt_project.yml has no var 1; it has"),
        ({"VARS": "{recomendations: 20}"}, "dbt_project.yml has no var recomendations; it has"),
        ({"AS_OF": "2025-06-01", "VARS": "{as_of: 2025-01-01}"}, "as_of is in VARS and also given"),
    ],
)
def test_what_cannot_be_used_is_named(environment: dict[str, str], message: str):
    with pytest.raises(ValueError, match=message):
        build_vars(environment, DECLARED)


@pytest.mark.parametrize(
    "text",
    ['{"as_of": "2025-06-01 00:00:00"}', "as_of: 2025-06-01 00:00:00", "{as_of: '2025-06-01 00:00:00'}"],
)
def test_vars_of_a_command_are_yaml_or_json(text: str):
    assert chosen_vars(None, None, text) == {"as_of": "2025-06-01 00:00:00"}


def test_vars_of_a_command_that_are_neither_are_refused():
    with pytest.raises(click.BadParameter, match="vars must be a mapping"):
        chosen_vars(None, None, "recommendations_per_user=20")
