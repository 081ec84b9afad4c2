import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from unhindered import unhindered

from arena.store import Store

__all__ = ["unhindered"]


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose store is empty; to be copied, as a copy takes half the time of a new one."""
    home = tmp_path_factory.mktemp("empty") / "home"
    Store.open(home).close()
    return home


@pytest.fixture
def store(tmp_path: Path, empty: Path) -> Iterator[Store]:
    shutil.copytree(empty, tmp_path / "home")
    with Store.open(tmp_path / "home") as opened:
        yield opened
