"""Which function of the program is at work, seen from inside what it calls."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Final

import greenlet

from tests.source import ROOT

_APP: Final = str(ROOT / "app")
_KIT: Final = str(ROOT / "app" / "kit")


def asking_function() -> str | None:
    """The innermost function of the program, above the kit, that is on the stack."""
    for frame in _frames():
        name = frame.f_code.co_filename
        if name.startswith(_APP) and not name.startswith(_KIT):
            module = Path(name).relative_to(ROOT).with_suffix("")
            return f"{'.'.join(module.parts)}.{frame.f_code.co_qualname}"
    return None


def _frames() -> Iterator[FrameType]:
    """This stack, and below it the one that waits for SQLAlchemy's greenlet."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        yield frame
        frame = frame.f_back
    parent = greenlet.getcurrent().parent
    frame = parent.gr_frame if parent is not None else None
    while frame is not None:
        yield frame
        frame = frame.f_back
