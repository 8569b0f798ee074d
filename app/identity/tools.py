"""What the process needs to know who is asking: keys, password hashing."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.identity.passwords import HashingBusy, PasswordProfile, Passwords, check_acceptable
from app.identity.rules import TooManySignIns, WeakPassword
from app.identity.tokens import KeyRing, SigningKey, Verifier, check_backend
from app.kit.settings import Environment, Settings
from app.kit.vault import Vault


@dataclass(frozen=True)
class IdentityTools:
    """Made once per process, from the settings."""

    ring: KeyRing
    verifier: Verifier
    passwords: Passwords
    refresh_key: bytes

    @classmethod
    def of(cls, settings: Settings, vault: Vault) -> "IdentityTools":
        """Load the signing keys and choose the password profile."""
        check_backend()
        assert settings.token_key is not None, "load_settings fills it in"
        keys = [settings.token_key, settings.token_key_previous]
        current, *older = [SigningKey.from_pem(key.get_secret_value()) for key in keys if key]
        ring = KeyRing.of(current, *older)
        is_test = settings.environment is Environment.TEST
        profile = PasswordProfile.TEST if is_test else PasswordProfile.MINIMUM
        return cls(ring, Verifier(ring, settings.issuer), Passwords(profile), vault.key("refresh"))

    async def hashed(self, password: str) -> str:
        """The hash of a new password.

        Raises:
            WeakPassword: when it is too short, too common or too regular.
            TooManySignIns: when too many wait for theirs.
        """
        reason = check_acceptable(password)
        if reason is not None:
            raise WeakPassword(reason=reason)
        try:
            return await self.passwords.hash(password)
        except HashingBusy:
            raise TooManySignIns from None

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether this is the password; an unknown login takes the same time.

        Raises:
            TooManySignIns: when too many wait for theirs.
        """
        try:
            return await self.passwords.verify(stored, password)
        except HashingBusy:
            raise TooManySignIns from None


def _tools(request: Request) -> IdentityTools:
    tools: IdentityTools = request.app.state.identity
    return tools


Tools = Annotated[IdentityTools, Depends(_tools)]
