"""Who goes with what, against numpy: the compiled models, run on made-up shops, give the formulas of the books."""

import random
from collections import Counter
from datetime import datetime, timedelta
from itertools import combinations

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warehouse import compiled_models, run_models

KEYS = "int_item_keys int_user_keys int_order_keys int_user_items"
OF_ITEMS = (
    "int_profiles int_profile_lists int_item_support int_item_pairs int_item_similarities int_item_neighbours"
)
OF_USERS = "int_user_tastes int_taste_lists int_user_neighbours"
METRICS = ("cosine", "jaccard", "lift", "leverage", "llr")
CONTEXTS = ("also_viewed", "also_bought", "bought_together")
NEWEST = datetime(2024, 6, 30)
PURCHASE_COLUMNS = {"order_id": "varchar", "item_id": "varchar", "ordered_at": "timestamp"}
INTERACTION_COLUMNS = {
    "user_id": "varchar",
    "item_id": "varchar",
    "purchase_count": "bigint",
    "view_count": "bigint",
    "interaction_weight": "decimal(18, 6)",
    "undecayed_weight": "decimal(18, 6)",
    "last_interaction_at": "timestamp",
    "last_purchased_at": "timestamp",
    "last_viewed_at": "timestamp",
}


class SimilarityModels:
    """The models of one setting of the vars, to be run on any shop."""

    def __init__(self, models: str, **variables):
        self.compiled = compiled_models(f"{KEYS} {models}", variables | {"item_recommendations_max": 50})
        # read after keys are given
        self.compiled = {
            name: sql
            for model, compiled in self.compiled.items()
            for name, sql in [(model, compiled)]
            + (
                [("int_content_items", "select item_key, item_id, 'EUR' as currency from int_item_keys")]
                * (model == "int_item_keys")
            )
        }
        self.connection = duckdb.connect(config={"threads": 1, "preserve_insertion_order": False})
        for name in ("item", "user", "order"):
            self.connection.execute(f"create table {name}_keys ({name}_id varchar, {name}_key integer)")
        self.connection.execute(
            """
            create table int_content_similarities (
                item_key integer, neighbour_key integer, similarity_score double, neighbour_rank integer
            );
            create table int_item_upgrades (
                item_key integer, neighbour_key integer, similarity_score double, upgrade_rank integer
            );
            """
        )

    def load(self, relation: str, columns: dict[str, str], rows: list[dict]) -> None:
        self.connection.register("given", pa.table({name: [row[name] for row in rows] for name in columns}))
        casts = ", ".join(f"cast({name} as {data_type}) as {name}" for name, data_type in columns.items())
        self.connection.execute(f"create or replace table {relation} as select {casts} from given")

    def run(self, shop: "Shop") -> None:
        self.load("stg_items", {"item_id": "varchar"}, [{"item_id": item} for item in shop.items])
        self.connection.execute(
            "create or replace view int_item_availability as "
            "select item_id, cast(null as varchar) as unavailable_reason, false as is_for_reorders from stg_items"
        )
        self.load("int_purchases", PURCHASE_COLUMNS, shop.purchases)
        self.connection.execute(
            "create or replace view stg_orders as select distinct order_id from int_purchases"
        )
        self.load("int_interactions", INTERACTION_COLUMNS, shop.interactions)
        self.connection.execute(
            "create or replace view stg_users as select distinct user_id from int_interactions"
        )
        run_models(self.connection, self.compiled)

    def similarities(self) -> dict[tuple, tuple]:
        """(context, item, neighbour) → (pair count, confidence, reverse confidence, lift, score, rank)."""
        return {
            (CONTEXTS[row[0] - 1], *row[1:3]): row[3:]
            for row in self.connection.execute(
                "select context_key, items.item_id, neighbours.item_id, pair_count, confidence, reverse_confidence, "
                "lift, similarity_score, list_rank from int_item_neighbours "
                "join int_item_keys as items using (item_key) "
                "join int_item_keys as neighbours on neighbours.item_key = neighbour_key"
            ).fetchall()
        }

    def neighbours(self) -> dict[tuple, float]:
        return {
            row[:2]: row[2]
            for row in self.connection.execute(
                "select users.user_id, others.user_id, similarity_score from int_user_neighbours "
                "join int_user_keys as users using (user_key) "
                "join int_user_keys as others on others.user_key = neighbour_key"
            ).fetchall()
        }


