"""Where a request comes from: the prefix of its address, for counting and for nothing else.

A prefix is what one household or office has: IPv4 /24, IPv6 /56. It is never stored; what is kept
for a while is a keyed hash of it (`app.kit.limits`).
"""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from starlette.requests import Request

IPV4_BITS: Final = 24
IPV6_BITS: Final = 56
HOPS_MAX: Final = 10
UNKNOWN: Final = "unknown"
"""A request over something that has no addresses, such as a local socket."""

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def prefix_of(request: Request, proxies: Sequence[Network]) -> str:
    """The prefix of the client's address.

    `X-Forwarded-For` is believed only as far as trusted proxies wrote it: the client is the last
    address in it that is not one of theirs. Anybody can write the header themselves.
    """
    client: Address | None = None
    for hop in _hops(request):
        client = hop
        if not any(hop in network for network in proxies):
            break
    return UNKNOWN if client is None else _prefix(client)


def networks_of(text: str) -> tuple[Network, ...]:
    """Networks or single addresses, separated by commas.

    Raises:
        ValueError: when one is neither.
    """
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def _hops(request: Request) -> Iterator[Address]:
    """From the nearest to the farthest; it ends at the first that is no address."""
    said = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    nearest = request.client.host if request.client else ""
    for text in [nearest, *reversed(said[-HOPS_MAX:])]:
        try:
            yield ip_address(text.strip())
        except ValueError:
            return


def _prefix(address: Address) -> str:
    plain = getattr(address, "ipv4_mapped", None) or address
    bits = IPV4_BITS if isinstance(plain, IPv4Address) else IPV6_BITS
    return str(ip_network(f"{plain}/{bits}", strict=False))
