"""Tokens that let a reader act on their own account from a link, without signing in.

A token is HMAC-SHA256 over purpose and user id: made for one user and purpose, it is worth nothing for
another, and no table of tokens is kept. The service behind the links calls `verify` with the same key.
"""

import base64
import hmac
import os
from collections.abc import Callable
from urllib.parse import quote

from email_render.errors import SetupError

KEY_VARIABLE = "RECMAIL_UNSUBSCRIBE_KEY"
OLD_KEYS_VARIABLE = "RECMAIL_UNSUBSCRIBE_OLD_KEYS"
KEY_BYTES_MIN = 32
KEY_DISTINCT_BYTES_MIN = 8  # 32 blanks are long, too; of 32 random bytes or hex digits more differ
TOKEN_BYTES = 16  # RFC 2104, section 5: a truncated HMAC keeps at least half of the hash


def key_from_environment() -> bytes:
    """The signing key, whatever its bytes are. SetupError when it is missing, shorter than 32 bytes or all alike."""
    return checked_key(KEY_VARIABLE, bare_key(os.fsencode(os.environ.get(KEY_VARIABLE, ""))))


def keys_from_environment() -> list[bytes]:
    """The signing key, and those that signed before it: links in mails already sent work as long as theirs is here."""
    old = os.fsencode(os.environ.get(OLD_KEYS_VARIABLE, "")).split()
    return [key_from_environment(), *(checked_key(OLD_KEYS_VARIABLE, key) for key in old)]


def checked_key(variable: str, key: bytes) -> bytes:
    if len(key) < KEY_BYTES_MIN or len(set(key)) < KEY_DISTINCT_BYTES_MIN:
        fault = (
            "is not set"
            if not key
            else "is too short"
            if len(key) < KEY_BYTES_MIN
            else "is too easy to guess"
        )
        raise SetupError(
            f"{variable} {fault}: it signs the unsubscribe links. Make one of {KEY_BYTES_MIN} bytes or "
            f"more with `export {variable}=$(openssl rand -hex 32)` and keep it: links in emails already "
            "sent work only with the key that signed them."
        )
    return key


def bare_key(key: bytes) -> bytes:
    """Without the line break that a file or a form may have added: the same key, the same tokens."""
    return key.strip()


def sign(key: bytes, purpose: str, user_id: str) -> str:
    """The token of one user for one purpose ('unsubscribe', 'preferences'), safe in a URL."""
    digest = hmac.digest(bare_key(key), text_bytes(f"{purpose}\0{user_id}"), "sha256")
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).rstrip(b"=").decode()


def verify(key: bytes, purpose: str, user_id: str, token: str) -> bool:
    """Whether the token was signed with this key for this purpose and user, compared in constant time."""
    return hmac.compare_digest(text_bytes(sign(key, purpose, user_id)), text_bytes(token))


def text_bytes(text: str) -> bytes:
    """Of any text that a link can bring, halves of characters included."""
    return text.encode(errors="surrogatepass")


def personal_link(url: str, purpose: str, user_id: str, signer: Callable[[str, str], str]) -> str:
    """The address with the user (`u`) and their token (`t`).

    Before a fragment, as anywhere: behind `#` a server, and a provider's one-click POST, would not get them. A page
    that finds its way by the fragment (`/#/unsubscribe`) reads them from the address's query (`location.search`).
    """
    page, mark, fragment = url.partition("#")
    joiner = "" if page.endswith(("?", "&")) else "&" if "?" in page else "?"
    return f"{page}{joiner}u={quote(user_id, safe='')}&t={signer(purpose, user_id)}{mark}{fragment}"
