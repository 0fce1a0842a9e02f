"""Where rows go: which request takes how many of them, and what its answer says of each.

Limits are the public ones of the APIs (docs/exports.md). Of an endpoint whose answer names rows that it refused, these
are the refused ones; a row that it doesn't name has been taken.
"""

import io
import json
import os
import tarfile
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import click
import httpx2

from sync.payloads import klaviyo_event, klaviyo_profile, mailchimp_member, subscriber_hash
from sync.plan import Change

TIMEOUT = httpx2.Timeout(30, connect=10)
GENERIC_ROWS_MAX = 1000
POLLS_MAX = 60
POLL_SECONDS = 5.0


class StillRunning(Exception):
    """A job of the destination that was accepted and has not said what became of it."""


class Endpoint(NamedTuple):
    name: str
    path: str
    rows_max: int
    bytes_max: int
    record_bytes_max: int
    record: Callable[[Change], dict]
    body: Callable[[Sequence[bytes]], bytes]  # of encoded records
    refused: Callable[[httpx2.Client, httpx2.Response, Sequence[Change]], dict[str, str]]


class Destination(NamedTuple):
    name: str
    url: str
    headers: dict[str, str]
    exports: tuple[str, ...]
    identified_by: str | None
    endpoint: Callable[[str, Change], Endpoint]  # of a change of an export

    def client(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, headers=self.headers, timeout=TIMEOUT, follow_redirects=False)


def credential(name: str, what: str) -> str:
    """From the environment alone: options stand in lists of processes and in histories of shells."""
    if value := os.environ.get(name):
        return value
    raise click.UsageError(f"set {name} in the environment: {what}")


def base_url(default: str | None) -> str:
    url = os.environ.get("RECMAIL_SYNC_URL") or default
    if not url:
        raise click.UsageError("set RECMAIL_SYNC_URL in the environment: where rows are posted to")
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError):
        # its words hold what stands there, a password too
        parsed = httpx2.URL()
    if not parsed.host:
        raise click.UsageError("RECMAIL_SYNC_URL is no address such as https://host.example/path")
    if parsed.scheme != "https" and parsed.host not in ("127.0.0.1", "localhost", "::1"):
        raise click.UsageError("RECMAIL_SYNC_URL must be https: it carries addresses and a credential")
    return url


def encoded(record: dict) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


# --- any server: JSON lines --------------------------------------------------------------------------------------


def generic() -> Destination:
    token = os.environ.get("RECMAIL_SYNC_TOKEN")
    headers = {"Content-Type": "application/x-ndjson"}
    if token:
        headers["Authorization"] = f"Bearer {token}"

    def endpoint(export: str, _change: Change) -> Endpoint:
        return Endpoint(
            name="rows",
            path=f"/{export}",
            rows_max=GENERIC_ROWS_MAX,
            bytes_max=5_000_000,
            record_bytes_max=1_000_000,
            record=line,
            body=lambda records: b"\n".join(records) + b"\n",
            refused=named_in_answer,
        )

    exports = (
        *("esp_profiles", "esp_events", "catalog_feed"),
        *("site_recommendations", "ad_audiences", "sms_recommendations"),
    )
    return Destination("http", base_url(None), headers, exports, None, endpoint)


def line(change: Change) -> dict:
    named = {"operation": change.operation, "export_key": change.export_key}
    if change.operation == "delete":
        return named | {"is_erased": change.is_erased}
    return named | {"content_hash": change.content_hash} | change.row


def named_in_answer(_client, response: httpx2.Response, _changes) -> dict[str, str]:
    """{"rejected": [{"export_key": …, "reason": …}]}, or no body when all were taken."""
    if not response.content:
        return {}
    try:
        rejected = response.json().get("rejected", [])
        return {row["export_key"]: str(row.get("reason", "rejected")) for row in rejected}
    except (ValueError, AttributeError, KeyError, TypeError):
        return {}


# --- Klaviyo -----------------------------------------------------------------------------------------------------


def klaviyo() -> Destination:
    key = credential(
        "RECMAIL_KLAVIYO_KEY", "a private key with profiles, events, subscriptions and data privacy:write"
    )
    headers = {
        "Authorization": f"Klaviyo-API-Key {key}",
        "revision": "2025-04-15",
        "Content-Type": "application/vnd.api+json",
    }
    return Destination(
        *("klaviyo", base_url("https://a.klaviyo.com"), headers, ("esp_profiles", "esp_events")),
        *("email", klaviyo_endpoint),
    )


def klaviyo_endpoint(export: str, change: Change) -> Endpoint:
    if export == "esp_events":
        body = wrapped("event-bulk-create-job", "events-bulk-create")
        return Endpoint(
            "events",
            "/api/event-bulk-create-jobs",
            1000,
            5_000_000,
            100_000,
            _event_of,
            body,
            nothing_refused,
        )
    if change.operation == "upsert":
        body = wrapped("profile-bulk-import-job", "profiles")
        return Endpoint(
            *("profiles", "/api/profile-bulk-import-jobs", 10_000, 5_000_000, 100_000, _profile_of, body),
            import_errors,
        )
    if change.is_erased:
        return Endpoint(
            *("erasures", "/api/data-privacy-deletion-jobs", 1, 100_000, 100_000, _address_of, _erasure),
            nothing_refused,
        )
    body = wrapped("profile-suppression-bulk-create-job", "profiles")
    return Endpoint(
        *("suppressions", "/api/profile-suppression-bulk-create-jobs", 100, 100_000, 100_000, _address_of),
        *(body, nothing_refused),
    )


