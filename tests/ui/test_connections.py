import contextlib
import socket
import time

import httpx
import pytest
from serving import free_port
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from arena.ui import server
from arena.ui.clients import site_of
from arena.ui.connections import OTHER_FILES, BoundedConnection, connection_limit

HALF_A_HEAD = b"GET / HTTP/1.1\r\nHost: x\r\nX-"


async def _answer(_request):
    return PlainTextResponse("ok")


async def _answer_large(_request):
    return PlainTextResponse("x" * 10**7)


def _serve(visit):
    """Do something while an app is served."""
    port = free_port()

    def ready():
        visit(port)
        raise KeyboardInterrupt

    server.run(Starlette(routes=[Route("/", _answer), Route("/large", _answer_large)]), "127.0.0.1", port, ready)


@pytest.fixture
def few_places(monkeypatch):
    monkeypatch.setattr(server, "connection_limit", lambda: 8)
    monkeypatch.setattr(BoundedConnection, "head_seconds", 0.3)


def _connect(port, address):
    connection = socket.create_connection(("127.0.0.1", port), source_address=(address, 0), timeout=10)
    connection.sendall(HALF_A_HEAD)
    return connection


def _is_closed(connection):
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


def test_one_address_cannot_take_the_places_of_others(few_places):
    def visit(port):
        with contextlib.ExitStack() as held:
            connections = [held.enter_context(_connect(port, "127.0.7.2")) for _ in range(12)]
            assert all(_is_closed(connection) for connection in connections[4:])
            with httpx.Client(trust_env=False) as other:
                assert other.get(f"http://127.0.0.1:{port}/").text == "ok"

    _serve(visit)


def test_a_head_that_does_not_come_ends_its_connection_and_one_that_came_does_not(few_places):
    def visit(port):
        with _connect(port, "127.0.7.2") as slow, httpx.Client(trust_env=False) as other:
            assert other.get(f"http://127.0.0.1:{port}/").text == "ok"
            begun = time.monotonic()
            assert _is_closed(slow)
            assert time.monotonic() - begun < 5
            assert other.get(f"http://127.0.0.1:{port}/").text == "ok"
        assert not any(address == "127.0.7.2" for address in BoundedConnection.of_address)

    _serve(visit)


def _asked_whole(port, address):
    """A connection on which one request was answered."""
    connection = socket.create_connection(("127.0.0.1", port), source_address=(address, 0), timeout=10)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    while b"ok" not in connection.recv(4096):
        pass
    return connection


def test_a_later_head_that_does_not_come_ends_its_connection_too(few_places):
    def visit(port):
        with _asked_whole(port, "127.0.7.2") as slow:
            slow.sendall(b"G")
            begun = time.monotonic()
            assert _is_closed(slow)
            assert time.monotonic() - begun < 4  # sooner than a connection on which nothing comes at all

    _serve(visit)


def test_a_connection_whose_answers_nobody_takes_is_closed(few_places, monkeypatch):
    monkeypatch.setattr(BoundedConnection, "unread_seconds", 0.3)

    def visit(port):
        with socket.create_connection(("127.0.0.1", port), source_address=("127.0.7.2", 0), timeout=10) as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            with contextlib.suppress(OSError):
                for _ in range(1000):
                    deaf.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            deadline = time.monotonic() + 5
            while BoundedConnection.of_address["127.0.7.2"] and time.monotonic() < deadline:
                time.sleep(0.02)
            assert not BoundedConnection.of_address["127.0.7.2"]

    _serve(visit)


def test_visitors_of_one_ipv6_network_share_its_places():
    assert site_of("2001:db8::1") == site_of("2001:db8::ffff:1") != site_of("2001:db8:0:1::1")
    assert (site_of("::ffff:192.0.2.1"), site_of("192.0.2.1"), site_of("unix")) == ("192.0.2.1", "192.0.2.1", "unix")


def test_there_is_room_for_the_other_files_of_the_arena():
    resource = pytest.importorskip("resource")
    limit = connection_limit()
    assert limit + OTHER_FILES <= resource.getrlimit(resource.RLIMIT_NOFILE)[0]
