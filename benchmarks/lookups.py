"""How long one user's lists take to look up: by SQL in the warehouse, from memory, from Redis in one round trip, and
over HTTP from `recmail serve`, one request after the other and with several callers at once.

RECMAIL_REDIS_URL=redis://… python -m benchmarks.lookups --database target/test.duckdb
"""

import argparse
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import httpx2
import redis

from benchmarks.machine import machine
from sync.cli import limits
from sync.redis_store import RedisStore
from sync.stores import MemoryStore, Store
from sync.warehouse import open_exports

# whichever comes first
LOOKUPS, SECONDS = 4000, 20.0
CALLERS = 8
SQL = "select placement, items from site_recommendations where subject_type = 'user' and subject_id = ?"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--database", type=Path, required=True)
    database, url = arguments.parse_args().database, os.environ.get("RECMAIL_REDIS_URL")
    if not url:
        arguments.error("RECMAIL_REDIS_URL is not set: whose Redis takes the lists?")
    server, store = redis.Redis.from_url(url, decode_responses=True), RedisStore(url)
    print(
        machine(
            ("duckdb", "redis", "starlette", "uvicorn"),
            f"load {os.getloadavg()[0]:.1f} at the start",
            f"Redis {server.info('server')['redis_version']}",
        )
    )
    start = time.perf_counter()
    count = store.load(database, limits()[0])
    print(f"loaded {count:,} rows into Redis in {time.perf_counter() - start:.1f} s\n")
    with open_exports(database) as connection:
        rows = connection.execute("select user_id from stg_users order by md5(user_id)").fetchall()
        users = [user for (user,) in rows]
        by_sql = times(lambda user: connection.execute(SQL, [user]).fetchall(), users)
    print_times("SQL on the warehouse", by_sql, by_sql)
    print_times("memory", times(finder(MemoryStore(database)), users), by_sql)
    scripts = script_calls(server)
    from_redis = times(finder(store), users)
    print_times("Redis", from_redis, by_sql)
    print(
        f"  {(script_calls(server) - scripts) / len(from_redis):.2f} commands to Redis a look-up, by its own count"
    )
    with service(database) as port:
        over_http(port, users, by_sql)


def over_http(port: int, users: list[str], by_sql: list[float]) -> None:
    def asking() -> Callable[[str], object]:
        client = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=10)
        return lambda user: client.get(f"/users/{user}").raise_for_status()

    print_times("HTTP, one caller", times(asking(), users), by_sql)
    shares = [users[number::CALLERS] for number in range(CALLERS)]
    start = time.perf_counter()
    with ThreadPoolExecutor(CALLERS) as pool:
        found = list(pool.map(lambda share: times(asking(), share, LOOKUPS // CALLERS), shares))
    seconds = time.perf_counter() - start
    at_once = list(chain.from_iterable(found))
    print_times(f"HTTP, {CALLERS} callers", at_once, by_sql)
    print(
        f"  {len(at_once) / seconds:,.0f} requests a second, none failed; callers share the service's cores"
    )


def finder(store: Store) -> Callable[[str], object]:
    return lambda user: store.find("user", [user])


def times(find: Callable[[str], object], users: list[str], count: int = LOOKUPS) -> list[float]:
    """Milliseconds of each look-up, after one that makes connections and plans."""
    find(users[0])
    measured: list[float] = []
    end = time.perf_counter() + SECONDS
    while len(measured) < count and (start := time.perf_counter()) < end:
        find(users[len(measured) % len(users)])
        measured.append((time.perf_counter() - start) * 1000)
    return measured


def print_times(name: str, measured: list[float], by_sql: list[float]) -> None:
    middle, high = quantile(measured, 0.5), quantile(measured, 0.99)
    print(
        f"{name:20} p50 {middle:6.2f} ms, p99 {high:6.2f} ms, {len(measured):,} look-ups;"
        f" beside SQL {middle / quantile(by_sql, 0.5):.2f}, {high / quantile(by_sql, 0.99):.2f}"
    )


def quantile(measured: list[float], share: float) -> float:
    return sorted(measured)[int(len(measured) * share)]


def script_calls(server: redis.Redis) -> int:
    """Commands but for those that the script itself gives, which take no round trip."""
    statistics = server.info("commandstats")
    return sum(
        statistics[name]["calls"] for name in statistics if name in ("cmdstat_evalsha", "cmdstat_eval")
    )


@contextmanager
def service(database: Path):
    """`recmail serve` in a process of its own: its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from recmail.cli import main; main()"]
    options = ["serve", "--database", str(database), "--port", str(port)]
    process = subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
            for _ in range(600):
                try:
                    client.get("/health").raise_for_status()
                    break
                except httpx2.ConnectError:
                    time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    main()
