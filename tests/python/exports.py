"""One made-up shop as connectors export it: Shopify (Fivetran), Klaviyo, Mailchimp in CSV, GA4 in BigQuery's Parquet.

Ann (1) orders and reads newsletters, Bob (2) never signs in, Cleo (3) checks out as a guest, too; Dora is known to the
newsletters alone. A second shop on WooCommerce (Airbyte) has ids of its own from 1. Times are UTC unless they say
otherwise.
"""

import json
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
        # exports that overlap: as it was before he moved and said no
        {
            "id": 2,
            "email": "a@lamps.example",
            "accepts_marketing": "true",
            "updated_at": "2024-02-01 00:00:00 +0100",
        },
    ],
    "product": [
        {"id": 10, "title": "Lamp", "handle": "lamp", "product_type": "Light", "vendor": "Lux"},
        {"id": 20, "title": "Rug", "handle": "rug", "product_type": "", "vendor": "Weave"},
        {"id": 10, "title": "A lamp", "product_type": "New", "updated_at": "2024-02-01 00:00:00 +0100"},
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
        {
            "id": 101,
            "customer_id": 2,
            "cancelled_at": "2024-03-02 01:00:00",
            "updated_at": "2024-03-02 01:00:00 +0100",
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
for name in ("customer", "product", "order"):
    for row in SHOPIFY[name]:
        row.setdefault("updated_at", "2024-03-05 00:00:00 +0100")
for row in SHOPIFY["customer"]:
    row["created_at"] = "2024-01-01 00:00:00"
for row in SHOPIFY["product"]:
    row["published_at"] = "2024-01-01 00:00:00"
for row in SHOPIFY["order"]:
    # the shop's clock is an hour ahead
    row.setdefault("currency", "GBP")
    row["processed_at"] = "2024-03-02 00:30:00 +0100"
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


def woo_order(
    number: int, status: str, lines: list[dict], customer: int = 0, email: str = "", **fields
) -> dict:
    return {
        "id": number,
        "number": str(number),
        "status": status,
        "currency": "GBP",
        "prices_include_tax": True,
        "date_created": "2024-03-02T01:30:00",
        "date_created_gmt": "2024-03-02T00:30:00",
        "customer_id": customer,
        "billing": {"email": email, "first_name": "", "country": "GB", "city": "Leeds"},
        "line_items": lines,
        # what Airbyte has here is money alone: the lines stand in stream refunds
        "refunds": [],
    } | fields


def woo_line(
    number: int, product: int, variation: int, quantity: int, paid: float, full: float | None = None
):
    """Amounts without a tax of a fifth."""
    full = paid if full is None else full
    return {
        "id": number,
        "name": "Kettle",
        "product_id": product,
        "variation_id": variation,
        "quantity": quantity,
        "subtotal": f"{full:.2f}",
        "subtotal_tax": f"{full / 5:.2f}",
        "total": f"{paid:.2f}",
        "total_tax": f"{paid / 5:.2f}",
        "sku": None,
    }


def woo_product(number: int, name: str, price: str, **fields) -> dict:
    return {
        "id": number,
        "name": name,
        "parent_id": 0,
        "type": "simple",
        "status": "publish",
        "catalog_visibility": "visible",
        "purchasable": True,
        "price": price,
        "regular_price": price,
        "manage_stock": False,
        "stock_status": "instock",
        "permalink": f"https://kettles.example/product/{number}/",
        "average_rating": "4.50",
        "rating_count": 12,
        "date_created_gmt": "2024-01-01T00:00:00",
        "categories": [{"id": 5, "name": "Kitchen", "slug": "kitchen"}],
        "images": [{"id": number + 900, "src": f"https://kettles.example/{number}.jpg"}],
        "variations": [],
    } | fields


# as Airbyte writes it to DuckDB or Parquet: lists of structs
WOOCOMMERCE = {
    "orders": [
        # less the discount; Ann of the other shop, under another number
        woo_order(1, "completed", [woo_line(1, 10, 11, 2, 40, 50)], customer=1),
        woo_order(2, "processing", [woo_line(2, 20, 0, 3, 30)], email="gus@kettles.example"),
        # refunded, then cancelled
        woo_order(3, "cancelled", [woo_line(3, 20, 0, 1, 10)], customer=2),
        woo_order(4, "checkout-draft", [woo_line(4, 20, 0, 1, 10)], customer=2),
        woo_order(5, "trash", [woo_line(5, 20, 0, 9, 90)], customer=2),
        woo_order(6, "completed", [woo_line(6, 40, 0, 1, 50), woo_line(7, 30, 0, 1, 20)], customer=2),
    ],
    "refunds": [
        {
            "id": 60 + number,
            "line_items": [refund | {"meta_data": [{"id": 1, "key": "_refunded_item_id", "value": line}]}],
        }
        for number, (line, refund) in enumerate(
            [
                ("2", {"id": 70, "quantity": -1}),
                ("2", {"id": 71, "quantity": 0}),
                ("3", {"id": 72, "quantity": -1}),
            ]
        )
    ],
    "customers": [
        {
            "id": number,
            "email": email,
            "first_name": name,
            "date_created_gmt": "2024-01-01T00:00:00",
            "billing": {"country": "GB", "city": "York"},
            "meta_data": [{"id": 1, "key": "mailchimp_woocommerce_is_subscribed", "value": subscribed}],
        }
        for number, email, name, subscribed in [
            (1, "ann@lamps.example", "Ann", "1"),
            (2, "hal@kettles.example", "Hal", "1"),
        ]
    ],
    "products": [
        woo_product(10, "Kettle", "30", type="variable", variations=[11, 12]),
        woo_product(20, "Cup", "12", manage_stock=True, stock_quantity=7, backorders="no"),
        woo_product(40, "Voucher", "50", type="gift-card"),
        *(woo_product(number, f"Pan {number}", "25") for number in range(50, 56)),
    ],
    "product_variations": [
        {
            "id": 11,
            "name": "Red",
            "price": "30",
            "regular_price": "30",
            "status": "publish",
            "image": {"src": ""},
        },
        {
            "id": 12,
            "name": "Blue",
            "price": "30",
            "regular_price": "30",
            "status": "publish",
            "image": {"src": ""},
        },
    ],
}


def snowplow_event(number: int, device: str, action: str, products=(), user=None, order=None) -> dict:
    return {
        "event_id": f"p{number}",
        "event_name": "snowplow_ecommerce_action",
        "collector_tstamp": datetime(2024, 3, 5, 12, number),
        "derived_tstamp": datetime(2024, 3, 5, 12, number),
        "user_id": user,
        "domain_userid": device,
        "network_userid": "n",
        "domain_sessionid": f"{device}-1",
        "dvce_type": "Mobile",
        "unstruct_event_com_snowplowanalytics_snowplow_ecommerce_snowplow_ecommerce_action_1": {
            "type": action,
            "name": None,
        },
        "contexts_com_snowplowanalytics_snowplow_ecommerce_product_1": [
            {"id": product, "name": "whatever", "category": "Light", "price": 9.0} for product in products
        ],
        "contexts_com_snowplowanalytics_snowplow_ecommerce_transaction_1": [{"transaction_id": order}],
    }


SNOWPLOW = [
    snowplow_event(1, "watch", "product_view", ["12"], user="2"),
    snowplow_event(1, "watch", "product_view", ["12"], user="2"),
    snowplow_event(2, "watch", "list_view", ["10", "20"]),
    snowplow_event(3, "kiosk", "transaction", ["21"], order="#1001"),
]


def airbyte_shopify() -> dict[str, list[dict]]:
    """SHOPIFY with lines, refunds, discounts and variants within orders and products, and a column is JSON."""
    lines = {}
    for line in SHOPIFY["order_line"]:
        own = {name: value for name, value in line.items() if name != "order_id"}
        own["discount_allocations"] = [
            {"amount": row["amount"]}
            for row in SHOPIFY["discount_allocation"]
            if row["order_line_id"] == line["id"]
        ]
        lines.setdefault(line["order_id"], []).append(own)
    owners = {line["id"]: line["order_id"] for line in SHOPIFY["order_line"]}
    orders = []
    for order in SHOPIFY["order"]:
        refunds = [
            {
                "id": row["refund_id"],
                "refund_line_items": [
                    {"id": row["id"], "line_item_id": row["order_line_id"], "quantity": row["quantity"]}
                ],
            }
            for row in SHOPIFY["order_line_refund"]
            if owners[row["order_line_id"]] == order["id"]
        ]
        customer = order.get("customer_id")
        plain = {name: value for name, value in order.items() if name != "customer_id"}
        orders.append(
            plain
            | {
                "customer": {"id": customer} if customer else None,
                "line_items": lines.get(order["id"], []),
                # money back for postage names no line
                "refunds": [*refunds, {"id": 900 + order["id"], "refund_line_items": []}],
            }
        )
    products = [
        product
        | {
            "variants": [
                {name: value for name, value in variant.items() if name != "product_id"}
                for variant in SHOPIFY["product_variant"]
                if variant["product_id"] == product["id"]
            ]
        }
        for product in SHOPIFY["product"]
    ]
    checkouts = [
        checkout
        | {
            "line_items": [
                {name: value for name, value in line.items() if name != "checkout_id"}
                for line in SHOPIFY["abandoned_checkout_line_item"]
                if line["checkout_id"] == checkout["id"]
            ]
        }
        for checkout in SHOPIFY["abandoned_checkout"]
    ]
    same = {"shop": SHOPIFY["shop"], "customers": SHOPIFY["customer"]}
    return same | {"orders": orders, "products": products, "abandoned_checkouts": checkouts}


SOURCES = ["shopify", "woocommerce", "ga4", "segment", "snowplow", "klaviyo", "mailchimp"]


def write_structs(tables: dict[str, list[dict]], folder: Path) -> Path:
    """As Parquet, what is nested as lists and structs."""
    folder.mkdir(parents=True)
    for name, rows in tables.items():
        columns = dict.fromkeys(column for row in rows for column in row)
        table = pa.Table.from_pylist([{column: row.get(column) for column in columns} for row in rows])
        pq.write_table(table, folder / f"{name}.parquet")
    return folder


def write_json(tables: dict[str, list[dict]], folder: Path) -> Path:
    """As CSV, what is nested as JSON."""
    texts = {
        name: [
            {
                column: json.dumps(value) if isinstance(value, list | dict) else value
                for column, value in row.items()
            }
            for row in rows
        ]
        for name, rows in tables.items()
    }
    return write_csv(texts, folder)


def write_exports(folder: Path) -> dict[str, str]:
    """A directory per source: var source_places."""
    files = {"segment": SEGMENT, "klaviyo": KLAVIYO, "mailchimp": MAILCHIMP}
    for source, tables in files.items():
        write_csv(tables, folder / source)
    # as Snowflake writes null into files
    write_csv(SHOPIFY, folder / "shopify", null="\\N")
    write_structs({"events": GA4}, folder / "ga4")
    write_structs({"events": SNOWPLOW}, folder / "snowplow")
    write_structs(WOOCOMMERCE, folder / "woocommerce")
    return {source: str(folder / source) for source in SOURCES}
