"""Minimal pairs: what makes one, and what is refused."""

import pytest
from PIL import Image

from arena.errors import PairError
from arena.images import picture_from_pixels
from arena.pairs import MAX_CAPTION, Side, check_text, minimal_pair

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


@pytest.mark.parametrize("text", ["a < b and b > c", "火のついたコンロ", "l'été à la plage", "x" * MAX_CAPTION, "100 % [sic]"])
def test_honest_captions_pass(text):
    check_text(text, "caption")
