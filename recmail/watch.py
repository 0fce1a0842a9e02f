"""Builds, renders and, if it is told how, sends, every few minutes: new events become new messages.

One watch at a time works on a warehouse. A round in which nothing new has arrived only sends what has become due; after
a failure the next round waits twice as long, eight times at most. Each round says in a line what it did. The project is
read when it begins, and again when a file of it has changed.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import click
from dbt.contracts.graph.manifest import Manifest

from dbt_tools.build_vars import build_vars, declared_vars
from dbt_tools.dbt_runs import parse_project, project_files, run_dbt, without_tests
from dbt_tools.less_work import without_looking_for_garbage
from dbt_tools.options import database_option
from dbt_tools.private_files import sole_use
from dbt_tools.project import files_state, project_directory
from dbt_tools.relations import CannotOpen, open_file, qualified, schemas_holding
from email_render.cli import out_option, render
from recmail.build import replaced_by_copy
from sending.cli import ENDED_BY_SIGTERM, ended_at_once, send
from sending.export import ledger_vars
from sending.options import ledger_option
from sending.transports import KINDS

SELECTOR = "realtime"
SLOWER_MAX = 8  # times the usual wait, after failures


class Failed(Exception):
    """A step of a round; the text says which, and why."""


@click.command(help=__doc__)
@database_option
@out_option("emails")
@click.option(
    "--every",
    type=click.FloatRange(0.01),
    default=15,
    show_default=True,
    metavar="MINUTES",
    help="How often.",
)
@click.option(
    "--selector",
    default=SELECTOR,
    show_default=True,
    help="Of selectors.yml: `realtime` leaves tables of the whole shop as the last full build made them.",
)
@ledger_option
@click.option("--rounds", type=click.IntRange(1), help="End after so many, instead of never.")
@click.option("--transport", type=click.Choice(KINDS), help="Send, too; other options of send come after --.")
@click.argument("send_options", nargs=-1)
def watch(
    database: Path,
    out: Path,
    every: float,
    selector: str,
    ledger: str | None,
    rounds: int | None,
    transport: str | None,
    send_options: tuple[str, ...],
) -> None:
    database = database.resolve()
    try:
        variables = build_vars(os.environ, declared_vars())
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    places = ["--database", str(database), "--out", str(out)]
    project = Project(database, variables, selector, ledger=ledger)
    asked_to_end = threading.Event()

    def send_what_is_due() -> str:
        if not transport:
            return ""
        with ended_at_once():
            if asked_to_end.is_set():
                return ", not sent: asked to end"
            named = ["--ledger", ledger] if ledger else []
            run(send, *places, *named, "--transport", transport, *send_options)
        return ", sent"

    def one_round() -> str:
        before, begun = queued_messages(database), time.monotonic()
        project.build()
        built = time.monotonic()
        run(render, *places)
        after = queued_messages(database)
        line = (
            f"{len(after - before):,} messages are new, {len(before - after):,} went, {len(after & before):,} stayed; "
            f"built in {built - begun:.0f} s, rendered in {time.monotonic() - built:.0f} s"
        )
        return line + send_what_is_due()

    with only_watch(database), ended_by_signals(asked_to_end):
        loop(one_round, send_what_is_due, lambda: arrivals(variables), every * 60, asked_to_end.wait, rounds)


def loop(
    one_round: Callable[[], str],
    otherwise: Callable[[], str],
    seen: Callable[[], object],
    seconds: float,
    wait: Callable[[float], bool],
    rounds: int | None = None,
) -> None:
    """A round whenever what is `seen` is not what it was at the last good one (None: always), else what is done
    `otherwise`. Ends after `rounds`, or when `wait` says so."""
    failures, last, done = 0, None, 0
    while True:
        now = seen()
        try:
            if now is not None and now == last:
                said = "nothing new has arrived" + otherwise()
            else:
                # a second's work, which can wait until the mails are out
                with without_looking_for_garbage():
                    said, last = one_round(), now
            failures = 0
        except Failed as failure:
            failures += 1
            said = f"failed ({failures} in a row): {failure}"
        pause = seconds * min(2**failures, SLOWER_MAX)
        done += 1
        is_last = done == rounds
        click.echo(
            f"{datetime.now():%Y-%m-%d %H:%M:%S}  {said}"
            + ("" if is_last else f"; again in {pause / 60:g} min")
        )
        if is_last or wait(pause):
            break
    if failures:
        raise SystemExit(1)


@contextmanager
def ended_by_signals(asked: threading.Event) -> Iterator[None]:
    """Asked to end, which a watch does after the step under way: no mail is begun then."""
    before = {
        number: signal.signal(number, lambda *_: asked.set()) for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def watch_folder(database: Path) -> Path:
    """Its lock, and what dbt writes beside a warehouse."""
    return database.with_name(f".{database.name}.watched")


@contextmanager
def only_watch(database: Path):
    folder = watch_folder(database)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as held:
        try:
            held.enter_context(sole_use(folder))
        except BlockingIOError:
            raise click.ClickException(f"another recmail watch works on {database}") from None
        yield


@dataclass
class Project:
    """What dbt has read of the project, from round to round: to read it costs more than many a round."""

    database: Path
    variables: dict
    selector: str
    files: tuple = ()
    manifest: Manifest | None = None
    ledger: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def build(self) -> None:
        """A round of the selector, beside the warehouse. Failed, saying why."""
        manifest = self.read()
        # of a manifest without tests dbt's other way draws none either, in half a second
        edges = ["--use-fast-test-edges"] if self.selector == SELECTOR else []
        with (
            step("build"),
            replaced_by_copy(self.database) as copy,
            ledger_vars(self.database, self.ledger, copy.parent / "ledger") as read,
        ):
            outcome = run_dbt(
                *("build", "--selector", self.selector, "--no-write-json", *edges),
                variables=read | self.variables,
                folder=watch_folder(self.database),
                database=copy,
                manifest=manifest,
                seconds=self.seconds,
            )
        if not outcome.succeeded:
            # what failed in a model dbt has printed
            raise Failed("build ended with 1" if outcome.results else f"build: {outcome.messages[-1]}")
        self.seconds = {result.node.unique_id: result.execution_time for result in outcome.results}

    def read(self) -> Manifest:
        """Anew when a file of it isn't what it was."""
        files = project_files()
        if not self.manifest or files != self.files:
            try:
                folder = watch_folder(self.database)
                self.manifest = parse_project(self.variables, folder, self.database, writes_json=False)
            except SystemExit as error:
                raise Failed(f"build: {error}") from error
            if self.selector == SELECTOR:
                # it runs none
                self.manifest = without_tests(self.manifest)
            self.files = files
        return self.manifest


