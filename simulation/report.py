"""The simulation's page."""

from collections import Counter
from html import escape

from simulation.audit import CHECKS
from simulation.run import Record

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Simulation</title>
<style>
body {{ font-family: sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; line-height: 1.4 }}
table {{ border-collapse: collapse; margin: 1em 0 }}
th, td {{ border-bottom: 1px solid #ccc; padding: 0.25em 0.75em; text-align: right }}
th:first-child, td:first-child {{ text-align: left }}
.bad {{ background: #fdd }}
</style></head>
<body>
<h1>A made-up shop, {days} days</h1>
<p>People, items, orders, opens and clicks are synthetic; builds, emails, sends and the ledger are recmail's own.
The counts of what must not be come from the simulated truth and from what the provider was handed, not from
recmail's tables. What could not be known yet when a mail went out (an order that reached the shop's files later)
stands beside.</p>
{tables}
</body></html>
"""


def page(record: Record, found: Counter, unknowable: Counter, days: int) -> str:
    life = record.life
    sent = Counter((mail.trigger, mail.at.date()) for mail in life.deliveries)
    triggers = sorted({trigger for trigger, _ in sent})
    dates = sorted(record.queued)
    tables = [
        table(
            "What must not be",
            ("", "count", "could not be known"),
            [(CHECKS[name], found[name], unknowable[name]) for name in CHECKS],
            [found[name] > 0 for name in CHECKS],
        ),
        table(
            "Mails by trigger and day",
            ("day", "queued", *triggers, "all"),
            [
                (
                    f"{date:%a %Y-%m-%d}",
                    record.queued[date],
                    *(sent[trigger, date] for trigger in triggers),
                    sum(sent[trigger, date] for trigger in triggers),
                )
                for date in dates
            ],
        ),
        table("The ledger", ("state", "reason", "messages"), record.states),
        table(
            "What newer inputs changed between a build and a send",
            ("change", "times"),
            sorted(record.revisions.items()),
        ),
        table(
            "What people said",
            ("", "times"),
            sorted(Counter(one.kind for one in life.said).items()),
        ),
        table(
            "Crashes",
            ("killed", "when", "outcome"),
            [(step, f"{at:%Y-%m-%d %H:%M}", died) for at, step, died in record.crashes],
        ),
    ]
    return PAGE.format(days=days, tables="\n".join(tables))


def table(title: str, heads: tuple, rows: list[tuple], bad: list[bool] | None = None) -> str:
    lines = [
        f"<tr{' class=bad' if bad and bad[number] else ''}>"
        + "".join(
            f"<td>{escape(f'{value:,}' if isinstance(value, int) else str(value))}</td>" for value in row
        )
        + "</tr>"
        for number, row in enumerate(rows)
    ]
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    return f"<h2>{escape(title)}</h2>\n<table><tr>{head}</tr>\n{chr(10).join(lines)}\n</table>"


def last_line(record: Record, found: Counter, days: int) -> str:
    counts = ", ".join(f"{found[name]:,} {name.replace('_', ' ')}" for name in CHECKS)
    return f"{days} days, {len(record.life.deliveries):,} mails, {len(record.crashes)} crashes: {counts}"
