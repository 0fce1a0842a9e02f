"""Looks at what a shop has, and says which inputs that makes, what is missing or doubtful, and which vars to paste.

PLACES are folders of files (with a slash in the name) or schemas of the database: the pinned inputs under their own
names, or what a connector writes. Nothing is written, and nothing is guessed: what only looks like an input is asked
about.
"""

import difflib
import itertools
import json
import re
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import duckdb

from dbt_tools.build_vars import declared_vars
from dbt_tools.macros import call_macro
from dbt_tools.options import database_option
from dbt_tools.relations import open_file
from input_checks.contract import Column, InputContract
from recmail.found_tables import FoundTable, masked, tables_of_directory, tables_of_schema
from recmail.sources import SourceTable, described, source_tables

# what shops call what the contract calls otherwise; asked about, never taken
SYNONYMS = {
    "user_id": ["customer_id", "client_id", "member_id", "profile_id", "person_id"],
    "item_id": ["product_id", "sku", "article_id", "stockcode", "variant_id"],
    "item_name": ["title", "product_name", "name", "description"],
    "order_id": ["invoice_no", "invoiceno", "transaction_id", "order_number"],
    "ordered_at": ["created_at", "order_date", "date", "invoicedate", "processed_at", "purchased_at"],
    "occurred_at": ["timestamp", "event_time", "created_at", "datetime", "event_timestamp"],
    "order_line_id": ["line_id", "order_item_id", "id"],
    "unit_price": ["price", "unitprice", "amount"],
    "quantity": ["qty", "units", "count"],
    "category": ["product_type", "department", "type"],
    "event_type": ["event", "event_name", "action", "type"],
    "email": ["email_address", "mail"],
    "anonymous_id": ["user_pseudo_id", "device_id", "cookie_id", "visitor_id"],
    "email_consent": ["accepts_marketing", "subscribed", "opt_in", "newsletter"],
    "image_url": ["image", "picture", "image_link"],
    "item_url": ["url", "link"],
}
IS_RIGHT = {
    "number": "try_cast(value as double) is not null",
    "boolean": "try_cast(value as boolean) is not null",
    "timestamp": "(regexp_matches(value, '^[0-9]{15,}$') or regexp_matches(value, '^[0-9]{4}') "
    "and try_cast(value as timestamptz) is not null)",
}
IS_HTTPS = "regexp_matches(value, '^https://')"
# of a connector it may be a structure that holds the link; an empty one holds none
HOLDS_HTTPS = f"({IS_HTTPS} or regexp_matches(value, '^[{{]') and not regexp_matches(value, 'http://'))"
IS_ADDRESS = "regexp_matches(value, '^[^@ ]+@[^@ ]+[.][A-Za-z]{2,}$')"

# (input, column) that have values, and (input, *) for inputs that are there at all
Held = set[tuple[str, str]]


@click.command(help=__doc__)
@database_option
@click.argument("places", nargs=-1, required=True)
def main(database: Path, places: tuple[str, ...]) -> None:
    chosen: dict = {}
    held: Held = set()
    for place in places:
        with opened(database if is_schema(place) else None) as connection:
            tables = look(place, connection)
            click.echo(f"{place}: {len(tables)} {'table' if len(tables) == 1 else 'tables'}")
            sources = list(sources_in(place, tables, held)) if tables else []
            for source in sources:
                chosen.setdefault("sources", []).append(source)
                chosen.setdefault("source_places", {})[source] = place_of(place)
            if not sources and pinned_inputs_in(tables, held, beside_sources="sources" in chosen):
                chosen["input_schema" if is_schema(place) else "input_location"] = place_of(place)
    conclude(chosen, held)


def is_schema(place: str) -> bool:
    return "/" not in place and not Path(place).is_dir()


def place_of(place: str) -> str:
    return place if is_schema(place) else str(Path(place).resolve())


def opened(database: Path | None) -> duckdb.DuckDBPyConnection:
    if database and not database.is_file():
        raise click.ClickException(
            f"there is no database {database}: a folder has a slash in its name, ./shop"
        )
    return open_file(database) if database else duckdb.connect()


