"""What tests of sending share: a rendered queue, ledgers of both kinds, and mail servers that misbehave on request."""

import multiprocessing
import os
import secrets
import signal
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner, Result
from email_render_warehouse import build_warehouse

from email_render.load import ITEM_LINES_TYPE
from email_render.run import Job, render_queue
from sending.cli import send

# forked from a server that has imported all once, and has no threads
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload([__name__])
ROOT = Path(__file__).parents[2]
KEY = b"0123456789abcdef0123456789abcdef"
# when the queue of email_render_warehouse is due
NOW = "2017-11-15 12:00:00"
# what the sender reads beside what render reads
MARTS = (
    """
    create table dbt_email.stg_users as
    select user_id, email, null::timestamp as email_consent_at, 'UTC' as timezone from email_queue
    """,
    """
    create table dbt_email.int_user_addresses as
    select user_id, lower(email) as address_key, 1 as gap_days from email_queue
    """,
    "alter table dbt_email.send_decisions add column as_of timestamp",
    "update dbt_email.send_decisions set as_of = timestamp '2017-11-15'",
    "create table inputs.erasure_requests (user_id varchar)",
    "alter table dbt_email.email_queue add column expires_at timestamp",
    "update dbt_email.email_queue set expires_at = send_at + interval 24 hours",
    "alter table dbt_email.email_queue add column unclear_delivery varchar default 'leave'",
    "create table dbt_email.stg_items as select 'i' || range as item_id, 10.0 price, 'EUR' currency from range(10)",
    "create table dbt_email.int_item_history as select *, timestamp '2017-11-01' as as_of from dbt_email.stg_items",
    "alter table dbt_email.email_queue add column placement varchar default 'email_digest'",
    f"""
    update dbt_email.email_queue
    set item_lines = cast(
        list_transform(range(1, 9), lambda place: {{'place': place, 'position': place}}) as {ITEM_LINES_TYPE}
    )
    """,
)
FAST = ("--rate", "100000", "--domain-rate", "100000")


class Shop(NamedTuple):
    database: Path
    out: Path

    @property
    def options(self) -> list[str]:
        return ["--database", str(self.database), "--out", str(self.out), "--now", NOW, *FAST]


def rendered_shop(folder: Path, *changes: str, user_count: int = 6) -> Shop:
    database = build_warehouse(folder / "w.duckdb", *MARTS, *changes, user_count=user_count)
    render_queue(Job(database, folder / "emails", KEY, "sql"), 1, None)
    return Shop(database, folder / "emails")


def sent(shop: Shop, ledger: str, *options: str) -> Result:
    """`recmail send` in this process."""
    outcome = CliRunner().invoke(send, [*shop.options, "--ledger", ledger, *options])
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome.exc_info
    return outcome


class Sender:
    """`recmail send` in a process of its own, after `code` has changed how it goes."""

    def __init__(self, code: str, shop: Shop, ledger: str, *options: str):
        output, self._process_end = processes.Pipe(duplex=False)
        arguments = [*shop.options, "--ledger", ledger, *options]
        self._process = processes.Process(
            target=run_sender, args=(code, arguments, self._process_end, dict(os.environ))
        )
        self._output = output
        self._process.start()
        self._process_end.close()

    def ended(self) -> tuple[int, str]:
        """Its exit code, once it has ended, and what it said."""
        try:
            said = self._output.recv()
        except EOFError:
            said = "killed"
        self._process.join()
        return self._process.exitcode, said


def run_sender(code: str, arguments: list[str], output, environment: dict) -> None:
    os.environ.update(environment)
    # whoever started the tests in the background may have it ignored
    signal.signal(signal.SIGINT, signal.default_int_handler)
    exec(code, {"os": os, "signal": signal})
    outcome = CliRunner().invoke(send, arguments)
    output.send(outcome.output)
    raise SystemExit(outcome.exit_code)


class Mailbox:
    """Takes every message, unless a test says otherwise; `answers` are given to the messages in turn."""

    def __init__(self):
        self.received: list[bytes] = []
        self.answers: list[str] = []
        self.rcpt_answers: list[str] = []
        self.url = ""

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        answer = self.rcpt_answers.pop(0) if self.rcpt_answers else "250 ok"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        answer = self.answers.pop(0) if self.answers else "250 kept"
        if answer.startswith("250") or answer == "drop":
            self.received.append(envelope.original_content)
        if answer == "drop":
            # after the message is in, before the sender knows
            server.transport.abort()
        return answer

    @property
    def counts(self) -> Counter:
        """How often each message came, by its Message-ID."""
        return Counter(message["Message-ID"] for message in self.messages)

    @property
    def messages(self) -> list:
        return [message_from_bytes(content, policy=policy.default) for content in self.received]


@contextmanager
def serving(handler: Mailbox, **options) -> Iterator[Mailbox]:
    controller = Controller(handler, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    handler.url = f"smtp+plain://127.0.0.1:{controller.port}"
    try:
        yield handler
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def new_postgresql() -> str:
    """A database of its own in the server that `make services` has started; skips where there is none."""
    place = ROOT / "target/services/postgresql/url"
    if not place.exists():
        pytest.skip("no PostgreSQL: `make services` installs and starts one")
    url = place.read_text("utf-8").strip()
    name = f"ledger_{secrets.token_hex(6)}"
    try:
        with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
            connection.execute(f"create database {name}")
    except psycopg.OperationalError as error:
        pytest.skip(f"PostgreSQL does not answer, `make services` starts it: {error}")
    return f"{url}/{name}"
