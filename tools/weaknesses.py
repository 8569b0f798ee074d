"""What is known of the weaknesses of the packages that we lock, as far as it stands here.

It is no audit: it knows only what somebody wrote down, and a test without a network can look it up.
So nobody goes back to a version whose weakness was mended, and what cannot be mended elsewhere has
its reason. The audit (`make audit`) asks the advisory databases, and knows of these reasons.
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from tools.locked import Package

MENDED: Final[Mapping[str, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        "cryptography": (("CVE-2024-26130", "42.0.4"), ("CVE-2024-12797", "44.0.1")),
        "fastapi": (("CVE-2024-24762", "0.109.1"),),
        "h11": (("CVE-2025-43859", "0.16.0"),),
        "httpx": (("CVE-2021-41945", "0.23.0"),),
        "idna": (("CVE-2024-3651", "3.7"),),
        "mako": (("CVE-2022-40023", "1.2.2"),),
        "pydantic": (("CVE-2024-3772", "2.4.0"),),
        "python-jose": (("CVE-2024-33663", "3.4.0"), ("CVE-2024-33664", "3.4.0")),
        "python-multipart": (("CVE-2024-24762", "0.0.7"), ("CVE-2024-53981", "0.0.18")),
        "starlette": (
            *(("CVE-2023-29159", "0.27.0"), ("CVE-2024-47874", "0.40.0")),
            *(("CVE-2025-54121", "0.47.2"), ("CVE-2025-62727", "0.49.1")),
        ),
        "uvicorn": (("CVE-2020-7694", "0.11.7"),),
    }
)
"""By package: the advisory, and the first version in which it is mended."""
ACCEPTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CVE-2024-23342": "ecdsa signs in no constant time; it signs nothing here: the start is"
        " refused when python-jose would use it instead of cryptography",
        "CVE-2026-85394": "python-jose takes DER keys as secrets of HMAC; it only ever gets a key"
        " object, and ES256 alone is read (identity/tokens.py, all kinds of forged tokens tried)",
    }
)
"""Advisories that nobody has mended yet, and why they do not reach us."""


def known(packages: Iterable[Package]) -> list[str]:
    """The packages in versions older than the one that mends them, each as one line."""
    return [
        f"{one.name} {one.version}: {advisory}, mended in {mended}"
        for one in packages
        for advisory, mended in MENDED.get(one.name, ())
        if _numbers(one.version) < _numbers(mended)
    ]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))
