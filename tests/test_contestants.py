"""Contestants, and what they are called."""

from dataclasses import replace

import pytest

from arena.contestants import Contestant


@pytest.mark.parametrize(
    ("settings", "options"),
    [
        ({}, ""),
        ({"dtype": "float32"}, ""),
        ({"thinking": 2048}, "thinking=2048"),
        ({"turns": 1, "thinking": 64, "dtype": "float32"}, "thinking=64&turns=1"),
    ],
)
def test_options_of_a_reference_are_part_of_what_people_call_it(settings, options):
    contestant = Contestant("lab/otter", "a" * 40, "generative", settings)
    mark = "?" if options else ""
    assert contestant.options == options
    assert contestant.reference == f"lab/otter{mark}{options}"
    assert contestant.label == f"otter{mark}{options}"
    assert contestant.name == "otter"


@pytest.mark.parametrize("settings", [{}, {"thinking": 64}])
def test_a_strategy_is_part_of_what_people_call_it_and_of_its_id(settings):
    plain = Contestant("lab/otter", "a" * 40, "generative", settings)
    under = replace(plain, settings={**settings, "strategy": "examples:2", "strategy_training": "mine"})
    assert (plain.strategy, under.strategy) == ("", "examples:2")
    assert under.reference == f"{plain.reference}+examples:2"
    assert under.label == f"{plain.label} + examples:2"
    assert under.id != plain.id
    assert under.base == plain.base == plain


def test_ids_without_a_strategy_stay_as_they_are_in_homes():
    # SHA-256 of [repository, revision, engine, settings] as JSON.
    settings = {"image_size": 512, "dtype": "float32"}
    assert Contestant("lab/otter", "a" * 40, "generative transformers 5 torch 2", settings).id == "a961ddf6526b0226"


@pytest.mark.parametrize(
    ("engine", "settings", "options"),
    [
        ("generative", {"dtype": "float32"}, ""),
        ("generative", {"dtype": "bfloat16"}, "dtype=bfloat16"),
        ("generative", {"dtype": "bfloat16", "device": "cuda"}, ""),
        ("generative", {"dtype": "float32", "device": "cuda:1"}, "device=cuda:1&dtype=float32"),
        ("contrastive", {"dtype": "float32", "device": "cuda"}, ""),
        ("generative", {"dtype": "float32", "attention": "eager", "image_size": 512}, "attention=eager&image_size=512"),
    ],
)
def test_settings_that_go_without_saying_are_not_shown(engine, settings, options):
    assert Contestant("o/m", "0" * 40, f"{engine} transformers 5", settings).options == options
