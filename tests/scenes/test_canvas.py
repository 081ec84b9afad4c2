"""The canvas: placement, declared regions, colours."""

import numpy as np
import pytest

from arena.generators.scenes.canvas import Canvas, blend, shade, smooth


def painted(canvas: Canvas) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the pixels that are not white."""
    rows, columns = np.nonzero((np.asarray(canvas.image()) != 255).any(axis=2))
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def test_scene_units_fill_the_frame_at_any_size():
    for size in (64, 200):
        canvas = Canvas(size)
        canvas.rectangle(25, 50, 75, 100, (0, 0, 0))
        assert painted(canvas) == pytest.approx((size / 4, size / 2, size * 3 / 4 + 1, size), abs=1)


def test_placement_scales_around_its_anchor_then_shifts():
    canvas = Canvas(100)
    canvas.place(0.5, 10, -20, anchor=(50, 90))
    canvas.rectangle(30, 70, 70, 90, (0, 0, 0))
    assert painted(canvas) == pytest.approx((50, 60, 70, 70), abs=1)
    canvas.reset()
    canvas.rectangle(0, 0, 100, 100, (0, 0, 0))
    assert painted(canvas) == (0, 0, 100, 100)


def test_region_follows_the_placement_and_ends_at_the_frame():
    canvas = Canvas(64)
    assert canvas.declared is None
    canvas.place(0.5, 0, 0, anchor=(0, 0))
    canvas.region(20, 40, 60, 80)
    assert canvas.declared == pytest.approx((0.1, 0.2, 0.3, 0.4))
    canvas.reset()
    canvas.region(-10, 50, 50, 130)
    assert canvas.declared == (0, 0.5, 0.5, 1)


def test_supersampling_smooths_edges():
    levels = []
    for supersample in (1, 3):
        canvas = Canvas(64, supersample)
        canvas.ellipse(50, 50, 30, 30, (0, 0, 0))
        levels.append(len(np.unique(np.asarray(canvas.image()))))
    assert levels[0] == 2
    assert levels[1] > 4


def test_colours_stay_in_range():
    assert shade((200, 100, 0), 2) == (255, 200, 0)
    assert shade((200, 100, 0), 0.5) == (100, 50, 0)
    assert blend((0, 100, 200), (100, 200, 0), 0.25) == (25, 125, 150)


def test_smooth_curve_goes_through_its_points():
    points = [(0.0, 0.0), (5.0, 9.0), (10.0, 0.0), (15.0, 9.0)]
    curve = smooth(points)
    assert len(curve) > len(points)
    for x, y in points:
        assert min(abs(x - a) + abs(y - b) for a, b in curve) < 1e-9
