"""What browser and server say to each other about passkeys: the only door to the library for it.

Values in, values out: no database, no clock. Whatever is wrong with an answer is one error.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self, TypeVar

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import options_to_json_dict, parse_authentication_credential_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.identity.base64url import decode, encode
from app.identity.errors import BadPasskey
from app.identity.passkeys.rules import CHALLENGE_HOLDS
from app.kit.pages import RelyingParty

NAME: Final = "timebank"
"""Neutral, as it is shown on the person's device, and says nothing of which bank."""
_WAIT_MILLISECONDS: Final = int(CHALLENGE_HOLDS.total_seconds()) * 1_000
_ASKED: Final = UserVerificationRequirement.PREFERRED
"""The password was proved before, so a touch is enough where a device cannot do more."""
Answer = str | dict[str, Any]
"""What the browser's `credential.toJSON()` gives, as text or read."""
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Credential:
    """A passkey as its device knows it, and the public half of its key (COSE)."""

    id: bytes
    key: bytes

    def kept(self) -> str:
        """As it is kept, sealed."""
        return json.dumps([encode(self.id), encode(self.key)])

    @classmethod
    def of(cls, text: str) -> Self:
        """What was kept."""
        return cls(*map(decode, json.loads(text)))


def enrolling(
    party: RelyingParty, user: bytes, label: str, challenge: bytes, known: Sequence[Credential]
) -> dict[str, Any]:
    """What `navigator.credentials.create` takes, as JSON."""
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=NAME,
        user_id=user,
        user_name=label,
        challenge=challenge,
        timeout=_WAIT_MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=_ASKED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(one.id) for one in known],
    )
    return options_to_json_dict(options)


def asking(party: RelyingParty, challenge: bytes, known: Sequence[Credential]) -> dict[str, Any]:
    """What `navigator.credentials.get` takes, as JSON."""
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=_WAIT_MILLISECONDS,
        allow_credentials=[PublicKeyCredentialDescriptor(one.id) for one in known],
        user_verification=_ASKED,
    )
    return options_to_json_dict(options)


def enrolled(party: RelyingParty, challenge: bytes, answer: Answer) -> tuple[Credential, int]:
    """The passkey that was made, and what its device counts.

    Raises:
        BadPasskey: when it is not an answer to this challenge from a page of ours.
    """
    found = _judged(
        lambda: verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
        )
    )
    return Credential(found.credential_id, found.credential_public_key), found.sign_count


def named(answer: Answer) -> bytes:
    """Which passkey the answer says it is by.

    Raises:
        BadPasskey: when it is no answer.
    """
    return _judged(lambda: parse_authentication_credential_json(answer).raw_id)


def proved(
    party: RelyingParty, challenge: bytes, answer: Answer, credential: Credential, count: int
) -> int:
    """What the device counts now, if it has signed this challenge on a page of ours.

    Raises:
        BadPasskey: when it has not, or its count has not gone on: there may be a copy of it.
    """
    found = _judged(
        lambda: verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            credential_public_key=credential.key,
            credential_current_sign_count=count,
        )
    )
    return found.new_sign_count


def _judged(judge: Callable[[], _Result]) -> _Result:
    try:
        return judge()
    except Exception:  # noqa: BLE001 the library raises whatever a strange answer makes it stumble on
        raise BadPasskey from None
