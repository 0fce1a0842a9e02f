"""The pages behind the links in every footer, as small as they can be: a reference to start from, or to run as it is.

GET shows a form and changes nothing, since link scanners follow every link. POST acts, on /unsubscribe the one that
mail programs send by themselves too (RFC 8058). What readers say goes into the ledger: the sender asks it before each
message, and the next build reads it.

No cookie is read: the token in the address is all that lets anybody act, so another site has nothing to act with. A
browser that says that preferences came from another site is refused all the same.
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

from email_render.tokens import personal_link, sign, verify
from sending.ledger import Ledger, Preferences
from sending.readers import Readers

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
<body style="font-family: sans-serif; line-height: 1.5; max-width: 32em; margin: 4em auto; padding: 0 1em">
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""
BUTTON = """<form method="post" action="?{query}"><button style="font-size: 1.1em">{label}</button></form>"""
FORM = """{said}
<form method="post" action="?{query}">
<fieldset><legend>How often may we write to you?</legend>
{frequencies}
</fieldset>
{categories}
<p><button style="font-size: 1.1em">Save</button></p>
</form>
<p><a href="{unsubscribe}">Unsubscribe from all of these emails</a></p>"""
CATEGORIES = """<fieldset><legend>What don't you want to see?</legend>
<input type="hidden" name="asked" value="categories">
{boxes}
</fieldset>"""
CHOICE = """<label style="display: block">
<input type="{kind}" name="{name}" value="{value}"{checked}> {label}</label>"""
FREQUENCIES = {
    "daily": "Once a day at most",
    "weekly": "Once a week at most",
    "monthly": "Once a month at most",
    "paused": "Not for now",
}
NOT_NOW = "<p>What you see in them can't be chosen at the moment. Please try again later.</p>"
SAVED = """<p role="status"><strong>Saved.</strong> It counts from the next email on.</p>"""


def endpoint(ledger: Ledger, keys: Sequence[bytes], readers: Readers) -> Starlette:
    """The application. Of the keys the first signs what is rendered today; links signed with the others still work."""

    def known_user(request: Request, purpose: str) -> str | None:
        user_id, token = (request.query_params.get(name, "") for name in ("u", "t"))
        # all of them, so that the time says nothing about which it was
        matches = [verify(key, purpose, user_id, token) for key in keys]
        return user_id if user_id and any(matches) else None

    async def unsubscribe(request: Request) -> Response:
        user_id = known_user(request, "unsubscribe")
        if user_id is None:
            return no_such_link()
        if request.method != "POST":
            button = BUTTON.format(query=escape(request.url.query), label="Unsubscribe")
            return page("Do you want to unsubscribe?", button)
        # whatever the body says, and in whichever form (RFC 8058 allows two): in doubt nobody is written to
        await run_in_threadpool(note_unsubscribe, ledger, user_id)
        return page("You are unsubscribed", "<p>You will get no more of these emails.</p>")

    async def preferences(request: Request) -> Response:
        user_id = known_user(request, "preferences")
        if user_id is None:
            return no_such_link()
        beside = "../unsubscribe" if request.url.path.endswith("/") else "unsubscribe"
        unsubscribe_link = personal_link(beside, "unsubscribe", user_id, lambda *what: sign(keys[0], *what))
        reader = await run_in_threadpool(readers.find, user_id)
        before = await run_in_threadpool(ledger.preferences, user_id)
        said = ""
        if request.method == "POST":
            fields = await small_form(request)
            if fields is None or is_from_elsewhere(request):
                return not_understood()
            chosen = choice(fields, before, reader)
            if chosen is None:
                return not_understood() if reader else page("Please try again in a minute", "", 503)
            await run_in_threadpool(ledger.choose, user_id, chosen)
            before, said = chosen, SAVED
        body = FORM.format(
            said=said,
            query=escape(request.url.query),
            frequencies=frequency_choices(before.frequency or (reader and reader.frequency)),
            categories=category_choices(before.unwanted_categories, reader and reader.categories),
            unsubscribe=escape(unsubscribe_link),
        )
        return page("Your email preferences", body)

    app = Starlette(
        routes=[
            Route(f"/{name}{end}", answer, methods=["GET", "POST"])
            for name, answer in (("unsubscribe", unsubscribe), ("preferences", preferences))
            for end in ("", "/")
        ]
    )
    # it would tell the token to any host that the request names, without HTTPS, and providers that POST follow none
    app.router.redirect_slashes = False
    return app


async def small_form(request: Request) -> dict[str, list[str]] | None:
    """None when it is too large for any form of ours."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY_BYTES_MAX:
            return None
    return parse_qs(body.decode("utf-8", "replace"))


def is_from_elsewhere(request: Request) -> bool:
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")


def choice(fields: dict[str, list[str]], before: Preferences, reader) -> Preferences | None:
    """What the form says; what it didn't ask stays as it was. None when it names what nobody was asked."""
    frequency = fields.get("frequency", [before.frequency])[-1]
    unwanted = before.unwanted_categories
    if "asked" in fields:
        unwanted = frozenset(fields.get("unwanted", []))
    known = before.unwanted_categories | set(reader.categories if reader else ())
    if frequency not in (None, *FREQUENCIES) or not unwanted <= known:
        return None
    return Preferences(frequency, unwanted)


def frequency_choices(chosen: str | None) -> str:
    return "\n".join(
        choice_line("radio", "frequency", value, label, value == chosen)
        for value, label in FREQUENCIES.items()
    )


def category_choices(unwanted: frozenset[str], offered: Sequence[str] | None) -> str:
    """Those of the user, and what was chosen before."""
    names = [*(offered or ()), *sorted(unwanted - set(offered or ()))]
    if not names:
        return NOT_NOW if offered is None else ""
    boxes = (choice_line("checkbox", "unwanted", name, name, name in unwanted) for name in names)
    return CATEGORIES.format(boxes="\n".join(boxes))


def choice_line(kind: str, name: str, value: str, label: str, is_chosen: bool) -> str:
    return CHOICE.format(
        kind=kind,
        name=name,
        value=escape(value),
        label=escape(label),
        checked=" checked" if is_chosen else "",
    )


def note_unsubscribe(ledger: Ledger, user_id: str) -> None:
    """One row a day at most, however often it is said: nobody fills the ledger with one link."""
    now = ledger.now()
    ledger.add_or_renew_event(
        {
            "event_id": hashlib.sha256(f"unsubscribe:{user_id}:{now:%Y-%m-%d}".encode()).hexdigest()[:32],
            "event_type": "unsubscribe",
            "user_id": user_id,
            "address_key": ledger.address_of(user_id),
            "occurred_at": now,
        }
    )


def no_such_link() -> Response:
    return page("This link does not work", "<p>It is incomplete, or too old.</p>", 403)


def not_understood() -> Response:
    return page("That was not understood", "", 400)


def page(title: str, body: str, status: int = 200) -> Response:
    return HTMLResponse(PAGE.format(title=escape(title), body=body), status, headers=HEADERS)