def look(place: str, connection: duckdb.DuckDBPyConnection) -> dict[str, FoundTable]:
    if is_schema(place):
        return tables_of_schema(place, connection)
    if not Path(place).is_dir():
        raise click.ClickException(f"{place} is no folder")
    return tables_of_directory(Path(place), connection, input_contracts())


# --- what a connector wrote -------------------------------------------------------------------------------------


def sources_in(place: str, tables: dict[str, FoundTable], held: Held) -> Iterator[str]:
    """The sources whose required tables are all there with their required columns."""
    contracts = input_contracts()
    known = source_tables()
    lacking = {
        source: [text for table in expected for text in what_lacks(table, tables)]
        for source, expected in known.items()
    }
    read = {
        name for source in known if not lacking[source] for name in names_of(known[source], tables).values()
    }
    for source, expected in known.items():
        if lacking[source] and not is_likely(expected, tables, read):
            continue
        click.echo(f"  {source}: " + ("can't be read as it is" if lacking[source] else "all that it needs"))
        for text in lacking[source]:
            click.echo(f"    missing   {text}")
        given: Held = set()
        # what one table lacks another that is there may give
        for table in sorted(expected, key=lambda table: not table.found_in(tables)):
            show_source_table(table, tables, contracts, given)
        if not lacking[source]:
            held |= given | inputs_given(expected, contracts, given)
            yield source


def names_of(expected: list[SourceTable], tables: dict[str, FoundTable]) -> dict[str, str]:
    """Of each table that is there as it must be the name that it goes by, or of the one that holds it as a list."""
    return {
        table.name: found.name.partition(".")[0]
        for table in expected
        if (found := table.found_in(tables)) and not list(what_lacks(table, tables))
    }


def is_likely(expected: list[SourceTable], tables: dict[str, FoundTable], read: set[str]) -> bool:
    """Whether most of what a source must have is there, and some of it is no other source's."""
    required = [table for table in expected if table.meta.get("required")]
    present = names_of(required, tables)
    return 1 < len(required) < 2 * len(present) and not set(present.values()) <= read


def inputs_given(
    expected: list[SourceTable], contracts: dict[str, InputContract], given: Held
) -> set[tuple[str, str]]:
    """Inputs of which nothing is missing that must come from the connector."""
    can_give = {
        tuple(column["config"]["meta"]["gives"].split("."))
        for table in expected
        for column in table.columns
        if "gives" in column["config"]["meta"]
    }
    found = set()
    for name, contract in contracts.items():
        required = {(name, column.name) for column in contract.columns if column.meta.get("required")}
        # an event of the site that names neither an item nor a search is none
        names = {(name, column) for column in ("item_id", "search_query") if name == "web_events"} & can_give
        has_names = not names or bool(names & given)
        if any(table == name for table, _ in given) and required & can_give <= given and has_names:
            found.add((name, "*"))
    # a shop knows of check-outs alone, all else writes events of several types
    if ("orders", "order_id") not in can_give:
        found.add(("web_events", "event_type"))
    return found


def what_lacks(table: SourceTable, tables: dict[str, FoundTable]) -> Iterator[str]:
    found = table.found_in(tables)
    if not found:
        if table.meta.get("required"):
            yield f"table {' or '.join(table.meta['names'])}"
        return
    for column in table.columns:
        if column["config"]["meta"].get("required") and not table.column_in(found, column):
            yield f"column {' or '.join(column['config']['meta']['names'])} of {found.name}"


