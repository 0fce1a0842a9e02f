"""What may not change a list, and what must not be read: the same shop told in another way gives the same marts."""

import random
from copy import deepcopy
from datetime import datetime, timedelta

import pytest
from shop import AS_OF, Tables, small_shop, write_parquet
from warehouse import NO_GATE, Build, build

VARIABLES = {"as_of": str(AS_OF)}
LISTS = ("user_recommendations", "item_recommendations")
SHIFT = timedelta(days=35)
# what asks whether an event is remembered
OF_REMEMBERED = ("int_purchase_events", "int_visit_events", "int_user_price_bands")


def built(tables: Tables, folder, *lists: str, **variables) -> Build:
    """The lists of a shop, and what they are made of."""
    inputs = write_parquet(tables, folder / "inputs")
    return build(
        folder / "w.duckdb",
        VARIABLES | {"input_location": str(inputs)} | variables,
        *("--select", *(f"+{name}" for name in lists or LISTS), *NO_GATE),
    )


def rows(warehouse: Build, relation: str, columns: str = "*") -> list[tuple]:
    assert warehouse.succeeded, warehouse.text
    return sorted(warehouse.query(f"select {columns} from {relation}"), key=repr)


@pytest.fixture(scope="module")
def unexplored(tmp_path_factory) -> Build:
    """The small shop without explored slots, which are drawn anew for each user and as_of."""
    return built(small_shop(), tmp_path_factory.mktemp("unexplored"), exploration_share=0)


def test_neither_order_nor_a_second_load_nor_what_comes_after_as_of_changes_a_list(small, tmp_path):
    """Rows once more with new ids and later times, and in the wrong hands; all of it twice, and shuffled."""
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
    chance = random.Random(3)
    # what has no id of its own may be there twice
    tables = {name: chance.sample(table + table, 2 * len(table)) for name, table in tables.items()}
    otherwise = built(tables, tmp_path)
    for relation in LISTS:
        assert rows(otherwise, relation) == rows(small, relation)


def test_new_names_of_users_and_a_shift_of_all_times_change_nothing_but_names_and_times(unexplored, tmp_path):
    tables = small_shop()
    users = [row["user_id"] for row in tables["users"]]
    new_name = dict(zip(users, random.Random(5).sample(users, len(users)), strict=True))

    def renamed(column: str, value):
        if isinstance(value, datetime):
            return value + SHIFT
        return new_name.get(value, value) if column == "user_id" else value

    other = {
        name: [{column: renamed(column, value) for column, value in row.items()} for row in table]
        for name, table in tables.items()
    }
    later = built(other, tmp_path, exploration_share=0, as_of=str(AS_OF + SHIFT))
    columns = "user_id, * exclude (user_id, as_of)"
    expected = [(new_name[user_id], *row) for user_id, *row in rows(unexplored, LISTS[0], columns)]
    assert rows(later, LISTS[0], columns) == sorted(expected, key=repr)
    assert rows(later, LISTS[1]) == rows(unexplored, LISTS[1])


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
    for name, turn in (("one", 0), ("other", 7)):
        (tmp_path / name).mkdir()
        warehouse = built(
            with_old_orders(small_shop(), turn), tmp_path / name, LISTS[0], forget_history_days=60
        )
        lists.append(rows(warehouse, LISTS[0]))
    forgotten, forgotten_too = lists
    assert forgotten == forgotten_too
    reading = (f"{model}+,+{LISTS[0]}" for model in OF_REMEMBERED)
    variables = VARIABLES | {"input_location": str(tmp_path / "other" / "inputs")}
    remembered = build(warehouse.database, variables, "--select", *reading, *NO_GATE)
    assert forgotten_too != rows(remembered, LISTS[0])
