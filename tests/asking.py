"""Requests that fit the HTTP contract, made from the contract itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.town import JSON, Person

Pick = Callable[[str], str]
"""Gives the id to send for a parameter or property of this name."""

MOMENT = "2026-03-09T18:00:00Z"
WORD = "sl"
"""Fits whatever text is asked for without an example: a slug, a language, an alias, a reason."""
JSON_BODY = "application/json"


@dataclass(frozen=True)
class Asked:
    """One operation of the contract."""

    contract: JSON
    method: str
    path: str
    told: JSON

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def carriers(self) -> list[str]:
        """The names of all ids that a request can carry: in its path, its query or its body."""
        names: list[str] = []

        def note(name: str) -> str:
            names.append(name)
            return name

        self.address(note)
        self.body(note)
        return list(dict.fromkeys(names))

    def address(self, pick: Pick) -> str:
        """The path with its ids, and of the query what must be there and what is an id."""
        path, query = self.path, {}
        for told in self.told.get("parameters", []):
            name = told["name"]
            if told["in"] == "path":
                path = path.replace(f"{{{name}}}", pick(name))
            elif told["in"] == "query" and (
                told["required"] or _is_id(self._plain(told["schema"]))
            ):
                query[name] = self._sample(name, told["schema"], pick)
        return f"{path}?{urlencode(query)}" if query else path

    def headers(self) -> dict[str, str]:
        """The headers that must be there."""
        return {
            told["name"]: str(_value(self._plain(told["schema"]) | told))
            for told in self.told.get("parameters", [])
            if told["in"] == "header" and told["required"]
        }

    def body(self, pick: Pick) -> Any:
        """The smallest body that fits, with every id that it can have; None without a body."""
        content = self.told.get("requestBody", {}).get("content", {})
        if JSON_BODY not in content:
            return None
        return self._sample("", content[JSON_BODY]["schema"], pick)

    def wordy_body(self, pick: Pick, word: str) -> Any:
        """A body with all that it can have, and this word wherever text can stand."""
        for told in self.told.get("requestBody", {}).get("content", {}).values():
            return self._wordy("", told["schema"], pick, word)
        return None

    def texts_asked(self, place: str) -> list[str]:
        """The names of all that a request can say in its query or its headers."""
        return [one["name"] for one in self.told.get("parameters", []) if one["in"] == place]

    def properties(self) -> list[str]:
        """The names of all that its JSON body can have."""
        content = self.told.get("requestBody", {}).get("content", {})
        plain = self._plain(content[JSON_BODY]["schema"]) if JSON_BODY in content else {}
        return list(plain.get("properties", {}))

    async def ask(self, person: Person, pick: Pick) -> httpx.Response:
        """Send it as this person."""
        whole = {"json": self.body(pick), "headers": self.headers()}
        return await person.ask(self.method, self.address(pick), **whole)

    def _sample(self, name: str, schema: JSON, pick: Pick) -> Any:
        plain = self._plain(schema)
        if _is_id(plain):
            return pick(name)
        if plain.get("type") == "object" and "examples" not in plain:
            return {
                key: self._sample(key, one, pick)
                for key, one in plain.get("properties", {}).items()
                if key in plain.get("required", ()) or _is_id(self._plain(one))
            }
        return _value(plain)

    def _wordy(self, name: str, schema: JSON, pick: Pick, word: str) -> Any:
        plain = self._plain(schema)
        if plain.get("type") == "object":
            told = plain.get("properties", {})
            return {key: self._wordy(key, one, pick, word) for key, one in told.items()}
        if plain.get("type") == "array":
            return [self._wordy(name.removesuffix("s"), plain["items"], pick, word)]
        is_text = plain.get("type") == "string" and not {"enum", "const", "format"} & plain.keys()
        return word if is_text else self._sample(name, plain, pick)

    def _plain(self, schema: JSON) -> JSON:
        """The schema with its reference followed and its `null` left out."""
        if "$ref" in schema:
            found = self.contract["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            return self._plain(found)
        ways = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
        return self._plain(ways[0]) if ways else schema


def every_operation(contract: JSON) -> Iterator[Asked]:
    """Every operation of the contract."""
    for path, item in contract["paths"].items():
        for method, told in item.items():
            yield Asked(contract, method.upper(), path, told)


def _is_id(schema: JSON) -> bool:
    return schema.get("format") == "uuid"


def _value(schema: JSON) -> Any:
    for known in ("examples", "enum"):
        if known in schema:
            return schema[known][0]
    by_type = {
        "string": MOMENT if schema.get("format") == "date-time" else WORD,
        "integer": schema.get("minimum", 0),
        "number": schema.get("minimum", 0),
        "boolean": False,
        "array": [WORD],
    }
    return by_type[schema["type"]]
