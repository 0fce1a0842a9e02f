"""Look-ups of recommendations: from memory and from a real Redis, and what the service may not say."""

import asyncio
import hashlib
import subprocess
import threading
from pathlib import Path
from urllib.parse import quote, urlsplit

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loopback import Proxy, Server
from starlette.testclient import TestClient
from warehouse import ROOT, connect

from sync import serve
from sync.cli import sync
from sync.openapi import ITEMS_DEFAULT, ITEMS_MAX, OPENAPI
from sync.stores import Found, MemoryStore, Unavailable

KNOWN, UNKNOWN = "u1", "nobody ever"
# never did anything in the shop
COLD = ("u38", "u39")
TOKEN = "right"


@pytest.fixture(scope="module")
def redis_url() -> str:
    """A database of the server that `make services` has started, emptied."""
    place = ROOT / "target/services/redis/url"
    if not place.exists():
        pytest.skip("no Redis: `make services` installs and starts one")
    redis = pytest.importorskip("redis", reason="no package redis: pip install 'redis>=7'")
    url = place.read_text("utf-8").strip()
    try:
        redis.Redis.from_url(url).flushdb()
    except redis.RedisError as error:
        pytest.skip(f"Redis does not answer, `make services` starts it: {error}")
    return url


@pytest.fixture(scope="module")
def store(small) -> MemoryStore:
    return MemoryStore(small.database)


@pytest.fixture(scope="module")
def client(store) -> TestClient:
    return TestClient(serve.application(store))


def loaded(database: Path, url: str, *options: str, env: dict | None = None):
    return CliRunner(env={"RECMAIL_REDIS_URL": url} | (env or {})).invoke(
        sync, ["--database", str(database), "--to", "redis", *options]
    )


def ids(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["item_id"] for item in answer.json()["items"]]


def test_a_user_sees_the_list_of_the_mart(small, client):
    expected = [
        item
        for (item,) in small.query(
            "select item_id from placement_recommendations "
            "where placement = 'home' and user_id = 'u1' order by position"
        )
    ]
    assert ids(client.get(f"/users/{KNOWN}", params={"n": 50}))[: len(expected)] == expected
    few = ids(client.get(f"/users/{KNOWN}", params={"n": 3, "exclude": expected[:2]}))
    assert few == expected[2:5]


def test_unknown_users_are_answered_like_cold_ones(client):
    """By status, headers, number, form and words of what they are shown."""
    unknown = client.get(f"/users/{UNKNOWN}")
    assert ids(unknown) == ids(client.get("/users/somebody else"))
    assert unknown.headers["ETag"] == client.get("/users/somebody else").headers["ETag"]
    assert client.get("/users/x", headers={"If-None-Match": unknown.headers["ETag"]}).status_code == 304
    words = {item["reason_type"] for item in unknown.json()["items"]}
    for user in (KNOWN, *COLD):
        known = client.get(f"/users/{user}")
        assert known.headers.keys() == unknown.headers.keys()
        assert known.headers["Cache-Control"] == unknown.headers["Cache-Control"]
        assert known.json().keys() == unknown.json().keys()
        assert {frozenset(item) for item in known.json()["items"]} == {
            frozenset(item) for item in unknown.json()["items"]
        }
        assert len(ids(known)) == len(ids(unknown)) == ITEMS_DEFAULT
        all_there_is = [len(ids(client.get(f"/users/{one}", params={"n": 50}))) for one in (user, UNKNOWN)]
        assert all_there_is[0] == all_there_is[1] > 12
        assert user == KNOWN or words <= {item["reason_type"] for item in known.json()["items"]}


def test_items_and_carts_get_what_goes_with_them(small, client):
    expected = [
        item
        for (item,) in small.query(
            "select recommended_item_id from item_recommendations "
            "where context = 'also_bought' and item_id = 'i10' and rank <= 5 order by rank"
        )
    ]
    assert ids(client.get("/items/i10", params={"context": "also_bought", "n": len(expected)})) == expected
    cart = ids(client.get("/cart", params={"item": ["i10", "i11"], "n": 4}))
    assert len(set(cart)) == 4 and not {"i10", "i11"} & set(cart)
    assert len(ids(client.get("/items/no such item", params={"n": 5}))) == 5


