"""What goes wrong in shops: each trouble changes a shop's rows, and notes what must follow from it (life.Shop)."""

from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path

from life import DAY, REQUIRED, Shop, email_event, order
from shop import AS_OF

HOSTILE = [
    "<script>alert(1)</script>",
    "{{ unsubscribe }} {% if x %}",
    "{first_name} & Söhne",
    "Salt &amp; Pepper",
    "a\"b'c`d",
    "line\r\nbreak: x",
    "x" * 26_000,
    "‮desrever‬ \u200bzero",
    "NULL",
    "=cmd|' /C calc'!A0",
    "😀 👨‍👩‍👧",
]


# --- who said no ------------------------------------------------------------------------------------------------


def flags_that_are_not_yes(shop: Shop) -> None:
    for user in shop.some("users"):
        user["email_consent"] = shop.chance.choice(
            [
                "unsubscribed",
                "UNSUBSCRIBED",
                "never_subscribed",
                None,
                "nope",
                "opt-out",
                "0",
                "false",
                "cleaned",
            ]
        )
        shop.refuses(user)


def frequencies_that_are_none(shop: Shop) -> None:
    for user in shop.some("users"):
        user["email_frequency"] = shop.chance.choice(["never", "paused", "quarterly", "PAUSED"])
        shop.refuses(user)


def outcomes_in_the_words_of_esps(shop: Shop) -> None:
    words = ["unsubscribe", "Unsubscribed", "spamreport", "complaint", "spam_complaint", "group_unsubscribe"]
    bounces = ["hard", "Permanent", "HardBounce", "permanent"]
    for user in shop.some("users"):
        if shop.chance.random() < 0.7:
            event = email_event(shop, shop.chance.choice(words), user)
        else:
            event = email_event(shop, "bounce", user, bounce_type=shop.chance.choice(bounces))
        event["occurred_at"] = shop.chance.choice(
            [event["occurred_at"], None, datetime(1970, 1, 1), datetime(2099, 1, 1)]
        )
        shop.refuses(user)
    # a table with no good row is a wrong table
    if not any(event["occurred_at"] == AS_OF - 7 * DAY for event in shop.tables["email_events"]):
        shop.may_stop = True


def outcomes_that_name_a_message(shop: Shop) -> None:
    for place, user in enumerate(shop.some("users")):
        email_event(shop, shop.chance.choice(["sent", "delivered"]), user, message_id=f"<m{place}@shop>")
        outcome = shop.chance.choice(["unsubscribe", "complaint"])
        email_event(shop, outcome, None, message_id=f"<m{place}@shop>", occurred_at=AS_OF - 7 * DAY)
        shop.refuses(user)


def two_accounts_of_one_address(shop: Shop) -> None:
    user = shop.chance.choice(shop.tables["users"])
    twin = user | {"user_id": f"{user['user_id']}2", "email": f" {user['email'].upper()}"}
    shop.tables["users"].append(twin)
    if shop.chance.random() < 0.7:
        shop.chance.choice([user, twin])["email_consent"] = "unsubscribed"
        shop.refuses(user)


def rows_that_disagree(shop: Shop) -> None:
    for user in shop.some("users", 0.1):
        if user["email_consent"] == "subscribed":
            shop.tables["users"].append(user | {"email_consent": "unsubscribed"})
            shop.refuses(user)
    shop.may_stop = True


def mailed_a_moment_ago(shop: Shop) -> None:
    for user in shop.some("users"):
        email_event(
            shop, shop.chance.choice(["sent", "delivered"]), user, occurred_at=AS_OF - timedelta(hours=2)
        )
        # a daily one may go out tomorrow morning
        user["email_frequency"] = shop.chance.choice(["weekly", "monthly"])
        shop.refuses(user)


