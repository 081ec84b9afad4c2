"""The process in which vLLM runs a model: one JSON line to it, one line back, each within a bounded time."""

import json
import os
import signal
import subprocess
import tempfile
import threading
import weakref
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from arena.contestants import Contestant
from arena.errors import ModelEnded, RepositoryError
from arena.models.machine import GPU
from arena.models.vllm_python import SECONDS, vllm_python, vllm_seconds

CHILD = Path(__file__).with_name("vllm_child.py")
END_SECONDS = 5.0
"""In which it may end by itself once nobody wants it."""


class VllmProcess:
    """A process with one model, and one question at a time on its way to it. It ends with this object.

    Args:
        contestant: whose model it is.
        loading: what to load; see `arena.models.vllm_child`.

    Raises:
        RepositoryError: vLLM cannot load it.
        SettingsError: there is no Python that has vLLM, or its time is no number.
    """

    def __init__(self, contestant: Contestant, loading: Mapping[str, Any]) -> None:
        self._name = contestant.repository
        self._seconds = vllm_seconds()
        self._overdue = False
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - as long as the process
        self._process = subprocess.Popen(  # noqa: S603 - the operator's Python, our own script
            [vllm_python(), str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=_environment(contestant),
            start_new_session=True,  # it has children of its own, which end with it
        )
        weakref.finalize(self, _end, self._process)
        started = self.ask(loading)
        if "error" in started:
            raise RepositoryError(f"{self._name}: vllm cannot load it ({started['error']}); leave engine=vllm out")

    def ask(self, message: Mapping[str, Any]) -> Any:
        """What it says to a message.

        Raises:
            ModelEnded: the process is gone, or has not answered in time, and was ended.
        """
        watchdog = threading.Timer(self._seconds, self._give_up)
        watchdog.start()
        try:
            line = self._exchanged(json.dumps(message) + "\n")
        finally:
            watchdog.cancel()
        if line.endswith("\n"):
            return json.loads(line)
        said = self._last_words()
        if self._overdue:
            raise ModelEnded(f"{self._name}: vllm has not answered within {self._seconds} s ({said}); raise {SECONDS}")
        raise ModelEnded(f"{self._name}: the process of vllm has ended ({said}); look at its versions")

    def _exchanged(self, line: str) -> str:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(line)
            stdin.flush()
            return stdout.readline()
        except BrokenPipeError:
            return ""

    def _give_up(self) -> None:
        self._overdue = True
        _kill(self._process)

    def _last_words(self) -> str:
        self._log.seek(0)
        return (self._log.read().strip().splitlines() or ["without a word"])[-1][:300]


def _end(process: "subprocess.Popen[str]") -> None:
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):  # what was never read is lost with the process
            if pipe:
                pipe.close()
    with suppress(subprocess.TimeoutExpired):
        process.wait(END_SECONDS)
    _kill(process)
    process.wait()


def _kill(process: "subprocess.Popen[str]") -> None:
    """End it with its children, which may outlive it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _environment(contestant: Contestant) -> dict[str, str]:
    """No telemetry, no downloads, nothing of our own packages; one GPU where one is named."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ARENA_"))}
    device, _, number = str(contestant.settings.get("device", "cpu")).partition(":")
    one = {"CUDA_VISIBLE_DEVICES": number} if device == GPU and number else {}
    return {"VLLM_LOGGING_LEVEL": "ERROR", **kept, "VLLM_NO_USAGE_STATS": "1", "HF_HUB_OFFLINE": "1", **one}