def wrapped(job: str, what: str) -> Callable[[Sequence[bytes]], bytes]:
    """A JSON:API job around encoded records."""
    head = f'{{"data":{{"type":"{job}","attributes":{{"{what}":{{"data":['.encode()
    return lambda records: head + b",".join(records) + b"]}}}}"


def _profile_of(change: Change) -> dict:
    return klaviyo_profile(change.row)


def _event_of(change: Change) -> dict:
    return klaviyo_event(change.row)


def _address_of(change: Change) -> dict:
    return {"type": "profile", "attributes": {"email": change.identity["email"]}}


def _erasure(records: Sequence[bytes]) -> bytes:
    return (
        b'{"data":{"type":"data-privacy-deletion-job","attributes":{"profile":{"data":' + records[0] + b"}}}}"
    )


def nothing_refused(*_answer) -> dict[str, str]:
    """The whole request is taken or refused."""
    return {}


def import_errors(
    client: httpx2.Client, response: httpx2.Response, changes: Sequence[Change]
) -> dict[str, str]:
    """Waits for the job and asks which profiles it could not take."""
    job = f"/api/profile-bulk-import-jobs/{response.json()['data']['id']}"
    for _ in range(POLLS_MAX):
        attributes = asked(client, job)["data"]["attributes"]
        if attributes["status"] in ("complete", "cancelled"):
            break
        time.sleep(POLL_SECONDS)
    else:
        raise StillRunning(f"{job} has not ended")
    if attributes["status"] == "cancelled":
        return {change.export_key: "the import job was cancelled" for change in changes}
    reasons: dict[str, str] = {}
    keys = {change.row["email"]: change.export_key for change in changes}
    page = f"{job}/import-errors" if attributes.get("failed_count") else None
    while page:
        answer = asked(client, page)
        for error in answer["data"]:
            email = (error["attributes"].get("original_payload") or {}).get("email")
            if email in keys:
                reasons[keys[email]] = str(
                    error["attributes"].get("detail") or error["attributes"].get("title")
                )
        page = (answer.get("links") or {}).get("next")
    return reasons


def asked(client: httpx2.Client, path: str) -> dict:
    try:
        response = client.get(path)
        response.raise_for_status()
        return response.json()
    except (httpx2.HTTPError, ValueError) as error:
        # what was sent was taken; what became of it is not known
        raise StillRunning(f"{path.partition('?')[0]} does not say: {type(error).__name__}") from error


# --- Mailchimp ---------------------------------------------------------------------------------------------------


def mailchimp() -> Destination:
    key = credential("RECMAIL_MAILCHIMP_KEY", "an API key, ending in the data centre as in …-us21")
    audience = credential("RECMAIL_MAILCHIMP_LIST", "the id of the audience")
    centre = key.rpartition("-")[2]
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def endpoint(_export: str, _change: Change) -> Endpoint:
        return Endpoint(
            name="batches",
            path="/3.0/batches",
            rows_max=500,
            bytes_max=4_000_000,
            record_bytes_max=100_000,
            record=lambda change: mailchimp_operation(audience, change),
            body=lambda records: b'{"operations":[' + b",".join(records) + b"]}",
            refused=batch_errors,
        )

    url = base_url(f"https://{centre}.api.mailchimp.com")
    return Destination("mailchimp", url, headers, ("esp_profiles",), "email", endpoint)


def mailchimp_operation(audience: str, change: Change) -> dict:
    member = f"/lists/{audience}/members/{subscriber_hash(change.identity['email'])}"
    if change.operation == "upsert":
        method, path, body = "PUT", member, mailchimp_member(change.row)
    elif change.is_erased:
        method, path, body = "POST", f"{member}/actions/delete-permanent", {}
    else:
        method, path, body = "PATCH", member, {"status": "unsubscribed"}
    return {
        "method": method,
        "path": path,
        "operation_id": change.export_key,
        "body": json.dumps(body, ensure_ascii=False),
    }


def batch_errors(
    client: httpx2.Client, response: httpx2.Response, changes: Sequence[Change]
) -> dict[str, str]:
    """Waits for the batch; which operations failed stands in an archive that it links to."""
    batch = f"/3.0/batches/{response.json()['id']}"
    for _ in range(POLLS_MAX):
        answer = asked(client, batch)
        if answer["status"] == "finished":
            break
        time.sleep(POLL_SECONDS)
    else:
        raise StillRunning(f"{batch} has not ended")
    if not answer.get("errored_operations"):
        return {}
    try:
        # a signed link of another host: without our credential
        archive = httpx2.get(answer["response_body_url"], timeout=30)
        archive.raise_for_status()
        results = results_in(archive.content)
    except (httpx2.HTTPError, tarfile.TarError, ValueError, KeyError) as error:
        raise StillRunning(f"{batch} does not say what failed: {type(error).__name__}") from error
    operations = {change.export_key: change.operation for change in changes}
    return {
        result["operation_id"]: str(result.get("response", ""))[:500]
        for result in results
        # whom the audience doesn't have needs no deleting
        if result["status_code"] >= 400
        and not (result["status_code"] == 404 and operations.get(result["operation_id"]) == "delete")
    }


def results_in(archive: bytes) -> list[dict]:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as files:
        return [
            result
            for member in files.getmembers()
            if member.isfile() and member.name.endswith(".json")
            for result in json.load(files.extractfile(member))
        ]


DESTINATIONS: dict[str, Callable[[], Destination]] = {
    "http": generic,
    "klaviyo": klaviyo,
    "mailchimp": mailchimp,
}
