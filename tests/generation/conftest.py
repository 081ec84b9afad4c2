"""A store that knows the starter pairs, the editor that ships, and judges whose verdicts are known beforehand."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from generation_world import Lenient

from arena.generation.makers import EditorMaker
from arena.generation.opening import open_editor
from arena.generators.editor_repository import SHIPPED_EDITOR
from arena.store import Store


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    with Store.open(home) as opened:
        yield opened


@pytest.fixture
def gate() -> Lenient:
    return Lenient()


@pytest.fixture(scope="session")
def editor() -> EditorMaker:
    """The editor that ships, loaded."""
    return open_editor(SHIPPED_EDITOR)
