"""Every var has a type, and none of another type gets into SQL."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pytest
import yaml
from dbt_macros import project_macros
from hypothesis import given, settings
from hypothesis import strategies as st
from warehouse import FOLDER, ROOT, manifest

from dbt_tools.dbt_runs import building_in, run_dbt

DECLARED = yaml.safe_load((ROOT / "dbt_project.yml").read_text("utf-8"))["vars"]
VALUES = dict(DECLARED)
MACROS = project_macros(VALUES)
TYPES = MACROS["var_types"]()
HOSTILE = [
    "x' or '1' = '1",
    "x\\",
    "x\\' or 1 = 1 --",
    "x\n; drop table users",
    "x\x00",
    "x\u202ey",
    "x\u200b",
    "",
    "   ",
    None,
    ["x"],
    {"x' then 1 --": 1},
    {"default": "1 or 1"},
    "0) or (1 = 1",
    "1",
    -1,
    10**30,
    float("inf"),
    float("nan"),
    1.5,
    True,
    "2025-02-30",
    "2025-06-01'::timestamp --",
]
# the few values of those above that a var of the type may have
TEXTS = {"x' or '1' = '1", "0) or (1 = 1", "1", "2025-02-30", "2025-06-01'::timestamp --"}


def problems(**changes) -> str:
    """What check_vars() says, nothing when it is content."""
    VALUES.update(changes)
    try:
        MACROS["check_vars"]()
    except ValueError as error:
        return str(error)
    finally:
        VALUES.update(DECLARED)
    return ""


def is_taken(name: str, value) -> bool:
    return MACROS["var_problem"](value, TYPES[name]) is None


def test_every_var_has_a_type_and_every_default_is_of_it():
    assert set(TYPES) == set(DECLARED)
    assert problems() == ""


def test_one_message_names_every_var_that_can_not_be_used():
    said = problems(
        as_of="yesterday", vip_share=2, recommendations_per_user="12", shop_url="ftp://shop.example"
    )
    assert said.splitlines()[1:] == [
        "- as_of is yesterday: expected a time such as 2025-06-01, 2025-06-01 12:30:00 (UTC) or "
        "2025-06-01 12:30:00+02:00, or null",
        "- vip_share is 2: expected a number from 0 to 1",
        "- recommendations_per_user is 12: expected a whole number from 1 to 1000",
        "- shop_url is ftp://shop.example: expected an address such as https://shop.example/page, "
        "without blanks and quotes",
    ]


@pytest.mark.parametrize("name", sorted(set(DECLARED) - {"personalisation_rules"}))
def test_what_is_of_another_type_is_refused(name):
    taken = [value for value in HOSTILE if is_taken(name, value)]
    kind = TYPES[name]["type"]
    if kind in ("number", "whole", "share"):
        assert set(taken) <= {None, 1.5}
    elif name in (
        "input_location",
        "ledger_location",
        "shop_name",
        "names_language",
        "postal_address",
        "unseen_link",
    ):
        assert set(taken) <= TEXTS | {None}
    elif name == "schema_prefix":
        assert taken == [""]
    else:
        assert taken in ([], [None], [True], [""])
        assert ("" in taken) == (name == "schema_prefix")
    assert (None in taken) == bool(TYPES[name].get("nullable"))


def test_a_map_of_vars_keeps_its_default():
    """--vars takes the place of the whole map, and SQL without a number is a parser's error."""
    wanted = "rejected_share_error is {'orders': 0.2}: expected a value for default as well"
    assert wanted in problems(rejected_share_error={"orders": 0.2})
    assert problems(rejected_share_error={"default": 0.05, "orders": 0.2}) == ""


@pytest.mark.parametrize(("zone", "is_utc"), [("UTC", True), ("Etc/UTC", True), ("Europe/Berlin", False)])
def test_a_session_in_another_time_zone_builds_nothing(zone, is_utc):
    """Times with an offset would all be wrong by hours."""
    check = project_macros(given={"run_query": [(zone,)]})["check_time_zone"]
    if is_utc:
        check()
    else:
        with pytest.raises(ValueError, match=f"time zone is {zone}; nothing was built"):
            check()


def test_a_command_builds_in_its_own_file_or_not_at_all():
    """A replay of recmail train would take the place of the warehouse that a host's profile names."""
    check = project_macros()["check_database"]
    check()
    with building_in(Path("shop.duckdb")):
        check()
    with (
        building_in(Path("replay.duckdb")),
        pytest.raises(
            ValueError, match="in replay.duckdb, and the profile in shop.duckdb; nothing was built"
        ),
    ):
        check()


