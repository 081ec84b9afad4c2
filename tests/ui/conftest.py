"""A real arena in a process of its own, and a real browser in front of it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from generating import Generated, generate_once
from playwright.sync_api import Browser, sync_playwright
from serving import ROOT, environment, evaluate, serving
from visitor import Visitor, windows

from arena.contestants import Contestant

CHROMIUM = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass(frozen=True)
class Server:
    """A running arena."""

    url: str
    home: Path
    output: Path
    """What it wrote to its terminal."""
    contestants: tuple[Contestant, ...]

    def identities(self) -> set[str]:
        """Every string that tells who a contestant is."""
        parts = ({it.repository, it.name, it.revision, it.revision[:7], it.id} for it in self.contestants)
        return set().union(*parts)

    def told_in(self, text: str) -> set[str]:
        """The identities that a text gives away."""
        return {identity for identity in self.identities() if identity.lower() in text.lower()}


def _contestants(home: Path) -> tuple[Contestant, ...]:
    command = [sys.executable, "-m", "arena", "--home", str(home), "models", "list", "--json"]
    listed = subprocess.run(command, cwd=ROOT, env=environment(), check=True, capture_output=True, text=True).stdout
    return tuple(
        Contestant(model["model"], model["revision"], model["engine"], model["settings"]) for model in json.loads(listed)
    )


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("arena-home")
    evaluate(home, limit=12)
    with serving(home) as running:
        yield Server(running.url, home, running.output, _contestants(tmp_path_factory.mktemp("other-home")))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("no Chromium found; `make test` installs it")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def generated(tmp_path_factory) -> Generated:
    """What the command line generated in an empty home; shared by all processes of the run."""
    folder = tmp_path_factory.getbasetemp()
    return generate_once(folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder)


@pytest.fixture
def visit(server, browser) -> Iterator[Callable[..., Visitor]]:
    """Opens a new visitor's browser window: `visit(width=390, dark=True)`. Afterwards, checks what every visit must hold."""
    with windows(browser, server) as open_window:
        yield open_window
