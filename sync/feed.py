"""`recmail feed`: what recommenders and test platforms take, as files that they import (docs/exports.md).

The SQL of sync/feeds/ shapes the rows, sync/schemas/ has the JSON Schema of each, and this writes them: the same bytes
for the same warehouse. A row that a platform would refuse is left out, counted and told of; it is never cut to fit.
"""

import csv
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import duckdb

from dbt_tools.options import built_warehouse_option
from dbt_tools.private_files import replaced_folder
from dbt_tools.project import project_directory
from dbt_tools.relations import schemas_holding, search
from sync.warehouse import open_exports

SQL = Path(__file__).parent / "feeds"
ROWS_AT_ONCE = 10_000
LEFT_OUT = "left_out"  # the last column of a feed: why the row can't be told, or null
AGREED, NOT_REFUSED = "agreed", "not-refused"
# one model of each schema that feeds read
READ = (
    *("stg_users", "checked_users", "catalog_feed", "int_channel_consents", "int_purchases", "user_value"),
    *("int_item_sensitivity", "int_shown_items"),
)
NAMES_COLUMNS = ("experiment", "arm", "experiment_id", "variation_id")


class Feed(NamedTuple):
    name: str  # of its SQL, and of its schema in sync/schemas/
    file: str  # .csv or .jsonl
    record_bytes_max: int  # of a line


class Platform(NamedTuple):
    feeds: tuple[Feed, ...]
    names_people: bool = False
    tests: bool = False  # it is told of experiments
    for_ads: bool = False  # whoever did not agree to ads is never told of
    wants_ids: bool = False  # it knows experiments by its own ids alone


PLATFORMS = {
    "personalize": Platform(
        (
            Feed("personalize_users", "users.csv", 10_000),
            Feed("personalize_items", "items.csv", 100_000),
            Feed("personalize_interactions", "interactions.csv", 10_000),
        ),
        names_people=True,
    ),
    "retail": Platform(
        (
            Feed("retail_products", "products.jsonl", 100_000),
            Feed("retail_events", "events.jsonl", 100_000),
        ),
        names_people=True,
    ),
    "algolia": Platform((Feed("algolia_records", "records.jsonl", 10_000),)),
    "nosto": Platform((Feed("nosto_products", "products.jsonl", 100_000),)),
    "dynamicyield": Platform((Feed("dynamicyield_products", "products.csv", 100_000),)),
    "ga4": Platform((Feed("ga4_requests", "requests.jsonl", 130_000),), names_people=True, for_ads=True),
    "optimizely": Platform(
        (Feed("optimizely_profiles", "profiles.jsonl", 100_000),),
        names_people=True,
        tests=True,
        wants_ids=True,
    ),
    "vwo": Platform((Feed("vwo_users", "users.jsonl", 10_000),), names_people=True, tests=True),
}


@click.command()
@built_warehouse_option
@click.option("--to", "target", type=click.Choice(list(PLATFORMS)), required=True, help="Whom it is for.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write, replaced as a whole.  [default: out/feeds/PLATFORM]",
)
@click.option(
    "--people",
    type=click.Choice([AGREED, NOT_REFUSED]),
    default=AGREED,
    show_default=True,
    help="Whom the feed may name: those with ads_consent; or all who did not refuse, where the platform works for "
    "the shop alone.",
)
@click.option(
    "--ids",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="CSV of experiment, arm, experiment_id, variation_id: what a test platform calls them.",
)
def feed(database: Path, target: str, out: Path | None, people: str, ids: Path | None) -> None:
    """Write what a recommender or a test platform imports, from the warehouse as it was built last.

    Ends with 1 when rows were left out because the platform would refuse them; the others are written.
    """
    platform = PLATFORMS[target]
    if platform.for_ads and people != AGREED:
        raise click.UsageError(f"{target} is told of those alone who agreed to ads: leave --people out")
    folder = out or project_directory() / "out" / "feeds" / target
    with open_exports(database) as connection:
        try:
            prepare(connection, platform, people == NOT_REFUSED, platform_names(ids) if ids else [])
        except duckdb.CatalogException as error:
            missing = str(error).partition("\n")[0]
            raise click.ClickException(
                f"the feed reads what this warehouse lacks: {missing} Run dbt build."
            ) from None
        with replaced_folder(folder) as new:
            left_out = Counter[str]()
            for one in platform.feeds:
                written, refused = write_feed(connection, one, new)
                left_out += refused
                click.echo(f"{written:,} rows in {folder / one.file}")
    for reason, count in sorted(left_out.items()):
        click.echo(f"{count:,} rows left out: {reason}", err=True)
    if left_out:
        raise SystemExit(1)


