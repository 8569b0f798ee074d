"""Lost updates: the entity tag of a version, and what `If-Match` says to it (RFC 9110)."""

import hashlib
from typing import Annotated, Any, Final

from fastapi import Header

from app.kit.errors import Stale

IF_MATCH_MAX = 500
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=IF_MATCH_MAX,
        description="The ETag that was read: refused (412) if somebody changed it meanwhile.",
    ),
]
"""The version that a change was made on, as a parameter of its endpoint."""
_TAG: Final[dict[str, Any]] = {
    "ETag": {
        "description": "This version, for If-Match.",
        "schema": {"type": "string", "pattern": '^"[0-9a-f]{24}"$'},
    }
}


def etag(*version: object) -> str:
    """The entity tag of a version of a resource (RFC 9110)."""
    digest = hashlib.sha256("|".join(map(str, version)).encode()).hexdigest()
    return f'"{digest[:24]}"'


def tagged(status: int = 200) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of an operation that tells the version of what it answers."""
    return {status: {"headers": _TAG}}


def refuse_stale(if_match: str | None, current: str) -> None:
    """Refuse a change that was made on an older version.

    Raises:
        Stale: when `If-Match` is there and names no present version.
    """
    if if_match is None or if_match.strip() == "*":
        return
    if current not in [tag.strip() for tag in if_match.split(",")]:
        raise Stale
