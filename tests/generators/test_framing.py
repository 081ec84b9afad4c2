"""The square that an editor works on, and the pixels of a region."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.errors import InputError
from arena.generators.framing import MARGIN, SMALLEST, WHOLE, check_region, pixels_of, square_around
from arena.generators.scenes import FAMILIES, draw_sides

SIZES = st.integers(16, 700)


@st.composite
def regions(draw):
    left, top = draw(st.floats(0, 0.99)), draw(st.floats(0, 0.99))
    return left, top, draw(st.floats(left, 1, exclude_min=True)), draw(st.floats(top, 1, exclude_min=True))


@given(regions(), SIZES, SIZES)
def test_the_pixels_of_a_region_are_the_smallest_box_that_covers_it(region, width, height):
    left, top, right, bottom = pixels_of(region, width, height)
    assert 0 <= left <= region[0] * width < left + 1
    assert 0 <= top <= region[1] * height < top + 1
    assert right - 1 < region[2] * width <= right <= width
    assert bottom - 1 < region[3] * height <= bottom <= height


@given(regions(), SIZES, SIZES)
def test_the_square_lies_inside_the_image_and_holds_the_region_where_that_is_possible(region, width, height):
    x, y, right, bottom = square_around(region, width, height)
    box = pixels_of(region, width, height)
    shorter = min(width, height)
    assert right - x == bottom - y
    assert round(SMALLEST * shorter) <= right - x <= shorter
    assert x >= 0
    assert y >= 0
    assert right <= width
    assert bottom <= height
    if max(box[2] - box[0], box[3] - box[1]) <= right - x:
        assert x <= box[0]
        assert y <= box[1]
        assert right >= box[2]
        assert bottom >= box[3]


def test_there_is_a_margin_where_there_is_room():
    # 100 px wide region of a 1000 px image: 20 px more on each side; at least 300 px would be needed, so a larger region:
    # 400 px wide and 200 px high, from (300, 400): 400 + 2 x 80 = 560 px, centred on (500, 500).
    assert MARGIN == 0.2
    assert square_around((0.3, 0.4, 0.7, 0.6), 1000, 1000) == (220, 220, 780, 780)


def test_the_square_of_the_whole_is_the_centre_of_the_longer_side():
    assert square_around(WHOLE, 90, 60) == (15, 0, 75, 60)
    assert square_around(WHOLE, 64, 64) == (0, 0, 64, 64)


def test_a_region_at_the_border_has_its_square_at_the_border():
    assert square_around((0.9, 0.0, 1.0, 0.1), 100, 100) == (70, 0, 100, 30)


@pytest.mark.parametrize(
    "region", [(0.5, 0, 0.5, 1), (0.6, 0, 0.5, 1), (0, 0, 1.01, 1), (-0.1, 0, 1, 1), (0, 1, 1, 1), (0, 0, 1, float("nan"))]
)
def test_a_region_without_pixels_or_outside_the_image_is_refused(region):
    with pytest.raises(InputError, match=r"^upload: region: is .*; give left < right and top < bottom"):
        check_region(region, (64, 64), "upload")


@pytest.mark.parametrize(("region", "width"), [((0.5, 0, 0.501, 1), 999), ((0, 0.25, 1, 0.2501), 8000)])
def test_a_region_smaller_than_a_pixel_is_refused(region, width):
    with pytest.raises(InputError, match=rf"^upload: region: is smaller than a pixel of the picture \({width} x 4000\)"):
        check_region(region, (width, 4000), "upload")
    check_region((0.5, 0.5, 0.501, 0.501), (1000, 1000), "upload")


def test_the_regions_of_all_families_are_regions():
    for family in FAMILIES:
        for seed in range(4):
            check_region(draw_sides(family, seed, 64)[2], (64, 64), family)
