"""Where people's data keys lie: outside PostgreSQL and its backups, one small file each.

A key is written once, durable before `add` returns, whoever else tries at the same moment. A
destroyed key leaves its empty file behind, so that nobody makes a new one under the same name, and
so that "destroyed" and "lost" are never taken for each other.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Protocol

_NEW: Final = ".new-"
_LOCK: Final = ".lock"
_PREFIX_CHARS: Final = 2


class KeyLost(Exception):
    """There is no such key and never was one here: the keystore is not whole, or not this one."""


class Keystore(Protocol):
    """What a place for wrapped keys can do; a key service is another one."""

    def read(self, name: str) -> bytes | None:
        """The wrapped key; None when it was destroyed.

        Raises:
            KeyLost: when it was never here.
            OSError: when the place cannot be reached.
        """

    def add(self, name: str, wrapped: bytes) -> None:
        """Keep a new key, durable on return; the first one of a name stays."""

    def replace(self, name: str, old: bytes, new: bytes) -> None:
        """Keep the same key wrapped anew, unless it has changed or was destroyed meanwhile."""

    def destroy(self, name: str) -> None:
        """Make this key unreadable for ever; again is the same."""

    def names(self) -> Iterator[str]:
        """The names of all keys, destroyed ones too, in a fixed order."""


class KeyFolder:
    """Keys as files in a folder, which may be a volume that several machines share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> bytes | None:
        """See `Keystore`."""
        try:
            wrapped = self._path(name).read_bytes()
        except FileNotFoundError:
            if not self.folder.is_dir():
                raise  # away is not lost
            raise KeyLost from None
        return (
            wrapped if wrapped.strip(b"\0") else None
        )  # zeros: a crash in the midst of destroying

    def add(self, name: str, wrapped: bytes) -> None:
        """See `Keystore`."""
        path = self._path(name)
        self._make(path.parent)
        with self._written(wrapped) as new, suppress(FileExistsError):
            os.link(new, path)
        _make_durable(path.parent)  # also when another was first and has not come that far yet

    def replace(self, name: str, old: bytes, new: bytes) -> None:
        """See `Keystore`."""
        path = self._path(name)
        with self._alone(), self._written(new) as file:
            if self.read(name) == old:
                os.link(file, twin := file.with_name(f"{file.name}-"))
                twin.replace(path)
                _make_durable(path.parent)

    def destroy(self, name: str) -> None:
        """See `Keystore`. The bytes are overwritten before the file is emptied."""
        path = self._path(name)
        self._make(path.parent)
        with self._alone():
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, bytes(os.fstat(descriptor).st_size))
                os.fsync(descriptor)
                os.ftruncate(descriptor, 0)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            _make_durable(path.parent)

    def names(self) -> Iterator[str]:
        """See `Keystore`."""
        for prefix in sorted(self.folder.glob("[!.]*")):
            yield from (path.name for path in sorted(prefix.iterdir()))

    def _path(self, name: str) -> Path:
        return self.folder / name[:_PREFIX_CHARS] / name

    def _make(self, place: Path) -> None:
        if not place.is_dir():
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make_durable(place.parent)

    @contextmanager
    def _written(self, content: bytes) -> Iterator[Path]:
        """A file of this content, on the disk, without its place yet."""
        descriptor, name = tempfile.mkstemp(dir=self.folder, prefix=_NEW)  # mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            yield Path(name)
        finally:
            Path(name).unlink()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Only one process at a time changes a key: a destroyed one must not be wrapped anew."""
        with (self.folder / _LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _make_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
