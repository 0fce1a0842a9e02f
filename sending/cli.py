"""The commands `recmail send`, `bounces`, `events` and `endpoint`."""

import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import uvicorn
from sqlalchemy.exc import DBAPIError

from dbt_tools.options import built_warehouse_option, warehouse_option
from email_render.cli import out_option, theme_option
from email_render.theme import Theme
from email_render.tokens import key_from_environment, keys_from_environment
from sending.deliver import Delivery
from sending.endpoint import endpoint as reference_endpoint
from sending.export import EVENTS_FILE, EXCLUSIONS_FILE, LOG_FILE, write_events
from sending.frozen_queue import Emails, Queue, open_queue
from sending.guard import CHECKS, RUNS_COMPARED, findings, require_usual
from sending.ledger import Ledger, utc_now
from sending.mail import Signer
from sending.options import ledger_option
from sending.pace import Pace
from sending.plan import plan_text
from sending.readers import Readers
from sending.reports import read_reports
from sending.revision import Revision
from sending.settings import read_settings
from sending.states import State
from sending.store import LedgerError, ledger_exists, ledger_place, shown
from sending.tables import messages
from sending.transports import KINDS, SMTP_VARIABLE, JsonLines, Maildir, Smtp, SmtpServer

EXIT_UNSENT = 1  # something was not sent that should have been
ENDED_BY_SIGTERM = 128 + signal.SIGTERM


def shifted_clock(_context, _option, moment: datetime | None):
    """A clock that says it is `moment` now, and goes on from there."""
    shift = moment.replace(tzinfo=UTC) - datetime.now(UTC) if moment else timedelta()
    return lambda: utc_now() + shift


