"""Settings that every test runs under: no analytics, no network, few examples, files in memory; and the order of their files.

`HYPOTHESIS_PROFILE=thorough` tries more examples.
"""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable
from multiprocessing.util import Finalize
from pathlib import Path

import pytest
from browsers import end_browser
from filelock import FileLock
from hypothesis import settings
from processes import share_fork_server

FOR_TESTS = ("ARENA_BENCHMARK_DATA", "ARENA_SCREENSHOTS")
for name in [name for name in os.environ if name.startswith("ARENA_") and name not in FOR_TESTS]:
    del os.environ[name]  # a developer's own arena stays out of it
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["HF_XET_CLIENT_RETRY_MAX_ATTEMPTS"] = "1"  # Xet reads it once in a process, and tries again for minutes
# Each commit of each home waits until the disk holds it. Tests kill processes, not machines, so that memory holds as well.
MEMORY, ENOUGH = Path("/dev/shm"), 4 << 30
REMOVALS: list[Finalize] = []
"""Of the folder for all files, when this process ends, where it has made one."""
if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
    folder = tempfile.mkdtemp(prefix="arena-", dir=MEMORY)
    REMOVALS.append(Finalize(None, shutil.rmtree, (folder, True), exitpriority=-200))  # after that of `multiprocessing` in it
    Path(folder).chmod(0o711)  # PostgreSQL runs as another user
    os.environ["TMPDIR"] = folder
    tempfile.tempdir = None  # pytest has looked for a folder before
# A test that fails must fail again, and a busy machine is no reason.
settings.register_profile("quick", max_examples=25, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=300, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


pytest_plugins = ("side_by_side",)
gc.disable()  # while tests are collected, for hardly anything of that is garbage


def pytest_configure(config: pytest.Config) -> None:
    """Begin what arenas are forked from: it imports on one core while tests are collected on another."""
    if config.option.processes > 1 and not config.option.collectonly:
        share_fork_server()


WITH_PAGES = pytest.StashKey[set[Path]]()
"""Files of tests that open pages."""


def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Files that take long first, with those that wait for a browser, so that none is left to one process at the end."""
    with_pages = {item.path for item in items if "browser" in getattr(item, "fixturenames", ())}
    long = {item.path for item in items if item.get_closest_marker("long")} | with_pages
    items.sort(key=lambda item: (item.path not in long, item.path in with_pages))
    session.stash[WITH_PAGES] = with_pages


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is there by now stays, so that no collection of garbage looks at it again: each takes 0.4 s."""
    gc.freeze()
    gc.set_threshold(10_000)
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """The browser ends before a file that opens no page."""
    if nextitem is None or nextitem.path not in item.session.stash[WITH_PAGES]:
        end_browser()


def pytest_sessionfinish(exitstatus: int) -> None:
    """Files of a run that failed stay, to be looked at."""
    if exitstatus != pytest.ExitCode.OK:
        for removal in REMOVALS:
            removal.cancel()


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory) -> Callable[[str, Callable[[Path], None]], Path]:
    """A folder for all processes of the run: `shared_folder(name, fill)`. The first to need it fills it; others only read."""
    root = tmp_path_factory.getbasetemp()

    def folder(name: str, fill: Callable[[Path], None]) -> Path:
        made, whole = root / name, root / f"{name}.whole"
        with FileLock(root / f"{name}.lock"):
            if not whole.exists():
                made.mkdir()
                fill(made)
                whole.touch()
        return made

    return folder
