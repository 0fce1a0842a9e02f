"""The days of the simulation: each has a build, a rendering and two sends, and on some of them something is killed."""

import contextlib
import io
import json
import os
import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_string, policy
from pathlib import Path

import click
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from dbt.contracts.graph.manifest import Manifest
from tqdm import tqdm

from dbt_tools.dbt_runs import NO_TESTS, parse_project, run_dbt, without_tests
from dbt_tools.project import CHECKOUT
from dbt_tools.relations import qualified, schemas_holding
from email_render.cli import render
from email_render.tokens import KEY_VARIABLE
from sending.cli import send
from sending.endpoint import note_unsubscribe
from sending.export import event_rows
from sending.ledger import Ledger
from sending.tables import revisions
from simulation.audit import shown_items
from simulation.behaviour import DAY, HOUR, MINUTE, Delivery, Life
from simulation.crash import BUILD, STEPS

START = datetime(2026, 3, 2)  # a Monday; four weeks later the clocks change in Europe
HISTORY = timedelta(days=30)
BUILD_HOUR, SEND_HOURS = 5, (11, 19)
FULL_BUILD_WEEKDAY = START.weekday()  # of other days selector realtime has the build
FRUGAL = ("--no-write-json", "--log-level", "none", "--log-level-file", "none")
# of links that nobody follows
KEY = "of the simulation alone, 32 bytes or more"


@dataclass
class Record:
    """What the report tells."""

    life: Life
    crashes: list[tuple[datetime, str, str]] = field(default_factory=list)
    queued: Counter = field(default_factory=Counter)
    states: list[tuple] = field(default_factory=list)
    revisions: Counter = field(default_factory=Counter)


