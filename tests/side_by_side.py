"""Runs files of tests side by side: `pytest --processes 4`.

Processes are forked once all tests are collected, so that what tests import is imported once. Each takes the next file when it
has run one, and tells the first process, which runs none, how each test went. Of a single file, each takes the next test.
"""

import pickle
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

import pytest

PATIENCE = 60
"""Seconds for a process to take down what its last test has set up."""
_forks = get_context("fork")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--processes`."""
    parser.addoption(
        "--processes", type=int, default=1, help="run files of tests in so many, side by side (default: %(default)s)"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run all tests, where there are to be several processes and tests could be collected."""
    options = session.config.option
    if options.processes < 2 or session.testsfailed or options.collectonly:
        return None
    vars(session.config)["_tmp_path_factory"].getbasetemp()  # one for all
    _Run(session).run(options.processes)
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    return True


@dataclass
class _Worker:
    """A process that runs files of tests, as the first process knows it."""

    process: BaseProcess
    test: str = ""
    """Which it runs."""
    is_done: bool = False


class _Run:
    """What all processes share."""

    def __init__(self, session: pytest.Session) -> None:
        self._session = session
        self._hook = session.config.hook
        is_one_file = len({item.path for item in session.items}) == 1
        parts = groupby(session.items, key=lambda item: item.nodeid if is_one_file else item.path)
        self._parts = [list(items) for _, items in parts]
        self._next = _forks.Value("i", 0)

    def run(self, count: int) -> None:
        """Run them in so many processes, and report each test as if it had run in this one."""
        workers = dict(self._forked() for _ in range(count))
        try:
            while workers:
                for reports in wait(list(workers)):
                    assert isinstance(reports, Connection)
                    if self._hear(reports, workers[reports]):
                        continue
                    worker = workers.pop(reports)
                    if not worker.is_done:
                        self._report_death(worker)
                        workers.update([self._forked()])
                if self._session.shouldfail:
                    self._take_no_more()
        finally:
            self._take_no_more()
            for worker in workers.values():
                worker.process.join(PATIENCE)
                worker.process.kill()

    def _forked(self) -> tuple[Connection, _Worker]:
        ours, theirs = _forks.Pipe(duplex=False)
        process = _forks.Process(target=self._work, args=(theirs,))
        process.start()
        theirs.close()
        return ours, _Worker(process)

    def _hear(self, reports: Connection, worker: _Worker) -> bool:
        """Do what a process tells; whether it told anything, and has not ended."""
        try:
            name, told = pickle.loads(reports.recv_bytes())
        except EOFError:
            worker.process.join()
            return False
        if name == "test":
            worker.test = told
        elif name == "report":
            report = self._hook.pytest_report_from_serializable(config=self._session.config, data=told)
            self._hook.pytest_runtest_logreport(report=report)
        elif name == "warning":
            self._hook.pytest_warning_recorded.call_historic(kwargs=told)
        else:
            worker.is_done = True
        return True

    def _report_death(self, worker: _Worker) -> None:
        """A test fails whose process ends in the middle of it."""
        reason = f"its process ended with exit code {worker.process.exitcode}; what follows in its file has not run"
        place = (worker.test.partition("::")[0], None, worker.test)
        report = pytest.TestReport(worker.test, place, {}, "failed", reason, "call")
        self._hook.pytest_runtest_logreport(report=report)

    def _work(self, reports: Connection) -> None:
        """Run one file after the other, as long as there are any."""
        plugins = self._session.config.pluginmanager
        capture: Any = plugins.getplugin("capturemanager")
        capture.stop_global_capturing()  # into a file of this process alone
        capture.start_global_capturing()
        plugins.unregister(name="terminalreporter")
        plugins.register(telling := _Telling(self._session.config, reports))
        telling.has_begun = True
        try:
            tests = self._tests()
            test = next(tests, None)
            while test is not None and not self._session.shouldfail:
                following = next(tests, None)
                self._hook.pytest_runtest_protocol(item=test, nextitem=following)
                test = following
        except KeyboardInterrupt:
            pass  # the first process has heard it, too
        finally:
            self._session._setupstate.teardown_exact(None)
        telling.tell("done", None)

    def _tests(self) -> Iterator[pytest.Item]:
        while (number := self._taken()) < len(self._parts):
            yield from self._parts[number]

    def _taken(self) -> int:
        with self._next.get_lock():
            self._next.value += 1
            return self._next.value - 1

    def _take_no_more(self) -> None:
        with self._next.get_lock():
            self._next.value = len(self._parts)


class _Telling:
    """Tells the first process what happens in this one."""

    def __init__(self, config: pytest.Config, reports: Connection) -> None:
        self._config = config
        self._reports = reports
        self.has_begun = False
        """The first process knows of what was there before."""

    def tell(self, name: str, told: object) -> None:
        """Tell what of this name has happened."""
        self._reports.send_bytes(pickle.dumps((name, told)))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        self.tell("test", nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A step of it has ended."""
        self.tell("report", self._config.hook.pytest_report_to_serializable(config=self._config, report=report))

    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, when: str, nodeid: str, location: tuple | None
    ) -> None:
        """It has warned."""
        if self.has_begun:
            file, line = warning_message.filename, warning_message.lineno
            plain = warnings.WarningMessage(str(warning_message.message), warning_message.category, file, line)
            self.tell("warning", {"warning_message": plain, "when": when, "nodeid": nodeid, "location": location})
