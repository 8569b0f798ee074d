"""How a contact is compared, and what may go wrong with blocks."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, Final

from app.kit.errors import Said, TooMuch, Unfit

BLOCKS_MAX: Final = 500
"""How many people and contacts one member may block."""
CONTACT_BLOCKS_MAX: Final = 10
"""How many contacts one member may block within `CONTACT_BLOCKS_WITHIN`, new ones or not."""
CONTACT_BLOCKS_WITHIN: Final = timedelta(days=1)
DEMO_FACTOR: Final = 100
COUNTRY_CODE: Final = "386"
"""Of numbers that are written as one dials them at home, with a single zero first."""
_SEPARATORS: Final = re.compile(r"[\s()./\-\u2010-\u2015]+")
_INTERNATIONAL: Final = re.compile(r"\+[1-9][0-9]{6,14}")


class ContactKind(StrEnum):
    """By what somebody is blocked who may not be here."""

    EMAIL = "email"
    PHONE = "phone"


class OneContact(Unfit):
    """Exactly one e-mail or telephone is blocked at a time."""

    pointer = "/body"
    said: ClassVar = {
        "en": Said("Name one contact", "Give either an e-mail or a telephone number."),
        "sl": Said("Navedite en stik", "Navedite ali e-naslov ali telefonsko številko."),
    }


class NoTelephone(Unfit):
    """This cannot be dialled."""

    pointer = "/body/phone"
    said: ClassVar = {
        "en": Said("Not a telephone number", "Write it as +386 40 123 456 or 040 123 456."),
        "sl": Said("To ni telefonska številka", "Pišite +386 40 123 456 ali 040 123 456."),
    }


class TooManyBlocks(TooMuch):
    """The member blocks as many as one may."""

    retry_after_seconds = 3600
    said: ClassVar = {
        "en": Said("Many blocks", "{blocks_max} are the most; a coordinator can help."),
        "sl": Said("Veliko blokad", "Največ jih je {blocks_max}; pomaga koordinator."),
    }


class TooManyContactBlocks(TooMuch):
    """The member has blocked as many contacts today as one may."""

    retry_after_seconds = 3600
    said: ClassVar = {
        "en": Said("Many contacts today", "{within_a_day} are the most; a coordinator can help."),
        "sl": Said("Danes veliko stikov", "Največ jih je {within_a_day}; pomaga koordinator."),
    }


def canonical_phone(number: str) -> str:
    """The form in which a number is compared (E.164): `+`, country, number.

    Raises:
        NoTelephone: when it cannot be one.
    """
    digits = _SEPARATORS.sub("", number)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits.startswith("0"):
        digits = f"+{COUNTRY_CODE}{digits[1:]}"
    if not _INTERNATIONAL.fullmatch(digits):
        raise NoTelephone
    return digits
