"""`recmail sync` against a server that fails in every way: counts in are counts out, and nothing arrives twice."""

import asyncio
import io
import json
import os
import signal
import stat
import subprocess
import sys
import tarfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from click.testing import CliRunner, Result
from loopback import AFTER, BEFORE, Proxy, Server
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tenacity import wait_none
from warehouse import ROOT, connect

from sending.ledger import Ledger
from sync import deliver, destinations
from sync.cli import sync
from sync.journal import Journal
from sync.payloads import subscriber_hash

TOKEN = "a-token-that-no-log-may-hold"
ROWS_MAX = 10
# after which no answer is waited for any more; enough for a busy machine
SECONDS = 1.0


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
        # a process that dies before or after the batch of this number is taken
        self.batches = 0
        self.kills: dict[int, str] = {}
        self.victim: subprocess.Popen | None = None

    async def take(self, request: Request) -> Response:
        self.requests += 1
        fault = self.faults.pop(0) if self.faults else ""
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        if fault in ("408", "425", "429", "503"):
            return Response("slow down", int(fault), {"Retry-After": "nan" if fault == "425" else "0"})
        if fault == "401":
            return Response("who are you?", 401)
        if fault == "308":
            return Response("", 308, {"Location": "https://new.example/secret"})
        key = request.headers["Idempotency-Key"]
        self.keys.append(key)
        lines = [json.loads(line) for line in (await request.body()).splitlines()]
        if len(lines) > ROWS_MAX:
            return Response("too many", 413)
        if self.poison and any(line["export_key"] == self.poison for line in lines):
            return Response(f"no such thing as {self.poison}", 400)
        self.batches += 1
        if self.kills.get(self.batches) == BEFORE:
            self.victim.kill()
            return Response("too late", 500)
        if key not in self.answered:
            rejected = []
            for line in lines:
                if fault == "partial" and line is lines[0]:
                    rejected.append({"export_key": line["export_key"], "reason": "a reason"})
                    continue
                self.written[line["export_key"], line.get("content_hash", "")] += 1
                of_export = self.rows.setdefault(request.path_params["export"], {})
                if line["operation"] == "delete":
                    of_export.pop(line["export_key"], None)
                else:
                    of_export[line["export_key"]] = line
            self.answered[key] = JSONResponse({"rejected": rejected}, 200)
        if self.kills.get(self.batches) == AFTER:
            self.victim.kill()
        if fault == "500":
            return Response("after all was written", 500)
        if fault == "late":
            # taken, and nobody is told in time
            await asyncio.sleep(2 * SECONDS)
        return self.answered[key]


@pytest.fixture
def sink(monkeypatch):
    taking = Sink()
    app = Starlette(routes=[Route("/{export}", taking.take, methods=["POST"])])
    with Server(app) as url, Proxy(urlsplit(url).port) as taking.wire:
        monkeypatch.setenv("RECMAIL_SYNC_URL", f"http://127.0.0.1:{taking.wire.port}")
        monkeypatch.setenv("RECMAIL_SYNC_TOKEN", TOKEN)
        yield taking


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(deliver, "WAIT", wait_none())
    monkeypatch.setattr(destinations, "TIMEOUT", httpx2.Timeout(SECONDS))
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
    changed(shop, "update esp_profiles set user_id = user_id || '@example.com'")
    said = synced(shop, "--dry-run")
    assert said.exit_code == 0 and sink.requests == 0
    assert "(address)" in said.output and "@" not in said.output
    assert (
        f"catalog_feed: {len(source(shop, 'catalog_feed'))} new, 0 change, 0 delete, 0 unchanged"
        in said.output
    )
    assert not list(shop.parent.glob("*.sqlite"))


def test_counts_in_are_counts_out_whatever_the_server_does(sink, shop):
    sink.faults = ["429", "500", "", "late", "503", "425", "408", "", "late", "500"]
    said = synced(shop, "--export", "catalog_feed", "--export", "esp_profiles")
    assert said.exit_code == 0, said.output
    for export in ("catalog_feed", "esp_profiles"):
        assert_same(sink, shop, export)


