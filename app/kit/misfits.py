"""What does not fit in a request, in the reader's language: our own refusals and pydantic's."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple


class Wording(NamedTuple):
    """One sentence in each language that we speak; may name facts of the fault in braces."""

    en: str
    sl: str


class Misfit(ValueError):
    """A value that pydantic lets through and we do not; reads as English where nobody asks."""

    def __init__(self, words: Wording) -> None:
        """Keep the words in every language."""
        super().__init__(words.en)
        self.words = words


NOT_KNOWN: Final = Wording("This does not fit.", "To se ne ujema.")
_LENGTH: Final = Wording("Too long: at most {max_length}.", "Predolgo: največ {max_length}.")
_SHORT: Final = Wording("Too short: at least {min_length}.", "Prekratko: najmanj {min_length}.")
_TEXT: Final = Wording("Must be text.", "Mora biti besedilo.")
_NUMBER: Final = Wording("Must be a whole number.", "Mora biti celo število.")
_TRUTH: Final = Wording("Must be true or false.", "Mora biti true ali false.")
_ONE_OF: Final = Wording("Must be one of: {expected}.", "Mora biti nekaj od tega: {expected}.")
_MOMENT: Final = Wording("Must be an RFC 3339 time.", "Mora biti čas po RFC 3339.")
_ID: Final = Wording("Must be an id (UUID).", "Mora biti oznaka (UUID).")
_OBJECT: Final = Wording("Must be a JSON object.", "Mora biti objekt JSON.")
_LIST: Final = Wording("Must be a list.", "Mora biti seznam.")
EMAIL: Final = r"^[^@\s]+@[^@\s]+$"
SLUG: Final = r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$"
LANGUAGE: Final = r"^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$"
_PATTERN: Final = "string_pattern_mismatch"
_OF_PATTERN: Final[Mapping[str, Wording]] = MappingProxyType(
    {
        EMAIL: Wording("Write it as in ana@example.org.", "Zapišite kot ana@example.org."),
        SLUG: Wording(
            "Take a-z and 0-9, with - or _ between them.", "Vzemite a-z in 0-9, vmes - ali _."
        ),
        LANGUAGE: Wording(
            "Take a language tag (BCP 47), such as sl or en.",
            "Vzemite oznako jezika (BCP 47), na primer sl ali en.",
        ),
    }
)
"""How to write what has a pattern that many places share."""
OF_TYPE: Final[Mapping[str, Wording]] = MappingProxyType(
    {
        "bool_parsing": _TRUTH,
        "bool_type": _TRUTH,
        "date_from_datetime_parsing": Wording("Must be a date.", "Mora biti datum."),
        "datetime_from_date_parsing": _MOMENT,
        "datetime_parsing": _MOMENT,
        "datetime_type": _MOMENT,
        "dict_type": _OBJECT,
        "enum": _ONE_OF,
        "extra_forbidden": Wording("Nothing of this name is taken.", "Tega imena ne poznamo."),
        "greater_than_equal": Wording("At least {ge}.", "Najmanj {ge}."),
        "int_from_float": _NUMBER,
        "int_parsing": _NUMBER,
        "int_parsing_size": _NUMBER,
        "int_type": _NUMBER,
        "less_than_equal": Wording("At most {le}.", "Največ {le}."),
        "list_type": _LIST,
        "literal_error": _ONE_OF,
        "missing": Wording("This is missing.", "To manjka."),
        "model_attributes_type": _OBJECT,
        "model_type": _OBJECT,
        _PATTERN: Wording("It is not written so.", "Tako se ne zapiše."),
        "string_too_long": _LENGTH,
        "string_too_short": _SHORT,
        "string_type": _TEXT,
        "string_unicode": _TEXT,
        "timezone_aware": Wording("The offset is missing.", "Manjka časovni odmik."),
        "too_long": _LENGTH,
        "too_short": _SHORT,
        "uuid_parsing": _ID,
        "uuid_type": _ID,
    }
)
"""For each kind of fault that pydantic finds (`error['type']`) in what we ask for."""


def told(fault: Mapping[str, Any], language: str) -> str:
    """What is wrong, in this language."""
    facts = fault.get("ctx") or {}
    return str(_words(fault["type"], facts)._asdict()[language]).format_map(
        {name: _listed(fact, language) for name, fact in facts.items()}
    )


def _words(kind: str, facts: Mapping[str, Any]) -> Wording:
    error = facts.get("error")
    if isinstance(error, Misfit):
        return error.words
    known = OF_TYPE.get(kind, NOT_KNOWN)
    return _OF_PATTERN.get(facts["pattern"], known) if kind == _PATTERN else known


def _listed(fact: object, language: str) -> object:
    """Pydantic lists what it expected in English."""
    return fact.replace(" or ", " ali ") if language == "sl" and isinstance(fact, str) else fact
