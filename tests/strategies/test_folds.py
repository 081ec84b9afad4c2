"""Nothing is learnt from the fold that it is used for."""

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.errors import StrategyError
from arena.generators.scenes import FAMILIES
from arena.pairs import MinimalPair, Side, minimal_pair
from arena.probes import Probe
from arena.strategies.folds import FOLDS, Training, fold_of, starter_training

TRAINING = starter_training()


def pair_of(family: str, sides: tuple[Side, Side]) -> MinimalPair:
    return minimal_pair(family=family, domain="safety", category="c", source="test", sides=sides, request="May I?")


def asked(family: str, *pictures) -> Probe:
    return Probe("t", "c", "t/1", pictures, "May I?", family=family)


@given(st.text())
def test_a_fold_is_a_hash_of_the_name_on_every_machine(family):
    assert fold_of(family) == int(hashlib.sha256(f"5463/{family}".encode()).hexdigest(), 16) % FOLDS


def test_the_drawn_world_falls_evenly_into_the_folds():
    counts = Counter((one.domain, fold_of(family)) for family, one in FAMILIES.items())
    assert counts == {(domain, fold): 3 for domain in ("safety", "culture") for fold in range(FOLDS)}


def test_every_fold_tests_some_families_that_have_a_request_and_learns_from_others():
    for fold in range(FOLDS):
        learnt = {pair.family for pair in TRAINING.twins.without(fold)}
        tested = {pair.family for pair in TRAINING.twins.pairs} - learnt
        assert tested == {family for family, one in FAMILIES.items() if one.request and fold_of(family) == fold} != set()


def test_the_pairs_that_ship_do_not_leak_into_each_other():
    for pair in TRAINING.pairs:
        TRAINING.check(asked(pair.family, *(side.picture for side in pair.sides)))


def test_a_picture_of_another_fold_is_refused_under_whatever_family_it_goes():
    first = TRAINING.pairs[0]
    other = next(family for family in FAMILIES if fold_of(family) != fold_of(first.family))
    planted = Training("mine", (pair_of(other, first.sides),))
    with pytest.raises(StrategyError, match=rf"^family {first.family}: one of its pictures is in mine, .* family {other},"):
        planted.check(asked(first.family, TRAINING.pairs[1].sides[0].picture, first.sides[1].picture))
    planted.check(asked(other, first.sides[1].picture))
    planted.check(asked(first.family))


def test_other_pairs_have_another_digest():
    digests = {Training("t", pairs).digest for pairs in (TRAINING.pairs, TRAINING.pairs[1:], TRAINING.twins.pairs, ())}
    assert len(digests) == 4
    assert Training("t", TRAINING.pairs[::-1]).digest == TRAINING.digest
