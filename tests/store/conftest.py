from collections.abc import Iterator
from pathlib import Path

import pytest
from store_world import RULE, furnish

from arena.store import Store


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    with Store.open(home, RULE) as opened:
        yield furnish(opened)
