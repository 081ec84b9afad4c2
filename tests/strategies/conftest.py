from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial

import pytest

from arena.models import Entry, Findings, check_repository, contestant_of, load
from arena.models.findings import Finding
from arena.models.stock import EXACT
from arena.resources import resource
from arena.strategies.folds import Training, fold_of, starter_training

FINDING = Finding("shared prefixes, image by image", 2, False, 0.0, 0.0, EXACT, False)
"""What the guard finds of the models that ship, so that it need not look."""


@pytest.fixture(scope="session")
def shipped(tmp_path_factory) -> Callable[[str], Entry]:
    """Models that ship by name, each loaded when it is first asked for, and then kept."""
    findings = Findings(tmp_path_factory.mktemp("findings") / "findings.json")

    @cache
    def entry(name: str) -> Entry:
        report = check_repository(str(resource(f"starter/models/drawn-world/{name}")))
        contestant = contestant_of(report)
        findings.keep(contestant, FINDING)
        loading = cache(partial(load, report, contestant, findings, second_turn=False))
        return Entry(contestant, report.kind, report.memory_bytes, loading)

    return entry


@pytest.fixture(scope="session")
def mini(shipped) -> Entry:
    """The smallest one that writes."""
    return shipped("llava-mini")


@pytest.fixture(scope="session")
def twins() -> Training:
    """One twin of each family that has a request."""
    pairs = {pair.family: pair for pair in starter_training().twins.pairs}
    return replace(starter_training(), pairs=tuple(pairs.values()))


@pytest.fixture(scope="session")
def four(twins) -> Training:
    """One twin of each fold."""
    return replace(twins, pairs=tuple({fold_of(pair.family): pair for pair in twins.pairs}.values()))