class Shop:
    """Baskets and what users bought or saw, as the models read them."""

    def __init__(self, items: list[str], baskets: list[tuple], views: list[tuple]):
        self.items = items
        self.purchases = [
            {"order_id": order, "item_id": item, "ordered_at": NEWEST - timedelta(days=age)}
            for order, _, age, basket in baskets
            for item in basket
        ]
        bought = Counter((user, item) for _, user, _, basket in baskets for item in basket)
        viewed = Counter(views)
        self.interactions = [
            {
                "user_id": user,
                "item_id": item,
                "purchase_count": bought[user, item],
                "view_count": viewed[user, item],
                "interaction_weight": 5 * bought[user, item] + viewed[user, item],
                "undecayed_weight": 5 * bought[user, item] + viewed[user, item],
                "last_interaction_at": NEWEST,
                "last_purchased_at": NEWEST if bought[user, item] else None,
                "last_viewed_at": NEWEST if viewed[user, item] else None,
            }
            for user, item in bought | viewed
        ]

    def profiles(self, context: str) -> list[set[str]]:
        found: dict[str, set[str]] = {}
        if context == "bought_together":
            for row in self.purchases:
                found.setdefault(row["order_id"], set()).add(row["item_id"])
        else:
            count = {"also_bought": "purchase_count", "also_viewed": "view_count"}[context]
            for row in self.interactions:
                if row[count]:
                    found.setdefault(row["user_id"], set()).add(row["item_id"])
        return list(found.values())


@st.composite
def shops(draw) -> Shop:
    """Few items, so that pairs repeat; no profile reaches the caps."""
    items = [f"i{number}" for number in range(draw(st.integers(2, 8)))]
    users = [f"u{number}" for number in range(draw(st.integers(1, 9)))]
    item, user = st.sampled_from(items), st.sampled_from(users)
    baskets = [
        (f"o{number}", draw(user), draw(st.integers(0, 400)), draw(st.sets(item, min_size=1)))
        for number in range(draw(st.integers(1, 20)))
    ]
    return Shop(items, baskets, draw(st.lists(st.tuples(user, item), max_size=30)))


def entropy(*cells: float) -> float:
    """Unnormalised, as Dunning's ratio is written in Mahout: sum of all × ln of it, minus each cell's."""
    cells = np.array([cell for cell in cells if cell > 0])
    return cells.sum() * np.log(cells.sum()) - (cells * np.log(cells)).sum() if len(cells) else 0.0


def formula(metric: str, c: float, a: float, b: float, n: float) -> float:
    if metric == "cosine":
        return c / np.sqrt(a * b)
    if metric == "jaccard":
        return c / (a + b - c)
    if metric == "lift":
        return n * c / (a * b)
    if metric == "leverage":
        return max(c / n - a * b / n**2, 0)
    if c * n <= a * b + 1e-9:
        return 0.0
    return 2 * (entropy(a, n - a) + entropy(b, n - b) - entropy(c, a - c, b - c, max(n - a - b + c, 0)))


def oracle(shop: Shop, metric: str, weighting: str, shrinkage: float, support_min: int) -> dict[tuple, tuple]:
    """(context, item, neighbour) → (pair count, confidence, reverse confidence, lift, score), by matrix products."""
    expected = {}
    for context in CONTEXTS:
        profiles = shop.profiles(context)
        holds = np.array([[item in profile for item in shop.items] for profile in profiles], dtype=float)
        if not len(holds):
            continue
        weights = 1 / holds.sum(axis=1) if weighting == "inverse_items" else np.ones(len(holds))
        counts, weighted = holds.T @ holds, holds.T @ (holds * weights[:, None])
        for i, j in combinations(range(len(shop.items)), 2):
            if (count := counts[i, j]) < support_min:
                continue
            score = formula(metric, weighted[i, j], weighted[i, i], weighted[j, j], weights.sum())
            score *= count / (count + shrinkage)
            if score < 1e-12:
                continue
            lift = formula("lift", count, counts[i, i], counts[j, j], len(profiles))
            for one, other in ((i, j), (j, i)):
                expected[context, shop.items[one], shop.items[other]] = (
                    count,
                    count / counts[one, one],
                    count / counts[other, other],
                    lift,
                    score,
                )
    return expected


