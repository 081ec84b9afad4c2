"""The log in the home, and what of it the terminal tells."""

import contextlib
import json
import logging
import shutil
import socket
import warnings
from datetime import UTC, datetime, timedelta

import pytest
from processes import exit_code, forked
from starlette.applications import Starlette

from arena.errors import SettingsError
from arena.logs import log_on_terminal, start_log
from arena.ui.server import run

LINES = 2000
LARGEST_FILE = 100_000
"""Bytes; the lines of two processes fill two such files and a part of a third."""
LONGEST_LINE = 100


@pytest.fixture(autouse=True)
def no_handler_of_other_tests():
    """Those that servers and packages of other tests have left, whose terminals are closed."""
    for name in ("", "uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        for handler in [one for one in logger.handlers if not type(one).__module__.startswith("_pytest")]:
            logger.removeHandler(handler)


def fail(name):
    try:
        raise OSError("no disk")
    except OSError:
        logging.getLogger(name).exception("people/ill: cannot be loaded")


def test_the_terminal_tells_failures_in_one_line_and_the_file_has_the_traceback(tmp_path, capsys):
    with log_on_terminal("text"):
        path = start_log(tmp_path)
        fail("arena.models.pool")
        logging.getLogger("arena.battles.host").info("battle 1: number 1")
        fail("arena.ui.parts")
    fail("arena.models.pool")
    assert capsys.readouterr().err == "arena: people/ill: cannot be loaded\n"
    assert path.read_text().count("OSError: no disk") == 3
    assert "battle 1: number 1" in path.read_text()


def tell(home, name):
    start_log(home, LARGEST_FILE)
    for number in range(LINES):
        logging.getLogger("arena.test").info("%s %d", name, number)


def test_processes_that_share_a_log_lose_no_line_and_rotate_it_once(tmp_path):
    with forked(tell, tmp_path, "one") as one, forked(tell, tmp_path, "other") as other:
        assert (exit_code(one), exit_code(other)) == (0, 0)
    files = [tmp_path / "logs" / name for name in ("arena.log.2", "arena.log.1", "arena.log")]
    assert sorted(path.name for path in (tmp_path / "logs").iterdir()) == sorted(path.name for path in files)
    assert all(path.stat().st_size < LARGEST_FILE + LONGEST_LINE for path in files)
    lines = [line.rsplit(": ", 1)[1] for path in files for line in path.read_text().splitlines()]
    for name in ("one", "other"):
        assert [line for line in lines if line.startswith(f"{name} ")] == [f"{name} {number}" for number in range(LINES)]


@pytest.mark.parametrize("largest_file", [LARGEST_FILE, 1])
def test_a_log_whose_home_is_gone_disturbs_nobody(tmp_path, capsys, largest_file):
    path = start_log(tmp_path / "home", largest_file)
    logging.getLogger("arena.test").info("to the file")
    shutil.rmtree(tmp_path / "home")
    logging.getLogger("arena.test").info("to nobody")
    assert (path.exists(), capsys.readouterr().err) == (False, "")


def _objects(text: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in text.splitlines()]


def test_with_json_each_line_of_the_file_and_of_the_terminal_is_an_object(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("ARENA_LOG", "json")
    with log_on_terminal("json"):
        path = start_log(tmp_path)
        fail("arena.models.pool")
        logging.getLogger("arena.battles.host").info("battle %s: “%d %%”", "1", 7)
        logging.getLogger("another.package").warning("two\nlines")
        logging.getLogger("another.package").info("nobody asks for this")
        logging.getLogger("uvicorn.error").error("of the server")
        warnings.warn("of Python", UserWarning, stacklevel=1)
    fail("arena.models.pool")
    told = capsys.readouterr().err
    assert [(line["level"], line["logger"], line["message"]) for line in _objects(told)[:4]] == [
        ("ERROR", "arena.models.pool", "people/ill: cannot be loaded"),
        ("INFO", "arena.battles.host", "battle 1: “7 %”"),
        ("WARNING", "another.package", "two\nlines"),
        ("ERROR", "uvicorn.error", "of the server"),
    ]
    assert "of Python" in _objects(told)[4]["message"]
    assert "OSError: no disk" in _objects(told)[0]["exception"]
    assert "exception" not in _objects(told)[1]
    kept = _objects(path.read_text())
    assert [line["logger"] for line in kept] == ["arena.models.pool", "arena.battles.host", "arena.models.pool"]
    moments = [datetime.fromisoformat(line["time"]) for line in kept]
    assert moments == sorted(moments)
    assert abs(datetime.now(UTC) - moments[-1]) < timedelta(minutes=5)


def test_a_form_that_is_none_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setenv("ARENA_LOG", "xml")
    with pytest.raises(SettingsError, match="ARENA_LOG: 'xml' is unknown; use text or json"):
        start_log(tmp_path)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.asynccontextmanager
async def _broken(_app):
    raise ValueError("the reason")
    yield


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_the_server_says_in_json_why_it_cannot_start(capfd):
    with log_on_terminal("json"), pytest.raises(SettingsError):
        run(Starlette(lifespan=_broken), "127.0.0.1", _free_port(), lambda: None)
    (line, *_) = _objects(capfd.readouterr().err)
    assert (line["level"], line["logger"]) == ("ERROR", "uvicorn.error")
    assert "ValueError: the reason" in line.get("exception", line["message"])
