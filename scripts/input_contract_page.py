"""Writes docs/input_contract.md from what the build itself reads, so that the page can't say anything else.

Tables and columns come from models/staging/_inputs__sources.yml, what a whole table must look like from
input_checks/*.yml, what sets a single row aside from models/staging/checked/*.sql, limits from dbt_project.yml.
With --check nothing is written; the exit status is 1 when the file is not what would be written.
"""

import re
from pathlib import Path

import click
import yaml

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "input_contract.md"
CHECKED = ROOT / "models" / "staging" / "checked"

INTRODUCTION = """\
<!-- Written by scripts/input_contract_page.py; edit its sources, not this file. -->
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
order with vars `freshness_*`. Results are in `quality.input_validation_results`.

**A row that is wrong** is set aside in `staging.rejected_<table>` with all its reasons and the row as it came; the
build goes on without it. Above {warn} of a table's rows dbt warns (var `rejected_share_warn`), above {error} the build
stops (var `rejected_share_error`); both take a key per table. **A field that is wrong** in a row that is otherwise
fine counts as null where the lists below say so, and `quality.repaired_fields` says which.

**Time.** Var `as_of` (UTC) is the moment a run looks from: events, orders, links and assignments later than that are
not read, which is no fault. Without it, it is the latest plausible event of the inputs; never the clock.

**Erasure.** A user in `erasure_requests` is in none of the inputs the build reads: not by user id, not by a device
linked to the user, and not by the lines of their orders. Of the request itself only a hash is kept.
"""


@click.command(help=__doc__)
@click.option("--check", is_flag=True, help="Write nothing; fail when the file is not up to date.")
def main(check: bool) -> None:
    text = contract_page()
    if not check:
        PAGE.write_text(text, encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text:
        raise click.ClickException(
            f"{PAGE.relative_to(ROOT)} is out of date: run python scripts/input_contract_page.py"
        )


def contract_page() -> str:
    limits = read_yaml(ROOT / "dbt_project.yml")["vars"]
    tables = read_yaml(ROOT / "models" / "staging" / "_inputs__sources.yml")["sources"][0]["tables"]
    required = [f"`{table['name']}`" for table in tables if is_required(table)]
    introduction = INTRODUCTION.format(
        required=f"{', '.join(required[:-1])} and {required[-1]}",
        input_location=limits["input_location"],
        volume_runs=limits["volume_runs"],
        warn=shares(limits["rejected_share_warn"]),
        error=shares(limits["rejected_share_error"]),
    )
    faultless = reasons_that_are_no_faults()
    return "\n".join([introduction, *(table_section(table, faultless) for table in tables)])


def table_section(table: dict, faultless: set[str]) -> str:
    name = table["name"]
    suite = read_yaml(ROOT / "input_checks" / f"{name}.yml")
    columns = [
        [
            f"`{column['name']}`",
            column["data_type"],
            "yes" if is_required(column) else "",
            column["description"],
        ]
        for column in table["columns"]
    ]
    expectations = [[spec["severity"], spec["description"]] for spec in suite["expectations"]]
    consequences = row_consequences((CHECKED / f"checked_{name}.sql").read_text(encoding="utf-8"), faultless)
    return "\n".join(
        [
            f"## {name}",
            "",
            f"{'Required' if is_required(table) else 'Optional'}. {table['description']}"
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


def reasons_that_are_no_faults() -> set[str]:
    """Reasons that the share of rejected rows doesn't count: the shop works that way."""
    return {
        reason
        for model in read_yaml(CHECKED / "_checked__models.yml")["models"]
        for test in model.get("data_tests", [])
        if isinstance(test, dict) and "rejected_share_is_small" in test
        for reason in test["rejected_share_is_small"]["arguments"].get("not_faults", [])
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


def is_required(described: dict) -> bool:
    return described.get("config", {}).get("meta", {}).get("required", False)


def read_yaml(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