@click.command()
@built_warehouse_option
@out_option("emails")
@ledger_option
@click.option("--transport", type=click.Choice(KINDS), required=True, help="Where messages go.")
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    help="The folder of a maildir, or the file of JSON lines. OUT/../maildir or OUT/../emails.jsonl by default.",
)
@click.option(
    "--smtp-url",
    envvar=SMTP_VARIABLE,
    help=f"smtp://user:password@host:587, smtps:// or smtp+plain://. As {SMTP_VARIABLE} nobody else can see it.",
)
@click.option(
    "--inputs",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    envvar="INPUT",
    help="Input files as they are now: who ordered or said no since the build, what is sold out or has another price. "
    "INPUT by default.",
)
@theme_option
@click.option("--dry-run", is_flag=True, help="Print what would be sent, and send nothing.")
@click.option(
    "--allow",
    type=click.Choice(CHECKS),
    multiple=True,
    help="Send this once although this check says no. Repeatable.",
)
@click.option(
    "--connections", type=click.IntRange(1, 64), default=1, show_default=True, help="At the same time."
)
@click.option(
    "--rate", type=click.FloatRange(0.001), default=50, show_default=True, help="Messages a second."
)
@click.option(
    "--domain-rate",
    type=click.FloatRange(0.001),
    default=10,
    show_default=True,
    help="Of these to one domain.",
)
@click.option(
    "--patience",
    type=click.FloatRange(0),
    default=0,
    show_default=True,
    help="Minutes to wait for messages that are due later, or that a server put off.",
)
@click.option(
    "--now",
    "clock",
    type=click.DateTime(["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]),
    callback=shifted_clock,
    help="Send as if it were this UTC time, for simulations.",
)
def send(
    database: Path,
    out: Path,
    ledger: str | None,
    transport: str,
    target: Path | None,
    smtp_url: str | None,
    inputs: Path | None,
    theme: Theme,
    dry_run: bool,
    allow: tuple[str, ...],
    connections: int,
    rate: float,
    domain_rate: float,
    patience: float,
    clock,
) -> None:
    """Send what render wrote, each message at most once, as far as anybody can know.

    Started again after a crash it goes on; several may run at the same time. Ends with 1 when a message could not be
    sent, or it is unclear whether it was, with 2 when nothing could be. docs/sending.md tells of states and checks.
    """
    settings = read_settings()
    place = ledger_place(ledger, database)
    # first of all: what it belongs to is what the queue is held against, until the last message
    emails = Emails(database, out)
    with open_queue(database, out, settings) as (queue, parts):
        # a dry run makes none
        book = None if dry_run and not ledger_exists(place) else Ledger(place, clock)
        if not dry_run:
            recover(book)
        queue.freeze(parts, out, book.all_rows(messages) if book else (), clock())
        revision = queue.revalidate(inputs, clock()) if inputs else None
        for note in queue.notes:
            click.echo(note, err=True)
        plan = queue.plan(revision)
        earlier = book.earlier_runs(queue.run_id, queue.as_of, RUNS_COMPARED) if book else []
        prices = queue.prices_since(earlier[0]["as_of"]) if earlier else None
        found = findings(plan, [run["message_count"] for run in earlier], settings, clock(), prices)
        if dry_run:
            click.echo(plan_text(plan, found, allow))
            return
        connect = connector(transport, target, out, smtp_url)
        signer = Signer.from_environment(settings.send_from)
        require_usual(found, allow)
        if revision:
            say_what_differs(revision)
            if revision.rendered_anew:
                revision.render(out, key_from_environment(), theme)
        take_in(queue, plan.size, book)
        if revision:
            book.note_revisions(revision.differences())
    # from here on the warehouse is free for the next build
    book.expire()
    delivery = Delivery(
        book, emails, settings, transport, connect, Pace(rate, domain_rate), queue.run_id, signer
    )
    try:
        with ended_at_once():
            outcomes = delivery.run(plan.waiting, connections, timedelta(minutes=patience))
    except DBAPIError as error:
        raise LedgerError(
            f"the ledger {shown(place)} stopped answering, what was handed over is found by the next send: {error.orig}"
        ) from error
    report(queue, book, outcomes, place)


@contextmanager
def ended_at_once() -> Iterator[None]:
    """By SIGTERM as by Ctrl-C, after the messages under way: so systemd and others end what they run. Ctrl-C is itself
    again where `recmail watch` takes it for a word to end after its round."""
    before = {
        signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: sys.exit(ENDED_BY_SIGTERM)),
        signal.SIGINT: signal.signal(signal.SIGINT, signal.default_int_handler),
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def connector(transport: str, target: Path | None, out: Path, smtp_url: str | None):
    """What opens a connection. UsageError before anything is written when an option is missing."""
    if transport == "smtp":
        if not smtp_url:
            raise click.UsageError(f"--transport smtp needs {SMTP_VARIABLE}")
        server = SmtpServer.of_url(smtp_url)
        return lambda: Smtp(server)
    if transport == "maildir":
        return lambda: Maildir(target or out.parent / "maildir")
    return lambda: JsonLines(target or out.parent / "emails.jsonl")


def take_in(queue: Queue, size: int, book: Ledger) -> None:
    book.add_run(queue.run_id, queue.as_of, size)
    again = queue.triggers_sent_again
    for rows in queue.messages():
        book.add_queued(rows, again)
    # before what must not go out is dropped: these must not either
    if count := book.send_again(queue.run_id, again):
        click.echo(f"{count:,} messages that may have arrived are sent again, as their rule says")
    book.drop(queue.reasons())
    book.open_run(queue.run_id)


def say_what_differs(revision: Revision) -> None:
    dropped = ", ".join(f"{count:,} {reason}" for reason, count in revision.dropped.items())
    click.echo(
        f"Newer inputs: {sum(revision.dropped.values()):,} messages dropped{f' ({dropped})' if dropped else ''}, "
        f"{revision.changed:,} with other items or prices"
    )


def recover(book: Ledger) -> None:
    """Says what dead senders have left."""
    found = book.recover()
    if found[State.CLAIMED]:
        click.echo(
            f"{found[State.CLAIMED]:,} messages were claimed by a sender that died: they did not leave"
        )
    if found[State.AMBIGUOUS]:
        click.echo(
            f"{found[State.AMBIGUOUS]:,} messages were handed over by a sender that died: they may have arrived"
        )


def report(queue: Queue, book: Ledger, outcomes: Counter, place: str) -> None:
    """What this sender did, and how the run stands. Ends with 1 when not all was sent that should have been."""
    done = ", ".join(
        f"{count:,} {state.value}" for state, count in outcomes.items() if state != State.RENDERED
    )
    click.echo(f"Sent by this command: {done or 'nothing'}")
    click.echo(f"The run's messages in {shown(place)}:")
    states = book.states(queue.run_id)
    for state, reason, count in states:
        click.echo(f"  {count:8,} {state}{f' ({reason})' if reason else ''}")
    if due_at := book.next_due(queue.run_id):
        click.echo(
            f"The next is due at {due_at:%Y-%m-%d %H:%M} UTC: start send every hour, or give it --patience"
        )
    if outcomes[State.FAILED] or any(state == State.AMBIGUOUS for state, *_ in states):
        raise SystemExit(EXIT_UNSENT)


def open_ledger(place: str | None, database: Path) -> Ledger:
    """One that is there. ClickException where none is."""
    place = ledger_place(place, database)
    if not ledger_exists(place):
        raise click.ClickException(f"there is no ledger {shown(place)}: recmail send makes it")
    return Ledger(place)


@click.command()
@warehouse_option
@ledger_option
@click.argument("maildir", type=click.Path(path_type=Path, exists=True, file_okay=False))
def bounces(database: Path, ledger: str | None, maildir: Path) -> None:
    """Take in what came to the bounce address: reports of mails that could not be delivered, and complaints; or
    unsubscribes by mail, which come to var unsubscribe_email.

    Reads the unread mails of MAILDIR and marks them as read. Before anything was sent, none is about a mail of ours.
    """
    if not ledger and not ledger_exists(ledger_place(ledger, database)):
        if not database.exists():
            # a name that is mistyped would say for ever that nothing was sent
            raise click.ClickException(
                f"there is neither a ledger nor a database {database}: name what recmail send was given"
            )
        click.echo("nothing was sent from here yet: no mail was read")
        return
    if not all((maildir / place).is_dir() for place in ("new", "cur")):
        raise click.ClickException(f"{maildir} is no maildir: it has no folders new and cur")
    book = open_ledger(ledger, database)
    counts = read_reports(maildir, book, read_settings())
    for what, count in sorted(counts.items()):
        click.echo(f"{count:8,} {what}")
    if not counts:
        click.echo("no unread mail")


@click.command()
@warehouse_option
@ledger_option
@out_option("events")
def events(database: Path, ledger: str | None, out: Path) -> None:
    """Write email_events.parquet and user_exclusions.parquet, inputs of the next build, and send_log.parquet, every
    message with its state.

    send_revisions.parquet says what newer inputs changed before messages went out.
    """
    counts = write_events(open_ledger(ledger, database), out)
    for count, what, file in zip(
        counts, ("events", "exclusions", "messages"), (EVENTS_FILE, EXCLUSIONS_FILE, LOG_FILE), strict=True
    ):
        click.echo(f"{count:8,} {what} in {out / file}")


@click.command()
@warehouse_option
@ledger_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Behind a proxy that speaks HTTPS.")
@click.option("--port", type=click.IntRange(1, 65535), default=8025, show_default=True)
def endpoint(database: Path, ledger: str | None, host: str, port: int) -> None:
    """Serve /unsubscribe and /preferences: GET asks, POST does it.

    Needs the keys that signed the links: RECMAIL_UNSUBSCRIBE_KEY, and those of before in RECMAIL_UNSUBSCRIBE_OLD_KEYS.
    """
    place = ledger_place(ledger, database)
    is_new = not ledger_exists(place)
    if is_new and not database.exists():
        # a no would be kept where no sender asks
        raise click.ClickException(
            f"there is neither a ledger {shown(place)} nor a database {database}: name what recmail send was given"
        )
    app = reference_endpoint(Ledger(place), keys_from_environment(), Readers(database))
    click.echo(f"What readers say is kept in {shown(place)}" + (", a new ledger" if is_new else ""))
    # no access log: addresses hold tokens
    uvicorn.run(app, host=host, port=port, access_log=False)
