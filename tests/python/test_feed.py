"""`recmail feed`: every row is one that the platform takes, and names nobody who may not be named."""

import csv
import json
import stat
import time
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result
from payload_schemas import SCHEMAS, validator_of
from warehouse import Build, connect

from recmail.forget import outputs_before
from sync.feed import PLATFORMS, feed

CATALOGUES = [name for name, platform in PLATFORMS.items() if not platform.names_people]
WITH_PEOPLE = [name for name in PLATFORMS if name not in CATALOGUES]
IDS = "experiment,arm,experiment_id,variation_id\nsubject,a,901,11\nsubject,b,901,12\n"
MESSAGES = {
    "read": "timestamp '2024-06-30 08:00:00'",
    "unread": "null",
    "read long ago": "timestamp '2024-06-27 11:59:59'",
}
LONG_NAME, LONG_TEXT = "漢" * 150, "😀" * 5000


def write_ids(folder: Path, text: str = IDS) -> Path:
    path = folder / "ids.csv"
    path.write_text(text, "utf-8")
    return path


def fed(database: Path, platform: str, out: Path, *options: str) -> Result:
    ids = ("--ids", str(write_ids(out.parent))) if platform == "optimizely" and "--ids" not in options else ()
    outcome = CliRunner().invoke(
        feed, ["--database", str(database), "--to", platform, "--out", str(out), *ids, *options]
    )
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome.exc_info
    return outcome


def rows_of(platform: str, out: Path) -> dict[str, list[dict]]:
    """The rows of each feed, by the name of its schema."""
    return {
        one.name: csv_rows(one.name, out / one.file)
        if one.file.endswith(".csv")
        else [json.loads(line) for line in (out / one.file).read_text("utf-8").splitlines()]
        for one in PLATFORMS[platform].feeds
    }


def csv_rows(schema_name: str, path: Path) -> list[dict]:
    """With the types that the schema says."""
    schema = json.loads((SCHEMAS / f"{schema_name}.json").read_text("utf-8"))
    kinds = {"integer": int, "number": float, "boolean": lambda text: {"true": True, "false": False}[text]}

    def typed(name: str, text: str):
        types = schema["properties"][name].get("type", "string")
        kind = types if isinstance(types, str) else types[0]
        return None if text == "" else kinds.get(kind, str)(text)

    with path.open(encoding="utf-8", newline="") as file:
        return [{name: typed(name, text) for name, text in row.items()} for row in csv.DictReader(file)]


def assert_valid(platform: str, out: Path) -> dict[str, list[dict]]:
    found = rows_of(platform, out)
    for name, rows in found.items():
        validator = validator_of(name)
        for row in rows:
            validator.validate(row)
    return found


