"""Settings: read once from the environment (`TIMEBANK_…`), then frozen.

In `demo` everything has a default and the keys are made in the data folder at the first start.
In `production` the database and the secrets must be named, and weak ones are refused.
"""

import os
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import AwareDatetime, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import SettingsConfigDict

from app.kit.addresses import Network, networks_of
from app.kit.pages import PageSettings
from app.kit.secrets import DemoSecrets, KeysUnusable
from app.kit.shapes import DatabaseUrl, Folder, Key, Networks, Origins, Token, host_of, parts_of
from app.kit.surfaces import Surface

_DEMO_KEYS = ("master_key", "token_key", "seal_key")
CHECKOUT = Path(__file__).resolve().parents[2]


class Environment(StrEnum):
    """Where this runs. `demo` is for trying out; `test` only differs by cheap passwords."""

    DEMO = "demo"
    TEST = "test"
    PRODUCTION = "production"


class BadSettings(Exception):
    """The settings cannot be used; the message says which and why, never a value."""


class Settings(PageSettings):
    """Every setting, its unit in its name. The README has the same table for people."""

    model_config = SettingsConfigDict(env_prefix="TIMEBANK_", frozen=True, extra="ignore")

    environment: Environment = Environment.DEMO
    surface: Surface = Field(
        Surface.ALL, description="Whose operations this process serves: members', staff's, all."
    )
    data_folder: Folder = Field(
        CHECKOUT / ".timebank", description="Embedded database and demo keys live here."
    )
    database_url: DatabaseUrl | None = Field(
        None, description="The application's role. Unset: the embedded PostgreSQL."
    )
    owner_database_url: DatabaseUrl | None = Field(
        None, description="The migrating owner's role; needed by `timebank db` only."
    )
    master_key: Key | None = Field(
        None, description="32 random bytes in base64: it opens the keystore."
    )
    master_key_previous: Key | None = Field(
        None, description="The master key before it, while timebank keys rotate has not run."
    )
    keystore_folder: Folder | None = Field(
        None, description="People's data keys; not where the database or its backups are."
    )
    secrets_folder: Folder | None = Field(
        None, description="Settings as files, each named as its variable in small letters."
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
        None,
        description="PEMs of the keys before it, one after another; the public ones do: their"
        " seals are still believed.",
    )
    record_key: Key | None = Field(
        None, description="32 random bytes in base64 for the sealed record. Unset: of the keystore."
    )
    issuer: str = Field("timebank", description="The `iss` of access tokens.", min_length=1)
    default_bank: str = Field("kljuc", description="The bank meant when a request names none.")
    metrics_token: Token | None = Field(
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
    appeal_days: int = Field(14, ge=0, le=90, description="Appeals open this long after outcomes.")
    confirmation_days: int = Field(
        14, ge=1, le=90, description="A coordinator is told of a delivery not confirmed by then."
    )
    dispute_days: int = Field(14, ge=0, le=90, description="Disputes open this long afterwards.")
    open_listings_max: int = Field(100, ge=1, description="Open listings a member may have.")
    open_proposals_max: int = Field(20, ge=1, description="Open proposals a member may make.")
    rate_reads_max: int = Field(
        600, ge=1, description="Readings in a minute by one login, or by strangers of one prefix."
    )
    rate_writes_max: int = Field(120, ge=1, description="Changes in a minute by one login.")
    rate_heavy_max: int = Field(12, ge=1, description="Exports and proofs in a minute.")
    rate_entries_max: int = Field(60, ge=1, description="Sign-ins in a minute from one prefix.")
    rate_guesses_max: int = Field(10, ge=1, description="Tries of a name from a prefix in 15 min.")
    rate_operations_factor: int = Field(
        1, ge=1, le=1_000, description="Times the ceilings of single operations."
    )
    trusted_proxies: Networks = Field(
        "", description="Networks of proxies whose X-Forwarded-For is believed, with commas."
    )
    cors_origins: Origins = Field(
        "", description="Origins of web pages that may call the API, separated by commas."
    )
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")

    @model_validator(mode="after")
    def _production_names_everything(self) -> Self:
        if self.environment is not Environment.PRODUCTION:
            return self
        needed = ("database_url", "master_key", "keystore_folder", "token_key", "seal_key")
        missing = [f"TIMEBANK_{name.upper()}" for name in needed if getattr(self, name) is None]
        if missing:
            raise ValueError(f"production needs {', '.join(missing)}")
        if self.database_url and not host_of(self.database_url):
            raise ValueError("TIMEBANK_DATABASE_URL must name its host")
        return self

    @model_validator(mode="after")
    def _record_key_is_staffs(self) -> Self:
        if self.surface is Surface.MEMBERS and self.record_key is not None:
            raise ValueError("TIMEBANK_RECORD_KEY must not be where TIMEBANK_SURFACE is members")
        apart = self.surface is Surface.STAFF and not self.is_demo
        if apart and self.record_key is None:  # the keystore's, which members' processes open
            raise ValueError("TIMEBANK_SURFACE=staff needs TIMEBANK_RECORD_KEY in production")
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
    def proxies(self) -> tuple[Network, ...]:
        """The networks of trusted proxies."""
        return _networks_of(self.trusted_proxies)

    @property
    def origins(self) -> list[str]:
        """The origins that may call the API from a browser."""
        return parts_of(self.cors_origins)

    @property
    def is_demo(self) -> bool:
        """Whether this is a place for trying out, and not for people's data."""
        return self.environment is not Environment.PRODUCTION


@cache
def _networks_of(text: str) -> tuple[Network, ...]:
    return networks_of(text)


def load_settings(**overrides: object) -> Settings:
    """Read the environment; in the demo, fill in the keys kept in the data folder.

    Raises:
        BadSettings: with one clear line for each setting that cannot be used.
    """
    try:
        settings = Settings(_secrets_dir=_secrets_folder(), **overrides)  # type: ignore[arg-type]  # pydantic judges the values
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
    except KeysUnusable as error:
        raise BadSettings(str(error)) from None
    return settings


def _secrets_folder() -> str | None:
    folder = os.environ.get("TIMEBANK_SECRETS_FOLDER")
    if folder is not None and not os.access(folder, os.R_OK | os.X_OK):
        raise BadSettings("TIMEBANK_SECRETS_FOLDER is no folder that can be read") from None
    return folder


def _line(place: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    return f"TIMEBANK_{str(place[0]).upper()} {message}" if place else message
