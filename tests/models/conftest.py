from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from endpoint_server import Served, serve
from PIL import Image, ImageDraw
from starter_model import StarterModel
from tiny_repositories import CONTRASTIVE, GENERATIVE

from arena.generators.scenes import FAMILIES, draw_pair
from arena.images import Picture, picture_from_pixels
from arena.probes import Probe
from arena.starter.architectures import ARCHITECTURES
from arena.tasks import TASKS

SERVED = Path(__file__).parents[2] / "starter" / "models" / "drawn-world" / "llava-mini"


@pytest.fixture(scope="session")
def repositories(tmp_path_factory):
    """Folders of tiny repositories by the name or the type of their architecture, each made when it is first asked for."""

    @cache
    def repository(name: str) -> Path:
        folder = tmp_path_factory.mktemp("models") / "tiny" / name.replace(" ", "-")
        return ARCHITECTURES[(GENERATIVE | CONTRASTIVE).get(name, name)].save(folder)

    return repository


@pytest.fixture(scope="session")
def picture():
    """Makes small pictures that differ by number, in a few sizes."""

    def draw(number: int) -> Picture:
        size = ((48, 48), (64, 48), (40, 64))[number % 3]
        image = Image.new("RGB", size, ("teal", "orange", "navy", "beige")[number % 4])
        ImageDraw.Draw(image).rectangle((number % 20, 8, 24 + number % 13, 30), fill=(number * 37 % 255, number * 91 % 255, 90))
        return picture_from_pixels(image)

    return draw


@pytest.fixture(scope="session")
def served_model() -> StarterModel:
    return StarterModel(SERVED)


@pytest.fixture
def server(served_model: StarterModel) -> Iterator[Served]:
    """A server of that model, on this machine."""
    with serve(served_model) as served:
        yield served


@pytest.fixture(scope="session")
def probes() -> list[Probe]:
    """All questions about a pair that every task can ask about."""
    pairs = (draw_pair(family, 7, source="test") for family in FAMILIES)
    pair = next(pair for pair in pairs if pair.request is not None)
    return [probe for task in TASKS.values() for probe in task.probes(pair)]


@pytest.fixture(scope="session")
def expected(served_model: StarterModel, probes: list[Probe]) -> list[str | None]:
    """What the model says to `probes` without a server."""
    return [reply.text for reply in served_model.model.answer(probes)]
