"""The page behind unsubscribe links, as small as it can be: a reference to start from, or to run as it is.

GET shows a button and changes nothing, since link scanners follow every link. POST acts, the one that mail programs
send by themselves too (RFC 8058). What readers say goes into the ledger: the sender asks it before each message, and
the next build reads it from `recmail events`.
"""

import hashlib
from collections.abc import Sequence
from html import escape
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from email_render.tokens import verify
from sending.ledger import Ledger

PURPOSE = "unsubscribe"
BODY_BYTES_MAX = 10_000
HEADERS = {
    # the address holds a token: no cache, no index, no page that is linked from here may learn it
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; style-src 'unsafe-inline'",
    "X-Frame-Options": "DENY",
}
PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title></head>
<body style="font-family: sans-serif; max-width: 32em; margin: 4em auto; padding: 0 1em">
<h1>{title}</h1>
{body}
</body>
</html>
"""
BUTTON = """<form method="post" action="?{query}"><button style="font-size: 1.1em">{label}</button></form>"""


def endpoint(ledger: Ledger, keys: Sequence[bytes]) -> Starlette:
    """The application. Of the keys the first signs what is rendered today; links signed with the others still work."""

    def known_user(request: Request) -> str | None:
        user_id, token = (request.query_params.get(name, "") for name in ("u", "t"))
        # all of them, so that the time says nothing about which it was
        matches = [verify(key, PURPOSE, user_id, token) for key in keys]
        return user_id if user_id and any(matches) else None

    async def unsubscribe(request: Request) -> Response:
        user_id = known_user(request)
        if user_id is None:
            return page("This link does not work", "<p>It is incomplete, or too old.</p>", 403)
        if request.method != "POST":
            button = BUTTON.format(query=escape(request.url.query), label="Unsubscribe")
            return page("Do you want to unsubscribe?", button)
        if not await is_small_form(request):
            return page("That was not understood", "", 400)
        await run_in_threadpool(note_unsubscribe, ledger, user_id)
        return page("You are unsubscribed", "<p>You will get no more of these emails.</p>")

    return Starlette(routes=[Route("/unsubscribe", unsubscribe, methods=["GET", "POST"])])


async def is_small_form(request: Request) -> bool:
    """The form of this page is empty; a mail program's says List-Unsubscribe=One-Click."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY_BYTES_MAX:
            return False
    fields = parse_qs(body.decode("utf-8", "replace"))
    return not fields or fields.get("List-Unsubscribe") == ["One-Click"]


def note_unsubscribe(ledger: Ledger, user_id: str) -> None:
    """Once a day at most, however often it is said: nobody fills the ledger with one link."""
    now = ledger.now()
    ledger.add_event(
        {
            "event_id": hashlib.sha256(f"unsubscribe:{user_id}:{now:%Y-%m-%d}".encode()).hexdigest()[:32],
            "event_type": "unsubscribe",
            "user_id": user_id,
            "address_key": ledger.address_of(user_id),
            "occurred_at": now,
        }
    )


def page(title: str, body: str, status: int = 200) -> Response:
    return HTMLResponse(PAGE.format(title=escape(title), body=body), status, headers=HEADERS)
