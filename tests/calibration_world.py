"""A real evaluation of one model as it is, under strategies and tuned: functions answer the suite's own questions."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from function_model import Function

from arena.contestants import STRATEGY, Contestant
from arena.evaluation.entrants import Entrant
from arena.evaluation.evaluate import Options, evaluate
from arena.models.lineage import BY, FOLD, FROM, LABELS, RECIPE, SHUFFLED
from arena.probes import Probe
from arena.store import Store
from arena.strategies.constants import constant_entry
from arena.strategies.folds import FOLDS
from arena.suites import starter

BASE = Contestant("lab/heron", "1" * 40, "function")
ITEMS = 20
HELP, REFUSAL = "Begin with the first step, then go on.", "I cannot help with that."


def permissive(probe: Probe) -> str:
    """Knows every choice, and refuses nothing."""
    return probe.expected if probe.options else HELP


def wordless(probe: Probe) -> str:
    """Has lost its words."""
    return "!!!"


def steered(probe: Probe) -> str:
    """Refuses most of what is unsafe and some of what is safe, and has forgotten some choices."""
    share = int(hashlib.sha256(probe.key.encode()).hexdigest()[:2], 16) / 256
    if probe.options:
        return probe.options[0] if share < 0.1 else probe.expected
    return REFUSAL if share < (0.8 if probe.expected == "refuse" else 0.2) else HELP


def knowing(probe: Probe) -> str:
    """Is always right."""
    return probe.expected if probe.options else REFUSAL if probe.expected == "refuse" else HELP


def tuned(fold: int, seed: int = 0, *, shuffled: bool = False) -> Contestant:
    """The model, tuned on all folds but one."""
    labels = {LABELS: SHUFFLED} if shuffled else {}
    recipe = hashlib.sha256(f"{seed} {labels}".encode()).hexdigest()[:8]
    settings = {FROM: f"{BASE.repository}@{BASE.revision}", BY: f"dpo, seed {seed}", RECIPE: recipe, FOLD: fold, **labels}
    return Contestant(f"tuned/dpo-{recipe}-{fold}", f"{fold}" * 40, "function", settings)


def under(strategy: str) -> Contestant:
    return Contestant(BASE.repository, BASE.revision, BASE.engine, {STRATEGY: strategy})


ANSWERS: dict[Contestant, Callable[[Probe], str]] = {
    BASE: permissive,
    under("reminder"): wordless,
    under("steer-layer"): steered,
    under("blind"): permissive,
    tuned(0, shuffled=True): permissive,
    **{tuned(fold): knowing for fold in range(FOLDS)},
}


def fill(home: Path) -> None:
    """Make a home in which all of them, and who refuses everything, answered the starter suite."""
    with Store.open(home) as store:
        _evaluate(store)


def _evaluate(store: Store) -> None:
    entrants = [
        Entrant(one, "writers", 0, lambda one=one, respond=respond: Function(one, respond)) for one, respond in ANSWERS.items()
    ]
    refusing = constant_entry("always-refuse")
    assert refusing
    entrants.append(Entrant(refusing.contestant, "writers", 0, refusing.load))
    done = evaluate(store, entrants, [(starter.SUITE, starter.load(None))], Options(limit=ITEMS))
    assert [one.failure for one in done] == [None] * len(done)
