"""site_recommendations where they are looked up quickly: in Redis, or in this process's memory."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

import click

from sync.warehouse import open_exports

EXPORT = "site_recommendations"
ROWS_AT_ONCE = 5000


class Found(NamedTuple):
    lists: dict[str, list[dict]]  # by placement; none of whom or what is not known
    fallback: list[dict]  # best sellers


class Store(Protocol):
    def find(self, subject_type: str, subject_id: str) -> Found: ...


def site_rows(database: Path) -> Iterator[list[tuple]]:
    """Subject, placement, items and time to live of what is to be shown."""
    with open_exports(database) as connection:
        result = connection.execute(
            f"select subject_type, subject_id, placement, items, ttl_seconds from {EXPORT} "
            "where operation = 'upsert' order by export_key"
        )
        while rows := result.fetchmany(ROWS_AT_ONCE):
            yield rows


class MemoryStore:
    """As the warehouse was when the service started."""

    def __init__(self, database: Path):
        self._lists: dict[tuple[str, str], dict[str, str]] = {}
        for rows in site_rows(database):
            for subject_type, subject_id, placement, items, _ in rows:
                self._lists.setdefault((subject_type, subject_id), {})[placement] = items

    def find(self, subject_type: str, subject_id: str) -> Found:
        lists = self._lists.get((subject_type, subject_id), {})
        fallback = self._lists.get(("everybody", ""), {}).get("home", "[]")
        return Found({name: json.loads(items) for name, items in lists.items()}, json.loads(fallback))


def open_store(database: Path) -> Store:
    """Redis where RECMAIL_REDIS_URL names one, else the memory."""
    if os.environ.get("RECMAIL_REDIS_URL"):
        from sync.redis_store import RedisStore

        return RedisStore(os.environ["RECMAIL_REDIS_URL"])
    if not database.is_file():
        raise click.UsageError(f"there is no database {database}, and RECMAIL_REDIS_URL names no Redis")
    return MemoryStore(database)
