"""A plugin of dbt-duckdb, named in profiles.yml: closes the warehouse that dbt opens, and all beside it, to others."""

import os
from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin

from dbt_tools.private_files import close_to_others


class Plugin(BasePlugin):
    def initialize(self, config: dict) -> None:
        """Before the file is opened. For the whole of dbt's process: DuckDB makes a log and spills beside the file."""
        os.umask(0o077)
        database = Path(self.creds.path)
        if database.is_file():
            close_to_others(database)
