"""One made-up shop as connectors export it: Shopify (Fivetran), Klaviyo, Mailchimp in CSV, GA4 in BigQuery's Parquet.

Ann (1) orders and reads newsletters, Bob (2) never signs in, Cleo (3) checks out as a guest, too; Dora is known to the
newsletters alone. Times are UTC unless they say otherwise.
"""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from shop import write_csv

SHOPIFY = {
    "shop": [{"id": 1, "currency": "GBP", "domain": "lamps.example", "iana_timezone": "Europe/London"}],
    "customer": [
        {"id": 1, "email": "ann@lamps.example", "first_name": "Ann", "accepts_marketing": "true"},
        {"id": 2, "email": "bob@lamps.example", "first_name": "Bob", "accepts_marketing": "false"},
        {"id": 3, "email": "cleo@lamps.example", "first_name": "Cleo", "accepts_marketing": "true"},
    ],
    "product": [
        {"id": 10, "title": "Lamp", "handle": "lamp", "product_type": "Light", "vendor": "Lux"},
        {"id": 20, "title": "Rug", "handle": "rug", "product_type": "", "vendor": "Weave"},
    ],
    "product_variant": [
        {"id": 11, "product_id": 10, "title": "Red", "price": "30.00", "inventory_quantity": 4},
        {"id": 12, "product_id": 10, "title": "Blue", "price": "40.00", "inventory_quantity": 1},
        {"id": 21, "product_id": 20, "title": "Default Title", "price": "90.00", "inventory_quantity": 2},
    ],
    "order": [
        {"id": 100, "name": "#1001", "order_number": 1001, "customer_id": 1, "financial_status": "paid"},
        {"id": 101, "name": "#1002", "customer_id": 2, "order_number": 1002, "financial_status": "paid"},
        {"id": 102, "name": "#1003", "email": "Cleo@lamps.example", "financial_status": "partially_refunded"},
        {
            "id": 103,
            "customer_id": 1,
            "financial_status": "refunded",
            "cancelled_at": "2024-03-05 00:00:00",
        },
        {"id": 104, "customer_id": 1, "financial_status": "paid", "test": "true"},
        {"id": 105, "customer_id": 1, "financial_status": "paid", "currency": "EUR"},
    ],
    "order_line": [
        {"id": 1001, "order_id": 100, "product_id": 10, "variant_id": 11, "price": "30.00", "quantity": 2},
        {"id": 1002, "order_id": 100, "title": "Tip", "price": "3.00", "quantity": 1},
        {"id": 1003, "order_id": 101, "product_id": 20, "variant_id": 21, "price": "90.00", "quantity": 1},
        {"id": 1004, "order_id": 102, "product_id": 10, "variant_id": 12, "price": "40.00", "quantity": 3},
        {"id": 1005, "order_id": 103, "product_id": 10, "variant_id": 11, "price": "30.00", "quantity": 1},
        {"id": 1006, "order_id": 104, "product_id": 10, "variant_id": 11, "price": "30.00", "quantity": 9},
        {"id": 1007, "order_id": 105, "product_id": 30, "variant_id": 31, "price": "7.00", "quantity": 1},
        {
            "id": 1008,
            "order_id": 101,
            "title": "Gift card",
            "price": "50.00",
            "quantity": 1,
            "gift_card": "true",
        },
    ],
    "order_line_refund": [
        {"id": 1, "refund_id": 1, "order_line_id": 1004, "quantity": 1},
        {"id": 2, "refund_id": 2, "order_line_id": 1004, "quantity": 1},
        {"id": 3, "refund_id": 3, "order_line_id": 1005, "quantity": 1},
    ],
    "discount_allocation": [{"order_line_id": 1001, "index": 0, "amount": "6.00"}],
    "abandoned_checkout": [
        {"id": 500, "customer_id": 1, "created_at": "2024-03-06 08:00:00"},
        {
            "id": 501,
            "customer_id": 2,
            "created_at": "2024-03-06 08:00:00",
            "completed_at": "2024-03-06 09:00:00",
        },
    ],
    "abandoned_checkout_line_item": [
        {"checkout_id": 500, "index": 0, "product_id": 10, "variant_id": 12},
        {"checkout_id": 501, "index": 0, "product_id": 20, "variant_id": 21},
    ],
}
for row in SHOPIFY["customer"]:
    row["created_at"] = "2024-01-01 00:00:00"
