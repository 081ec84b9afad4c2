"""Probe keys: the same question has one key, another question another."""

from dataclasses import replace

import pytest
from PIL import Image

from arena.images import picture_from_pixels
from arena.probes import Outcome, Probe, Turn, solved

RED, BLUE = (picture_from_pixels(Image.new("RGB", (16, 16), colour)) for colour in ("red", "blue"))
PROBE = Probe("image_choice", "caption0/images01", "image_choice/1", (RED, BLUE), "Which?", ("a",), ("1", "2"), "1")


def test_the_key_tells_the_images_apart_and_their_order():
    assert PROBE.key != replace(PROBE, images=(BLUE, RED)).key
    assert PROBE.key != replace(PROBE, images=(RED,)).key
    assert PROBE.key != replace(PROBE, images=(RED, RED)).key


def test_the_key_holds_prompt_options_and_template():
    changes = ({"prompt": "Which one?"}, {"options": ("2", "1")}, {"template": "image_choice/2"}, {"max_new_tokens": 8})
    keys = {replace(PROBE, **change).key for change in changes}
    assert len(keys | {PROBE.key}) == 5


def test_the_right_answer_is_no_part_of_the_key():
    assert PROBE.key == replace(PROBE, expected="2", cell="elsewhere").key


def test_a_key_is_that_of_earlier_versions_which_knew_no_earlier_turns():
    """Replies are kept by it for years."""
    assert PROBE.key == "0c92940e3568fe81976c6c8ca2a33140444a9dfcbef668c9ec74f884ef4186fa"


def test_the_key_holds_earlier_turns():
    turn = Turn("Which?", "The first.")
    keys = {replace(PROBE, before=before).key for before in ((), (turn,), (turn, turn), (Turn("Which?", "The other."),))}
    assert len(keys) == 4


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([], None),
        (["not_applicable"] * 4, None),
        (["correct"] * 4, True),
        (["correct"] * 3 + ["wrong"], False),
        (["correct"] * 3 + ["refused"], False),
        (["correct"] * 3 + ["unparseable"], False),
        (["correct"] * 3 + ["not_applicable"], None),
        (["correct"] * 3 + ["error"], None),
        (["wrong"] * 3 + ["error"], None),
        (["not_applicable"] * 3 + ["error"], None),
    ],
)
def test_a_task_is_solved_only_if_every_probe_is_correct(outcomes, expected):
    assert solved(map(Outcome, outcomes)) is expected