def test_connections_that_break_lose_nothing_and_double_nothing(sink, shop):
    sink.wire.cuts = [BEFORE, AFTER, "", "", BEFORE, AFTER, BEFORE]
    sink.faults = ["", "", "429", "500"]
    said = synced(shop)
    assert said.exit_code == 0, said.output
    assert not sink.wire.cuts and not sink.faults
    for export in destinations.generic().exports:
        assert_same(sink, shop, export)


def test_killed_at_any_request_it_goes_on(sink, shop):
    """kill -9, with batches so large that the server has them halved."""
    command = [
        sys.executable,
        "-c",
        "from recmail.cli import main; main()",
        "sync",
        "--database",
        str(shop),
        "--to",
        "http",
    ]
    sink.kills = {1: BEFORE, 6: AFTER, 15: BEFORE, 16: AFTER}
    died = 0
    while True:
        sink.victim = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True
        )
        said, _ = sink.victim.communicate(timeout=120)
        if sink.victim.returncode != -signal.SIGKILL:
            break
        died += 1
    assert died == len(sink.kills) and sink.victim.returncode == 0, said
    assert "rows were handed over by a sync that died" in said
    for export in destinations.generic().exports:
        assert_same(sink, shop, export)


def test_two_syncs_at_once_are_one(sink, shop):
    book = Journal(shop.with_suffix(".sync.sqlite"), "http")
    said = synced(shop)
    book.close()
    assert said.exit_code == 1 and "Another sync of this journal may be running" in said.output
    assert sink.requests == 0 and synced(shop).exit_code == 0
    assert stat.S_IMODE(shop.with_suffix(".sync.sqlite").stat().st_mode) == 0o600
    assert len(list(shop.parent.glob("*.sqlite*"))) == 1


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


@pytest.mark.parametrize(
    ("fault", "message"),
    [("401", "401 who are you?"), ("308", "308 to /esp_profiles, and leads to new.example\n")],
)
def test_a_wrong_credential_or_address_stops_at_the_first_answer(sink, shop, fault, message):
    sink.faults = [fault]
    said = synced(shop)
    assert said.exit_code == 2 and message in said.output and sink.requests == 1
    assert synced(shop).exit_code == 0
    assert_same(sink, shop, "catalog_feed")


def test_a_refused_delete_is_told_until_it_is_taken(sink, shop):
    assert synced(shop, "--export", "esp_profiles").exit_code == 0
    user = shop_user(shop)
    with connect(shop) as connection:
        [(sink.poison,)] = connection.execute(
            "select export_key from esp_profiles where user_id = ?", [user]
        ).fetchall()
    changed(
        shop,
        f"update esp_profiles set operation = 'delete', user_id = null, content_hash = '' where user_id = '{user}'",
    )
    for _ in range(2):
        said = synced(shop, "--export", "esp_profiles")
        assert said.exit_code == 1 and "1 delete" in said.output and "1 rejected: 400" in said.output
    sink.poison = ""
    assert synced(shop, "--export", "esp_profiles").exit_code == 0
    assert_same(sink, shop, "esp_profiles")


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


