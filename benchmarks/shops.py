"""Made-up shops of any size: clustered tastes, long-tailed popularity, twenty events a user. The same at every call.

python -m benchmarks.shops [--users 10000 100000] [--out data/bench]
"""

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).parents[1]

EVENTS_PER_USER = 20  # on average; one user in a hundred has more than 80
ITEMS_PER_CLUSTER = 100
TASTES_PER_USER = 3
SHARE_OF_TASTE = 0.8  # of events, within the user's clusters; the others follow popularity alone
DAYS = 180


def item_count(users: int) -> int:
    """10,000 items to 10,000 users, 20,000 to 100,000, 50,000 to a million: catalogues grow slower than audiences."""
    return int(np.interp(np.log10(users), (4, 5, 6), (10_000, 20_000, 50_000)))


def draw(cumulative: np.ndarray, chances: np.ndarray) -> np.ndarray:
    return np.searchsorted(cumulative, chances, side="right")


def make_events(users: int, seed: int = 7) -> pa.Table:
    """One row per event: user_id, item_id, event_type, occurred_at."""
    chance = np.random.default_rng(seed)
    items = item_count(users)
    clusters = items // ITEMS_PER_CLUSTER

    # item 0 sells best; popularity falls as 1 / rank^0.9
    popularity = 1 / (np.arange(items) + 10.0) ** 0.9
    by_popularity = np.cumsum(popularity / popularity.sum())
    cluster_of_item = chance.integers(clusters, size=items)
    in_clusters = np.argsort(cluster_of_item, kind="stable")
    shares = popularity / np.bincount(cluster_of_item, popularity, clusters)[cluster_of_item]
    # cluster c spans c to c + 1
    by_cluster = np.cumsum(shares[in_clusters])

    events_of_user = 1 + chance.poisson(chance.gamma(1.2, (EVENTS_PER_USER - 1) / 1.2, size=users))
    user = np.repeat(np.arange(users, dtype=np.int32), events_of_user)
    tastes = chance.integers(clusters, size=(users, TASTES_PER_USER))
    taste = tastes[user, chance.integers(TASTES_PER_USER, size=user.size)]
    of_taste = in_clusters[
        np.minimum(draw(by_cluster, taste + chance.random(user.size) * (1 - 1e-9)), items - 1)
    ]
    of_all = np.minimum(draw(by_popularity, chance.random(user.size)), items - 1)
    item = np.where(chance.random(user.size) < SHARE_OF_TASTE, of_taste, of_all)

    seconds = chance.integers(DAYS * 86400, size=user.size)
    occurred_at = np.datetime64("2025-01-01T00:00:00", "us") + seconds.astype("timedelta64[s]")
    # ids like a shop's, in no order that would help anyone
    user_ids = np.char.add("u", np.char.zfill(chance.permutation(users).astype("U8"), 8))
    item_ids = np.char.add("sku-", np.char.zfill(chance.permutation(items).astype("U6"), 6))
    return pa.table(
        {
            "user_id": pa.DictionaryArray.from_arrays(user, user_ids).cast(pa.string()),
            "item_id": pa.DictionaryArray.from_arrays(item.astype(np.int32), item_ids).cast(pa.string()),
            "occurred_at": pa.array(occurred_at),
        }
    ).take(chance.permutation(user.size))


def write_shop(users: int, folder: Path) -> Path:
    """The Parquet file of a shop, made unless it is there; prints what is in it."""
    path = folder / f"events_{users}.parquet"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        pq.write_table(make_events(users), unfinished)
        unfinished.replace(path)
    events = pq.read_table(path, columns=["user_id", "item_id"])
    per_item = np.sort(events["item_id"].combine_chunks().value_counts().field("counts").to_numpy())[::-1]
    print(
        f"{path}: {users:,} users, {per_item.size:,} items with events of {item_count(users):,}, "
        f"{events.num_rows:,} events; the best-selling tenth of the items has "
        f"{per_item[: per_item.size // 10].sum() / per_item.sum():.0%} of them"
    )
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--out", type=Path, default=ROOT / "data/bench")
    arguments = parser.parse_args()
    for users in arguments.users:
        write_shop(users, arguments.out)


if __name__ == "__main__":
    main()
