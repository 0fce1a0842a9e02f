"""Ways out: an SMTP server, a maildir, a file of JSON lines. Each takes a message and says what became of it.

`hand_over` is called when nothing of the message has left and the next step sends it: from then on a crash, or a lost
answer, leaves it unclear whether it arrived.
"""

import fcntl
import json
import os
import re
import smtplib
import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import click
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from dbt_tools.private_files import private_folder

KINDS = ("smtp", "maildir", "jsonl")
SMTP_VARIABLE = "RECMAIL_SMTP_URL"
TIMEOUT_SECONDS = 60  # RFC 5321 has minutes; a server that takes longer is asked again later
CONNECTION_TRIES = 5
# a mailbox that isn't there, was closed, or takes no mail of anybody (RFC 3463, RFC 7505); not: full, too large, spam,
# or the sender's own address
HARD_STATUS = re.compile(r"5\.(1\.([01236]|10)|2\.1)")
HARD_REPLIES = (550, 551, 553)


class Mail(NamedTuple):
    """A message as it goes out."""

    message_id: str
    sender: str  # of the envelope: where bounces go
    recipient: str
    content: bytes


class Deferred(Exception):
    """The server says "later", before or after it was handed the message: it did not take it."""


class Refused(Exception):
    """The server will not take the message. `is_hard`: because the address takes none."""

    def __init__(self, answer: str, is_hard: bool = False):
        super().__init__(answer)
        self.is_hard = is_hard


class Unclear(Exception):
    """The message was handed over, and the answer is not known."""


class ClaimLost(Exception):
    """Raised by `hand_over`: the message is somebody else's by now, and must not be sent."""


class Unreachable(click.ClickException):
    """Nobody to hand messages to."""


class Transport(ABC):
    """One connection, of one thread."""

    @abstractmethod
    def deliver(self, mail: Mail, hand_over: Callable[[], None]) -> str:
        """The server's answer when it has taken the message; else Deferred, Refused or Unclear."""

    def close(self) -> None:  # noqa: B027
        """Nothing to do, by default."""


class SmtpServer(NamedTuple):
    """smtps://user:password@host speaks TLS from the start, smtp:// STARTTLS or nothing, smtp+plain:// none."""

    scheme: str
    host: str
    port: int
    user: str | None
    password: str | None

    @classmethod
    def of_url(cls, url: str) -> "SmtpServer":
        ports = {"smtps": 465, "smtp": 587, "smtp+plain": 25}
        try:
            parts = urlsplit(url)
            port = parts.port
            # a password's own / would end the host, and what stands before it be taken for that
            is_address = (
                parts.scheme in ports and parts.hostname and not parts[2].strip("/") and not any(parts[3:])
            )
        except ValueError:
            # its words may hold the password
            is_address = False
        if not is_address:
            raise click.UsageError(
                f"{SMTP_VARIABLE} is no address such as smtp://user:password@mail.example:587: smtps:// speaks TLS "
                "from the start, smtp:// after STARTTLS, smtp+plain:// never; a password's / ? # @ : are written "
                "%2F %3F %23 %40 %3A"
            )
        if parts.scheme == "smtp+plain" and parts.password:
            raise click.UsageError(f"{SMTP_VARIABLE}: smtp+plain:// would send the password for all to read")
        user, password = (value and unquote(value) for value in (parts.username, parts.password))
        return cls(parts.scheme, parts.hostname, port or ports[parts.scheme], user, password)


