"""Runs files of tests side by side: `pytest --processes 4`.

Processes are forked once all tests are collected, so that what tests import is imported once. Each takes the next file when it
has run one, and tells the first process, which runs none, how each test went. Of a single file, each takes the next test.
"""

import os
import pickle
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

import pytest

PATIENCE = 60
"""Seconds for a process to take down what its last test has set up, and to end."""
LOOK = 1
"""Seconds between two looks whether a process has ended: what its tests forked, and left, may hold its end of the pipe."""
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
    if session.shouldstop:
        raise session.Interrupted(session.shouldstop)
    return True


@dataclass
class _Worker:
    """A process that runs files of tests, as the first process knows it."""

    process: BaseProcess
    test: str = ""
    """Which it runs."""
    ahead: int | None = None
    """The part that it has taken, and not begun."""
    trouble: str = ""
    """What it said when it failed."""
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
        self._left = Counter(item.nodeid for item in session.items)
        """Tests that nobody has begun."""
        self._workers: dict[Connection, _Worker] = {}
        self._ending: list[_Worker] = []

    def run(self, count: int) -> None:
        """Run them in so many processes, and report each test as if it had run in this one."""
        try:
            for _ in range(min(count, len(self._parts))):
                self._fork()
            while self._workers:
                ended = {reports for reports, worker in self._workers.items() if worker.process.exitcode is not None}
                ready = wait(list(self._workers), LOOK)
                for reports in ended.difference(ready) | {one for one in ready if not self._hear(one)}:
                    self._let_go(reports)
                if self._is_stopped():
                    self._take_no_more()
        finally:
            self._take_no_more()
            self._end()
        for worker in self._ending:
            if worker.is_done and worker.process.exitcode:
                self._report(worker.test, f"its process ran no more, and {_ended(worker.process)}")
        for test in () if self._is_stopped() else self._left.elements():
            self._report(test, "it has not run, for a process ended before it", "setup")

    def _is_stopped(self) -> bool:
        return bool(self._session.shouldfail or self._session.shouldstop)

    def _fork(self, part: int | None = None) -> None:
        """Begin a process, with that part."""
        ours, theirs = _forks.Pipe(duplex=False)
        process = _forks.Process(target=self._work, args=(ours, theirs, part))
        process.start()
        theirs.close()
        self._workers[ours] = _Worker(process)

    def _hear(self, reports: Any) -> bool:
        """Do what a process tells; whether it may tell more."""
        worker = self._workers[reports]
        try:
            name, told = pickle.loads(reports.recv_bytes())
        except (EOFError, OSError):  # which has ended, or has in the middle of a word
            return False
        if name == "part":
            worker.ahead = told
        elif name == "test":
            worker.test = told
            self._left.subtract([told])
            if worker.ahead is not None and self._parts[worker.ahead][0].nodeid == told:
                worker.ahead = None
        elif name == "report":
            report = self._hook.pytest_report_from_serializable(config=self._session.config, data=told)
            self._hook.pytest_runtest_logreport(report=report)
        elif name == "warning":
            told["warning_message"] = _warning(*told["warning_message"])
            self._hook.pytest_warning_recorded.call_historic(kwargs=told)
        elif name == "trouble":
            worker.trouble = told
        else:
            worker.is_done = True
            self._session.shouldfail = self._session.shouldfail or told
        return not worker.is_done

    def _let_go(self, reports: Any) -> None:
        """Forget a process that tells no more. The test fails that it was in the middle of, and another takes its place."""
        worker = self._workers.pop(reports)
        reports.close()
        self._ending.append(worker)
        if worker.is_done:
            return
        _wait_for([worker.process])
        reason = f"its process {_ended(worker.process)}\n{worker.trouble}"
        self._report(worker.test or "no test", reason.strip())
        if worker.test and not self._is_stopped():  # another would not begin a test, either
            self._fork(worker.ahead)

    def _report(self, test: str, reason: str, when: Any = "call") -> None:
        """A test fails for what became of its process."""
        report = pytest.TestReport(test, (test.partition("::")[0], None, test), {}, "failed", reason, when)
        self._hook.pytest_runtest_logreport(report=report)

    def _end(self) -> None:
        """Wait for all processes, which find that nobody listens any more."""
        for reports in self._workers:
            reports.close()
        _wait_for([worker.process for worker in (*self._ending, *self._workers.values())])

    def _work(self, ours: Connection, reports: Connection, part: int | None) -> None:
        """Run one file after the other, as long as there are any."""
        for one in (ours, *self._workers):
            one.close()  # or nobody would find the first process gone
        plugins = self._session.config.pluginmanager
        capture: Any = plugins.getplugin("capturemanager")
        if capture is not None:
            capture.stop_global_capturing()  # into a file of this process alone
            capture.start_global_capturing()
        terminal: Any = plugins.unregister(name="terminalreporter")
        plugins.register(telling := _Telling(self._session.config, reports, terminal), "terminalreporter")
        telling.has_begun = True
        try:
            self._run_tests(self._tests(telling, part))
        except BaseException:  # Ctrl-C, which the first process hears, too, or a test that ended more than itself
            telling.tell("trouble", traceback.format_exc())
            raise
        telling.tell("done", self._session.shouldfail or self._session.shouldstop)

    def _run_tests(self, tests: Iterator[pytest.Item]) -> None:
        try:
            test = next(tests, None)
            while test is not None and not self._is_stopped():
                following = next(tests, None)
                self._hook.pytest_runtest_protocol(item=test, nextitem=following)
                test = following
        finally:
            self._session._setupstate.teardown_exact(None)

    def _tests(self, telling: "_Telling", part: int | None) -> Iterator[pytest.Item]:
        number = self._taken() if part is None else part
        while number < len(self._parts):
            telling.tell("part", number)
            yield from self._parts[number]
            number = self._taken()

    def _taken(self) -> int:
        with self._next.get_lock():
            self._next.value += 1
            return self._next.value - 1

    def _take_no_more(self) -> None:
        with self._next.get_lock():
            self._next.value = len(self._parts)


class _Telling:
    """Tells the first process what happens in this one, in the place of the terminal."""

    def __init__(self, config: pytest.Config, reports: Connection, terminal: Any) -> None:
        self._config = config
        self._reports = reports
        self._process = os.getpid()
        self._tw = terminal._tw  # where a test that takes too long shows what it does
        self.has_begun = False
        """The first process knows of what was there before."""

    def tell(self, name: str, told: object) -> None:
        """Tell what of this name has happened."""
        if os.getpid() != self._process:
            os._exit(1)  # a test has forked, and both go on: all that follows would run, and count, twice
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
            plain = (str(warning_message.message), warning_message.category.__name__, file, line)
            self.tell("warning", {"warning_message": plain, "when": when, "nodeid": nodeid, "location": location})


def _warning(message: str, category: str, file: str, line: int) -> warnings.WarningMessage:
    """What a process has told of it: the class may be known there alone."""
    return warnings.WarningMessage(message, type(category, (Warning,), {}), file, line)


def _wait_for(processes: list[BaseProcess]) -> None:
    """Until they have ended. A thread that a test left may never end: then they are killed."""
    deadline = time.monotonic() + PATIENCE
    while any(process.is_alive() for process in processes) and time.monotonic() < deadline:
        time.sleep(0.01)
    for process in processes:
        process.kill()
        process.join()


def _ended(process: BaseProcess) -> str:
    return f"ended with exit code {process.exitcode}"
