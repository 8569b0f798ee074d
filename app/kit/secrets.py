"""The demo's own keys: made at the first start, kept in the data folder, readable by its owner."""

import base64
import json
import os
import secrets
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

_FILE = "demo-keys.json"


class KeysUnusable(Exception):
    """The demo's keys cannot be read or made; the message is one line with what to do."""


@dataclass(frozen=True, repr=False)
class DemoSecrets:
    """What production must bring along and the demo makes for itself."""

    master_key: str
    token_key: str
    seal_key: str

    @classmethod
    def kept_in(cls, folder: Path) -> Self:
        """Read the keys, or make them; of several first starts at once, one wins for all.

        Raises:
            KeysUnusable: the folder is closed to us, or what it holds are no keys.
        """
        path = folder / _FILE
        try:
            if not path.exists():
                folder.mkdir(parents=True, exist_ok=True)
                _write_once(path, json.dumps(asdict(cls._new())))
            return cls(**json.loads(path.read_text()))
        except OSError as error:
            raise KeysUnusable(
                f"{folder} cannot be used ({error.strerror}): it must be yours and writable;"
                " or choose another data folder",
            ) from None
        except (ValueError, TypeError):
            raise KeysUnusable(
                f"{path} is damaged: bring it back, as the data beside it cannot be read without"
                " its keys; or delete both (make reset)",
            ) from None

    @classmethod
    def _new(cls) -> Self:
        return cls(
            base64.b64encode(secrets.token_bytes(32)).decode(),
            _pem(ec.generate_private_key(ec.SECP256R1())),
            _pem(ed25519.Ed25519PrivateKey.generate()),
        )


def _pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _write_once(path: Path, text: str) -> None:
    """Put the whole file in place, durably, unless another process was first."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".keys-")  # mode 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)
        except FileExistsError:
            return
    finally:
        Path(name).unlink()
