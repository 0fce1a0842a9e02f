"""Small shops from a grammar of life, for the fuzzer: `shop_of_life(seed)` is the same shop at every call.

A shop is a way of trading (its users, items and baskets) and a few troubles, which note beside the rows what they
mean: whom no email may reach, whom no file may name, and whether the build must stop. Those notes are the fuzzer's own
reading of the rows; they come from how a row was made, never from recmail.
"""

import csv
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from shop import AS_OF, Tables, write_parquet

DAY = timedelta(days=1)
REQUIRED = ("users", "items", "orders", "order_lines")


@dataclass
class Shop:
    tables: Tables
    chance: random.Random
    unmailable: set[str] = field(default_factory=set)
    """Addresses, in lower case, that no email may reach now."""
    erased: set[str] = field(default_factory=set)
    """Texts that no file but the inputs may hold after the build."""
    must_stop: str | None = None
    """What the message must name, if no build may come of these inputs."""
    may_stop: bool = False
    """Whether so many rows are broken that the gate may stop it."""
    troubles: list[str] = field(default_factory=list)
    file_format: str = "parquet"
    encoding: str = "utf-8"
    after_writing: list[Callable[[Path], None]] = field(default_factory=list)

    def some(self, table: str, share: float = 0.3) -> list[dict]:
        """A few rows of a table, at least one if it has any."""
        rows = self.tables.get(table, [])
        return [row for row in rows if self.chance.random() < share] or rows[:1]

    def refuses(self, user: dict) -> None:
        """The user's address, whoever else has it."""
        if user.get("email"):
            self.unmailable.add(user["email"].strip().lower())

    def write(self, folder: Path) -> Path:
        if self.file_format == "parquet":
            write_parquet({name: one_type_a_column(rows) for name, rows in self.tables.items()}, folder)
        else:
            write_files(self, folder)
        for change in self.after_writing:
            change(folder)
        return folder


def one_type_a_column(rows: list[dict]) -> list[dict]:
    """Texts where a column holds values of several types, as Parquet wants it."""
    types: dict[str, set] = {}
    for row in rows:
        for column, value in row.items():
            if value is not None:
                types.setdefault(column, set()).add(type(value))
    mixed = {column for column, found in types.items() if len(found) > 1}
    return [
        row | {column: str(row[column]) for column in mixed if row.get(column) is not None} for row in rows
    ]


