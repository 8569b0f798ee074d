"""Lists that end: a page of items and an opaque cursor bound to the viewer and the list."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query

from app.kit.errors import Said, Unfit
from app.kit.values import View, as_rfc3339
from app.kit.vault import Tampered, Vault

LIMIT_DEFAULT = 20
LIMIT_MAX = 100
CURSOR_MAX = 512
CURSOR = "cursor"
"""The name of the query parameter."""
Item = TypeVar("Item", bound=View)
Row = TypeVar("Row")
SortKey = tuple[datetime | UUID | int | str, ...]
"""What a list is sorted by: of the last row of a page it is all that the cursor holds."""


class UnknownCursor(Unfit):
    """The cursor was not given out for this list to this viewer."""

    pointer = "/query/cursor"
    said: ClassVar = {
        "en": Said("Unknown cursor", "Take next_cursor from this same list, or leave it out."),
        "sl": Said("Neznan kazalec", "Vzemite next_cursor istega seznama ali ga izpustite."),
    }


@dataclass(frozen=True)
class PageQuery:
    """What the client asks: at most how many, and from where on."""

    limit: int = LIMIT_DEFAULT
    cursor: str | None = None


async def _asked(
    limit: Annotated[
        int, Query(ge=1, le=LIMIT_MAX, description="How many items, at most.")
    ] = LIMIT_DEFAULT,
    cursor: Annotated[
        str | None,
        Query(max_length=CURSOR_MAX, description="`next_cursor` of the page before."),
    ] = None,
) -> PageQuery:
    return PageQuery(limit, cursor)


Paging = Annotated[PageQuery, Depends(_asked)]
"""The page that a list is asked for, as a parameter of its endpoint."""


class Page(View, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next_cursor: str | None


class Whole(View, Generic[Item]):
    """A whole list, in the shape of a page: it is short by its nature, so there is no next one."""

    items: list[Item]
    next_cursor: None = None


@dataclass(frozen=True)
class Pager:
    """Reads and writes the cursors of one list for one viewer."""

    vault: Vault
    viewer: UUID
    name: str
    query: PageQuery

    def after(self) -> list[Any] | None:
        """The sort key of the last item already seen; None on the first page.

        Raises:
            UnknownCursor: when the cursor is not one of ours for this list and viewer.
        """
        if self.query.cursor is None:
            return None
        try:
            sealed = base64.urlsafe_b64decode(self.query.cursor)
            key = json.loads(self.vault.open(sealed, "cursor", self.viewer, self.name))
        except (Tampered, binascii.Error, ValueError):
            raise UnknownCursor from None
        return list(key)

    def after_moment(self) -> tuple[datetime, UUID] | None:
        """The same, for lists sorted by a moment and an id.

        Raises:
            UnknownCursor: as above.
        """
        key = self.after()
        return (datetime.fromisoformat(key[0]), UUID(key[1])) if key else None

    def after_seq(self) -> int | None:
        """The same, for lists sorted by a sequence number.

        Raises:
            UnknownCursor: as above.
        """
        key = self.after()
        return int(key[0]) if key else None

    @property
    def rows_max(self) -> int:
        """How many rows to read: one more than the page shows tells whether there is a next."""
        return self.query.limit + 1

    def page(
        self,
        rows: Sequence[Row],
        key: Callable[[Row], SortKey],
        view: Callable[[Row], Item],
    ) -> Page[Item]:
        """The page of these rows (at most `rows_max`), each shown by `view`."""
        items, cursor = self.cut(rows, key)
        return Page(items=[view(row) for row in items], next_cursor=cursor)

    def cut(
        self, rows: Sequence[Row], key: Callable[[Row], SortKey]
    ) -> tuple[list[Row], str | None]:
        """The rows of this page, and the cursor of the next: for views made of several rows."""
        page = list(rows[: self.query.limit])
        if len(rows) <= self.query.limit:
            return page, None
        text = json.dumps([_told(part) for part in key(page[-1])])
        sealed = self.vault.seal(text, "cursor", self.viewer, self.name)
        return page, base64.urlsafe_b64encode(sealed).decode()


def _told(part: object) -> object:
    if isinstance(part, datetime):
        return as_rfc3339(part)
    return str(part) if isinstance(part, UUID) else part
