"""The log in the home, and what of it the terminal tells."""

import logging

from arena.logs import failures_on_terminal, start_log


def fail(name):
    try:
        raise OSError("no disk")
    except OSError:
        logging.getLogger(name).exception("people/ill: cannot be loaded")


def test_the_terminal_tells_failures_in_one_line_and_the_file_has_the_traceback(tmp_path, capsys):
    with failures_on_terminal():
        path = start_log(tmp_path)
        fail("arena.models.pool")
        logging.getLogger("arena.battles.host").info("battle 1: number 1")
        fail("arena.ui.parts")
    fail("arena.models.pool")
    assert capsys.readouterr().err == "arena: people/ill: cannot be loaded\n"
    assert path.read_text().count("OSError: no disk") == 3
    assert "battle 1: number 1" in path.read_text()
