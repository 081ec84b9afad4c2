"""The log in the home, and what of it the terminal tells."""

import logging
import shutil

from processes import exit_code, forked

from arena.logs import log_on_terminal, start_log

LINES = 2000
LARGEST_FILE = 100_000
"""Bytes; the lines of two processes fill two such files and a part of a third."""
LONGEST_LINE = 100


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


def test_a_log_whose_home_is_gone_disturbs_nobody(tmp_path, capsys):
    path = start_log(tmp_path / "home")
    shutil.rmtree(tmp_path / "home")
    logging.getLogger("arena.test").info("to nobody")
    assert (path.exists(), capsys.readouterr().err) == (False, "")
