"""The input gate on a small shop: what it says of sound and of broken tables. One build's worth of GX, no dbt."""

from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from dbt_common.clients.agate_helper import table_from_data_flat
from dbt_macros import project_macros
from shop import small_shop, write_parquet
from warehouse import INPUT_MODELS, build, compiled_models, connect

from benchmarks.gate import make_lines, order_lines_contract, run_on_duckdb, run_on_pandas
from dbt_tools.build_vars import declared_vars
from dbt_tools.macros import call_macro
from email_render.gate import gate_problem
from input_checks import gate
from input_checks.contract import InputContract
from input_checks.gate import judge_inputs, observation
from input_checks.suite import expectations

LIMITS = {
    "as_of": None,
    "rejected_rows_min": 10,
    "volume_runs": 5,
    "volume_warn_factor": 2,
    "volume_error_share": 0.1,
    "freshness_warn_days": 7,
    "freshness_error_days": 60,
}
NATIVE = {"number": "double", "timestamp": "timestamp", "boolean": "boolean"}


def contracts_with(**variables) -> list[InputContract]:
    return [InputContract.from_yaml(model, declared_vars() | variables) for model in INPUT_MODELS]


@pytest.fixture(scope="module")
def shop_files(tmp_path_factory):
    return write_parquet(small_shop(), tmp_path_factory.mktemp("gate"))


def make_inputs(connection: duckdb.DuckDBPyConnection, folder, *changes: str) -> None:
    """The small shop as tables of schema inputs, after SQL changes to them."""
    connection.execute("create schema inputs")
    for contract in contracts_with():
        path = folder / f"{contract.table_name}.parquet"
        found = {row[0] for row in connection.execute(f"describe from '{path}'").fetchall()}
        columns = ", ".join(
            f"cast({column.name if column.name in found else 'null'} as "
            f"{NATIVE.get(column.data_type, 'varchar')}) as {column.name}"
            for column in contract.columns
        )
        connection.execute(f"create table inputs.{contract.table_name} as select {columns} from '{path}'")
    for change in changes:
        connection.execute(change)


@pytest.fixture(scope="module")
def judge(shop_files):
    """Judges the small shop after SQL changes to its tables; returns {(table, column, description): row}."""

    def judged(*changes: str, history=(), shares=None, **limits) -> dict:
        with duckdb.connect() as connection:
            make_inputs(connection, shop_files, *changes)
            contracts = contracts_with(**(shares or {}))
            rows = judge_inputs(connection, contracts, list(history), LIMITS | limits)
        return {(row["table_name"], row.get("column_name"), row["description"]): row for row in rows}

    return judged


@pytest.fixture(scope="module")
def judge_in_sql(shop_files):
    """The same by the model that stands in with var gate: sql; freshness_error_days is null there."""
    (sql,) = compiled_models("input_validation_results", {"gate": "sql"}).values()

    def judged(*changes: str, history=()) -> dict:
        with duckdb.connect() as connection:
            make_inputs(connection, shop_files, *changes)
            connection.execute("create table input_fingerprint as select 'today' as input_fingerprint")
            connection.execute(
                "create table input_runs (input_fingerprint varchar, table_name varchar, run_number int, row_count int)"
            )
            for age, run in enumerate(history):
                values = [f"run {age}", run["table_name"], -age, run["row_count"]]
                connection.execute("insert into input_runs values (?, ?, ?, ?)", values)
            connection.execute("set search_path = 'main,inputs'")
            rows = connection.sql(sql).to_arrow_table().to_pylist()
        return {(row["table_name"], row["column_name"], row["description"]): row for row in rows}

    return judged


def failures(results: dict, severity: str = "critical") -> dict:
    """{table or table.column: what was observed} of the failed expectations, several joined by "; "."""
    found: dict[str, str] = {}
    for key, row in results.items():
        if not row["is_success"] and row["severity"] == severity:
            place = ".".join(filter(None, key[:2]))
            found[place] = "; ".join(filter(None, [found.get(place), row["observed"]]))
    return found


def test_a_sound_shop_passes_and_every_input_is_judged(judge):
    results = judge()
    assert failures(results) == failures(results, "warning") == {}
    assert {table for table, *_ in results} == {contract.table_name for contract in contracts_with()}
    assert all(row["observed"] for row in results.values())


