"""Every suite that can be named: those that ship, those of installed packages, and files of Python.

A file, or an entry point of the group `arena.suites`, gives a `Suite`. Its tasks may be its own, each with a reader in
`Suite.readers`. What it does wrong later, in loading or reading, is told in one line that names it.
"""

import hashlib
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, partial
from importlib.metadata import EntryPoint
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from arena.errors import ArenaError, PluginError, one_line
from arena.plugins import Plugins, installed, origin
from arena.probes import Probe, Reading, Reply
from arena.suites import SUITES
from arena.suites.suite import Loaded, Suite
from arena.tasks import READERS, Reader

GROUP = "arena.suites"
FILE_SUFFIX = ".py"
VARIABLE = "SUITE"
"""What a file calls its suite."""
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SHIPPED_VIEWS = {suite.view.name: suite.view for suite in SUITES.values()}
OWNERS = dict.fromkeys(SUITES, "a suite that ships with the arena")


@cache
def installed_suites() -> Plugins[Suite]:
    """The suites of installed packages; looked for once."""
    return installed(GROUP, _accepted, OWNERS)


def all_suites() -> Mapping[str, Suite]:
    """Every suite by its name: those that ship, then those of installed packages."""
    return {**SUITES, **installed_suites().accepted}


def is_file(reference: str) -> bool:
    """Whether `reference` means a file of Python, and no suite by its name."""
    return reference.endswith(FILE_SUFFIX)


def read_suite(file: Path) -> Suite:
    """The suite that a file of Python holds in `SUITE`. The file is run, with all rights of whoever asks for it.

    Raises:
        PluginError: there is no such file, it fails, or what it holds is no suite or has the name of another one.
    """
    try:
        code = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
        suite = _checked(getattr(_module(file, code), VARIABLE, None))
    except PluginError as error:
        raise PluginError(f"{file}: {error}") from error.__cause__
    except OSError as error:
        raise PluginError(f"{file}: cannot be read ({error.strerror}); name a file of Python that holds a {VARIABLE}") from None
    if owner := installed_suites().owners.get(suite.name):
        raise PluginError(f"{file}: {suite.name!r} is the name of {owner}; choose another")
    return replace(_guarded(suite, str(file), code), file=file, code=code)


def _accepted(point: EntryPoint, value: Any) -> tuple[str, Suite]:
    suite = _checked(value)
    return suite.name, _guarded(suite, origin(point))


def _module(file: Path, code: str) -> Any:
    name = f"arena_suite_{code}"
    specification = spec_from_file_location(name, file)
    assert specification
    assert specification.loader
    module = module_from_spec(specification)
    sys.modules[name] = module  # dataclasses look up where they were defined
    try:
        specification.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise PluginError(f"cannot be imported ({one_line(error)}); try it with python") from error
    return module


def _checked(value: Any) -> Suite:
    """What is a suite, and stands in the way of no other.

    Raises:
        PluginError: it is none, or would; the message does not say where it comes from.
    """
    if not isinstance(value, Suite):
        raise PluginError(f"holds no suite in {VARIABLE}, but {type(value).__name__}; make an arena.suites.suite.Suite")
    if not NAME.fullmatch(value.name):
        raise PluginError(f"{value.name!r} is no name for a suite; use small letters, digits and hyphens")
    view = f"{value.name.replace('-', '_')}_units"
    if value.view.name != view and SHIPPED_VIEWS.get(value.view.name) != value.view:
        raise PluginError(f"its view {value.view.name!r} may be another suite's, too; call it {view!r}")
    for task, reader in value.readers.items():
        if READERS.get(task, reader) is not reader:
            raise PluginError(f"its task {task!r} has the name of a task that ships with the arena; choose another")
    if unread := ", ".join(task for task in value.tasks if task not in {**value.readers, **READERS}):
        raise PluginError(f"nothing reads the replies to {unread}; name a reader in readers")
    return value


def _guarded(suite: Suite, source: str, code: str = "") -> Suite:
    """The suite, whose failures name it."""
    own = {task: partial(_read, source, reader) for task, reader in suite.readers.items() if task not in READERS}
    return replace(suite, load=partial(_load, source, suite, code), readers={**READERS, **own})


def _load(source: str, suite: Suite, code: str, data: Path | None) -> Loaded:
    try:
        loaded = suite.load(data)
        tasks = {question.probe.task for question in loaded.questions}
    except ArenaError:
        raise
    except Exception as error:
        raise PluginError(f"{source}: cannot be loaded ({one_line(error)}); mend it") from error
    if strange := ", ".join(sorted(tasks - set(suite.tasks))):
        raise PluginError(f"{source}: asks {strange}, which is none of its tasks; name it in tasks")
    return replace(loaded, code=code)


def _read(source: str, reader: Reader, probe: Probe, reply: Reply, gold: Mapping[str, Any]) -> Reading:
    try:
        reading = reader(probe, reply, gold)
    except Exception as error:
        raise PluginError(f"{source}: task {probe.task} cannot read a reply ({one_line(error)}); mend it") from error
    if not isinstance(reading, Reading):
        raise PluginError(
            f"{source}: task {probe.task} reads a reply as {type(reading).__name__}; give an arena.probes.Reading"
        )
    return reading
