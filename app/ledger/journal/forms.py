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

    @property
    def example(self) -> object:
        """How the format begins to look."""
        return _EXAMPLES[self]


_MEDIA_TYPES: Final = {
    JournalFormat.JSON: "application/json",
    JournalFormat.CSV: "text/csv; charset=utf-8",
    JournalFormat.HLEDGER: "text/plain; charset=utf-8",
    JournalFormat.BEANCOUNT: "text/plain; charset=utf-8",
}
_EXAMPLES: Final[dict[JournalFormat, object]] = {
    JournalFormat.JSON: {"unit": "minute", "accounts": [], "postings": [], "balances": {}},
    JournalFormat.CSV: "posting_id,posted_at,kind\r\n0d9f6c5e,2026-03-02T17:00:00Z,settlement\r\n",
    JournalFormat.HLEDGER: "2026-03-02 * settlement\n    Assets:Members:0D9F6C5E  60 MIN\n",
    JournalFormat.BEANCOUNT: '2026-03-02 * "settlement"\n  Assets:Members:0D9F6C5E  60 MIN\n',
}
"""Only their beginnings."""
