"""Who is a variant of whom."""

from calibration_world import ANSWERS, BASE, tuned, under

from arena.contestants import Contestant
from arena.evaluation.variants import lineups, without_base
from arena.strategies.constants import constant_entry


def refusing() -> Contestant:
    entry = constant_entry("always-refuse")
    assert entry
    return entry.contestant


def test_a_model_is_followed_by_what_was_tried_on_it_and_controls_come_last():
    (lineup,) = lineups([*ANSWERS, refusing()])
    assert lineup.base == BASE
    assert [(one.name, one.kind) for one in lineup.variants] == [
        ("none", "none"),
        ("reminder", "prompt"),
        ("steer-layer", "activation"),
        ("dpo, seed 0", "tuned"),
        ("always-refuse", "control"),
        ("blind", "control"),
        ("dpo, seed 0, shuffled labels", "control"),
    ]


def test_tuned_models_of_one_recipe_are_one_variant_with_a_part_for_each_fold():
    (lineup,) = lineups([BASE, tuned(2), tuned(0)])
    assert lineup.variants[1].folds == (0, 2)
    assert [part.contestant for part in lineup.variants[1].parts] == [tuned(0), tuned(2)]


def test_other_seeds_and_shuffled_labels_are_variants_of_their_own():
    (lineup,) = lineups([BASE, tuned(0), tuned(0, seed=1), tuned(0, shuffled=True)])
    assert [one.name for one in lineup.variants[1:]] == ["dpo, seed 0", "dpo, seed 1", "dpo, seed 0, shuffled labels"]


def test_an_adapter_is_shown_beside_the_model_that_it_changes():
    adapter = Contestant("lab/adapter", "5" * 40, "function", {"base": f"{BASE.repository}@{BASE.revision}"})
    (lineup,) = lineups([BASE, adapter])
    assert [(one.name, one.kind, one.folds) for one in lineup.variants[1:]] == [("adapter", "tuned", ())]


def test_a_strategy_on_a_tuned_model_is_compared_with_that_on_its_fold():
    model = tuned(1)
    both = Contestant(model.repository, model.revision, model.engine, {**model.settings, "strategy": "reminder"})
    found = {lineup.base: lineup.variants for lineup in lineups([BASE, model, both])}
    assert [one.name for one in found[BASE]] == ["none", "dpo, seed 0"]
    assert [(one.name, one.folds) for one in found[model]] == [("none", (1,)), ("reminder", (1,))]


def test_a_variant_whose_base_did_not_answer_is_left_out_and_a_base_without_variants_too():
    alone = [under("reminder"), tuned(0), refusing()]
    assert lineups(alone) == []
    assert without_base(alone) == {under("reminder"): "lab/heron", tuned(0): f"lab/heron@{BASE.revision}"}
    assert lineups([BASE, refusing()]) == []
    assert without_base([BASE, *alone]) == {}


def test_a_constant_under_a_strategy_is_no_second_control_of_that_name():
    constant = refusing()
    reminded = Contestant(constant.repository, constant.revision, constant.engine, {"strategy": "reminder"})
    (lineup,) = lineups([BASE, under("reminder"), constant, reminded])
    assert [one.name for one in lineup.variants] == ["none", "reminder", "always-refuse"]
    assert without_base([BASE, reminded]) == {}


def test_two_variants_of_one_name_are_told_apart():
    older = Contestant(BASE.repository, BASE.revision, BASE.engine, {"strategy": "steer-layer", "strategy_vectors": "a"})
    (lineup,) = lineups([BASE, older, under("steer-layer")])
    names = [one.name for one in lineup.variants[1:]]
    assert len(set(names)) == 2
    assert all(name.startswith("steer-layer (") for name in names)
