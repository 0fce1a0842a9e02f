"""Broken inputs: every broken row gets its reasons, no good row is lost, and what can't be used stops the build."""

import contextlib
import json
import shutil
import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from itertools import combinations, permutations
from itertools import count as count_from
from math import comb
from pathlib import Path

import duckdb
import pytest
from corruptions import CASES, KEYS, as_text, broken_shop
from hypothesis import given, settings
from hypothesis import strategies as st
from shop import AS_OF, Tables, small_shop, write_csv, write_parquet
from warehouse import (
    CONTRACTS,
    FOLDER,
    FRUGAL,
    NO_GATE,
    TESTS_OF_INPUTS,
    Build,
    assert_same,
    build,
    connect,
    failing_tests,
    manifest,
    marts,
)

from dbt_tools.dbt_runs import run_dbt

TABLES = [contract.table_name for contract in CONTRACTS]
REQUIRED_TABLES = [contract.table_name for contract in CONTRACTS if contract.is_required]
OPTIONAL_TABLES = [table for table in TABLES if table not in REQUIRED_TABLES]
SHARES = {"rejected_share_warn": 0.01, "rejected_share_error": 0.05}
VARS = {
    "input_location": "inputs",
    "as_of": str(AS_OF),
    "holdout_share": 0,
    **{limit: {"default": share, "identities": 0.5} for limit, share in SHARES.items()},
}


def build_in(folder: Path, *arguments: str, tests: bool = False, **variables) -> Build:
    """Builds `folder`/w.duckdb from `folder`/inputs, which messages name as they are given."""
    with contextlib.chdir(folder):
        built = build(Path("w.duckdb"), VARS | variables, *arguments, tests=tests)
    built.database = folder / "w.duckdb"
    return built


def only(*models: str) -> tuple[str, ...]:
    """Arguments that build these models with the tests on nothing but them."""
    return ("--select", *models, "--indirect-selection", "cautious", *NO_GATE)


def stories() -> Tables:
    """Valid rows of several tables that say something only together."""
    tables: Tables = {"users": [], "items": [], "identities": [], "orders": [], "order_lines": []}

    def user(user_id: str, **columns) -> None:
        tables["users"].append({"user_id": user_id, "email_consent": "subscribed"} | columns)

    def item(item_id: str, **columns) -> None:
        values = {"item_id": item_id, "item_name": item_id, "category": "cups", "price": 3, "currency": "EUR"}
        tables["items"].append(values | columns)

    def link(anonymous_id: str, user_id: str, days_ago: int) -> None:
        linked_at = AS_OF - timedelta(days=days_ago)
        tables["identities"].append(
            {"anonymous_id": anonymous_id, "user_id": user_id, "linked_at": linked_at}
        )

    def order(order_id: str, days_ago: int, lines: dict, **columns) -> None:
        """`lines` says of each item how many, or which values a line has."""
        ordered_at = AS_OF - timedelta(days=days_ago)
        tables["orders"].append({"order_id": order_id, "ordered_at": ordered_at} | columns)
        for item_id, values in lines.items():
            line = {"order_line_id": f"{order_id} {item_id}", "order_id": order_id, "item_id": item_id}
            values = values if isinstance(values, dict) else {"quantity": values}
            tables["order_lines"].append(line | {"unit_price": 3} | values)

    # Dora's purchases: what of them stays a purchase, and what says something about her taste
    user("dora")
    for name in ("kept", "partly returned", "partly cancelled", "cancelled", "cancelled twice", "foreign"):
        item(name)
    for name in ("returned", "gift", "of a cancelled order", "of a refunded order"):
        item(name)
    item("mug")
    item("red mug", parent_item_id="mug")
    item("parcel", item_name="Postage")
    order("first", 9, {"kept": 2, "partly cancelled": 5, "cancelled": 2, "cancelled twice": 4, "parcel": 1})
    order("second", 8, {"cancelled twice": 4, "red mug": 1, "gift": {"quantity": 1, "is_gift": True}})
    order(
        "third",
        7,
        {
            "returned": {"quantity": 2, "returned_quantity": 2},
            "partly returned": {"quantity": 3, "returned_quantity": 1},
        },
    )
    order("cancelled", 6, {"of a cancelled order": 1}, order_status="cancelled")
    order("refunded", 6, {"of a refunded order": 1}, order_status="refunded")
    order("abroad", 5, {"foreign": 2}, currency="USD")
    order("C1", 4, {"partly cancelled": -2, "cancelled": -2, "cancelled twice": -4, "kept": -99})
    order("C2", 3, {"cancelled twice": -4, "parcel": -1})
    for row in tables["orders"]:
        row["user_id"] = "dora"
    tables["order_lines"].append(tables["order_lines"][-2])  # the second -4, handed in twice

    # One device of two people, one of many, one whose link is not yet known
    for name in ("ann", "ben", "cem"):
        user(name)
        link("café", name, 60)
    order("C3", 2, {"kept": -2}, user_id="ann")  # Ann never bought it: not hers to take back
    link("tablet", "ann", 20)
    link("tablet", "ben", 10)
    link("phone", "cem", -1)
    for days_ago in (30, 15, 5):
        order(f"tablet {days_ago}", days_ago, {"kept": 1}, anonymous_id="tablet")
    order("café", 5, {"kept": 1}, anonymous_id="café")
    order("phone", 5, {"kept": 1}, anonymous_id="phone")

    # Two accounts, one address
    user("twin 1", email="twins@example.com")
    user("twin 2", email=" Twins@Example.com")
    return tables


