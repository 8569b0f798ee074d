"""The shapes that secrets and addresses in the settings must have; no message quotes them."""

import base64
import binascii
import re
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.kit.addresses import networks_of

MASTER_KEY_BYTES: Final = 32
DISTINCT_BYTES_MIN: Final = 16
METRICS_TOKEN_MIN: Final = 24
_ORIGIN: Final = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")
_SCHEMES: Final = frozenset({"postgresql", "postgres", "postgresql+asyncpg"})


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


def parts_of(text: str) -> list[str]:
    """What stands between the commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _spoken_by_asyncpg(url: SecretStr) -> SecretStr:
    scheme, separator, rest = url.get_secret_value().partition("://")
    if not separator or scheme not in _SCHEMES:
        raise ValueError("must start with postgresql://")
    named = SecretStr(f"postgresql+asyncpg://{rest}")
    host_of(named)
    return with_ssl_as_asyncpg_names_it(named)


def _strong(key: SecretStr) -> SecretStr:
    decode_master(key.get_secret_value())
    return key


def _long(token: SecretStr) -> SecretStr:
    if len(token.get_secret_value()) < METRICS_TOKEN_MIN:
        raise ValueError(f"must have at least {METRICS_TOKEN_MIN} characters")
    return token


def _of_networks(text: str) -> str:
    networks_of(text)
    return text


def _of_origins(text: str) -> str:
    for origin in parts_of(text):
        if not _ORIGIN.fullmatch(origin):
            raise ValueError("must be origins such as https://app.example.org, never *")
    return text


def _named(folder: object) -> object:
    if folder == "":  # an unset variable of a compose file; it would be wherever one stands
        raise ValueError("must name a folder, or not be set")
    return folder


DatabaseUrl = Annotated[SecretStr, AfterValidator(_spoken_by_asyncpg)]
Folder = Annotated[Path, BeforeValidator(_named)]
Key = Annotated[SecretStr, AfterValidator(_strong)]
"""32 random bytes in base64."""
Token = Annotated[SecretStr, AfterValidator(_long)]
Networks = Annotated[str, AfterValidator(_of_networks)]
Origins = Annotated[str, AfterValidator(_of_origins)]
