"""The models that ship, which judge for the gate, loaded once."""

import pytest

from arena.generation.opening import CHECKER, SCORER
from arena.models import Model, check_repository, contestant_of
from arena.models.contrastive import ContrastiveModel, load_contrastive
from arena.models.generative import load_generative


@pytest.fixture(scope="session")
def scorer() -> ContrastiveModel:
    report = check_repository(str(SCORER))
    return load_contrastive(contestant_of(report), report.folder)


@pytest.fixture(scope="session")
def checker() -> Model:
    report = check_repository(str(CHECKER))
    return load_generative(contestant_of(report), report.folder)
