"""Settings about the web pages that may ask for passkeys."""

from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings

from app.kit.shapes import Origins, parts_of

_DOMAIN: Final = r"^[a-z0-9-]+(\.[a-z0-9-]+)*$"
_HERE: Final = "localhost"


@dataclass(frozen=True)
class RelyingParty:
    """For whom passkeys are made: a domain, and the pages under it that may ask for them."""

    id: str
    origins: tuple[str, ...]


class PageSettings(BaseSettings):
    """The part of the settings that is about passkeys."""

    rp_id: str | None = Field(
        None, pattern=_DOMAIN, description="The domain that passkeys are made for."
    )
    rp_origins: Origins = Field(
        "", description="Origins of its pages that may ask for a passkey, with commas."
    )

    @model_validator(mode="after")
    def _pages_are_of_the_domain(self) -> Self:
        if (self.rp_id is None) is bool(self.rp_origins):
            raise ValueError("TIMEBANK_RP_ID and TIMEBANK_RP_ORIGINS go together")
        for scheme, host in map(_scheme_and_host, parts_of(self.rp_origins)):
            if not f".{host}".endswith(f".{self.rp_id}"):
                raise ValueError("TIMEBANK_RP_ORIGINS must lie in the domain TIMEBANK_RP_ID")
            if scheme != "https" and host != _HERE:
                raise ValueError("TIMEBANK_RP_ORIGINS must begin with https://")
        return self

    @property
    def relying_party(self) -> RelyingParty | None:
        """For whom passkeys are made, if that is named."""
        return RelyingParty(self.rp_id, tuple(parts_of(self.rp_origins))) if self.rp_id else None


def _scheme_and_host(origin: str) -> tuple[str, str]:
    split = urlsplit(origin)
    return split.scheme, split.hostname or ""
