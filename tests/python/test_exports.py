"""What ESP, site and ads are fed with: consent, one ranking for all channels, what changed and what is gone."""

import hashlib
import json
import re
from datetime import timedelta

import jsonschema
import pytest
from payload_schemas import validator_of
from shop import AS_OF, small_shop, write_parquet
from warehouse import NO_GATE, Build, assert_same, build, connect, dbt, manifest, marts

from sync.payloads import APIS, requests
from sync.plan import rows_of

EXPORTS = (
    *("esp_profiles", "esp_events", "catalog_feed"),
    *("site_recommendations", "ad_audiences", "sms_recommendations"),
)
EXPORTS_ALONE = ("--select", "config.schema:exports")
CHEAPER, UNSUBSCRIBED, ERASED = "i7", "u2", "u6"


def key_of(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()


def hashes(built: Build, export: str) -> dict[str, str]:
    return dict(built.query(f"select export_key, content_hash from {export} where operation = 'upsert'"))


def ids(items: str) -> list[str]:
    return [item["item_id"] for item in json.loads(items)]


@pytest.fixture(scope="module")
def later(small, small_inputs, tmp_path_factory) -> Build:
    """The exports built again a day later, of lists that are the same."""
    built = small.copied_to(tmp_path_factory.mktemp("later"))
    table = f"{built.schema('stg_as_of')}.stg_as_of"
    with connect(built.database, read_only=False) as connection:
        connection.execute(
            f"create or replace table {table} as select timestamp '2024-07-01 12:00:00' as as_of"
        )
    again = build(built.database, {"input_location": str(small_inputs)}, *EXPORTS_ALONE)
    assert again.succeeded, again.text
    return again


@pytest.fixture(scope="module")
def changed(small, tmp_path_factory) -> Build:
    """The small shop after a price fell, somebody unsubscribed, and somebody asked to be erased."""
    tables = small_shop()
    for item in tables["items"]:
        if item["item_id"] == CHEAPER:
            item["price"] -= 0.5
    for user in tables["users"]:
        if user["user_id"] == UNSUBSCRIBED:
            user["email_consent"] = "unsubscribed"
    tables["erasure_requests"].append({"user_id": ERASED, "requested_at": AS_OF - timedelta(days=1)})
    folder = tmp_path_factory.mktemp("changed")
    built = small.copied_to(folder)
    inputs = write_parquet(tables, folder / "inputs")
    again = build(built.database, {"input_location": str(inputs)}, *NO_GATE)
    assert again.succeeded, again.text
    return again


def test_exposures_name_who_reads_each_export():
    read = {node for exposure in manifest({}).exposures.values() for node in exposure.depends_on.nodes}
    assert {f"model.recmail.{name}" for name in marts("exports")} <= read


def test_each_channel_reaches_those_alone_who_agreed_to_it(small):
    subscribed = {f"u{number}" for number in range(40) if number % 10 and number != 37}
    assert {user for (user,) in small.query("select user_id from esp_profiles")} == subscribed
    numbers = {user for (user,) in small.query("select user_id from sms_recommendations")}
    assert numbers and numbers <= {f"u{number}" for number in range(0, 40, 3)}
    assert small.query("select phone from sms_recommendations where user_id = 'u12'") == [("+491705550112",)]
    agreed = {hashlib.sha256(f"user{number}@example.com".encode()).hexdigest() for number in range(0, 40, 2)}
    assert {address for (address,) in small.query("select email_sha256 from ad_audiences")} == agreed


# What a channel shows of a list that differs from the ranking of this user and run. Email: the lines of the message;
# ads: some of the digest, in its order. No row: all channels show the same to everybody.
OTHER_RANKINGS = """
with rankings as (
    select
        user_id, placement, list(item_id order by position) as ranking,
        list(item_name || ' ' || price::decimal(18, 2) order by position) as named
    from (
        select user_id, 'email_digest' as placement, position, item_id, item_name, price from user_recommendations
        union all
        select user_id, placement, position, item_id, item_name, price from placement_recommendations
    )
    group by all
),
digests as (select user_id, ranking from rankings where placement = 'email_digest'),
shown as (
    select 'profile' as channel, user_id, 'email_digest' as placement, items from esp_profiles
    union all select 'event', user_id, placement, items from esp_events
    union all select 'sms', user_id, placement, items from sms_recommendations
    union all select 'site', subject_id, placement, items from site_recommendations where subject_type = 'user'
),
flat as (
    select 'slots' as channel, user_id, [item_1_id, item_2_id, item_3_id, item_4_id] as slots from esp_profiles
    union all select 'sms slots', user_id, [item_1_id, item_2_id] from sms_recommendations
),
sms_lists as (select user_id, ranking from rankings where placement = 'sms'),
ads as (
    select users.user_id, json_extract_string(ads.items, '$[*].item_id') as items
    from ad_audiences as ads inner join stg_users as users on ads.email_sha256 = sha256(users.email)
    where ads.audience_use = 'include'
)
select channel, user_id, placement from shown left join rankings using (user_id, placement)
where ranking is null or json_extract_string(items, '$[*].item_id') <> ranking[:20]
union all
select channel, user_id, '' from flat left join digests using (user_id) left join sms_lists using (user_id)
where list_filter(slots, lambda slot: slot <> '')
    is distinct from (case channel when 'slots' then digests.ranking[:4] else sms_lists.ranking[:2] end)
union all
select 'ads', user_id, '' from ads left join digests using (user_id)
where items <> list_filter(coalesce(ranking, []), lambda item: list_contains(items, item))
union all
select 'email', user_id, placement
from (select user_id, placement, unnest(item_lines) as line from email_queue)
left join rankings using (user_id, placement)
where named[line.position] is null or named[line.position] <> (line.item_name || ' ' || line.price::decimal(18, 2))
union all
-- nobody is left out
select 'site', rankings.user_id, rankings.placement from rankings
inner join placements on rankings.placement = placements.placement and placements.channel = 'site'
anti join site_recommendations as site
    on rankings.user_id = site.subject_id and rankings.placement = site.placement and site.subject_type = 'user'
order by all
"""


@pytest.mark.parametrize("shop", ["small", "demo"])
def test_email_site_sms_and_ads_show_the_same_ranking(request, shop):
    built = request.getfixturevalue(shop)
    assert built.query(OTHER_RANKINGS) == []
    # the mail itself: in the list's order but for what the subject names
    for (places,) in built.query(
        "select list_transform(item_lines, lambda line: line.position) from email_queue"
    ):
        assert places[1:] == sorted(places[1:])
    counted = "select count(distinct {}) from {}"
    for column, table in (("user_id", "esp_profiles"), ("subject_id", "site_recommendations")):
        assert built.value(counted.format(column, table)) > 30
    if shop == "small":
        # the demo's households agreed to neither
        assert built.value(counted.format("user_id", "sms_recommendations")) > 10
        assert built.value("select count(*) from ad_audiences where items <> '[]'") > 10


def test_a_channel_that_shows_another_ranking_would_be_found(small, tmp_path):
    built = small.copied_to(tmp_path)
    swapped = "replace(replace(replace({0}, '{1}', '?'), '{2}', '{1}'), '?', '{2}')"
    with connect(built.database, read_only=False) as connection:
        for table, user, column in (
            ("esp_profiles", "user_id", "items"),
            ("esp_events", "user_id", "items"),
            ("sms_recommendations", "user_id", "items"),
            ("site_recommendations", "subject_id", "items"),
            ("ad_audiences", "email_sha256", "items"),
        ):
            [(who, items)] = connection.execute(
                f"select {user}, items from {table} where json_array_length(items) > 1"
                f" and {user} is not null and export_key <> 'everybody' and export_key not like 'item:%' limit 1"
            ).fetchall()
            text = swapped.format(column, *(f'"{item}"' for item in ids(items)[:2]))
            connection.execute(f"update {table} set {column} = {text} where {user} = ?", [who])
        connection.execute("update esp_profiles set item_2_id = 'i99' where user_id = 'u4'")
        connection.execute("delete from site_recommendations where subject_id = 'u5' and placement = 'home'")
        connection.execute(
            "update email_queue set item_lines = list_transform(item_lines, lambda line:"
            " struct_update(line, position := line.position + 1))"
            " where user_id = (select min(user_id) from email_queue)"
        )
    found = {channel for channel, _, _ in built.query(OTHER_RANKINGS)}
    assert found == {"profile", "slots", "event", "sms", "site", "ads", "email"}
    assert ("site", "u5", "home") in built.query(OTHER_RANKINGS)


def test_what_stands_beside_an_item_and_what_sells_best_is_there_for_everybody(small):
    beside = small.query("select subject_id, items from site_recommendations where subject_type = 'item'")
    assert len(beside) > 30
    for item, items in beside:
        assert all(row["recommended_item_id"] != item for row in json.loads(items))
    [(items, ttl)] = small.query(
        "select items, ttl_seconds from site_recommendations where subject_type = 'everybody'"
    )
    # neither what is sold out nor what is not sold any more
    assert len(ids(items)) == 38 and not {"i3", "i4"} & set(ids(items)) and ttl == 36 * 3600


def test_a_rebuild_without_change_is_no_change(small, later):
    assert_same(later, small, [*EXPORTS, "state.exported_rows"])
    assert all(later.contents(EXPORTS).values())


def test_a_price_change_changes_the_rows_that_name_it(small, changed):
    feed, before = hashes(changed, "catalog_feed"), hashes(small, "catalog_feed")
    assert {key for key in before if feed.get(key) != before[key]} == {f"shop:{CHEAPER}"}
    assert feed.keys() == before.keys()
    for export in ("esp_profiles", "site_recommendations", "sms_recommendations"):
        old = dict(small.query(f"select export_key, items from {export} where operation = 'upsert'"))
        new = dict(changed.query(f"select export_key, items from {export} where operation = 'upsert'"))
        now, then = hashes(changed, export), hashes(small, export)
        rewritten = {key for key in old.keys() & new.keys() if old[key] != new[key]}
        rehashed = {key for key in old.keys() & new.keys() if now[key] != then[key]}
        assert rewritten <= rehashed, export
        named = {
            key for key in old.keys() & new.keys() if f'"{CHEAPER}"' in old[key] and '"price"' in old[key]
        }
        assert named <= rehashed, export
    # hashes are of what the row says and of nothing else
    assert rehashed < old.keys()


def test_who_unsubscribed_or_was_erased_leaves_a_tombstone_that_names_nobody(changed):
    def tombstones(export: str) -> set[str]:
        return {
            key for (key,) in changed.query(f"select export_key from {export} where operation = 'delete'")
        }

    assert tombstones("esp_profiles") == {key_of("user", UNSUBSCRIBED), key_of("user", ERASED)}
    assert key_of("user", ERASED, "home") in tombstones("site_recommendations")
    # whoever unsubscribed from mails is on the site as before
    assert key_of("user", UNSUBSCRIBED, "home") not in tombstones("site_recommendations")
    address = hashlib.sha256(f"user{ERASED[1:]}@example.com".encode()).hexdigest()
    assert {key.partition(":")[2] for key in tombstones("ad_audiences")} == {address}
    assert key_of("user", ERASED, "sms") in tombstones("sms_recommendations")
    assert tombstones("esp_events") == set()
    for export in EXPORTS:
        gone = changed.query(
            f"select columns(lambda c: c not in ('export_key', 'operation', 'content_hash', 'changed_at'))"
            f" from {export} where operation = 'delete'"
        )
        assert all(value is None for row in gone for value in row), export


def test_a_tombstone_stays_until_it_is_a_month_old(small, later, small_inputs, tmp_path):
    built = later.copied_to(tmp_path)
    state = "insert into state.exported_rows values ('esp_profiles', '{}', 'delete', '', timestamp '{}')"
    with connect(built.database, read_only=False) as connection:
        connection.execute(state.format("younger", "2024-06-01 12:00:01"))
        connection.execute(state.format("older", "2024-06-01 12:00:00"))
    again = build(built.database, {"input_location": str(small_inputs)}, *EXPORTS_ALONE)
    assert again.succeeded, again.text
    assert again.query(
        "select export_key, changed_at::varchar from esp_profiles where operation = 'delete'"
    ) == [("younger", "2024-06-01 12:00:01")]
    assert again.query("select export_key from state.exported_rows where operation = 'delete'") == [
        ("younger",)
    ]


def test_a_failing_export_or_metric_holds_back_no_mail(small, small_inputs, tmp_path):
    built = small.copied_to(tmp_path)
    with connect(built.database, read_only=False) as connection:
        connection.execute("update state.exported_rows set operation = 'teleport'")
        connection.execute("delete from state.queued_messages")
        connection.execute("update int_email_events set made_by = 'ghost'")
    again = build(
        built.database,
        {"input_location": str(small_inputs)},
        *("--select", "stg_exported_rows+", "email_queue", "stg_as_of", "email_event_counts"),
        *("--indirect-selection", "cautious"),
        tests=True,
    )
    assert not again.succeeded
    assert "stg_exported_rows" in again.text and "rows_are_valid_email_event_counts" in again.text
    assert again.value("select count(*) from state.queued_messages") == again.value(
        "select count(*) from email_queue"
    )
    assert again.query("select distinct operation from state.exported_rows") == [("teleport",)]


NAME, URL = "😀" * 150, "https://shop.example/" + "a" * 1979


def widest(row: dict) -> dict:
    """The row with texts and addresses as long as staging lets them be: names of 600 bytes, twenty items of them."""
    slots = {f"item_{slot}_name": NAME for slot in range(1, 5)}
    slots |= {f"item_{slot}_{field}": URL for slot in range(1, 5) for field in ("url", "image_url")}
    items = [
        (item | {"position": number, "item_name": NAME, "item_url": URL, "reason_text": NAME})
        for number, item in zip(range(1, 21), row["items"] * 20, strict=False)
    ]
    texts = {"subject": NAME, "favourite_category": NAME, "first_name": "Ä" * 60}
    return row | {name: value for name, value in (slots | texts).items() if name in row} | {"items": items}


@pytest.mark.parametrize("name", APIS)
def test_every_payload_is_valid(small, name):
    validator = validator_of(name)
    api = APIS[name]
    with connect(small.database) as connection:
        rows = [row for _, _, row in rows_of(connection, api.export)]
    assert len(rows) > 20
    sent = list(requests(api, [*rows, *(widest(row) for row in rows * 3)]))
    for request in sent:
        validator.validate(request)
    text = json.dumps(sent)
    assert text.count(rows[1]["email"]) >= 4 and "null" not in text.replace('"null"', "")
    # what is short enough is said as it is, and what is too long not by half
    assert NAME[:30] in json.dumps(sent, ensure_ascii=False)
    halves = re.findall(r"https://shop.example/a+", text)
    assert set(halves) <= {URL}


def test_each_column_of_an_export_has_a_budget_in_bytes_for_each_destination(small, tmp_path):
    built = small.copied_to(tmp_path)
    wide = {
        "esp_profiles": {"item_1_name": NAME, "item_4_url": URL},
        "esp_events": {"subject": NAME},
        "catalog_feed": {"title": NAME, "link": URL, "description": "😀" * 5000, "brand": "Ä" * 70},
        "site_recommendations": {"items": json.dumps([{"item_name": NAME}] * 20, ensure_ascii=False)},
        "ad_audiences": {"email_sha256": "a" * 64},
        "sms_recommendations": {"item_2_name": NAME, "phone": "+" + "1" * 15},
    }
    too_wide = {
        ("esp_profiles", "item_1_name"): (NAME + "a", "braze takes 600 bytes of item_1_name"),
        ("esp_events", "items"): ("Ä" * 50_000, "klaviyo takes 100000 bytes of a record"),
        ("catalog_feed", "link"): (URL + "a", "google_merchant takes 2000 bytes of link"),
        ("site_recommendations", "items"): ("a" * 131_073, "reverse_etl takes 131072 bytes of items"),
        ("ad_audiences", "email_sha256"): ("Ä" * 33, "google_and_meta takes 64 bytes of email_sha256"),
        ("sms_recommendations", "phone"): ("+" + "1" * 16, "gateway takes 16 bytes of phone"),
    }
    with connect(built.database, read_only=False) as connection:
        for export, values in wide.items():
            for column, value in values.items():
                connection.execute(f"update {export} set {column} = $value", {"value": value})
    choice = ("--select", "test_name:fits_destinations")
    fitting = dbt("test", built.database, {}, *choice)
    assert fitting.succeeded, fitting.text
    with connect(built.database, read_only=False) as connection:
        for (export, column), (value, _) in too_wide.items():
            [(first,)] = connection.execute(f"select min(export_key) from {export}").fetchall()
            connection.execute(
                f"update {export} set {column} = $value where export_key = $first",
                {"value": value, "first": first},
            )
    refused = dbt("test", built.database, {}, *choice, "--store-failures")
    assert not refused.succeeded
    for (export, _), (_, problem) in too_wide.items():
        [found] = built.query(f"select problems from fits_destinations_{export}_")
        assert problem in found[0], export


def test_a_schema_refuses_what_its_api_refuses():
    member = {"email_address": "a@b.example", "status_if_new": "subscribed"}
    for fields, reason in (
        ({"FAVOURITECATEGORY": "tea"}, "FAVOURITECATEGORY"),
        ({"FAVCAT": "Ä" * 128}, "256 bytes, and 255 are allowed"),
    ):
        with pytest.raises(jsonschema.ValidationError, match=reason):
            validator_of("mailchimp_members").validate({"members": [member | {"merge_fields": fields}]})