@pytest.fixture(scope="module")
def broken(tmp_path_factory) -> Build:
    """All cases and stories in one shop."""
    folder = tmp_path_factory.mktemp("broken")
    write_parquet(broken_shop(stories()), folder / "inputs")
    return build_in(folder)


@pytest.fixture(scope="module")
def rejected(broken) -> dict[str, Counter]:
    """Per table how often each pair of a row as it came in and its reasons was rejected."""
    return {
        table: Counter(
            (raw(json.loads(raw_row)), frozenset(reasons.split("; ")))
            for raw_row, reasons in broken.query(f"select raw_row, reject_reasons from rejected_{table}")
        )
        for table in KEYS
    }


@pytest.fixture(scope="module")
def staged(broken) -> dict[str, dict[str, list[dict]]]:
    """Per table and key the staged rows."""
    tables: dict[str, dict[str, list[dict]]] = {}
    with connect(broken.database) as connection:
        for table, key in KEYS.items():
            by_key = tables.setdefault(table, {})
            cursor = connection.execute(f"from stg_{table}")
            columns = [column[0] for column in cursor.description]
            for values in cursor.fetchall():
                row = dict(zip(columns, values, strict=True))
                by_key.setdefault(row[key], []).append(row)
    return tables


def raw(values: dict) -> frozenset:
    """What an input row holds, as text; a null says as much as no column."""
    return frozenset(
        (column, text)
        for column, value in values.items()
        if value is not None and (text := as_read(as_text(value)))
    )


def as_read(text: str) -> str:
    """Inputs are read without blanks around ids, words for nothing and blanks before an offset."""
    text = text.strip().strip("\u200b'")
    return "" if text in ("NULL", "\\N", "N/A", "-", "nan", "undefined") else text.replace(" -0400", "-0400")


def rows_of(table: str) -> list:
    return [row for case in CASES if case.table == table for row in case.rows]


# --- rows ---------------------------------------------------------------------------------------------------


