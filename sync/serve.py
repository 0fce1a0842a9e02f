"""`recmail serve`: what a page shows, over HTTP, from Redis or from the memory.

Who is not known gets what sells best, in the same form as everybody else: no answer tells who is a customer. A caller
that may not ask waits before it hears so, and is counted.
"""

import asyncio
import hashlib
import hmac
import ipaddress
import json
import logging
import os
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from pathlib import Path

import click
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dbt_tools.options import warehouse_option
from sync.openapi import (
    CART_MAX,
    EXCLUDED_MAX,
    ITEM_CONTEXTS,
    ITEMS_DEFAULT,
    ITEMS_MAX,
    OPENAPI,
    USER_PLACEMENTS,
)
from sync.stores import Found, Store, Unavailable, open_store

LOG = logging.getLogger("recmail.serve")

# a site asks anew every 15 to 60 minutes; whose list it is, no shared cache may keep
OF_A_USER = "private, max-age=900"
OF_EVERYBODY = "public, max-age=3600"
SECONDS_AFTER_A_WRONG_TOKEN = 1.0
SECONDS_UNTIL_REDIS_IS_BACK = 5
UVICORN = {
    # addresses hold ids of users
    "access_log": False,
    "server_header": False,
    # the longest address, with all the ids that may be excluded
    "http": "h11",
    "h11_max_incomplete_event_size": 65_536,
}


class Wrong(Exception):
    """The request can't be answered, as the text says."""


def application(store: Store, token_sha256: str | None = None) -> Starlette:
    refused = {"count": 0}
    absence = {"is_told": False}

    async def may_ask(request: Request) -> bool:
        if token_sha256 is None:
            return True
        token = token_of(request.headers.getlist("Authorization"))
        digest = hashlib.sha256(token or b"").hexdigest()
        if hmac.compare_digest(digest, token_sha256.lower()) and token is not None:
            return True
        refused["count"] += 1
        await asyncio.sleep(SECONDS_AFTER_A_WRONG_TOKEN)
        return False

    def away(error: Unavailable) -> Response:
        """The caller shows what it would show without recmail. What is wrong with Redis is for who runs this to read,
        once."""
        if not absence["is_told"]:
            LOG.warning("%s", error)
        absence["is_told"] = True
        return failed(503, "no recommendations now", {"Retry-After": str(SECONDS_UNTIL_REDIS_IS_BACK)})

    def guarded(answer):
        async def endpoint(request: Request) -> Response:
            if not await may_ask(request):
                return failed(401, "a token is needed", {"WWW-Authenticate": "Bearer"})
            try:
                body, cache = await run_in_threadpool(answer, request)
            except Wrong as error:
                return failed(400, str(error))
            except Unavailable as error:
                return away(error)
            absence["is_told"] = False
            return cached(request, body, cache)

        return endpoint

    def of_user(request: Request) -> tuple[dict, str]:
        placement = one_of(request, "placement", USER_PLACEMENTS)
        [found] = store.find("user", [request.path_params["id"]])
        items = chosen(request, found.lists.get(placement) or found.lists.get("home", []), found)
        return {"placement": placement, "items": items}, OF_A_USER

    def of_item(request: Request) -> tuple[dict, str]:
        context = one_of(request, "context", ITEM_CONTEXTS)
        item_id = request.path_params["id"]
        [found] = store.find("item", [item_id])
        items = chosen(request, beside(found, context), ids_alone(found), {item_id})
        return {"context": context, "items": items}, OF_EVERYBODY

    def of_cart(request: Request) -> tuple[dict, str]:
        """What goes with each of them in turn."""
        cart = request.query_params.getlist("item")
        if not 1 <= len(cart) <= CART_MAX:
            raise Wrong(f"item: 1 to {CART_MAX} of them")
        found = store.find("item", cart)
        rows = zip_longest(*(beside(one, "bought_together") for one in found))
        items = chosen(
            request, (item for row in rows for item in row if item), ids_alone(found[0]), set(cart)
        )
        return {"items": items}, OF_EVERYBODY

    async def health(_request: Request) -> Response:
        try:
            await run_in_threadpool(store.find, "everybody", [])
        except Unavailable as error:
            return away(error)
        return JSONResponse(
            {"status": "ok", "refused_requests": refused["count"]}, headers={"Cache-Control": "no-store"}
        )

    async def description(_request: Request) -> Response:
        return JSONResponse(OPENAPI)

    app = Starlette(
        routes=[
            # ids may hold slashes
            Route("/users/{id:path}", guarded(of_user)),
            Route("/items/{id:path}", guarded(of_item)),
            Route("/cart", guarded(of_cart)),
            Route("/health", health),
            Route("/openapi.json", description),
        ],
        exception_handlers={HTTPException: no_such_thing},
    )
    # it would lead to any host that the request names
    app.router.redirect_slashes = False
    return app