def test_twice_gives_the_same_rows(judge):
    change = "update inputs.orders set order_id = null where order_id < 'o2'"
    assert judge(change) == judge(change)


@pytest.mark.parametrize(
    ("change", "column", "observed"),
    [
        ("update inputs.orders set order_id = null where order_id < 'o11'", "orders.order_id", "rows ("),
        ("update inputs.order_lines set order_line_id = 'same'", "order_lines.order_line_id", "(100.0%)"),
        (
            "alter table inputs.order_lines alter unit_price type varchar using 'n/a'",
            "order_lines.unit_price",
            "such as 'n/a'",
        ),
        (
            "alter table inputs.orders alter ordered_at type varchar using 'yesterday'",
            "orders.ordered_at",
            "such as 'yesterday'",
        ),
        ("delete from inputs.users", "users", "0 rows"),
    ],
    ids=["null keys", "duplicate keys", "text for numbers", "text for times", "empty"],
)
def test_an_unusable_table_fails_and_says_what_was_found(judge, change, column, observed):
    found = failures(judge(change))
    assert observed in found[column]


def test_what_cannot_be_computed_says_so():
    (contract,) = [contract for contract in contracts_with() if contract.table_name == "offers"]
    error = {"column_values.nonnull": {"raised_exception": True, "exception_message": "out of\nmemory"}}
    result = SimpleNamespace(result={}, exception_info=error)
    found = observation(None, contract, next(expectations(contract)), result, row_count=1)
    assert found == {"observed": "could not be checked: out of memory"}


def test_the_vars_loosen_and_tighten_the_suites(judge):
    """29 % of the orders without a time: too many, unless the shop says so for this table."""
    change = "update inputs.orders set ordered_at = null where order_id < 'o14'"
    error, warn = {"default": 0.05, "orders": 0.5}, {"default": 0.01, "orders": 0.2}
    assert "orders.ordered_at" in failures(judge(change))
    loosened = judge(change, shares={"rejected_share_error": error, "rejected_share_warn": warn})
    assert failures(loosened) == {}
    assert "orders.ordered_at" in failures(loosened, "warning")
    assert ("orders", "ordered_at", "ordered_at has a value in at least 80 % of the rows.") in loosened


def test_a_few_bad_rows_are_a_warning_with_their_smallest_keys(judge):
    results = judge(
        "update inputs.orders set ordered_at = null where order_id in ('o3', 'o14', 'o5')",
    )
    assert failures(results) == {}
    row = results["orders", "ordered_at", "ordered_at has a value in at least 99 % of the rows."]
    assert (row["is_success"], row["unexpected_count"], row["sample_keys"]) == (
        False,
        3,
        '["o14", "o3", "o5"]',
    )


def test_neither_addresses_nor_erased_users_are_kept(judge):
    results = judge(
        "update inputs.erasure_requests set requested_at = null",
        "alter table inputs.users alter signed_up_at type varchar using email || chr(10) || chr(27)",
    )
    assert "u37" not in str(results)
    found = failures(results)["users.signed_up_at"]
    assert "@example.com" not in found and found.isprintable()


def test_an_empty_optional_table_is_fine(judge):
    assert failures(judge("delete from inputs.web_events", "delete from inputs.offers")) == {}


def test_ids_that_hardly_meet_fail_with_samples_of_both_inputs(judge):
    """Some that are unknown are guests who were deleted; nearly all are two ways to write ids."""
    results = judge("update inputs.orders set user_id = 'c-' || user_id")
    assert failures(results) == {
        "orders.user_id": "0 of 38; unknown are such as c-u0, c-u1, c-u10; users has such as u0, u1, u10"
    }
    assert failures(judge("update inputs.orders set user_id = 'c-' || user_id where user_id >= 'u15'")) == {}


@pytest.mark.parametrize(
    ("change", "column", "observed"),
    [
        ("update inputs.items set parent_item_id = 'i0' where item_id >= 'i2'", "items.parent_item_id", "i0"),
        ("update inputs.items set category = 'all' where item_id > 'i1'", "items.category", "all"),
        ("update inputs.items set brand = 'n. v.'", "items.brand", "n. v."),
        ("update inputs.orders set user_id = 'u1' where order_id > 'o13'", "orders.user_id", "u1"),
    ],
)
def test_a_value_that_swallows_a_table_is_a_warning(judge, change, column, observed):
    results = judge(change)
    assert failures(results) == {}
    assert failures(results, "warning")[column].endswith(f" rows have {observed}")


