"""What may not change a list, and what must not be read: the same shop told in another way gives the same marts."""

import random
from copy import deepcopy
from datetime import datetime, timedelta

import duckdb
import pytest
from shop import AS_OF, Tables, small_shop, write_parquet
from warehouse import Build, build

VARIABLES = {"as_of": str(AS_OF)}
LISTS = ("recommendations.user_recommendations", "recommendations.item_recommendations")
SHIFT = timedelta(days=35)


def built(tables: Tables, folder, **variables) -> Build:
    inputs = write_parquet(tables, folder / "inputs")
    return build(folder / "w.duckdb", VARIABLES | {"input_location": str(inputs)} | variables)


def rows(warehouse: Build, relation: str, columns: str = "*") -> list[tuple]:
    assert warehouse.succeeded, warehouse.text
    with duckdb.connect(warehouse.database, read_only=True) as connection:
        return sorted(connection.execute(f"select {columns} from {relation}").fetchall(), key=repr)


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Build:
    return built(small_shop(), tmp_path_factory.mktemp("plain"))


def test_neither_the_order_of_rows_nor_a_second_load_changes_a_list(plain, tmp_path):
    chance = random.Random(3)
    tables = {name: chance.sample(table + table, 2 * len(table)) for name, table in small_shop().items()}
    # what has no id of its own may be there twice
    for relation in LISTS:
        assert rows(built(tables, tmp_path), relation) == rows(plain, relation)


def test_nothing_after_as_of_is_read(plain, tmp_path):
    """Every table's rows once more, with new ids and later times, and in the wrong hands."""
    tables = small_shop()
    later = deepcopy(tables)
    for name in ("orders", "order_lines", "web_events", "email_events"):
        for number, row in enumerate(later[name]):
            for column, value in row.items():
                if isinstance(value, datetime):
                    row[column] = AS_OF + timedelta(minutes=number + 1)
                elif column in ("order_id", "order_line_id", "event_id", "message_id") and value:
                    row[column] = f"later-{value}"
                elif column == "user_id" and value:
                    row[column] = f"u{number % 37}"
                elif column == "item_id" and value:
                    row[column] = f"i{number % 40}"
        tables[name] = tables[name] + later[name]
    for relation in LISTS:
        assert rows(built(tables, tmp_path), relation) == rows(plain, relation)


def shifted(tables: Tables) -> Tables:
    return {
        name: [
            {column: value + SHIFT if isinstance(value, datetime) else value for column, value in row.items()}
            for row in table
        ]
        for name, table in tables.items()
    }


def test_a_shift_of_all_times_changes_nothing_but_the_times(plain, tmp_path):
    """Explored items are drawn anew for each as_of, so they are left out."""
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    then = built(small_shop(), tmp_path / "one", exploration_share=0)
    later = built(shifted(small_shop()), tmp_path / "other", exploration_share=0, as_of=str(AS_OF + SHIFT))
    for relation in LISTS:
        columns = "* exclude (as_of)" if "user" in relation else "*"
        assert rows(later, relation, columns) == rows(then, relation, columns)


def test_new_names_of_users_change_no_list(tmp_path):
    """A user's list does not depend on the id: explored slots are drawn by it, so they are left out."""
    tables = small_shop()
    users = [row["user_id"] for row in tables["users"]]
    new_name = dict(zip(users, random.Random(5).sample(users, len(users)), strict=True))
    renamed = {
        name: [
            row | {"user_id": new_name.get(row["user_id"], row["user_id"])} if "user_id" in row else row
            for row in table
        ]
        for name, table in tables.items()
    }
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    before = built(tables, tmp_path / "one", exploration_share=0)
    after = built(renamed, tmp_path / "other", exploration_share=0)
    names_and_rows = [
        (new_name[user_id], *row)
        for user_id, *row in rows(
            before, LISTS[0], "user_id, position, item_id, strategy, score, reason_text"
        )
    ]
    assert sorted(names_and_rows, key=repr) == rows(
        after, LISTS[0], "user_id, position, item_id, strategy, score, reason_text"
    )
    assert rows(after, LISTS[1]) == rows(before, LISTS[1])


def with_old_orders(tables: Tables, turn: int) -> Tables:
    """Everybody ordered and viewed three items on a day 100 days ago; `turn` says whose order was whose."""
    tables = deepcopy(tables)
    items, day = tables["items"], AS_OF - timedelta(days=100)
    for number in range(36):
        who = {"user_id": f"u{(number + turn) % 36}", "anonymous_id": None}
        order = {
            "order_id": f"old{number}",
            "ordered_at": day,
            "order_status": "completed",
            "currency": "EUR",
        }
        tables["orders"].append(order | who)
        for item in items[number % 30 : number % 30 + 3]:
            name = f"old{number}-{item['item_id']}"
            line = {"order_line_id": name, "order_id": f"old{number}", "item_id": item["item_id"]}
            tables["order_lines"].append(line | {"quantity": 1, "unit_price": 5.0})
            view = {"event_id": name, "event_type": "item_view", "occurred_at": day}
            tables["web_events"].append(view | who | {"session_id": name, "item_id": item["item_id"]})
    return tables


def test_forgotten_history_tells_no_taste(tmp_path):
    """Orders of 100 days ago change hands: what was sold together stays, who liked it does not."""
    lists = []
    for name, turn, days in (("one", 0, 60), ("other", 7, 60), ("remembered", 7, None)):
        (tmp_path / name).mkdir()
        warehouse = built(with_old_orders(small_shop(), turn), tmp_path / name, forget_history_days=days)
        lists.append(rows(warehouse, LISTS[0]))
    forgotten, forgotten_too, remembered = lists
    assert forgotten == forgotten_too
    assert forgotten_too != remembered
