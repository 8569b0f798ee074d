"""The port of the HTTP server: claimed before anything slow, and told clearly when it is taken."""

import errno
import socket
from typing import Final

HOST_DEFAULT: Final = "127.0.0.1"
PORT_DEFAULT: Final = 8000
PORT_MAX: Final = 65_535
BACKLOG_MAX: Final = 2_048
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 read, not bound here


class CannotListen(Exception):
    """The address cannot be used; the message is one line with what to do."""


def listen(host: str, port: int) -> socket.socket:
    """Claim the port: from now on it is ours, and clients wait until we answer.

    Args:
        host: a name or an address of this machine.
        port: 0 means any that is free.

    Raises:
        CannotListen: when it is taken, not allowed, or not of this machine.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            # Two may bind one port while neither listens; only listening settles whose it is.
            listening.listen(BACKLOG_MAX)
        except OSError:
            listening.close()
            raise
    except OSError as error:
        raise CannotListen(_why(host, port, error)) from None
    return listening


def url_of(listening: socket.socket) -> str:
    """The address at which this machine reaches the server."""
    host, port = listening.getsockname()[:2]
    reached = _EVERYWHERE.get(host, host)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


def _why(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < PORT_MAX else PORT_DEFAULT
        choose = f"PORT={other} make run, or timebank serve --port {other}"
        return f"port {port} on {host} is taken: choose another, as in {choose}"
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine: choose another --host, or leave it out"
    if error.errno in {errno.EACCES, errno.EPERM}:
        return f"this user may not use port {port}: choose one above 1023"
    return f"cannot listen on {host}, port {port}: {error.strerror}"