class Simulation:
    def __init__(
        self,
        folder: Path,
        days: int,
        people: int,
        crashes: int,
        seed: int,
        manifest: Manifest | None = None,
        threads: int = 1,
    ):
        self._folder, self._days, self._manifest = folder, days, manifest
        self._inputs, self._database = folder / "inputs", folder / "w.duckdb"
        self._out = folder / "emails"
        self._place = str(folder / "ledger.sqlite")
        self._threads = str(threads)
        self._vars = {"input_location": str(self._inputs), "gate": "sql"}
        self._was_built = False
        self._clock = START
        self._ledger = Ledger(self._place, lambda: self._clock)
        self.life = Life(seed, people, START - HISTORY, self._unsubscribe)
        self.record = Record(self.life)
        steps = list(STEPS)
        self._crash_of_day = {
            number * days // crashes: steps[number % len(steps)] for number in range(crashes)
        }

    def _unsubscribe(self, user_id: str, at: datetime) -> None:
        """As the endpoint does."""
        self._clock = at
        note_unsubscribe(self._ledger, user_id)

    def run(self) -> Record:
        with environment():
            manifest = without_tests(
                self._manifest or parse_project(self._vars, self._folder, self._database, writes_json=False)
            )
            for day in tqdm(range(self._days), desc="Living", unit=" days", disable=None):
                morning = START + day * DAY
                self.life.advance(morning + BUILD_HOUR * HOUR)
                crash = self._crash_of_day.get(day)
                if crash == BUILD:
                    self._crash_build(manifest)
                self._build(manifest)
                if crash == "renderer":
                    self._crash(crash, "render", *self._places)
                quietly(render, *self._places)
                self._note_queue()
                for hour in SEND_HOURS:
                    self.life.advance(morning + hour * HOUR)
                    # most wait in the morning
                    if crash and crash.startswith("sender") and hour == SEND_HOURS[0]:
                        self._crash(crash, "send", *self._send_options(self.life.now))
                        self.life.advance(self.life.now + 10 * MINUTE)
                    quietly(send, *self._send_options(self.life.now))
                    self._deliver()
            self.record.states = self._ledger.states()
            self.record.revisions = Counter(
                row["change"] for row in self._ledger.all_rows(revisions) if row["after"] != ""
            )
        return self.record

    # --- the shop's side ---------------------------------------------------------------------------------------

    @property
    def _places(self) -> list[str]:
        return ["--database", str(self._database), "--out", str(self._out)]

    def _write_inputs(self) -> None:
        """All that the shop has by now, and what the ledger knows of mails."""
        tables = self.life.tables()
        tables["email_events"] = [
            {
                name: row.get(name)
                for name in ("event_id", "event_type", "occurred_at", "user_id", "message_id")
            }
            | {"bounce_type": row.get("bounce_type"), "item_id": None}
            for row in event_rows(self._ledger)
            if row["occurred_at"] <= self.life.now
        ] + tables.get("email_events", [])
        # a monitor looks at the shop all the time: the latest event is as of now
        tables.setdefault("web_events", []).append(
            {
                "event_id": f"monitor-{self.life.now:%Y%m%d%H%M}",
                "event_type": "category_view",
                "occurred_at": self.life.now,
                "anonymous_id": "monitor",
            }
        )
        self._inputs.mkdir(parents=True, exist_ok=True)
        for name, rows in tables.items():
            if rows:
                columns = sorted({column for row in rows for column in row})
                table = pa.table({column: [row.get(column) for row in rows] for column in columns})
                pq.write_table(table, self._inputs / f"{name}.parquet")

    def _build_of(self, manifest: Manifest) -> tuple[tuple[str, ...], dict]:
        """Arguments and options of run_dbt."""
        is_full = not self._was_built or self.life.now.weekday() == FULL_BUILD_WEEKDAY
        selector = "email" if is_full else "realtime"
        # seeds change by no day
        seeds = ("--exclude-resource-type", "seed") if self._was_built else ()
        self._write_inputs()
        return ("build", "--selector", selector, "--threads", self._threads, *FRUGAL, *NO_TESTS, *seeds), {
            "variables": self._vars,
            "folder": self._folder,
            "database": self._database,
            "manifest": manifest,
        }

    def _build(self, manifest: Manifest) -> None:
        arguments, options = self._build_of(manifest)
        built = run_dbt(*arguments, **options)
        if not built.succeeded:
            raise click.ClickException("\n".join(["the made-up shop can't be built:", *built.messages]))
        self._was_built = True

    def _note_queue(self) -> None:
        """What was promised for when."""
        with duckdb.connect(str(self._database), read_only=True) as connection:
            [schema] = schemas_holding(connection, "email_queue")
            rows = connection.execute(
                f"select message_id, send_at from {qualified(schema, 'email_queue')}"
            ).fetchall()
        self._built_at, self._send_at = self.life.now, dict(rows)
        self.record.queued[self.life.now.date()] = len(rows)

    # --- sending -----------------------------------------------------------------------------------------------

    def _send_options(self, at: datetime) -> list[str]:
        self._write_inputs()
        self._mails = self._folder / f"mails-{at:%Y%m%d-%H%M}.jsonl"
        named = {
            "--ledger": self._place,
            "--inputs": str(self._inputs),
            "--now": f"{at:%Y-%m-%d %H:%M:%S}",
            "--transport": "jsonl",
            "--to": str(self._mails),
            "--rate": "100000",
            "--domain-rate": "100000",
            # a shop of so few people has days without mails
            "--allow": "empty",
        }
        return [*self._places, *(part for option in named.items() for part in option)]

    def _crash(self, step: str, *command: str) -> None:
        """Runs the command in a process that is killed at the step, and takes what it had handed over."""
        self.record.crashes.append((self.life.now, step, self._killed(step, *command)))
        if command[0] == "send":
            self._deliver()

    def _killed(self, step: str, *command: str) -> str:
        """What became of the command in a process that is to be killed at the step."""
        ended = subprocess.run(
            [sys.executable, "-m", "simulation.crash", step, *command],
            capture_output=True,
            text=True,
            cwd=CHECKOUT,
        )
        return "killed" if ended.returncode == -9 else "came to its end before"

    def _crash_build(self, manifest: Manifest) -> None:
        """Kills a build half-way. What it leaves neither the renderer nor the sender may take for a queue."""
        plan = self._folder / "build.pickle"
        plan.write_bytes(pickle.dumps(self._build_of(manifest)))
        died = self._killed(BUILD, str(plan))
        for command, options in ((render, self._places), (send, self._send_options(self.life.now))):
            with contextlib.suppress(click.ClickException):
                quietly(command, *options)
                died = f"{command.name} used what it left"
        self.record.crashes.append((self.life.now, BUILD, died))

    def _deliver(self) -> None:
        """Hands what was sent at this moment to its readers."""
        if not self._mails.exists():
            return
        stock_and_prices = {item.item_id: (item.stock, item.price) for item in self.life.items}
        users = {person.email: person.user_id for person in reversed(self.life.people)}
        for line in self._mails.read_text("utf-8").splitlines():
            mail = json.loads(line)
            message = message_from_string(mail["message"], policy=policy.default)
            html = message.get_body(("html",)).get_content()
            message_id = mail["idempotency_key"]
            # whose it is, of those who share an address, stands in the link that unsubscribes
            user_id = next(
                (
                    name
                    for name in message["List-Unsubscribe"].split("u=")[1:2]
                    for name in [name.split("&")[0]]
                ),
                users[mail["recipient"]],
            )
            self.life.receive(
                Delivery(
                    message_id=message_id,
                    trigger=message["X-Recmail-Trigger"],
                    address=mail["recipient"],
                    user_id=user_id,
                    at=self.life.now,
                    built_at=self._built_at,
                    send_at=self._send_at[message_id],
                    items=shown_items(html),
                    html=html,
                    shop=stock_and_prices,
                )
            )
        # taken: the next send writes a file of its own
        self._mails.rename(self._mails.with_suffix(f".{len(self.life.deliveries)}.taken"))


@contextlib.contextmanager
def environment() -> Iterator[None]:
    """The simulation's own, for this process and those that it starts."""
    before = dict(os.environ)
    for name in (
        "VARS",
        "INPUT",
        "AS_OF",
        "RECMAIL_LEDGER",
        "RECMAIL_DKIM_KEY",
        "RECMAIL_UNSUBSCRIBE_OLD_KEYS",
    ):
        os.environ.pop(name, None)
    os.environ[KEY_VARIABLE] = KEY
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def quietly(command: click.Command, *arguments: str) -> str:
    """What the command said. ClickException with it when it could do nothing."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            command.main(list(arguments), standalone_mode=False)
        except SystemExit as end:
            # 1: something is unclear, or could not be printed
            if end.code not in (0, 1):
                raise click.ClickException(f"{command.name}: {said.getvalue()}") from None
    return said.getvalue()
