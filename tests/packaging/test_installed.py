"""The installed wheel, used from an empty folder: the commands that the README begins with, and the web arena."""

import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from arena import __version__

ROOT = Path(__file__).parents[2]
PATIENCE = 180
"""Seconds that a busy machine may take for a command."""
COMMANDS = """
import os, sys
from arena.cli import main

for command in sys.argv[1:]:
    assert main(command.split()) == 0, command
code = main(["serve"])
ours = [module for name, module in sys.modules.items() if name.split(".")[0] in ("arena", "generators", "starter")]
print(*(module.__file__ for module in ours), flush=True)
os._exit(code)
"""
"""Runs commands in one process, serves until it is stopped, and prints at last which files of ours it imported."""


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
    installed, start, port
):
    evaluation = "evaluate --model clip-mini --suite starter --limit 3"
    commands = ("battle --count 1", evaluation, "leaderboard --json")
    server = start(sys.executable, "-c", COMMANDS, *commands, ARENA_PORT=str(port))
    told = ""
    try:
        assert server.stdout
        for line in server.stdout:
            told += line
            if "Ctrl-C stops it" in line:
                break
        assert '"battles": 1' in told
        home = f"http://127.0.0.1:{port}"
        page = read(f"{home}/")
        style = re.search(r'href="([^"]*style\.css[^"]*)"', page)
        assert style
        assert "--paper" in read(f"{home}/{style[1]}")
        assert "Bradley" in read(f"{home}/about")
        assert json.loads(read(f"{home}/healthz"))["status"] == "ready"
        check = [sys.executable, *health_check()[1:]]
        assert start(*check, ARENA_PORT=str(port)).wait(PATIENCE) == 0
    finally:
        server.terminate()
        rest, _ = server.communicate(timeout=PATIENCE)
    assert server.returncode in (0, 130), told + rest
    assert "Traceback" not in told + rest
    assert start(*check, ARENA_PORT=str(port)).wait(PATIENCE) != 0
    files = rest.splitlines()[-1].split()
    assert len(files) > 100, "its pages, too"
    assert all(Path(file).is_relative_to(installed) for file in files)