def test_volume_is_compared_with_the_median_of_earlier_runs(judge):
    earlier = [{"table_name": "users", "row_count": count} for count in (1000, 90, 100, 110, 1)]
    assert failures(judge(history=earlier), "warning") == {"users": "40 rows, usually 100"}
    assert failures(judge(history=earlier)) == {}
    assert failures(judge("delete from inputs.users where user_id >= 'u13'", history=earlier)) == {
        "users": "5 rows, usually 100"
    }


def test_old_orders_are_stale(judge):
    assert failures(judge(as_of="2024-07-08 12:00:00"), "warning") == {"orders.ordered_at": "8.0 days"}
    assert failures(judge(as_of="2024-08-30 12:00:00")) == {"orders.ordered_at": "61.0 days"}
    assert failures(judge(as_of="2024-08-30 12:00:00", freshness_error_days=None)) == {}


def test_what_is_known_of_the_same_rows_is_not_judged_again(shop_files, monkeypatch):
    judged = []
    suite_rows = gate.suite_rows

    def counted(context, connection, contract, *arguments):
        judged.append(contract.table_name)
        return suite_rows(context, connection, contract, *arguments)

    monkeypatch.setattr(gate, "suite_rows", counted)
    monkeypatch.setattr(gate, "LAST_FOUND", {})
    contracts = contracts_with()
    tables = [contract.table_name for contract in contracts]
    with duckdb.connect() as connection:
        make_inputs(connection, shop_files)
        held = dict.fromkeys(tables, "as they are")

        def rows(held=held, contracts=contracts, **limits):
            judged.clear()
            return judge_inputs(connection, contracts, [], LIMITS | limits, held)

        first = rows()
        assert sorted(judged) == sorted(tables)
        assert rows() == first and not judged
        assert rows(held | {"users": "another user"}) == first and judged == ["users"]
        assert rows(held) == first and judged == ["users"], "of a table only the last rows are known"
        assert rows(rejected_rows_min=2) and sorted(judged) == sorted(tables)
        assert rows(contracts=contracts_with(rejected_share_warn={"default": 0.5})) and sorted(
            judged
        ) == sorted(tables)
        assert rows(None) and sorted(judged) == sorted(tables), "who doesn't say what tables hold"


@pytest.mark.parametrize(
    "changes",
    [
        [],
        [
            "update inputs.orders set order_id = null where order_id < 'o11'",
            "update inputs.orders set ordered_at = ordered_at - interval 30 day",
            "update inputs.order_lines set order_line_id = 'same'",
            "update inputs.items set category = 'all' where item_id > 'i1'",
        ],
        [
            "alter table inputs.order_lines alter unit_price type varchar using 'n/a'",
            "alter table inputs.orders alter ordered_at type varchar using 'yesterday'",
            "alter table inputs.items alter is_active type varchar using 'perhaps'",
            "update inputs.orders set user_id = 'c-' || user_id",
        ],
        [
            "delete from inputs.users",
            "delete from inputs.web_events",
            "update inputs.orders set ordered_at = null where order_id in ('o3', 'o14', 'o5')",
            "update inputs.order_lines set unit_price = -1, quantity = 1e9 where order_id < 'o5'",
        ],
    ],
    ids=["sound", "values", "types", "rows"],
)
def test_the_gate_in_sql_judges_as_great_expectations_does(judge, judge_in_sql, changes):
    history = [{"table_name": "users", "row_count": count} for count in (1000, 90, 100, 110, 1, 7)]
    judged = ("expectation", "severity", "is_success", "row_count", "unexpected_count")
    expected = judge(*changes, history=history, freshness_error_days=None)
    found = judge_in_sql(*changes, history=history)
    assert {key: [row.get(name) for name in judged] for key, row in found.items()} == {
        key: [row.get(name) for name in judged] for key, row in expected.items()
    }


def test_the_benchmark_of_the_gate_judges_alike_on_both_engines(tmp_path):
    lines = tmp_path / "order_lines.parquet"
    make_lines(lines, 2_000)
    expected = len(list(expectations(order_lines_contract())))
    assert run_on_duckdb(lines) == run_on_pandas(lines) == expected > 0


