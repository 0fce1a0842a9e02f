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
KEY_BYTES_MIN = 32
TOKEN_BYTES = 16  # RFC 2104, section 5: a truncated HMAC keeps at least half of the hash


def key_from_environment() -> bytes:
    """The signing key. SetupError when it is missing or shorter than 32 bytes."""
    key = os.environ.get(KEY_VARIABLE, "").encode()
    if len(key) < KEY_BYTES_MIN:
        fault = "is too short" if key else "is not set"
        raise SetupError(
            f"{KEY_VARIABLE} {fault}: it signs the unsubscribe links. Make one of {KEY_BYTES_MIN} bytes or "
            f"more with `export {KEY_VARIABLE}=$(openssl rand -hex 32)` and keep it: links in emails already "
            "sent work only with the key that signed them."
        )
    return key


def sign(key: bytes, purpose: str, user_id: str) -> str:
    """The token of one user for one purpose ('unsubscribe', 'preferences'), safe in a URL."""
    digest = hmac.digest(key, f"{purpose}\0{user_id}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).rstrip(b"=").decode()


def verify(key: bytes, purpose: str, user_id: str, token: str) -> bool:
    """Whether the token was signed with this key for this purpose and user, compared in constant time."""
    return hmac.compare_digest(sign(key, purpose, user_id).encode(), token.encode())


def personal_link(url: str, purpose: str, user_id: str, signer: Callable[[str, str], str]) -> str:
    """The address with the user (`u`) and their token (`t`)."""
    joiner = "&" if "?" in url else "?"
    return f"{url}{joiner}u={quote(user_id, safe='')}&t={signer(purpose, user_id)}"
