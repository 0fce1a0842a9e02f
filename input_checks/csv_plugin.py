"""A plugin of dbt-duckdb, named in profiles.yml: functions for SQL that tell what a CSV file is written in.

`csv_text(path)` is text_file() as JSON, `csv_open_quote(path, encoding, delimiter)` is open_quote(),
`csv_bad_rows(path, encoding, delimiter, width)` is bad_rows(). They read files past DuckDB's `enable_external_access`,
so they have a list of their own: `allow_csv_files(paths)` sets it, once a connection.
"""

import json
from importlib.util import find_spec

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from input_checks.text_files import bad_rows, open_quote, text_file


class Plugin(BasePlugin):
    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        # DuckDB's functions need numpy, which the linters' environment has not: it reads no inputs
        if not find_spec("numpy"):
            return
        allowed: list[frozenset[str]] = []

        def allow_csv_files(paths: list[str]) -> bool:
            if allowed:
                raise PermissionError("Cannot allow other files: the list is set")
            allowed.append(frozenset(paths))
            return True

        def readable(path: str) -> str:
            if allowed and path not in allowed[0]:
                raise PermissionError(f"reading {path} is disabled by configuration")
            return path

        def csv_text(path: str) -> str:
            return json.dumps(text_file(readable(path)))

        def csv_open_quote(path: str, encoding: str, delimiter: str) -> int | None:
            return open_quote(readable(path), encoding, delimiter)

        def csv_bad_rows(path: str, encoding: str, delimiter: str, width: int) -> list[list[str]]:
            return list(bad_rows(readable(path), encoding, delimiter, width))

        conn.create_function("allow_csv_files", allow_csv_files, ["varchar[]"], "boolean", side_effects=True)
        conn.create_function("csv_text", csv_text, ["varchar"], "varchar", side_effects=True)
        place = ["varchar", "varchar", "varchar"]
        conn.create_function(
            "csv_open_quote", csv_open_quote, place, "bigint", side_effects=True, null_handling="special"
        )
        conn.create_function(
            "csv_bad_rows", csv_bad_rows, [*place, "integer"], "varchar[][]", side_effects=True
        )