@contextmanager
def step(name: str) -> Iterator[None]:
    """Failed, saying why, when the block could not do its work. Of what nobody foresaw, a full disk say, not its words:
    they may hold people."""
    try:
        yield
    except click.Abort:
        raise
    except click.ClickException as error:
        raise Failed(f"{name}: {error.format_message()}") from error
    except Exception as error:
        reason = isinstance(error, OSError) and error.strerror
        raise Failed(f"{name}: {reason or type(error).__name__}") from error


def run(command: click.Command, *arguments: str) -> None:
    """Failed when it could not do its work: a message set aside, or an unclear one, is no failure."""
    name = command.name
    try:
        with step(name):
            command.main(list(arguments), prog_name=name, standalone_mode=False)
    except SystemExit as end:
        if end.code == ENDED_BY_SIGTERM:
            # whoever asked the sender to end has asked its watch
            raise
        if end.code and end.code != 1:
            raise Failed(f"{name} ended with {end.code}") from end


def queued_messages(database: Path) -> set[str]:
    """Their ids; none before the first build. Failed while another process writes to it."""
    if not database.is_file():
        return set()
    try:
        connection = open_file(database)
    except CannotOpen as error:
        raise Failed(error.format_message()) from None
    with connection:
        schemas = schemas_holding(connection, "email_queue")
        if not schemas:
            return set()
        rows = connection.execute(f"select message_id from {qualified(schemas[0], 'email_queue')}").fetchall()
    return {message_id for (message_id,) in rows}


def arrivals(variables: dict) -> object:
    """What tells the inputs' files from those of before; None where not all inputs are files of one folder."""
    said = declared_vars() | variables
    if said["input_schema"] or said["input_relations"] or said["sources"]:
        return None
    return files_state((project_directory() / said["input_location"]).glob("*.*"))
