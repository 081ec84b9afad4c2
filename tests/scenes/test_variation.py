"""What chance decides, and how widely it does."""

from arena.generators.scenes.people import SKINS, Age, Hairstyle
from arena.generators.scenes.variation import SETTINGS, Light, vary

VARIATIONS = [vary("any", seed) for seed in range(400)]


def test_same_family_and_seed_give_the_same_variation():
    assert vary("stove", 1) == vary("stove", 1)
    assert vary("stove", 1) != vary("stove", 2)
    assert vary("stove", 1) != vary("pot", 1)


def test_all_skins_ages_hairstyles_settings_and_lights_occur():
    people = [somebody for variation in VARIATIONS for somebody in variation.people]
    assert {somebody.skin for somebody in people} == set(SKINS)
    assert {somebody.age for somebody in people} == set(Age)
    assert {somebody.hairstyle for somebody in people} == set(Hairstyle)
    assert {variation.setting for variation in VARIATIONS} == set(range(SETTINGS))
    assert {variation.light for variation in VARIATIONS} == set(Light)
    assert {variation.mirror for variation in VARIATIONS} == {True, False}


def test_things_of_a_scene_have_different_colours():
    assert all(len(set(variation.colours)) == 4 for variation in VARIATIONS)


def test_hair_stands_out_from_skin():
    for variation in VARIATIONS:
        for somebody in variation.people:
            assert sum(abs(a - b) for a, b in zip(somebody.hair, somebody.skin, strict=True)) > 80
