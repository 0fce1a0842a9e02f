"""The gate's suite of order_lines on 10 M lines: pushed down to DuckDB as in a build, and on pandas.

Both run the Great Expectations suite that the gate makes from the contract of order_lines, from the same Parquet file,
each in a process of its own, reading included.

    python -m benchmarks.gate [--lines 10000000] [--out docs/benchmarks_gate.md]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from benchmarks.machine import machine
from benchmarks.memory import peak_memory_gb
from dbt_tools.relations import literal
from input_checks.contract import InputContract
from input_checks.suite import expectations

ROOT = Path(__file__).parents[1]
PACKAGES = ("great-expectations", "duckdb", "duckdb-sqlalchemy", "pandas")


def make_lines(path: Path, count: int) -> None:
    """Made-up order lines with 0.1 % faults, the same at every call."""
    import duckdb

    duckdb.execute(
        f"""
        copy (
            select
                'l' || number as order_line_id,
                'o' || number // 5 as order_id,
                case when number % 1000 <> 1 then 'i' || hash(number) % 50000 end as item_id,
                cast(1 + hash(number, 1) % 5 as double) as quantity,
                cast(1 + hash(number, 2) % 9900 as double) / 100 as unit_price,
                cast(0 as double) as discount_amount,
                cast(0 as double) as returned_quantity,
                false as is_gift
            from range({count}) as numbers (number)
        ) to {literal(path)}
        """
    )


def order_lines_contract() -> InputContract:
    variables = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    models = yaml.safe_load((ROOT / "models/inputs/_inputs__models.yml").read_text(encoding="utf-8"))[
        "models"
    ]
    (model,) = [model for model in models if model["config"]["alias"] == "order_lines"]
    return InputContract.from_yaml(model, variables)


def run_on_duckdb(path: Path) -> int:
    import duckdb

    from input_checks.connection import FetchingConnection
    from input_checks.gate import ephemeral_context, suite_rows

    connection = duckdb.connect()
    connection.execute("create schema inputs")
    connection.execute(f"create view inputs.order_lines as from read_parquet({literal(path)})")
    row_count = connection.execute("select count(*) from inputs.order_lines").fetchall()[0][0]
    context = ephemeral_context(FetchingConnection(connection))
    rows = list(suite_rows(lambda: context, connection, order_lines_contract(), row_count, few_rows=0))
    return sum(row["is_success"] for row in rows)


def run_on_pandas(path: Path) -> int:
    import great_expectations
    import pandas
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("pandas").add_dataframe_asset("order_lines")
    contract = order_lines_contract()
    expected = list(expectations(contract))
    configured = [
        ExpectationConfiguration(type=one.type, kwargs=one.arguments).to_domain_obj() for one in expected
    ]
    definition = great_expectations.ValidationDefinition(
        name="order_lines",
        data=asset.add_batch_definition_whole_dataframe("all"),
        suite=context.suites.add(great_expectations.ExpectationSuite("order_lines", expectations=configured)),
    )
    lines = pandas.read_parquet(path)
    for one in expected:
        if one.judged_column:  # of a typed file every value can be read, and is its own number
            judged = one.arguments["column"]
            lines[judged] = lines[one.column_name].notna() if "readable" in judged else lines[one.column_name]
    result = context.validation_definitions.add(definition).run(
        batch_parameters={"dataframe": lines},
        result_format={"result_format": "BASIC", "partial_unexpected_count": 0},
    )
    return sum(bool(one.success) for one in result.results)


def measure(engine: str, path: Path) -> dict:
    """Seconds, peak memory and passed expectations of one engine, in a fresh process; GX's import not counted."""
    out = subprocess.run(
        [sys.executable, "-m", "benchmarks.gate", "--engine", engine, "--file", str(path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return json.loads(out.splitlines()[-1])


def run_engine(engine: str, path: Path) -> None:
    import great_expectations  # noqa: F401

    start = time.perf_counter()
    passed = {"duckdb": run_on_duckdb, "pandas": run_on_pandas}[engine](path)
    seconds = time.perf_counter() - start
    peak_gb = peak_memory_gb()
    print(json.dumps({"seconds": seconds, "peak_gb": peak_gb, "passed": passed}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--out", type=Path, default=ROOT / "docs/benchmarks_gate.md")
    parser.add_argument("--engine", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.engine:
        return run_engine(arguments.engine, arguments.file)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "order_lines.parquet"
        print(f"making {arguments.lines:,} order lines …", file=sys.stderr)
        make_lines(path, arguments.lines)
        results = {}
        for engine in ("duckdb", "pandas"):
            print(f"running the suite on {engine} …", file=sys.stderr)
            results[engine] = measure(engine, path)
    ratio = results["duckdb"]["seconds"] / results["pandas"]["seconds"]
    expectation_count = len(list(expectations(order_lines_contract())))
    lines = [
        "# The input gate, measured",
        "",
        f"{expectation_count} expectations on {arguments.lines:,} made-up order lines (`python -m benchmarks.gate`), "
        "from the same Parquet file, each engine in a process of its own, one run; importing Great Expectations "
        "is not counted.",
        "",
        "| engine | seconds | peak memory | expectations met |",
        "|---|---|---|---|",
        *(
            f"| {engine} | {found['seconds']:.1f} | {found['peak_gb']:.2f} GB | {found['passed']} |"
            for engine, found in results.items()
        ),
        "",
        f"Time on DuckDB / time on pandas: **{ratio:.2f}**.",
        "",
        machine(PACKAGES),
    ]
    arguments.out.parent.mkdir(exist_ok=True)
    arguments.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    return None


if __name__ == "__main__":
    main()
