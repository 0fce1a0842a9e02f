"""Rows of the exports as the APIs of ESPs want them. sync/schemas/ has the JSON Schema of each, with its public limits.

A value that an API would cut or refuse is made to fit here, or the row is a dead letter: never half of it.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

# attributes that ESPs have fields of their own for
STANDARD = {"email", "first_name", "country_code", "timezone", "locale"}
# Mailchimp's merge tags have 10 characters at most, and a value 255 bytes
MERGE_TAGS = {
    "first_name": "FNAME",
    "segment": "SEGMENT",
    "lifecycle_stage": "LIFECYCLE",
    "value_tier": "VALUETIER",
    "rfm_group": "RFMGROUP",
    "favourite_category": "FAVCAT",
    "expected_value_365d": "CLV",
    "order_probability_30d": "ORDERPROB",
    "churn_probability": "CHURNPROB",
    "next_order_date": "NEXTORDER",
    "next_offer_name": "OFFER",
    "next_offer_code": "OFFERCODE",
    "is_holdout": "HOLDOUT",
} | {
    f"item_{slot}_{field}": f"ITEM{slot}{tag}"
    for slot in range(1, 5)
    for field, tag in (("id", "ID"), ("name", "NAME"), ("price", "PRICE"), ("url", "URL"))
}
MERGE_VALUE_BYTES_MAX = 255
BRAZE_VALUE_BYTES_MAX = 255
BRAZE_ITEMS_BYTES_MAX = 100_000
HUBSPOT_VALUE_BYTES_MAX = 65_536
SALESFORCE_VALUE_BYTES_MAX = 4000


def properties(row: dict) -> dict:
    return {name: value for name, value in row.items() if name not in STANDARD}


def klaviyo_profile(row: dict) -> dict:
    location = {"country": row.get("country_code"), "timezone": row.get("timezone")}
    attributes = {
        "email": row["email"],
        "first_name": row.get("first_name"),
        "locale": row.get("locale"),
        "location": {name: value for name, value in location.items() if value},
        "properties": {f"recmail_{name}": value for name, value in properties(row).items()},
    }
    # '' in a standard field is refused, and theirs may be better than ours
    return {"type": "profile", "attributes": {name: value for name, value in attributes.items() if value}}


def klaviyo_event(row: dict) -> dict:
    named = ("user_id", "placement", "language", "subject", "preheader", "item_id", "items", "item_count")
    event = {
        "type": "event",
        "attributes": {
            "metric": {"data": {"type": "metric", "attributes": {"name": f"recmail {row['event_name']}"}}},
            "properties": {name: row[name] for name in named if name in row},
            "time": row["occurred_at"],
            "unique_id": row["event_id"],
        },
    }
    profile = {"data": {"type": "profile", "attributes": {"email": row["email"]}}}
    return {"type": "event-bulk-create", "attributes": {"profile": profile, "events": {"data": [event]}}}


def mailchimp_member(row: dict) -> dict:
    """Who is new is subscribed; who unsubscribed there stays so, which is why status is not sent."""
    fields = {tag: merge_value(row[name]) for name, tag in MERGE_TAGS.items() if name in row}
    return {
        "email_address": row["email"],
        "status_if_new": "subscribed",
        "merge_fields": fields,
        **({"language": row["locale"].partition("-")[0]} if row.get("locale") else {}),
    }


def merge_value(value) -> str | float:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return shortened(value, MERGE_VALUE_BYTES_MAX) if isinstance(value, str) else value


def shortened(text: str, bytes_max: int) -> str:
    """Half a name is still a name; half an address leads nowhere, so there is none."""
    if len(text.encode()) <= bytes_max:
        return text
    return "" if text.startswith("https://") else text.encode()[:bytes_max].decode(errors="ignore")


def fitting(items: list[dict], bytes_max: int) -> list[dict]:
    """A list that is shorter is still a list: its best items, as many as fit."""
    kept = list(items)
    while kept and len(as_text(kept).encode()) > bytes_max:
        kept.pop()
    return kept


def subscriber_hash(email: str) -> str:
    """Mailchimp's id of a member."""
    return hashlib.md5(email.lower().encode(), usedforsecurity=False).hexdigest()


def sendgrid_personalization(row: dict) -> dict:
    """Of POST /v3/mail/send, for a dynamic template; from and template_id of the request are the shop's."""
    return {
        "to": [{"email": row["email"]}],
        "subject": row["subject"],
        "custom_args": {"message_id": row["event_id"]},
        "dynamic_template_data": {
            name: row[name]
            for name in ("event_name", "subject", "preheader", "items", "item_count")
            if name in row
        },
    }


