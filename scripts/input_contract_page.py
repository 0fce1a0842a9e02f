"""Writes docs/input_contract.md from what the build itself reads, so that the page can't say anything else.

Tables, columns and what a row and a whole table must look like come from models/inputs/_inputs__models.yml, limits
from dbt_project.yml.
With --check nothing is written; the exit status is 1 when the file is not what would be written.
"""

from pathlib import Path

import click
import yaml

from input_checks.contract import InputContract
from input_checks.suite import expectations

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "input_contract.md"
CONTRACT = ROOT / "models" / "inputs" / "_inputs__models.yml"

INTRODUCTION = """\
<!-- Written by scripts/input_contract_page.py; edit its sources, not this file. -->
# Input contract

What recmail reads of a shop, and what it does with what it can't use.

{required} are required, the other tables may be absent. Columns may stand in any order,
columns not named here are not read, and an absent optional column is null.

**Where inputs are read from.** Every table is a file `<table>.parquet` or `<table>.csv` in the directory that var
`input_location` names (now `{input_location}`), or a table of that name in the schema that var `input_schema` names,
which goes first, or, before both, the model that var `input_relations` names for it.

**Types.** `id` is text that identifies something (whole numbers are cast), `timestamp` is UTC, `number` and `boolean`
may come as text that can be read as such.

**A table that is wrong as a whole** closes the input gate: a required table is missing or empty, a required column of
a table that is there is missing, or a *critical* expectation below fails. The build stops with one message before
anything is recommended or mailed. A failed *warning* is reported and the build goes on. Each run's row counts are also
compared with the median of the last {volume_runs} runs on other inputs (vars `volume_*`), and the age of the newest
order with vars `freshness_*`. Results are in `gate.input_validation_results`.

**A row that is wrong** is set aside in `staging.rejected_<table>` with all its reasons and the row as it came; the
build goes on without it. Above {warn} of a table's rows dbt warns (var `rejected_share_warn`), above {error} the build
stops (var `rejected_share_error`); both take a key per table. **A field that is wrong** in a row that is otherwise
fine counts as null where the lists below say so, and `staging.repaired_fields` says which.

**A line that takes back an earlier one**, with a negative quantity of a known order and item at a price above 0, is in
`staging.stg_cancelling_lines`: neither bought nor a fault.

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
    contracts = [InputContract.from_yaml(model, limits) for model in read_yaml(CONTRACT)["models"]]
    required = [f"`{contract.table_name}`" for contract in contracts if contract.is_required]
    introduction = INTRODUCTION.format(
        required=f"{', '.join(required[:-1])} and {required[-1]}",
        input_location=limits["input_location"],
        volume_runs=limits["volume_runs"],
        warn=shares(limits["rejected_share_warn"]),
        error=shares(limits["rejected_share_error"]),
    )
    return "\n".join([introduction, *(table_section(contract) for contract in contracts)])


def table_section(contract: InputContract) -> str:
    columns = [
        [
            f"`{column.name}`",
            column.data_type,
            "yes" if column.meta.get("required") else "",
            column.description,
        ]
        for column in contract.columns
    ]
    expected = [[one.severity, one.description] for one in expectations(contract)]
    return "\n".join(
        [
            f"## {contract.table_name}",
            "",
            f"{'Required' if contract.is_required else 'Optional'}. {contract.description}"
            f" Key: {' and '.join(f'`{column}`' for column in contract.key)}.",
            "",
            *markdown_table(["Column", "Type", "Required", "What it is"], columns),
            "",
            "What a row may have wrong, and what happens then:",
            "",
            *markdown_table(["Found", "Then"], [list(finding) for finding in contract.findings()]),
            "",
            "<details><summary>What the table must look like as a whole</summary>",
            "",
            *markdown_table(["Severity", "Expectation"], expected),
            "",
            "</details>",
            "",
        ]
    )


def shares(by_table: dict[str, float]) -> str:
    """`1 % (orders: 2 %)`."""
    texts = {table: f"{100 * share:g} %" for table, share in by_table.items()}
    default = texts.pop("default")
    others = ", ".join(f"{table}: {text}" for table, text in texts.items())
    return f"{default} ({others})" if others else default


def markdown_table(header: list[str], rows: list[list[str]]) -> list[str]:
    lines = [header, ["---"] * len(header), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


def read_yaml(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
