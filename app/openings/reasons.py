"""Why somebody looks: in a header, for addresses end in the logs of every proxy."""

from typing import Annotated, Final
from urllib.parse import unquote_to_bytes

from fastapi import Header
from pydantic import AfterValidator, StringConstraints, TypeAdapter, ValidationError

from app.kit.misfits import Misfit, Wording
from app.kit.values import SHORT_REASON_MAX, ShortReason

HEADER: Final = "Opening-Reason"
_ENCODED_MAX: Final = 12 * SHORT_REASON_MAX
"""A character has at most four bytes, a byte at most three letters."""
_PLAIN: Final = TypeAdapter[str](ShortReason)


def _decoded(text: str) -> str:
    try:
        return _PLAIN.validate_python(unquote_to_bytes(text).decode())
    except (UnicodeDecodeError, ValidationError):
        raise Misfit(
            Wording(
                f"One line of 1 to {SHORT_REASON_MAX} characters, as percent-encoded UTF-8.",
                f"Ena vrstica z 1 do {SHORT_REASON_MAX} znaki, zapisana kot percent-encoded UTF-8.",
            )
        ) from None


Why = Annotated[
    str,
    Header(
        alias=HEADER,
        description=f"Why: one line of at most {SHORT_REASON_MAX} characters, as percent-encoded"
        " UTF-8. A member reads it, on a screen that others may see.",
        examples=["She asked at the desk."],
    ),
    StringConstraints(pattern=r"^(?:[ -$&-~]|%[0-9A-Fa-f]{2})+$", max_length=_ENCODED_MAX),
    AfterValidator(_decoded),
]
