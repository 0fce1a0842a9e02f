"""The page about a build's inputs, from warehouses made by hand, and the written contract."""

import re
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from warehouse import CONTRACTS

from input_checks.contract import InputContract
from recmail import docs, quality_page

HOSTILE = "<script>alert(1)</script>"
RESULT_COLUMNS = """
    input_fingerprint varchar, table_name varchar, column_name varchar, expectation varchar, severity varchar,
    description varchar, observed varchar, sample_keys varchar, row_count bigint, unexpected_count bigint,
    unexpected_share double, is_success boolean
"""


@pytest.fixture
def warehouse(tmp_path) -> Path:
    """What a build leaves whose gate is open, with one hostile row set aside."""
    path = tmp_path / "warehouse.duckdb"
    change(
        path,
        f"""
        create schema inputs;
        create schema quality;
        create schema staging;
        create table inputs.latest_run as
            select 'run-1' as invocation_id, 'fingerprint-1' as input_fingerprint, null::varchar as problem;
        create table quality.input_validation_results ({RESULT_COLUMNS});
        insert into quality.input_validation_results values
            ('fingerprint-1', 'users', 'user_id', 'unique', 'critical', 'user_id is unique.', '0 of 4 rows', '[]',
                4, 0, 0, true),
            ('fingerprint-1', 'users', 'email', 'text', 'warning', 'email is text.',
                '2 of 4 rows, such as ''Ann of Springfield''', '["ann@shop.example"]', 4, 2, 0.5, false);
        create table quality.input_row_counts as
            select 'users' as table_name, 4 as input_row_count, 1 as unread_row_count, 1 as staged_row_count,
                2 as rejected_row_count;
        create table quality.input_history as
            select 'fingerprint-' || run_number as input_fingerprint, 'users' as table_name, run_number,
                run_number * 2 as row_count, 2 - run_number as critical_failure_count, 0 as warning_count
            from (values (1), (2)) as runs (run_number);
        create table quality.identity_conflicts as
            select 'a1' as anonymous_id, 3 as user_count, 'kept_apart' as resolution;
        create table quality.repaired_fields as
            select 'users' as table_name, 'u1' as row_key,
                'timezone is unknown; locale is no language tag' as repairs;
        create table staging.rejected_users as
            select * from (values
                ('u1', 'user_id is odd; {HOSTILE}', '{{"user_id": "{HOSTILE}", "email": "ann@shop.example",
                    "first_name": "Ann", "city": null, "country_code": "bob@shop.example"}}'::json),
                ('u2', 'user_id is odd', '{{"user_id": "u2", "city": "Springfield", "phone": "0049 170 5550"}}'::json)
            ) as rows (user_id, reject_reasons, raw_row);
        """,
    )
    return path


def change(database: Path, sql: str) -> None:
    with duckdb.connect(database) as connection:
        connection.execute(sql)


def page_of(database: Path) -> str:
    out = database.parent / "pages" / "input_quality.html"
    outcome = CliRunner().invoke(quality_page.main, ["--database", database, "--out", out])
    assert outcome.exit_code == 0, outcome.output
    return out.read_text(encoding="utf-8")


def test_committed_pages_are_what_the_project_says():
    outcome = CliRunner().invoke(docs.main, ["--check"])
    assert outcome.exit_code == 0, outcome.output


