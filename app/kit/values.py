"""Types shared by every request body, so that bad input is refused before any SQL is written.

PostgreSQL refuses NUL and lone surrogates in text, and its integers end; pydantic alone lets all
of them through, and takes numbers for dates.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from app.kit.misfits import EMAIL, LANGUAGE, SLUG, Misfit, Wording
from app.kit.wording import shown_text

MINUTES_MAX = 6_000
"""The most that one exchange, donation or correction may move: one hundred hours."""
ALIAS_MAX = 40
TITLE_MAX = 120
BODY_MAX = 4_000
REASON_MAX = 2_000
WORDS_MAX = 20_000
SHORT_REASON_MAX = 500
LANGUAGES_MAX = 12
INSTANT_MIN = datetime(2000, 1, 1, tzinfo=UTC)
INSTANT_MAX = datetime(2200, 1, 1, tzinfo=UTC)

NOT_TEXT = Wording(
    "Control characters and lone surrogates are not text.",
    "Nadzorni znaki in osamljeni nadomestki niso besedilo.",
)
NO_ZONE = Wording(
    "Must be a time zone of the IANA list, such as Europe/Ljubljana.",
    "Mora biti časovni pas s seznama IANA, na primer Europe/Ljubljana.",
)
NO_NUMBER = Wording("Must be a whole number.", "Mora biti celo število.")
NO_TIME = Wording("Must be an RFC 3339 time.", "Mora biti čas po RFC 3339.")
FAR_AWAY = Wording("Must lie between 2000 and 2200.", "Mora biti med letoma 2000 in 2200.")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_ENDS = re.compile("[\n\r\u2028\u2029]")
_RFC3339_BEGINS = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")


def _storable(text: str) -> str:
    if _UNSTORABLE.search(text):
        raise Misfit(NOT_TEXT)
    return text


def _one_line(text: str) -> str:
    if _LINE_ENDS.search(text):
        raise Misfit(Wording("Must be one line.", "Mora biti ena vrstica."))
    return text


def _at_most(length: int) -> Callable[[str], str]:
    """Composing a text can make it longer, which the database would refuse."""

    def check(text: str) -> str:
        if len(text) > length:
            raise Misfit(Wording(f"Too long: at most {length}.", f"Predolgo: največ {length}."))
        return text

    return check


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise Misfit(NO_ZONE)
    return name


def _whole_number(value: object) -> object:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Misfit(NO_NUMBER)
    return value


def _text_only(value: object) -> object:
    # pydantic alone takes numbers, in digits too, for seconds or milliseconds since 1970.
    is_time = isinstance(value, str) and _RFC3339_BEGINS.match(value)
    if not (is_time or isinstance(value, datetime)):
        raise Misfit(NO_TIME)
    return value


def _in_range(moment: datetime) -> datetime:
    if not INSTANT_MIN <= moment < INSTANT_MAX:
        raise Misfit(FAR_AWAY)
    return moment.astimezone(UTC)


def as_rfc3339(moment: datetime) -> str:
    """The moment in UTC with `Z`, to the microsecond."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _canonical_language(tag: str) -> str:
    primary, *rest = tag.split("-")
    return "-".join([primary.lower(), *rest])


Text = Annotated[str, AfterValidator(_storable)]
"""Text that PostgreSQL can hold. Give it a length with `StringConstraints`."""
Line = Annotated[Text, AfterValidator(_one_line)]
Alias = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=ALIAS_MAX),
    AfterValidator(_storable),
    AfterValidator(_one_line),
    AfterValidator(shown_text),
    AfterValidator(_at_most(ALIAS_MAX)),
]
"""Trimmed first: spaces alone are no text. It is what it looks like (`kit.wording`), as `Title`."""
Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_MAX),
    AfterValidator(_storable),
    AfterValidator(_one_line),
    AfterValidator(shown_text),
    AfterValidator(_at_most(TITLE_MAX)),
]
Body = Annotated[Text, StringConstraints(max_length=BODY_MAX)]
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=REASON_MAX),
    AfterValidator(_storable),
]
Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=WORDS_MAX),
    AfterValidator(_storable),
]
"""A text of some pages."""
ShortReason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=SHORT_REASON_MAX),
    AfterValidator(_storable),
    AfterValidator(_one_line),
]
"""Where it is kept in a place of one length, or comes in a header."""
Email = Annotated[
    Line,
    StringConstraints(max_length=254, pattern=EMAIL, strip_whitespace=True),
]
"""Only a delivered message proves an address, so only its shape is judged here."""
Phone = Annotated[Line, StringConstraints(min_length=3, max_length=40)]
"""As people write it; whoever compares numbers makes them canonical first."""
Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=60)]
WholeNumber = BeforeValidator(_whole_number)
"""For a choice among numbers: true is no 1, and a text is no number."""
TimeZone = Annotated[str, StringConstraints(max_length=60), AfterValidator(_known_zone)]
"""The name of a time zone as the IANA lists it."""
Minutes = Annotated[int, Field(strict=True, ge=1, le=MINUTES_MAX)]
"""A whole, positive number of minutes."""
Language = Annotated[
    str,
    StringConstraints(pattern=LANGUAGE, max_length=35),
    AfterValidator(_canonical_language),
]
"""A language tag (BCP 47), its primary part in lower case."""
Languages = Annotated[list[Language], Field(min_length=1, max_length=LANGUAGES_MAX)]
Moment = Annotated[
    datetime,
    PlainSerializer(as_rfc3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
"""A moment in an answer: ours, so not judged by what a request may say."""
Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_text_only),
    AfterValidator(_in_range),
    PlainSerializer(as_rfc3339, return_type=str),
]
"""A moment, RFC 3339 with an offset; answered in UTC with `Z`."""


class RequestBody(BaseModel):
    """The base of every request body: unknown members are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class View(BaseModel):
    """The base of every response body: built from rows or values, every member always there."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class NoBody(RequestBody):
    """An empty JSON object: for steps that need nothing but their being done."""