def test_a_failed_gate_stops_the_build_with_one_message_and_yesterdays_mail_stays(small, tmp_path):
    database = small.copied_to(tmp_path).database
    with connect(database) as connection:
        assert gate_problem(connection) is None

    tables = small_shop()
    tables["order_lines"] = [row | {"unit_price": "gratis"} for row in tables["order_lines"]]
    broken = build(database, {"input_location": str(write_parquet(tables, tmp_path / "tuesday"))}, tests=True)
    assert not broken.succeeded
    assert "order_lines.unit_price: unit_price is a number in at least 95 %" in broken.text
    assert "Found: 484 of 484 rows, such as 'gratis'" in broken.text
    assert broken.text.count("order_lines.unit_price") == broken.text.count("Found: 484"), (
        "named once a message"
    )
    with connect(database) as connection:
        assert "order_lines: unit_price is a number" in gate_problem(connection)


def test_every_failed_test_says_what_it_found_but_no_more_than_three_kinds():
    said: list[str] = []
    with duckdb.connect() as connection:

        def run_query(sql: str):
            found = connection.execute(sql)
            names = [name for name, *_ in found.description]
            return table_from_data_flat(
                [dict(zip(names, row, strict=True)) for row in found.fetchall()], names
            )

        known = {"execute": True, "run_query": run_query, "exceptions": SimpleNamespace(warn=said.append)}
        # in a warned shop the gate's own test is the fourth that finds something
        orders, items = "model.shop.orders", "model.shop.items"
        tests = [(orders, 1), (orders, 1), (items, 1), (None, 2), (items, 5)]
        results = [
            SimpleNamespace(
                node=SimpleNamespace(
                    resource_type="test",
                    attached_node=attached,
                    name="assert_amounts_add_up",
                    compiled_code=f"select 'fault ' || range as faults from range({kind}) union all select 'fault 0'",
                ),
                status="warn",
            )
            for attached, kind in tests
        ]
        call_macro("print_faults", known, [Path("print_faults.sql")], results)
    assert said == [
        "orders: fault 0 (2 rows)",
        "orders: fault 0 (2 rows)",
        "items: fault 0 (2 rows)",
        "assert_amounts_add_up: fault 0 (2 rows)\nfault 1",
        "items: fault 0 (2 rows)\nfault 1\nfault 2\n… and 2 more kinds of fault",
    ]


def test_a_run_that_builds_only_some_of_what_emails_are_made_of_is_not_mailed(small, tmp_path):
    database = small.copied_to(tmp_path).database
    tables = small_shop()
    tables["users"] = [row | {"email_consent": "unsubscribed"} for row in tables["users"]]
    inputs = str(write_parquet(tables, tmp_path / "tuesday"))
    partly = build(
        database, {"input_location": inputs}, "--select", "+input_validation_results", "email_queue"
    )
    assert partly.succeeded, partly.text
    assert partly.value("select count(*) from email_queue") > 0, "made of yesterday's staging"
    with connect(database) as connection:
        assert "did not build all that emails are made of from its inputs" in gate_problem(connection)


