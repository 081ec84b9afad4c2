"""An arena over a real store, with players whose answers are known."""

import shutil
from contextlib import closing, contextmanager
from pathlib import Path
from types import MappingProxyType

import pytest
from players import Players, always_first, perfect, refuses

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

    def opened(**given):
        home = tmp_path / "home"
        if not home.exists():
            shutil.copytree(empty, home)
        return arena_in(home, pairs, **given)

    return opened


@contextmanager
def arena_in(home, pairs, /, seed=1, folds=MappingProxyType({}), **named):
    players = Players(folds, **named)
    with Store.open(home, ELO_RULE) as store:
        store.add_pairs(pairs)
        store.add_contestants(players.contestants.values())
        with closing(Arena(store, players, players.contestants, pairs, seed=seed)) as arena:
            yield arena, players


@pytest.fixture(scope="module")
def all_met(tmp_path_factory, empty, pairs):
    """An arena of three in which all have met on every pair, for tests that only look; who plays on, plays for all of them."""
    home = shutil.copytree(empty, tmp_path_factory.mktemp("all-met") / "home")
    with arena_in(home, pairs, good=perfect, bad=refuses, first=always_first) as (arena, _):
        while arena.play_unmet():
            pass
        yield arena
