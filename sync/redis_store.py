"""site_recommendations in Redis: loaded beside the version that is read, which one write then makes the live one.

A key is {recmail}:<version>:<subject_type>:<subject_id>, a hash of lists by placement; the braces keep all of them in
one slot of a cluster. Each has the row's time to live, so that lists of a feed that broke end by themselves.
"""

import json
import os
import secrets
from itertools import islice
from pathlib import Path

import click

from sync.stores import Found, site_rows

try:
    import redis
except ImportError:  # optional: recmail[redis]
    redis = None

PREFIX = "{recmail}"
LIVE = f"{PREFIX}:live"
ROWS_SCANNED = 1000
EVERYBODY = ("everybody", "", "home")
# which version is live, the lists, and best sellers in case there are none: one round trip, of one version
FIND = """
local version = redis.call('GET', KEYS[1])
if not version then return {{}, false} end
local start = ARGV[1] .. ':' .. version .. ':'
return {redis.call('HGETALL', start .. ARGV[2]), redis.call('HGET', start .. 'everybody:', 'home')}
"""


def client(url: str):
    if redis is None:
        raise click.UsageError("Redis needs the package redis: pip install 'recmail[redis]'")
    return redis.Redis.from_url(url, decode_responses=True, socket_timeout=10)


class RedisStore:
    def __init__(self, url: str):
        self._redis = client(url)
        self._find = self._redis.register_script(FIND)

    def find(self, subject_type: str, subject_id: str) -> Found:
        found, fallback = self._find(keys=[LIVE], args=[PREFIX, f"{subject_type}:{subject_id}"])
        lists = dict(zip(found[::2], found[1::2], strict=True))
        return Found({name: json.loads(items) for name, items in lists.items()}, json.loads(fallback or "[]"))

    def load(self, database: Path) -> int:
        """Rows written. Readers see the version of before until all of them are."""
        version, count, has_fallback = secrets.token_hex(8), 0, False
        for rows in site_rows(database):
            # no transaction: nobody reads them yet
            pipeline = self._redis.pipeline(transaction=False)
            for subject_type, subject_id, placement, items, ttl_seconds in rows:
                key = f"{PREFIX}:{version}:{subject_type}:{subject_id}"
                pipeline.hset(key, placement, items)
                pipeline.expire(key, ttl_seconds)
                has_fallback |= (subject_type, subject_id, placement) == EVERYBODY
            pipeline.execute()
            count += len(rows)
        if not has_fallback:
            self._drop_all_but(self._redis.get(LIVE))
            raise click.ClickException(
                "site_recommendations has no best sellers for everybody: the version of before stays"
            )
        self._redis.set(LIVE, version)
        # the version of before, what a load that died has left, and with them who was erased since
        self._drop_all_but(version)
        return count

    def _drop_all_but(self, version: str | None) -> None:
        keys = self._redis.scan_iter(match=f"{PREFIX}:*", count=ROWS_SCANNED)
        others = (key for key in keys if key != LIVE and not key.startswith(f"{PREFIX}:{version}:"))
        while batch := list(islice(others, ROWS_SCANNED)):
            self._redis.unlink(*batch)


def load_from(database: Path, dry_run: bool) -> str:
    url = os.environ.get("RECMAIL_REDIS_URL")
    if not url:
        raise click.UsageError(
            "set RECMAIL_REDIS_URL in the environment: redis://host:6379/0, rediss:// with TLS"
        )
    if dry_run:
        return f"site_recommendations: {sum(map(len, site_rows(database))):,} rows would be loaded as a new version"
    try:
        return f"site_recommendations: {RedisStore(url).load(database):,} rows are live"
    except redis.RedisError as error:
        raise click.ClickException(f"Redis: {error}") from None
