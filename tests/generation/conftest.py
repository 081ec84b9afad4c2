"""A store that knows the starter pairs, the editor that ships, and judges whose verdicts are known beforehand."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from generation_world import Lenient

from arena.generation.makers import EditorMaker
from arena.generation.opening import open_editor
from arena.generators.editor_repository import SHIPPED_EDITOR
from arena.store import Store


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose store is empty; to be copied, as a copy takes half the time of a new one."""
    home = tmp_path_factory.mktemp("empty") / "home"
    Store.open(home).close()
    return home


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def store(home: Path, empty: Path) -> Iterator[Store]:
    shutil.copytree(empty, home)
    with Store.open(home) as opened:
        yield opened


@pytest.fixture
def gate() -> Lenient:
    return Lenient()


@pytest.fixture(scope="session")
def editor() -> EditorMaker:
    """The editor that ships, loaded."""
    return open_editor(SHIPPED_EDITOR)
