import pytest

from arena.ui.loopback import FORWARDED, is_from_here, is_loopback

HERE = {"host": "127.0.0.1:7860"}


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.0.2", False),
        ("localhost.example.org", False),
        ("", False),
    ],
)
def test_loopback_is_what_only_this_machine_reaches(host, expected):
    assert is_loopback(host) == expected


@pytest.mark.parametrize("host", ["localhost:7860", "localhost", "127.0.0.1:7860", "[::1]:7860"])
def test_a_browser_on_this_machine_is_here(host):
    assert is_from_here({"host": host}, "127.0.0.1")


@pytest.mark.parametrize("header", FORWARDED)
def test_what_a_proxy_passed_on_is_not(header):
    assert not is_from_here({**HERE, header: "127.0.0.1"}, "127.0.0.1")


@pytest.mark.parametrize("host", ["arena.example.org", "arena.example.org:7860", "127.0.0.1.example.org", "", ":7860"])
def test_a_name_that_was_made_to_lead_here_is_not(host):
    assert not is_from_here({"host": host}, "127.0.0.1")


@pytest.mark.parametrize("peer", ["192.168.0.2", "", "127.0.0.1, 8.8.8.8"])
def test_another_machine_is_not_whatever_it_asks_for(peer):
    assert not is_from_here(HERE, peer)