def token_of(headers: list[str]) -> bytes | None:
    """Of one header `Authorization: Bearer <token>`, as bytes of the wire; nothing else is a token."""
    scheme, _, token = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")
    return token.strip(" ").encode("latin-1") if scheme.lower() == "bearer" else None


def failed(status: int, reason: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"error": reason}, status, {"Cache-Control": "no-store"} | dict(headers or {}))


async def no_such_thing(_request: Request, error: HTTPException) -> Response:
    return failed(error.status_code, error.detail, error.headers)


def beside(found: Found, context: str) -> list[dict]:
    return [
        {"item_id": row["recommended_item_id"]}
        for row in found.lists.get("item_page", [])
        if row["context"] == context
    ]


def ids_alone(found: Found) -> Found:
    """Best sellers as what stands beside an item is told: names and prices are the page's own."""
    return found._replace(fallback=[{"item_id": item["item_id"]} for item in found.fallback])


def chosen(request: Request, items: Iterable[dict], found: Found, own: set[str] = frozenset()) -> list[dict]:
    """As many as were asked for, without those that the caller excludes; best sellers fill what is missing."""
    wanted = whole(request, "n", ITEMS_DEFAULT, ITEMS_MAX)
    excluded = request.query_params.getlist("exclude")
    if len(excluded) > EXCLUDED_MAX:
        raise Wrong(f"exclude: at most {EXCLUDED_MAX}")
    seen = {*excluded, *own}
    kept: list[dict] = []
    for item in [*items, *found.fallback]:
        if len(kept) == wanted:
            break
        if item["item_id"] not in seen:
            seen.add(item["item_id"])
            kept.append(item | {"position": len(kept) + 1})
    return kept


def whole(request: Request, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= most):
        raise Wrong(f"{name}: a whole number from 1 to {most}")
    return int(text)


def one_of(request: Request, name: str, values: tuple[str, ...]) -> str:
    value = request.query_params.get(name, values[0])
    if value not in values:
        raise Wrong(f"{name}: one of {', '.join(values)}")
    return value


def cached(request: Request, body: dict, cache: str) -> Response:
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": cache, "Vary": "Authorization"}
    known = [part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")]
    if tag in known or known == ["*"]:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type="application/json")


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@click.command()
@warehouse_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Others than loopback need a token.")
@click.option("--port", type=click.IntRange(1, 65535), default=8026, show_default=True)
def serve(database: Path, host: str, port: int) -> None:
    """Serve /users/{id}, /items/{id} and /cart from site_recommendations; /openapi.json describes them.

    From Redis where RECMAIL_REDIS_URL names one (`recmail sync --to redis` loads it), else from the warehouse as it is.
    RECMAIL_SERVE_TOKEN_SHA256 is the SHA-256 of the token that callers send as Authorization: Bearer.
    """
    token = os.environ.get("RECMAIL_SERVE_TOKEN_SHA256")
    if token is not None and not (
        len(token) == 64 and all(letter in "0123456789abcdefABCDEF" for letter in token)
    ):
        raise click.UsageError(
            "RECMAIL_SERVE_TOKEN_SHA256 must be 64 hexadecimal digits: printf %s TOKEN | sha256sum"
        )
    if token is not None and token.lower() == hashlib.sha256(b"").hexdigest():
        raise click.UsageError("RECMAIL_SERVE_TOKEN_SHA256 is that of no token at all: TOKEN was empty")
    if token is None and not is_loopback(host):
        raise click.UsageError(f"{host} can be reached from outside: set RECMAIL_SERVE_TOKEN_SHA256 first")
    uvicorn.run(application(open_store(database), token), host=host, port=port, **UVICORN)
