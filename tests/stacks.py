"""Which function of the program is at work, seen from inside what it calls."""

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Final

import greenlet

from tests.source import ROOT

_APP: Final = str(ROOT / "app")
_KIT: Final = str(ROOT / "app" / "kit")


def asking_function() -> str | None:
    """The innermost function of the program, above the kit, that is on the stack."""
    for frame in _frames():
        name = _named(frame.f_code)
        if name is not None:
            return name
    return None


@cache
def _named(code: CodeType) -> str | None:
    """The full name of a function, if it is one of the program above the kit."""
    file = code.co_filename
    if not file.startswith(_APP) or file.startswith(_KIT):
        return None
    module = Path(file).relative_to(ROOT).with_suffix("")
    return f"{'.'.join(module.parts)}.{code.co_qualname}"


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
