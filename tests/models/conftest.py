from functools import cache
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from tiny_repositories import CONTRASTIVE, GENERATIVE

from arena.images import Picture, picture_from_pixels
from arena.starter.architectures import ARCHITECTURES


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
