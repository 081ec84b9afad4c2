"""A real arena in a process of its own, and a real browser in front of it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from visitor import Visitor

from arena.contestants import Contestant

ROOT = Path(__file__).parents[2]
START_SECONDS = 180
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _contestants(environment: dict[str, str]) -> tuple[Contestant, ...]:
    command = [sys.executable, "-m", "arena", "models", "list", "--json"]
    listed = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
    return tuple(
        Contestant(model["model"], model["revision"], model["engine"], model["settings"]) for model in json.loads(listed)
    )


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("arena-home")
    environment = {**os.environ, "ARENA_HOME": str(home), "ARENA_AUTOPLAY": "0"}
    port = _free_port()
    output = home / "terminal.txt"
    with output.open("w") as terminal:
        command = [sys.executable, "-m", "arena", "serve", "--port", str(port)]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=terminal, stderr=subprocess.STDOUT)
    try:
        contestants = _contestants({**environment, "ARENA_HOME": str(tmp_path_factory.mktemp("other-home"))})
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, process, output)
        yield Server(url, home, output, contestants)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(url: str, process: subprocess.Popen, output: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the arena did not start:\n{output.read_text()}"
        try:
            httpx.get(url, timeout=5)
            return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError(f"the arena did not answer within {START_SECONDS} s:\n{output.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("no Chromium found; `make test` installs it")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(server, browser) -> Iterator:
    """Opens a new visitor's browser window: `visit(width=390, dark=True)`. Afterwards, checks what every visit must hold."""
    contexts: list[tuple[BrowserContext, Visitor]] = []

    def open_window(*, width: int = 1280, height: int = 900, dark: bool = False, **options) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", **options
        )
        visitor = Visitor(context, server)
        contexts.append((context, visitor))
        return visitor

    yield open_window
    for context, visitor in contexts:
        context.close()
        assert visitor.other_hosts == []
        assert visitor.complaints == []
