"""A small made-up shop in the pinned input format, for tests: rows as dicts, the same at every call."""

import csv
import random
import sys
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

AS_OF = datetime(2024, 6, 30, 12, 0)
CATEGORIES = ["tea", "coffee", "cups", "spoons", "books"]

Tables = dict[str, list[dict]]
Messages = list[tuple[str, str]]  # message_id, user_id


def small_shop(user_count: int = 40, item_count: int = 40, order_count: int = 160) -> Tables:
    """All inputs. The last order stands at AS_OF; users 38 and 39 never did anything."""
    chance = random.Random(7)
    items = [
        {
            "item_id": f"i{number}",
            "parent_item_id": None,
            "item_name": f"{CATEGORIES[number % 5].title()} no. {number}",
            "category": CATEGORIES[number % 5],
            "price": round(2 + number * 0.75, 2),
            "list_price": round(3 + number * 0.75, 2) if number % 4 == 0 else None,
            "currency": "EUR",
            "image_url": f"https://images.shop.example/i{number}.png",
            "item_url": f"https://shop.example/i{number}",
            "stock_quantity": 0 if number == 3 else 50,
            "is_active": number != 4,
        }
        for number in range(item_count)
    ]
    users = [
        {
            "user_id": f"u{number}",
            "email": f"user{number}@example.com",
            "first_name": "Zoë" if number % 2 else "Ada",
            "country_code": "DE",
            "timezone": "Europe/Berlin",
            "locale": "de-DE",
            "email_consent": "subscribed" if number % 10 else "unsubscribed",
            "signed_up_at": AS_OF - timedelta(days=200),
            "phone": f"0049 170 55501{number:02}",
            "sms_consent": None if number % 3 else True,
            "ads_consent": number % 2 == 0,
        }
        for number in range(user_count)
    ]
    orders, order_lines, web_events, email_events = [], [], [], []
    for number in range(order_count):
        user = number % (user_count - 2)
        ordered_at = AS_OF - timedelta(hours=14 * (order_count - 1 - number))
        orders.append(
            {
                "order_id": f"o{number}",
                "user_id": f"u{user}" if number % 12 else None,
                "anonymous_id": None if number % 12 else f"device{user}",
                "ordered_at": ordered_at,
                "order_status": "completed",
                "currency": "EUR",
            }
        )
        # a user's taste is a few neighbouring items, so that pairs repeat
        basket = {(user * 3 + chance.randrange(6)) % item_count for _ in range(4)}
        for item in sorted(basket):
            order_lines.append(
                {
                    "order_line_id": f"o{number}-i{item}",
                    "order_id": f"o{number}",
                    "item_id": f"i{item}",
                    "quantity": 1 + number % 2,
                    "unit_price": items[item]["price"],
                    "discount_amount": 0.0,
                    "returned_quantity": 0,
                    "is_gift": number % 20 == 1,
                }
            )
            web_events.append(
                {
                    "event_id": f"w{len(web_events)}",
                    "event_type": "item_view",
                    "occurred_at": ordered_at - timedelta(minutes=10),
                    "user_id": f"u{user}",
                    "anonymous_id": f"device{user}",
                    "session_id": f"s{number}",
                    "item_id": f"i{item}",
                    "dwell_seconds": 30.0,
                    "device_type": "phone",
                }
            )
        email_events.append(
            {
                "event_id": f"e{number}",
                "event_type": "click",
                "occurred_at": ordered_at - timedelta(minutes=20),
                "user_id": f"u{user}",
                "message_id": f"m{number}",
                "item_id": f"i{min(basket)}",
                "is_machine": False,
            }
        )
    day = timedelta(days=1)
    return {
        "users": users,
        "items": items,
        "orders": orders,
        "order_lines": order_lines,
        "web_events": web_events,
        "email_events": email_events,
        "identities": [
            {"anonymous_id": f"device{number}", "user_id": f"u{number}", "linked_at": AS_OF - 90 * day}
            for number in range(user_count - 2)
        ],
        "offers": [
            {
                "offer_id": "tea-week",
                "offer_name": "Tea week",
                "category": "tea",
                "discount_percent": 10.0,
                "starts_at": AS_OF - day,
                "ends_at": AS_OF + 6 * day,
            }
        ],
        "erasure_requests": [{"user_id": "u37", "requested_at": AS_OF - day}],
        "experiment_assignments": [
            {
                "experiment": "subject",
                "user_id": f"u{number}",
                "arm": "ab"[number % 2],
                "assigned_at": AS_OF - 9 * day,
            }
            for number in range(user_count - 2)
        ],
        # of a language that nobody reads
        "item_translations": [{"item_id": "i0", "locale": "nl", "item_name": "Thee nr. 0"}],
        # of what nobody is shown anyway
        "user_exclusions": [
            {
                "user_id": "u36",
                "kind": "item",
                "value": "i4",
                "source": "preferences",
                "excluded_at": AS_OF - 9 * day,
            }
        ],
        "context_impressions": [
            {
                "impression_id": "c1",
                "context": "item_page",
                "occurred_at": AS_OF - day,
                "user_id": "u1",
                "item_id": "i5",
                "strategy": "also_bought",
                "is_clicked": True,
            }
        ],
        "send_log": [
            {
                "message_id": "m-of-the-esp",
                "user_id": "u1",
                "trigger_type": "welcome",
                "state": "accepted",
                "handed_over_at": AS_OF - 40 * day,
                "items": '[{"position": 1, "item_id": "i5", "propensity": 0.9, "strategy": "trending"}]',
            }
        ],
    }