def no_mailable_address(shop: Shop) -> None:
    for user in shop.some("users"):
        user["email"] = shop.chance.choice(
            [
                "",
                "NULL",
                "n/a",
                "none",
                "a@b",
                "two@at@example.com",
                "x@example.com\r\nBcc: y@example.com",
                "@",
            ]
        )
        shop.refuses(user)


def erased_people(shop: Shop) -> None:
    for place, user in enumerate(shop.some("users", 0.1)):
        mark = f"Xerxes{shop.chance.randrange(10**9)}"
        shop.refuses(user)
        user |= {"first_name": mark, "email": f"{mark}@example.com".lower()}
        shop.refuses(user)
        email_event(shop, "sent", user, message_id=f"of {mark}")
        email_event(shop, "open", None, message_id=f"of {mark}", user_agent=f"phone {mark}")
        requests = shop.tables.setdefault("erasure_requests", [])
        requests.append({"user_id": user["user_id"], "requested_at": AS_OF - place * DAY})
        shop.erased |= {mark, mark.lower()}
    # nobody may be left who ordered
    shop.may_stop = len(shop.tables["users"]) < 4


# --- an odd shop ------------------------------------------------------------------------------------------------


def hostile_names(shop: Shop) -> None:
    for item in shop.some("items"):
        item[shop.chance.choice(["item_name", "category", "brand", "description"])] = shop.chance.choice(
            HOSTILE
        )
    for user in shop.some("users"):
        user["first_name"] = shop.chance.choice(HOSTILE)
    for event in shop.some("web_events"):
        event["search_query"] = shop.chance.choice(HOSTILE)
    # a nameless item is a row set aside
    shop.may_stop = True


def equal_baskets(shop: Shop) -> None:
    basket = shop.tables["items"][:3]
    for user in shop.tables["users"]:
        order(shop, user, basket)


def one_buyer_of_everything(shop: Shop) -> None:
    buyer = shop.tables["users"][0]
    for _ in range(30):
        order(shop, buyer, shop.tables["items"])


def nothing_in_stock(shop: Shop) -> None:
    for item in shop.tables["items"]:
        item["stock_quantity"] = shop.chance.choice([0, -1])


def everything_out_of_season(shop: Shop) -> None:
    for item in shop.tables["items"]:
        item["season"] = shop.chance.choice(["winter", "winter", "summer", "?"])


def drafts(shop: Shop) -> None:
    for item in shop.some("items", 0.6):
        item["is_active"] = shop.chance.choice(["-1", "0", "false", "FALSE"])
    for item in shop.tables["items"]:
        item.setdefault("is_active", "true")


def parents_of_zero(shop: Shop) -> None:
    for item in shop.tables["items"]:
        item["parent_item_id"] = "0"


def no_products(shop: Shop) -> None:
    for name in ("Shipping", "Gift Card", "Versand", "Tip"):
        template = shop.tables["items"][0]
        item = template | {"item_id": f"fee {name}", "item_name": name, "category": "Fees", "image_url": None}
        shop.tables["items"].append(item)
        for bought in shop.some("orders", 0.5):
            shop.tables["order_lines"].append(
                {
                    "order_line_id": f"{bought['order_id']} {name}",
                    "order_id": bought["order_id"],
                    "item_id": item["item_id"],
                    "quantity": 1,
                    "unit_price": 3,
                }
            )


def cancelled_and_returned(shop: Shop) -> None:
    for line in shop.some("order_lines"):
        line["returned_quantity"] = shop.chance.choice([0, line["quantity"], line["quantity"] + 1])
    for line in shop.some("order_lines", 0.2):
        cancelling = {"order_line_id": f"C{line['order_line_id']}", "quantity": -line["quantity"]}
        shop.tables["order_lines"].append(line | cancelling)
    for bought in shop.some("orders", 0.2):
        bought["order_status"] = shop.chance.choice(["cancelled", "refunded", "pending", "on-hold"])
    shop.may_stop = True


def free_gifts(shop: Shop) -> None:
    for line in shop.some("order_lines", 0.2):
        line |= {"unit_price": 0, "is_gift": True}


