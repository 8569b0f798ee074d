import pytest
from starlette.requests import Request

from app.kit.addresses import UNKNOWN, networks_of, prefix_of

PROXY = networks_of("10.0.0.0/8, 2001:db8:ffff::1")


def request(peer: str | None, *said: str) -> Request:
    headers = [(b"x-forwarded-for", one.encode()) for one in said]
    client = (peer, 1) if peer is not None else None
    return Request({"type": "http", "headers": headers, "client": client})


@pytest.mark.parametrize(
    ("peer", "said", "prefix"),
    [
        ("198.51.100.7", (), "198.51.100.0/24"),
        ("2001:db8:1:2ff::9", (), "2001:db8:1:200::/56"),
        ("::ffff:198.51.100.7", (), "198.51.100.0/24"),
        (None, (), UNKNOWN),
        ("/run/socket", (), UNKNOWN),
        # Whoever is no trusted proxy may say what they like.
        ("198.51.100.7", ("203.0.113.1",), "198.51.100.0/24"),
        ("10.1.2.3", ("203.0.113.1",), "203.0.113.0/24"),
        # What stands left of the first address that no proxy has was written by the client.
        ("10.1.2.3", ("192.0.2.1, 203.0.113.1, 10.9.9.9",), "203.0.113.0/24"),
        ("10.1.2.3", ("192.0.2.1", "203.0.113.1"), "203.0.113.0/24"),
        ("2001:db8:ffff::1", ("203.0.113.1",), "203.0.113.0/24"),
        ("10.1.2.3", ("nonsense",), "10.1.2.0/24"),
        ("10.1.2.3", (), "10.1.2.0/24"),
    ],
)
def test_a_client_is_known_by_the_prefix_that_a_trusted_proxy_saw(
    peer: str | None, said: tuple[str, ...], prefix: str
) -> None:
    assert prefix_of(request(peer, *said), PROXY) == prefix


def test_a_network_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="does not appear"):
        networks_of("10.0.0.0/8, everybody")
