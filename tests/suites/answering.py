"""Puts a suite to a model that is a function, through a real store and the suite's own view."""

import atexit
import itertools
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from arena.contestants import Contestant
from arena.evaluation.reading import question_records, read_by_judge, read_by_rules, verdict_probes
from arena.metrics import Unit
from arena.probes import Probe, Reply
from arena.store import ReplyRecord, Store
from arena.suites.suite import Loaded, Suite

MODEL = Contestant("tests/model", "0" * 40, "function")
JUDGE = Contestant("tests/judge", "1" * 40, "function")
Respond = Callable[[Probe], Reply]


def answered_units(suite: Suite, loaded: Loaded, respond: Respond, *, judge_respond: Respond | None = None) -> list[Unit]:
    """The units of a model that replies to each probe as `respond` says, read by the rules.

    Args:
        suite: whose view makes the units.
        loaded: its questions; those for scorers alone and for writers alone are all asked.
        respond: the model.
        judge_respond: the judge; with it, the units are of judged readings.
    """
    store, model = _store(), replace(MODEL, revision=f"{next(_NUMBERS):040}")
    store.add_contestants([model, JUDGE])
    kept = store.evaluations
    kept.define_views({suite.view.name: suite.view.sql})
    kept.add_questions(suite.name, loaded.edition, question_records(loaded.questions))
    answers = [(question, respond(question.probe)) for question in loaded.questions]
    if judge_respond is None:
        readings = [read_by_rules(question, reply, model, drawn=suite.drawn) for question, reply in answers]
    else:
        readings = [
            read_by_judge(
                question,
                reply,
                model,
                [judge_respond(probe) for probe in verdict_probes(question, reply)],
                JUDGE.id,
                drawn=suite.drawn,
            )
            for question, reply in answers
        ]
    kept.add([ReplyRecord(model.id, question.probe.key, question.probe.task, reply) for question, reply in answers], readings)
    rows = kept.units(suite.view.name, suite.name, loaded.edition, model.id, judge=JUDGE.id if judge_respond else "")
    return [Unit(*row) for row in rows]


_NUMBERS = itertools.count()


@cache
def _store() -> Store:
    """One for all models, as each has a number of its own: to open another would take longer than to ask it."""
    folder = tempfile.TemporaryDirectory()
    store = Store.open(Path(folder.name))
    atexit.register(folder.cleanup)
    atexit.register(store.close)
    return store
