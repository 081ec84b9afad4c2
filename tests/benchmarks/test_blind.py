"""How well it can be told who plays."""

import random

import pytest


@pytest.fixture
def visits(script, monkeypatch):
    """A hundred visits to four players in ten families, of whom A is always the one that its words fit."""
    blind, chance = script("blind"), random.Random(1)
    logistic, _, bayes = blind.CLASSIFIERS  # a forest takes nearly all of the time; the benchmark itself grows one, below
    monkeypatch.setattr(blind, "CLASSIFIERS", (logistic, bayes))
    names = ("otter", "heron", "vole", "newt")

    def visit(number, says):
        one, other = couple = tuple(chance.sample(names, 2))
        return blind.Visit(f"family {number % 10}", (says(one), says(other)), ("right", "right"), couple, "both generative")

    return lambda says: [visit(number, says) for number in range(100)]


def mean(guesses, name):
    return sum(getattr(guess, name) for guess in guesses) / len(guesses)


def test_who_says_a_word_of_its_own_is_named_each_time(script, visits):
    told = script("blind").guesses(visits(lambda name: f"I am {name}\nyes"), 40, 2)
    assert len(told) == 100
    assert mean(told, "of_all") == mean(told, "of_two") == 1


def test_who_says_what_all_say_is_told_by_chance_alone(script, visits):
    told = script("blind").guesses(visits(lambda _: "yes"), 40, 2)
    assert mean(told, "of_two") == 0.5
    assert mean(told, "of_all") < 0.5


def test_a_classifier_gets_no_more_than_it_is_shown(script, visits):
    told = script("blind").guesses(visits(lambda name: f"I am {name}"), 40, 2, lambda one: one.outcomes)
    assert mean(told, "of_two") == 0.5


def test_nobody_is_named_by_reveals_of_the_same_family(script, visits):
    """Where each family has words of its own, nothing is learned from the others."""
    blind = script("blind")
    apart = [
        blind.Visit(one.family, tuple(f"{one.family} {word}" for word in one.seen), one.outcomes, one.names, one.couple)
        for one in visits(lambda name: name)
    ]
    assert mean(blind.guesses(apart, 40, 2), "of_two") == 0.5


def test_the_benchmark_prints_a_line_for_each_kind_of_couple(printed, starters):
    head, *lines = printed("blind", *starters("llava-mini", "clip-mini"), "--battles", 6, "--reveals", 4, "--folds", 2)
    assert head[:4] == ["couples", "battles", "families", "names A"]
    assert [line[:2] for line in lines] == [["one of each", "6"]]