@pytest.mark.parametrize("name", [name for name, type in TYPES.items() if type["type"] == "text"])
@settings(deadline=None)
@given(ending=st.text(st.sampled_from("'\"\\;-$*/x\n\0\u2019"), min_size=1, max_size=8))
def test_no_text_breaks_out_of_its_literal(name, ending):
    value = f"{DECLARED[name] or 'x'}{ending}"
    if is_taken(name, value):
        with duckdb.connect() as connection:
            assert connection.execute(f"select {MACROS['literal'](value)}").fetchall() == [(value,)]
        assert "\\" not in value  # with which Spark would end the literal elsewhere


def test_the_carts_address_may_name_the_user_and_nothing_else():
    assert is_taken("cart_url", "https://shop.example/{user_id}/cart?of={user_id}#now")
    for value in (
        "https://shop.example/{email}",
        "https://shop.example/{user_id",
        "https://{user_id}.example/",
    ):
        assert not is_taken("cart_url", value)
    assert not is_taken("cart_url", "http://shop.example/cart")


@pytest.mark.parametrize("path", ["shops/*", "shops/?", "shop[12]", "{a,b}", "shops/**/x", "a\nb"])
def test_a_location_that_is_several_directories_is_refused(path):
    assert "one directory, without * ? [ ] { } in its name" in problems(input_location=path)


@pytest.mark.parametrize("path", ["/data/o'neil", "../shop 1", "/data/Käse", "/tmp/x-y_z.d"])
def test_a_location_may_have_any_other_name(path):
    assert problems(input_location=path) == ""


@settings(deadline=None)
@given(
    st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1)),
    st.none() | st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    st.sampled_from(["seconds", "microseconds", "minutes"]),
    st.sampled_from(" T"),
)
def test_moments_are_read_as_python_reads_them(moment, zone, precision, separator):
    text = moment.replace(tzinfo=zone).isoformat(separator, precision)
    expected = datetime.fromisoformat(text)
    if zone:
        expected = expected.astimezone(UTC).replace(tzinfo=None)
    assert datetime.fromisoformat(MACROS["utc_timestamp"](text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2025-02-29",
            "2025-13-01",
            "2025-06-31",
            "2025-6-1",
            "2025-06-01 24:00",
            "2025-06-01 12",
            "0006-06-01",
        ),
        *(
            "2025-06-01 12:00:60",
            "2025-06-01 12:00:00.1234567",
            "infinity",
            "epoch",
            "now",
            "today",
            "2025-06-01 x",
        ),
        *(
            "2025-06-01'",
            "2025-06-01 12:00:00 America/New_York",
            "２０２５-06-01",
            "2025-06-01\n",
            "",
            20250601,
            1.5,
        ),
    ],
)
def test_what_is_no_moment_is_refused(text):
    assert MACROS["utc_timestamp"](text) is None
    assert not is_taken("as_of", text)


def test_yaml_may_have_read_the_moment():
    assert MACROS["utc_timestamp"](date(2025, 6, 1)) == "2025-06-01 00:00:00.000000"
    assert MACROS["utc_timestamp"](datetime(2025, 6, 1, 12, tzinfo=UTC)) == "2025-06-01 12:00:00.000000"


@pytest.mark.parametrize(
    "command", [("compile", "--select", "stg_as_of"), ("show", "--inline", "select 1"), ("ls",)]
)
def test_every_command_stops(command, tmp_path):
    hostile = {"as_of": "2025-06-01' as timestamp), (select 1)) --"}
    run = run_dbt(*command, variables=hostile, folder=tmp_path, database=tmp_path / "w.duckdb")
    assert not run.succeeded
    assert "- as_of is 2025-06-01' as timestamp)" in "\n".join(run.messages), json.dumps(run.messages)


def test_a_name_that_no_var_has_is_warned_of(tmp_path):
    run = run_dbt(
        *("run-operation", "check_vars"),
        variables={"recomendations_per_user": 20},
        folder=FOLDER,
        database=tmp_path / "w.duckdb",
        manifest=manifest({}),
    )
    assert run.succeeded
    assert run.messages == ["--vars names recomendations_per_user, which is no var: it changes nothing"]
