"""`recmail sync` against a server that fails in every way: counts in are counts out, and nothing arrives twice."""

import json
import threading
import time
from collections import Counter
from pathlib import Path

import httpx2
import pytest
import uvicorn
from click.testing import CliRunner, Result
from sending_setup import free_port
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tenacity import wait_none
from warehouse import connect

from sync import deliver, destinations
from sync.cli import sync
from sync.payloads import subscriber_hash

TOKEN = "a-token-that-no-log-may-hold"
ROWS_MAX = 10


class Sink:
    """Keeps rows by key, a batch that comes again under its idempotency key once. `faults` meet requests in turn."""

    def __init__(self):
        self.rows: dict[str, dict[str, dict]] = {}
        self.written: Counter = Counter()
        self.answered: dict[str, Response] = {}
        self.keys: list[str] = []
        self.faults: list[str] = []
        self.poison = ""
        self.requests = 0

    async def take(self, request: Request) -> Response:
        self.requests += 1
        fault = self.faults.pop(0) if self.faults else ""
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        if fault in ("429", "503"):
            return Response("slow down", int(fault), {"Retry-After": "0"})
        if fault == "401":
            return Response("who are you?", 401)
        key = request.headers["Idempotency-Key"]
        self.keys.append(key)
        lines = [json.loads(line) for line in (await request.body()).splitlines()]
        if len(lines) > ROWS_MAX:
            return Response("too many", 413)
        if self.poison and any(line["export_key"] == self.poison for line in lines):
            return Response(f"no such thing as {self.poison}", 400)
        if key not in self.answered:
            rejected = []
            for line in lines:
                if fault == "partial" and line is lines[0]:
                    rejected.append({"export_key": line["export_key"], "reason": "a reason"})
                    continue
                self.written[line["export_key"], line.get("content_hash", "")] += 1
                of_export = self.rows.setdefault(request.path_params["export"], {})
                if line["operation"] == "delete":
                    del of_export[line["export_key"]]
                else:
                    of_export[line["export_key"]] = line
            self.answered[key] = JSONResponse({"rejected": rejected}, 200)
        if fault == "500":
            return Response("after all was written", 500)
        if fault == "late":
            # taken, and nobody is told
            time.sleep(0.6)
        return self.answered[key]


