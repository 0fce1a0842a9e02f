"""Does what stands beside an item foretell the rest of the basket? Real baskets, held out by time.

Complete Journey's orders before `--as-of` are the inputs of a build; the orders of the two weeks after it are the test.
Each item of each held-out basket asks for four items to go with it; it is a hit when one of them is in the rest of the
basket. Beside recmail's `bought_together` stand the four items most bought in the last 30 days, and implicit's
CosineRecommender on the same baskets. All recommend from the same items: the active products.

Baskets of this shop are long, so that one of its four best sellers lies in most of them: by this measure popularity is
hard to beat, though it says the same beside every item.

    python -m benchmarks.baskets [--as-of 2017-11-15] [--vars '{similarity_metric: llr}'] [--out FILE]
"""

import argparse
import tempfile
from importlib.metadata import version
from pathlib import Path

import duckdb
import numpy as np
import yaml

from dbt_tools.dbt_runs import NO_TESTS, run_dbt
from dbt_tools.project import CHECKOUT
from dbt_tools.relations import Relations, literal

DEMO = CHECKOUT / "data/demo"
LIST_LENGTH = 4
TEST_DAYS = 14

Lists = dict[str, list[str]]


def link_inputs(folder: Path, without: str = "") -> None:
    """The four real tables of the demo, without its made-up stock and publication dates, and what else is named."""
    folder.mkdir()
    for table in ("users", "orders", "order_lines"):
        (folder / f"{table}.parquet").symlink_to(DEMO / f"{table}.parquet")
    other = f", {without}" if without else ""
    real_columns = (
        f"select * exclude (stock_quantity, published_at{other}) from {literal(DEMO / 'items.parquet')}"
    )
    duckdb.execute(f"copy ({real_columns}) to {literal(folder / 'items.parquet')}")


def build(database: Path, inputs: Path, variables: dict) -> None:
    run = run_dbt(
        *("build", "--select", "+item_recommendations", *NO_TESTS),
        variables=variables | {"input_location": str(inputs)},
        folder=database.parent,
        database=database,
    )
    if not run.succeeded:
        raise SystemExit(
            f"recmail: the models could not be built, see the messages above ({len(run.messages)})"
        )


def held_out_baskets(connection: duckdb.DuckDBPyConnection, as_of: str) -> list[list[str]]:
    """Items of each order of at least two active products."""
    rows = connection.execute(
        f"""
        select list(distinct item_id order by item_id)
        from {literal(DEMO / "orders.parquet")}
        inner join {literal(DEMO / "order_lines.parquet")} using (order_id)
        inner join int_item_availability using (item_id)
        where
            ordered_at >= '{as_of}'
            and ordered_at < timestamp '{as_of}' + interval {TEST_DAYS} day
            and quantity > 0
            and unavailable_reason is null
        group by order_id
        having count(distinct item_id) >= 2
        order by order_id
        """
    ).fetchall()
    return [row[0] for row in rows]


def lists_of(connection: duckdb.DuckDBPyConnection) -> Lists:
    rows = connection.execute(
        f"""
        select item_id, list(recommended_item_id order by rank)
        from item_recommendations
        where context = 'bought_together' and rank <= {LIST_LENGTH}
        group by item_id
        """
    ).fetchall()
    return dict(rows)


def best_sellers(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        """
        select purchases.item_id
        from int_purchases as purchases
        inner join int_item_availability as availability using (item_id)
        cross join stg_as_of
        where unavailable_reason is null and ordered_at > as_of - interval 30 day
        group by purchases.item_id
        order by count(*) desc, purchases.item_id
        """
    ).fetchall()
    return [row[0] for row in rows]


def implicit_lists(connection: duckdb.DuckDBPyConnection, queries: set[str]) -> Lists:
    """implicit's item-item cosine on baskets of active products, 50 neighbours as here."""
    from implicit.nearest_neighbours import CosineRecommender
    from scipy.sparse import csr_matrix

    rows = connection.execute(
        """
        select distinct order_id, item_id
        from int_purchases
        inner join int_item_availability using (item_id)
        where unavailable_reason is null
        """
    ).fetchnumpy()
    orders, order_codes = np.unique(rows["order_id"], return_inverse=True)
    items, item_codes = np.unique(rows["item_id"], return_inverse=True)
    matrix = csr_matrix((np.ones(len(order_codes)), (order_codes, item_codes)), (len(orders), len(items)))
    model = CosineRecommender(K=50)
    model.fit(matrix, show_progress=False)
    asked = [code for code, item in enumerate(items) if item in queries]
    found = {}
    for code in asked:
        neighbours, scores = model.similar_items(code, N=LIST_LENGTH + 1)
        found[items[code]] = [
            items[n] for n, score in zip(neighbours, scores, strict=True) if n != code and score > 0
        ][:LIST_LENGTH]
    return found


def hit_rates(baskets: list[list[str]], lists: Lists, otherwise: list[str]) -> tuple[float, float]:
    """Share of asking items with a hit, lists that are short filled up from `otherwise`; and share never filled."""
    hits, asked, own = 0, 0, 0
    for basket in baskets:
        rest = set(basket)
        for item in basket:
            mine = lists.get(item, [])
            own += len(mine) == LIST_LENGTH
            shown = [*mine, *(other for other in otherwise[:20] if other not in mine and other != item)]
            hits += any(other in rest for other in shown[:LIST_LENGTH])
            asked += 1
    return hits / asked, own / asked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--as-of", default="2017-11-15")
    parser.add_argument("--vars", type=yaml.safe_load, default={}, help="vars of the build, as YAML")
    parser.add_argument("--out", type=Path, help="page to write")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database, inputs = Path(folder) / "warehouse.duckdb", Path(folder) / "inputs"
        link_inputs(inputs)
        build(database, inputs, arguments.vars | {"as_of": f"{arguments.as_of} 00:00:00"})
        with Relations.read(Path(folder)).connect(database) as connection:
            baskets = held_out_baskets(connection, arguments.as_of)
            popular = best_sellers(connection)
            queries = {item for basket in baskets for item in basket}
            peers = {
                "recmail, bought_together": lists_of(connection),
                f"implicit {version('implicit')}, CosineRecommender": implicit_lists(connection, queries),
                "most bought in 30 days": {},
            }
    lines = [
        f"Held-out baskets: {len(baskets):,} orders of {arguments.as_of} to {TEST_DAYS} days later, "
        f"{sum(map(len, baskets)):,} asking items.",
        "",
        f"| what stands beside an item | hit rate@{LIST_LENGTH} | full lists of its own |",
        "|---|---|---|",
    ]
    for name, lists in peers.items():
        rate, own = hit_rates(baskets, lists, popular)
        lines.append(f"| {name} | {rate:.4f} | {own:.1%} |")
    table = "\n".join(lines)
    print(table)
    if arguments.out:
        arguments.out.write_text(f"# Baskets\n\n{__doc__}\n{table}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
