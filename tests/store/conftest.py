import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from store_world import RULE, furnish

from arena.store import Store


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose store knows PAIRS and CONTESTANTS; to be copied, as a copy takes half the time of a new one."""
    home = tmp_path_factory.mktemp("furnished") / "home"
    with Store.open(home, RULE) as store:
        furnish(store)
    return home


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def store(home: Path, furnished: Path) -> Iterator[Store]:
    shutil.copytree(furnished, home)
    with Store.open(home, RULE) as opened:
        yield opened
