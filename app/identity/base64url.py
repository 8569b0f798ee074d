"""Base64url without padding (RFC 4648 section 5), one text for one value."""

import base64
from contextlib import suppress

from app.identity.errors import BadToken


def encode(raw: bytes) -> str:
    """Return the text of these bytes."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Return the bytes of a text that `encode` could have written.

    The standard library skips foreign letters and ignores left-over bits, so many texts would mean
    the same bytes.

    Raises:
        BadToken: any other text.
    """
    with suppress(ValueError):
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if encode(raw) == text:
            return raw
    raise BadToken
