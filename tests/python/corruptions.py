"""Named ways in which rows of an input break, and what the build must make of each.

A case copies a clean row of the small shop, gives the copy a key of its own (the case's name) and breaks it. All
cases go into one shop beside the clean rows: one build shows what became of the broken rows and that no clean row
was lost.
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
    "user_exclusions": "user_id",
    "context_impressions": "impression_id",
    "send_log": "message_id",
}
# what duplicates have in common, where it is more than the key above
UNIQUE = KEYS | {
    "identities": "anonymous_id and user_id",
    "experiment_assignments": "experiment and user_id",
    "user_exclusions": "user_id and kind and value",
}
# when the row's thing happened: later than as_of it is not read
HAPPENED = {
    "orders": "ordered_at",
    "web_events": "occurred_at",
    "email_events": "occurred_at",
    "identities": "linked_at",
    "experiment_assignments": "assigned_at",
    "context_impressions": "occurred_at",
}


@dataclass(frozen=True)
class Row:
    """A broken copy of a clean row: rejected for `reasons`, or unread, or else staged with the values `staged`."""

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
        values = CLEAN[self.table][-10 if self.table in ("orders", "order_lines") else 0]
        values = values | {KEYS[self.table]: self.name}
        if self.table == "users":
            values["email"] = f"{self.name.replace(' ', '.')}@example.com"
            values["email_consent"] = "subscribed"  # or nobody would be mailed anyway
        if self.table == "web_events":
            values["anonymous_id"] = self.name  # or all copies were one visitor's burst
        return values | row.changes


def rejected(table: str, name: str, changes: dict, *reasons: str) -> Case:
    return Case(name, table, (Row(changes, reasons=reasons),))


def staged(table: str, name: str, changes: dict, **values) -> Case:
    return Case(name, table, (Row(changes, staged=values),))


def mended(table: str, name: str, column: str, broken, value=None, repairs: str = "") -> Case:
    """A staged row whose column counts as `value`, and what column `repairs` says of it."""
    return staged(table, name, {column: broken}, **{column: value, "repairs": repairs})


def duplicates(table: str, name: str, loser: dict, winner: dict, **values) -> Case:
    """Two rows of one key, of which the winner is staged with `values`."""
    reason = f"duplicate of {UNIQUE[table]}"
    return Case(name, table, (Row(loser, reasons=(reason,)), Row(winner, staged=values)))


def combinations(table: str, name: str, faults: dict[str, dict]) -> Case:
    """Every combination of broken columns; `faults` gives per column and value its reason, None for a good value."""
    rows = []
    for number, values in enumerate(product(*faults.values())):
        reasons = tuple(
            filter(None, (faults[column][value] for column, value in zip(faults, values, strict=True)))
        )
        if reasons:
            changes = {KEYS[table]: f"{name} {number}"} | dict(zip(faults, values, strict=True))
            rows.append(Row(changes, reasons))
    return Case(name, table, tuple(rows))


HOSTILE_NAMES = {
    "<script>alert('x')</script>": "<script>alert('x')</script>",
    "Ada\r\nBcc: everybody@example.com": "Ada Bcc: everybody@example.com",
    "A\x00d\x07a\x1b[31m": "A d a [31m",
    "Ada\u2028Lovelace\u2029Byron": "Ada Lovelace Byron",
    "עדה \u202eecalevoL\u200b": "עדה ecalevoL",
    "🍵 𝒜𝒹𝒶 👩🏽\u200d💻": "🍵 𝒜𝒹𝒶 👩🏽\u200d💻",
    " \t Ada \n\n Lovelace ": "Ada Lovelace",
    "'); drop table users; --": "'); drop table users; --",
    "{{ 7 * 7 }} ${7*7} A": "(( 7 * 7 )) $(7*7) A",
    "(Bob) Robert": "(Bob) Robert",
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
    *("https://", "https:///i1", "https://shop.example@evil.example/"),
    *('https://shop.example/"onerror=alert(1)', "https://shop.example/<script>"),
    *(
        "https://shop.example/\r\nLocation: x",
        "https://shop.example/\x00a",
        "https://shop.example\\@evil.example",
    ),
]

ANY_TABLE = [
    *(
        Case(
            f"no key in {table}",
            table,
            tuple(Row({key: value}, (f"{key} is missing",)) for value in (None, "  ", "\t\r\n")),
        )
        for table, key in KEYS.items()
    ),
    *(duplicates(table, f"exact duplicate in {table}", {}, {}) for table in KEYS),
    *(
        rejected(table, f"time {value} in {table}", {column: value}, f"{column} {fault}")
        for table, column in (HAPPENED | {"offers": "starts_at"}).items()
        for value, fault in {
            None: "is missing or not a timestamp",
            "yesterday": "is missing or not a timestamp",
            "2024-02-30 10:00:00": "is missing or not a timestamp",
            "1066-10-14": "is impossibly early",
            "1970-01-01 00:00:00": "is impossibly early",
        }.items()
    ),
    *(
        Case(f"time {name} in {table}", table, (Row({column: value}, is_unread=True),))
        for table, column in HAPPENED.items()
        for name, value in {
            "a second too late": AS_OF + timedelta(seconds=1),
            "too late by its offset": (AS_OF - timedelta(hours=1)).isoformat() + "-02:00",
            "of 2099": "2099-01-01",
        }.items()
    ),
]

USERS = [
    *(
        mended("users", f"{kind} {number}", "email", broken, None, "email is no mailable address")
        for kind, broken_ones in {
            "malformed email": NO_ADDRESSES,
            "injected header": HEADER_INJECTIONS,
        }.items()
        for number, broken in enumerate(broken_ones)
    ),
    *(
        mended("users", f"hostile first name {number}", "first_name", hostile, None if "@" in kept else kept)
        for number, (hostile, kept) in enumerate(HOSTILE_NAMES.items())
    ),
    *(
        mended("users", f"no first name {number}", "first_name", word, None)
        for number, word in enumerate(
            [
                *("NULL", "\\N", "N/A", "-", "nan", "undefined", "ada@example.com", "007"),
                *("*|FNAME|*", "{{ first_name }}", "%FIRSTNAME%", "[First Name]", "(none)", "%%first_name%%"),
                *("Guest", "UNKNOWN", "no name", "Firstname"),
            ]
        )
    ),
    mended(
        "users", "first name with an entity", "first_name", "Ren&eacute;e &#x26;amp; Bo", "Renée &amp; Bo"
    ),
    mended("users", "first name without end", "first_name", "ab " * 9000, ("ab " * 20)[:60].strip()),
    mended("users", "email of the Irish", "email", "O'Neil@example.com", "o'neil@example.com"),
    mended(
        "users", "sign-up in the year 6", "signed_up_at", "6/1/26", None, "signed_up_at is not a timestamp"
    ),
    mended("users", "email with stray case", "email", " Ada.L+x@Example.COM ", "ada.l+x@example.com"),
    mended(
        "users", "unknown time zone", "timezone", "Mars/Olympus_Mons", "Europe/Berlin", "timezone is unknown"
    ),
    mended("users", "time zone with blanks", "timezone", " Europe/Paris ", "Europe/Paris"),
    mended("users", "unknown locale", "locale", "en_US; DROP", None, "locale is no language tag"),
    mended("users", "locale with underscore", "locale", " pt_BR ", "pt-BR"),
    mended("users", "country by name", "country_code", "Germany", None, "country_code is not two letters"),
    mended("users", "country with stray case", "country_code", " de ", "DE"),
    mended(
        *("users", "unknown consent", "email_consent", "probably", "unknown"),
        "email_consent is unknown: not mailed",
    ),
    mended("users", "consent with stray case", "email_consent", " Subscribed\n", "subscribed"),
    mended(
        *("users", "unknown frequency", "email_frequency", "hourly", "unknown"),
        "email_frequency is unknown: not mailed",
    ),
    mended("users", "number with a trunk zero", "phone", "+49 (0)170-555 0112", "+491705550112"),
    mended("users", "number dialled from abroad", "phone", "0049.170.5550112", "+491705550112"),
    mended(
        *("users", "number without a country", "phone", "0170 5550112", None),
        "phone is no number with a country code",
    ),
    mended(
        *("users", "sms consent in other words", "sms_consent", "maybe", False),
        "sms_consent is neither true nor false: no SMS",
    ),
    mended("users", "no frequency", "email_frequency", None, "daily"),
    mended(
        "users", "impossible sign-up", "signed_up_at", "2024-13-45", None, "signed_up_at is not a timestamp"
    ),
    staged(
        "users",
        "several unusable fields",
        {"email": "plain", "timezone": "Nowhere", "locale": "??"},
        repairs="email is no mailable address; timezone is unknown; locale is no language tag",
    ),
    duplicates(
        "users",
        "conflicting duplicate user",
        {"first_name": "Old"},
        {"first_name": "New", "signed_up_at": AS_OF - timedelta(days=2)},
        first_name="New",
    ),
    duplicates(
        "users",
        "duplicate but for blanks",
        {"user_id": " duplicate but for blanks\t"},
        {"first_name": "New", "signed_up_at": AS_OF - timedelta(days=2)},
        first_name="New",
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
                **dict.fromkeys([None, "free", "1,50", "nan", "inf"], "price is missing or not a number"),
                **dict.fromkeys(["0", "-3"], "price is not above 0"),
            },
            "currency": {"EUR": None, None: "currency is missing", "ZZZ": "currency is not in ISO 4217"},
        },
    ),
    *(
        mended("items", f"{column} {number}", column, broken, None, f"{column} is no https address")
        for column in ("item_url", "image_url")
        for number, broken in enumerate(NO_HTTPS)
    ),
    *(
        mended("items", f"hostile item name {number}", "item_name", hostile, kept)
        for number, (hostile, kept) in enumerate(HOSTILE_NAMES.items())
    ),
    *(
        mended("items", f"{column} of {broken}", column, broken, None, f"{column} {note}")
        for column, broken, note in [
            *(("rating_average", broken, "is not between 0 and 5") for broken in ("11", "-1", "five")),
            *(
                ("list_price", broken, "is not a number above 0, or below price")
                for broken in ("0", "-5", "a lot", "0.5")
            ),
            *(("available_until", broken, "is not a timestamp") for broken in ("31.12.2023", "2023-02-30")),
            ("stock_quantity", "lots", "is not a number"),
            ("unit_cost", "cheap", "is not a number"),
        ]
    ),
    mended("items", "unreadable flag", "is_active", "perhaps", True, "is_active is neither true nor false"),
    *(
        mended("items", f"inactive as {text.strip()}", "is_active", text, False)
        for text in ("no", " FALSE ", "0", "N")
    ),
    mended("items", "draft", "is_active", "-1", False),
    mended(
        "items",
        "link with letters",
        "item_url",
        "https://shop.example/café a",
        "https://shop.example/caf%C3%A9%20a",
    ),
    mended("items", "available for ever", "available_until", "infinity", datetime(9999, 12, 31)),
    mended("items", "no parent", "parent_item_id", "0", None),
    mended("items", "parent as a number", "parent_item_id", "12.0", "12"),
    staged(
        "items",
        "names from a feed",
        {
            "item_name": "L&#039;Ami &#8211; 250&nbsp;g AT&T &bogus;",
            "category": "Salt &amp; Pepper",
            "brand": "N/A",
        },
        **{"item_name": "L'Ami – 250 g AT&T &bogus;", "category": "Salt & Pepper", "brand": None},
    ),
    staged("items", "currency with stray case", {"currency": " eur "}, currency="EUR"),
    staged("items", "item in a second currency", {"currency": "USD"}, currency="USD"),
    duplicates(
        "items",
        "conflicting duplicate item",
        {"price": 5, "published_at": "2024-01-01"},
        {"price": 7, "published_at": "2024-02-01"},
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
    *(
        staged(
            "items", f"cycle {item}", {"parent_item_id": f"cycle {parent}"}, parent_item_id=f"cycle {parent}"
        )
        for item, parent in [("0", "0"), ("1a", "1b"), ("1b", "1a"), ("2a", "2b"), ("2b", "2c"), ("2c", "2a")]
    ),
    staged("items", "variant of nothing", {"parent_item_id": "nowhere"}, parent_item_id="nowhere"),
    *(
        staged("items", f"item named {name}", {"item_name": name}, is_product=is_product)
        for name, is_product in {
            "DOTCOM POSTAGE": False,
            "Gift voucher £20": False,
            "Manual": False,
            "Manual coffee grinder": True,
            "Versandkosten Österreich": False,
            "Carte cadeau 50 €": False,
            "Tarjeta regalo": False,
            "Package Protection (2 items)": False,
            "Pfandglas": True,
        }.items()
    ),
]

ORDERS = [
    rejected(
        "orders",
        "teleported at no time",
        {"order_status": "teleported", "ordered_at": None},
        *("order_status is unknown", "ordered_at is missing or not a timestamp"),
    ),
    staged(
        "orders",
        "time as Shopify writes it",
        {"ordered_at": "2024-05-30 20:00:00 -0400"},
        ordered_at=datetime(2024, 5, 31),
    ),
    staged("orders", "guest of WooCommerce", {"user_id": "0"}, user_id=None),
    staged("orders", "buyer with an invisible id", {"user_id": "\u200b'u1.0'\xa0"}, user_id="u1.0"),
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
    staged(
        "orders",
        "order early enough by its offset",
        {"ordered_at": "2024-06-30T13:30:00+02:00"},
        ordered_at=datetime(2024, 6, 30, 11, 30),
    ),
    duplicates(
        "orders",
        "conflicting duplicate order",
        {"ordered_at": AS_OF - timedelta(hours=2)},
        {"ordered_at": AS_OF - timedelta(hours=1), "order_status": "cancelled"},
        order_status="cancelled",
    ),
]

FREE = "unit_price is 0: a gift, or part of a bundle"
NOT_RETURNED = "returned_quantity is not between 0 and quantity"
ORDER_LINES = [
    combinations(
        "order_lines",
        "broken line",
        {
            "order_id": {
                "o150": None,
                **dict.fromkeys([None, "\t"], "order_id is missing"),
                **dict.fromkeys(["nowhere", "teleported at no time"], "order_id is not in orders"),
            },
            "item_id": {
                "i1": None,
                None: "item_id is missing",
                **dict.fromkeys(["nowhere", "broken item 1"], "item_id is not in items"),
            },
            "quantity": {
                "1": None,
                **dict.fromkeys([None, "two"], "quantity is missing or not a number"),
                "0": "quantity is not above 0",
                "10001": "quantity is absurd",
            },
            "unit_price": {
                "2.5": None,
                **dict.fromkeys([None, "gratis"], "unit_price is missing or not a number"),
                "0": FREE,
                "-1": "unit_price is not above 0",
            },
        },
    ),
    rejected(
        "order_lines",
        "negative line at no price",
        {"quantity": -1, "unit_price": 0},
        *("quantity is not above 0", FREE),
    ),
    rejected(
        "order_lines",
        "negative line of no order",
        {"quantity": -1, "order_id": None},
        *("order_id is missing", "quantity is not above 0"),
    ),
    rejected(
        "order_lines", "more returned than bought", {"quantity": 2, "returned_quantity": 3}, NOT_RETURNED
    ),
    rejected("order_lines", "negative return", {"quantity": 2, "returned_quantity": -1}, NOT_RETURNED),
    staged("order_lines", "largest credible quantity", {"quantity": 10000}, quantity=10000),
    staged("order_lines", "gift in other words", {"is_gift": " Yes "}, is_gift=True),
    staged("order_lines", "no returned quantity", {"returned_quantity": None}, returned_quantity=0),
    Case(
        "line of an order too late",
        "order_lines",
        (Row({"order_id": "time of 2099 in orders"}, is_unread=True),),
    ),
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
        },
    ),
    rejected(
        "web_events",
        "web event of nobody",
        {"user_id": None, "anonymous_id": " "},
        "user_id and anonymous_id are missing",
    ),
    rejected("web_events", "view of no item", {"item_id": None}, "item_id is missing"),
    staged("web_events", "search for no item", {"event_type": "search", "item_id": None}, item_id=None),
    staged("web_events", "event type with stray case", {"event_type": " Item_View "}, event_type="item_view"),
    Case(
        "burst of a bot",
        "web_events",
        tuple(
            Row({"event_id": f"bot {number}"}, reasons=("one of too many events in a minute for a person",))
            for number in range(BURST)
        ),
    ),
    Case(
        "burst a person may make",
        "web_events",
        tuple(Row({"event_id": f"person {number}"}) for number in range(BURST - 1)),
    ),
]

OTHERS = [
    rejected("email_events", "email event of no type", {"event_type": None}, "event_type is missing"),
    rejected("email_events", "email event eaten", {"event_type": "eaten"}, "event_type is unknown"),
    staged("email_events", "email event with stray case", {"event_type": "CLICK "}, event_type="click"),
    rejected(
        "email_events",
        "email event of nobody",
        {"user_id": None, "message_id": None},
        "user_id and message_id are missing",
    ),
    rejected("identities", "identity without a user", {"user_id": " "}, "user_id is missing"),
    combinations(
        "offers",
        "broken offer",
        {
            "offer_name": {"Cup week": None, None: "offer_name is missing"},
            "item_id": {None: None, "nowhere": "item_id is not in items"},
            "discount_percent": {
                "10": None,
                **dict.fromkeys(["150", "-5"], "discount_percent is not between 0 and 100"),
            },
            "ends_at": {
                "2024-07-06": None,
                "soon": "ends_at is missing or not a timestamp",
                "2024-06-01": "ends_at is before starts_at",
            },
        },
    ),
    combinations(
        "experiment_assignments",
        "broken assignment",
        {"user_id": {"u1": None, None: "user_id is missing"}, "arm": {"a": None, " ": "arm is missing"}},
    ),
    combinations(
        "user_exclusions",
        "broken exclusion",
        {
            "kind": {"category": None, None: "kind is missing", "mood": "kind is unknown"},
            "value": {"TEA": None, None: "value is missing"},
        },
    ),
    *(
        rejected(
            "user_exclusions",
            f"exclusion of {kind} {value}",
            {"kind": kind, "value": value},
            "value is no item brand or category of the catalogue",
        )
        for kind, value in {"item": "tea", "category": "i4", "brand": "tea"}.items()
    ),
    # a time that can't be read, or is none, takes nothing back
    *(
        staged("user_exclusions", f"exclusion at {time}", {"excluded_at": time}, value="i4")
        for time in (None, "soon", "1066-10-14")
    ),
    staged(
        "user_exclusions", "exclusion with stray case", {"kind": " Category", "value": " TEA "}, value="tea"
    ),
    Case("exclusion to come", "user_exclusions", (Row({"excluded_at": "2099-01-01"}, is_unread=True),)),
    combinations(
        "context_impressions",
        "broken impression",
        {
            "context": {"cart": None, None: "context is missing", "moon": "context is unknown"},
            "item_id": {"i1": None, None: "item_id is missing", "nowhere": "item_id is not in items"},
        },
    ),
    combinations(
        "send_log",
        "broken message",
        {
            "state": {"failed": None, None: "state is missing", "beamed": "state is unknown"},
            "items": {"[]": None, None: None, "[{": "items is no list of items"},
        },
    ),
    rejected(
        "send_log",
        "message at no time",
        {"handed_over_at": "yesterday"},
        "queued_at, send_at and handed_over_at are missing",
    ),
    rejected(
        "send_log",
        "message of 1066",
        {"handed_over_at": "1066-10-14"},
        "handed_over_at is impossibly early",
    ),
    staged(
        "send_log",
        "arm of another platform",
        {"arm": " Variation #1", "state": "Accepted"},
        arm="Variation #1",
        state="accepted",
    ),
    Case("message to come", "send_log", (Row({"handed_over_at": "2099-01-01"}, is_unread=True),)),
]

CASES = [*ANY_TABLE, *USERS, *ITEMS, *ORDERS, *ORDER_LINES, *WEB_EVENTS, *OTHERS]


def as_text(value) -> str | None:
    """A value as the text that a file without types holds."""
    return None if value is None else str(value)


def broken_shop(additions: Tables) -> Tables:
    """The clean rows, all cases and `additions`, every value as text: a broken column has no type but text."""
    tables = {table: rows + additions.get(table, []) for table, rows in CLEAN.items()}
    for case in CASES:
        tables[case.table] += [case.values(row) for row in case.rows]
    return {
        table: [{column: as_text(value) for column, value in row.items()} for row in rows]
        for table, rows in tables.items()
    }
