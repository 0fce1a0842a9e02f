"""The page docs/input_contract.md, from what the build itself reads.

Tables and columns are the sources `inputs`, what a whole table must look like stands in input_checks/*.yml, what sets a
single row aside in the models checked_<table>, limits in dbt_project.yml.
"""

import re
from pathlib import Path

import yaml
from dbt.artifacts.resources import ColumnInfo
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import GenericTestNode, SourceDefinition

import input_checks
from dbt_tools.build_vars import declared_vars
from dbt_tools.relations import INPUTS_SCHEMA

SUITES = Path(input_checks.__file__).parent

INTRODUCTION = """\
<!-- Written by `make docs`; edit its sources, not this file. -->
# Input contract

What recmail reads of a shop, and what it does with what it can't use.

{required} are required, the other tables may be absent. Columns may stand in any order,
columns not named here are not read, and an absent optional column is null.

**Where inputs are read from.** Every table is a file `<table>.parquet` or `<table>.csv` in the directory that var
`input_location` names (now `{input_location}`), or a table of that name in the schema that var `input_schema` names,
which goes first.

**Types.** `id` is text that identifies something (whole numbers are cast), `timestamp` is UTC, `number` and `boolean`
may come as text that can be read as such.

**A table that is wrong as a whole** closes the input gate: a required table is missing or empty, a required column of
a table that is there is missing, or a *critical* expectation below fails. The build stops with one message before
anything is recommended or mailed. A failed *warning* is reported and the build goes on. Each run's row counts are also
compared with the median of the last {volume_runs} runs on other inputs (vars `volume_*`), and the age of the newest
order with vars `freshness_*`. Results are in {input_validation_results}.

**A row that is wrong** is set aside in {rejected} with all its reasons and the row as it came; the
build goes on without it. Above {warn} of a table's rows dbt warns (var `rejected_share_warn`), above {error} the build
stops (var `rejected_share_error`); both take a key per table. **A field that is wrong** in a row that is otherwise
fine counts as null where the lists below say so, and {repaired_fields} says which.

**Time.** Var `as_of` (UTC) is the moment a run looks from: events, orders, links and assignments later than that are
not read, which is no fault. Without it, it is the latest plausible event of the inputs; never the clock.

**Erasure.** A user in `erasure_requests` is in none of the inputs the build reads: not by user id, not by a device
linked to the user, and not by the lines of their orders. Of the request itself only a hash is kept.
"""


def contract_page(manifest: Manifest) -> str:
    models = {node.name: node for node in manifest.nodes.values() if node.resource_type == "model"}
    tables = [source for source in manifest.sources.values() if source.source_name == INPUTS_SCHEMA]
    faultless = reasons_that_are_no_faults(manifest)
    limits = declared_vars()
    required = [f"`{table.name}`" for table in tables if is_required(table)]
    introduction = INTRODUCTION.format(
        required=f"{', '.join(required[:-1])} and {required[-1]}",
        input_location=limits["input_location"],
        volume_runs=limits["volume_runs"],
        warn=shares(limits["rejected_share_warn"]),
        error=shares(limits["rejected_share_error"]),
        **{
            name: f"`{models[name].schema}.{name}`"
            for name in ("input_validation_results", "repaired_fields")
        },
        rejected=f"`{models['rejected_users'].schema}.rejected_<table>`",
    )
    sections = [table_section(table, models[f"checked_{table.name}"].raw_code, faultless) for table in tables]
    return "\n".join([introduction, *sections])


def table_section(table: SourceDefinition, checked: str, faultless: set[str]) -> str:
    suite = yaml.safe_load((SUITES / f"{table.name}.yml").read_text(encoding="utf-8"))
    columns = [
        [f"`{column.name}`", column.data_type, "yes" if is_required(column) else "", column.description]
        for column in table.columns.values()
    ]
    expectations = [[spec["severity"], spec["description"]] for spec in suite["expectations"]]
    consequences = row_consequences(checked, faultless)
    return "\n".join(
        [
            f"## {table.name}",
            "",
            f"{'Required' if is_required(table) else 'Optional'}. {table.description}"
            f" Key: {' and '.join(f'`{column}`' for column in suite['key'])}.",
            "",
            *markdown_table(["Column", "Type", "Required", "What it is"], columns),
            "",
            "What a row may have wrong, and what happens then:",
            "",
            *markdown_table(["Found", "Then"], consequences),
            "",
            "<details><summary>What the table must look like as a whole</summary>",
            "",
            *markdown_table(["Severity", "Expectation"], expectations),
            "",
            "</details>",
            "",
        ]
    )


def row_consequences(sql: str, faultless: set[str]) -> list[list[str]]:
    """What the SQL of a checked_<table> says is wrong with rows, in its order, and what follows from it.

    A literal after `then` belongs to the column whose alias comes next; only three columns hold findings.
    """
    consequences, pending = [], []
    for match in re.finditer(
        r"then\s+'(?P<reason>[^']+)'"
        r"|repair\('(?P<column>\w+)', '(?P<why>[^']+)'\)"
        r"|(?:\bend|\)|\}\}) as (?P<alias>\w+)",
        sql,
    ):
        if reason := match["reason"]:
            pending.append((reason, None))
        elif match["column"]:
            pending.append((f"{match['column']} {match['why']}", "counts as null"))
        else:
            if match["alias"] in ("faults", "reject_reasons"):
                consequences += [
                    [reason, "row set aside" + (", which is no fault" if reason in faultless else "")]
                    for reason, _ in pending
                ]
            elif match["alias"] == "repairs":
                consequences += [[reason, repaired or "row kept"] for reason, repaired in pending]
            pending = []
    return consequences


def reasons_that_are_no_faults(manifest: Manifest) -> set[str]:
    """Reasons that the share of rejected rows doesn't count: the shop works that way."""
    tests = [node.test_metadata for node in manifest.nodes.values() if isinstance(node, GenericTestNode)]
    return {
        reason
        for test in tests
        if test.name == "rejected_share_is_small"
        for reason in test.kwargs.get("not_faults", [])
    }


def shares(by_table: dict[str, float]) -> str:
    """`1 % (orders: 2 %)`."""
    texts = {table: f"{100 * share:g} %" for table, share in by_table.items()}
    default = texts.pop("default")
    others = ", ".join(f"{table}: {text}" for table, text in texts.items())
    return f"{default} ({others})" if others else default


def markdown_table(header: list[str], rows: list[list[str]]) -> list[str]:
    lines = [header, ["---"] * len(header), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


def is_required(described: SourceDefinition | ColumnInfo) -> bool:
    return described.config.meta.get("required", False)
