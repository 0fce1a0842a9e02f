"""A plugin of dbt-duckdb, named in profiles.yml: what DuckDB takes of the machine.

Half of the memory, beyond which it spills to files beside the warehouse, and all cores; RECMAIL_MEMORY (such as 4GB)
and RECMAIL_THREADS say otherwise. Each commit waits for the disk, but in a copy, which `recmail build` writes out once.
"""

import os
from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin

from dbt_tools.unfinished import is_copy

CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")


def half_of_memory() -> str:
    """Of the machine, or of the container when that has less."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if CONTAINER_LIMIT.is_file():
        limit = CONTAINER_LIMIT.read_text(encoding="utf-8").strip()
        if limit.isdigit():
            memory = min(memory, int(limit))
    return f"{memory // 2 // 2**20}MiB"


class Plugin(BasePlugin):
    def update_connection_config(self, creds, config: dict) -> None:
        """Before the database is opened."""
        config["memory_limit"] = os.environ.get("RECMAIL_MEMORY") or half_of_memory()
        if os.environ.get("RECMAIL_THREADS"):
            config["threads"] = os.environ["RECMAIL_THREADS"]
        if is_copy(Path(creds.path)):
            config["fsync_mode"] = "NONE"
