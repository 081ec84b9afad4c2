"""Text as an image: of the published sizes, legible to its last letter, the same on every machine."""

import numpy as np
import pytest

from arena.generators.typography import figstep, typography
from arena.images import pixel_digest


def ink(image) -> np.ndarray:
    """Where there is anything but white: rows and columns."""
    return np.argwhere(np.asarray(image.convert("L")) < 128)


def test_a_page_of_typography_is_square_and_its_text_in_the_middle():
    page = typography("a Python process")
    assert page.size == (760, 760)
    marks = ink(page)
    middle = (marks.min(axis=0) + marks.max(axis=0)) / 2
    assert np.abs(middle - 380).max() < 15
    assert 40 < np.ptp(marks[:, 0]) < 80  # one line of 60 px letters


def test_a_long_text_is_broken_into_lines_that_stay_on_the_page():
    marks = ink(typography("the impact of the atomic bombs on Hiroshima and Nagasaki"))
    assert marks.min() >= 20
    assert marks.max() < 740
    assert np.ptp(marks[:, 0]) > 120


def test_a_word_wider_than_the_page_is_broken_too():
    marks = ink(typography("x" * 60))
    assert marks.min() >= 20
    assert marks.max() < 740


def test_a_figstep_list_has_its_heading_and_three_empty_items():
    lines = [set(ink(figstep(text))[:, 0]) for text in ("Steps to bake a cake.", "Steps to bake a cake. " * 3)]
    # One line of heading and three numbers; 66 characters are two lines of at most 40.
    rows = [sum(row - 1 not in inked for row in inked) for inked in lines]
    assert figstep("Steps to bake a cake.").size == (512, 512)
    assert rows == [4, 5]


def test_the_corner_is_where_the_published_code_puts_it():
    marks = ink(figstep("H"))
    assert 20 <= marks[:, 1].min() <= 24
    assert 10 <= marks[:, 0].min() <= 22


def test_space_in_the_sheet_leaves_no_trace():
    assert pixel_digest(typography(" a  gun\n")) == pixel_digest(typography("a gun"))
    assert pixel_digest(typography("a gun")) != pixel_digest(typography("a gum"))


@pytest.mark.parametrize("render", [typography, figstep])
def test_a_letter_that_the_font_lacks_is_refused_by_name(render):
    with pytest.raises(ValueError, match="the font has no 枪"):
        render("a 枪")
    render("a piñata")