def braze_attributes(row: dict) -> dict:
    """Of POST /users/track."""
    named = {"external_id": row["user_id"], "email": row["email"]}
    if row.get("country_code"):
        named["country"] = row["country_code"]
    if row.get("timezone"):
        named["time_zone"] = row["timezone"]
    if row.get("first_name"):
        named["first_name"] = row["first_name"]
    own = {
        f"recmail_{name}": shortened(value, BRAZE_VALUE_BYTES_MAX) if isinstance(value, str) else value
        for name, value in properties(row).items()
        if name not in ("user_id", "items")
    }
    if "items" in row:
        own["recmail_items"] = fitting(row["items"], BRAZE_ITEMS_BYTES_MAX)
    return named | own


def hubspot_contact(row: dict) -> dict:
    """Of POST /crm/v3/objects/contacts/batch/upsert: values are texts, names of properties in lower case."""
    own = {"firstname": row["first_name"]} if row.get("first_name") else {}
    for name, value in properties(row).items():
        fits = fitting(value, HUBSPOT_VALUE_BYTES_MAX) if name == "items" else value
        own[f"recmail_{name}"] = shortened(as_text(fits), HUBSPOT_VALUE_BYTES_MAX)
    return {"idProperty": "email", "id": row["email"], "properties": {"email": row["email"]} | own}


def activecampaign_contact(row: dict) -> dict:
    """Of POST /api/3/import/bulk_import; fields go by ids of the account, made from these names by who maps them."""
    fields = {name: as_text(value) for name, value in properties(row).items() if name != "items"}
    contact = {
        "email": row["email"],
        "fields": [{"id": name, "value": value} for name, value in fields.items()],
    }
    return contact | ({"first_name": row["first_name"]} if row.get("first_name") else {})


def salesforce_row(row: dict) -> dict:
    """Of POST /hub/v1/dataevents/key:<extension>/rowset: texts have 4,000 characters at most. Of a profile, and of what
    `render --esp salesforce` gives for a message: its attributes with user_id and message_id.
    """
    names = [name for name in row if name not in ("user_id", "items")]
    return {
        "keys": {"SubscriberKey": row["user_id"]},
        "values": {name: shortened(as_text(row[name]), SALESFORCE_VALUE_BYTES_MAX) for name in names},
    }


def as_text(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class Api(NamedTuple):
    """A request of an ESP: which export's rows it carries, how many, and how."""

    export: str
    rows_max: int
    bytes_max: int  # of a request
    record: Callable[[dict], dict]
    envelope: Callable[[list[dict]], object]


def job(kind: str, what: str) -> Callable[[list[dict]], dict]:
    """Klaviyo's JSON:API around records."""
    return lambda records: {"data": {"type": kind, "attributes": {what: {"data": records}}}}


# by the name of its schema in sync/schemas/
APIS = {
    "klaviyo_profiles": Api(
        "esp_profiles", 10_000, 5_000_000, klaviyo_profile, job("profile-bulk-import-job", "profiles")
    ),
    "klaviyo_events": Api(
        "esp_events", 1000, 5_000_000, klaviyo_event, job("event-bulk-create-job", "events-bulk-create")
    ),
    "mailchimp_members": Api(
        "esp_profiles", 500, 4_000_000, mailchimp_member, lambda records: {"members": records}
    ),
    "sendgrid_mail": Api(
        "esp_events",
        1000,
        20_000_000,
        sendgrid_personalization,
        lambda records: {"personalizations": records},
    ),
    "braze_users": Api(
        "esp_profiles", 50, 4_000_000, braze_attributes, lambda records: {"attributes": records}
    ),
    "hubspot_contacts": Api(
        "esp_profiles", 100, 4_000_000, hubspot_contact, lambda records: {"inputs": records}
    ),
    "activecampaign_contacts": Api(
        "esp_profiles", 250, 400_000, activecampaign_contact, lambda records: {"contacts": records}
    ),
    "salesforce_rows": Api("esp_profiles", 50, 4_000_000, salesforce_row, lambda records: records),
}


def requests(api: Api, rows: Iterable[dict]) -> Iterator[object]:
    """The rows of its export as this API takes them: no more of them in a request than it takes, nor more bytes."""
    records: list[dict] = []
    around = len(as_text(api.envelope([])).encode())
    size = around
    for row in rows:
        record = api.record(row)
        record_bytes = len(as_text(record).encode()) + 2  # what separates it
        if records and (len(records) == api.rows_max or size + record_bytes > api.bytes_max):
            yield api.envelope(records)
            records, size = [], around
        records.append(record)
        size += record_bytes
    if records:
        yield api.envelope(records)
