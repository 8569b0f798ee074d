"""A device that makes passkeys and signs with them, in software, as a browser hands it on.

It does what WebAuthn says (level 3, sections 5 and 6), with a key on P-256 and no attestation; each
of its fields can be set wrong.
"""

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from tests.town import JSON, Person, good

PATH = "/v1/me/passkeys"
ORIGIN = "http://localhost:8000"
PRESENT, HAS_KEY = 0x01, 0x40
_ES256, _EC2, _P256 = -7, 2, 1


@dataclass
class Authenticator:
    """One passkey in one device."""

    origin: str = ORIGIN
    rp_id: str = "localhost"
    id: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    count: int = 0

    def create(self, public_key: JSON) -> JSON:
        """The answer to `navigator.credentials.create`."""
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        cose = cbor2.dumps({1: _EC2, 3: _ES256, -1: _P256, -2: x, -3: y})
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        data = self._data(PRESENT | HAS_KEY) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", public_key)
        return self._answer(clientDataJSON=client, attestationObject=attestation)

    def get(self, public_key: JSON) -> JSON:
        """The answer to `navigator.credentials.get`; each signature counts."""
        self.count += 1
        client, data = self._client("webauthn.get", public_key), self._data(PRESENT)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _data(self, flags: int) -> bytes:
        digest = hashlib.sha256(self.rp_id.encode()).digest()
        return digest + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, public_key: JSON) -> bytes:
        told = {"type": kind, "challenge": public_key["challenge"], "origin": self.origin}
        return json.dumps(told | {"crossOrigin": False}).encode()

    def _answer(self, **response: bytes) -> JSON:
        said = {name: text_of(value) for name, value in response.items()}
        known = {"id": text_of(self.id), "rawId": text_of(self.id), "type": "public-key"}
        return known | {"response": said, "clientExtensionResults": {}}


def text_of(raw: bytes) -> str:
    """Base64url, as browsers write it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


async def begun(person: Person) -> JSON:
    """What the browser is given to make a passkey."""
    found: JSON = good(await person.post(PATH))["public_key"]
    return found


async def enrolled_passkey(person: Person) -> tuple[str, Authenticator]:
    """The id of a new passkey of this person, and the device that has it."""
    device = Authenticator()
    answer = device.create(await begun(person))
    made = good(await person.post(f"{PATH}/confirmation", {"passkey": answer}))
    return str(made["id"]), device
