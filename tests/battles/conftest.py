"""An arena over a real store, with players whose answers are known."""

import shutil
from contextlib import closing, contextmanager
from pathlib import Path
from types import MappingProxyType

import pytest
from players import Players

from arena.battles import Arena
from arena.battles.scoring import ELO_RULE
from arena.generators.scenes import draw_pair
from arena.store import Store


@pytest.fixture(scope="session")
def pairs():
    """Two safety pairs and two culture pairs of four families."""
    return [draw_pair(family, 5, size=64, source="starter") for family in ("stove", "helmet", "tea", "gate")]


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose store is empty; to be copied, as a copy takes half the time of a new one."""
    home = tmp_path_factory.mktemp("empty") / "home"
    Store.open(home, ELO_RULE).close()
    return home


@pytest.fixture
def open_with(tmp_path, empty, pairs):
    """Open an arena with the given players: `with open_with(good=perfect, bad=refuses) as (arena, players)`."""

    @contextmanager
    def opened(seed=1, folds=MappingProxyType({}), **named):
        players = Players(folds, **named)
        home = tmp_path / "home"
        if not home.exists():
            shutil.copytree(empty, home)
        with Store.open(home, ELO_RULE) as store:
            store.add_pairs(pairs)
            store.add_contestants(players.contestants.values())
            with closing(Arena(store, players, players.contestants, pairs, seed=seed)) as arena:
                yield arena, players

    return opened
