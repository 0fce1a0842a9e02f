"""A plugin of dbt-duckdb, named in profiles.yml: gives SQL `csv_text(path)`, what a CSV file is written in, as JSON."""

import json
from importlib.util import find_spec

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from input_checks.text_files import text_file


def csv_text(path: str) -> str:
    return json.dumps(text_file(path))


class Plugin(BasePlugin):
    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        # DuckDB's functions need numpy, which the linters' environment has not: it reads no inputs
        if find_spec("numpy"):
            conn.create_function("csv_text", csv_text)