def deleted_products(shop: Shop) -> None:
    for line in shop.some("order_lines", 0.2):
        line["item_id"] = "gone"
    shop.may_stop = True


def guests_alone(shop: Shop) -> None:
    for bought in shop.tables["orders"]:
        bought["user_id"] = None
    shop.tables["identities"] = []


def a_visitor_without_rest(shop: Shop) -> None:
    user, item = shop.tables["users"][0], shop.tables["items"][0]
    for number in range(2000):
        shop.tables["web_events"].append(
            {
                "event_id": f"bot{number}",
                "event_type": "item_view",
                "occurred_at": AS_OF - timedelta(seconds=number),
                "user_id": user["user_id"],
                "session_id": "bot",
                "item_id": item["item_id"],
            }
        )


def offers_of_all_kinds(shop: Shop) -> None:
    category = shop.tables["items"][0]["category"]
    times = [datetime(1970, 1, 1), AS_OF - DAY, AS_OF + DAY, datetime(2099, 1, 1)]
    shop.tables["offers"] = [
        {
            "offer_id": f"offer{number}",
            "offer_name": shop.chance.choice(["Week of tea", *HOSTILE[:4]]),
            "category": shop.chance.choice([category, category.upper(), None]),
            "discount_percent": shop.chance.choice([0.5, 10, 99.9, 100, 120]),
            "starts_at": shop.chance.choice(times),
            "ends_at": shop.chance.choice(times),
        }
        for number in range(6)
    ]
    shop.may_stop = True


def reductions_that_are_none(shop: Shop) -> None:
    for item in shop.tables["items"]:
        item["list_price"] = item["price"] * shop.chance.choice([0.5, 1, 1.004, 1.3, 20])


# --- rows and files ---------------------------------------------------------------------------------------------


def words_for_nothing(shop: Shop) -> None:
    for table, column in (
        *(("users", "first_name"), ("users", "locale"), ("users", "timezone"), ("users", "country_code")),
        *(
            ("items", "brand"),
            ("items", "description"),
            ("items", "parent_item_id"),
            ("orders", "anonymous_id"),
        ),
    ):
        for row in shop.some(table):
            row[column] = shop.chance.choice(["NULL", r"\N", "N/A", "-", "nan", "None", " ", ""])


def rows_that_come_twice(shop: Shop) -> None:
    for table in REQUIRED:
        shop.tables[table] += [dict(row) for row in shop.some(table, 0.03)]
    shop.may_stop = True


def wrong_values(shop: Shop) -> None:
    for table, column, values in (
        ("items", "price", ["n/a", "-3", "1,50", "0"]),
        ("order_lines", "quantity", ["0", "", "1e99", "two"]),
        ("order_lines", "unit_price", ["-1", "NaN", "inf"]),
        ("orders", "ordered_at", ["yesterday", "6/1/26", "infinity", "0001-01-01"]),
        ("users", "signed_up_at", ["never", "2099-01-01", "1970-01-01"]),
    ):
        rows = shop.tables[table]
        chosen = {id(row) for row in shop.some(table, 0.04)}
        for row in rows:
            row[column] = shop.chance.choice(values) if id(row) in chosen else str(row[column])
    shop.may_stop = True


def orders_of_the_future(shop: Shop) -> None:
    for bought in shop.some("orders", 0.1):
        bought["ordered_at"] = AS_OF + 400 * DAY


def ids_as_floating_numbers(shop: Shop) -> None:
    if all(user["user_id"].isdigit() and user["user_id"][0] != "0" for user in shop.tables["users"]):
        for name in ("orders", "web_events", "email_events", "erasure_requests"):
            for row in shop.tables.get(name, []):
                if row["user_id"]:
                    row["user_id"] = f"{row['user_id']}.0"


def no_optional_table(shop: Shop) -> None:
    for name in ("web_events", "identities", "offers"):
        shop.tables.pop(name, None)


