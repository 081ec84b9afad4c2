"""A real arena in a process of its own, and a real browser in front of it."""

import contextlib
import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsers import CHROMIUM, shared_browser
from generating import Generated, generate, generated_in
from playwright.sync_api import Browser, expect
from processes import FEW, STARTERS, only
from serving import Server, serving
from visitor import PATIENCE, Visitor, windows

from arena.cli import main
from arena.contestants import Contestant

EVALUATED = {"clip-mini": "clip-mini", "llava-mini": "llava-mini", "blind:llava-mini": "llava-mini + blind"}
"""Reference -> what pages call it."""
PLAYERS = only(STARTERS / name for name in (*FEW, "llava-small-cautious"))
"""Who plays in the arena of most tests: each kind, one that refuses, and a long name. All play in `test_crowd.py`."""
ITEMS = 12
"""Of the starter suite, that they were asked about."""


def _evaluate(home: Path) -> None:
    models = [part for model in EVALUATED for part in ("--model", model)]
    assert main(["--home", str(home), "evaluate", *models, "--suite", "starter", "--limit", str(ITEMS)]) == 0


def _contestants(home: Path) -> tuple[Contestant, ...]:
    with contextlib.redirect_stdout(io.StringIO()) as listed, pytest.MonkeyPatch.context() as environment:
        for name, value in PLAYERS.items():
            environment.setenv(name, value)
        assert main(["--home", str(home), "models", "list", "--json"]) == 0
    return tuple(
        Contestant(model["model"], model["revision"], model["engine"], model["settings"])
        for model in json.loads(listed.getvalue())
    )


@pytest.fixture(scope="session")
def evaluated() -> tuple[str, ...]:
    """Whose results the pages of benchmarks show, by their names."""
    return tuple(EVALUATED.values())


@pytest.fixture(scope="session")
def server(shared_folder, tmp_path_factory) -> Iterator[Server]:
    """One arena for all tests of this process that need none of their own."""
    folder = tmp_path_factory.mktemp("arena")
    home = shutil.copytree(shared_folder("evaluated-home", _evaluate), folder / "home")
    contestants = _contestants(folder / "another-home")
    with serving(home, environment=PLAYERS) as running:
        yield Server(running.url, home, running.output, contestants)


@pytest.fixture(scope="module")
def browser() -> Browser:
    """One for all files in a row that open pages."""
    if CHROMIUM is None:
        pytest.fail("no Chromium found; `make test` installs it")
    expect.set_options(timeout=PATIENCE)
    return shared_browser(CHROMIUM)


@pytest.fixture(scope="session")
def generated(shared_folder) -> Generated:
    """What the command line generated in an empty home."""
    return generated_in(shared_folder("generated", generate))


@pytest.fixture
def visit(server, browser) -> Iterator[Callable[..., Visitor]]:
    """Opens a new visitor's browser window: `visit(width=390, dark=True)`. Afterwards, checks what every visit must hold."""
    with windows(browser, server) as open_window:
        yield open_window