def write_files(shop: Shop, folder: Path) -> None:
    """One CSV file per table that has rows, each with a delimiter of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in shop.tables.items():
        if not rows:
            continue
        columns = sorted({column for row in rows for column in row})
        with (folder / f"{name}.csv").open("w", newline="", encoding=shop.encoding, errors="replace") as file:
            writer = csv.DictWriter(file, columns, delimiter=shop.chance.choice(",,,;\t"))
            writer.writeheader()
            writer.writerows(rows)


# --- ways of trading --------------------------------------------------------------------------------------------


ID_STYLES: list[Callable[[str, int], str]] = [
    lambda letter, number: f"{letter}{number}",
    lambda letter, number: str(12000 + number),
    lambda letter, number: f"{number:06}",
    lambda letter, number: f"{letter.upper()}-{number:04x}-é",
    lambda letter, number: f"gid://shop/{letter}/{number}",
    lambda letter, number: f"o'{letter} {number}",
]
MARKETS = [
    ("EUR", "DE", "de-DE", "Europe/Berlin", 2),
    ("USD", "US", "en-US", "America/New_York", 2),
    ("JPY", "JP", "ja-JP", "Asia/Tokyo", 0),
    ("KWD", "KW", "ar-KW", "Asia/Kuwait", 3),
    ("GBP", "GB", "en-GB", "Europe/London", 2),
    ("BRL", "BR", "pt-BR", "America/Sao_Paulo", 2),
    ("CHF", "CH", "fr-CH", "Europe/Zurich", 2),
    ("MXN", "MX", "es-MX", "America/Mexico_City", 2),
]


def trading(chance: random.Random) -> Shop:
    """Users, items, orders and events of a shop where nothing is wrong, though it may be an odd one."""
    user_count = chance.choice([1, 2, 3, 8, 25, 25, 40])
    item_count = chance.choice([1, 3, 8, 20, 40, 40])
    orders_each = chance.choice([0, 1, 3, 3, 6])
    id_of = chance.choice(ID_STYLES)
    currency, country, locale, timezone, digits = chance.choice(MARKETS)
    categories = ["Tea", "Bücher", "Home & Garden", "spoons", "CUPS"][: chance.choice([1, 2, 5])]
    shop = Shop({}, chance)
    items = [
        {
            "item_id": id_of("i", number),
            "item_name": f"{categories[number % len(categories)]} no. {number}",
            "category": categories[number % len(categories)],
            "price": round(chance.uniform(1, 90), digits),
            "currency": currency,
            "image_url": f"https://images.shop.example/{number}.png",
            "item_url": f"https://shop.example/{number}",
            "stock_quantity": chance.choice([None, 1, 50]),
            "published_at": AS_OF - chance.choice([5, 300]) * DAY,
        }
        for number in range(item_count)
    ]
    users = [
        {
            "user_id": id_of("u", number),
            "email": f"user{number}@example.com",
            "first_name": chance.choice(["Zoë", "Ada", "José", "李", None]),
            "country_code": country,
            "timezone": timezone,
            "locale": locale,
            "email_consent": "subscribed",
            "signed_up_at": AS_OF - 200 * DAY,
        }
        for number in range(user_count)
    ]
    shop.tables = {"users": users, "items": items, "orders": [], "order_lines": []}
    shop.tables |= {"web_events": [], "email_events": [], "identities": []}
    for number in range(max(1, user_count * orders_each)):
        order(
            shop, users[number % user_count], chance.sample(items, min(len(items), chance.choice([1, 2, 4])))
        )
    return shop


def order(shop: Shop, user: dict, basket: list[dict], ordered_at: datetime | None = None) -> None:
    """One order, with the views before it."""
    number = len(shop.tables["orders"])
    ordered_at = ordered_at or AS_OF - shop.chance.uniform(0, 40) * DAY
    order_id, device = f"o{number}", f"device of {user['email']}"
    shop.tables["orders"].append(
        {
            "order_id": order_id,
            "user_id": user["user_id"] if number % 5 else None,
            "anonymous_id": device,
            "ordered_at": ordered_at,
            "order_status": "completed",
            "currency": basket[0]["currency"],
        }
    )
    for place, item in enumerate(basket):
        shop.tables["order_lines"].append(
            {
                "order_line_id": f"{order_id}-{place}",
                "order_id": order_id,
                "item_id": item["item_id"],
                "quantity": shop.chance.choice([1, 1, 3]),
                "unit_price": item["price"],
            }
        )
        shop.tables["web_events"].append(
            {
                "event_id": f"{order_id}-{place}",
                "event_type": shop.chance.choice(["item_view", "cart_add"]),
                "occurred_at": ordered_at - timedelta(minutes=9),
                "user_id": user["user_id"],
                "anonymous_id": device,
                "session_id": f"s{number}",
                "item_id": item["item_id"],
            }
        )
    if not any(row["anonymous_id"] == device for row in shop.tables["identities"]):
        shop.tables["identities"].append(
            {"anonymous_id": device, "user_id": user["user_id"], "linked_at": AS_OF - 90 * DAY}
        )


def email_event(shop: Shop, event_type: str, user: dict | None, **columns) -> dict:
    """An event of yesterday week, unless told otherwise."""
    event = {
        "event_id": f"e{len(shop.tables['email_events'])}",
        "event_type": event_type,
        "occurred_at": AS_OF - 8 * DAY,
        "user_id": user and user["user_id"],
        "message_id": None,
        "bounce_type": None,
        "user_agent": None,
    } | columns
    shop.tables["email_events"].append(event)
    return event


def shop_of_life(seed: int) -> Shop:
    """A way of trading with none to five troubles."""
    from troubles import TROUBLES

    chance = random.Random(seed)
    shop = trading(chance)
    shop.file_format = chance.choice(["parquet", "csv", "csv"])
    # the order of the list: what rewrites ids or files comes last
    chosen = chance.sample(list(TROUBLES), chance.choice([0, 1, 2, 3, 4, 5]))
    for name, trouble in TROUBLES.items():
        if name in chosen and shop.must_stop is None:
            trouble(shop)
            shop.troubles.append(name)
    return shop
