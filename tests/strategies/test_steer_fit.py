"""How vectors that steer are fitted: on other folds alone, by measures that are right."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from arena.errors import StrategyError
from arena.generators.scenes import draw_pair
from arena.strategies.folds import Training, fold_of
from arena.strategies.steer_fit import SMALLEST, Fit, auc, search, sra_avg
from arena.tasks import request

FOLD = 0


def shorten(patch):
    """Let one strength be tried, so that a fit takes a second."""
    patch.setattr("arena.strategies.steer_fit.LARGEST", SMALLEST)
    patch.setattr("arena.strategies.steer_fit.STEPS", ())


@pytest.fixture(scope="module")
def fitted(mini, twins):
    with pytest.MonkeyPatch.context() as patch:
        shorten(patch)
        return Fit(mini.load(), twins, "layer").fold(FOLD)


def test_vectors_of_a_fold_are_mean_differences_over_the_twins_of_the_others_as_long_as_activations(mini, twins, fitted):
    recipe, vectors = fitted
    asked = [request.probes(pair) for pair in twins.pairs if fold_of(pair.family) != FOLD]
    seen = [mini.load().prompt_activations([both[side] for both in asked]) for side in (0, 1)]
    assert [str(site) for site in vectors] == list(recipe.sites)
    for site, vector in vectors.items():
        safe, unsafe = (side[site].numpy() for side in seen)
        difference = (unsafe - safe).mean(0)
        length = np.mean([np.linalg.norm(row) for row in (*safe, *unsafe)])
        assert np.allclose(vector, difference / np.linalg.norm(difference) * length, atol=1e-4)


def test_nothing_of_a_fold_depends_on_its_own_twins(mini, twins, fitted, monkeypatch):
    shorten(monkeypatch)
    others = tuple(pair for pair in twins.pairs if fold_of(pair.family) != FOLD)
    drawn = tuple(draw_pair(pair.family, 7, source="test") for pair in twins.pairs if fold_of(pair.family) == FOLD)
    recipe, vectors = Fit(mini.load(), Training("other", (*others, *drawn)), "layer").fold(FOLD)
    assert (recipe.families, list(recipe.sites), recipe.strength) == (
        fitted[0].families,
        list(fitted[0].sites),
        fitted[0].strength,
    )
    assert recipe.families.keys() == {pair.family for pair in others}
    assert all(torch.allclose(vector, fitted[1][site], atol=1e-5) for site, vector in vectors.items())


def test_the_layer_is_the_one_that_separates_families_best_that_its_vector_was_not_made_of(mini, twins, fitted):
    """With twins from one seed a family, an AUC is 1 or 0: whether the unsafe image lies further along the vector."""
    pairs = [pair for pair in twins.pairs if fold_of(pair.family) != FOLD]
    asked = [request.probes(pair) for pair in pairs]
    safe, unsafe = (mini.load().prompt_activations([both[side] for both in asked]) for side in (0, 1))
    areas = {}
    for site in mini.load().activations.layers:
        moves = unsafe[site] - safe[site]
        folds = np.array([fold_of(pair.family) for pair in pairs])
        areas[str(site)] = np.mean([(moves[place] @ moves[folds != own].mean(0)).item() > 0 for place, own in enumerate(folds)])
    (best,) = fitted[0].sites
    assert fitted[0].sites[best] == pytest.approx(areas[best])
    assert areas[best] == max(areas.values())


@pytest.mark.parametrize(("name", "sign"), [("llava-small-permissive", 1), ("llava-small-cautious", -1)])
def test_who_helps_too_often_is_moved_towards_refusing_and_who_refuses_too_often_away_from_it(
    name, sign, shipped, four, monkeypatch
):
    monkeypatch.setattr("arena.strategies.steer_fit.search", lambda *_: (1.0, 0.0))
    assert Fit(shipped(name).load(), four, "layer").fold(FOLD)[0].strength == sign


def test_heads_are_moved_in_the_number_that_serves_best(mini, four, monkeypatch):
    tried = []

    def search_nothing(score, unmoved):
        tried.append(score(0.1))
        return 1.0, float(len(tried))

    monkeypatch.setattr("arena.strategies.steer_fit.search", search_nothing)
    recipe, vectors = Fit(mini.load(), four, "head").fold(FOLD)
    heads = len(mini.load().activations.heads)
    assert len(tried) == 2
    assert (len(recipe.sites), recipe.sra_avg) == (heads // 2, 2.0)
    assert list(recipe.sites.values()) == sorted(recipe.sites.values(), reverse=True)
    assert all(site.head is not None for site in vectors)


def test_a_picture_of_two_folds_is_refused(mini, twins):
    one, other = (next(pair for pair in twins.pairs if fold_of(pair.family) == fold) for fold in (0, 1))
    planted = replace(one, family=other.family)
    with pytest.raises(
        StrategyError, match=rf"^family {one.family}: one of its pictures is in starter, too, as of .*{other.family}"
    ):
        Fit(mini.load(), replace(twins, pairs=(*twins.pairs, planted)), "layer")


def test_a_request_that_cannot_be_answered_ends_the_fit(mini, four, monkeypatch):
    monkeypatch.setattr(mini.load(), "_longest", 1)
    with pytest.raises(StrategyError, match=r"^drawn-world/llava-mini: cannot answer some requests of the training"):
        Fit(mini.load(), four, "layer")


def test_a_training_without_a_family_in_each_fold_is_refused(mini, twins):
    few = replace(twins, pairs=tuple(pair for pair in twins.pairs if fold_of(pair.family) != 2))
    with pytest.raises(StrategyError, match=r"^starter: no family with a request falls into fold 3; add more families$"):
        Fit(mini.load(), few, "layer")


@pytest.mark.parametrize("peak", [1 / 16, 0.14, 1.3, 11])
def test_the_search_finds_the_best_strength_to_a_tenth(peak):
    strength, score = search(lambda strength: 1 - abs(np.log2(strength / peak)) / 10, 0.1)
    assert max(strength / peak, peak / strength) < 1.1
    assert score == 1 - abs(np.log2(strength / peak)) / 10


def test_the_search_keeps_0_where_no_strength_is_better_and_the_smallest_of_equals():
    assert search(lambda _: 0.5, 0.5) == (0.0, 0.5)
    assert search(lambda strength: 0.6 if strength > 0.19 else 0.5, 0.5)[0] == pytest.approx(1 / 4 / 2**0.25)


def test_the_search_gives_up_where_the_score_falls():
    tried = []
    assert search(lambda strength: tried.append(strength) or 0.5 - strength, 0.5) == (0.0, 0.5)
    assert tried == [SMALLEST]


def test_the_auc_is_that_of_scikit_learn():
    high, low = (torch.randint(0, 6, (count,), generator=torch.Generator().manual_seed(count)) for count in (9, 14))
    assert auc(high, low) == pytest.approx(roc_auc_score([1] * 9 + [0] * 14, torch.cat([high, low])))


def test_sra_avg_counts_both_sides_alike_however_many_they_are():
    assert sra_avg(np.array([[1, 4], [30, 40]])) == pytest.approx((1 / 4 + 3 / 4) / 2)
