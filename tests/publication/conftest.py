import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import Hub

sys.path.insert(0, str(Path(__file__).parents[1] / "store"))
from publication_world import play
from store_world import RULE

from arena.store import Store


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with battles of every kind; to be copied."""
    home = tmp_path_factory.mktemp("played") / "home"
    with Store.open(home, RULE) as store:
        play(store)
    return home


@pytest.fixture
def store(played: Path, tmp_path: Path) -> Iterator[Store]:
    shutil.copytree(played, tmp_path / "home")
    with Store.open(tmp_path / "home", RULE) as opened:
        yield opened


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    with Hub() as running:
        running.reach(monkeypatch, tmp_path / "cache")
        monkeypatch.setenv("HF_TOKEN", running.accounts.token(running.accounts.add("ann", org="write"), "write"))
        yield running
    assert not running.rejected
