"""site_recommendations where they are looked up quickly: in Redis, or in this process's memory."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import click

from sync.warehouse import open_exports

EXPORT = "site_recommendations"
ROWS_AT_ONCE = 5000
EVERYBODY = ("everybody", "", "home")
NO_BEST_SELLERS = "site_recommendations has no best sellers for everybody"


class Found(NamedTuple):
    lists: dict[str, list[dict]]  # by placement; none of whom or what is not known
    fallback: list[dict]  # best sellers


class Unavailable(Exception):
    """There are no lists to answer from, as the text says."""


class Store(Protocol):
    def find(self, subject_type: str, subject_ids: Sequence[str]) -> list[Found]:
        """What is known of each of them, in one round trip. Unavailable when nothing can be known now."""


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

        if EVERYBODY[2] not in self._lists.get(EVERYBODY[:2], {}):
            raise click.ClickException(NO_BEST_SELLERS)

    def find(self, subject_type: str, subject_ids: Sequence[str]) -> list[Found]:
        fallback = json.loads(self._lists[EVERYBODY[:2]][EVERYBODY[2]])
        return [
            Found(
                {
                    name: json.loads(items)
                    for name, items in self._lists.get((subject_type, subject_id), {}).items()
                },
                fallback,
            )
            for subject_id in subject_ids
        ]


def open_store(database: Path) -> Store:
    """Redis where RECMAIL_REDIS_URL names one, else the memory."""
    if os.environ.get("RECMAIL_REDIS_URL"):
        from sync.redis_store import SERVING_SECONDS, RedisStore

        return RedisStore(os.environ["RECMAIL_REDIS_URL"], SERVING_SECONDS)
    if not database.exists():
        raise click.UsageError(f"there is no database {database}, and RECMAIL_REDIS_URL names no Redis")
    return MemoryStore(database)