def test_answers_are_cached_as_long_as_they_may_be(client):
    user, item = client.get(f"/users/{KNOWN}"), client.get("/items/i10")
    assert user.headers["Cache-Control"] == "private, max-age=900"
    assert item.headers["Cache-Control"] == "public, max-age=3600"
    again = client.get(f"/users/{KNOWN}", headers={"If-None-Match": user.headers["ETag"]})
    assert again.status_code == 304 and not again.content
    assert client.get("/users/u2", headers={"If-None-Match": user.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/users/u1?n=0",
        "/users/u1?n=51",
        "/users/u1?n=²",
        "/users/u1?placement=moon",
        "/items/i1?context=",
        "/cart",
    ],
)
def test_what_cannot_be_answered_is_said(client, path):
    answer = client.get(path)
    assert answer.status_code == 400 and answer.json()["error"]


# --- whatever is asked is answered as /openapi.json says -------------------------------------------------------------

LETTERS = st.characters(exclude_categories=["Cs"])
ODD_TEXT = st.one_of(
    st.text(LETTERS, max_size=20),
    st.integers(-(10**20), 10**20).map(str),
    st.sampled_from(["", "null", "true", "[]", "1.0", "+1", " 1", "1e1", "٣", "../users/u1", "u1/", "i10"]),
    st.integers(1000, 1300).map(lambda length: "ä" * length),
)
CREDENTIALS = st.one_of(
    st.none(),
    st.sampled_from([f"Bearer {TOKEN}", f"bearer  {TOKEN}", TOKEN, "Bearer", "Bearer ", f"Basic {TOKEN}"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30),
)


def value_of(schema: dict) -> st.SearchStrategy[list[str]]:
    """What may be given for a parameter of this schema, and what may not."""
    if schema["type"] == "array":
        fitting = st.lists(st.sampled_from(["i10", "i11", "u1"]), max_size=schema["maxItems"])
        return st.one_of(fitting, st.lists(ODD_TEXT, max_size=3), st.just(["i1"] * (schema["maxItems"] + 1)))
    if schema["type"] == "integer":
        fitting = st.integers(schema["minimum"] - 1, schema["maximum"] + 1).map(str)
    else:
        fitting = st.sampled_from(schema.get("enum", ["u1", "u38", "i10", "i3"]))
    return st.lists(st.one_of(fitting, fitting, ODD_TEXT), max_size=2)


@st.composite
def asked(draw) -> tuple[str, str, list[tuple[str, str]], dict[str, bytes]]:
    """An operation, its address, query and headers."""
    path = draw(st.sampled_from(sorted(OPENAPI["paths"])))
    address, query, headers = path, [], {}
    for parameter in OPENAPI["paths"][path]["get"].get("parameters", []):
        values = draw(value_of(parameter["schema"]))
        if parameter["in"] == "path":
            text = (values or ["u1"])[0]
            # these are other addresses
            address = address.replace("{id}", quote("x" if text in ("", ".", "..") else text, safe=""))
        elif parameter["in"] == "header":
            headers[parameter["name"]] = ",".join(values).encode("utf-8")
        else:
            query += [(parameter["name"], value) for value in values]
    query += draw(st.lists(st.tuples(st.sampled_from(["other", "N", "exclude[]"]), ODD_TEXT), max_size=1))
    if (credential := draw(CREDENTIALS)) is not None:
        headers["Authorization"] = credential.encode("latin-1")
    return path, address, draw(st.permutations(query)), headers


def assert_described(path: str, answer) -> None:
    described = OPENAPI["paths"][path]["get"]["responses"]
    assert str(answer.status_code) in described, (answer.status_code, answer.text)
    response = described[str(answer.status_code)]
    assert set(response.get("headers", {})) <= {
        name.title().replace("Etag", "ETag").replace("Www", "WWW") for name in answer.headers
    }
    if answer.status_code == 304:
        assert not answer.content
        return
    schema = response["content"][answer.headers["Content-Type"]]["schema"]
    jsonschema.validate(answer.json(), {"components": OPENAPI["components"]} | schema)


FUZZED = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def clients(store) -> list[TestClient]:
    """Without a token, with one, and without anything to answer from."""
    hashed = hashlib.sha256(TOKEN.encode()).hexdigest()
    return [
        TestClient(serve.application(*arguments), raise_server_exceptions=False)
        for arguments in ((store,), (store, hashed), (Nothing(),))
    ]


class Nothing:
    def find(self, subject_type: str, subject_ids: list[str]) -> list[Found]:
        raise Unavailable("the reason")


@FUZZED
@given(request=asked())
def test_whatever_is_asked_is_answered_as_described(clients, request):
    path, address, query, headers = request
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(serve, "SECONDS_AFTER_A_WRONG_TOKEN", 0)
        for number, client in enumerate(clients):
            answer = client.get(address, params=query, headers=headers)
            assert_described(path, answer)
            assert (number == 2) or answer.status_code != 503
            if number == 1 and path != "/health":
                is_right = headers.get("Authorization", b"").lower().split() == [b"bearer", TOKEN.encode()]
                assert (answer.status_code != 401) == is_right
            if answer.status_code == 200 and "items" in answer.json():
                items = answer.json()["items"]
                assert [item["position"] for item in items] == list(range(1, len(items) + 1))
                named = {item["item_id"] for item in items}
                assert len(named) == len(items) <= ITEMS_MAX
                assert not named & {text for name, text in query if name == "exclude"}


def test_a_fault_in_an_answer_would_be_found(store):
    class Faulty(MemoryStore):
        def __init__(self): ...

        def find(self, subject_type, subject_ids):
            return [Found({}, [{"item_id": "i1", "price": None}])] * len(subject_ids)

    answer = TestClient(serve.application(Faulty())).get("/users/u1")
    with pytest.raises(jsonschema.ValidationError):
        assert_described("/users/{id}", answer)


def test_every_operation_is_described_and_methods_are_refused(client):
    served = {route.path.replace(":path", "") for route in client.app.routes} - {"/openapi.json"}
    assert set(client.get("/openapi.json").json()["paths"]) == served
    for method in ("post", "put", "delete", "patch"):
        answer = getattr(client, method)("/users/u1")
        assert answer.status_code == 405 and answer.json() == {"error": "Method Not Allowed"}
    assert client.get("/elsewhere").json() == {"error": "Not Found"}
    elsewhere = client.get("/cart/?item=i10", headers={"Host": "evil.example"}, follow_redirects=False)
    assert elsewhere.status_code == 404 and elsewhere.json() == {"error": "Not Found"}
    assert client.head("/users/u1").status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /users/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /users/%ff%00%0d%0a?n=%ff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /cart?item=%c3 HTTP/1.1\r\nHost: x\r\nAuthorization: \xff\xff\r\n\r\n",
        b"GET /users/u1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n",
        b"GET /users/u1 HTTP/1.1\r\nHost: x\r\nIf-None-Match: \xe4, *, W/\r\n\r\n",
        b"GET http://x/users/u1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /cart?" + b"item=i10&" * 6000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /users/" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /users/" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /users/u1 HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"\x16\x03\x01\x00\xff\x01",
    ],
)
def test_nothing_that_is_sent_makes_it_fail(served, sent):
    async def status(sent: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", served)
        try:
            writer.write(sent)
            return (await asyncio.wait_for(reader.readline(), 10)).split()[1]
        except ConnectionError:
            return b"refused before its end was sent"
        finally:
            writer.close()

    refused = [b"refused before its end was sent"] if len(sent) > 100_000 else []
    assert asyncio.run(status(sent)) in [b"200", b"400", b"404", *refused]
    # and whoever comes next is served
    assert asyncio.run(status(b"GET /users/u1 HTTP/1.1\r\nHost: x\r\n\r\n")) == b"200"


@pytest.fixture(scope="module")
def served(store) -> int:
    """The port of the service as `recmail serve` runs it."""
    with Server(serve.application(store), **serve.UVICORN) as url:
        yield urlsplit(url).port


@pytest.mark.parametrize(
    "headers",
    [
        [],
        ["Bearer wrong"],
        ["Bearer "],
        ["Bearer"],
        # the bare token, and that of another scheme
        [TOKEN],
        [f" {TOKEN}"],
        [f"Basic {TOKEN}"],
        [f"Bearer{TOKEN}"],
        [f"Bearer Bearer {TOKEN}"],
        [f"Bearer {TOKEN}", "Bearer wrong"],
    ],
)
def test_whoever_has_no_token_waits_and_is_counted(store, monkeypatch, headers):
    monkeypatch.setattr(serve, "SECONDS_AFTER_A_WRONG_TOKEN", 0.1)
    client = TestClient(serve.application(store, hashlib.sha256(TOKEN.encode()).hexdigest()))
    answers = [
        client.get(address, headers=[("Authorization", header) for header in headers])
        for address in (f"/users/{KNOWN}", f"/users/{UNKNOWN}", "/items/i10", "/cart?item=i10")
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert all(answer.elapsed.total_seconds() >= 0.1 for answer in answers)
    assert all(answer.headers["Cache-Control"] == "no-store" for answer in answers)
    assert client.get("/health").json()["refused_requests"] == 4


@pytest.mark.parametrize("header", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER  {TOKEN}"])
def test_whoever_has_the_token_is_answered_at_once(store, header):
    client = TestClient(serve.application(store, hashlib.sha256(TOKEN.encode()).hexdigest().upper()))
    answer = client.get(f"/users/{KNOWN}", headers={"Authorization": header})
    assert answer.status_code == 200 and answer.elapsed.total_seconds() < serve.SECONDS_AFTER_A_WRONG_TOKEN
    assert client.get("/health").json()["refused_requests"] == 0


@pytest.mark.parametrize(
    "hashed, host, said",
    [
        (None, "0.0.0.0", "set RECMAIL_SERVE_TOKEN_SHA256 first"),
        (None, "shop.example", "set RECMAIL_SERVE_TOKEN_SHA256 first"),
        ("", "127.0.0.1", "must be 64 hexadecimal digits"),
        (TOKEN, "127.0.0.1", "must be 64 hexadecimal digits"),
        (hashlib.sha256(b"").hexdigest(), "127.0.0.1", "TOKEN was empty"),
    ],
)
def test_nothing_but_loopback_without_a_token(small, hashed, host, said):
    environment = {"RECMAIL_SERVE_TOKEN_SHA256": hashed, "RECMAIL_REDIS_URL": None}
    outcome = CliRunner(env=environment).invoke(
        serve.serve, ["--database", str(small.database), "--host", host]
    )
    assert outcome.exit_code == 2 and said in outcome.output


def test_without_redis_the_answer_is_503_and_names_no_address(caplog):
    from sync.redis_store import RedisStore

    client = TestClient(serve.application(RedisStore("redis://:secret@127.0.0.1:1/0", 1)))
    for path in (f"/users/{KNOWN}", "/items/i10", "/cart?item=i10", "/health"):
        answer = client.get(path)
        assert answer.status_code == 503 and answer.json() == {"error": "no recommendations now"}
        assert answer.headers["Retry-After"] == "5" and answer.headers["Cache-Control"] == "no-store"
    assert "Redis does not answer: ConnectionError" in caplog.text and "secret" not in caplog.text


def test_redis_answers_as_the_memory_does(small, store, redis_url):
    from sync.redis_store import RedisStore

    said = loaded(small.database, redis_url)
    assert said.exit_code == 0, said.output
    redis = RedisStore(redis_url)
    for subjects in (("user", [KNOWN, UNKNOWN]), ("item", ["i10", "no such item", "i10"]), ("user", [])):
        assert redis.find(*subjects) == store.find(*subjects), subjects


def test_a_look_up_takes_one_round_trip(small, redis_url):
    from sync.redis_store import RedisStore

    assert loaded(small.database, redis_url).exit_code == 0
    address = urlsplit(redis_url)
    with Proxy(address.port) as wire:
        client = TestClient(
            serve.application(RedisStore(redis_url.replace(str(address.port), str(wire.port)), 1))
        )
        # connects, and tells Redis the script
        assert client.get(f"/users/{KNOWN}").status_code == 200
        before = wire.turns
        for path in (
            f"/users/{KNOWN}",
            f"/users/{UNKNOWN}",
            "/items/i10",
            "/cart?item=i10&item=i11&item=i12",
        ):
            assert client.get(path).status_code == 200
        assert wire.turns - before == 4
        # a connection that breaks is made anew, and what is gone comes back by itself
        wire.cuts = ["after"]
        assert client.get(f"/users/{KNOWN}").status_code == 200
        wire.cuts = ["before"] * 4
        assert client.get(f"/users/{KNOWN}").status_code == 503
        wire.cuts = []
        assert client.get(f"/users/{KNOWN}").status_code == 200


def test_an_empty_redis_is_not_shown_as_nothing_to_recommend(redis_url):
    import redis

    from sync.redis_store import RedisStore

    redis.Redis.from_url(redis_url).flushdb()
    assert TestClient(serve.application(RedisStore(redis_url))).get(f"/users/{KNOWN}").status_code == 503


def test_a_new_version_takes_over_at_once_and_nothing_of_the_old_is_left(small, redis_url, tmp_path):
    import redis

    from sync.redis_store import LIVE, LOADING, RedisStore

    assert loaded(small.database, redis_url).exit_code == 0
    connection, reader = redis.Redis.from_url(redis_url, decode_responses=True), RedisStore(redis_url)
    before = connection.get(LIVE)
    built = small.copied_to(tmp_path)
    with connect(built.database, read_only=False) as warehouse:
        warehouse.execute("delete from site_recommendations where subject_id = 'u1'")
    empty_answers, stop = [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            if not reader.find("user", ["u2"])[0].lists:
                empty_answers.append(1)

    reading = threading.Thread(target=read)
    reading.start()
    said = loaded(built.database, redis_url)
    stop.set()
    reading.join()
    assert said.exit_code == 0 and not empty_answers
    live = connection.get(LIVE)
    keys = [key for key in connection.scan_iter() if key != LIVE]
    assert live != before and all(f":{live}:" in key for key in keys)
    assert all(0 < connection.ttl(key) <= 36 * 3600 for key in keys if not key.endswith(":row_count"))
    [gone] = reader.find("user", ["u1"])
    assert not gone.lists and gone.fallback
    # a feed that lost too much is broken, and so is one without best sellers: what is live stays
    with connect(built.database, read_only=False) as warehouse:
        warehouse.execute("delete from site_recommendations where subject_id in ('u2', 'u3')")
    fewer = loaded(built.database, redis_url, env={"VARS": "{sync_deletes_max: 1}"})
    assert fewer.exit_code == 2 and "rows fewer than are live" in fewer.output
    with connect(built.database, read_only=False) as warehouse:
        warehouse.execute("delete from site_recommendations where subject_type = 'everybody'")
    assert "stays" in loaded(built.database, redis_url).output
    # nor does one load while another does
    connection.set(LOADING, "another", ex=60)
    assert "another sync loads this Redis" in loaded(small.database, redis_url).output
    connection.delete(LOADING)
    assert connection.get(LIVE) == live
    assert all(f":{live}:" in key for key in connection.scan_iter() if key != LIVE)


def test_without_the_package_redis_is_named():
    code = "import sys; sys.modules['redis'] = None; from sync.redis_store import RedisStore; RedisStore('redis://x')"
    said = subprocess.run([ROOT / ".venv/bin/python", "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert "pip install 'redis>=7'" in said.stderr
