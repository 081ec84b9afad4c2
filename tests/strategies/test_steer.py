"""Models that are steered: the same answers after a restart, from vectors that fit, and never by what they are tested on."""

import json
import math
import shutil
from dataclasses import replace

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from arena.contestants import Contestant
from arena.errors import StrategyError
from arena.models import Entry
from arena.models.stock import EXACT
from arena.strategies import FittedStrategy, constant_entry, entry_under, strategy_named
from arena.strategies.folds import FOLDS, fold_of
from arena.strategies.steer import Steer, SteerRandom
from arena.strategies.steer_model import random_vectors
from arena.strategies.steer_vectors import RECIPE, load
from arena.tasks import TASKS, request

STRENGTH = 0.5


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def fitted(mini, four, tmp_path_factory, told):
    """A strategy that is fitted, with a strength that changes answers."""
    strategy = Steer("steer-layer", "layer", four, tmp_path_factory.mktemp("home") / "steering")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("arena.strategies.steer_fit.search", lambda *_: (STRENGTH, 0.75))
        strategy.fit(mini, told.append)
    return strategy


@pytest.fixture(scope="module")
def steered(fitted, mini):
    return entry_under(mini, fitted).load()


@pytest.fixture(scope="module")
def probes(four):
    """Of families of all folds, requests and choices with one image and with two."""
    asked = [(pair, probe) for pair in four.pairs for probe in (*request.probes(pair), TASKS["image_choice"].probes(pair)[0])]
    return [replace(probe, family=pair.family, max_new_tokens=12) for pair, probe in asked]


def copied(strategy, mini, folder, change):
    """The same strategy over a copy of its file, whose recipe is changed."""
    copy = replace(strategy, folder=folder)
    with safe_open(strategy.file(mini), framework="pt") as content:
        recipe = json.loads(content.metadata()[RECIPE])
    change(recipe)
    save_file(load_file(strategy.file(mini)), copy.file(mini), {RECIPE: json.dumps(recipe)})
    return copy


def close(replies, others):
    for reply, other in zip(replies, others, strict=True):
        assert replace(reply, logprobs=None) == replace(other, logprobs=None)
        assert reply.logprobs == (other.logprobs and pytest.approx(other.logprobs, abs=EXACT))


def test_a_fit_says_what_each_fold_got_and_where_it_is_kept(fitted, mini, told):
    assert [line.partition(":")[0] for line in told[:FOLDS]] == [f"fold {fold} of {FOLDS}" for fold in range(1, FOLDS + 1)]
    assert "at layer " in told[0]
    assert told[FOLDS].endswith(str(fitted.file(mini)))
    assert isinstance(fitted, FittedStrategy)


def test_its_file_holds_the_recipe_with_model_folds_families_and_versions(fitted, mini, four):
    recipe = fitted.recipe(mini)
    one = mini.contestant
    assert (recipe.model, recipe.revision, recipe.settings, recipe.engine) == (
        one.repository,
        one.revision,
        one.settings,
        one.engine,
    )
    for fold, part in enumerate(recipe.folds):
        assert part.families.keys() == {pair.family for pair in four.pairs if fold_of(pair.family) != fold}


def test_answers_change_and_are_the_same_after_a_restart(fitted, mini, steered, probes):
    replies = steered.answer(probes)
    assert replies != mini.load().answer(probes)
    again = entry_under(mini, Steer(fitted.name, fitted.level, fitted.training, fitted.folder))
    assert again.contestant.id == steered.contestant.id != mini.contestant.id
    assert again.load().answer(probes) == replies


def test_answers_in_a_batch_are_those_alone(steered, probes):
    close(steered.answer(probes[:9]), [steered.answer([probe])[0] for probe in probes[:9]])


def test_each_question_is_steered_by_the_vectors_of_its_fold(fitted, mini, steered, probes):
    stored = load_file(fitted.file(mini))
    model, recipe = mini.load(), fitted.recipe(mini)
    for fold in range(FOLDS):
        own = [probe for probe in probes if fold_of(probe.family) == fold]
        (place,) = recipe.folds[fold].sites
        (site,) = (site for site in model.activations.layers if str(site) == place)
        with model.activations.moved({site: stored[f"{fold}/{place}"] * recipe.folds[fold].strength}):
            expected = model.answer(own)
        close(steered.answer(own), expected)


def test_vectors_of_another_training_make_another_contestant(fitted, mini, tmp_path):
    other = copied(fitted, mini, tmp_path, lambda recipe: recipe["folds"][0].update(strength=2.0))
    assert entry_under(mini, other).contestant.id != entry_under(mini, fitted).contestant.id


def test_a_planted_test_item_is_not_answered_and_costs_no_other_its_answer(steered, probes, four):
    """The picture of a twin that taught, in a question of a family of another fold."""
    taught = probes[0].family
    other = next(pair.family for pair in four.pairs if fold_of(pair.family) != fold_of(taught))
    replies = steered.answer([probes[1], replace(probes[0], family=other), probes[2]])
    start = f"family {other}: one of its pictures is in starter, too, as of family {taught}, and would be tested with itself"
    assert replies[1].error == f"{start}; give both one family"
    assert [reply.error for reply in replies[::2]] == [None, None]


