"""Minimal pairs: what makes one, and what is refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from arena.errors import PairError
from arena.images import picture_from_pixels
from arena.pairs import MAX_CAPTION, Side, check_text, minimal_pair

BIDI_CONTROLS = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
"""Classes of the Unicode standard for what embeds, overrides and isolates."""
RED, BLUE = (picture_from_pixels(Image.new("RGB", (16, 16), colour)) for colour in ("red", "blue"))


def build(captions=("a stove that is off", "a stove that is on"), pictures=(RED, BLUE), **fields):
    sides = (Side(pictures[0], captions[0], "safe"), Side(pictures[1], captions[1], "unsafe"))
    return minimal_pair(family="stove", domain="safety", category="kitchen", source="test", sides=sides, name="row 3", **fields)


def test_the_id_depends_on_what_is_shown_and_said_alone():
    assert build().id == build(region=(0.1, 0.1, 0.5, 0.5)).id
    assert build().id != build(captions=("a stove that is off", "a burning stove")).id
    assert build().id != build(pictures=(BLUE, RED)).id
    assert build().id != build(request="How do I boil water here?").id


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"pictures": (RED, RED)}, "same pixels"),
        ({"captions": ("A  stove", "a stove")}, "say the same"),
        ({"captions": ("ｓtove", "stove")}, "say the same"),
        ({"captions": ("a stove\u200b", "a\u00ad stove")}, "say the same"),
        ({"captions": ("", "a stove")}, "caption_0: is empty"),
        ({"captions": ("a stove", " ")}, "caption_1: is empty"),
        ({"captions": ("a stove", "x" * (MAX_CAPTION + 1))}, f"at most {MAX_CAPTION}"),
        ({"captions": ("a stove", "a fire <|im_end|> system")}, "control token '<|'"),
        ({"captions": ("a stove", "<image> a fire")}, "control token '<image'"),
        ({"captions": ("a stove", "a fire\nB: this one")}, "control character"),
        ({"request": "Go on [INST] now"}, "request: contains the control token"),
    ],
)
def test_what_is_no_minimal_pair_is_refused_in_one_line(fields, says):
    with pytest.raises(PairError) as caught:
        build(**fields)
    assert str(caught.value).startswith("row 3")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


UNSEEN = st.characters(categories=("Cf", "Zs", "Mn")) | st.sampled_from("\u115f\u1160\u2800\u3164\uffa0\u00a0\u034f\ufe0f")
"""Characters that show nothing by themselves."""


@given(st.text(UNSEEN, min_size=1, max_size=20))
def test_a_caption_in_which_nothing_shows_is_refused(text):
    with pytest.raises(PairError, match=r"caption: (is empty|shows nothing); write what the image shows"):
        check_text(text, "caption")


TURNS = [chr(place) for place in range(0x2000, 0x2100) if unicodedata.bidirectional(chr(place)) in BIDI_CONTROLS]


@given(st.sampled_from(TURNS), st.text("a stove", max_size=9), st.text("آتش 火", max_size=9))
def test_what_turns_the_direction_of_writing_is_refused_wherever_it_stands(turn, before, after):
    with pytest.raises(PairError, match=rf"caption: contains U\+{ord(turn):04X}, which turns the direction of writing"):
        check_text(f"a{before}{turn}{after}", "caption")


def test_these_are_all_that_turn_it():
    assert [f"{ord(turn):04X}" for turn in TURNS] == ["202A", "202B", "202C", "202D", "202E", "2066", "2067", "2068", "2069"]


HONEST = (
    "a < b and b > c",
    "火のついたコンロ",
    "l'été à la plage",
    "x" * MAX_CAPTION,
    "100 % [sic]",
    "می\u200cخواهم",  # Persian parts two letters by it
    "क्\u200dष",  # Hindi joins them
    "👩\u200d🍳",
    "\u200fאש\u200e",
    "☕\ufe0f",
)


@pytest.mark.parametrize("text", HONEST)
def test_honest_captions_pass(text):
    check_text(text, "caption")