def test_the_build_goes_on_and_every_data_test_holds(broken):
    """Every one of the project but the limits on faulty rows."""
    assert broken.succeeded, broken.text
    with contextlib.chdir(broken.database.parent):
        failing = failing_tests(broken.database)
    assert [name for name in failing if not name.startswith(TESTS_OF_INPUTS)] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_broken_row_gets_its_reasons_or_is_mended(case, rejected, staged):
    inputs = [(row, case.values(row)) for row in case.rows]
    raw_rows = {raw(values) for _, values in inputs}
    assert Counter(
        {found: count for found, count in rejected[case.table].items() if found[0] in raw_rows}
    ) == Counter((raw(values), frozenset(row.reasons)) for row, values in inputs if row.reasons)

    key = KEYS[case.table]
    expected = {values[key]: row.staged for row, values in inputs if not row.reasons and not row.is_unread}
    found = {values[key]: staged[case.table].get(values[key], []) for _, values in inputs}
    assert {row_key: len(rows) for row_key, rows in found.items()} == {
        row_key: int(row_key in expected) for row_key in found
    }
    for row_key, values in expected.items():
        assert {column: found[row_key][0][column] for column in values} == values


@pytest.mark.parametrize("table", TABLES)
def test_no_good_row_is_lost_or_changed(table, small, broken):
    good = Counter(small.content(f"stg_{table}"))
    assert good
    assert good <= Counter(broken.content(f"stg_{table}"))


@pytest.mark.parametrize("table", KEYS)
def test_nothing_else_is_rejected(table, rejected):
    line_handed_in_twice = {"order_lines": 1}  # of the stories
    expected = sum(bool(row.reasons) for row in rows_of(table)) + line_handed_in_twice.get(table, 0)
    assert rejected[table].total() == expected


@pytest.mark.parametrize("table", KEYS)
def test_input_rows_are_staged_rejected_or_unread(table, broken):
    tables = broken_shop(stories())
    erased_orders = {row["order_id"] for row in tables["orders"] if row.get("user_id") == "u37"}
    in_input = [
        row
        for row in tables[table]
        if row.get("user_id") != "u37" and not (table == "order_lines" and row["order_id"] in erased_orders)
    ]
    late_links = {"identities": 1}  # of the stories
    unread = sum(row.is_unread for row in rows_of(table)) + late_links.get(table, 0)
    counted = broken.query(
        "select input_row_count, unread_row_count, staged_row_count + cancelling_row_count + rejected_row_count "
        f"from input_row_counts where table_name = '{table}'"
    )
    assert counted == [(len(in_input), unread, len(in_input) - unread)]
    assert counted[0][2] == broken.value(
        f"select (select count(*) from stg_{table}) + (select count(*) from rejected_{table})"
        + (" + (select count(*) from stg_cancelling_lines)" if table == "order_lines" else "")
    )


def test_everybody_still_gets_a_full_list(broken):
    assert broken.query(
        "select distinct count(list.item_id) from stg_users "
        "left join user_recommendations as list using (user_id) group by user_id"
    ) == [(12,)]


# --- what rows of several tables say together -----------------------------------------------------------------


def test_returned_and_cancelled_lines_are_no_purchases(broken):
    kept = broken.query(
        "select item_id, kept_quantity, net_amount from int_purchases where user_id = 'dora' order by all"
    )
    assert kept == [
        ("foreign", 2, None),  # what a second currency is worth is not known
        ("gift", 1, 3),
        ("kept", 2, 6),
        ("mug", 1, 3),  # of the red one
        ("partly cancelled", 3, 9),
        ("partly returned", 2, 6),
    ]


def test_only_what_was_kept_for_oneself_shapes_taste(broken):
    taste = broken.query(
        "select item_id from int_interactions where user_id = 'dora' and interaction_weight > 0"
    )
    assert {item for (item,) in taste} == {"foreign", "kept", "mug", "partly cancelled", "partly returned"}


def test_a_cancellation_takes_back_a_line_of_the_same_buyer_that_held_as_many(broken):
    cancelled = broken.query(
        "select order_line_id, cancelled_order_line_id from int_cancellations "
        "where order_line_id like 'C%' order by all"
    )
    assert cancelled == [
        ("C1 cancelled", "first cancelled"),
        ("C1 cancelled twice", "second cancelled twice"),
        ("C1 kept", None),
        ("C1 partly cancelled", "first partly cancelled"),
        ("C2 cancelled twice", "first cancelled twice"),
        ("C2 parcel", "first parcel"),
        ("C3 kept", None),
    ]


