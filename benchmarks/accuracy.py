"""Would people have bought what is recommended? Complete Journey, held out by time, beside what is used today.

Everything before the cut is known; ten items are recommended that the user did not buy in the 30 days before; relevant
is what the user bought in the 14 days after and not in those 30. All users with a relevant item count, and all
products, fuel and the like among them. The second table leaves out all that the user had ever bought: what remains is
discovery. recmail trains on earlier cuts (`make train`) and builds as any shop does, without diversity and exploration,
which cost hits on purpose. LightGBM ranks the same candidates by the same features, learned on the same cuts from three
times the rows: what trees would make of them.

Measures are means over these users. recall@10 is hits / min(10, relevant items), since ten places can't hold all that
most users bought; NDCG@10 is the sum of 1 / log2(1 + place) over hits, divided by what min(10, relevant items) hits at
the first places would give; MRR@10 is 1 / place of the first hit. Coverage is the share of all products that some list
names, novelty the mean of -log2 of the share of buyers who had bought what is listed.

Features, knots, regularisation and the number of cuts were chosen on cuts before 2017-11-15. That cut was
looked at once after each of three rounds of work; nothing was chosen by it. ALS has, for each table, the best of 48
settings (factors, regularisation, alpha, weights of counts) at the cut 2017-11-01.

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
import pyarrow as pa

from benchmarks.baskets import link_inputs
from dbt_tools.relations import Relations, literal
from ranker.accuracy import HERE as RANKER
from ranker.metrics import top_ranks
from ranker.replays import Window, dbt_build
from ranker.store import TIMES_BOUGHT
from ranker.train import sample, train

LENGTH = 10
LABEL_DAYS = 14
# days of own purchases that no list may name, with the title of the table
TABLES = {30: "With repeats: not bought in 30 days", 36_500: "Discovery: never bought before"}
# per table: factors and alpha, and how counts are weighted
ALS = {30: ({"factors": 128, "alpha": 1.0}, "bm25"), 36_500: ({"factors": 64, "alpha": 2.0}, "log")}
METRICS = ("recall_at_10", "ndcg_at_10", "mrr_at_10", "hit_rate_at_10", "coverage", "novelty")
BUILT = ("--select", "+user_recommendations", "+int_candidate_knot_places", "--exclude-resource-type", "test")

Lists = dict[int, list[int]]


class Shop:
    """Purchases before and after the cut, users and items as numbers."""

    def __init__(self, inputs: Path, cut: datetime, window_days: int):
        purchases = duckdb.execute(
            f"""
            select distinct orders.user_id, lines.item_id, cast(orders.ordered_at as timestamp) as ordered_at
            from {literal(inputs / "order_lines.parquet")} as lines
            inner join {literal(inputs / "orders.parquet")} as orders using (order_id)
            where orders.user_id is not null
            order by all
            """
        ).fetchnumpy()
        self.window_days = window_days
        self.users, user = np.unique(purchases["user_id"].astype(str), return_inverse=True)
        self.items, item = np.unique(purchases["item_id"].astype(str), return_inverse=True)
        age = (np.datetime64(cut) - purchases["ordered_at"]) / np.timedelta64(1, "D")
        past = age >= 0
        self.past = user[past], item[past], age[past]
        recent = past & (age < window_days)
        self.recent = set(zip(user[recent], item[recent], strict=True))
        after = (age < 0) & (age >= -LABEL_DAYS)
        bought = set(zip(user[after], item[after], strict=True)) - self.recent
        self.relevant: dict[int, set[int]] = {}
        for one_user, one_item in bought:
            self.relevant.setdefault(one_user, set()).add(one_item)
        self.user_numbers = {name: number for number, name in enumerate(self.users)}
        self.item_numbers = {name: number for number, name in enumerate(self.items)}

    def best_unseen(self, user: int, ranked) -> list[int]:
        return [int(item) for item in ranked if item >= 0 and (user, item) not in self.recent][:LENGTH]

    def most_popular(self) -> Lists:
        """By buyers of the last 30 days."""
        users, items, age = self.past
        newest = age < 30
        pairs = set(zip(users[newest], items[newest], strict=True))
        counts = np.bincount([item for _, item in pairs], minlength=len(self.items))
        ranking = np.argsort(-counts, kind="stable")
        return {user: self.best_unseen(user, ranking[: LENGTH + 3000]) for user in self.relevant}

    def buy_again(self) -> Lists:
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
            ranked += [item for item in popular[user] if item not in own]
            lists[user] = self.best_unseen(user, ranked)
        return lists

    def implicit(self, name: str) -> Lists:
        """A model of implicit on purchase counts; what was bought lately is left out of its ranking."""
        from implicit.als import AlternatingLeastSquares
        from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, bm25_weight
        from scipy.sparse import csr_matrix
        from threadpoolctl import threadpool_limits

        factors, weights = ALS[self.window_days]
        models = {
            "ALS": lambda: AlternatingLeastSquares(
                **factors, regularization=10.0, iterations=15, random_state=0
            ),
            "BM25": lambda: BM25Recommender(K=100),
            "cosine": lambda: CosineRecommender(K=100),
        }
        users, items, _ = self.past
        matrix = csr_matrix(
            (np.ones(users.size, dtype=np.float32), (users, items)), (len(self.users), len(self.items))
        )
        matrix.sum_duplicates()
        if name == "ALS" and weights == "bm25":
            matrix = bm25_weight(matrix, K1=100, B=0.8).tocsr()
        elif name == "ALS":
            matrix.data = 1 + np.log(matrix.data)
        asked = np.array(sorted(self.relevant))
        most_recent = np.bincount([user for user, _ in self.recent]).max()
        with threadpool_limits(1):
            model = models[name]()
            model.fit(matrix, show_progress=False)
            found, _ = model.recommend(
                asked, matrix[asked], N=int(LENGTH + most_recent), filter_already_liked_items=False
            )
        return {
            int(user): self.best_unseen(int(user), ranked) for user, ranked in zip(asked, found, strict=True)
        }

    def recommended(self, database: Path, relations: Relations) -> Lists:
        """What a warehouse recommends, by position."""
        lists: Lists = {}
        with relations.connect(database) as connection:
            for user, item in connection.execute(
                "select user_id, item_id from user_recommendations order by user_id, position"
            ).fetchall():
                lists.setdefault(self.user_numbers.get(user, -1), []).append(self.item_numbers.get(item, -1))
        return lists

    def lightgbm(self, database: Path, relations: Relations, windows: list[Window]) -> Lists:
        """Trees on the features of the ranker, for the candidates of a warehouse."""
        from lightgbm import LGBMClassifier

        names = list(windows[0].positions)
        features, labels, weights = [], [], []
        for times_bought in TIMES_BOUGHT:
            for window, (rows, weight) in zip(windows, sample(windows, times_bought, 300_000), strict=True):
                columns = [window.positions[name][rows] for name in names] + [window.times_bought[rows]]
                features.append(np.column_stack(columns))
                labels.append(window.labels[rows])
                weights.append(weight)
        model = LGBMClassifier(
            n_estimators=400, learning_rate=0.05, num_leaves=63, min_child_samples=200, subsample=0.8,
            subsample_freq=1, colsample_bytree=0.6, reg_lambda=10, random_state=0, n_jobs=2, verbose=-1,
        )  # fmt: skip
        model.fit(np.concatenate(features), np.concatenate(labels), sample_weight=np.concatenate(weights))
        with relations.connect(database) as connection:
            candidates = connection.sql(
                "select * from int_candidate_knot_places "
                "inner join int_user_keys using (user_key) "
                "inner join int_item_keys using (item_key)"
            ).to_arrow_table()
        users = np.array([self.user_numbers.get(user, -1) for user in candidates["user_id"].to_pylist()])
        items = np.array([self.item_numbers.get(item, -1) for item in candidates["item_id"].to_pylist()])
        columns = [candidates[name].to_numpy().astype(np.float32) for name in [*names, "times_bought"]]
        scores = model.predict_proba(np.column_stack(columns))[:, 1]
        best, _ = top_ranks(users, scores, items, LENGTH)
        lists: Lists = {}
        for user, item in zip(users[best], items[best], strict=True):
            lists.setdefault(int(user), []).append(int(item))
        return lists

    def judge(self, lists: dict[str, Lists]) -> dict[str, dict[str, float]]:
        """Metrics of each recommender's lists; a user without a list has no hit."""
        users, items, _ = self.past
        buyers = np.bincount(
            [item for _, item in set(zip(users, items, strict=True))], minlength=len(self.items)
        )
        rows = [
            (model, user, item, place)
            for model, by_user in lists.items()
            for user in self.relevant
            for place, item in enumerate(by_user.get(user, [])[:LENGTH], start=1)
        ]
        relevant = [(user, item) for user, items in self.relevant.items() for item in items]
        with duckdb.connect() as connection:
            for name, columns, values in (
                ("lists", ["model", "user_id", "item_id", "place"], rows),
                ("relevant", ["user_id", "item_id"], relevant),
            ):
                table = pa.table([pa.array(column) for column in zip(*values, strict=True)], columns)
                connection.register("given", table)
                connection.execute(f"create table {name} as from given")
            share = np.maximum(buyers, 1) / np.unique(users).size
            connection.register("facts", pa.table({"item_id": np.arange(share.size), "buyer_share": share}))
            connection.execute(
                f"""
                create table item_facts as select *, true as is_available from facts;
                create table user_groups as
                select distinct user_id, 'all' as dimension, 'all' as dimension_value from relevant;
                create table similarities as
                select 0 as item_id, 0 as neighbour_item_id, 0.0 as similarity_score where false;
                set variable list_length = {LENGTH};
                """
            )
            found = connection.execute((RANKER / "list_metrics.sql").read_text(encoding="utf-8")).fetchall()
        metrics: dict[str, dict[str, float]] = {name: {} for name in lists}
        for model, _, _, _, metric, value in found:
            metrics[model][metric] = value
        return metrics