def prepare(
    connection: duckdb.DuckDBPyConnection, platform: Platform, without_answer: bool, names: list[tuple]
) -> None:
    """What the feeds read, as temporary tables: the warehouse itself is open for reading alone."""
    search(connection, [schema for name in READ for schema in schemas_holding(connection, name)])
    if platform.names_people:
        make(connection, "people", sql("people"), {"without_answer": without_answer})
        require_people(connection, platform)
    if not platform.tests:
        make(connection, "feed_items", sql("items"))
        return
    columns = ", ".join(f"cast(null as varchar) as {name}" for name in NAMES_COLUMNS)
    make(connection, "platform_names", f"select {columns} where false")
    if names:
        connection.executemany("insert into platform_names values (?, ?, ?, ?)", names)
    make(connection, "feed_assignments", sql("assignments"))
    if platform.wants_ids:
        require_ids(connection)


def require_people(connection: duckdb.DuckDBPyConnection, platform: Platform) -> None:
    if connection.sql("select 1 from people limit 1").fetchall():
        return
    otherwise = (
        ""
        if platform.for_ads
        else " Where the platform works for the shop alone and for no ads, "
        f"--people {NOT_REFUSED} names all who did not say no (docs/exports.md)."
    )
    raise click.ClickException(f"nobody may be named: no user agreed to ads (ads_consent).{otherwise}")


def require_ids(connection: duckdb.DuckDBPyConnection) -> None:
    missing = connection.sql(
        "select distinct experiment, arm from feed_assignments "
        "where experiment_id is null or variation_id is null order by all"
    ).fetchall()
    if missing:
        arms = ", ".join(f"{experiment} {arm}" for experiment, arm in missing)
        raise click.ClickException(
            f"the platform knows experiments by its own ids: --ids FILE, a CSV of {', '.join(NAMES_COLUMNS)}, "
            f"has none for {arms}"
        )


def platform_names(path: Path) -> list[tuple]:
    """Experiment, arm and the platform's names of both. ClickException unless each is there, and once."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if missing := [name for name in NAMES_COLUMNS if name not in (reader.fieldnames or ())]:
            raise click.ClickException(f"{path} has no column {', '.join(missing)}")
        rows = [tuple((row[name] or "").strip() for name in NAMES_COLUMNS) for row in reader]
    if any(not value for row in rows for value in row):
        raise click.ClickException(f"{path}: a row lacks one of {', '.join(NAMES_COLUMNS)}")
    for columns in (slice(0, 2), slice(2, 4)):
        twice = [key for key, count in Counter(row[columns] for row in rows).items() if count > 1]
        if twice:
            raise click.ClickException(f"{path} names {' '.join(twice[0])} twice")
    return rows


def sql(name: str) -> str:
    return (SQL / f"{name}.sql").read_text("utf-8")


def make(
    connection: duckdb.DuckDBPyConnection, table: str, query: str, parameters: dict | None = None
) -> None:
    connection.execute(f"create or replace temp table {table} as {query}", parameters or {})


def write_feed(connection: duckdb.DuckDBPyConnection, one: Feed, folder: Path) -> tuple[int, Counter[str]]:
    """How many rows were written, and how many were not, by reason."""
    result = connection.execute(sql(one.name))
    names = [column[0] for column in result.description]
    if names.pop() != LEFT_OUT:
        raise RuntimeError(f"{one.name}.sql does not end with column {LEFT_OUT}")
    encoded = csv_line if one.file.endswith(".csv") else json_line
    left_out: Counter[str] = Counter()
    written = 0
    with open(folder / one.file, "w", encoding="utf-8", newline="") as file:
        if encoded is csv_line:
            file.write(csv_line(names, names))
        for *values, reason in rows_of(result):
            if reason:
                left_out[reason] += 1
                continue
            line = encoded(names, values)
            if len(line.encode()) > one.record_bytes_max:
                left_out[f"larger than {one.record_bytes_max:,} bytes"] += 1
                continue
            file.write(line)
            written += 1
        file.flush()
        os.fsync(file.fileno())
    if (schema := SQL / f"{one.name}.avsc").exists():
        # Personalize wants to be told what the columns are
        shutil.copyfile(schema, folder / f"{Path(one.file).stem}.schema.json")
    return written, left_out


def rows_of(result: duckdb.DuckDBPyConnection) -> Iterator[tuple]:
    while rows := result.fetchmany(ROWS_AT_ONCE):
        yield from rows


def csv_line(_names: list[str], values: list) -> str:
    """What is missing is empty, as an empty text is; texts with a comma, a quote or a line break stand in quotes."""
    return ",".join(map(csv_value, values)) + "\n"


def csv_value(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\r\n') else text


def json_line(names: list[str], values: list) -> str:
    row = {
        name: kept for name, value in zip(names, values, strict=True) if (kept := present(value)) is not None
    }
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"


def present(value: object) -> object:
    """Without what there is none of, at any depth: platforms take null for an order to forget."""
    if isinstance(value, dict):
        kept = {key: inner for key, own in value.items() if (inner := present(own)) is not None}
        return kept or None
    if isinstance(value, list):
        return [inner for own in value if (inner := present(own)) is not None] or None
    return None if value == "" else value
