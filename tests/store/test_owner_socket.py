import contextlib
import os
import shutil
import socket
import stat
import threading
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from arena.store import owner_socket
from arena.store.owner_socket import ADDRESS, FOLDER, KEY, SOCKET, Greeting, OwnerGone, OwnerSocket, connect


@pytest.fixture
def home(tmp_path):
    made = tmp_path / "home"
    made.mkdir()
    return made


@pytest.fixture
def listen():
    """Listens in a home until the test ends; greets and then closes."""
    opened: list[OwnerSocket] = []

    def open_socket(home):
        listener = OwnerSocket(home)
        opened.append(listener)
        threading.Thread(target=welcome, args=(listener,), daemon=True).start()
        return listener

    yield open_socket
    for listener in opened:
        listener.shut()


def welcome(listener):
    while True:
        try:
            accepted = listener.accept()
        except OSError:
            return
        with Connection(accepted.detach()) as connection:
            listener.greet(connection)


def test_both_sides_tell_version_home_and_process(home, listen):
    listen(home)
    connection, theirs = connect(home)
    connection.close()
    assert theirs == Greeting(owner_socket.version(), (home.stat().st_dev, home.stat().st_ino), os.getpid())


def test_nobody_answers_before_and_after(home):
    with pytest.raises(OwnerGone):
        connect(home)
    OwnerSocket(home).close()
    with pytest.raises(OwnerGone):
        connect(home)
    assert list(home.iterdir()) == []


def test_nobody_else_may_connect(home, listen):
    listen(home)
    assert stat.S_IMODE((home / FOLDER).stat().st_mode) == 0o700
    for name in (SOCKET, KEY):
        assert stat.S_IMODE((home / FOLDER / name).stat().st_mode) == 0o600


def test_who_does_not_know_the_key_is_not_let_in(home, listen):
    listen(home)
    (home / FOLDER / KEY).write_bytes(b"another")
    with pytest.raises(OwnerGone):
        connect(home)


@pytest.mark.parametrize("said", [b"", b"\0\0\0\4nooo", b"\xff" * 10, b"\0\0\0\1"], ids=["nothing", "no", "endless", "half"])
def test_odd_callers_do_no_harm(home, listen, said):
    listen(home)
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(home / FOLDER / SOCKET))
        caller.sendall(said)
        caller.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            while caller.recv(1000):
                pass
    connect(home)[0].close()


@pytest.mark.parametrize("name", ["home", "a" * 120])
def test_a_killed_process_leaves_nothing_in_the_way(tmp_path, name):
    home = tmp_path / name
    home.mkdir()
    abandoned = OwnerSocket(home)
    second = OwnerSocket(home)
    threading.Thread(target=welcome, args=(second,), daemon=True).start()
    connect(home)[0].close()
    abandoned.close()
    connect(home)[0].close()
    second.close()


def test_a_killed_process_leaves_no_folder_elsewhere(tmp_path):
    home = tmp_path / ("long-" * 30)
    home.mkdir()
    OwnerSocket(home)
    left = Path((home / FOLDER / ADDRESS).read_text()).parent
    assert left.is_dir()
    OwnerSocket(home).close()
    assert not left.exists()


def test_a_home_with_a_long_path_is_reached_and_its_copy_is_not(tmp_path, listen):
    home = tmp_path / ("long-" * 30)
    home.mkdir()
    listener = listen(home)
    connect(home)[0].close()
    copy = shutil.copytree(home, tmp_path / "copy")
    with pytest.raises(OwnerGone):
        connect(copy)
    elsewhere = (home / FOLDER / ADDRESS).read_text()
    listener.close()
    with pytest.raises(FileNotFoundError), socket.socket(socket.AF_UNIX) as connection:
        connection.connect(elsewhere)


def test_a_system_without_such_sockets_is_told(home, monkeypatch):
    monkeypatch.delattr(socket, "AF_UNIX")
    with pytest.raises(OSError, match="no Unix sockets"):
        OwnerSocket(home)
    with pytest.raises(OwnerGone):
        connect(home)


def test_the_version_changes_with_the_code(monkeypatch, tmp_path):
    before = owner_socket.version()
    (tmp_path / "owner_socket.py").write_text("another = True")
    owner_socket.version.cache_clear()
    monkeypatch.setattr(owner_socket, "__file__", str(tmp_path / "owner_socket.py"))
    try:
        assert owner_socket.version() != before
    finally:
        owner_socket.version.cache_clear()


def test_who_is_stopped_is_waited_for_no_longer_than_patience_allows(home, monkeypatch):
    monkeypatch.setattr(owner_socket, "PATIENCE", 0.05)
    listener = OwnerSocket(home)  # the kernel lets others connect, and nobody greets them
    with pytest.raises(OwnerGone):
        connect(home)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.connect(str(home / FOLDER / SOCKET))
        listener.accept().close()  # of the one before
        assert not listener.greet(Connection(listener.accept().detach()))
    listener.close()


def test_who_was_greeted_may_be_answered_late(home, monkeypatch):
    monkeypatch.setattr(owner_socket, "PATIENCE", 0.05)
    listener = OwnerSocket(home)
    greeted: list[Connection] = []

    def greet():
        greeted.append(Connection(listener.accept().detach()))
        assert listener.greet(greeted[0])

    greets = threading.Thread(target=greet)
    greets.start()
    connection, _ = connect(home)
    greets.join()
    threading.Timer(0.2, greeted[0].send_bytes, [b"late"]).start()
    assert connection.recv_bytes() == b"late"
    connection.close()
    greeted[0].close()
    listener.close()


@pytest.mark.parametrize("address", [b"\xff", b"/tmp/\0", b""])
def test_an_address_that_is_none_leads_to_nobody(home, listen, address):
    listen(home)
    (home / FOLDER / ADDRESS).write_bytes(address)
    with pytest.raises(OwnerGone):
        connect(home)
