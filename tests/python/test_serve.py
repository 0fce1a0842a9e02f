"""Look-ups of recommendations: from memory and from a real Redis, and what the service may not say."""

import hashlib
import subprocess
import threading
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from warehouse import ROOT, connect

from sync import serve
from sync.cli import sync
from sync.stores import MemoryStore

KNOWN, UNKNOWN = "u1", "nobody ever"


@pytest.fixture(scope="module")
def redis_url() -> str:
    """A database of the server that `make services` has started, emptied."""
    place = ROOT / "target/services/redis/url"
    if not place.exists():
        pytest.skip("no Redis: `make services` installs and starts one")
    redis = pytest.importorskip("redis", reason="no package redis: pip install 'recmail[redis]'")
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


def loaded(database: Path, url: str, *options: str):
    return CliRunner(env={"RECMAIL_REDIS_URL": url}).invoke(
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


def test_unknown_users_are_answered_like_cold_ones(small, client):
    known, unknown = (client.get(f"/users/{user}") for user in (KNOWN, UNKNOWN))
    assert ids(unknown) == ids(client.get("/users/somebody else"))
    assert len(ids(unknown)) == len(ids(known)) == serve.ITEMS_DEFAULT
    assert known.headers.keys() == unknown.headers.keys()
    assert known.json().keys() == unknown.json().keys()
    assert known.json()["items"][0].keys() == unknown.json()["items"][0].keys()


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


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.sampled_from(["users", "items"]),
    # ids hold no control characters, staging sees to it
    subject=st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30).filter(
        lambda text: text not in (".", "..")
    ),
    query=st.lists(
        st.tuples(
            st.sampled_from(["n", "exclude", "placement", "context", "item", "other"]),
            st.one_of(
                st.text(max_size=20),
                st.integers(-3, 60).map(str),
                st.sampled_from(["home", "upgrade", "i10"]),
            ),
        ),
        max_size=6,
    ),
)
def test_whatever_is_asked_is_answered_as_described(client, place, subject, query):
    for path in (f"/{place}/{quote(subject, safe='', errors='replace')}", "/cart"):
        answer = client.get(path, params=query)
        assert answer.status_code in (200, 400), answer.text
        if answer.status_code == 200:
            items = answer.json()["items"]
            assert [item["position"] for item in items] == list(range(1, len(items) + 1))
            assert len({item["item_id"] for item in items}) == len(items) <= serve.ITEMS_MAX
            assert not {item["item_id"] for item in items} & {
                text for name, text in query if name == "exclude"
            }


def test_the_description_names_what_is_served(client):
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) == {"/users/{id}", "/items/{id}", "/cart"}


def test_a_token_is_asked_for_and_wrong_ones_wait_and_are_counted(store, monkeypatch):
    monkeypatch.setattr(serve, "SECONDS_AFTER_A_WRONG_TOKEN", 0.2)
    client = TestClient(serve.application(store, hashlib.sha256(b"right").hexdigest()))
    refused = client.get(f"/users/{KNOWN}", headers={"Authorization": "Bearer wrong"})
    assert refused.status_code == 401 and refused.elapsed.total_seconds() >= 0.2
    assert client.get(f"/users/{KNOWN}", headers={"Authorization": "Bearer right"}).status_code == 200
    assert client.get("/health").json()["refused_requests"] == 1


def test_nothing_but_loopback_without_a_token(small):
    said = CliRunner(env={"RECMAIL_SERVE_TOKEN_SHA256": None, "RECMAIL_REDIS_URL": None}).invoke(
        serve.serve, ["--database", str(small.database), "--host", "0.0.0.0"]
    )
    assert said.exit_code == 2 and "set RECMAIL_SERVE_TOKEN_SHA256 first" in said.output


def test_redis_answers_as_the_memory_does(small, store, redis_url):
    from sync.redis_store import RedisStore

    said = loaded(small.database, redis_url)
    assert said.exit_code == 0, said.output
    redis = RedisStore(redis_url)
    for subject in (("user", KNOWN), ("user", UNKNOWN), ("item", "i10"), ("item", "no such item")):
        assert redis.find(*subject) == store.find(*subject), subject


def test_a_new_version_takes_over_at_once_and_nothing_of_the_old_is_left(small, redis_url, tmp_path):
    import redis

    from sync.redis_store import LIVE, RedisStore

    assert loaded(small.database, redis_url).exit_code == 0
    connection, reader = redis.Redis.from_url(redis_url, decode_responses=True), RedisStore(redis_url)
    before = connection.get(LIVE)
    built = small.copied_to(tmp_path)
    with connect(built.database, read_only=False) as warehouse:
        warehouse.execute("delete from site_recommendations where subject_id = 'u1'")
    empty_answers, stop = [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            if not reader.find("user", "u2").lists:
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
    assert all(0 < connection.ttl(key) <= 36 * 3600 for key in keys)
    assert not reader.find("user", "u1").lists and reader.find("user", "u1").fallback
    # a feed without best sellers is broken: what is live stays
    with connect(built.database, read_only=False) as warehouse:
        warehouse.execute("delete from site_recommendations where subject_type = 'everybody'")
    assert "stays" in loaded(built.database, redis_url).output
    assert connection.get(LIVE) == live
    assert all(f":{live}:" in key for key in connection.scan_iter() if key != LIVE)


def test_without_the_package_redis_is_named():
    code = "import sys; sys.modules['redis'] = None; from sync.redis_store import RedisStore; RedisStore('redis://x')"
    said = subprocess.run([ROOT / ".venv/bin/python", "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert "pip install 'recmail[redis]'" in said.stderr