def show_source_table(
    table: SourceTable, tables: dict[str, FoundTable], contracts: dict[str, InputContract], held: Held
) -> None:
    found = table.found_in(tables)
    targets = {
        column["name"]: column["config"]["meta"].get("gives", "").partition(".") for column in table.columns
    }
    if not found:
        given = {(name, column) for name, _, column in targets.values() if name} - held
        if given:
            lost = ", ".join(sorted(".".join(target) for target in given))
            click.echo(f"    missing   {' or '.join(table.meta['names'])}: nothing for {lost}")
        return
    click.echo(f"    found     {found.name}, {found.counts['*']:,} rows")
    missing = {}
    for column in table.columns:
        name = table.column_in(found, column)
        table_name, _, input_column = targets[column["name"]]
        if not table_name:
            continue
        if not name or not found.counts[name]:
            missing.setdefault((table_name, input_column), column["config"]["meta"]["names"][0])
            continue
        contract = {known.name: known for known in contracts[table_name].columns}[input_column]
        meta = column["config"]["meta"]
        # words of the connector's own are turned into those of the contract, and parts put together
        wrong = 0
        if contract.data_type != "boolean" and not meta.keys() & {"read_as", "is_part"}:
            wrong = show_doubt(found, name, contract, is_of_connector=True)
        if not (is_link(contract) and wrong == found.counts[name]):
            held.add((table_name, input_column))
    # another column of the connector may say it
    without = [f"{name} ({'.'.join(given)})" for given, name in missing.items() if given not in held]
    if without:
        click.echo(f"              without {', '.join(without)}")


# --- the pinned inputs ------------------------------------------------------------------------------------------


def input_contracts() -> dict[str, InputContract]:
    variables = declared_vars()
    found = [
        InputContract.from_yaml(model, variables) for model in described("models/inputs/_inputs__models.yml")
    ]
    return {contract.table_name: contract for contract in found}


def pinned_inputs_in(tables: dict[str, FoundTable], held: Held, beside_sources: bool) -> bool:
    """Whether inputs are there with what is required of them; all that are required, unless sources supply those."""
    contracts = input_contracts()
    is_usable = not beside_sources or bool(contracts.keys() & tables.keys())
    for name, contract in contracts.items():
        if name not in tables:
            if contract.is_required and not beside_sources:
                is_usable = False
                click.echo(f"  missing   {name}, which is required" + lookalikes(contract, contracts, tables))
            continue
        found = tables[name]
        click.echo(f"  found     {name}, {found.counts['*']:,} rows")
        absent = [
            column
            for column in contract.columns
            if not found.counts.get(column.name, 0) and found.counts["*"]
        ]
        held |= {(name, column.name) for column in contract.columns if column not in absent}
        if found.counts["*"] and not any(column.meta.get("required") for column in absent):
            held.add((name, "*"))
        unknown = [
            column for column in found.types if column not in {known.name for known in contract.columns}
        ]
        for column in contract.columns:
            if column in absent:
                is_usable &= not column.meta.get("required")
                show_absent(found, column, unknown)
            else:
                wrong = show_doubt(found, column.name, column)
                if is_link(column) and wrong == found.counts[column.name]:
                    held.discard((name, column.name))
    optional = [
        name for name, contract in contracts.items() if name not in tables and not contract.is_required
    ]
    if tables and optional:
        click.echo(f"  missing   {', '.join(optional)}: optional")
    others = [name for name in tables if name not in contracts]
    if others:
        click.echo(f"  not read  {', '.join(others[:12])}{', …' if len(others) > 12 else ''}")
    return is_usable


def show_absent(found: FoundTable, column: Column, unknown: Iterable[str]) -> None:
    likely = likely_columns(column.name, unknown)
    if likely:
        samples = masked(found.samples(likely), bool(column.meta.get("personal")))
        click.echo(
            f"    doubtful  {column.name} is missing: is {likely} it? It holds {samples}. Nothing reads that name"
        )
    elif column.meta.get("required"):
        click.echo(f"    missing   {column.name}, {column.data_type}, which is required")
    else:
        meaning = re.split(r"[;.](?: |$)", column.description)[0]
        click.echo(f"    missing   {column.name}: {meaning}")


def likely_columns(name: str, unknown: Iterable[str]) -> str | None:
    known = list(unknown)
    for synonym in SYNONYMS.get(name, []):
        if synonym in known:
            return synonym
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.8)), None)


