"""Content similarities against scikit-learn: the compiled models, run on made-up catalogues, give its cosines."""

import random
from fractions import Fraction

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize
from warehouse import ROOT, compiled_models, run_models

from dbt_tools.build_vars import declared_vars

VARS = declared_vars()
FIELD_WEIGHTS = VARS["content_field_weights"]
# content_block_items_max and content_neighbours_max of macro constants
BLOCK_ITEMS_MAX, NEIGHBOURS_MAX = 50, 20

# a word as names have it and as it counts; None is left out
WORDS = {
    "Tea": "tea",
    "teas": "tea",
    "cookie": "cooky",
    "Cookies": "cooky",
    "boxes": "box",
    "CAFÉ": "café",
    "Чай": "чай",
    "7up": "7up",
    "the": None,
    "und": None,
    "500ml": None,
    "oz": None,
    "12": None,
}

Item = dict
Neighbours = dict[str, dict[str, float]]


class ContentModels:
    """The content models as dbt compiles them, to be run on any catalogue."""

    def __init__(self, compiled: dict[str, str]):
        self.compiled = compiled
        self.connection = duckdb.connect(config={"threads": 2, "preserve_insertion_order": False})
        self.connection.execute("create table item_keys (item_id varchar, item_key integer)")
        for seed in ("stop_words", "unit_words"):
            self.connection.execute(
                f"create table {seed} as from read_csv('{ROOT}/seeds/{seed}.csv', header = true)"
            )

    def run(self, items: list[Item]) -> list[tuple]:
        """Rows of int_content_similarities, in order."""
        catalogue = pa.table({column: [item[column] for item in items] for column in items[0]})
        self.connection.register("catalogue", catalogue)
        self.connection.execute(
            "create or replace table stg_items as "
            "select * replace (cast(price as decimal(18, 4)) as price) from catalogue"
        )
        self.connection.execute(
            "create or replace table int_item_families as select item_id, family_item_id from catalogue"
        )
        run_models(self.connection, self.compiled)
        return self.query(
            "select items.item_id, neighbours.item_id, similarity_score, neighbour_rank "
            "from int_content_similarities join int_item_keys as items using (item_key) "
            "join int_item_keys as neighbours on neighbours.item_key = neighbour_key "
            "order by items.item_id, neighbour_rank"
        )

    def query(self, sql: str) -> list[tuple]:
        return self.connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def models() -> ContentModels:
    return ContentModels(compiled_models("int_item_keys +int_content_similarities,int_content_items+"))


def made_item(number: int, **values) -> Item:
    item_id = f"i{number:05}"
    return {
        "item_id": item_id,
        "family_item_id": item_id,
        "item_name": "Tea",
        "category": "drinks",
        "subcategory": None,
        "brand": None,
        "currency": "EUR",
        "price": 1.0,
        "is_product": True,
    } | values


def price_band(item: Item, items: list[Item]) -> str:
    """Third of the prices of the item's category and currency in which it stands; ties by their middle."""
    prices = [
        other["price"]
        for other in items
        if (other["category"], other["currency"]) == (item["category"], item["currency"])
    ]
    below = sum(price < item["price"] for price in prices)
    up_to = sum(price <= item["price"] for price in prices)
    return ("budget", "mid", "premium")[int(3 * Fraction(below + up_to, 2 * len(prices)))]


def oracle(items: list[Item]) -> Neighbours:
    """Cosine of every two products that share a token that not all have, by scikit-learn."""
    products = [item for item in items if item["is_product"] and item["item_id"] == item["family_item_id"]]
    documents = [
        [f"name:{WORDS[word]}" for word in item["item_name"].split() if WORDS[word]]
        + [f"{field}:{item[field].lower()}" for field in ("category", "subcategory", "brand") if item[field]]
        + [f"price_band:{price_band(item, products)}"]
        for item in products
    ]
    if not documents:
        return {}
    vectorizer = TfidfVectorizer(analyzer=lambda tokens: tokens, binary=True, norm=None)
    weights = vectorizer.fit_transform(documents).toarray() * [
        FIELD_WEIGHTS[token.split(":")[0]] for token in vectorizer.get_feature_names_out()
    ]
    vectors = normalize(weights)
    telling = weights[:, (weights > 0).sum(axis=0) < len(documents)] > 0
    cosines = vectors @ vectors.T * (telling @ telling.T)
    return {
        item["item_id"]: {
            other["item_id"]: cosines[row, column]
            for column, other in enumerate(products)
            if column != row and cosines[row, column] > 0
        }
        for row, item in enumerate(products)
    }


