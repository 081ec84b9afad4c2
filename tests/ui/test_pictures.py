import base64
import io

import numpy as np
import pytest
from PIL import Image

from arena.images import Picture, picture_from_pixels
from arena.ui.pictures import HEAVIEST, REMOVED, WIDEST, difference_veil, source


def decoded(address: str) -> Image.Image:
    head, _, data = address.partition(",")
    assert head == "data:image/webp;base64"
    return Image.open(io.BytesIO(base64.b64decode(data)))


def picture(size=(200, 160), spot=None, noise=0):
    pixels = np.full((size[1], size[0], 3), 120, np.uint8)
    if noise:
        pixels = pixels + np.random.default_rng(noise).integers(0, 9, pixels.shape, dtype=np.uint8)
    if spot:
        left, top, right, bottom = spot
        pixels[top:bottom, left:right] = (250, 20, 20)
    return picture_from_pixels(Image.fromarray(pixels))


def clear(veil: str | None) -> np.ndarray:
    assert veil is not None
    return np.asarray(decoded(veil).convert("RGBA"))[:, :, 3] == 0


def test_a_small_picture_is_shown_to_the_pixel():
    shown = picture(spot=(3, 4, 50, 60))
    assert decoded(source(shown)).convert("RGB").tobytes() == shown.pixels().tobytes()


def test_a_picture_that_was_taken_down_says_so_and_one_that_is_there_again_shows():
    shown = picture(spot=(9, 9, 40, 40))
    for _ in range(2):
        assert source(Picture(shown.digest, b"")) == REMOVED
        assert decoded(source(shown)).size == (200, 160)
    assert b">removed<" in base64.b64decode(REMOVED.partition(",")[2])


def test_a_heavy_picture_is_shown_as_a_smaller_copy():
    pixels = np.random.default_rng(1).integers(0, 255, (1500, 2000, 3), dtype=np.uint8)
    heavy = picture_from_pixels(Image.fromarray(pixels))
    assert len(heavy.encoded) > HEAVIEST
    assert max(decoded(source(heavy)).size) == WIDEST


def test_the_veil_is_clear_where_pictures_differ_and_only_near_there():
    cleared = clear(difference_veil(picture(), picture(spot=(60, 40, 90, 70)), None))
    assert cleared[40:70, 60:90].all()
    assert not cleared[:30].any()
    assert not cleared[:, 105:].any()


def test_fainter_noise_than_an_eye_sees_stays_veiled():
    cleared = clear(difference_veil(picture(noise=1), picture(noise=2, spot=(60, 40, 90, 70)), None))
    assert cleared[45:65, 65:85].all()
    assert not cleared[100:].any()


def test_nothing_outside_the_declared_region_is_shown_as_different():
    first, second = picture(spot=(10, 10, 20, 20)), picture(spot=(150, 120, 170, 140))
    cleared = clear(difference_veil(first, second, (0.7, 0.7, 0.9, 0.9)))
    assert cleared[120:140, 150:170].all()
    assert not cleared[:60, :60].any()


def test_pictures_of_different_shapes_have_no_veil():
    assert difference_veil(picture((100, 100)), picture((100, 120)), None) is None


@pytest.mark.parametrize("spot", [(0, 0, 5, 5), (195, 155, 200, 160), (0, 0, 200, 160)])
def test_differences_at_the_edges_are_cleared_too(spot):
    left, top, right, bottom = spot
    assert clear(difference_veil(picture(), picture(spot=spot), None))[top:bottom, left:right].all()