def lookalikes(
    contract: InputContract, contracts: dict[str, InputContract], tables: dict[str, FoundTable]
) -> str:
    """Which table might be it, under another name."""
    required = [column.name for column in contract.columns if column.meta.get("required")]
    likely = [
        table.name
        for name, table in tables.items()
        if name not in contracts
        and all(column in table.types or likely_columns(column, table.types) for column in required)
    ]
    return f". {' and '.join(likely[:3])} might be it: it must have that name" if likely else ""


def show_doubt(found: FoundTable, name: str, column: Column, is_of_connector: bool = False) -> int:
    """Values that can't be read as the contract has them, and how many they are."""
    is_right, expected = IS_RIGHT.get(column.data_type), f"{column.data_type} ({column.name})"
    if column.name == "email":
        is_right, expected = IS_ADDRESS, "address"
    elif is_link(column):
        is_right, expected = HOLDS_HTTPS if is_of_connector else IS_HTTPS, "https address"
    elif "values" in column.meta and not is_of_connector:
        is_right = f"value in ({', '.join(repr(value) for value in column.meta['values'])})"
    if not is_right:
        return 0
    wrong, samples = found.wrong(name, is_right)
    if wrong:
        click.echo(
            f"    doubtful  {name}: {wrong:,} of {found.counts[name]:,} values are no {expected}, "
            f"such as {masked(samples, bool(column.meta.get('personal')))}"
        )
    return wrong


def is_link(column: Column) -> bool:
    """One that emails can show only as https: where no value is, there might as well be none."""
    return "https" in column.meta.get("unusable", "")


# --- what follows -----------------------------------------------------------------------------------------------


def conclude(chosen: dict, held: Held) -> None:
    contracts = input_contracts()
    lacking = [
        name for name, contract in contracts.items() if contract.is_required and (name, "*") not in held
    ]
    if lacking:
        click.echo(f"\nNothing can be built yet. Required inputs that are not there: {', '.join(lacking)}")
        if not chosen:
            raise SystemExit(1)
    on, off = capabilities(contracts, held)
    click.echo("\nSwitched on by what is there, if there is enough of it:" + ("" if on else " nothing"))
    for kind, names in itertools.groupby(on, key=lambda name: name.partition(" ")[0]):
        found = ", ".join(name.partition(" ")[2] for name in names)
        click.echo(textwrap.fill(f"  on   {kind}: {found}", 120, subsequent_indent="       "))
    for name, way in off if not lacking else []:
        click.echo(f"  off  {name}: {way}")
    click.echo("\nVars to paste:")
    click.echo(f"  make build VARS='{json.dumps(chosen)}'")
    if lacking:
        raise SystemExit(1)


def capabilities(contracts: dict[str, InputContract], held: Held) -> tuple[list[str], list[tuple[str, str]]]:
    """Of mart readiness, by the inputs and columns that the ways to switch a thing on name."""
    variables = declared_vars()
    needs = call_macro(
        "readiness_needs",
        {"var": variables.get, "strategy_is_enabled": lambda _name: "true"},
        [Path("readiness/readiness_needs.sql"), Path("constants.sql")],
    )
    lacks: dict[str, list[str]] = {}
    for need in needs:
        if not need["is_required"]:
            continue
        words = set(re.findall(r"\w+", need["way"]))
        named = [contract for name, contract in contracts.items() if name in words]
        is_there = all(
            (contract.table_name, "*") in held
            and all(
                (contract.table_name, column.name) in held
                for column in contract.columns
                # a type of events is there with the column; check-outs, which have none, are cart additions
                if column.name in words or words & {*column.meta.get("values", [])} - {"cart_add"}
            )
            for contract in named
        )
        lacks.setdefault(f"{need['kind']} {need['capability']}", []).extend([] if is_there else [need["way"]])
    on = [name for name, ways in lacks.items() if not ways]
    return on, [(name, "; ".join(ways)) for name, ways in lacks.items() if ways]
