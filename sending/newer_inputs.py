"""Input files as they are when a sender starts, beside those of the build: tables newer_<name> and built_<name>."""

from pathlib import Path
from types import SimpleNamespace

import duckdb

from dbt_tools.macros import call_macro
from dbt_tools.private_text import without_values
from dbt_tools.relations import LATEST_RUN, literal, qualified, schemas_holding
from email_render.errors import SetupError
from input_checks.text_files import DUCKDB_ENCODINGS, text_file

# what the sender asks of them; every column as text, since in a CSV file they are. Without its first column no row of a
# file says whom or what it is about.
COLUMNS = {
    "users": ("user_id", "email", "email_consent", "email_frequency"),
    "items": ("item_id", "price", "list_price", "currency", "stock_quantity", "is_active", "available_until"),
    "item_translations": ("item_id", "locale", "price", "list_price", "currency"),
    "orders": ("order_id", "user_id", "anonymous_id", "order_status", "ordered_at"),
    "order_lines": ("order_id", "item_id", "quantity"),
    "email_events": ("event_type", "event_id", "bounce_type", "user_id", "message_id", "occurred_at"),
    "erasure_requests": ("user_id",),
}
# the build's own rules, and what they call, below macros/
RULES = ("clean_id", "clean_message_id", "clean_email", "trim_blanks")
RULE_FILES = [
    *(Path("cleaning", f"clean_{name}.sql") for name in ("id", "message_id", "email", "text")),
    *(Path("adapters", f"{name}.sql") for name in ("visible_id", "matches", "literal", "trim_blanks")),
    Path("cleaning/words_for_nothing.sql"),
    Path("literals.sql"),
]


def open_newer_inputs(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Makes newer_<table> from the folder, built_<table> as the build read it. What has no file there is as it was.

    SetupError when the folder has none of them, or one that says of nobody what the build would refuse to leave unsaid.
    """
    files = {name: path for name in COLUMNS if (path := input_file(folder, name))}
    if not files:
        raise SetupError(f"{folder} holds none of {', '.join(COLUMNS)} as .parquet or .csv")
    for rule in RULES:
        connection.execute(f"create temp macro {rule}(value) as {cleaning_rule(rule)}")
    [schema] = schemas_holding(connection, LATEST_RUN)
    for name, columns in COLUMNS.items():
        # erasure requests stand in no table of the warehouse: sending/erased.py asks for those of the build's inputs
        built = (
            qualified(schema, name) if name != "erasure_requests" else "(select null as user_id where false)"
        )
        source = file_rows(files[name]) if name in files else built
        for kind, rows in (("built", built), ("newer", source)):
            keep_rows(connection, f"{kind}_{name}", rows, columns)
    if "erasure_requests" in files:
        refuse_unreadable_requests(connection, files["erasure_requests"])


def keep_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: str, columns: tuple[str, ...]) -> None:
    try:
        connection.execute(f"create temp table {table} as {selection(connection, rows, columns)}")
    except duckdb.Error as error:
        # below its first line stands the line of the file, which is somebody's
        raise SetupError(f"{rows} can't be read: {without_values(str(error)).splitlines()[0]}") from None


def input_file(folder: Path, name: str) -> Path | None:
    found = [path for ending in ("parquet", "csv") if (path := folder / f"{name}.{ending}").is_file()]
    if len(found) > 1:
        raise SetupError(f"Both {found[0]} and {found[1]} are there: remove the one that is old.")
    return found[0] if found else None


def file_rows(path: Path) -> str:
    if path.suffix == ".parquet":
        return f"read_parquet({literal(path)})"
    encoding = text_file(path)["encoding"]
    if encoding not in DUCKDB_ENCODINGS:
        raise SetupError(
            f'{path} is neither UTF-8 nor Latin-1, it seems to be {encoding}: save it as "CSV UTF-8" and run again'
        )
    options = f"all_varchar = true, header = true, null_padding = true, encoding = '{encoding}'"
    return f"read_csv({literal(path)}, {options})"


def selection(connection: duckdb.DuckDBPyConnection, rows: str, columns: tuple[str, ...]) -> str:
    """The columns as text, ids and addresses as the build reads them; null where a file has none."""
    there = {name.lower() for name, *_ in connection.execute(f"describe from {rows}").fetchall()}
    if columns[0] not in there:
        raise SetupError(f"{rows} has no column {columns[0]}: its first row must name it")
    expressions = (cleaned(column) if column in there else "cast(null as varchar)" for column in columns)
    named = (f"{value} as {column}" for value, column in zip(expressions, columns, strict=True))
    return f"select {', '.join(named)} from {rows}"


def cleaned(column: str) -> str:
    """As the build reads it, where it says who or which; else its text."""
    text = f"cast({column} as varchar)"
    if f"clean_{column}" in RULES:
        return f"clean_{column}({text})"
    return f"clean_id({text})" if column.endswith("_id") else text


def cleaning_rule(name: str) -> str:
    """Macro `name` of the project, of `value`."""
    dbt = SimpleNamespace(
        split_part=lambda text, by, part: f"split_part({text}, {by}, {part})", type_string=lambda: "varchar"
    )
    return call_macro(name, {"dbt": dbt}, RULE_FILES, "value")


def refuse_unreadable_requests(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """As the build does: somebody has asked to be erased, and nobody can tell who."""
    words = call_macro("words_for_nothing", {}, RULE_FILES)
    [(count,)] = connection.execute(
        f"""
        select count(*) from {file_rows(path)}
        where {cleaned("user_id")} is null and trim_blanks(cast(user_id as varchar)) not in ('', {words})
        """
    ).fetchall()
    if count:
        raise SetupError(f"{path}: {count} row(s) name no user who could be erased. Mend it and run again.")