def test_inputs_that_break_off_are_not_mailed_past(small, tmp_path):
    """Nor do emails of the build before go out a second time."""
    database = small.copied_to(tmp_path).database
    inputs = write_parquet(small_shop(), tmp_path / "tuesday")
    whole = (inputs / "orders.parquet").read_bytes()
    (inputs / "orders.parquet").write_bytes(whole[: len(whole) // 2])
    broken = build(database, {"input_location": str(inputs)})
    assert not broken.succeeded
    assert "orders" in broken.text
    with connect(database) as connection:
        assert "orders can't be read or judged" in gate_problem(connection)
        assert connection.execute("select count(*) from email_queue").fetchone()[0] > 0, "yesterday's"


def node(
    name: str,
    *parents: str,
    kind: str = "model",
    status: str = "success",
    tags: tuple[str, ...] = (),
    materialized: str = "table",
) -> SimpleNamespace:
    """A result of a run: `names` are of models of recmail unless they have a package."""
    ids = [parent if "." in parent else f"model.recmail.{parent}" for parent in parents]
    found = SimpleNamespace(
        unique_id=f"{kind}.recmail.{name}",
        name=name,
        resource_type=kind,
        depends_on=SimpleNamespace(nodes=ids),
        tags=tags,
        config=SimpleNamespace(materialized=materialized),
    )
    return SimpleNamespace(node=found, status=status)


@pytest.mark.parametrize(
    ("result", "problem"),
    [
        (node("mart", "stg_users", status="error"), None),
        (node("of_a_mart", "stg_users", "mart", kind="test", status="fail"), None),
        (node("of_the_queue", "email_queue", kind="test", status="fail"), "of_the_queue failed"),
        (node("of_users", "stg_users", kind="test", status="warn"), None),
        (node("stg_users", "input_users", status="error"), "stg_users failed"),
        (node("stg_users", "input_users", status="skipped"), "did not build all that emails are made of"),
    ],
    ids=["a mart", "test of a mart", "test of the queue", "warning", "error before it", "skipped before it"],
)
def test_only_what_emails_are_made_of_makes_a_run_unusable(result, problem):
    """Nor need models of a host's project that inputs are read from be built in the run: they may be ephemeral."""
    built = [node("input_users", "model.host.customers"), node("stg_users", "input_users")]
    built += [node("email_queue", "stg_users", "seed.recmail.texts"), node("mart", "stg_users")]
    graph = SimpleNamespace(nodes={one.node.unique_id: one.node for one in built})
    results = [one for one in built if one.node.name != result.node.name] + [result]
    succeeded = [one.node.unique_id for one in results if one.status == "success"]
    found = project_macros(graph=graph)["problems_of_the_queue"](results, succeeded)
    assert len(found) == bool(problem)
    assert (problem or "") in "".join(found)


@pytest.mark.parametrize("kind", ["model", "seed"])
def test_lists_of_other_models_or_seeds_are_of_another_project(kind):
    """One placement more in its seed, and lists that a round keeps would have numbers of others."""

    def project_hash(checksum: str) -> str:
        placements = SimpleNamespace(
            name="placements",
            resource_type=kind,
            package_name="recmail",
            checksum=SimpleNamespace(checksum=checksum),
        )
        macros = project_macros(graph=SimpleNamespace(nodes={"placements": placements}))
        return macros["project_hash"]()

    assert project_hash("as it was") == project_hash("as it was")
    assert project_hash("as it was") != project_hash("edited")


@pytest.mark.parametrize(
    ("tags", "materialized", "status", "of_this_project", "problem"),
    [
        (("shop_wide",), "table", None, True, None),
        (("shop_wide",), "table", "success", True, None),
        (("shop_wide",), "table", "skipped", True, "did not build all"),
        ((), "table", None, True, "did not build all"),
        ((), "view", None, True, None),
        ((), "view", "skipped", True, "did not build all"),
        ((), "view", None, False, "models, seeds or vars are not those of the last whole build"),
    ],
    ids=[
        "left out",
        "built",
        "skipped",
        "of users, left out",
        "view",
        "skipped view",
        "view of another project",
    ],
)
def test_what_is_of_the_whole_shop_and_views_may_be_older_where_a_run_was_not_asked_for_them(
    tags, materialized, status, of_this_project, problem
):
    """As in a run of selector realtime."""
    similar = node("similar_items", "input_users", status=status, tags=tags, materialized=materialized)
    built = [node("input_users"), similar, node("email_queue", "similar_items")]
    graph = SimpleNamespace(nodes={one.node.unique_id: one.node for one in built})
    results = [one for one in built if one.status]
    succeeded = [one.node.unique_id for one in results if one.status == "success"]
    found = project_macros(graph=graph, given={"is_of_this_project": of_this_project})[
        "problems_of_the_queue"
    ](results, succeeded)
    assert problem in found[0] if problem else found == []


def test_a_host_s_own_queue_counts_and_one_that_is_disabled_does_not():
    users = node("stg_users", status="error")
    own = node("email_queue", "stg_users")
    own.node.unique_id = "model.host.email_queue"
    for built, problems in (([users], []), ([users, own], ["stg_users failed"])):
        graph = SimpleNamespace(nodes={one.node.unique_id: one.node for one in built})
        succeeded = [one.node.unique_id for one in built if one.status == "success"]
        assert project_macros(graph=graph)["problems_of_the_queue"](built, succeeded) == problems


def test_an_input_that_is_disabled_is_named():
    graph = SimpleNamespace(nodes={})
    with pytest.raises(ValueError, match="input_users is disabled.*input_relations: {users: <your model>}"):
        project_macros(graph=graph)["input_contract"]("users")
