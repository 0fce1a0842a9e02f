"""site_recommendations in Redis: loaded beside the version that is read, which one write then makes the live one.

A key is {recmail}:<version>:<subject_type>:<subject_id>, a hash of lists by placement; the braces keep all of them in
one slot of a cluster. Each has the row's time to live, so that lists of a feed that broke end by themselves.
"""

import json
import os
import secrets
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import click

from sync.plan import Refused
from sync.stores import EVERYBODY, EXPORT, NO_BEST_SELLERS, Found, Unavailable, site_rows

try:
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry
except ImportError:  # optional: recmail[redis]
    redis = None

PREFIX = "{recmail}"
LIVE = f"{PREFIX}:live"
# which version is being written; two at once would drop each other's rows
LOADING = f"{PREFIX}:loading"
LOADING_SECONDS_MAX = 60
ROW_COUNT = "row_count"
ROWS_SCANNED = 1000
LOADING_SECONDS, SERVING_SECONDS = 10, 1
# which version is live, best sellers in case there are no lists, and these: one round trip, of one version
FIND = """
local version = redis.call('GET', KEYS[1])
if not version then return {false} end
local start = ARGV[1] .. ':' .. version .. ':'
local found = {redis.call('HGET', start .. 'everybody:', 'home')}
for subject = 2, #ARGV do found[subject] = redis.call('HGETALL', start .. ARGV[subject]) end
return found
"""
# unless somebody else has begun to load meanwhile
SWITCH = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[1])
return 1
"""
LET_GO = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


def client(url: str, seconds: float):
    if redis is None:
        raise click.UsageError("Redis needs the package redis: pip install 'redis>=7'")
    try:
        # once more at once: a server that was started anew has closed the connection
        return redis.Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=seconds,
            socket_connect_timeout=seconds,
            retry=Retry(NoBackoff(), 1),
        )
    except ValueError as error:
        # the address holds a password
        raise click.UsageError(
            f"RECMAIL_REDIS_URL is not an address of Redis: {type(error).__name__}"
        ) from None


class RedisStore:
    def __init__(self, url: str, seconds: float = LOADING_SECONDS):
        """`seconds` is how long a server that does not answer is waited for."""
        self._redis = client(url, seconds)
        self._find, self._switch, self._let_go = map(self._redis.register_script, (FIND, SWITCH, LET_GO))

    def find(self, subject_type: str, subject_ids: Sequence[str]) -> list[Found]:
        subjects = [f"{subject_type}:{subject_id}" for subject_id in subject_ids]
        try:
            everybody, *found = self._find(keys=[LIVE], args=[PREFIX, *subjects])
        except redis.RedisError as error:
            raise Unavailable(f"Redis does not answer: {type(error).__name__}") from error
        if everybody is None:
            raise Unavailable("Redis has no lists, or they are too old: recmail sync --to redis loads them")
        fallback = json.loads(everybody)
        return [
            Found(
                {name: json.loads(items) for name, items in zip(fields[::2], fields[1::2], strict=True)},
                fallback,
            )
            for fields in found
        ]

    def load(self, database: Path, deletes_max: int) -> int:
        """Rows written. Readers see the version of before until all of them are. ClickException, and that version
        stays, if there is nothing for everybody or more than `deletes_max` rows fewer than in it."""
        version = secrets.token_hex(8)
        # an answer that got lost is asked for again, and then it is there already
        is_first = self._redis.set(LOADING, version, nx=True, ex=LOADING_SECONDS_MAX)
        if not is_first and self._redis.get(LOADING) != version:
            raise click.ClickException(
                f"another sync loads this Redis, or died less than {LOADING_SECONDS_MAX} seconds ago"
            )
        own = f"{PREFIX}:{version}:"
        try:
            try:
                count = self._write(database, version, deletes_max)
                if not self._switch(keys=[LOADING, LIVE], args=[version]):
                    raise click.ClickException(
                        "another sync has begun to load this Redis: it goes on, this one ends"
                    )
            except BaseException:
                self._drop(lambda key: key.startswith(own))
                raise
            # the version of before, what a load that died has left, and with them who was erased since
            self._drop(lambda key: not key.startswith(own))
        finally:
            self._let_go(keys=[LOADING], args=[version])
        return count

    def _write(self, database: Path, version: str, deletes_max: int) -> int:
        count, has_fallback = 0, False
        for rows in site_rows(database):
            # no transaction: nobody reads them yet
            pipeline = self._redis.pipeline(transaction=False)
            for subject_type, subject_id, placement, items, ttl_seconds in rows:
                key = f"{PREFIX}:{version}:{subject_type}:{subject_id}"
                pipeline.hset(key, placement, items)
                pipeline.expire(key, ttl_seconds)
                has_fallback |= (subject_type, subject_id, placement) == EVERYBODY
            pipeline.expire(LOADING, LOADING_SECONDS_MAX)
            pipeline.execute()
            count += len(rows)
        if not has_fallback:
            raise click.ClickException(f"{NO_BEST_SELLERS}: the version of before stays")
        fewer = self.row_count() - count
        if fewer > deletes_max:
            raise Refused(
                f"{EXPORT}: {fewer:,} rows fewer than are live, var sync_deletes_max is {deletes_max:,}: the version"
                " of before stays. If it is meant so, raise it in VARS for this once"
            )
        self._redis.set(f"{PREFIX}:{version}:{ROW_COUNT}", count)
        return count

    def row_count(self) -> int:
        """Rows that the live version was loaded with."""
        return int(self._redis.get(f"{PREFIX}:{self._redis.get(LIVE)}:{ROW_COUNT}") or 0)

    def _drop(self, is_dropped: Callable[[str], bool]) -> None:
        keys = self._redis.scan_iter(match=f"{PREFIX}:*", count=ROWS_SCANNED)
        dropped = (key for key in keys if key not in (LIVE, LOADING) and is_dropped(key))
        while batch := list(islice(dropped, ROWS_SCANNED)):
            self._redis.unlink(*batch)
            self._redis.expire(LOADING, LOADING_SECONDS_MAX)


def load_from(database: Path, dry_run: bool, deletes_max: int) -> str:
    url = os.environ.get("RECMAIL_REDIS_URL")
    if not url:
        raise click.UsageError(
            "set RECMAIL_REDIS_URL in the environment: redis://host:6379/0, rediss:// with TLS"
        )
    try:
        store = RedisStore(url)
        if dry_run:
            source, live = sum(map(len, site_rows(database))), store.row_count()
            return f"{EXPORT}: {source:,} rows would be loaded as a new version, {live:,} are live"
        return f"{EXPORT}: {store.load(database, deletes_max):,} rows are live"
    except redis.RedisError as error:
        raise click.ClickException(f"Redis: {error}") from None
