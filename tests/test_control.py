import json
import shutil
import socket
import stat
import threading

import pytest

from arena.control import ADDRESS, FOLDER, LONGEST_LINE, SOCKET, Control, ask
from arena.errors import ArenaError, StoreError


def echo(arguments):
    return {"said": arguments["words"]}


def refuse(arguments):
    raise StoreError("the disk is full; make room")


def fail(arguments):
    raise ZeroDivisionError


HANDLERS = {"echo": echo, "refuse": refuse, "fail": fail}


@pytest.fixture
def home(tmp_path):
    made = tmp_path / "home"
    made.mkdir()
    return made


def test_a_command_reaches_the_process_that_holds_the_home(home):
    with Control(home, HANDLERS):
        assert ask(home, "echo", {"words": ["höher", 1]}) == {"said": ["höher", 1]}
        assert ask(home, "echo", {"words": "again"}) == {"said": "again"}


def test_nobody_answers_before_and_after(home):
    assert ask(home, "echo", {"words": 1}) is None
    assert ask(home / "missing", "echo", {"words": 1}) is None
    with Control(home, HANDLERS):
        pass
    assert ask(home, "echo", {"words": 1}) is None
    assert list(home.iterdir()) == []


def test_what_goes_wrong_is_one_line_here_too(home):
    with Control(home, HANDLERS):
        with pytest.raises(ArenaError, match=r"^the disk is full; make room$"):
            ask(home, "refuse", {})
        with pytest.raises(ArenaError, match=r"^fail: failed in the running arena; the reason stands in .*logs$"):
            ask(home, "fail", {})
        with pytest.raises(ArenaError, match=r"'sing' is unknown to the running arena"):
            ask(home, "sing", {})
        assert ask(home, "echo", {"words": 2}) == {"said": 2}, "it goes on"


def test_only_the_owner_may_connect(home):
    with Control(home, HANDLERS):
        assert stat.S_IMODE((home / FOLDER).stat().st_mode) == 0o700
        assert stat.S_IMODE((home / FOLDER / SOCKET).stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["home", "a" * 120])
def test_a_killed_process_leaves_nothing_in_the_way(tmp_path, name):
    home = tmp_path / name
    home.mkdir()
    abandoned = Control(home, HANDLERS)
    with Control(home, {"echo": lambda arguments: {"said": "by the second"}}):
        assert ask(home, "echo", {"words": 1}) == {"said": "by the second"}
        abandoned.close()
        assert ask(home, "echo", {"words": 1}) == {"said": "by the second"}, "the first takes nothing of the second away"


def test_a_home_with_a_long_path_is_reached_and_its_copy_is_not(tmp_path):
    home = tmp_path / ("long-" * 30)
    home.mkdir()
    with Control(home, HANDLERS):
        assert ask(home, "echo", {"words": 1}) == {"said": 1}
        shutil.copytree(home, tmp_path / "copy")
        assert ask(tmp_path / "copy", "echo", {"words": 1}) is None
        elsewhere = (home / FOLDER / ADDRESS).read_text()
    with pytest.raises(FileNotFoundError), socket.socket(socket.AF_UNIX) as connection:
        connection.connect(elsewhere)


@pytest.mark.parametrize(
    "said", [b"", b"{}\n", b"[1]\n", b"\xff\n", b'{"command": 1, "arguments": 2, "home": 3}\n', b"x" * (LONGEST_LINE + 1)]
)
def test_odd_callers_do_no_harm(home, said):
    with Control(home, HANDLERS):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(home / FOLDER / SOCKET))
            connection.sendall(said)
            connection.shutdown(socket.SHUT_WR)
            heard = connection.makefile("rb").read()
        assert not heard or "not understood" in json.loads(heard)["error"]
        assert ask(home, "echo", {"words": 3}) == {"said": 3}


def test_closing_waits_for_the_command_that_runs(home):
    started, may_end = threading.Event(), threading.Event()

    def slow(arguments):
        started.set()
        may_end.wait(10)
        return {"done": True}

    answers = []
    control = Control(home, {"slow": slow})
    asker = threading.Thread(target=lambda: answers.append(ask(home, "slow", {})))
    asker.start()
    assert started.wait(10)
    closer = threading.Thread(target=control.close)
    closer.start()
    may_end.set()
    closer.join(10)
    asker.join(10)
    assert answers == [{"done": True}]
