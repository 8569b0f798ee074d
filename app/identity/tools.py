"""What the process needs to know who is asking: keys, password hashing."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request
from pydantic import SecretStr

from app.identity.errors import WeakKey
from app.identity.passwords import (
    HashingBusy,
    PasswordProfile,
    Passwords,
    check_acceptable,
    salt_of,
)
from app.identity.rules import TooManySignIns, WeakPassword
from app.identity.tokens import KeyRing, SigningKey, Verifier, check_backend
from app.kit.keys import renewable_key
from app.kit.renewable import REFRESH, RenewableKey
from app.kit.settings import BadSettings, Environment, Settings
from app.kit.vault import Vault

SALT_BYTES = 16
PROFILES: Final = {
    Environment.PRODUCTION: PasswordProfile.STRONG,
    Environment.DEMO: PasswordProfile.MINIMUM,
    Environment.TEST: PasswordProfile.TEST,
}


@dataclass(frozen=True)
class IdentityTools:
    """Made once per process, from the settings."""

    ring: KeyRing
    verifier: Verifier
    passwords: Passwords
    refresh: RenewableKey
    salt_key: bytes

    @classmethod
    def of(cls, settings: Settings, vault: Vault) -> "IdentityTools":
        """Load the signing keys and choose the password profile.

        Raises:
            BadSettings: when a signing key cannot be used.
        """
        check_backend()
        ring = _ring(settings)
        return cls(
            ring,
            Verifier(ring, settings.issuer),
            Passwords(PROFILES[settings.environment]),
            renewable_key(settings, REFRESH, vault.key("refresh")),
            vault.key("salt"),
        )

    @property
    def refresh_key(self) -> bytes:
        """From which refresh tokens are derived.

        Raises:
            KeysAway: when the keystore cannot be reached.
        """
        return self.refresh.current()

    def salt_for(self, fingerprint: bytes, stored: Sequence[str]) -> bytes:
        """The salt of new passwords of an address: what its other logins have, or its own.

        So one hash tells which of the logins of an address a password opens, if any.
        """
        if stored:
            return salt_of(stored[0])
        return hmac.digest(self.salt_key, fingerprint, hashlib.sha256)[:SALT_BYTES]

    async def hashed(self, password: str, salt: bytes) -> str:
        """The hash of a new password.

        Raises:
            WeakPassword: when it is too short, too common or too regular.
            TooManySignIns: when too many wait for theirs.
        """
        refuse_weak(password)
        return await self.rehashed(password, salt)

    async def rehashed(self, password: str, salt: bytes) -> str:
        """The hash of a password that was taken before, however weak it is found today.

        Raises:
            TooManySignIns: when too many wait for theirs.
        """
        try:
            return await self.passwords.hash(password, salt)
        except HashingBusy:
            raise TooManySignIns from None

    async def matching(self, stored: Sequence[str], password: str) -> frozenset[str]:
        """Which of these are the password's hash; an unknown login takes the same time.

        Raises:
            TooManySignIns: when too many wait for theirs.
        """
        try:
            return await self.passwords.matching(stored, password)
        except HashingBusy:
            raise TooManySignIns from None


def refuse_weak(password: str, *known: str) -> None:
    """Judge a new password, beside what others know of the person: alias, address, bank.

    Raises:
        WeakPassword: when it is too short, too common, too regular, or little but what is known.
    """
    reason = check_acceptable(password, *map(_own_part, known))
    if reason is not None:
        raise WeakPassword(reason=reason)


def _own_part(known: str) -> str:
    """Of an address, what stands before the sign."""
    return known.partition("@")[0]


def _ring(settings: Settings) -> KeyRing:
    current = _signing_key("TIMEBANK_TOKEN_KEY", settings.token_key)
    following = _signing_key("TIMEBANK_TOKEN_KEY_NEXT", settings.token_key_next)
    assert current is not None, "load_settings fills it in"
    return KeyRing(current, following, settings.token_key_next_at)


def _signing_key(variable: str, pem: SecretStr | None) -> SigningKey | None:
    try:
        return SigningKey.from_pem(pem.get_secret_value()) if pem is not None else None
    except WeakKey as error:
        raise BadSettings(f"{variable}: {error}") from None


async def _tools(request: Request) -> IdentityTools:
    tools: IdentityTools = request.app.state.identity
    return tools


Tools = Annotated[IdentityTools, Depends(_tools)]
