from ipaddress import ip_network

import pytest

from arena.errors import SettingsError
from arena.settings import Settings, from_environment
from arena.ui.clients import UNKNOWN, Clients

PROXIES = [ip_network("10.0.0.0/8"), ip_network("192.0.2.7/32"), ip_network("fd00::/8")]


def client(peer: str, *forwarded: str, trusted=PROXIES) -> str:
    headers = [(b"host", b"arena"), *((b"x-forwarded-for", line.encode("latin-1")) for line in forwarded)]
    return Clients(trusted).client_of({"type": "http", "client": (peer, 1234), "headers": headers})


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.5", [], "203.0.113.5"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("10.1.2.3", [], "10.1.2.3"),
        ("10.1.2.3", ["198.51.100.9"], "198.51.100.9"),
        ("10.1.2.3", ["1.1.1.1, 198.51.100.9, 10.9.9.9, 192.0.2.7"], "198.51.100.9"),
        ("10.1.2.3", ["1.1.1.1", "198.51.100.9", "10.9.9.9"], "198.51.100.9"),
        ("10.1.2.3", ["198.51.100.9:4711"], "198.51.100.9"),
        ("10.1.2.3", ["[2001:db8:1:2::9]:4711"], "2001:db8:1:2::/64"),
        ("::ffff:10.1.2.3", ["198.51.100.9"], "198.51.100.9"),
        ("fd00::1", ["::ffff:198.51.100.9"], "198.51.100.9"),
        ("10.1.2.3", ["10.4.4.4, 10.5.5.5"], "10.4.4.4"),
    ],
)
def test_the_client_is_the_nearest_address_that_is_no_trusted_proxy(peer, forwarded, expected):
    assert client(peer, *forwarded) == expected


@pytest.mark.parametrize("forged", ["8.8.8.8", "10.1.2.3", "", "x", ", , ,", "8.8.8.8, 9.9.9.9"])
def test_nobody_on_the_internet_is_believed_about_an_address(forged):
    assert client("8.8.4.4", forged) == "8.8.4.4"


@pytest.mark.parametrize("made_up", ["1.1.1.1", "nonsense", "10.3.3.3", "::1"])
def test_what_a_visitor_writes_before_a_trusted_proxy_changes_nothing(made_up):
    assert client("10.1.2.3", f"{made_up}, 198.51.100.9") == client("10.1.2.3", made_up, "198.51.100.9") == "198.51.100.9"


@pytest.mark.parametrize("garbage", ["", "unknown", "1.2.3", "256.1.1.1", "[::1", "\xff\xfe", "_hidden", "a" * 10_000])
def test_what_is_no_address_counts_as_the_proxy_that_passed_it_on(garbage):
    assert client("10.1.2.3", f"198.51.100.9, {garbage}") == "10.1.2.3"
    assert client("10.1.2.3", f"{garbage}, 10.8.8.8") == "10.8.8.8"


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.0.2.1", "172.17.0.1", "192.168.0.4", "100.64.0.1", "::1", "fe80::1%eth0"])
def test_everybody_behind_a_proxy_that_nobody_named_is_unknown(peer):
    assert client(peer, "198.51.100.9") == UNKNOWN
    assert client(peer) != UNKNOWN


def test_a_site_of_ipv6_is_one_client():
    assert client("2001:db8:1:2::1") == client("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert client("2001:db8:1:3::1") == "2001:db8:1:3::/64"
    assert client("fe80::1%eth0") == client("fe80::2%wlan1") == "fe80::/64"


def test_an_account_is_one_client_wherever_it_comes_from():
    scope = {"type": "http", "headers": [], "session": {"oauth_info": {"userinfo": {"preferred_username": "ada"}}}}
    ways = [{**scope, "client": (address, 1)} for address in ("8.8.8.8", "9.9.9.9")]
    assert {Clients(accounts=True).client_of(way) for way in ways} == {"account ada"}
    assert [Clients().client_of(way) for way in ways] == ["8.8.8.8", "9.9.9.9"]
    assert Clients(accounts=True).client_of({**ways[0], "session": {}}) == "8.8.8.8"


def test_the_log_tells_once_that_a_proxy_is_not_trusted(caplog):
    clients = Clients()
    headers = [(b"x-forwarded-for", b"198.51.100.9")]
    for _ in range(3):
        clients.client_of({"type": "http", "client": ("127.0.0.1", 1234), "headers": headers})
    assert [line.levelname for line in caplog.records] == ["WARNING"]
    assert "ARENA_TRUSTED_PROXIES" in caplog.text


def test_without_an_address_the_client_is_unknown():
    assert Clients().client_of({"type": "http", "client": None, "headers": []}) == UNKNOWN


def test_a_space_trusts_private_networks_and_other_hosts_nobody():
    assert from_environment({}).trusted_proxies == ()
    assert from_environment({"SPACE_ID": "a/b"}).trusted_proxies == ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
    named = {"SPACE_ID": "a/b", "ARENA_TRUSTED_PROXIES": "10.16.0.0/16, 192.0.2.1"}
    assert from_environment(named).trusted_proxies == ("10.16.0.0/16", "192.0.2.1")


def test_a_proxy_that_is_no_network_is_named():
    with pytest.raises(SettingsError, match=r"^ARENA_TRUSTED_PROXIES: '10.0.0.0/33' is no network; give"):
        Clients.of(Settings(trusted_proxies=("10.0.0.0/33",)))
