import numpy as np
import pytest
from rasch import World, discordant

from arena.ratings import UnitCounts, families


def test_families_with_the_same_units_are_one_kind_and_others_are_not():
    wins, losses = ("a", "b"), ("b", "a")
    rows = [(*wins, "f0", 1), (*losses, "f0", 2), (*wins, "f1", 2), (*losses, "f1", 1)]
    rows += [(*losses, "f2", 2), (*wins, "f2", 0.5), (*wins, "f2", 0.5), (*wins, "f3", 1)]
    _, kinds, number = families.family_kinds(UnitCounts.from_rows(rows, number_of_families=9))
    assert np.asarray(kinds).tolist() == [[1, 2], [2, 1], [1, 0], [0, 0]]
    assert number.tolist() == [2, 1, 1, 5]


def test_batches_bound_memory_and_not_results(monkeypatch):
    counts = discordant(World(ability=np.linspace(-1, 1, 5)).play(families=50, seed=1))

    def drawn() -> np.ndarray:
        return np.concatenate([wins for _, wins in families.drawn_wins(counts, 40, np.random.default_rng(0))])

    whole = drawn()
    monkeypatch.setattr(families, "CHUNK", 1000)
    assert drawn() == pytest.approx(whole)
