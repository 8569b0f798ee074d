"""The refusal until the terms in force are accepted."""

from typing import ClassVar

from app.kit.errors import Conflict, Said


class TermsNotAccepted(Conflict):
    """The bank has new terms, which the caller has not accepted yet."""

    said: ClassVar = {
        "en": Said(
            "Please read the new terms first",
            "They are at /v1/bank/terms; accept them with /v1/me/terms.",
        ),
        "sl": Said(
            "Najprej preberite nove pogoje",
            "Najdete jih na /v1/bank/terms; sprejmete jih z /v1/me/terms.",
        ),
    }
