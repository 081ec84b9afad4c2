"""An arena over a real store, with players whose answers are known."""

from contextlib import closing, contextmanager
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


@pytest.fixture
def open_with(tmp_path, pairs):
    """Open an arena with the given players: `with open_with(good=perfect, bad=refuses) as (arena, players)`."""

    @contextmanager
    def opened(seed=1, folds=MappingProxyType({}), **named):
        players = Players(folds, **named)
        with Store.open(tmp_path / "home", ELO_RULE) as store:
            store.add_pairs(pairs)
            store.add_contestants(players.contestants.values())
            with closing(Arena(store, players, players.contestants, pairs, seed=seed)) as arena:
                yield arena, players

    return opened
