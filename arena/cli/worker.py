"""`arena worker`: evaluates what organisations submit, one after the other."""

import argparse
import signal
import sys
import threading
from dataclasses import replace
from types import FrameType

from arena.cli.console import console, say, settings_of
from arena.errors import SettingsError

# The imports below stand inside functions so that `arena --help` answers at once, without loading torch.
# ruff: noqa: PLC0415

EXAMPLES = """examples:
  ARENA_SUBMISSIONS=elsewhere arena worker          works off the queue of this home, beside its server, until Ctrl-C
  ARENA_SUBMISSIONS=elsewhere arena worker --once   until nothing waits

With ARENA_SUBMISSIONS=here the server starts one by itself. A home has one worker. Each model is fetched, loaded and asked in
processes of its own, with limits on memory, time, disk and output, without a token, and without a network where the system
allows that (arena settings says whether it does). After Ctrl-C or a crash the next worker goes on: what is answered is kept.
"""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the command known to the parser."""
    command = commands.add_parser(
        "worker",
        help="evaluate what organisations submit",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--once", action="store_true", help="end when nothing waits")
    command.add_argument("--until-input-ends", action="store_true", help=argparse.SUPPRESS)  # how a server ends its own
    command.set_defaults(run=_worker)


def _worker(options: argparse.Namespace) -> int:
    from arena.worker.niceness import serve_others_first

    serve_others_first()  # before the imports that take seconds
    from arena.opening import open_store
    from arena.submissions.limited_process import network_closed
    from arena.worker.backends import LocalBackend, problem_of
    from arena.worker.worker import Worker, only_worker

    settings = settings_of(options)
    settings = replace(settings, home=settings.home.resolve())
    if settings.submissions == "off":
        raise SettingsError("ARENA_SUBMISSIONS: is off, so that nothing is submitted; set it to elsewhere, or to here")
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    if options.until_input_ends:
        threading.Thread(target=_wait_for_input, args=(stop,), daemon=True).start()
    with only_worker(settings.home) as name:
        if (problem := problem_of(settings.submission_suites)) is not None:
            raise SettingsError(problem)
        if not network_closed():
            say("network not closed: this system makes no namespaces, so that models that are submitted could reach others")
        with open_store(settings) as store:
            if options.once and not store.submissions.waiting():
                say("worker: nothing waits that is not paused")
            elif not options.once and not options.until_input_ends:
                say(f"worker: takes what is submitted to {settings.home} (Ctrl-C ends it)")
            Worker(store, LocalBackend(store, settings), settings, name, stop, _print_line).run(once=options.once)
    return 0


def _wait_for_input(stop: threading.Event) -> None:
    sys.stdin.buffer.read()
    stop.set()


def _print_line(line: str) -> None:
    console().print(line, highlight=False, markup=False, soft_wrap=True)