@st.composite
def catalogues(draw) -> list[Item]:
    """Fewer items than a block holds, so that every two that share a token are compared."""
    size = draw(st.integers(1, 25))
    return [
        made_item(
            number,
            family_item_id=f"i{draw(st.sampled_from([number, number, number, 0])):05}",
            item_name=" ".join(draw(st.lists(st.sampled_from(sorted(WORDS)), min_size=1, max_size=5))),
            category=draw(st.sampled_from(["Drinks", "food & more"])),
            subcategory=draw(st.sampled_from([None, "Hot", "cold"])),
            brand=draw(st.sampled_from([None, "tea", "ACME"])),
            currency=draw(st.sampled_from(["EUR", "EUR", "USD"])),
            price=draw(st.sampled_from([1.0, 2.0, 2.5, 9.99])),
            is_product=draw(st.sampled_from([True, True, True, False])),
        )
        for number in range(size)
    ]


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(items=catalogues())
def test_scores_are_those_of_scikit_learn(models: ContentModels, items: list[Item]):
    expected = oracle(items)
    found: Neighbours = {item_id: {} for item_id in expected}
    for item_id, neighbour_id, score, rank in models.run(items):
        assert score == pytest.approx(expected[item_id][neighbour_id], abs=1e-9)
        assert rank == len(found[item_id]) + 1
        found[item_id][neighbour_id] = score
    for item_id, neighbours in expected.items():
        best = sorted(neighbours.values(), reverse=True)[:NEIGHBOURS_MAX]
        assert list(found[item_id].values()) == pytest.approx(best, abs=1e-9)


def large_catalogue() -> list[Item]:
    """1,500 items of ten categories, far more to a token than a block holds."""
    chance = random.Random(7)
    items = []
    for number in range(1500):
        category = chance.randrange(10)
        subcategory = f"kind {category}-{chance.randrange(8)}"
        words = chance.sample(sorted(WORDS), 3)
        items.append(
            made_item(
                number,
                item_name=" ".join(words),
                category=f"category {category}",
                subcategory=subcategory,
                brand=f"brand {chance.randrange(60)}",
                price=round(chance.lognormvariate(2, 1) + 0.01, 2),
            )
        )
    return items


@pytest.fixture(scope="module")
def large(models: ContentModels) -> tuple[list[Item], list[tuple]]:
    items = large_catalogue()
    return items, models.run(items)


def test_blocks_lose_few_of_the_nearest(large):
    items, rows = large
    expected = oracle(items)
    found: dict[str, list[float]] = {}
    for item_id, neighbour_id, score, _ in rows:
        assert score == pytest.approx(expected[item_id][neighbour_id], abs=1e-9)
        found.setdefault(item_id, []).append(score)
    recalls = []
    for item_id, neighbours in expected.items():
        tenth = sorted(neighbours.values(), reverse=True)[9]
        recalls.append(sum(score >= tenth - 2e-9 for score in found[item_id][:10]) / 10)
    assert np.mean(recalls) > 0.9


def test_blocks_bound_the_pairs_and_leave_nobody_out(models: ContentModels, large):
    items, rows = large
    assert {row[0] for row in rows} == {item["item_id"] for item in items}
    ((token_rows, pairs),) = models.query(
        "select (select count(*) from int_content_vectors), (select count(*) from int_content_pairs)"
    )
    assert pairs <= token_rows * (BLOCK_ITEMS_MAX - 1) / 2


def test_the_order_of_rows_changes_no_digit(models: ContentModels, large):
    items, rows = large
    assert models.run(random.Random(1).sample(items, len(items))) == rows
