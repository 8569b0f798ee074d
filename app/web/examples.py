"""An example for every property and every body of the contract, in one way.

A property's example is the one that its model gives (`Field(examples=…)`), else what its type says,
else what its name means here: one word has one meaning, so it needs one example. A body's example
is made of its properties'; a model whose properties do not all go together gives its own
(`json_schema_extra`).
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

Schema = dict[str, Any]

ID: Final = "0d9f6c5e-2f6b-4a3f-9b1e-5c7d8e9fa0b1"
MOMENT: Final = "2026-03-02T17:00:00Z"
HASH: Final = "9b74c9897bac770ffc029102a200c5de2ee4d6ef6a1f3b1c1d7a5a0d4c6f8e21"
_GOOD: Final = range(200, 300)
OF_NAME: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "accepted_version": 1,
        "access_token": "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEiLCJ0eXAiOiJhdCtqd3QifQ.e30.AAAA",
        "accounts": 42,
        "alias": "Ana",
        "area": "center",
        "availability": "On weekday evenings",
        "bank": "kljuc",
        "body": "An hour of talking, at the library.",
        "bytes_max": 65536,
        "category": "slovene_lessons",
        "ceiling_minutes": 1200,
        "code": "0G5K-7QXM-2T9A-HZ4C",
        "collector_people": 5,
        "contacts": 10,
        "contacts_max": 20,
        "contacts_new": 5,
        "contacts_new_max": 5,
        "contents": HASH,
        "counterpart_alias": "Bor",
        "current_password": "three plain old words",
        "day": "2026-03-02",
        "days": 30,
        "detail": "The balance after it is 60, not 30.",
        "digests": [HASH],
        "email": "ana@example.org",
        "entries": 42,
        "expires_at": "2099-12-31T23:00:00Z",
        "expires_in": 600,
        "finding": "It was right to call her.",
        "floor_minutes": -720,
        "giver_alias": "Ana",
        "group": "languages",
        "invitation": "Bor from the library",
        "key_id": "9b74c9897bac770f",
        "kind": "settlement",
        "label": "City centre",
        "language": "en",
        "languages": ["en", "sl"],
        "leaf_salt": HASH,
        "levy_percent": 10,
        "meeting_point_id": "library",
        "message": "Would Tuesday at five suit you?",
        "month": "2026-03-01",
        "name": "Ključ",
        "next_cursor": None,
        "night_times": 3,
        "note": "We cooked together.",
        "passkey": {"id": "AAECAwQFBgcICQoLDA0ODw", "type": "public-key"},
        "opening_credit_minutes": 0,
        "password": "four quite plain words",
        "people": 3,
        "phone": "+386 40 123 456",
        "points": 0.4,
        "postings": 420,
        "public_key": HASH,
        "ready_at": MOMENT,
        "reason": "We met at the library.",
        "receiver_alias": "Bor",
        "refresh_token": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "resolution_reason": "Both say half an hour.",
        "ring_times": 3,
        "role": "coordinator",
        "same_percent": 60,
        "score": 1.0,
        "seal_no": 7,
        "share_percent": 60,
        "signals": ["live_in", "papers"],
        "signature": 2 * HASH,
        "slug": "center",
        "staff_people": 10,
        "state": "settled",
        "sum_minutes": 0,
        "terms_version": 1,
        "text": "See you at the library.",
        "texts": {"en": "We are kind to each other.", "sl": "Drug do drugega smo prijazni."},
        "time_zone": "Europe/Ljubljana",
        "times": 3,
        "title": "Slovene conversation practice",
        "used_on": "2026-03-02",
        "version": 1,
        "within_a_day": 10,
    }
)
"""What words mean wherever they stand in the contract."""
_OF_ENDING: Final[Mapping[str, Any]] = MappingProxyType(
    {"minutes": 60, "balance": 60, "seq": 7, "hash": HASH, "head": HASH, "root": HASH, "max": 20}
)
_FACT: Final = re.compile(r"\{(\w+)\}")
"""What a problem names in its words, and has as a member of its own."""
_OF_FORMAT: Final[Mapping[str, Any]] = MappingProxyType({"uuid": ID, "date-time": MOMENT})


class Unexampled(ValueError):
    """A property of whose meaning nothing is known: its model must give an example."""


def give_examples(contract: Schema) -> None:
    """Write an example beside every property and every body of a contract.

    Raises:
        Unexampled: for a property that neither its model, nor its type, nor its name explains.
    """
    shapes = contract["components"]["schemas"]
    for shape in shapes.values():
        for word, told in shape.get("properties", {}).items():
            if "$ref" not in told:
                told.setdefault("examples", [_example(told, word, shapes)])
    for media in _bodies(contract):
        media["example"] = _example(media["schema"], "", shapes)
    for problem in _problems(contract):
        _fill_in(problem)


def _bodies(contract: Schema) -> Iterator[Schema]:
    """Whatever is sent, and whatever is answered when it is good, if it shows no example yet."""
    media = (one for told in _told(contract) for one in told.get("content", {}).values())
    yield from (one for one in media if "example" not in one)


def _told(contract: Schema) -> Iterator[Schema]:
    for operation in (one for item in contract["paths"].values() for one in item.values()):
        yield operation.get("requestBody", {})
        for status, told in operation["responses"].items():
            if int(status) in _GOOD:
                yield told


def _problems(contract: Schema) -> Iterator[Schema]:
    """The example of every problem of every operation."""
    for operation in (one for item in contract["paths"].values() for one in item.values()):
        for told in operation["responses"].values():
            for media in told.get("content", {}).values():
                yield from (one["value"] for one in media.get("examples", {}).values())


def _fill_in(problem: Schema) -> None:
    """Give a problem the facts that its words name."""
    facts = {name: _plain({}, name) for name in _FACT.findall(problem["detail"])}
    for told in (problem, *problem.get("errors", ())):
        told["detail"] = told["detail"].format_map(facts)
    problem.update(facts)


def _example(told: Schema, word: str, shapes: Schema) -> Any:
    shape = _followed(told, shapes)
    known = told.get("examples") or shape.get("examples") or shape.get("enum")
    if known:
        return known[0]
    if "const" in shape:
        return shape["const"]
    if "properties" in shape or shape.get("additionalProperties") is False:
        parts = shape.get("properties", {})
        return {name: _example(part, name, shapes) for name, part in parts.items()}
    if "items" in shape and word not in OF_NAME:
        return [_example(shape["items"], word, shapes)]
    return _plain(shape, word)


def _plain(shape: Schema, word: str) -> Any:
    """Of a value without parts."""
    if shape.get("type") == "boolean":
        return True
    known = _OF_FORMAT.get(shape.get("format", "")) or _OF_ENDING.get(word.rpartition("_")[2])
    if word not in OF_NAME and known is None:
        raise Unexampled(word or str(shape))
    return OF_NAME.get(word, known)


def _followed(told: Schema, shapes: Schema) -> Schema:
    """The schema with its reference followed and its `null` left out."""
    if "$ref" in told:
        return _followed(shapes[told["$ref"].rpartition("/")[2]], shapes)
    ways = [one for one in told.get("anyOf", ()) if one.get("type") != "null"]
    return _followed(ways[0], shapes) if ways else told
