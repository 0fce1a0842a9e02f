"""How long one user's list takes to look up: from Redis in one round trip, from memory, and by SQL in the warehouse.

RECMAIL_REDIS_URL=redis://… python -m benchmarks.lookups --database target/demo.duckdb
"""

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

from sync.redis_store import RedisStore
from sync.stores import MemoryStore, Store
from sync.warehouse import open_exports

LOOKUPS = 5000
SQL_LOOKUPS = 500


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--database", type=Path, required=True)
    database = arguments.parse_args().database
    redis = RedisStore(os.environ["RECMAIL_REDIS_URL"])
    start = time.perf_counter()
    count = redis.load(database)
    print(f"loaded {count:,} rows into Redis in {time.perf_counter() - start:.1f} s")
    with open_exports(database) as connection:
        rows = connection.execute("select user_id from stg_users order by md5(user_id)").fetchall()
        users = [user for (user,) in rows]
        by_sql = (
            "select placement, items from site_recommendations where subject_type = 'user' and subject_id = ?"
        )
        print_times("SQL", lambda user: connection.execute(by_sql, [user]).fetchall(), users, SQL_LOOKUPS)
    print_times("memory", finder(MemoryStore(database)), users, LOOKUPS)
    print_times("Redis", finder(redis), users, LOOKUPS)


def finder(store: Store) -> Callable[[str], object]:
    return lambda user: store.find("user", user)


def print_times(name: str, find: Callable[[str], object], users: list[str], count: int) -> None:
    times = []
    for number in range(count):
        start = time.perf_counter()
        find(users[number % len(users)])
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    middle, high = times[count // 2], times[count * 99 // 100]
    print(f"{name:8} p50 {middle:.2f} ms, p99 {high:.2f} ms, {count:,} look-ups")


if __name__ == "__main__":
    main()