@pytest.fixture(scope="module", params=METRICS)
def models(request) -> tuple[SimilarityModels, dict]:
    index = METRICS.index(request.param)
    setting = {
        "similarity_metric": request.param,
        "profile_weighting": ("inverse_items", "equal", "equal", "inverse_items", "inverse_items")[index],
        "similarity_shrinkage": (0, 3, 2, 1, 0)[index],
        "pair_support_min": (1, 2, 1, 2, 2)[index],
    }
    return SimilarityModels(OF_ITEMS, **setting), setting


@pytest.fixture(scope="module")
def user_models() -> SimilarityModels:
    return SimilarityModels(OF_USERS)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(shop=shops())
def test_similarities_are_those_of_numpy_and_symmetric(models, shop: Shop):
    compiled, setting = models
    compiled.run(shop)
    found = compiled.similarities()
    expected = oracle(shop, *setting.values())
    assert found.keys() == expected.keys()
    for pair, values in expected.items():
        assert found[pair][:-1] == pytest.approx(values, abs=1e-9, rel=1e-9), pair
    # symmetric, and in range
    highest = {"cosine": 1, "jaccard": 1, "leverage": 0.25}.get(setting["similarity_metric"], np.inf)
    for (context, item, neighbour), (_, confidence, reverse_confidence, *_, score, _) in found.items():
        assert item != neighbour
        assert 0 < score <= highest
        other_way = found[context, neighbour, item]
        assert (other_way[-2], other_way[1], other_way[2]) == (score, reverse_confidence, confidence)


def renamed(shop: Shop, seed: int) -> tuple[Shop, dict[str, str]]:
    """The shop with its rows in another order and its items' names exchanged, and the new name of each."""
    chance = random.Random(seed)
    new_name = dict(zip(shop.items, chance.sample(shop.items, len(shop.items)), strict=True))
    other = Shop([], [], [])
    other.items = shop.items
    other.purchases = [row | {"item_id": new_name[row["item_id"]]} for row in shop.purchases]
    other.interactions = [row | {"item_id": new_name[row["item_id"]]} for row in shop.interactions]
    chance.shuffle(other.purchases)
    chance.shuffle(other.interactions)
    return other, new_name


@settings(max_examples=30, deadline=None, derandomize=True, database=None)
@given(shop=shops(), seed=st.integers(0, 9))
def test_neither_the_order_of_rows_nor_the_names_change_a_score(models, shop: Shop, seed: int):
    compiled, _ = models
    compiled.run(shop)
    before = compiled.similarities()
    other_shop, new_name = renamed(shop, seed)
    compiled.run(other_shop)
    after = compiled.similarities()
    assert {
        (context, new_name[item], new_name[other]): row[:-1] for (context, item, other), row in before.items()
    } == {pair: row[:-1] for pair, row in after.items()}


@settings(max_examples=30, deadline=None, derandomize=True, database=None)
@given(shop=shops(), seed=st.integers(0, 9))
def test_neither_the_order_of_rows_nor_the_names_change_who_is_alike(user_models, shop: Shop, seed: int):
    user_models.run(shop)
    before = user_models.neighbours()
    user_models.run(renamed(shop, seed)[0])
    assert user_models.neighbours() == before


def test_no_setting_of_similarities_says_who_is_alike(models):
    """So that one of them is enough for what follows."""
    _, setting = models
    assert compiled_models(f"{KEYS} {OF_USERS}", setting) == compiled_models(f"{KEYS} {OF_USERS}")


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(shop=shops())
def test_user_neighbours_are_those_of_numpy(user_models, shop: Shop):
    user_models.run(shop)
    users = sorted({row["user_id"] for row in shop.interactions})
    weights = np.zeros((len(users), len(shop.items)))
    for row in shop.interactions:
        weights[users.index(row["user_id"]), shop.items.index(row["item_id"])] = row["undecayed_weight"]
    item_users = (weights > 0).sum(axis=0)
    idf = np.where(item_users >= 2, np.log(len(users) / np.maximum(item_users, 1)), 0)
    tastes = np.log1p(weights) * idf
    lengths = np.linalg.norm(tastes, axis=1, keepdims=True)
    tastes = np.divide(tastes, lengths, out=np.zeros_like(tastes), where=lengths > 0)
    cosines = tastes @ tastes.T
    expected = {
        (users[i], users[j]): cosines[i, j]
        for i in range(len(users))
        for j in range(len(users))
        if i != j and cosines[i, j] > 1e-9
    }
    found = user_models.neighbours()
    assert found.keys() == expected.keys()
    for pair, cosine in expected.items():
        # weights are kept with nine decimals
        assert found[pair] == pytest.approx(cosine, abs=2e-8)
