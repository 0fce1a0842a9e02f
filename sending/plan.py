"""What `send --dry-run` prints: how many messages of each kind would go out, and a few of them."""

from collections.abc import Collection, Iterable, Iterator

from sending.frozen_queue import Plan
from sending.guard import Finding

VALUES_SHOWN = 15


def plan_text(plan: Plan, found: Iterable[Finding], allowed: Collection[str]) -> str:
    return "\n".join(plan_lines(plan, found, allowed))


def plan_lines(plan: Plan, found: Iterable[Finding], allowed: Collection[str]) -> Iterator[str]:
    yield f"{plan.waiting:,} of {plan.size:,} messages would be sent (marts as of {plan.as_of} UTC)"
    for reason, count in plan.others:
        yield f"  not {count:,}: {reason}"
    if rendered_anew := plan.differing - plan.dropped_by_inputs:
        yield f"  {rendered_anew:,} of them with other items or prices, as newer inputs have them"
    for name, rows in plan.by.items():
        # hours are all of them, in order
        shown = rows if name.startswith("hour") else rows[:VALUES_SHOWN]
        yield f"by {name}:"
        yield from (f"  {count:8,} {value}" for value, count in shown)
        if others := rows[len(shown) :]:
            yield f"  {sum(count for _, count in others):8,} in {len(others):,} others"
    if plan.samples:
        yield f"{len(plan.samples)} of them:"
    for row in plan.samples:
        address = f"{row['email'][:1]}…@{row['domain']}"
        yield f"  {row['message_id']}  {row['send_at']:%Y-%m-%d %H:%M}  {address}  {row['subject']}"
    for finding in found:
        if finding.check in allowed:
            yield f"allowed this once: {finding.text}"
        else:
            yield f"send would stop: {finding.text}. --allow {finding.check} sends all the same."