def compare(cut: datetime, window_days: int, folder: Path) -> list[str]:
    """A table of every recommender."""
    inputs, database = folder / f"inputs_{window_days}", folder / f"warehouse_{window_days}.duckdb"
    link_inputs(inputs, without="is_active")
    variables = {
        "input_location": str(inputs),
        "as_of": str(cut),
        "recommendations_per_user": LENGTH,
        "minimum_distinct_categories": 1,
        "exploration_share": 0,
        "repurchase_window_days": window_days,
    }
    shop = Shop(inputs, cut, window_days)
    lists = {"most bought in 30 days": shop.most_popular(), "buy again, by frequency": shop.buy_again()}
    for name in ("cosine", "BM25", "ALS"):
        lists[f"implicit {version('implicit')}, {name}"] = shop.implicit(name)
    dbt_build(database, variables, folder, *BUILT)
    relations = Relations.read(folder)
    lists["recmail, default coefficients"] = shop.recommended(database, relations)
    trained = train(database, variables)
    dbt_build(database, variables, folder, *BUILT)
    lists["**recmail, trained**"] = shop.recommended(database, relations)
    lists[f"LightGBM {version('lightgbm')} on the same features"] = shop.lightgbm(
        database, relations, trained.windows
    )
    metrics = shop.judge(lists)
    return [
        f"## {TABLES[window_days]}",
        "",
        f"{len(shop.relevant):,} users with {sum(map(len, shop.relevant.values())):,} relevant items, cut "
        f"{cut:%Y-%m-%d}.",
        "",
        "| recommender | recall@10 | NDCG@10 | MRR@10 | hit rate@10 | coverage | novelty, bits |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {name} | " + " | ".join(f"{metrics[name][metric]:.4f}" for metric in METRICS) + " |"
            for name in lists
        ),
        "",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--as-of", type=datetime.fromisoformat, default="2017-11-15")
    parser.add_argument("--tables", type=int, nargs="+", default=list(TABLES), choices=TABLES)
    parser.add_argument("--out", type=Path, help="page to write")
    arguments = parser.parse_args()
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for window_days in arguments.tables:
            table = compare(arguments.as_of, window_days, Path(folder))
            print("\n".join(table), flush=True)
            lines += table
    if arguments.out:
        arguments.out.write_text(f"# Accuracy\n\n{__doc__}\n" + "\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
