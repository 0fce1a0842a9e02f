"""What tables a folder of files or a schema of a DuckDB database holds, with columns and how many values each has."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace

import click
import duckdb

from dbt_tools.macros import call_macro
from dbt_tools.private_text import without_addresses
from dbt_tools.relations import literal, qualified
from input_checks.contract import InputContract
from input_checks.text_files import DUCKDB_ENCODINGS, text_file

SAMPLES = 3


@dataclass
class FoundTable:
    name: str
    from_clause: str
    connection: duckdb.DuckDBPyConnection = field(repr=False)

    @cached_property
    def types(self) -> dict[str, str]:
        """Column in lower case → type."""
        rows = self.connection.execute(f"describe select * from {self.from_clause}").fetchall()
        return {name.lower(): type for name, type, *_ in rows}

    @cached_property
    def counts(self) -> dict[str, int]:
        """Column → rows that have a value; the number of all rows goes by the name *."""
        columns = list(self.types)
        values = ", ".join(f"count(nullif(trim(cast({qualified(name)} as varchar)), ''))" for name in columns)
        (row,) = self.connection.execute(f"select count(*), {values} from {self.from_clause}").fetchall()
        return dict(zip(["*", *columns], row, strict=True))

    def wrong(self, column: str, is_right: str) -> tuple[int, list[str]]:
        """How many values are not what the condition over `value` asks for, and some of them."""
        wrong = (
            f"from (select trim(cast({qualified(column)} as varchar)) as value from {self.from_clause}) "
            f"where value <> '' and not coalesce({is_right}, false)"
        )
        ((count,),) = self.connection.execute(f"select count(*) {wrong}").fetchall()
        samples = self.connection.execute(
            f"select distinct value {wrong} order by value limit {SAMPLES}"
        ).fetchall()
        return count, [value for (value,) in samples]

    def samples(self, column: str) -> list[str]:
        return self.wrong(column, "false")[1]

    def list_within(self, path: str, fields: list[str]) -> "FoundTable | None":
        """A list that the rows hold, as macro connector_list reads it: a row per element, its fields that have values.

        `path` is two lists deep at most; parent is the id of what holds the element.
        """
        root, _, rest = path.partition(".")
        if root not in self.types or "id" not in self.types:
            return None
        rows = elements(self.from_clause, qualified("id"), f"to_json({qualified(root)})")
        if self.types[root] == "VARCHAR":
            rows = elements(self.from_clause, qualified("id"), f"try_cast({qualified(root)} as json)")
        if rest:
            inner = f"json_extract(element, {literal('$.' + rest)})"
            rows = elements(rows, "json_extract_string(element, '$.id')", inner)
        columns = [
            f"json_extract_string(element, {literal('$.' + name)}) as {qualified(name)}" for name in fields
        ]
        found = FoundTable(
            f"{self.name}.{path}",
            f"(select parent, cast(element as varchar) as element, {', '.join(columns)} from {rows})",
            self.connection,
        )
        if found.counts["*"]:
            held = [qualified(name) for name in found.types if found.counts[name]]
            found = FoundTable(
                found.name, f"(select {', '.join(held)} from {found.from_clause})", self.connection
            )
        return found


def elements(rows: str, parent: str, array: str) -> str:
    """The elements of a JSON array as rows; what is no array has none."""
    return f"(select cast({parent} as varchar) as parent, unnest(try_cast({array} as json[])) as element from {rows})"


def masked(values: list[str], is_personal: bool) -> str:
    """Samples for people to judge by, of personal ones no more than how they begin and how long they are."""
    shown = [
        f"{value[:1]}… ({len(value)} characters)" if is_personal else without_addresses(value, "…@…")[:40]
        for value in values
    ]
    return ", ".join(shown) or "no value"


def tables_of_directory(
    directory: Path, connection: duckdb.DuckDBPyConnection, contracts: dict[str, InputContract]
) -> dict[str, FoundTable]:
    found = {}
    for path in sorted(directory.iterdir()):
        if path.suffix == ".parquet":
            found[path.stem.lower()] = FoundTable(path.stem, f"read_parquet({literal(path)})", connection)
        elif path.suffix == ".csv":
            csv = csv_of_input(path, contracts.get(path.stem.lower())) or "header = true, delim = ','"
            csv = (
                f"read_csv({literal(path)}, all_varchar = true, quote = '\"', escape = '\"', null_padding = true, "
                f"strict_mode = false, parallel = false, {csv})"
            )
            found[path.stem.lower()] = FoundTable(path.stem, csv, connection)
    return readable(found)


def csv_of_input(path: Path, contract: InputContract | None) -> str | None:
    """How the build reads this file of an input: its encoding, delimiter and columns; none when it is a connector's."""

    def stop(message: str) -> None:
        raise click.ClickException(message)

    text = text_file(path) if contract else {"encoding": None}
    if text["encoding"] not in DUCKDB_ENCODINGS:
        return None
    context = {"modules": SimpleNamespace(re=re), "exceptions": SimpleNamespace(raise_compiler_error=stop)}
    dialect = call_macro("csv_dialect", context, [Path("adapters/csv_rows.sql")], contract, text["header"])
    if not set(contract.key) <= set(dialect["known"]):
        return None
    names = ", ".join(
        f"{literal(name or f'column {number}')}: 'varchar'" for number, name in enumerate(dialect["names"])
    )
    return (
        f"auto_detect = false, ignore_errors = true, header = false, skip = 1, columns = {{{names}}}, "
        f"delim = {literal(dialect['delimiter'])}, encoding = {literal(text['encoding'])}"
    )


def tables_of_schema(schema: str, connection: duckdb.DuckDBPyConnection) -> dict[str, FoundTable]:
    names = connection.execute(
        """
        select table_schema, table_name from information_schema.tables
        where lower(table_schema) = lower($schema) order by table_name
        """,
        {"schema": schema},
    ).fetchall()
    if not names:
        schemas = connection.execute(
            "select distinct table_schema from information_schema.tables order by all"
        )
        raise click.ClickException(
            f"there is no schema {schema} with tables; there are "
            + (", ".join(name for (name,) in schemas.fetchall()) or "none")
        )
    return readable(
        {name.lower(): FoundTable(name, qualified(place, name), connection) for place, name in names}
    )


def readable(tables: dict[str, FoundTable]) -> dict[str, FoundTable]:
    """Without those that can't be read, each of which is said."""
    for name, table in list(tables.items()):
        try:
            table.types  # noqa: B018
        except duckdb.Error as error:
            click.echo(f"  {name} can't be read: {str(error).splitlines()[0]}")
            del tables[name]
    return tables
