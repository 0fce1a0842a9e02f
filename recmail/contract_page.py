"""The page docs/input_contract.md, from what the build itself reads.

Tables, columns and what a row and a whole table must look like come from models/inputs/_inputs__models.yml, limits
from dbt_project.yml.
"""

import yaml
from dbt.contracts.graph.manifest import Manifest

from dbt_tools.build_vars import declared_vars
from dbt_tools.project import project_directory
from input_checks.contract import InputContract
from input_checks.suite import expectations

INTRODUCTION = """\
<!-- Written by `make docs`; edit its sources, not this file. -->
# Input contract

What recmail reads of a shop, and what it does with what it can't use.

{required} are required, the other tables may be absent. Columns may stand in any order,
columns not named here are not read, and an absent optional column is null.

**Where inputs are read from.** Every table is a file `<table>.parquet` or `<table>.csv` in the directory that var
`input_location` names (now `{input_location}`), or a table of that name in the schema that var `input_schema` names,
which goes first, or, before both, what the exports of var `sources` hold ([adapters.md](adapters.md)), or, before all,
the model that var `input_relations` names for it. Nobody knows which of two is old,
which is why both a Parquet and a CSV file of one table stop the run.

**Types.** `id` is text that identifies something, `timestamp` is UTC, `number` and `boolean` may come as text that can
be read as such. Times have the year first, in four digits, with or without an offset (`2025-05-30 20:00:00 -0400`);
`6/1/26` is none, and `infinity` is the end of 9999.

**Ids** are the same by one rule in every table, file or relation: blanks and quotes around them go (Excel's `="00123"`
too) and so do characters that can't be seen; a whole number stored as a floating one loses its `.0`. Leading zeros and
upper and lower case count. `1.2E+11` has lost the digits that told it from others and is no id. A `parent_item_id` or
`user_id` of 0 is none, unless there is an item or a user 0. Where nearly all ids of one input are unknown to the
input they refer to, the gate stops and shows some of both.

**Words for nothing** (NULL, \\N, None, nan, undefined, N/A, #N/A, `-`, `.`, `?`, 0000-00-00 and the like) are null in
every column but those that guard consent (`email_consent`, `email_frequency`, and of email events `event_type` and
`bounce_type`), where they are values that nobody understands.

**CSV.** UTF-8, Latin-1 or UTF-16 (little-endian, no emoji); the delimiter is the comma, semicolon, tab or bar by which
the header names most columns; quotes are `"`, doubled within quotes; lines end in LF, CRLF or both. A short row has
nulls; a row with more fields than the header, with one field alone (a footer), or with a byte that is not UTF-8 is set
aside, and what it says of consent counts. A file in Windows-1252 or another encoding, a quote that is not closed, and
a request of erasure with such a byte stop the run with a sentence that names the file, the place and what to do. What
stands in a bad line is in no message and no log.

**Names** are cleaned as they are staged: HTML's entities decoded once, braces made round, nothing in them that can't be
seen or turns the direction of writing, at most 150 characters (categories
and brands 100, first names 60, and none of these without a letter or with an @).

**A table that is wrong as a whole** closes the input gate: a required table is missing or empty, a required column of
a table that is there is missing, or a *critical* expectation below fails. The build stops with one message before
anything is recommended or mailed. A failed *warning* is reported and the build goes on. Each run's row counts are also
compared with the median of the last {volume_runs} runs on other inputs (vars `volume_*`), and the age of the newest
order with vars `freshness_*`. Results are in {input_validation_results}.

Fewer than {few} bad rows (var `rejected_rows_min`) stop nothing, unless no other is there.

**A row that is wrong** is set aside in {rejected} with all its reasons and the row as it came; the
build goes on without it. Above {warn} of a table's rows dbt warns (var `rejected_share_warn`), above {error} the build
stops (var `rejected_share_error`); both take a key per table. **A field that is wrong** in a row that is otherwise
fine counts as null where the lists below say so, and {repaired_fields} says which.

**A line that takes back an earlier one**, with a negative quantity of a known order and item at a price above 0, is in
{stg_cancelling_lines}: neither bought nor a fault.

**Time.** Var `as_of` (UTC) is the moment a run looks from: events, orders, links and assignments later than that are
not read, which is no fault. Without it, it is the latest plausible event of the inputs; never the clock.

**Erasure.** A user in `erasure_requests` is in none of the inputs the build reads: not by user id, not by a device
linked to the user, and not by the lines of their orders. Of the request itself only a hash is kept.
"""


def contract_page(manifest: Manifest) -> str:
    models = {node.name: node for node in manifest.nodes.values() if node.resource_type == "model"}
    limits = declared_vars()
    contracts = [InputContract.from_yaml(model, limits) for model in contract_yaml(models)]
    required = [f"`{contract.table_name}`" for contract in contracts if contract.is_required]
    introduction = INTRODUCTION.format(
        required=f"{', '.join(required[:-1])} and {required[-1]}",
        input_location=limits["input_location"],
        volume_runs=limits["volume_runs"],
        few=limits["rejected_rows_min"],
        warn=shares(limits["rejected_share_warn"]),
        error=shares(limits["rejected_share_error"]),
        **{
            name: f"`{models[name].schema}.{name}`"
            for name in ("input_validation_results", "repaired_fields", "stg_cancelling_lines")
        },
        rejected=f"`{models['rejected_users'].schema}.rejected_<table>`",
    )
    return "\n".join([introduction, *(table_section(contract) for contract in contracts)])


def contract_yaml(models: dict) -> list[dict]:
    """The models of the file that describes the inputs, as it is written."""
    path = project_directory() / models["input_users"].patch_path.partition("://")[2]
    return yaml.safe_load(path.read_text(encoding="utf-8"))["models"]


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