def test_guest_orders_belong_to_who_used_the_device_then(broken):
    buyers = broken.query(
        "select order_id, user_id from int_purchases "
        "where order_id like 'tablet%' or order_id in ('café', 'phone') order by order_id"
    )
    assert buyers == [
        ("café", None),
        ("phone", None),
        ("tablet 15", "ann"),
        ("tablet 30", "ann"),
        ("tablet 5", "ben"),
    ]


def test_conflicting_identities_are_reported(broken):
    assert broken.query("from identity_conflicts order by all") == [
        ("café", 3, "kept_apart"),
        ("tablet", 2, "split_by_time"),
    ]


def test_accounts_with_one_address_keep_their_lists_and_get_one_email(broken):
    twins = "user_id in ('twin 1', 'twin 2')"
    assert broken.query(
        f"select user_id, count(*) from user_recommendations where {twins} group by all order by all"
    ) == [("twin 1", 12), ("twin 2", 12)]
    assert broken.query(f"select decision, reason from send_decisions where {twins} order by user_id") == [
        ("send", "mailable"),
        ("hold", "address_already_mailed"),
    ]
    assert broken.query(
        "select count(*), count(distinct email) from email_queue where email like 'twins@%'"
    ) == [(1, 1)]


@pytest.mark.parametrize(
    ("user", "decision", "reason"),
    [
        ("unknown frequency", "hold", "unknown_frequency"),
        ("unknown consent", "hold", "unknown_consent"),
        ("malformed email 0", "hold", "no_valid_email"),
        ("no frequency", "send", "mailable"),
    ],
)
def test_who_can_not_be_asked_is_not_mailed(user, decision, reason, broken):
    decided = broken.query(f"select decision, reason from send_decisions where user_id = '{user}'")
    assert decided == [(decision, reason)]


def test_postage_is_neither_bought_nor_recommended(broken):
    non_products = "(select item_id from stg_items where not is_product)"
    assert broken.query(f"from {non_products} order by all") == [
        ("item named Carte cadeau 50 €",),
        ("item named DOTCOM POSTAGE",),
        ("item named Gift voucher £20",),
        ("item named Manual",),
        ("item named Package Protection (2 items)",),
        ("item named Tarjeta regalo",),
        ("item named Versandkosten Österreich",),
        ("parcel",),
    ]
    for relation in ("int_purchases", "user_recommendations"):
        assert broken.query(f"select item_id from {relation} where item_id in {non_products}") == []


def test_a_cycle_of_parents_ends(broken):
    """Two that are each other's parents are one family; of a longer cycle each stays for itself."""
    families = broken.query(
        "select item_id, family_item_id from int_item_families where item_id like 'cycle%' order by all"
    )
    assert families == [
        ("cycle 0", "cycle 0"),
        ("cycle 1a", "cycle 1a"),
        ("cycle 1b", "cycle 1a"),
        ("cycle 2a", "cycle 2a"),
        ("cycle 2b", "cycle 2b"),
        ("cycle 2c", "cycle 2c"),
    ]


# --- tables ---------------------------------------------------------------------------------------------------


def problems_of(folder: Path, **variables) -> list[str]:
    """Builds from inputs that can't be used; the problems that the one message lists."""
    stopped = build_in(folder, **variables)
    assert not stopped.succeeded
    assert "can't be used, nothing is built from it." in stopped.text
    built_from_them = {stopped.schema(relation) for relation in stopped.relations() if "." not in relation}
    assert built_from_them.isdisjoint({"gate", "staging", "recommendations", "email"})
    problem = stopped.value("select problem from inputs.latest_run")
    # dbt says it twice: as it goes, and as the outcome
    found = sorted({line.strip()[2:] for line in stopped.text.splitlines() if line.startswith("  - ")})
    assert sorted(problem.split("; ")) == found
    return found


