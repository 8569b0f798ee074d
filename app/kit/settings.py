"""Settings: read once from the environment (`TIMEBANK_…`), then frozen.

In `demo` everything has a default and the keys are made in the data folder at the first start.
In `production` the database and the secrets must be named, and weak ones are refused.
"""

import base64
import binascii
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import (
    AwareDatetime,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.kit.secrets import DemoSecrets

MASTER_KEY_BYTES = 32
DISTINCT_BYTES_MIN = 16
METRICS_TOKEN_MIN = 24
_DEMO_KEYS = ("master_key", "token_key", "seal_key")
CHECKOUT = Path(__file__).resolve().parents[2]


class Environment(StrEnum):
    """Where this runs. `demo` is for trying out; `test` only differs by cheap passwords."""

    DEMO = "demo"
    TEST = "test"
    PRODUCTION = "production"


class BadSettings(Exception):
    """The settings cannot be used; the message says which and why, never a value."""


class Settings(BaseSettings):
    """Every setting, its unit in its name. The README has the same table for people."""

    model_config = SettingsConfigDict(env_prefix="TIMEBANK_", frozen=True, extra="ignore")

    environment: Environment = Environment.DEMO
    data_folder: Path = Field(
        CHECKOUT / ".timebank", description="Embedded database and demo keys live here."
    )
    database_url: SecretStr | None = Field(
        None, description="The application's role. Unset: the embedded PostgreSQL."
    )
    owner_database_url: SecretStr | None = Field(
        None, description="The migrating owner's role; needed by `timebank db` only."
    )
    master_key: SecretStr | None = Field(
        None, description="32 random bytes in base64: e-mails, messages and cursors hang on it."
    )
    token_key: SecretStr | None = Field(
        None, description="PEM of the P-256 private key that signs access tokens."
    )
    token_key_next: SecretStr | None = Field(
        None, description="PEM of the next one: published at once, signs from its moment on."
    )
    token_key_next_at: AwareDatetime | None = Field(
        None, description="That moment (RFC 3339); from then on the old one signs nothing."
    )
    seal_key: SecretStr | None = Field(
        None, description="PEM of the Ed25519 private key that seals the books."
    )
    seal_key_previous: SecretStr | None = Field(
        None, description="PEM of the key before it: its seals are still believed."
    )
    issuer: str = Field("timebank", description="The `iss` of access tokens.", min_length=1)
    default_bank: str = Field("kljuc", description="The bank meant when a request names none.")
    metrics_token: SecretStr | None = Field(
        None, description="Bearer token for /metrics. Unset: not served outside the demo."
    )
    database_pool_max: int = Field(
        10, ge=1, le=200, description="Database connections of one server process."
    )
    database_wait_seconds_max: float = Field(
        5.0, gt=0, le=60, description="Longest wait for a free connection; then 503."
    )
    body_bytes_max: int = Field(65_536, ge=1_024, le=10_485_760, description="Larger is 413.")
    access_seconds: int = Field(600, ge=30, le=600, description="Life of an access token.")
    session_days: int = Field(30, ge=1, le=90, description="An unused session ends after this.")
    proposal_days: int = Field(14, ge=1, le=90, description="An unanswered proposal expires.")
    hold_days: int = Field(
        60, ge=1, le=365, description="An accepted exchange that is not delivered expires."
    )
    dispute_days: int = Field(14, ge=0, le=90, description="Disputes open this long afterwards.")
    open_listings_max: int = Field(100, ge=1, description="Open listings a member may have.")
    open_proposals_max: int = Field(20, ge=1, description="Open proposals a member may make.")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")

    @field_validator("database_url", "owner_database_url")
    @classmethod
    def _speaks_asyncpg(cls, url: SecretStr | None) -> SecretStr | None:
        if url is None:
            return None
        scheme, separator, rest = url.get_secret_value().partition("://")
        if not separator or scheme not in {"postgresql", "postgres", "postgresql+asyncpg"}:
            raise ValueError("must start with postgresql://")
        named = SecretStr(f"postgresql+asyncpg://{rest}")
        _host_of(named)
        return _with_ssl_as_asyncpg_names_it(named)

    @field_validator("master_key")
    @classmethod
    def _strong_master(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None:
            decode_master(key.get_secret_value())
        return key

    @field_validator("metrics_token")
    @classmethod
    def _long_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and len(token.get_secret_value()) < METRICS_TOKEN_MIN:
            raise ValueError(f"must have at least {METRICS_TOKEN_MIN} characters")
        return token

    @model_validator(mode="after")
    def _production_names_everything(self) -> Self:
        if self.environment is not Environment.PRODUCTION:
            return self
        needed = ("database_url", "master_key", "token_key", "seal_key")
        missing = [f"TIMEBANK_{name.upper()}" for name in needed if getattr(self, name) is None]
        if missing:
            raise ValueError(f"production needs {', '.join(missing)}")
        if self.database_url and not _host_of(self.database_url):
            raise ValueError("TIMEBANK_DATABASE_URL must name its host")
        return self

    @model_validator(mode="after")
    def _next_key_has_its_moment(self) -> Self:
        if (self.token_key_next is None) is not (self.token_key_next_at is None):
            raise ValueError("TIMEBANK_TOKEN_KEY_NEXT and TIMEBANK_TOKEN_KEY_NEXT_AT go together")
        return self

    @property
    def embedded(self) -> bool:
        """Whether the embedded PostgreSQL is meant."""
        return self.database_url is None

    @property
    def is_demo(self) -> bool:
        """Whether this is a place for trying out, and not for people's data."""
        return self.environment is not Environment.PRODUCTION


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


def _with_ssl_as_asyncpg_names_it(url: SecretStr) -> SecretStr:
    """Hosts hand out addresses as libpq reads them: `sslmode`, with the same values."""
    named = make_url(url.get_secret_value())
    if "sslmode" not in named.query:
        return url
    query = {"ssl" if key == "sslmode" else key: value for key, value in named.query.items()}
    return SecretStr(named.set(query=query).render_as_string(hide_password=False))


def _host_of(url: SecretStr) -> str | None:
    try:
        return make_url(url.get_secret_value()).host
    except (ArgumentError, ValueError):
        # The cause quotes what it could not read, and that may be a part of the password.
        raise ValueError("must be a URL, special characters in its password escaped") from None


def load_settings(**overrides: object) -> Settings:
    """Read the environment; in the demo, fill in the keys kept in the data folder.

    Raises:
        BadSettings: with one clear line for each setting that cannot be used.
    """
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]  # pydantic judges the values
        if settings.is_demo and any(getattr(settings, name) is None for name in _DEMO_KEYS):
            made = DemoSecrets.kept_in(settings.data_folder)
            settings = settings.model_copy(
                update={
                    name: getattr(settings, name) or SecretStr(getattr(made, name))
                    for name in _DEMO_KEYS
                }
            )
    except ValidationError as error:
        lines = [_line(tuple(fault["loc"]), fault["msg"]) for fault in error.errors()]
        raise BadSettings("; ".join(lines)) from None
    return settings


def _line(place: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    return f"TIMEBANK_{str(place[0]).upper()} {message}" if place else message
