"""Would people have bought what is recommended? Complete Journey, held out by time, beside what is used today.

Everything before the cut is known; ten items are recommended that the user did not buy in the 30 days before; relevant
is what the user bought in the 14 days after and not in those 30. All users with a relevant item count, and all
products, fuel and the like among them. recmail trains on earlier cuts (`make train`) and builds as any shop does,
without diversity and exploration, which cost hits on purpose.

    python -m benchmarks.accuracy [--as-of 2017-11-15] [--out docs/accuracy.md]
"""

import argparse
import sys
import tempfile
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import duckdb
import numpy as np

from benchmarks.baskets import link_inputs
from ranker.metrics import recall_and_ndcg
from ranker.replays import dbt_build
from ranker.train import train

ROOT = Path(__file__).parents[1]
LENGTH = 10
WINDOW_DAYS = 30
LABEL_DAYS = 14
PURE_RANKING = {
    "recommendations_per_user": LENGTH,
    "minimum_distinct_categories": 1,
    "exploration_share": 0,
    "repurchase_window_days": WINDOW_DAYS,
}

Lists = dict[str, list[str]]


class Shop:
    """Purchases before and after the cut, users and items as numbers."""

    def __init__(self, inputs: Path, cut: datetime):
        purchases = duckdb.execute(
            f"""
            select distinct orders.user_id, lines.item_id, cast(orders.ordered_at as timestamp) as ordered_at
            from '{inputs}/order_lines.parquet' as lines
            inner join '{inputs}/orders.parquet' as orders using (order_id)
            where orders.user_id is not null
            order by all
            """
        ).fetchnumpy()
        self.cut = np.datetime64(cut)
        self.users, user = np.unique(purchases["user_id"].astype(str), return_inverse=True)
        self.items, item = np.unique(purchases["item_id"].astype(str), return_inverse=True)
        age = (self.cut - purchases["ordered_at"]) / np.timedelta64(1, "D")
        past = age >= 0
        self.past = user[past], item[past], age[past]
        self.recent = set(zip(*(values[past & (age < WINDOW_DAYS)] for values in (user, item)), strict=True))
        after = (age < 0) & (age >= -LABEL_DAYS)
        bought = set(zip(user[after], item[after], strict=True)) - self.recent
        self.relevant: dict[int, set[int]] = {}
        for one_user, one_item in bought:
            self.relevant.setdefault(one_user, set()).add(one_item)

    def judge(self, lists: dict[int, list[int]]) -> tuple[float, float]:
        """Recall and NDCG of ranked lists; a user without a list has no hit."""
        rows = [
            (user, -place, place, item in self.relevant[user])
            for user in self.relevant
            for place, item in enumerate(lists.get(user, [])[:LENGTH])
        ]
        users, scores, ties, labels = (np.array(column) for column in zip(*rows, strict=True))
        counts = {user: len(items) for user, items in self.relevant.items()}
        return recall_and_ndcg(users, scores, ties, labels, counts, LENGTH)

    def best(self, scores) -> list[int]:
        return [int(item) for item in np.argsort(-scores, kind="stable")]

    def most_popular(self) -> dict[int, list[int]]:
        """By buyers of the last 30 days."""
        users, items, age = self.past
        pairs = {
            (user, item) for user, item, days in zip(users, items, age, strict=True) if days < WINDOW_DAYS
        }
        counts = np.bincount([item for _, item in pairs], minlength=len(self.items))
        ranking = self.best(counts)[: LENGTH + 500]
        return {
            user: [item for item in ranking if (user, item) not in self.recent][:LENGTH]
            for user in self.relevant
        }

    def buy_again(self) -> dict[int, list[int]]:
        """By how often the user bought it, the last first among equals; the rest by popularity."""
        users, items, age = self.past
        history: dict[int, dict[int, tuple[int, float]]] = {}
        for user, item, days in zip(users, items, age, strict=True):
            count, last = history.setdefault(user, {}).get(item, (0, np.inf))
            history[user][item] = (count + 1, min(last, days))
        popular = self.most_popular()
        lists = {}
        for user in self.relevant:
            own = history.get(user, {})
            ranked = sorted(own, key=lambda item: (-own[item][0], own[item][1], item))
            ranked = [item for item in ranked if (user, item) not in self.recent]
            lists[user] = (ranked + [item for item in popular[user] if item not in own])[:LENGTH]
        return lists

    def implicit(self, name: str) -> dict[int, list[int]]:
        """A model of implicit on purchase counts; what was bought lately is left out of its ranking."""
        from implicit.als import AlternatingLeastSquares
        from implicit.nearest_neighbours import BM25Recommender, CosineRecommender
        from scipy.sparse import csr_matrix
        from threadpoolctl import threadpool_limits

        models = {
            "ALS": lambda: AlternatingLeastSquares(
                factors=128, regularization=0.05, alpha=2.0, iterations=20, random_state=0
            ),
            "BM25": lambda: BM25Recommender(K=100),
            "cosine": lambda: CosineRecommender(K=100),
        }
        users, items, _ = self.past
        matrix = csr_matrix(
            (np.ones(users.size, dtype=np.float32), (users, items)), (len(self.users), len(self.items))
        )
        matrix.sum_duplicates()
        with threadpool_limits(1):
            model = models[name]()
            model.fit(matrix, show_progress=False)
            asked = np.array(sorted(self.relevant))
            found, _ = model.recommend(asked, matrix[asked], N=LENGTH + 300, filter_already_liked_items=False)
        return {
            int(user): [int(item) for item in ranked if item >= 0 and (user, item) not in self.recent][
                :LENGTH
            ]
            for user, ranked in zip(asked, found, strict=True)
        }

    def lists_of(self, database: Path) -> dict[int, list[int]]:
        """What a warehouse recommends, by position."""
        numbers = {item: number for number, item in enumerate(self.items)}
        user_numbers = {user: number for number, user in enumerate(self.users)}
        lists: dict[int, list[int]] = {}
        with duckdb.connect(database, read_only=True) as connection:
            for user, item in connection.execute(
                "select user_id, item_id from recommendations.user_recommendations order by user_id, position"
            ).fetchall():
                lists.setdefault(user_numbers.get(user, -1), []).append(numbers.get(item, -1))
        return lists


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--as-of", type=datetime.fromisoformat, default="2017-11-15")
    parser.add_argument("--out", type=Path, help="page to write")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder_name:
        folder = Path(folder_name)
        inputs, database = folder / "inputs", folder / "warehouse.duckdb"
        link_inputs(inputs, without="is_active")
        variables = PURE_RANKING | {"input_location": str(inputs), "as_of": str(arguments.as_of)}
        shop = Shop(inputs, arguments.as_of)
        rows = [
            ("most bought in 30 days", shop.judge(shop.most_popular())),
            ("buy again, by frequency", shop.judge(shop.buy_again())),
        ]
        for name in ("cosine", "BM25", "ALS"):
            rows.append((f"implicit {version('implicit')}, {name}", shop.judge(shop.implicit(name))))
        selection = ("--select", "+user_recommendations", "--exclude-resource-type", "test")
        dbt_build(database, variables, folder, *selection)
        rows.append(("recmail, default coefficients", shop.judge(shop.lists_of(database))))
        train(database, variables)
        dbt_build(database, variables, folder, *selection)
        rows.append(("**recmail, trained**", shop.judge(shop.lists_of(database))))
    lines = [
        f"{len(shop.relevant):,} users with {sum(map(len, shop.relevant.values())):,} relevant items, cut "
        f"{arguments.as_of:%Y-%m-%d}.",
        "",
        "| recommender | recall@10 | NDCG@10 |",
        "|---|---|---|",
        *(f"| {name} | {recall:.4f} | {ndcg:.4f} |" for name, (recall, ndcg) in rows),
    ]
    table = "\n".join(lines)
    print(table)
    if arguments.out:
        arguments.out.write_text(f"# Accuracy\n\n{__doc__}\n{table}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
