"""Who may read the journal; light, so that commands can name it at once."""

from enum import StrEnum
from typing import Final


class JournalFormat(StrEnum):
    """Who will read the journal."""

    JSON = "json"
    CSV = "csv"
    HLEDGER = "hledger"
    BEANCOUNT = "beancount"

    @property
    def media_type(self) -> str:
        """The content type of the format."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES: Final = {
    JournalFormat.JSON: "application/json",
    JournalFormat.CSV: "text/csv; charset=utf-8",
    JournalFormat.HLEDGER: "text/plain; charset=utf-8",
    JournalFormat.BEANCOUNT: "text/plain; charset=utf-8",
}
