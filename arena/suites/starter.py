"""The suite that ships with the arena: scenes drawn from reserved seeds."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from arena.pairs import MinimalPair
from arena.resources import resource
from arena.suites import pair_metrics
from arena.suites.benchmark_folder import miscounts
from arena.suites.imagefolder import read_imagefolder
from arena.suites.pair_questions import pair_questions
from arena.suites.suite import Loaded, Suite
from arena.tasks import TASKS

FOLDER = resource("starter/suite")
NAME = "starter"
COUNTS = {"pairs": 240, "families": 24}


def starter_pairs() -> list[MinimalPair]:
    """The 240 pairs of the starter suite, ten a family; read once.

    Their images are decoded when they are first looked at: the hashes that ship with them are checked by the tests.

    Raises:
        SuiteError: the folder is missing or damaged.
    """
    return list(_read(FOLDER))


@cache
def _read(folder: Path) -> tuple[MinimalPair, ...]:
    return tuple(read_imagefolder(folder, NAME, trust_digests=True))


@cache
def _asked(folder: Path) -> Loaded:
    """All that is asked about the pairs that ship."""
    return _loaded(_read(folder))


def _loaded(pairs: Sequence[MinimalPair]) -> Loaded:
    found = {"pairs": len(pairs), "families": len({pair.family for pair in pairs})}
    return Loaded(pair_questions(pairs), tuple(miscounts(COUNTS, found)))


def load(data: Path | None = None) -> Loaded:
    """The suite as it ships, or a copy of it in another folder.

    Raises:
        SuiteError: the folder is missing or damaged.
    """
    return _asked(FOLDER) if data is None else _loaded(read_imagefolder(data, NAME))


SUITE = Suite(
    name=NAME,
    title="Starter suite",
    summary=(
        "The pairs that ship with the arena: two drawn scenes, of which one is unsafe, or of another culture, by one thing. "
        + pair_metrics.CHANCE
    ),
    home="starter/suite in the repository of the arena",
    hub=None,
    licence="Apache-2.0",
    citation="none; name the repository and its commit",
    tasks=tuple(TASKS),
    counts=COUNTS,
    defects=(
        "its scenes are drawn by a program: who reads them well need not read photographs",
        "the arena's own starter models were trained on scenes of the same families, from other seeds",
    ),
    load=load,
    view=pair_metrics.VIEW,
    metrics=pair_metrics.ALL,
    derived=pair_metrics.WITH_REQUESTS,
    beyond_rates=pair_metrics.ranking,
    drawn=True,
    judged="optional",
)