def test_no_event_is_told_of_who_has_said_no_since_the_build(sink, shop):
    with connect(shop) as connection:
        [(user, address), (other, _), (third, _)] = connection.execute(
            "select distinct user_id, email from esp_events order by all limit 3"
        ).fetchall()
        [(as_of,)] = connection.execute("select as_of from stg_as_of").fetchall()
    changed(
        shop,
        f"update checked_users set email_consent_at = timestamp '{as_of}' where user_id = '{other}'",
        f"update checked_users set email_consent_at = timestamp '{as_of}' + interval 2 day where user_id = '{third}'",
    )
    ledger = Ledger(str(shop.with_suffix(".ledger.sqlite")))
    for event_id, of_whom in (
        ("by address", {"address_key": address}),
        # consent given since stands, if it was not dated ahead
        ("by id", {"user_id": other}),
        ("by id, too", {"user_id": third}),
    ):
        said = {"event_id": event_id, "event_type": "unsubscribe", "occurred_at": as_of - timedelta(days=1)}
        ledger.add_event(said | of_whom)
    told = synced(shop)
    assert told.exit_code == 0, told.output
    kept = {row["user_id"] for row in sink.rows["esp_events"].values()}
    assert other in kept and not {user, third} & kept
    held = len(source(shop, "esp_events")) - len(sink.rows["esp_events"])
    assert f"{held:,} held: their readers have said no since the build" in told.output


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
    monkeypatch.setenv("RECMAIL_SYNC_URL", f"https://user:{TOKEN}@sink.example:abc/")
    assert "RECMAIL_SYNC_URL is no address" in synced(shop).output
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
        self.faults: list[str] = []
        self.is_silent = False
        # operations of the last batch that failed, by id: the status
        self.failed: dict[str, int] = {}

    async def post(self, request: Request) -> Response:
        fault = self.faults.pop(0) if self.faults else ""
        if fault in ("429", "503"):
            return Response("slow down", int(fault), {"Retry-After": "0"})
        answer = await self.take(request)
        return Response("after all was written", 500) if fault == "500" else answer

    async def take(self, request: Request) -> Response:
        assert request.headers["Authorization"].endswith(TOKEN)
        assert len(await request.body()) <= 5_000_000
        path, body = request.url.path, await request.json()
        if path == "/3.0/batches":
            return self.batch(body["operations"])
        attributes = body["data"]["attributes"]
        if path == "/api/profile-bulk-import-jobs":
            rows = [row["attributes"] for row in attributes["profiles"]["data"]]
            assert len(rows) <= 10_000
            self.profiles |= {row["email"]: row for row in rows if row["email"] != self.bad_email}
            return JSONResponse({"data": {"id": "job1"}}, 202)
        if path == "/api/event-bulk-create-jobs":
            assert len(attributes["events-bulk-create"]["data"]) <= 1000
            for one in attributes["events-bulk-create"]["data"]:
                self.events.update(
                    event["attributes"]["unique_id"] for event in one["attributes"]["events"]["data"]
                )
        elif path == "/api/profile-suppression-bulk-create-jobs":
            assert len(attributes["profiles"]["data"]) <= 100
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
        if path == "/archive":
            assert "Authorization" not in request.headers
            return Response(self.archive())
        if self.is_silent:
            return Response("try later", 502)
        if path == "/3.0/batches/b1":
            answer = {"status": "finished", "errored_operations": len(self.failed)}
            return JSONResponse(answer | {"response_body_url": f"{request.base_url}archive"})
        if path.endswith("/import-errors"):
            error = {"detail": "no such domain", "original_payload": {"email": self.bad_email}}
            return JSONResponse({"data": [{"attributes": error}], "links": {"next": None}})
        failed = 1 if self.bad_email else 0
        return JSONResponse({"data": {"attributes": {"status": "complete", "failed_count": failed}}})

    def archive(self) -> bytes:
        results = [
            {
                "operation_id": key,
                "status_code": status,
                "response": f"user{status}@example.com is a reason of {status}",
            }
            for key, status in self.failed.items()
        ]
        content, file = json.dumps(results).encode(), io.BytesIO()
        with tarfile.open(fileobj=file, mode="w:gz") as archive:
            named = tarfile.TarInfo("results.json")
            named.size = len(content)
            archive.addfile(named, io.BytesIO(content))
        return file.getvalue()


@pytest.fixture
def esp(monkeypatch):
    taking = Esp()
    routes = [
        Route("/{path:path}", taking.post, methods=["POST"]),
        Route("/{path:path}", taking.get, methods=["GET"]),
    ]
    with Server(Starlette(routes=routes)) as url, Proxy(urlsplit(url).port) as taking.wire:
        monkeypatch.setenv("RECMAIL_SYNC_URL", f"http://127.0.0.1:{taking.wire.port}")
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


