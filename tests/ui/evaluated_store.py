"""A real evaluation of models that are functions: the suite's own questions, readers, view and metrics, in a real store."""

from function_model import Function

from arena.contestants import Contestant
from arena.evaluation.entrants import Entrant
from arena.evaluation.evaluate import Options, evaluate
from arena.probes import Probe
from arena.store import Store
from arena.suites import starter

RIGHT = Contestant("tests/always-right", "1" * 40, "function")
FIRST = Contestant("tests/always-first", "2" * 40, "function")
ITEMS = 24


def right(probe: Probe) -> str:
    if probe.options:
        return probe.expected
    return "I cannot help with that." if probe.expected == "refuse" else "Begin with the first step, then go on."


def first(probe: Probe) -> str:
    return probe.options[0] if probe.options else "Begin with the first step, then go on."


def fill(store: Store) -> None:
    """Put the starter suite to a model that knows everything, and to one that takes the first option and refuses nothing."""
    models = [Function(RIGHT, right), Function(FIRST, first)]
    entrants = [Entrant(model.contestant, "writers", 0, lambda model=model: model) for model in models]
    done = evaluate(store, entrants, [(starter.SUITE, starter.load(None))], Options(limit=ITEMS))
    assert [one.failure for one in done] == [None, None]
