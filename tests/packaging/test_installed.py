"""The installed wheel, used from an empty folder: the commands that the README begins with, and the web arena."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.request import urlopen

import pytest
from processes import PATIENCE, exit_code, forked, wait_until

from arena import __version__

ROOT = Path(__file__).parents[2]
COMMANDS = ("battle --count 1", "evaluate --model clip-mini --suite starter --limit 3", "leaderboard --json")
OURS = ("arena", "generators", "starter")
"""Packages of ours, by whatever name they are imported."""


def run_installed(installed: Path, folder: Path, output: Path, environment: Mapping[str, str]) -> None:
    """What a process does that has libraries, and nothing of ours but the wheel: commands, then serving until it is stopped.

    At last it prints which files of ours it imported.
    """
    for name in [name for name in sys.modules if name.split(".")[0] in OURS]:
        del sys.modules[name]
    sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in repr(finder)]
    sys.path[:] = [
        str(installed),
        *(path for path in sys.path if "site-packages" in path or not Path(path).is_relative_to(ROOT)),
    ]
    os.environ.update(environment)
    os.chdir(folder)
    with output.open("wb") as terminal:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(terminal.fileno(), stream.fileno())
    from arena.cli import main

    for command in COMMANDS:
        assert main(command.split()) == 0, command
    code = main(["serve"])
    ours = [module for name, module in sys.modules.items() if name.split(".")[0] in OURS]
    sys.stdout.flush()
    os.write(1, " ".join(str(module.__file__) for module in ours).encode())
    os._exit(code)


def output(process: subprocess.Popen[str]) -> str:
    told, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, told
    return told


def read(address: str) -> str:
    with urlopen(address, timeout=PATIENCE) as answer:
        return answer.read().decode()


def health_check() -> list[str]:
    """The command by which Docker asks whether the container is well."""
    [command] = re.findall(r"^HEALTHCHECK .*\\\n +CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    return json.loads(command)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("command", [["bin/arena"], [sys.executable, "-m", "arena"]])
def test_both_ways_to_start_it_know_its_version(command, installed, start):
    program = [str(installed / command[0]), *command[1:]]
    assert __version__ in output(start(*program, "--version"))


def test_it_plays_evaluates_and_serves_until_its_service_manager_stops_it_with_nothing_from_the_repository(
    installed, settings, start, port, tmp_path
):
    """The two ways to start it are tried above; this one is forked, since libraries take seconds to import."""
    told = tmp_path / "told"
    (tmp_path / "empty").mkdir()
    environment = {**settings, "ARENA_PORT": str(port)}
    check = [sys.executable, *health_check()[1:]]
    with forked(run_installed, installed, tmp_path / "empty", told, environment) as server:
        wait_until(lambda: told.exists() and "Ctrl-C stops it" in told.read_text(), server)
        assert '"battles": 1' in told.read_text()
        home = f"http://127.0.0.1:{port}"
        page = read(f"{home}/")
        style = re.search(r'href="([^"]*style\.css[^"]*)"', page)
        assert style
        assert "--paper" in read(f"{home}/{style[1]}")
        assert "Bradley" in read(f"{home}/about")
        assert json.loads(read(f"{home}/healthz"))["status"] == "ready"
        assert start(*check, ARENA_PORT=str(port)).wait(PATIENCE) == 0
        assert exit_code(server, signal.SIGTERM) in (0, 130), told.read_text()
    assert "Traceback" not in told.read_text()
    assert start(*check, ARENA_PORT=str(port)).wait(PATIENCE) != 0
    files = told.read_text().splitlines()[-1].split()
    assert len(files) > 100, "its pages, too"
    assert all(Path(file).is_relative_to(installed) for file in files)