def a_day_later(messages: Messages) -> Tables:
    """The same shop after a day of all that state remembers: orders, a new item and user, a price, stock, an erasure.

    Messages that were queued were delivered, some opened, some clicked.
    """
    tables = small_shop()
    now = AS_OF + timedelta(days=1)
    items, users = tables["items"], tables["users"]
    items.append(items[7] | {"item_id": "i40", "item_name": "Cups no. 40"})
    items[10]["price"] = 4.0
    items[12]["stock_quantity"] = 0
    items[3]["stock_quantity"] = 9
    users.append(users[1] | {"user_id": "u40", "email": "user40@example.com", "signed_up_at": now})
    users[5]["email_consent"] = "unsubscribed"
    for number in range(6):
        order = {"order_id": f"later{number}", "user_id": f"u{number}", "anonymous_id": None}
        tables["orders"].append(
            tables["orders"][1] | order | {"ordered_at": now - timedelta(hours=3 * number)}
        )
        line = {"order_line_id": f"later{number}", "order_id": f"later{number}", "item_id": f"i{number + 9}"}
        tables["order_lines"].append(tables["order_lines"][0] | line)
    tables["erasure_requests"].append({"user_id": "u35", "requested_at": now - timedelta(hours=1)})
    click = tables["email_events"][0]
    for number, (message, user) in enumerate(messages):
        for kind in ("delivered", "open", "click")[: 1 + number % 3]:
            event = {
                "event_id": f"{kind}-{message}",
                "event_type": kind,
                "user_id": user,
                "message_id": message,
            }
            happened = {"occurred_at": AS_OF + timedelta(hours=1 + number % 5)}
            tables["email_events"].append(
                click | event | happened | {"item_id": "i5" if kind == "click" else None}
            )
    return tables


def queued_messages(warehouse: str) -> Messages:
    with duckdb.connect(warehouse, read_only=True) as connection:
        return connection.execute(
            "select message_id, user_id from state.queued_messages order by all"
        ).fetchall()


def write_parquet(tables: Tables, directory: Path) -> Path:
    """One <table>.parquet each; a table without rows keeps no columns and is left out."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        if rows:
            columns = sorted({column for row in rows for column in row})
            arrow = pa.table({column: [row.get(column) for row in rows] for column in columns})
            pq.write_table(arrow, directory / f"{name}.parquet")
    return directory


def write_csv(tables: Tables, directory: Path, encoding: str = "utf-8", null: str = "") -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        columns = sorted({column for row in rows for column in row})
        with (directory / f"{name}.csv").open("w", newline="", encoding=encoding) as file:
            writer = csv.DictWriter(file, columns, restval=null)
            writer.writeheader()
            writer.writerows(rows)
    return directory


if __name__ == "__main__":
    folder, *warehouse = sys.argv[1:]
    write_parquet(a_day_later(queued_messages(*warehouse)) if warehouse else small_shop(), Path(folder))