@pytest.fixture(scope="module")
def shop(small: Build, tmp_path_factory) -> Path:
    """The small shop, where u3 was not asked about ads and u1 agreed and read one of three emails this morning."""
    built = small.copied_to(tmp_path_factory.mktemp("fed"))
    with connect(built.database, read_only=False) as connection:
        for statement in (
            "update checked_users set ads_consent = null where user_id = 'u3'",
            "update checked_users set ads_consent = true where user_id = 'u1'",
            "update int_channel_consents set ads_refusal = null where user_id = 'u1'",
            # an account of its own with the address of one that said no
            "update checked_users set email = 'User5+shop@example.com' where user_id = 'u2'",
            *(
                "insert into int_mailed_messages by name select "
                f"'{message}' as message_id, 'u1' as user_id, 'welcome' as trigger_type, {opened} as opened_at"
                for message, opened in MESSAGES.items()
            ),
            *(
                "insert into int_shown_items by name select 'email' as context, "
                f"'{message}' as list_id, 'u1' as user_id, '{item}' as item_id, {position} as position, "
                f"{item == 'i6'} as is_clicked, timestamp '2024-06-30 07:00:00' as shown_at"
                for message in MESSAGES
                for position, item in ((1, "i9"), (2, "i6"))
            ),
            "insert into int_email_item_clicks by name select 'read' as message_id, 'u1' as user_id, 'i6' as item_id, "
            "timestamp '2024-06-30 08:05:00' as clicked_at",
        ):
            connection.execute(statement)
    return built.database


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_row_is_valid_and_the_same_when_it_is_written_again(shop, platform, tmp_path):
    said = fed(shop, platform, tmp_path / "out")
    assert said.exit_code == 0, said.output
    found = assert_valid(platform, tmp_path / "out")
    assert all(found.values()), "a feed without a row shows nothing"
    files = sorted(path for path in (tmp_path / "out").iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    # `recmail forget` finds it
    assert outputs_before(tmp_path, time.time_ns(), tmp_path / "w.duckdb") == [tmp_path / "out"]
    fed(shop, platform, tmp_path / "again")
    for path in files:
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()
        text = path.read_text("utf-8")
        assert (
            "example.com" not in text
            and "Zoë" not in text
            and "+49" not in text
            and "null" not in text.replace('"null"', "")
        )
        assert "\r" not in text and "http:" not in text


def named(found: dict[str, list[dict]]) -> set[str]:
    users = set()
    for row in (row for rows in found.values() for row in rows):
        users |= {row[key] for key in ("USER_ID", "user_id", "userId") if key in row}
        users |= {row["userInfo"]["userId"]} if "userInfo" in row else set()
    return users


@pytest.mark.parametrize("platform", WITH_PEOPLE)
def test_nobody_is_named_who_may_not_be(shop, platform, tmp_path):
    agreed = {f"u{number}" for number in range(0, 40, 2)} - {"u2"} | {"u1"}
    fed(shop, platform, tmp_path / "out")
    users = named(assert_valid(platform, tmp_path / "out"))
    assert users and users <= agreed
    without_answer = fed(shop, platform, tmp_path / "all", "--people", "not-refused")
    if PLATFORMS[platform].for_ads:
        assert without_answer.exit_code == 2 and "alone who agreed to ads" in without_answer.output
        return
    others = named(assert_valid(platform, tmp_path / "all"))
    # u5 refused, u2 has an address that did, and u37 was erased
    assert others - users == {"u3"}


def test_personalize_gets_columns_as_its_avro_schemas_say(shop, tmp_path):
    assert fed(shop, "personalize", tmp_path / "out").exit_code == 0
    found = rows_of("personalize", tmp_path / "out")
    reserved = {"RECOMMENDATION_ID", "IMPRESSION", "EVENT_VALUE", "EVENT_ATTRIBUTION_SOURCE"}
    kinds = {"string": str, "long": int, "float": float, "null": type(None)}
    for name in ("users", "items", "interactions"):
        schema = json.loads((tmp_path / "out" / f"{name}.schema.json").read_text("utf-8"))
        assert schema["namespace"] == "com.amazonaws.personalize.schema" and schema["version"] == "1.0"
        rows = found[f"personalize_{name}"]
        fields = {
            field["name"]: [field["type"]] if isinstance(field["type"], str) else field["type"]
            for field in schema["fields"]
        }
        assert list(rows[0]) == list(fields) and not fields.keys() & reserved
        for row in rows:
            assert all(
                isinstance(row[field], tuple(kinds[kind] for kind in types))
                for field, types in fields.items()
            )
    interactions = found["personalize_interactions"]
    assert {row["EVENT_TYPE"] for row in interactions} >= {"View", "Purchase"}
    with connect(shop) as connection:
        [(purchases,)] = connection.execute(
            "select count(*) from int_purchases where not is_gift "
            "and user_id in (select 'u' || range from range(0, 40, 2) where range <> 2 union select 'u1')"
        ).fetchall()
    assert sum(row["EVENT_TYPE"] == "Purchase" for row in interactions) == purchases > 0


def test_ga4_is_told_what_was_seen_and_clicked_within_72_hours(shop, tmp_path):
    assert fed(shop, "ga4", tmp_path / "out").exit_code == 0
    [request, email] = rows_of("ga4", tmp_path / "out")["ga4_requests"]
    assert request["client_id"] == "device1" and request["user_id"] == "u1"
    seen, clicked = request["events"]
    assert (seen["name"], clicked["name"]) == ("view_item_list", "select_item")
    assert seen["params"]["item_list_name"] == "recmail item_page"
    assert (
        seen["params"]["items"] == clicked["params"]["items"] == [{"item_id": "i5", "item_name": "Tea no. 5"}]
    )


def test_test_platforms_get_the_arm_that_each_user_is_in(shop, tmp_path):
    assert fed(shop, "vwo", tmp_path / "vwo").exit_code == 0
    told = {row["userId"]: row["variationName"] for row in rows_of("vwo", tmp_path / "vwo")["vwo_users"]}
    with connect(shop) as connection:
        arms = dict(
            connection.execute(
                "select user_id, arm from experiment_users where assigned_by <> 'holdout'"
            ).fetchall()
        )
        # no experiment of the platform's
        assert connection.execute(
            "select count(*) from experiment_users where experiment = 'holdout'"
        ).fetchone()[0]
    assert told and told.items() <= arms.items()
    assert fed(shop, "optimizely", tmp_path / "optimizely").exit_code == 0
    profiles = rows_of("optimizely", tmp_path / "optimizely")["optimizely_profiles"]
    variations = {"a": "11", "b": "12"}
    assert {row["user_id"]: row["experiment_bucket_map"] for row in profiles} == {
        user: {"901": {"variation_id": variations[arm]}} for user, arm in told.items()
    }


@pytest.fixture(scope="module")
def hostile(shop, tmp_path_factory) -> Path:
    """Names of 150 letters of three bytes, texts of 20,000 bytes, separators in names, and what no platform takes."""
    built = Build(shop, True, []).copied_to(tmp_path_factory.mktemp("hostile"))
    with connect(built.database, read_only=False) as connection:
        for statement in (
            f"update catalog_feed set title = '{LONG_NAME}', description = '{LONG_TEXT}' where item_id = 'i0'",
            f"update checked_items set description = '{LONG_TEXT}', tags = 'a, \"b\"|c|', rating_average = 4.5, "
            "rating_count = 3, category = 'tea | herbs > green / dry', brand = '\"x\", y' where item_id = 'i0'",
            f"update checked_items set item_name = '{LONG_NAME}' where item_id = 'i5'",
            "update catalog_feed set link = '' where item_id = 'i1'",
            "update catalog_feed set image_link = '' where item_id = 'i2'",
            *(
                f"update {table} set item_id = 'a b//' || repeat('é', 600) where item_id = 'i7'"
                for table in ("catalog_feed", "checked_items", "int_purchases", "int_web_interactions")
            ),
        ):
            connection.execute(statement)
    return built.database


@pytest.mark.parametrize("platform", [*CATALOGUES, "personalize", "retail", "ga4"])
def test_a_row_that_a_platform_refuses_is_left_out_and_told_of(hostile, platform, tmp_path):
    said = fed(hostile, platform, tmp_path / "out")
    found = assert_valid(platform, tmp_path / "out")
    text = "".join(path.read_text("utf-8") for path in (tmp_path / "out").iterdir())
    assert "é" not in text and ("漢" in text or "😀" in text)
    if platform == "ga4":
        assert (
            said.exit_code == 0
            and found["ga4_requests"][0]["events"][0]["params"]["items"][0]["item_name"] == "漢" * 100
        )
        return
    assert said.exit_code == 1 and "left out: item_id" in said.output
    without = {
        "nosto": {"1 rows left out: an item without page", "1 rows left out: an item without picture"},
        "dynamicyield": {"1 rows left out: an item without page", "1 rows left out: an item without picture"},
    }.get(platform, set())
    assert without <= set(said.output.splitlines())


def test_what_would_mislead_is_not_written(small, tmp_path):
    built = small.copied_to(tmp_path / "copy")
    with connect(built.database, read_only=False) as connection:
        connection.execute("update int_channel_consents set ads_refusal = 'no_consent'")
    said = fed(built.database, "personalize", tmp_path / "out")
    assert said.exit_code == 1 and "nobody may be named" in said.output and "not-refused" in said.output
    said = fed(built.database, "ga4", tmp_path / "out")
    assert said.exit_code == 1 and "nobody may be named" in said.output and "not-refused" not in said.output
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("mine")
    assert "holds what recmail did not write there" in fed(small.database, "algolia", mine).output
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]
    for ids, reason in (
        ("experiment,arm\n", "has no column experiment_id, variation_id"),
        (IDS.replace("12", ""), "a row lacks one of"),
        (IDS.replace("12", "11"), "names 901 11 twice"),
        (IDS.replace("subject", "other"), "has none for subject a"),
    ):
        said = fed(small.database, "optimizely", tmp_path / "out", "--ids", str(write_ids(tmp_path, ids)))
        assert said.exit_code == 1 and reason in said.output, said.output
    assert not (tmp_path / "out").exists()
    with connect(built.database, read_only=False) as connection:
        connection.execute("update input_validation_results set is_success = false, severity = 'critical'")
    said = fed(built.database, "algolia", tmp_path / "out")
    assert said.exit_code == 1 and "failed the gate" in said.output and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "change", "refused"),
    [
        ("retail_products", {"uri": "http://shop.example/"}, "does not match"),
        ("retail_products", {"priceInfo": {"currencyCode": "EUR"}}, "'price' is a required property"),
        ("algolia_records", {"description": "漢" * 1000, "brand": "漢" * 3000}, "10000 are allowed"),
        ("dynamicyield_products", {"sku": "a b"}, "does not match"),
        ("nosto_products", {"description": ""}, "should be non-empty|too short"),
    ],
)
def test_a_schema_refuses_what_its_platform_refuses(shop, tmp_path, name, change, refused):
    [platform] = [key for key, value in PLATFORMS.items() if name in [one.name for one in value.feeds]]
    fed(shop, platform, tmp_path / "out")
    row = rows_of(platform, tmp_path / "out")[name][0]
    with pytest.raises(jsonschema.ValidationError, match=refused):
        validator_of(name).validate(row | change)
