"""What keeps a mishap small: `send` does not start when its queue looks like one, unless it is told to this once."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

import click

from sending.frozen_queue import PRICE_MOVE, Plan, PriceMoves
from sending.settings import Settings

EMPTY, LARGER, SAME, OLD, PRICES, CHANGED = "empty", "larger", "same", "old", "prices", "changed"
AHEAD, DEMO = "ahead", "demo"
CHECKS = (EMPTY, LARGER, SAME, OLD, AHEAD, PRICES, CHANGED, DEMO)
RUNS_COMPARED = 7  # a week of daily runs
AHEAD_MAX = timedelta(days=1)  # no clock of the world's is further ahead of UTC: a time beyond is a mistake
MESSAGES_MIN = 100  # below it, a share or a factor says little, and little can happen


class Finding(NamedTuple):
    check: str
    text: str


class Stopped(click.ClickException):
    """Nothing was sent, and nothing changed. Exit code 2."""

    exit_code = 2


def findings(
    plan: Plan,
    earlier_counts: Sequence[int],
    settings: Settings,
    now: datetime,
    prices: PriceMoves | None = None,
) -> list[Finding]:
    """What is unusual about the queue; `earlier_counts` are the sizes of the latest runs before it, the last first, and
    `prices` those that moved since the last of them."""
    found = []
    if not plan.size and earlier_counts and earlier_counts[0]:
        found.append(
            Finding(EMPTY, f"the queue is empty, that of the run before had {earlier_counts[0]:,} messages")
        )
    usual = median(earlier_counts) if earlier_counts else None
    if usual is not None and plan.size > max(settings.growth_max * usual, MESSAGES_MIN):
        found.append(
            Finding(
                LARGER,
                f"the queue has {plan.size:,} messages, the last {len(earlier_counts)} had {usual:,.0f} (median); "
                f"var send_growth_max is {settings.growth_max:g}",
            )
        )
    for what, (value, count) in plan.commonest.items():
        if plan.waiting >= MESSAGES_MIN and count > settings.same_share_max * plan.waiting:
            found.append(
                Finding(
                    SAME,
                    f"{count:,} of {plan.waiting:,} messages have the same {what}, {value!r}; "
                    f"var send_same_share_max is {settings.same_share_max:g}",
                )
            )
    before = plan.waiting + plan.dropped_by_inputs
    if before >= MESSAGES_MIN and plan.differing > settings.changed_share_max * before:
        found.append(
            Finding(
                CHANGED,
                f"newer inputs drop or change {plan.differing:,} of {before:,} messages; "
                f"var send_changed_share_max is {settings.changed_share_max:g}",
            )
        )
    age = now - plan.as_of
    if age > settings.marts_age_max:
        found.append(
            Finding(
                OLD,
                f"the marts are as of {plan.as_of:%Y-%m-%d %H:%M} UTC, {age.total_seconds() / 3600:,.0f} hours ago; "
                f"var send_marts_age_hours_max is {settings.marts_age_max.total_seconds() / 3600:g}",
            )
        )
    if age < -AHEAD_MAX:
        found.append(
            Finding(
                AHEAD,
                f"the marts are as of {plan.as_of:%Y-%m-%d %H:%M} UTC, which is yet to come, and so is when their "
                "messages are due: an event of the inputs, or var as_of, has a mistaken time",
            )
        )
    if prices and plan.waiting and prices.moved > settings.price_share_max * prices.known:
        found.append(
            Finding(
                PRICES,
                f"{prices.moved:,} of {prices.known:,} prices moved by {PRICE_MOVE:.0%} or more since the run before; "
                f"var send_price_share_max is {settings.price_share_max:g}",
            )
        )
    if plan.leading_nowhere:
        found.append(
            Finding(
                DEMO,
                f"{plan.leading_nowhere:,} messages to real addresses lead to an example's page to unsubscribe: "
                "set vars unsubscribe_url, postal_address, send_from and the others of the shop, and build",
            )
        )
    return found


def require_usual(found: Sequence[Finding], allowed: Collection[str]) -> None:
    """Says what was seen. Stopped, naming the options that send all the same, unless all of it is allowed."""
    for finding in found:
        state = "allowed this once" if finding.check in allowed else "stops the sender"
        click.echo(f"{finding.text} ({state})", err=True)
    if stopping := sorted({finding.check for finding in found} - set(allowed)):
        options = " ".join(f"--allow {check}" for check in stopping)
        raise Stopped(f"Nothing is sent. If it is meant so: {options}")