def test_every_missing_required_table_is_named(tmp_path):
    assert problems_of(tmp_path) == sorted(
        f"table {table} is missing: expected {table}.parquet or {table}.csv in inputs (var input_location)"
        for table in REQUIRED_TABLES
    )


def test_every_empty_required_table_is_named(tmp_path):
    (tmp_path / "inputs").mkdir()
    for contract in CONTRACTS:
        header = ",".join(column.name for column in contract.columns)
        (tmp_path / "inputs" / f"{contract.table_name}.csv").write_text(header + "\n")
    assert problems_of(tmp_path) == sorted(
        f"table {table} is empty: expected at least one row in {table}.parquet or {table}.csv in inputs "
        "(var input_location)"
        for table in REQUIRED_TABLES
    )


def test_every_missing_required_column_is_named_with_its_type(tmp_path):
    (tmp_path / "inputs").mkdir()
    expected = []
    for contract in CONTRACTS:
        optional = [column.name for column in contract.columns if not column.meta.get("required")]
        found = ",".join(["surplus", *optional])
        (tmp_path / "inputs" / f"{contract.table_name}.csv").write_text(f"{found}\n{'1,' * len(optional)}1\n")
        if not optional:  # the header may be missing
            expected.append(
                f"table {contract.table_name} has none of its columns: its first row must name them, in "
                f"{contract.table_name}.parquet or {contract.table_name}.csv in inputs (var input_location)"
            )
            continue
        expected += [
            f"column {contract.table_name}.{column.name} is missing: expected {column.data_type}, "
            f"found only {found.replace(',', ', ')}"
            for column in contract.columns
            if column.meta.get("required")
        ]
    assert problems_of(tmp_path) == sorted(expected)


def assert_full_lists(built: Build) -> None:
    assert built.succeeded, built.text
    lists = built.query("select count(*) from user_recommendations group by user_id")
    assert lists == [(12,)] * built.value("select count(*) from stg_users")


def absent_together() -> list[list[str]]:
    """Few sets of optional tables, such that of any two tables a set holds one without the other.

    Each table has a pair of sets of its own: no pair lies within another.
    """
    count = next(n for n in count_from(2) if comb(n, 2) >= len(OPTIONAL_TABLES))
    pairs = dict(zip(OPTIONAL_TABLES, combinations(range(count), 2), strict=False))
    return [[table for table, pair in pairs.items() if number in pair] for number in range(count)]


def test_any_optional_table_is_absent_beside_any_other_one():
    sets = absent_together()
    for one, other in permutations(OPTIONAL_TABLES, 2):
        assert any(one in absent and other not in absent for absent in sets)


@pytest.mark.parametrize("absent", absent_together(), ids=", ".join)
def test_without_optional_tables_all_that_reads_them_is_built(absent, small, tmp_path):
    """Both there, both absent: the clean build and the one of the required tables alone."""
    tables = {table: rows for table, rows in small_shop().items() if table not in absent}
    write_parquet(tables, tmp_path / "inputs")
    small.copied_to(tmp_path)
    readers = [f"input_{table}+" for table in absent]
    without = build_in(tmp_path, "--select", *readers, "input_erasure_requests", *NO_GATE)
    assert_full_lists(without)
    for table in absent:
        assert without.value(f"select count(*) from stg_{table}") == 0


def test_without_any_optional_table_every_mart_is_built(small, required_alone):
    assert_full_lists(required_alone)
    assert required_alone.relations() == small.relations()
    assert set(marts()) <= set(small.relations())