for row in SHOPIFY["product"]:
    row["published_at"] = "2024-01-01 00:00:00"
for row in SHOPIFY["order"]:
    # the shop's clock is an hour ahead
    row.setdefault("currency", "GBP")
    row["processed_at"] = "2024-03-02T00:30:00+01:00"
for row in SHOPIFY["order_line"]:
    row.setdefault("title", "Lamp")

KLAVIYO = {
    "person": [
        {
            "id": "kA",
            "email": "ANN@lamps.example",
            "timezone": "Europe/London",
            "created": "2023-01-01 00:00:00",
        },
        {"id": "kD", "email": "dora@lamps.example", "created": "2023-01-01 00:00:00"},
    ],
    "metric": [{"id": "m1", "name": "Opened Email"}, {"id": "m2", "name": "Viewed Product"}],
    "event": [
        {
            "id": "e1",
            "person_id": "kA",
            "metric_id": "m1",
            "campaign_id": "c",
            "datetime": "2024-03-03 10:00:00",
        },
        {
            "id": "e2",
            "person_id": "kA",
            "metric_id": "m2",
            "property_product_id": "20",
            "datetime": "2024-03-03 10:05:00",
        },
    ],
}
MAILCHIMP = {
    "member": [
        {
            "id": "mC",
            "list_id": "l",
            "email_address": "cleo@lamps.example",
            "status": "unsubscribed",
            "last_changed": "2024-02-01 00:00:00",
        }
    ],
    "campaign": [{"id": "news", "send_time": "2024-01-31 08:00:00"}],
    "campaign_recipient": [{"campaign_id": "news", "member_id": "mC"}],
    "campaign_recipient_activity": [
        {"action": "click", "campaign_id": "news", "member_id": "mC", "timestamp": "2024-01-31 09:00:00"}
    ],
    "automation_recipient_activity": [
        {"action": "open", "automation_email_id": "hi", "member_id": "mC", "timestamp": "2024-01-01 09:00:00"}
    ],
    "unsubscribe": [{"campaign_id": "news", "member_id": "mC", "timestamp": "2024-02-01 00:00:00"}],
}


def ga4_event(
    name: str, device: str, minute: int, items=(), user: str | None = None, order: str | None = None
):
    return {
        "event_name": name,
        "event_timestamp": int(datetime(2024, 3, 4, 12, minute, tzinfo=UTC).timestamp() * 1_000_000),
        "user_id": user,
        "user_pseudo_id": device,
        "event_params": [
            {"key": "ga_session_id", "value": {"string_value": None, "int_value": 7, "double_value": None}}
        ],
        "device": {"category": "mobile"},
        "ecommerce": {"transaction_id": order},
        "items": [{"item_id": item, "item_name": "whatever"} for item in items],
    }


GA4 = [
    ga4_event("view_item", "phone", 1, ["shopify_GB_10_11"], user="1"),
    ga4_event("view_item_list", "phone", 2, ["10", "20"]),
    ga4_event("view_item", "tablet", 3, ["21"]),
    ga4_event("purchase", "tablet", 4, ["21"], order="1002"),
    ga4_event("add_to_cart", "tablet", 5),
]
SEGMENT = {
    "product_viewed": [
        {"id": "s1", "anonymous_id": "laptop", "product_id": "12", "timestamp": "2024-03-04T09:00:00Z"}
    ],
    "identifies": [{"anonymous_id": "laptop", "user_id": "3", "timestamp": "2024-03-04T09:05:00Z"}],
}
SOURCES = ["shopify", "ga4", "segment", "klaviyo", "mailchimp"]


def write_exports(folder: Path) -> dict[str, str]:
    """A directory per source: var source_places."""
    files = {"shopify": SHOPIFY, "segment": SEGMENT, "klaviyo": KLAVIYO, "mailchimp": MAILCHIMP}
    for source, tables in files.items():
        write_csv(tables, folder / source)
    (folder / "ga4").mkdir()
    pq.write_table(pa.Table.from_pylist(GA4), folder / "ga4" / "events.parquet")
    return {source: str(folder / source) for source in SOURCES}
