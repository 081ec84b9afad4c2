"""The benchmarks, run small."""

import importlib
import re
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[2]


@pytest.fixture
def script(monkeypatch):
    """A module of the benchmarks, by name."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module


@pytest.fixture
def printed(script, monkeypatch, capsys):
    """Run a script with some arguments. Gives the cells of each line that it prints."""
    monkeypatch.setenv("COLUMNS", "200")  # no line of a table is wrapped
    threads = torch.get_num_threads()

    def run(name: str, *arguments: object) -> list[list[str]]:
        try:
            script(name).main([str(argument) for argument in arguments])
        finally:
            torch.set_num_threads(threads)
        lines = capsys.readouterr().out.splitlines()
        return [re.split(r"\s{2,}", line.strip()) for line in lines if line.strip()]

    return run


@pytest.fixture(scope="session")
def starters():
    """The folders of starter models, by name."""
    return lambda *names: [str(ROOT / "starter" / "models" / "drawn-world" / name) for name in names]