def write_faulty_shop(faulty_users: int, folder: Path) -> None:
    """So many faulty users beside 39 good ones, 30 % faulty identities, and cancellations, which are no faults; and an
    address where an id should say who is to be erased."""
    tables = small_shop()
    tables["erasure_requests"].append({"user_id": " User3@example.com", "requested_at": AS_OF})
    tables["users"] += [{"user_id": None, "first_name": f"Nobody {number}"} for number in range(faulty_users)]
    tables["identities"] += [{"anonymous_id": f"device {number}", "user_id": None} for number in range(16)]
    tables["order_lines"] += [
        row | {"order_line_id": f"C {row['order_line_id']}", "quantity": -row["quantity"]}
        for row in tables["order_lines"][:100]
    ]
    write_parquet(tables, folder / "inputs")


def test_a_share_of_faulty_rows_warns(tmp_path):
    """Of users and requests: the limit of identities is above theirs; fewer than rejected_rows_min stop no build."""
    write_faulty_shop(9, tmp_path)
    checks = ("+checked_users", "+checked_identities", "+checked_order_lines", "+checked_erasure_requests")
    warned = build_in(tmp_path, *only(*checks), tests=True)
    assert warned.succeeded, warned.text
    assert sorted(line for line in warned.text.splitlines() if "rows rejected" in line) == [
        "checked_erasure_requests: 1 of 2 rows rejected, 50.0 %; expected at most 1.0 % (var rejected_share_warn). "
        "Commonest: user_id is the address of a user who has another id (1). All of them: "
        f"{warned.schema('checked_erasure_requests')}.checked_erasure_requests where reject_reasons <> ''",
        "checked_users: 9 of 48 rows rejected, 18.8 %; expected at most 1.0 % (var rejected_share_warn). "
        "Commonest: user_id is missing (9). All of them: "
        f"{warned.schema('checked_users')}.checked_users where reject_reasons <> ''",
    ]


def test_a_larger_share_of_faulty_rows_stops_the_build(tmp_path):
    write_faulty_shop(10, tmp_path)
    stopped = build_in(tmp_path, *only("+stg_users"), tests=True)
    assert not stopped.succeeded
    rows = f"{stopped.schema('checked_users')}.checked_users where reject_reasons <> ''"
    assert (
        "checked_users: 10 of 49 rows rejected, 20.4 %; expected at most 5.0 % (var rejected_share_error). "
        f"Commonest: user_id is missing (10). All of them: {rows}"
    ) in stopped.text
    # what the message names is there to look at, what needs users is not
    assert stopped.value(f"select count(*) from {rows}") == 10
    assert "stg_users" not in stopped.relations()


# --- any text at all --------------------------------------------------------------------------------------------

hostile_text = st.text() | st.text(alphabet=" \t\r\n\x00\x1b\u2028\u202e<>\"'`,;:@./\\%aA1é🍵")
any_examples = settings(max_examples=100, derandomize=True, database=None, deadline=None)


@pytest.fixture(scope="module")
def cleaned():
    """A function that runs one cleaning macro on one text, in DuckDB without dbt."""
    macros = ["clean_email", "clean_url", "printable_text", "clean_text", "clean_number", "clean_timestamp"]
    columns = ", ".join("{{ " + macro + "('value') }} as " + macro for macro in macros)
    compiled = run_dbt(
        *("compile", *FRUGAL, "--inline", f"select {columns} from texts"),
        variables=VARS,
        folder=FOLDER,
        database=FOLDER / "w.duckdb",
        manifest=manifest(VARS),
    )
    sql = compiled.results[0].node.compiled_code
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")

        def clean_one(macro: str, text: str):
            query = f"with texts as (select cast(? as varchar) as value) select {macro} from ({sql})"
            return connection.execute(query, [text]).fetchone()[0]

        yield clean_one


@any_examples
@given(local=hostile_text, domain=hostile_text)
def test_no_address_can_break_out_of_a_header(cleaned, local, domain):
    for text in (local, f"{local}@example.com", f"ada@{domain}", f"ada@example.com{domain}"):
        email = cleaned("clean_email", text)
        assert email is None or (
            email in text.lower()
            and email.count("@") == 1
            and email.isascii()
            and not set(email) & set("\r\n\x00 ,;:<>()[]\"'\\")
        )


