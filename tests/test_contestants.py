"""Contestants, and what they are called."""

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
