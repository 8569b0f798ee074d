"""The shapes that secrets and addresses in the settings must have; no message quotes them."""

import base64
import binascii
from typing import Final

from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

MASTER_KEY_BYTES: Final = 32
DISTINCT_BYTES_MIN: Final = 16


def decode_master(text: str) -> bytes:
    """The master key's 32 bytes.

    Raises:
        ValueError: when it is not base64 of 32 bytes, or too regular to be random.
    """
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("must be base64") from None
    if len(key) != MASTER_KEY_BYTES or len(set(key)) < DISTINCT_BYTES_MIN:
        raise ValueError("must be 32 random bytes in base64 (openssl rand -base64 32)")
    return key


def with_ssl_as_asyncpg_names_it(url: SecretStr) -> SecretStr:
    """Hosts hand out addresses as libpq reads them: `sslmode`, with the same values."""
    named = make_url(url.get_secret_value())
    if "sslmode" not in named.query:
        return url
    query = {"ssl" if key == "sslmode" else key: value for key, value in named.query.items()}
    return SecretStr(named.set(query=query).render_as_string(hide_password=False))


def host_of(url: SecretStr) -> str | None:
    """The host that the address names.

    Raises:
        ValueError: when it is no address.
    """
    try:
        return make_url(url.get_secret_value()).host
    except (ArgumentError, ValueError):
        # The cause quotes what it could not read, and that may be a part of the password.
        raise ValueError("must be a URL, special characters in its password escaped") from None
