"""A rendered email as the bytes that go out: MIME, and signed (DKIM) when there is a key."""

import os
from datetime import UTC, datetime
from email.headerregistry import Address
from pathlib import Path

import click
import dkim

from email_render.mime import mime_message
from sending.settings import Settings
from sending.transports import Mail

DKIM_KEY_VARIABLE = "RECMAIL_DKIM_KEY"
DKIM_SELECTOR_VARIABLE = "RECMAIL_DKIM_SELECTOR"
# what a reader and a one-click unsubscribe rely on (RFC 8058 wants both of its headers covered)
SIGNED = (
    *("from", "to", "subject", "date", "message-id", "mime-version", "content-type"),
    *("list-unsubscribe", "list-unsubscribe-post", "feedback-id"),
)


class Signer:
    """Signs for the domain that mails come from."""

    def __init__(self, key: bytes, selector: str, domain: str):
        self._key, self._selector, self._domain = key, selector.encode(), domain.encode()

    @classmethod
    def from_environment(cls, send_from: str) -> "Signer | None":
        """None without a key. UsageError when it can't be read, or can't sign."""
        path, selector = os.environ.get(DKIM_KEY_VARIABLE), os.environ.get(DKIM_SELECTOR_VARIABLE)
        if not path:
            return None
        if not selector:
            raise click.UsageError(f"{DKIM_SELECTOR_VARIABLE} is not set: it names the key in DNS")
        try:
            signer = cls(Path(path).read_bytes(), selector, send_from.rpartition("@")[2])
            signer.signature(b"From: a@example.com\r\n\r\n")
        except (OSError, dkim.DKIMException, ValueError) as error:
            raise click.UsageError(
                f"{DKIM_KEY_VARIABLE} names no private key in PEM that can sign: {error}"
            ) from None
        return signer

    def signature(self, content: bytes) -> bytes:
        names = [name.encode() for name in SIGNED]
        return dkim.sign(content, self._selector, self._domain, self._key, include_headers=names)


def outgoing(email: dict, row, settings: Settings, signer: Signer | None) -> Mail:
    """Of a rendered row and its message of the ledger. The same Message-ID however often it is sent."""
    # not formataddr: what it encodes is written anew, without the quotes that "Müller @ Home" needs
    sender = str(Address(row["sender_name"], addr_spec=settings.send_from))
    message = mime_message(email, sender, row["email"], datetime.now(UTC))
    content = message.as_bytes()
    if signer:
        content = signer.signature(content) + content
    return Mail(row["message_id"], settings.bounce_address, row["email"], content)
