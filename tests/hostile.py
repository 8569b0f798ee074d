"""Values, bodies, addresses and headers that break programs."""

from typing import Any
from urllib.parse import quote

DEEP = 20_000
LONG = "9" * 5_000
ID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"

_TEXTS: list[Any] = [
    *("\x00", "a\x00b", "\ud800", "\udfff\ud800", "\u2028", "\x1b[2J", "\u202e", "", " ", "\n"),
    *(LONG, "\u0661\u0662", "\uff11\uff12", "\ufdfa" * 100, "e\u0301" * 50, "\U0001f9d1\u200d"),
    *("' OR 1=1 --", "%s%n", "{reason}", "../../etc/passwd", "<script>", "null", "__proto__"),
]
_NUMBERS: list[Any] = [
    *(0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**400, 1.5, 1e308, -0.0, True, None),
]
_SHAPES: list[Any] = [
    *([], {}, [[]], [None], ["\x00"], [1] * 1_000, {"a": {"b": []}}, {"": ""}, {"\x00": 1}),
]
_MOMENTS: list[Any] = [
    *(20_260_309, 1e18, "20260309", "1741456800", "2026-03-09", "2026-03-09T18:00:00", "now"),
    *("0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2026-03-09T24:00:00Z"),
    *("2026-02-30T00:00:00Z", "2026-03-09T18:00:00+99:99", "2026-12-31T23:59:60Z"),
]
_IDS: list[Any] = [
    *(ID.upper(), f"{{{ID}}}", f"urn:uuid:{ID}", ID.replace("-", ""), f"{ID}\x00", "0" * 36),
]
VALUES = _TEXTS + _NUMBERS + _SHAPES + _MOMENTS + _IDS
"""For any property of a body."""

BODIES: list[bytes] = [
    *(b"", b" ", b"null", b"0", b'"x"', b"[]", b"{", b"}", b"{}{}", b"\x00", b"\xff\xfe"),
    *(b"\xef\xbb\xbf{}", b'{"reason":"\xff"}', b'{"\xff":1}', b'{"reason":"\xed\xa0\x80"}'),
    *(b"NaN", b"Infinity", b'{"minutes":NaN}', b'{"minutes":-Infinity}', b'{"minutes":1e400}'),
    *(b'{"minutes":1,"minutes":2}', b"{'minutes':1}", b'{"minutes":01}', b'{"a":"\n"}', b"/**/{}"),
    *(b"[" * DEEP, b'{"a":' * DEEP, b"[" * DEEP + b"]" * DEEP, b'{"a":' + b"9" * 60_000 + b"}"),
    *('{"reason":"\u010d"}'.encode(code) for code in ("utf-16", "utf-32", "cp1250")),
    *(b" " * 70_000, b"grant_type=%ff&username=%00", b"&&==&&", b"a=%", b"grant_type[]=password"),
]
TYPES: list[bytes] = [
    *(b"application/json", b"application/json; charset=utf-16", b"application/json; charset=none"),
    *(b"application/problem+json", b"text/plain", b"text/html", b"*/*", b"", b";", b"\xff/\xff"),
    *(b"application/x-www-form-urlencoded", b"application/x-www-form-urlencoded; charset=x"),
    *(
        b"multipart/form-data",
        b"multipart/form-data; boundary=",
        b"multipart/form-data; boundary=x",
    ),
]
TEXTS = [
    *(
        "",
        "%00",
        "%ff",
        "%ed%a0%80",
        "%E2%80%A8",
        "%",
        "%zz",
        "null",
        "[]",
        "0",
        "-1",
        "1e3",
        "101",
    ),
    *(LONG, quote("\ufdfa"), "true&limit=x", "a+b%20c", "%27%20OR%201=1", "2026-03-09T18:00:00Z"),
]
"""For any parameter of a query, as they stand in an address."""
PATHS = [
    *("%00", "%ff", "%ed%a0%80", "0", LONG, "..%2f..", "%2e%2e", "%20", ID.upper(), f"%7b{ID}%7d"),
    *(f"urn:uuid:{ID}", f"{ID}%00", f"{ID}%20", ID.replace("-", ""), quote("\uff11"), "*", "me"),
]
HEADERS: list[tuple[str, bytes]] = [
    *(("Idempotency-Key", one) for one in (b"", b" ", b"\xff", b"\x7f", b"a\tb", b"k" * 256)),
    *(("If-Match", one) for one in (b"", b"\xff\xfe", b'"', b"W/*", b"," * 400, b"x" * 501)),
    *(("Accept-Language", one) for one in (b"", b"\xff", b"sl;q=x", b";;,,--", b"x" * 201)),
    *(("Accept", one) for one in (b"", b"\xff", b"text/html", b"application/xml;q=9")),
    *(
        ("Content-Length", one)
        for one in (b"\xb2", b"9" * 5_000, b"-1", b"1e3", b"", b"+1", b"0x1")
    ),
    *(
        ("Authorization", one)
        for one in (b"", b"Bearer", b"Bearer \xff", b"Bearer " + b"a." * 9_000)
    ),
    *(("Host", one) for one in (b"", b"\xff", b"a b")),
    *(("Cookie", b"\xff=\x00"), ("Transfer-Encoding", b"gzip"), ("Range", b"bytes=0-0")),
    *(("X-Forwarded-For", b"' OR 1=1"), ("Expect", b"100-continue"), ("TE", b"\xff")),
]
