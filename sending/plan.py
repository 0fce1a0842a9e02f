"""What `send --dry-run` prints: how many messages of each kind would go out, and a few of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from sending.frozen_queue import Queue
from sending.guard import Finding

SAMPLES = 5
DOMAINS_SHOWN = 15


def plan_text(queue: Queue, waiting: Sequence[dict], others: Counter, found: Iterable[Finding]) -> str:
    return "\n".join(plan_lines(queue, waiting, others, found))


def plan_lines(
    queue: Queue, waiting: Sequence[dict], others: Counter, found: Iterable[Finding]
) -> Iterator[str]:
    yield f"{len(waiting):,} of {len(queue.messages):,} messages would be sent (marts as of {queue.as_of} UTC)"
    for reason, count in others.most_common():
        yield f"  not {count:,}: {reason}"
    yield from counted("trigger", Counter(row["trigger_type"] for row in waiting))
    yield from counted("domain", Counter(row["domain"] for row in waiting), DOMAINS_SHOWN)
    hours = Counter(f"{row['send_at']:%Y-%m-%d %H}:00" for row in waiting)
    yield from counted("hour (UTC)", Counter(dict(sorted(hours.items()))), by_size=False)
    if waiting:
        yield f"{min(SAMPLES, len(waiting))} of them:"
    step = max(1, len(waiting) // SAMPLES)
    for row in waiting[::step][:SAMPLES]:
        address = f"{row['email'][:1]}…@{row['domain']}"
        yield f"  {row['message_id']}  {row['send_at']:%Y-%m-%d %H:%M}  {address}  {row['subject']}"
    for finding in found:
        yield f"send would stop: {finding.text}. --allow {finding.check} sends all the same."


def counted(name: str, counts: Counter, limit: int | None = None, by_size: bool = True) -> Iterator[str]:
    yield f"by {name}:"
    rows = counts.most_common() if by_size else list(counts.items())
    for value, count in rows[:limit]:
        yield f"  {count:8,} {value}"
    if limit and len(rows) > limit:
        yield f"  {sum(count for _, count in rows[limit:]):8,} in {len(rows) - limit:,} others"
