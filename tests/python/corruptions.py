"""Named ways in which the rows of an input break, and what the build must make of each.

A case copies a clean row of the small shop, gives the copy a key of its own (the case's name) and breaks it. All
cases go into one shop beside the clean rows, so that one build shows both: what became of the broken rows, and
that no clean row was lost.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product

from shop import AS_OF, Tables, small_shop

CLEAN = small_shop()
KEYS = {
    "users": "user_id",
    "items": "item_id",
    "orders": "order_id",
    "order_lines": "order_line_id",
    "web_events": "event_id",
    "email_events": "event_id",
    "identities": "anonymous_id",
    "offers": "offer_id",
    "experiment_assignments": "experiment",
    "context_impressions": "impression_id",
}
CLEAN_ROWS = {table: CLEAN[table][-10 if table in ("orders", "order_lines") else 0] for table in KEYS}


@dataclass(frozen=True)
class Row:
    """A broken copy of a clean row. It is rejected for `reasons`, unread, or else staged with the values `staged`."""

    changes: dict
    reasons: tuple[str, ...] = ()
    staged: dict = field(default_factory=dict)
    is_unread: bool = False


@dataclass(frozen=True)
class Case:
    name: str
    table: str
    rows: tuple[Row, ...]

    def values(self, row: Row) -> dict:
        """The row as it stands in the input."""
        values = CLEAN_ROWS[self.table] | {KEYS[self.table]: self.name}
        if self.table == "users":
            values["email"] = f"{self.name.replace(' ', '.')}@example.com"
        if self.table == "web_events":
            values["anonymous_id"] = (
                f"device of {values['event_id']}"  # or all copies were one visitor's burst
            )
        return values | row.changes


def rejected(table: str, name: str, changes: dict, *reasons: str) -> Case:
    return Case(name, table, (Row(changes, reasons=reasons),))


def staged(table: str, name: str, changes: dict, **values) -> Case:
    return Case(name, table, (Row(changes, staged=values),))


def unread(table: str, name: str, changes: dict) -> Case:
    return Case(name, table, (Row(changes, is_unread=True),))


def duplicate(table: str, name: str, winner: dict, loser: dict, key: str, **values) -> Case:
    """Two rows of one key, the loser first; the staged one has `values`."""
    return Case(name, table, (Row(loser, reasons=(f"duplicate of {key}",)), Row(winner, staged=values)))


def each(table: str, name: str, column: str, broken: list, staged_value=None, **values) -> Case:
    """One staged row per broken value of a column, which counts as `staged_value`."""
    key = KEYS[table]
    return Case(
        name,
        table,
        tuple(
            Row({key: f"{name} {number}", column: value}, staged={column: staged_value} | values)
            for number, value in enumerate(broken)
        ),
    )


def combinations(table: str, name: str, faults: dict[str, dict]) -> Case:
    """Every combination of broken columns; `faults` gives a reason per column and value, None for a good value."""
    rows = []
    for number, values in enumerate(product(*faults.values())):
        reasons = [faults[column][value] for column, value in zip(faults, values, strict=True)]
        reasons = tuple(reason for reason in reasons if reason)
        changes = dict(zip(faults, values, strict=True))
        if reasons:
            rows.append(Row({KEYS[table]: f"{name} {number}"} | changes, reasons))
    return Case(name, table, tuple(rows))


HOSTILE_NAMES = {
    "<script>alert('x')</script>": "<script>alert('x')</script>",
    "Ada\r\nBcc: everybody@example.com": "Ada Bcc: everybody@example.com",
    "A\x00d\x07a\x1b[31m": "A d a [31m",
    "Ada\u2028Lovelace\u2029Byron": "Ada Lovelace Byron",
    "עדה \u202eecalevoL": "עדה \u202eecalevoL",
    "🍵 𝒜𝒹𝒶 👩🏽\u200d💻": "🍵 𝒜𝒹𝒶 👩🏽\u200d💻",
    " \t Ada \n\n Lovelace ": "Ada Lovelace",
    "'); drop table users; --": "'); drop table users; --",
    "{{ 7 * 7 }} ${7*7}": "{{ 7 * 7 }} ${7*7}",
}
NO_ADDRESSES = [
    *("plain", "@example.com", "ada@", "ada@localhost", "ada @example.com", "ada@exa mple.com"),
    *("ada@example..com", "ada@-example.com", "ada@example.com.", "ada@@example.com", "ada@example.c0m"),
]
HEADER_INJECTIONS = [
    *("ada@example.com\r\nBcc: everybody@example.com", "ada@example.com\nSubject: won"),
    *("Ada <ada@example.com>", "ada@example.com,everybody@example.com", "ada@example.com;eve@example.com"),
    *('"ada\\n"@example.com', "ada\x00@example.com", "ada@example.com>"),
]
NO_HTTPS = [
    *("javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,<script>", "http://shop.example/i1"),
    *("//shop.example/i1", "/i1", "shop.example/i1", "ftp://shop.example/i1", "https:/shop.example"),
    *("https://", "https:///i1", "https://shop.example@evil.example/", "https://shop.example/a b"),
    *('https://shop.example/"onerror=alert(1)', "https://shop.example/<script>"),
    *(
        "https://shop.example/\r\nLocation: x",
        "https://shop.example/\x00",
        "https://shop.example\\@evil.example",
    ),
]

USERS = [
    rejected("users", "user without a key", {"user_id": None}, "user_id is missing"),
    rejected("users", "user with a blank key", {"user_id": "   "}, "user_id is missing"),
    rejected("users", "user with a key of tabs", {"user_id": "\t\n"}, "user_id is missing"),
    duplicate("users", "exact duplicate user", {}, {}, "user_id", first_name="Ada"),
    duplicate(
        "users",
        "conflicting duplicate user",
        {"first_name": "New", "signed_up_at": AS_OF - timedelta(days=2)},
        {"first_name": "Old"},
        "user_id",
        first_name="New",
    ),
    duplicate(
        "users",
        "duplicate user but for blanks",
        {"first_name": "New", "signed_up_at": AS_OF - timedelta(days=2)},
        {"user_id": " duplicate user but for blanks\t"},
        "user_id",
        first_name="New",
    ),
    each("users", "malformed email", "email", NO_ADDRESSES, repairs="email is no mailable address"),
    each(
        "users", "header injecting email", "email", HEADER_INJECTIONS, repairs="email is no mailable address"
    ),
    staged(
        "users",
        "email with stray case",
        {"email": " Ada.L+x@Example.COM "},
        email="ada.l+x@example.com",
        repairs="",
    ),
    staged(
        "users",
        "unknown time zone",
        {"timezone": "Mars/Olympus_Mons"},
        timezone=None,
        repairs="timezone is unknown",
    ),
    staged(
        "users", "time zone with blanks", {"timezone": " Europe/Paris "}, timezone="Europe/Paris", repairs=""
    ),
    staged(
        "users", "unknown locale", {"locale": "en_US; DROP"}, locale=None, repairs="locale is no language tag"
    ),
    staged("users", "locale with underscore", {"locale": " pt_BR "}, locale="pt-BR", repairs=""),
    staged(
        "users",
        "country by name",
        {"country_code": "Germany"},
        country_code=None,
        repairs="country_code is not two letters",
    ),
    staged("users", "country with stray case", {"country_code": " de "}, country_code="DE", repairs=""),
    staged(
        "users",
        "unknown consent",
        {"email_consent": "probably"},
        email_consent=None,
        repairs="email_consent is unknown: not mailed",
    ),
    staged(
        "users",
        "consent with stray case",
        {"email_consent": " Subscribed\n"},
        email_consent="subscribed",
        repairs="",
    ),
    staged(
        "users",
        "unknown frequency",
        {"email_frequency": "hourly"},
        email_frequency="unknown",
        repairs="email_frequency is unknown: not mailed",
    ),
    staged("users", "no frequency", {"email_frequency": None}, email_frequency="daily", repairs=""),
    staged(
        "users",
        "impossible sign up time",
        {"signed_up_at": "2024-13-45"},
        signed_up_at=None,
        repairs="signed_up_at is not a timestamp",
    ),
    staged(
        "users",
        "several unusable fields",
        {"email": "plain", "timezone": "Nowhere", "locale": "?"},
        repairs="email is no mailable address; timezone is unknown; locale is no language tag",
    ),
    *(
        staged("users", f"hostile first name {number}", {"first_name": raw}, first_name=kept, repairs="")
        for number, (raw, kept) in enumerate(HOSTILE_NAMES.items())
    ),
]

ITEMS = [
    combinations(
        "items",
        "broken item",
        {
            "item_name": {"Cup": None, None: "item_name is missing", "\x07\n": "item_name is missing"},
            "category": {"cups": None, None: "category is missing", " ": "category is missing"},
            "price": {
                "9.5": None,
                None: "price is missing or not a number",
                "free": "price is missing or not a number",
                "1,50": "price is missing or not a number",
                "nan": "price is missing or not a number",
                "inf": "price is missing or not a number",
                "0": "price is not above 0",
                "-3": "price is not above 0",
            },
            "currency": {"EUR": None, None: "currency is missing", "ZZZ": "currency is not in ISO 4217"},
        },
    ),
    rejected("items", "item without a key", {"item_id": None}, "item_id is missing"),
    rejected("items", "item with a blank key", {"item_id": " \t"}, "item_id is missing"),
    duplicate("items", "exact duplicate item", {}, {}, "item_id"),
    duplicate(
        "items",
        "conflicting duplicate item",
        {"price": 7, "published_at": "2024-02-01"},
        {"price": 5, "published_at": "2024-01-01"},
        "item_id",
        price=7,
    ),
    Case(
        "duplicate of which the later is faulty",
        "items",
        (
            Row({"price": 5, "published_at": "2024-01-01"}, staged={"price": 5}),
            Row({"price": -5, "published_at": "2024-02-01"}, reasons=("price is not above 0",)),
        ),
    ),
    staged("items", "currency with stray case", {"currency": " eur "}, currency="EUR"),
    staged("items", "item in a second currency", {"currency": "USD"}, currency="USD"),
    each(
        "items", "item address that is no https", "item_url", NO_HTTPS, repairs="item_url is no https address"
    ),
    each("items", "picture that is no https", "image_url", NO_HTTPS, repairs="image_url is no https address"),
    *(
        staged("items", f"hostile item name {number}", {"item_name": raw}, item_name=kept, repairs="")
        for number, (raw, kept) in enumerate(HOSTILE_NAMES.items())
    ),
    each(
        "items",
        "impossible rating",
        "rating_average",
        ["11", "-1", "five"],
        repairs="rating_average is not between 0 and 5",
    ),
    each(
        "items",
        "impossible list price",
        "list_price",
        ["0", "-5", "a lot"],
        repairs="list_price is not a number above 0",
    ),
    each("items", "unreadable stock", "stock_quantity", ["lots"], repairs="stock_quantity is not a number"),
    each("items", "unreadable cost", "unit_cost", ["cheap"], repairs="unit_cost is not a number"),
    each(
        "items",
        "impossible end of sale",
        "available_until",
        ["31.12.2023", "2023-02-30"],
        repairs="available_until is not a timestamp",
    ),
    each(
        "items",
        "unreadable active flag",
        "is_active",
        ["perhaps"],
        staged_value=True,
        repairs="is_active is neither true nor false",
    ),
    each(
        "items",
        "inactive in other words",
        "is_active",
        ["no", " FALSE ", "0", "N"],
        staged_value=False,
        repairs="",
    ),
    staged("items", "item that is its own parent", {"parent_item_id": "item that is its own parent"}),
    staged("items", "cycle of two a", {"parent_item_id": "cycle of two b"}),
    staged("items", "cycle of two b", {"parent_item_id": "cycle of two a"}),
    staged("items", "cycle of three a", {"parent_item_id": "cycle of three b"}),
    staged("items", "cycle of three b", {"parent_item_id": "cycle of three c"}),
    staged("items", "cycle of three c", {"parent_item_id": "cycle of three a"}),
    staged("items", "variant of an item that is not there", {"parent_item_id": "nowhere"}),
    staged("items", "postage", {"item_name": "DOTCOM POSTAGE"}, is_product=False),
    staged("items", "gift voucher", {"item_name": "Gift voucher £20"}, is_product=False),
    staged("items", "manual correction", {"item_name": "Manual"}, is_product=False),
    staged(
        "items", "goods that sound like a correction", {"item_name": "Manual coffee grinder"}, is_product=True
    ),
]

TIMES = {
    None: "{} is missing or not a timestamp",
    "yesterday": "{} is missing or not a timestamp",
    "2024-02-30 10:00:00": "{} is missing or not a timestamp",
    "1066-10-14": "{} is impossibly early",
    "1970-01-01 00:00:00": "{} is impossibly early",
}


def bad_times(column: str) -> dict:
    return {AS_OF - timedelta(hours=1): None} | {
        value: reason.format(column) for value, reason in TIMES.items()
    }


ORDERS = [
    combinations(
        "orders",
        "broken order",
        {
            "ordered_at": bad_times("ordered_at"),
            "order_status": {"completed": None, "teleported": "order_status is unknown"},
        },
    ),
    rejected("orders", "order without a key", {"order_id": None}, "order_id is missing"),
    rejected("orders", "order with a blank key", {"order_id": "  "}, "order_id is missing"),
    duplicate("orders", "exact duplicate order", {}, {}, "order_id"),
    duplicate(
        "orders",
        "conflicting duplicate order",
        {"order_status": "cancelled", "ordered_at": AS_OF - timedelta(hours=1)},
        {"ordered_at": AS_OF - timedelta(hours=2)},
        "order_id",
        order_status="cancelled",
    ),
    staged("orders", "status with stray case", {"order_status": " Completed\t"}, order_status="completed"),
    staged("orders", "no status", {"order_status": None}, order_status="completed"),
    staged(
        "orders",
        "guest nobody knows",
        {"user_id": " ", "anonymous_id": None},
        user_id=None,
        anonymous_id=None,
    ),
    staged("orders", "order of an unknown user", {"user_id": "nobody"}, user_id="nobody"),
    staged("orders", "order in a second currency", {"currency": "usd"}, currency="USD"),
    unread("orders", "order a second too late", {"ordered_at": AS_OF + timedelta(seconds=1)}),
    unread("orders", "order of 2099", {"ordered_at": "2099-01-01"}),
    unread("orders", "order later by its offset", {"ordered_at": "2024-06-30T10:30:00-02:00"}),
    staged(
        "orders",
        "order earlier by its offset",
        {"ordered_at": "2024-06-30T13:30:00+02:00"},
        ordered_at=datetime(2024, 6, 30, 11, 30),
    ),
]

ORDER_LINES = [
    combinations(
        "order_lines",
        "broken line",
        {
            "order_id": {
                CLEAN_ROWS["order_lines"]["order_id"]: None,
                None: "order_id is missing",
                "\t": "order_id is missing",
                "nowhere": "order_id is not in orders",
                "broken order 3": "order_id is not in orders",
            },
            "item_id": {
                "i1": None,
                None: "item_id is missing",
                "nowhere": "item_id is not in items",
                "broken item 1": "item_id is not in items",
            },
            "quantity": {
                "1": None,
                None: "quantity is missing or not a number",
                "two": "quantity is missing or not a number",
                "0": "quantity is not above 0",
                "10001": "quantity is absurd",
            },
            "unit_price": {
                "2.5": None,
                None: "unit_price is missing or not a number",
                "gratis": "unit_price is missing or not a number",
                "0": "unit_price is not above 0",
                "-1": "unit_price is not above 0",
            },
        },
    ),
    rejected("order_lines", "line without a key", {"order_line_id": None}, "order_line_id is missing"),
    rejected(
        "order_lines",
        "negative line at no price",
        {"quantity": -1, "unit_price": 0},
        *("quantity is not above 0", "unit_price is not above 0"),
    ),
    rejected(
        "order_lines",
        "negative line of no order",
        {"quantity": -1, "order_id": None},
        *("order_id is missing", "quantity is not above 0"),
    ),
    rejected("order_lines", "negative line", {"quantity": -1}, "takes back an earlier line"),
    duplicate("order_lines", "exact duplicate line", {}, {}, "order_line_id"),
    staged("order_lines", "largest credible quantity", {"quantity": 10000}, quantity=10000),
    staged("order_lines", "gift flag in other words", {"is_gift": " Yes "}, is_gift=True),
    staged("order_lines", "no returned quantity", {"returned_quantity": None}, returned_quantity=0),
    rejected(
        "order_lines",
        "more returned than bought",
        {"quantity": 2, "returned_quantity": 3},
        "returned_quantity is not between 0 and quantity",
    ),
    rejected(
        "order_lines",
        "negative returned quantity",
        {"quantity": 2, "returned_quantity": -1},
        "returned_quantity is not between 0 and quantity",
    ),
    unread("order_lines", "line of an order too late", {"order_id": "order of 2099"}),
]

BURST = 101
WEB_EVENTS = [
    combinations(
        "web_events",
        "broken web event",
        {
            "event_type": {
                "item_view": None,
                None: "event_type is missing",
                "teleport": "event_type is unknown",
            },
            "item_id": {"i1": None, "nowhere": "item_id is not in items"},
            "occurred_at": bad_times("occurred_at"),
        },
    ),
    rejected("web_events", "web event without a key", {"event_id": None}, "event_id is missing"),
    rejected(
        "web_events",
        "web event of nobody",
        {"user_id": None, "anonymous_id": " "},
        "user_id and anonymous_id are missing",
    ),
    rejected("web_events", "view of no item", {"item_id": None}, "item_id is missing"),
    staged("web_events", "search for no item", {"event_type": "search", "item_id": None}, item_id=None),
    staged("web_events", "event type with stray case", {"event_type": " Item_View "}, event_type="item_view"),
    staged("web_events", "web event of an unknown user", {"user_id": "nobody"}, user_id="nobody"),
    duplicate("web_events", "exact duplicate web event", {}, {}, "event_id"),
    unread("web_events", "web event too late", {"occurred_at": AS_OF + timedelta(seconds=1)}),
    Case(
        "burst of a bot",
        "web_events",
        tuple(
            Row(
                {"event_id": f"bot {number}", "anonymous_id": "bot"},
                reasons=("one of too many events in a minute for a person",),
            )
            for number in range(BURST)
        ),
    ),
    Case(
        "burst a person may make",
        "web_events",
        tuple(
            Row({"event_id": f"person {number}", "anonymous_id": "person"}, staged={"anonymous_id": "person"})
            for number in range(BURST - 1)
        ),
    ),
]

EMAIL_EVENTS = [
    combinations(
        "email_events",
        "broken email event",
        {
            "event_type": {"click": None, None: "event_type is missing", "eaten": "event_type is unknown"},
            "occurred_at": bad_times("occurred_at"),
        },
    ),
    rejected("email_events", "email event without a key", {"event_id": " "}, "event_id is missing"),
    rejected(
        "email_events",
        "email event of nobody",
        {"user_id": None, "message_id": None},
        "user_id and message_id are missing",
    ),
    duplicate("email_events", "exact duplicate email event", {}, {}, "event_id"),
    staged("email_events", "email event type with stray case", {"event_type": "CLICK "}, event_type="click"),
    unread("email_events", "email event too late", {"occurred_at": AS_OF + timedelta(seconds=1)}),
]

OTHERS = [
    rejected("identities", "identity without a device", {"anonymous_id": None}, "anonymous_id is missing"),
    rejected("identities", "identity without a user", {"user_id": " "}, "user_id is missing"),
    combinations("identities", "identity at no time", {"linked_at": bad_times("linked_at")}),
    duplicate("identities", "exact duplicate identity", {}, {}, "anonymous_id and user_id"),
    unread("identities", "identity linked too late", {"linked_at": AS_OF + timedelta(seconds=1)}),
    combinations(
        "offers",
        "broken offer",
        {
            "offer_name": {"Cup week": None, None: "offer_name is missing"},
            "item_id": {None: None, "nowhere": "item_id is not in items"},
            "discount_percent": {
                "10": None,
                "150": "discount_percent is not between 0 and 100",
                "-5": "discount_percent is not between 0 and 100",
            },
            "starts_at": bad_times("starts_at"),
        },
    ),
    rejected("offers", "offer without a key", {"offer_id": None}, "offer_id is missing"),
    rejected(
        "offers",
        "offer that ends before it starts",
        {"starts_at": "2024-06-30", "ends_at": "2024-06-01"},
        "ends_at is before starts_at",
    ),
    duplicate("offers", "exact duplicate offer", {}, {}, "offer_id"),
    rejected(
        "experiment_assignments", "assignment to nothing", {"experiment": None}, "experiment is missing"
    ),
    combinations(
        "experiment_assignments",
        "broken assignment",
        {
            "user_id": {"u1": None, None: "user_id is missing"},
            "arm": {"a": None, " ": "arm is missing"},
            "assigned_at": bad_times("assigned_at"),
        },
    ),
    duplicate("experiment_assignments", "exact duplicate assignment", {}, {}, "experiment and user_id"),
    unread("experiment_assignments", "assignment too late", {"assigned_at": AS_OF + timedelta(seconds=1)}),
    combinations(
        "context_impressions",
        "broken impression",
        {
            "context": {"cart": None, None: "context is missing", "moon": "context is unknown"},
            "item_id": {"i1": None, None: "item_id is missing", "nowhere": "item_id is not in items"},
            "occurred_at": bad_times("occurred_at"),
        },
    ),
    rejected(
        "context_impressions", "impression without a key", {"impression_id": ""}, "impression_id is missing"
    ),
    duplicate("context_impressions", "exact duplicate impression", {}, {}, "impression_id"),
    unread("context_impressions", "impression too late", {"occurred_at": AS_OF + timedelta(seconds=1)}),
]

CASES = [*USERS, *ITEMS, *ORDERS, *ORDER_LINES, *WEB_EVENTS, *EMAIL_EVENTS, *OTHERS]


def as_text(value) -> str | None:
    """A value as the text that a file without types holds."""
    return None if value is None else str(value)


def broken_shop(*additions: Tables) -> Tables:
    """The clean rows, all cases and `additions`, every value as text: a broken column has no type but text."""
    tables = {table: list(rows) for table, rows in CLEAN.items()}
    for case in CASES:
        tables[case.table] += [case.values(row) for row in case.rows]
    for addition in additions:
        for table, rows in addition.items():
            tables[table] += rows
    return {
        table: [{column: as_text(value) for column, value in row.items()} for row in rows]
        for table, rows in tables.items()
    }