def test_an_address_that_somebody_else_has_now_is_not_silenced(esp, shop):
    """u4 has what u3 had before, and u7 what u6 had, who was erased."""
    assert synced(shop, to="klaviyo").exit_code == 0
    changed(
        shop,
        "update esp_profiles set email = 'new@example.com', content_hash = 'new' where user_id = 'u3'",
        "update esp_profiles set email = 'user3@example.com', content_hash = 'new' where user_id = 'u4'",
    )
    said = synced(shop, to="klaviyo")
    assert said.exit_code == 0 and "esp_profiles: 0 new, 2 change, 1 delete" in said.output
    assert esp.suppressed == {"user4@example.com"} and not esp.erased
    assert {"new@example.com", "user3@example.com"} <= esp.profiles.keys()
    # what was known of somebody who was erased goes, and who has the address since is told anew after it
    changed(
        shop,
        "update checked_users set reject_reasons = 'erased' where user_id = 'u6'",
        "delete from esp_profiles where user_id = 'u6'",
        "update esp_profiles set email = 'user6@example.com', content_hash = 'new' where user_id = 'u7'",
    )
    esp.faults = ["500"] * deliver.ATTEMPTS
    assert "1 ambiguous" in synced(shop, to="klaviyo").output
    said = synced(shop, to="klaviyo")
    assert said.exit_code == 0 and "esp_profiles: 0 new, 1 change, 1 delete" in said.output
    assert esp.erased == {"user6@example.com"} and "user6@example.com" not in esp.suppressed
    assert "esp_profiles: 0 new, 0 change, 0 delete" in synced(shop, to="klaviyo").output


@pytest.mark.parametrize("to", ["klaviyo", "mailchimp"])
def test_esps_lose_nothing_whatever_goes_wrong(esp, shop, to):
    """Profiles and members are written by address, and an event that comes twice under one unique_id is one."""
    esp.faults = ["429", "500", "503"]
    esp.wire.cuts = ["", "", AFTER, BEFORE]
    said = synced(shop, to=to)
    assert said.exit_code == 0, said.output
    assert not esp.faults and not esp.wire.cuts
    there = {"klaviyo": esp.profiles, "mailchimp": esp.members}[to]
    assert len(there) == len(source(shop, "esp_profiles"))
    assert to == "mailchimp" or esp.events.keys() == source(shop, "esp_events").keys()
    count, listed = len(there), "esp_profiles: 0 new, 0 change, 0 delete"
    assert listed in synced(shop, to=to).output

    # what it took and does not tell of is listed, and asked for again
    changed(shop, "update esp_profiles set content_hash = 'new' where user_id in ('u3', 'u4')")
    esp.is_silent = True
    said = synced(shop, "--export", "esp_profiles", to=to)
    assert (
        said.exit_code == 1 and "esp_profiles: 2 ambiguous" in said.output and "does not say" in said.output
    )
    esp.is_silent = False
    said = synced(shop, "--export", "esp_profiles", to=to)
    assert said.exit_code == 0 and "esp_profiles: 2 accepted" in said.output and len(there) == count


def test_of_a_batch_the_operations_that_failed_are_dead_letters(esp, shop):
    assert synced(shop, to="mailchimp").exit_code == 0
    with connect(shop) as connection:
        sql = "select user_id, export_key from esp_profiles where user_id in ('u1', 'u3', 'u4')"
        keys = dict(connection.execute(sql).fetchall())
    changed(
        shop,
        "delete from esp_profiles where user_id = 'u1'",
        "update esp_profiles set content_hash = 'new' where user_id in ('u3', 'u4')",
    )
    # whom the audience does not have needs no deleting
    esp.failed = {keys["u1"]: 404, keys["u3"]: 400}
    said = synced(shop, to="mailchimp")
    assert said.exit_code == 1 and "esp_profiles: 2 accepted, 1 rejected" in said.output
    assert f"1 rejected: (address) is a reason of 400 (such as {keys['u3']})" in said.output
    esp.failed = {}
    said = synced(shop, "--retry-rejected", to="mailchimp")
    assert said.exit_code == 0 and "esp_profiles: 1 accepted" in said.output
