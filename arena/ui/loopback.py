"""Who uses this machine itself, and may therefore do what is otherwise the operator's to allow."""

from collections.abc import Mapping
from ipaddress import ip_address

FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-server", "x-real-ip")
"""Headers that proxies add, in small letters: what carries one comes from elsewhere."""


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches this address or name."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_from_here(headers: Mapping[str, str], peer: str) -> bool:
    """Whether a request was made on this machine, for an address of this machine, and no proxy passed it on.

    A browser that is made to think that another name leads to this machine sends that name. A proxy that adds no header and
    keeps no name cannot be told.

    Args:
        headers: of the request; their names in small letters, or found whatever their letters are.
        peer: the address that it comes from.
    """
    name, colon, port = headers.get("host", "").rpartition(":")
    asked = name if colon and port.isdecimal() else headers.get("host", "")
    return is_loopback(peer) and is_loopback(asked) and not any(header in headers for header in FORWARDED)
