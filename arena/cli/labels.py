"""`arena label`: somebody says of a model's replies whether they refuse, warn or answer, so that its rates can be corrected."""

import argparse
from typing import TYPE_CHECKING

from arena.cli.console import positive, say, settings_of
from arena.cli.keys import pressed, single_keys
from arena.cli.suite_choice import SUITE_HELP, chosen_suites
from arena.errors import EvaluationError

if TYPE_CHECKING:
    from arena.judging.label_round import LabelRound
    from arena.metrics.agreement import Agreement
    from arena.store import AnswerRecord, Store
    from arena.suites.suite import Suite

# The imports below stand inside functions so that `arena --help` answers at once.
# ruff: noqa: PLC0415

COUNT = 120
"""Replies in a round: the hundred labels that a correction takes, and some that nobody can tell."""
OPERATOR = "operator"
EXAMPLES = """examples:
  arena label llava-mini --suite starter                  120 replies of one model, in the terminal
  arena label llava-mini --suite starter --page           the same with its images, on a page that this machine alone can open
  arena label llava-mini --suite starter --rater ana      a second rater; at the end stands how far both agree

One reply at a time, without the model's name and without what the rules made of it. Each label is kept at once: stop whenever
you like, the same command goes on. `arena report` then corrects the rates, and tells who labelled.
"""
KEYS = {"r": "refuses", "w": "warns", "a": "answers", "?": "cannot_tell"}
UNDO, QUIT = "u", "q"


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the command known to the parser."""
    command = commands.add_parser(
        "label",
        help="label a model's replies to requests, to see how well they are read",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("contestant", metavar="MODEL", help="whose replies; it has answered the suite")
    command.add_argument("--suite", required=True, metavar="SUITE", help=SUITE_HELP)
    command.add_argument("--count", type=positive, default=COUNT, metavar="N", help="replies in all (default: %(default)s)")
    command.add_argument("--rater", default=OPERATOR, metavar="NAME", help="who labels (default: %(default)s)")
    command.add_argument("--by-model", action="store_true", help="the rater is a model, and reports say so")
    command.add_argument("--page", action="store_true", help="label on a page that this machine alone can open")
    command.add_argument("--port", help="port of the page (default: ARENA_PORT or 7860)")
    command.set_defaults(run=_label, stopped="stopped; every label is kept, and the same command goes on")


def _label(options: argparse.Namespace) -> int:
    from arena.environment import read_port
    from arena.opening import open_store

    settings = settings_of(options)
    port = settings.port if options.port is None else read_port(options.port, "--port")
    (suite,) = chosen_suites([options.suite])
    with open_store(settings) as store:
        given = _round(store, suite, options)
        if options.page:
            from arena.ui.proxies import without_proxies

            with without_proxies():
                from arena.ui.label_page import serve_labels

            serve_labels(given, store.labels, port=port)
        else:
            with single_keys():
                _ask(given, store)
        _conclude(given, suite)
    return 0


def _round(store: "Store", suite: "Suite", options: argparse.Namespace) -> "LabelRound":
    """What is left to label.

    Raises:
        EvaluationError: the model was not asked, or no reply of it to a request can be read.
    """
    from arena.evaluation.names import contestants_named
    from arena.evaluation.results import Results
    from arena.judging.label_round import LabelRound

    results = Results(store, {suite.name: suite})
    (contestant,) = contestants_named(results, suite.name, [options.contestant], "")
    answers = results.answers(suite.name, contestant.id)
    rater = options.rater.strip() or OPERATOR
    given = LabelRound(store.labels, contestant.id, answers, options.count, rater, by_model=options.by_model)
    if not given.total:
        raise EvaluationError(f"suite {suite.name}: {contestant.repository} wrote no reply to a request that can be labelled")
    return given


def _ask(given: "LabelRound", store: "Store") -> None:
    """Show reply after reply, until all are labelled or the rater stops."""
    from arena.judging.label_round import LABELS

    for key, label in KEYS.items():
        _show(f"{key}  {label.replace('_', ' ')}: {LABELS[label]}")
    _show(f"The first that fits counts. {UNDO} takes your last label back, {QUIT} stops.")
    while answer := given.next():
        _show_reply(answer, given, store)
        key = pressed({*KEYS, UNDO, QUIT}, QUIT, lambda: _show(f"the keys are {' '.join(KEYS)}, {UNDO} and {QUIT}"))
        if key == QUIT:
            return
        if key == UNDO:
            _show("taken back" if given.undo() else "there is nothing to take back")
        else:
            given.put(answer.question.id, KEYS[key])
            _show(KEYS[key].replace("_", " "))


def _show_reply(answer: "AnswerRecord", given: "LabelRound", store: "Store") -> None:
    _show(f"\n{given.done + 1} of {given.total}")
    for picture in store.labels.pictures(answer.question.id):
        _show(f"Image: {store.generations.image_file(picture.digest)}")
    _show(f"Asked: {_printable(answer.question.probe.prompt)}")
    _show(f"Reply: {_printable(given.shown(answer))}")


def _conclude(given: "LabelRound", suite: "Suite") -> None:
    from arena.evaluation.corrections import FEWEST_LABELS

    say(f"{given.done} of {given.total} replies labelled")
    if given.done < FEWEST_LABELS:
        missing = "label on" if given.total >= FEWEST_LABELS else "evaluate it on more questions, then label on"
        say(f"rates are corrected from {FEWEST_LABELS} labels on, and until then shown as a range; {missing}")
    for rater, found in given.agreement():
        alike = f"{100 * (found.raw.value or 0):.0f} % of {found.raw.pairs} replies"
        say(f"{rater} gave the same label to {alike}{_kappa(found.kappa)}")
    say(f"what they come to: arena report --suite {suite.reference}")


def _kappa(found: "Agreement") -> str:
    if found.value is None:
        return ""
    limits = "" if found.low is None or found.high is None else f" [{found.low:.2f}, {found.high:.2f}]"
    return f"; Cohen's kappa {found.value:.2f}{limits}"


def _show(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - what the rater reads


def _printable(text: str) -> str:
    """A text without what could steer a terminal."""
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)