@any_examples
@given(start=hostile_text, end=hostile_text)
def test_no_address_of_a_page_is_anything_but_https(cleaned, start, end):
    for text in (start, f"https://shop.example/{end}", f"https://{end}", f"{start}https://shop.example/"):
        url = cleaned("clean_url", text)
        assert url is None or (
            url.startswith("https://")
            and url.isascii()
            and url.isprintable()
            and not set(url) & set(" <>\"'`\\")
        )


@any_examples
@given(text=hostile_text)
def test_printed_text_is_one_line_and_loses_no_letter(cleaned, text):
    printable = cleaned("printable_text", text)

    def letters(value: str | None) -> str:
        return "".join(c for c in value or "" if not c.isspace() and unicodedata.category(c) != "Cc")

    assert letters(printable) == letters(text)
    if printable is not None:
        assert printable.splitlines() == [printable]
        assert not any(unicodedata.category(c) == "Cc" for c in printable)
        assert printable == printable.strip() and "  " not in printable


@any_examples
@given(text=hostile_text)
def test_no_key_is_blank(cleaned, text):
    key = cleaned("clean_text", text)
    assert key is None or key == key.strip() != ""


@any_examples
@given(
    moment=st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)),
    offset=st.integers(-14 * 60, 14 * 60),
)
def test_timestamps_of_any_offset_are_utc(cleaned, moment, offset):
    local = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))
    assert cleaned("clean_timestamp", local.isoformat()) == local.astimezone(UTC).replace(tzinfo=None)
    assert cleaned("clean_timestamp", moment.isoformat()) == moment


@any_examples
@given(number=st.decimals(-(10**13), 10**13, places=4), text=hostile_text)
def test_numbers_are_exact_and_anything_else_is_none(cleaned, number, text):
    assert cleaned("clean_number", f" {number} ") == number
    assert isinstance(cleaned("clean_number", text), Decimal | None)


# --- with other vars, for each of which dbt parses anew --------------------------------------------------------


def test_csv_files_of_any_make_read_like_parquet(small, tmp_path):
    """Other encodings, a byte-order mark, quoted newlines, stray columns, capital headers; and one order of 2099."""
    tables = small_shop()
    tables["items"][0]["item_name"] = "Tea\r\n\tno. 0"
    for row in tables["users"]:
        row["surplus"] = 'a, "b"\nc'
    tables["orders"] = [
        {column.upper(): value for column, value in row.items()}
        for row in [
            *tables["orders"],
            tables["orders"][0] | {"order_id": "stray", "ordered_at": "2099-01-01"},
        ]
    ]
    encodings = {"users": "latin-1", "items": "utf-16", "orders": "utf-8-sig"}
    for table, rows in tables.items():
        write_csv({table: rows}, tmp_path / "inputs", encodings.get(table, "utf-8"))
    read = build_in(tmp_path, "--select", "+path:models/staging", *NO_GATE, as_of=None)
    assert read.succeeded, read.text
    with contextlib.chdir(tmp_path):
        assert read.value("select as_of from stg_as_of") == AS_OF
    assert_same(read, small, [f"stg_{table}" for table in TABLES])


def test_variants_stay_apart_when_told_so(broken, tmp_path):
    shutil.copytree(broken.database.parent, tmp_path, dirs_exist_ok=True)
    apart = build_in(tmp_path, "--select", "int_item_families", roll_up_variants=False)
    assert apart.succeeded, apart.text
    assert apart.query("select item_id from int_item_families where item_id <> family_item_id") == []


def test_every_missing_required_table_of_a_schema_is_named(tmp_path):
    assert problems_of(tmp_path, input_schema="shop") == sorted(
        f"table {table} is missing: expected table shop.{table} (var input_schema)"
        for table in REQUIRED_TABLES
    )