def a_required_table_is_gone(shop: Shop) -> None:
    name = shop.chance.choice(REQUIRED)
    shop.must_stop = name
    shop.tables.pop(name)


def a_required_column_is_gone(shop: Shop) -> None:
    table, column = shop.chance.choice(
        [("users", "user_id"), ("items", "price"), ("orders", "ordered_at"), ("order_lines", "item_id")]
    )
    shop.must_stop = f"{table}.{column}"
    for row in shop.tables[table]:
        del row[column]


def csv_alone(trouble):
    """A trouble that only text files have."""

    @wraps(trouble)
    def in_csv(shop: Shop) -> None:
        shop.file_format = "csv"
        trouble(shop)

    return in_csv


def appended(table: str, text: bytes):
    def append(folder: Path) -> None:
        with (folder / f"{table}.csv").open("ab") as file:
            file.write(text)

    return append


@csv_alone
def a_footer(shop: Shop) -> None:
    shop.after_writing.append(appended(shop.chance.choice(REQUIRED), b"(25 rows)\n"))
    shop.may_stop = True


@csv_alone
def a_row_too_long(shop: Shop) -> None:
    shop.after_writing.append(
        appended(shop.chance.choice(REQUIRED), b"a" + b",;\t".join([b"b"] * 40) + b"\n")
    )
    shop.may_stop = True


@csv_alone
def an_encoding_of_old(shop: Shop) -> None:
    shop.encoding = shop.chance.choice(["cp1252", "utf-8-sig", "utf-16", "latin-1"])
    shop.may_stop = True


@csv_alone
def line_ends_of_two_kinds(shop: Shop) -> None:
    def change(folder: Path) -> None:
        path = folder / "orders.csv"
        if path.exists():
            path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n", 3))

    shop.after_writing.append(change)


@csv_alone
def a_byte_of_another_encoding(shop: Shop) -> None:
    def change(folder: Path) -> None:
        path = folder / "users.csv"
        if path.exists():
            path.write_bytes(path.read_bytes().replace("ë".encode(), b"\xeb", 1))

    shop.after_writing.append(change)
    shop.may_stop = True


def both_kinds_of_file(shop: Shop) -> None:
    def add(folder: Path) -> None:
        (folder / "users.csv").touch()
        (folder / "users.parquet").touch()

    shop.after_writing.append(add)
    shop.must_stop = "users"


def a_truncated_file(shop: Shop) -> None:
    shop.file_format = "parquet"

    def cut(folder: Path) -> None:
        path = folder / "orders.parquet"
        path.write_bytes(path.read_bytes()[:-20])

    shop.after_writing.append(cut)
    shop.must_stop = "orders"


TROUBLES = {
    function.__name__: function
    for function in [
        # whose address changes comes before those who refuse by it
        *(
            erased_people,
            no_mailable_address,
            flags_that_are_not_yes,
            frequencies_that_are_none,
            outcomes_in_the_words_of_esps,
        ),
        *(outcomes_that_name_a_message, two_accounts_of_one_address, rows_that_disagree, mailed_a_moment_ago),
        *(hostile_names, equal_baskets, one_buyer_of_everything, nothing_in_stock),
        *(everything_out_of_season, drafts, parents_of_zero, no_products, cancelled_and_returned, free_gifts),
        *(
            deleted_products,
            guests_alone,
            a_visitor_without_rest,
            offers_of_all_kinds,
            reductions_that_are_none,
        ),
        *(
            words_for_nothing,
            rows_that_come_twice,
            wrong_values,
            orders_of_the_future,
            ids_as_floating_numbers,
        ),
        *(no_optional_table, a_required_table_is_gone, a_required_column_is_gone, a_footer, a_row_too_long),
        *(an_encoding_of_old, line_ends_of_two_kinds, a_byte_of_another_encoding, both_kinds_of_file),
        a_truncated_file,
    ]
}