def test_without_a_fit_it_is_refused(mini, tmp_path):
    for name in ("steer-layer", "steer-head", "steer-random:3"):
        fitted = name.replace("random:3", "layer")
        with pytest.raises(StrategyError, match=rf"^drawn-world/llava-mini\+{fitted}: is not fitted yet; run arena calibrate"):
            entry_under(mini, strategy_named(name, tmp_path))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda recipe: recipe.update(revision="0" * 40), "its vectors: revision is 0{40}, here it is "),
        (lambda recipe: recipe.update(model="lab/otter"), "its vectors: model is lab/otter, here it is drawn-world/llava-mini"),
        (lambda recipe: recipe.update(training_hash="other"), "its vectors: training_hash is other, here it is "),
        (lambda recipe: recipe.update(salt=1), "its vectors: salt is 1, here it is "),
        (lambda recipe: recipe.update(folds=recipe["folds"][:3]), "its vectors: have 3 folds, not 4"),
        (
            lambda recipe: recipe["folds"][0].update(families=recipe["folds"][1]["families"]),
            "its vectors: those for family .* have learnt from it",
        ),
        (lambda recipe: recipe.update(strategy="steer-head"), "its vectors: strategy is steer-head, here it is steer-layer"),
        (lambda recipe: recipe["folds"][1]["families"].popitem(), "its vectors: have not learnt from the families of starter"),
        (lambda recipe: recipe.pop("engine"), "holds no vectors with their recipe"),
        *[
            (lambda recipe, part=part: recipe["folds"][2].update(part), "holds no vectors with their recipe")
            for part in (
                *({"strength": strength} for strength in (math.nan, math.inf, "1", None)),
                *({"sites": sites} for sites in ({"layer 99": 0.5}, {"head": 0.5}, ["layer 1"], None)),
                {"families": ["stove"]},
            )
        ],
    ],
)
def test_vectors_that_do_not_fit_are_refused(fitted, mini, tmp_path, change, message):
    with pytest.raises(StrategyError, match=rf"^drawn-world/llava-mini\+steer-layer: .*{message}.*; run arena calibrate$"):
        entry_under(mini, copied(fitted, mini, tmp_path, change))


def test_a_home_that_cannot_be_written_is_told_before_anything_is_fitted(mini, tmp_path):
    (tmp_path / "steering").write_text("mine")
    told, strategy = [], strategy_named("steer-layer", tmp_path)
    assert isinstance(strategy, FittedStrategy)
    with pytest.raises(StrategyError, match="steering: cannot be made"):
        strategy.fit(mini, told.append)
    assert told == []


def test_a_torn_file_is_refused(fitted, mini, tmp_path):
    torn = replace(fitted, folder=tmp_path)
    shutil.copy(fitted.file(mini), torn.file(mini))
    torn.file(mini).write_bytes(torn.file(mini).read_bytes()[:40])
    with pytest.raises(StrategyError, match=r"holds no vectors with their recipe; run arena calibrate$"):
        entry_under(mini, torn)


def test_vectors_that_are_no_numbers_are_refused(fitted, mini, tmp_path):
    copy = copied(fitted, mini, tmp_path, lambda recipe: None)
    broken = {name: vector * math.nan for name, vector in load_file(copy.file(mini)).items()}
    with safe_open(copy.file(mini), framework="pt") as content:
        metadata = content.metadata()
    save_file(broken, copy.file(mini), metadata)
    with pytest.raises(StrategyError, match="its vectors are no numbers; run arena calibrate"):
        entry_under(mini, copy).load()


def test_the_control_moves_as_far_at_the_same_sites_in_another_direction(fitted, mini):
    vectors = load(fitted.file(mini), fitted.recipe(mini))
    drawn = random_vectors(vectors, 0)
    for one, other in zip(vectors, drawn, strict=True):
        assert one.keys() == other.keys()
        for site, vector in one.items():
            assert other[site].norm().item() == pytest.approx(vector.norm().item(), rel=1e-5)
            assert abs(torch.cosine_similarity(vector, other[site], dim=0).item()) < 0.5
    assert not torch.equal(*(next(iter(random_vectors(vectors, seed)[0].values())) for seed in (0, 1)))


def test_the_control_is_a_contestant_for_each_seed_and_answers_alike_after_a_restart(fitted, mini, probes):
    entries = [entry_under(mini, SteerRandom(f"steer-random:{seed}", seed, fitted)) for seed in (0, 1, 1)]
    assert [one.contestant.id == entries[1].contestant.id for one in entries] == [False, True, True]
    assert entries[1].load().answer(probes[:3]) == entries[2].load().answer(probes[:3])


def test_a_model_whose_activations_cannot_be_reached_is_refused(fitted, mini):
    constant = constant_entry("always-refuse")
    assert constant is not None
    with pytest.raises(StrategyError, match=r"^constants/always-refuse\+steer-layer: its activations cannot be reached"):
        fitted.fit(constant, print)
    with pytest.raises(StrategyError, match=r"^constants/always-refuse\+steer-layer: its activations cannot be reached"):
        entry_under(constant, fitted)
    compares = Entry(Contestant("lab/clip", "0" * 40, "test"), "contrastive", 0, mini.load)
    with pytest.raises(StrategyError, match=r"^lab/clip\+steer-layer: only compares"):
        fitted.fit(compares, print)


@pytest.mark.parametrize("name", ["steer-layer:2", "steer-head:x", "steer-random:x"])
def test_arguments_that_mean_nothing_are_refused(name, tmp_path):
    with pytest.raises(StrategyError, match=f"^{name}: "):
        strategy_named(name, tmp_path)


def test_the_model_itself_answers_as_before_once_it_was_steered(steered, mini, probes):
    plain = mini.load().answer(probes[:3])
    assert steered.answer(probes[:3]) != plain
    assert mini.load().answer(probes[:3]) == plain