class Smtp(Transport):
    timeout = TIMEOUT_SECONDS
    tries = CONNECTION_TRIES

    def __init__(self, server: SmtpServer):
        self._server = server
        self._client: smtplib.SMTP | None = None

    def deliver(self, mail: Mail, hand_over: Callable[[], None]) -> str:
        try:
            return self._deliver(mail, hand_over)
        except OSError:
            # before the hand-over: servers close connections that they find too old, so once more on a new one
            self._drop_client()
        try:
            return self._deliver(mail, hand_over)
        except OSError as error:
            self._drop_client()
            raise Deferred(f"no answer: {type(error).__name__}") from error

    def _deliver(self, mail: Mail, hand_over: Callable[[], None]) -> str:
        client = self._connected()
        options = []
        if client.has_extn("dsn"):
            # reports name the message by it
            options = ["RET=HDRS", f"ENVID={mail.message_id}"]
        try:
            self._require(client.mail(mail.sender, options), 250)
            self._require(client.rcpt(mail.recipient), 250, is_address=True)
        except UnicodeEncodeError:
            client.rset()
            raise Refused("address: it is not ASCII, and the server was not asked") from None
        self._require(client.docmd("DATA"), 354)
        hand_over()
        try:
            client.send(on_the_wire(mail.content))
            answer = client.getreply()
        except OSError as error:
            self._drop_client()
            raise Unclear(f"no answer: {type(error).__name__}") from error
        self._require(answer, 250)
        return said(answer)

    def _require(self, answer: tuple[int, bytes], expected: int, is_address: bool = False) -> None:
        code = answer[0]
        if code == expected or (expected == 250 and code in (251, 252)):
            return
        if code == 421:
            self._drop_client()
        elif self._client:
            self._reset()
        if 500 <= code < 600:
            text = said(answer)
            enhanced = re.search(r"\b5\.\d{1,3}\.\d{1,3}\b", text)
            is_hard = HARD_STATUS.fullmatch(enhanced.group()) if enhanced else code in HARD_REPLIES
            raise Refused(text, is_address and bool(is_hard))
        raise Deferred(said(answer))

    def _reset(self) -> None:
        try:
            self._client.rset()
        except OSError:
            self._drop_client()

    def _connected(self) -> smtplib.SMTP:
        if self._client is None:
            retrying = Retrying(
                retry=retry_if_exception(may_pass),
                stop=stop_after_attempt(self.tries),
                wait=wait_exponential_jitter(initial=1, max=30),
                reraise=True,
            )
            try:
                self._client = retrying(self._connect)
            except (OSError, smtplib.SMTPException) as error:
                where = f"{self._server.host}:{self._server.port}"
                raise Unreachable(f"the mail server {where} can't be used: {error}") from error
        return self._client

    def _connect(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        if server.scheme == "smtps":
            client = smtplib.SMTP_SSL(server.host, server.port, timeout=self.timeout, context=context)
        else:
            client = smtplib.SMTP(server.host, server.port, timeout=self.timeout)
        try:
            client.ehlo_or_helo_if_needed()
            if server.scheme == "smtp":
                # SMTPNotSupportedError when the server has no TLS: then nothing goes out
                client.starttls(context=context)
                client.ehlo()
            if server.user:
                client.login(server.user, server.password or "")
        except BaseException:
            client.close()
            raise
        return client

    def _drop_client(self) -> None:
        if self._client:
            self._client.close()
            self._client = None

    def close(self) -> None:
        if self._client:
            try:
                self._client.quit()
            except OSError:
                self._drop_client()


def may_pass(error: BaseException) -> bool:
    """Whether to try to connect once more: not when the server wants no TLS, or another password."""
    passing = (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError)
    return isinstance(error, OSError) and (
        isinstance(error, passing) or not isinstance(error, smtplib.SMTPException)
    )


def on_the_wire(content: bytes) -> bytes:
    """With dots doubled at the beginning of lines, and the line that ends it (RFC 5321, 4.5.2)."""
    return re.sub(rb"(?m)^\.", b"..", content.removesuffix(b"\r\n")) + b"\r\n.\r\n"


def said(answer: tuple[int, bytes]) -> str:
    """An answer as text, short and on one line."""
    code, text = answer
    return f"{code} {' '.join(text.decode('ascii', 'replace').split())[:200]}"


class Maildir(Transport):
    """A file per message, named by it, so that the same message can't be there twice."""

    def __init__(self, folder: Path):
        private_folder(folder, known_by="new")
        for name in ("new", "tmp", "cur"):
            (folder / name).mkdir(exist_ok=True, mode=0o700)
        self._folder = folder

    def deliver(self, mail: Mail, hand_over: Callable[[], None]) -> str:
        hand_over()
        unfinished = self._folder / "tmp" / mail.message_id
        with unfinished.open("wb") as file:
            file.write(mail.content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self._folder / "new" / mail.message_id)
        return "250 kept"


class JsonLines(Transport):
    """A line per message, for whoever sends by an interface: `idempotency_key` tells a message from another."""

    def __init__(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = path

    def deliver(self, mail: Mail, hand_over: Callable[[], None]) -> str:
        hand_over()
        line = {
            "idempotency_key": mail.message_id,
            "sender": mail.sender,
            "recipient": mail.recipient,
            "message": mail.content.decode("ascii"),
        }
        with self._path.open("ab+") as file:
            # threads and processes write in turn
            fcntl.flock(file, fcntl.LOCK_EX)
            remove_half_line(file)
            file.write(json.dumps(line).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return "250 kept"


def remove_half_line(file) -> None:
    """Of a sender that was killed while it wrote: what it meant to say is ambiguous in the ledger."""
    end = file.seek(0, os.SEEK_END)
    block = 1 << 16
    first = True
    while end:
        start = max(0, end - block)
        file.seek(start)
        text = file.read(end - start)
        if first and text.endswith(b"\n"):
            return
        first = False
        newline = text.rfind(b"\n")
        if newline >= 0:
            file.truncate(start + newline + 1)
            return
        end = start
    file.truncate(0)