class Server:
    def __init__(self, app: Starlette):
        self.port = free_port()
        self._server = uvicorn.Server(uvicorn.Config(app, port=self.port, log_level="error"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return f"http://127.0.0.1:{self.port}"

    def __exit__(self, *_):
        self._server.should_exit = True
        self._thread.join(timeout=5)


@pytest.fixture
def sink(monkeypatch):
    taking = Sink()
    with Server(Starlette(routes=[Route("/{export}", taking.take, methods=["POST"])])) as url:
        monkeypatch.setenv("RECMAIL_SYNC_URL", url)
        monkeypatch.setenv("RECMAIL_SYNC_TOKEN", TOKEN)
        yield taking


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(deliver, "WAIT", wait_none())
    monkeypatch.setattr(destinations, "TIMEOUT", httpx2.Timeout(0.3))
    monkeypatch.setattr(destinations, "GENERIC_ROWS_MAX", ROWS_MAX)
    monkeypatch.setattr(destinations, "POLL_SECONDS", 0)


@pytest.fixture
def shop(small, tmp_path) -> Path:
    return small.copied_to(tmp_path).database


def synced(database: Path, *options: str, to: str = "http") -> Result:
    outcome = CliRunner().invoke(sync, ["--database", str(database), "--to", to, *options])
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome.exc_info
    assert TOKEN not in outcome.output
    return outcome


def source(database: Path, export: str) -> dict[str, str]:
    with connect(database) as connection:
        sql = f"select export_key, content_hash from {export} where operation = 'upsert'"
        return dict(connection.execute(sql).fetchall())


def changed(database: Path, *statements: str) -> None:
    with connect(database, read_only=False) as connection:
        for statement in statements:
            connection.execute(statement)


def assert_same(sink: Sink, database: Path, export: str) -> None:
    there = {key: row["content_hash"] for key, row in sink.rows.get(export, {}).items()}
    assert there == source(database, export)
    assert set(sink.written.values()) <= {1}


def test_all_arrives_once_and_then_nothing_more(sink, shop):
    first = synced(shop)
    assert first.exit_code == 0, first.output
    for export in sink.rows:
        assert_same(sink, shop, export)
    assert len(sink.rows) == 6
    asked = sink.requests
    again = synced(shop)
    assert again.exit_code == 0 and sink.requests == asked
    row = next(iter(sink.rows["esp_profiles"].values()))
    assert None not in row.values() and isinstance(row["items"], list)


def test_a_dry_run_tells_the_difference_and_nothing_else(sink, shop):
    said = synced(shop, "--dry-run")
    assert said.exit_code == 0 and sink.requests == 0
    assert (
        f"catalog_feed: {len(source(shop, 'catalog_feed'))} new, 0 change, 0 delete, 0 unchanged"
        in said.output
    )
    assert not list(shop.parent.glob("*.sqlite"))


def test_counts_in_are_counts_out_whatever_the_server_does(sink, shop):
    sink.faults = ["429", "500", "", "late", "503", "429", "late", "500"]
    said = synced(shop, "--export", "catalog_feed", "--export", "esp_profiles")
    assert said.exit_code == 0, said.output
    for export in ("catalog_feed", "esp_profiles"):
        assert_same(sink, shop, export)


def test_what_may_have_arrived_is_listed_and_told_again_under_its_key(sink, shop):
    sink.faults = ["late"] * deliver.ATTEMPTS
    said = synced(shop, "--export", "esp_events")
    assert said.exit_code == 1 and f"{ROWS_MAX} ambiguous: no answer: ReadTimeout" in said.output
    (key,) = set(sink.keys[: deliver.ATTEMPTS])
    again = synced(shop, "--export", "esp_events")
    assert again.exit_code == 0, again.output
    assert sink.keys[-1] == key
    assert_same(sink, shop, "esp_events")


def test_a_refused_row_is_a_dead_letter_and_the_others_go_through(sink, shop):
    keys = sorted(source(shop, "catalog_feed"))
    sink.poison = keys[13]
    said = synced(shop, "--export", "catalog_feed")
    assert said.exit_code == 1 and f"400 no such thing as {sink.poison}" in said.output
    assert sink.rows["catalog_feed"].keys() == set(keys) - {sink.poison}
    asked = sink.requests
    assert "1 refused before" in synced(shop, "--export", "catalog_feed").output and sink.requests == asked
    sink.poison = ""
    assert synced(shop, "--export", "catalog_feed", "--retry-rejected").exit_code == 0
    assert_same(sink, shop, "catalog_feed")


def test_a_partial_answer_is_taken_at_its_word(sink, shop):
    sink.faults = ["partial"]
    said = synced(shop, "--export", "catalog_feed")
    assert said.exit_code == 1 and "1 rejected: a reason" in said.output
    assert len(sink.rows["catalog_feed"]) == len(source(shop, "catalog_feed")) - 1


def test_a_sync_that_died_goes_on(sink, shop, monkeypatch):
    post, count = httpx2.Client.post, iter(range(100))

    def dies(self, *arguments, **options):
        answer = post(self, *arguments, **options)
        if next(count) == 2:
            raise MemoryError
        return answer

    monkeypatch.setattr(httpx2.Client, "post", dies)
    with pytest.raises(MemoryError):
        CliRunner().invoke(
            sync,
            ["--database", str(shop), "--to", "http", "--export", "catalog_feed"],
            catch_exceptions=False,
        )
    monkeypatch.setattr(httpx2.Client, "post", post)
    said = synced(shop, "--export", "catalog_feed")
    assert said.exit_code == 0 and f"{ROWS_MAX} rows were handed over by a sync that died" in said.output
    assert_same(sink, shop, "catalog_feed")


def test_a_wrong_credential_stops_at_the_first_answer(sink, shop):
    sink.faults = ["401"]
    said = synced(shop)
    assert said.exit_code == 2 and "401 who are you?" in said.output and sink.requests == 1
    assert synced(shop).exit_code == 0
    assert_same(sink, shop, "catalog_feed")


def test_who_is_gone_is_deleted_and_events_are_told_once(sink, shop):
    assert synced(shop).exit_code == 0
    user = shop_user(shop)
    changed(
        shop,
        f"update esp_profiles set operation = 'delete', user_id = null, content_hash = '' where user_id = '{user}'",
        "delete from site_recommendations where subject_type = 'item' and subject_id = 'i8'",
        "update esp_events set content_hash = 'new price'",
    )
    said = synced(shop)
    assert said.exit_code == 0, said.output
    assert "esp_profiles: 0 new, 0 change, 1 delete" in said.output
    assert "site_recommendations: 0 new, 0 change, 1 delete" in said.output
    assert "esp_events: 0 new, 0 change, 0 delete" in said.output
    for export in ("esp_profiles", "site_recommendations"):
        assert_same(sink, shop, export)
    assert "0 delete" in synced(shop).output
    # nor does the journal know who it was
    assert b"user1@example.com" not in shop.with_suffix(".sync.sqlite").read_bytes()


def shop_user(database: Path) -> str:
    with connect(database) as connection:
        return connection.execute("select min(user_id) from esp_profiles").fetchall()[0][0]


def test_what_looks_broken_is_not_told(sink, shop, monkeypatch):
    assert synced(shop).exit_code == 0
    asked = sink.requests
    changed(shop, "update catalog_feed set content_hash = content_hash || 'x'")
    said = synced(shop, "--export", "catalog_feed")
    assert said.exit_code == 2 and "100% of the" in said.output and "--yes" in said.output
    monkeypatch.setenv("VARS", "{sync_deletes_max: 2}")
    changed(shop, "delete from esp_profiles where user_id in ('u1', 'u2', 'u3')")
    said = synced(shop, "--export", "esp_profiles", "--yes")
    assert said.exit_code == 2 and "3 rows would be deleted, var sync_deletes_max is 2" in said.output
    changed(shop, "delete from esp_profiles")
    said = synced(shop, "--export", "esp_profiles", "--yes")
    assert said.exit_code == 2 and "esp_profiles is empty and the destination has" in said.output
    assert sink.requests == asked
    assert synced(shop, "--export", "catalog_feed", "--yes").exit_code == 0 and sink.requests > asked


def test_addresses_leave_over_https_alone_and_credentials_are_no_options(shop, monkeypatch):
    monkeypatch.setenv("RECMAIL_SYNC_URL", "http://sink.example")
    assert "must be https" in synced(shop).output
    monkeypatch.delenv("RECMAIL_SYNC_URL")
    assert "set RECMAIL_KLAVIYO_KEY in the environment" in synced(shop, to="klaviyo").output


# --- Klaviyo and Mailchimp -------------------------------------------------------------------------------------------


class Esp:
    """Both APIs as far as the sync speaks them, limits included."""

    def __init__(self):
        self.profiles: dict[str, dict] = {}
        self.events: Counter = Counter()
        self.suppressed: set[str] = set()
        self.erased: set[str] = set()
        self.members: dict[str, dict] = {}
        self.bad_email = ""

    async def post(self, request: Request) -> Response:
        assert request.headers["Authorization"].endswith(TOKEN)
        assert len(await request.body()) <= 5_000_000
        path, body = request.url.path, await request.json()
        if path == "/3.0/batches":
            return self.batch(body["operations"])
        attributes = body["data"]["attributes"]
        if path == "/api/profile-bulk-import-jobs":
            rows = [row["attributes"] for row in attributes["profiles"]["data"]]
            self.profiles |= {row["email"]: row for row in rows if row["email"] != self.bad_email}
            return JSONResponse({"data": {"id": "job1"}}, 202)
        if path == "/api/event-bulk-create-jobs":
            for one in attributes["events-bulk-create"]["data"]:
                self.events.update(
                    event["attributes"]["unique_id"] for event in one["attributes"]["events"]["data"]
                )
        elif path == "/api/profile-suppression-bulk-create-jobs":
            self.suppressed |= {row["attributes"]["email"] for row in attributes["profiles"]["data"]}
        elif path == "/api/data-privacy-deletion-jobs":
            self.erased.add(attributes["profile"]["data"]["attributes"]["email"])
        else:
            return Response("no such path", 404)
        return Response(status_code=202)

    def batch(self, operations: list[dict]) -> Response:
        assert len(operations) <= 500
        for operation in operations:
            member, body = operation["path"].split("/")[4], json.loads(operation["body"])
            if operation["path"].endswith("/actions/delete-permanent"):
                self.erased.add(member)
            else:
                self.members[member] = self.members.get(member, {}) | body
        return JSONResponse({"id": "b1", "status": "pending"})

    async def get(self, request: Request) -> Response:
        path = request.url.path
        if path == "/3.0/batches/b1":
            return JSONResponse({"status": "finished", "errored_operations": 0})
        if path.endswith("/import-errors"):
            error = {"detail": "no such domain", "original_payload": {"email": self.bad_email}}
            return JSONResponse({"data": [{"attributes": error}], "links": {"next": None}})
        failed = 1 if self.bad_email else 0
        return JSONResponse({"data": {"attributes": {"status": "complete", "failed_count": failed}}})


@pytest.fixture
def esp(monkeypatch):
    taking = Esp()
    routes = [
        Route("/{path:path}", taking.post, methods=["POST"]),
        Route("/{path:path}", taking.get, methods=["GET"]),
    ]
    with Server(Starlette(routes=routes)) as url:
        monkeypatch.setenv("RECMAIL_SYNC_URL", url)
        monkeypatch.setenv("RECMAIL_KLAVIYO_KEY", TOKEN)
        monkeypatch.setenv("RECMAIL_MAILCHIMP_KEY", TOKEN)
        monkeypatch.setenv("RECMAIL_MAILCHIMP_LIST", "list1")
        yield taking


# u1 took his mails back, u2 was erased, u3 has another address
LATER = (
    "delete from esp_profiles where user_id in ('u1', 'u2')",
    "update checked_users set reject_reasons = 'erased' where user_id = 'u2'",
    "update esp_profiles set email = 'new@example.com', content_hash = 'new' where user_id = 'u3'",
)


def test_klaviyo_gets_profiles_and_events_and_loses_who_left(esp, shop):
    esp.bad_email = "user4@example.com"
    said = synced(shop, to="klaviyo")
    assert said.exit_code == 1 and "1 rejected: no such domain" in said.output
    assert len(esp.profiles) == len(source(shop, "esp_profiles")) - 1
    assert esp.events == Counter(source(shop, "esp_events").keys())
    esp.bad_email = ""
    changed(shop, *LATER)
    said = synced(shop, to="klaviyo")
    assert said.exit_code == 0, said.output
    assert esp.erased == {"user2@example.com"}
    assert esp.suppressed == {"user1@example.com", "user3@example.com"}
    assert "new@example.com" in esp.profiles
    assert set(esp.events.values()) == {1}


def test_mailchimp_gets_members_and_loses_who_left(esp, shop):
    assert synced(shop, to="mailchimp").exit_code == 0
    assert len(esp.members) == len(source(shop, "esp_profiles"))
    # whoever unsubscribed there stays so
    assert all("status" not in member for member in esp.members.values())
    changed(shop, *LATER)
    said = synced(shop, to="mailchimp")
    assert said.exit_code == 0, said.output
    unsubscribed = {member["email_address"] for member in esp.members.values() if member.get("status")}
    assert unsubscribed == {"user1@example.com", "user3@example.com"}
    assert esp.erased == {subscriber_hash("user2@example.com")}