def test_a_changed_page_is_noticed_and_written_anew(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text("edited by hand", encoding="utf-8")
    monkeypatch.setattr(docs, "PAGES", {"page.md": lambda _manifest: "as it should be"})
    assert docs.write_pages(tmp_path, None, check=True) == ["page.md"]
    assert page.read_text(encoding="utf-8") == "edited by hand"
    assert docs.write_pages(tmp_path, None) == ["page.md"]
    assert page.read_text(encoding="utf-8") == "as it should be"
    assert docs.write_pages(tmp_path, None) == []


def test_contract_says_of_each_finding_what_follows():
    def column(name: str, data_type: str, **meta) -> dict:
        return {"name": name, "data_type": data_type, "description": "", "config": {"meta": meta}}

    model = {
        "description": "One row per a.",
        "config": {
            "alias": "things",
            "meta": {
                "key": ["a", "b"],
                "rules": ["a", "b", {"reason": "c is odd", "when": "c = 1", "is_fault": False}],
            },
        },
        "columns": [
            column("a", "number", required=True, above=0, at_most="most"),
            column("b", "text", values=["x"]),
            column("c", "text", unusable="is no address"),
            column("d", "boolean", unusable="is neither", counts_as="true"),
        ],
    }
    limits = {"most": 9, "rejected_share_warn": {"default": 0.01}, "rejected_share_error": {"default": 0.05}}
    assert list(InputContract.from_yaml(model, limits).findings()) == [
        ("a is missing or not a number", "row set aside"),
        ("a is not above 0", "row set aside"),
        ("a is absurd", "row set aside"),
        ("b is unknown", "row set aside"),
        ("c is odd", "row set aside, which is no fault"),
        ("c is no address", "counts as null"),
        ("d is neither", "counts as true"),
        ("duplicate of a and b", "row set aside"),
    ]


def test_open_gate_with_everything_there(warehouse):
    page = page_of(warehouse)
    assert "<h2>Gate open</h2>" in page
    assert "All 1 critical expectations hold; 1 warning." in page
    assert "Missing:" not in page
    numbers = re.findall(
        r'<td class="number">(.*?)</td>', page.split("<h2>Rows</h2>")[1].split("</section>")[0]
    )
    assert numbers == ["4", "1", "2", "1", "50.00%"]
    assert "<b>2</b> user_id is odd" in page
    assert "timezone is unknown</td>" in page and "locale is no language tag</td>" in page
    assert "kept apart" in page
    assert page.count("<circle") == 2 and page.count("class=failure") == 1
    assert page.index("email is text.") < page.index("user_id is unique."), "failed ones come first"


def test_same_warehouse_same_page(warehouse):
    assert page_of(warehouse) == page_of(warehouse)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("update inputs.latest_run set problem = 'table users is missing'", "table users is missing"),
        (
            "update quality.input_validation_results set is_success = false where severity = 'critical'",
            "1 of 1 critical expectations failed",
        ),
        ("update inputs.latest_run set input_fingerprint = 'other'", "belong to other inputs"),
        ("drop table quality.input_validation_results", "stopped before its inputs were checked"),
        ("drop table inputs.latest_run", "No run has looked at any inputs yet"),
    ],
)
def test_closed_gate_says_why(warehouse, sql, message):
    change(warehouse, sql)
    page = page_of(warehouse)
    assert "<h2>Gate closed</h2>" in page
    assert message in page


def test_stopped_run_shows_what_there_is(tmp_path):
    database = tmp_path / "stopped.duckdb"
    change(database, "create table unrelated (a integer)")
    page = page_of(database)
    for relation in (
        "input_row_counts",
        "input_validation_results",
        "rejected_&lt;input&gt;",
        "repaired_fields",
        "identity_conflicts",
        "input_history",
    ):
        assert f"Missing: <code>{relation}</code>" in page


def test_hostile_text_is_escaped(warehouse):
    page = page_of(warehouse)
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 3, (
        "in the reason and in its row, shown twice"
    )


def test_personal_data_is_masked(warehouse):
    page = page_of(warehouse)
    for personal in ("ann@", "bob@", "Ann", "Springfield", "5550"):
        assert personal not in page
    assert "<span>email</span> …" in page and "<span>city</span> …" in page
    assert "such as …" in page
    marked = {
        column.name for contract in CONTRACTS for column in contract.columns if column.meta.get("personal")
    }
    assert marked <= quality_page.PERSONAL_COLUMNS


def test_page_loads_nothing(warehouse):
    page = page_of(warehouse)
    assert (
        re.findall(r"\b(?:src|href|srcset|action)\s*=|url\(|@import|<(?:script|link|iframe|img)\b", page)
        == []
    )
    policy = re.search(r'Content-Security-Policy" content="(.*?)"', page)[1]
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    assert policy.startswith("default-src 'none';")
    assert f"style-src '{quality_page.csp_hash(style)}'" in policy


def test_missing_database_is_named(tmp_path):
    arguments = ["--database", tmp_path / "none.duckdb", "--out", tmp_path / "page.html"]
    outcome = CliRunner().invoke(quality_page.main, arguments)
    assert outcome.exit_code == 1
    assert "there is no database" in outcome.output and "none.duckdb" in outcome.output
