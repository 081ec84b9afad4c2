"""`arena` in processes of their own, to be signalled and killed.

They are forked from one that has imported the libraries and the arena: no start waits for seconds of imports.
"""

import fcntl
import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import forkserver, get_context, parent_process, resource_tracker
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

MODULES = (
    "no_collections",
    "arena.cli.playing",
    "arena.evaluation",
    "arena.opening",
    "arena.ui.app",
    "diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion_instruct_pix2pix",
    "gradio",
    "plotly.graph_objects",
    "pydantic.v1",
    "sklearn.linear_model",
    "transformers.models.blip.modeling_blip",
    "transformers.models.clip.modeling_clip",
    "transformers.models.clip.processing_clip",
    "transformers.models.llava.modeling_llava",
    "transformers.models.llava.processing_llava",
)
"""What takes longest to import, and starts no thread, which a fork would leave behind."""
STARTERS = Path(__file__).parents[1] / "starter" / "models" / "drawn-world"
FEW = ("clip-mini", "clip-small", "llava-mini")


def only(models: Iterable[Path]) -> dict[str, str]:
    """Settings of an arena of these models."""
    return {"ARENA_STARTER_MODELS": "0", "ARENA_MODELS": ",".join(map(str, models))}


FEW_MODELS = only(STARTERS / name for name in FEW)
"""Settings of an arena that starts without loading, and trying, all models that ship."""
PATIENCE = 180
"""Seconds that a busy machine may take for what is waited for."""

_context = get_context("forkserver")
_context.set_forkserver_preload(list(MODULES))


def share_fork_server() -> None:
    """Start what arenas are forked from, for this process and those that are forked from it."""
    sys.warnoptions.append("ignore:resource_tracker")  # which tells of locks that killed processes leave
    resource_tracker.ensure_running()
    sys.warnoptions.pop()
    forkserver.ensure_running()
    # `multiprocessing` would wait for it, as only this process can, to see whether it still runs.
    vars(forkserver._forkserver)["ensure_running"] = resource_tracker.ensure_running


@contextmanager
def arena(*arguments: str, home: Path, output: Path, environment: Mapping[str, str] | None = None) -> Iterator[BaseProcess]:
    """Run a command in `home`, as if typed, until the block ends; what it writes to its terminal goes to `output`."""
    with forked(run_arena, ["--home", str(home), *arguments], output, environment or {}) as process:
        yield process


@contextmanager
def forked(work: Callable[..., None], *arguments: Any) -> Iterator[BaseProcess]:
    """Call a function of a module in a process of its own, until the block ends."""
    process = _context.Process(target=_begin, args=(work, *arguments))
    process.start()
    try:
        yield process
    finally:
        process.terminate()
        process.join(PATIENCE)
        if process.is_alive():
            process.kill()
            process.join()
            raise TimeoutError(f"it did not end within {PATIENCE} s")


def _begin(work: Callable[..., None], *arguments: Any) -> None:
    """What a forked process does, until whoever began it has ended."""
    _end_with(parent_process())
    gc.freeze()  # what it was forked with stays, and no collection looks at it, which would copy all of its pages
    gc.enable()
    work(*arguments)


def _end_with(parent: Any) -> None:
    """Have SIGTERM come once that process has closed its end of a pipe. No thread waits for that: `arena` looks for threads."""
    if sys.platform == "linux":
        fcntl.fcntl(parent.sentinel, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(parent.sentinel, fcntl.F_SETSIG, signal.SIGTERM)
        fcntl.fcntl(parent.sentinel, fcntl.F_SETFL, fcntl.fcntl(parent.sentinel, fcntl.F_GETFL) | os.O_ASYNC)
        if not parent.is_alive():
            sys.exit(1)


def wait_until(condition: Callable[[], bool], process: BaseProcess) -> None:
    """Return when the condition holds; fail when the process ends before."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert process.is_alive(), f"it ended too early, with exit code {process.exitcode}"
        assert time.monotonic() < deadline, f"nothing came of it within {PATIENCE} s"
        time.sleep(0.01)


def killed(process: BaseProcess) -> bool:
    """Kill the process; whether it was still at work."""
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


def exit_code(process: BaseProcess, signal_number: signal.Signals | None = None, within: float = PATIENCE) -> int:
    """Of a process that ends within that many seconds, by itself or by a signal that it may answer."""
    if signal_number is not None:
        assert process.pid
        os.kill(process.pid, signal_number)
    process.join(within)
    assert process.exitcode is not None, f"it did not end within {within} s"
    return process.exitcode


def run_arena(arguments: list[str], output: Path, environment: Mapping[str, str]) -> None:
    """What a process of `arena` does."""
    os.environ.update(environment)
    with output.open("wb") as terminal:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(terminal.fileno(), stream.fileno())
    from arena.cli import run

    run(arguments)
