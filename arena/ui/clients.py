"""Who a request comes from, as shares count: the account that is signed in, or the nearest address that is no trusted proxy.

Nothing that a visitor makes up is believed: no session, no browser's number, and of X-Forwarded-For only what was written by
proxies that the operator trusts.
"""

import logging
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

from arena.errors import SettingsError
from arena.settings import Settings
from arena.ui.identity import signs_in

log = logging.getLogger(__name__)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
UNKNOWN = "unknown"
"""Everybody who comes through a proxy that is not trusted. It has no share, since it stands for any number of visitors."""
SITE_BITS = 64
"""Of an IPv6 address; the rest of it is the visitor's own to choose."""


class Clients:
    """Names the client of each request.

    Args:
        trusted: networks of proxies whose X-Forwarded-For is true.
        accounts: whether visitors sign in here.
    """

    def __init__(self, trusted: Sequence[Network] = (), *, accounts: bool = False) -> None:
        self._trusted = tuple(trusted)
        self._accounts = accounts
        self._unknown_told = False

    @classmethod
    def of(cls, settings: Settings) -> "Clients":
        """As the settings of an arena want it.

        Raises:
            SettingsError: a trusted proxy is no network.
        """
        return cls([_network(text) for text in settings.trusted_proxies], accounts=signs_in())

    def client_of(self, scope: Scope) -> str:
        """The client that a request comes from."""
        account = _account(scope) if self._accounts else None
        return f"account {account}" if account else self._address_of(scope)

    def trusts_peer(self, scope: Scope) -> bool:
        """Whether a request comes from a trusted proxy, which tells the truth about who it stands for."""
        peer = _address((scope.get("client") or ("",))[0])
        return peer is not None and self._is_trusted(peer)

    def _address_of(self, scope: Scope) -> str:
        peer = _address((scope.get("client") or ("",))[0])
        if peer is None:
            return UNKNOWN
        headers = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        if not headers:
            return _name(peer)
        if not self._is_trusted(peer):
            # From the internet nobody is our proxy, and the header is made up.
            return _name(peer) if peer.is_global else self._unknown()
        return _name(self._nearest(peer, b",".join(headers).decode("latin-1").split(",")))

    def _unknown(self) -> str:
        if not self._unknown_told:
            self._unknown_told = True
            log.warning(
                "visitors come through a proxy that is not trusted and cannot be told apart; name it in ARENA_TRUSTED_PROXIES"
            )
        return UNKNOWN

    def _nearest(self, peer: Address, hops: Sequence[str]) -> Address:
        """The last address on the way here that is no trusted proxy's. What is no address counts as whoever passed it on."""
        nearest = peer
        for hop in reversed(hops):
            address = _address(_without_port(hop.strip()))
            if address is None:
                break
            nearest = address
            if not self._is_trusted(address):
                break
        return nearest

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)


def site_of(address: str) -> str:
    """What of an address a visitor cannot choose: all of it, or the network of an IPv6 address. Other text stays as it is."""
    known = _address(address)
    return address if known is None else _name(known)


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError:
        raise SettingsError(
            f"ARENA_TRUSTED_PROXIES: {text!r} is no network; give addresses or networks, such as 10.0.0.0/8"
        ) from None


def _account(scope: Scope) -> str | None:
    """The account in the session that Gradio signs."""
    login = scope.get("session", {}).get("oauth_info") or {}
    return login.get("userinfo", {}).get("preferred_username")


def _address(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _name(address: Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((int(address), SITE_BITS), strict=False))


def _without_port(hop: str) -> str:
    """The address of `1.2.3.4:5678` and `[2001:db8::1]:5678`, as some proxies write it."""
    if hop.startswith("[") and "]" in hop:
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
