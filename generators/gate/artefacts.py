"""Artefacts: can a simple classifier tell the edited side from its source, by how it is painted and not by what it shows?

The features of the region are logarithms, so that their differences between both sides are ratios. The classifier is a
logistic regression on these differences, without an intercept: swapping the sides gives the other probability. Its weights
come with the thresholds, and are fitted by `python -m starter.gate`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from arena.generators.framing import PixelBox, pixels_of
from arena.generators.gate.pixels import GREY, Pixels
from arena.pairs import Box

FEATURES = ("noise", "grain", "sharpness", "seam", "blockiness")
FLOOR = 1e-3
"""Added to every level, of 1, before its logarithm: a quarter of the step between two of 255 levels."""
BLOCK = 8
"""Side of the blocks of JPEG and of most autoencoders, in pixels."""
SQUARE = 4
"""Side of the squares in which grain is looked for, in pixels."""
SHORT = 1 / 32
"""Way over which sharp edges rise, as a share of the region's smaller side."""
SEAM = 0.03
"""Width of the border in which a seam is looked for, as a share of the region's smaller side."""

Grey = NDArray[np.floating[Any]]
"""Height x width, 0 to 1."""


def differences(edited: Pixels, source: Pixels, region: Box) -> NDArray[np.float64]:
    """The edited side's features less the source's, in the order of `FEATURES`."""
    return features(edited, region) - features(source, region)


def edited_probability(differences: NDArray[np.float64], weights: Mapping[str, float]) -> float:
    """The probability, 0 to 1, that the classifier takes the edited side for the edited one; 0.5 is a guess.

    Args:
        differences: of `differences`.
        weights: of each of them, by name.
    """
    return float(expit(differences @ np.array([weights[name] for name in FEATURES])))


def relative_sharpness(differences: NDArray[np.float64]) -> float:
    """How sharp the edited side's steepest edges are, as a multiple of the source's."""
    return float(np.exp(differences[FEATURES.index("sharpness")]))


def features(image: Pixels, region: Box) -> NDArray[np.float64]:
    """How the region of an image is painted, in the order of `FEATURES`.

    - noise: the residual of Immerkær's mask (1996, Fast Noise Variance Estimation), to which planes and straight edges are
      nothing; inside the region against its surroundings.
    - grain: the lower quartile of deviations in small squares: what is left where nothing is painted.
    - sharpness: the steepest differences over a short way against those over a way four times as long.
    - seam: differences along the border of the region against those inside.
    - blockiness: differences across the borders of 8 x 8 blocks against those within.
    """
    left, top, right, bottom = box = pixels_of(region, image.shape[1], image.shape[0])
    margin = max(BLOCK, (bottom - top) // 8, (right - left) // 8)
    x, y = max(0, left - margin), max(0, top - margin)
    around = image[y : bottom + margin, x : right + margin] @ GREY / 255
    inside = around[top - y : bottom - y, left - x : right - x]
    return np.log(
        [
            _ratio(_residual(inside), _residual(around)),
            _grain(inside) + FLOOR,
            _ratio(_steepest(inside, SHORT), _steepest(inside, 4 * SHORT)),
            _seam(inside),
            _blockiness(inside, box),
        ]
    )


def _ratio(first: float, second: float) -> float:
    return (first + FLOOR) / (second + FLOOR)


def _residual(grey: Grey) -> float:
    return _mean(np.diff(np.diff(grey, 2, axis=0), 2, axis=1))


def _grain(grey: Grey) -> float:
    height, width = (side // SQUARE * SQUARE for side in grey.shape)
    squares = grey[:height, :width].reshape(height // SQUARE, SQUARE, width // SQUARE, SQUARE)
    return float(np.quantile(squares.std(axis=(1, 3)), 0.25)) if squares.size else 0.0


def _steepest(grey: Grey, share: float) -> float:
    """What one in a hundred differences exceeds, between pixels that lie a share of the smaller side apart."""
    apart = max(1, round(share * min(grey.shape)))
    down, across = grey[apart:, ::2] - grey[:-apart, ::2], grey[::2, apart:] - grey[::2, :-apart]
    differences = np.abs(np.concatenate([down.ravel(), across.ravel()]))
    return float(np.quantile(differences, 0.99)) if differences.size else 0.0


def _seam(grey: Grey) -> float:
    """Across all four sides at once: the differences are summed over each line that runs along the border."""
    band = max(2, round(SEAM * min(grey.shape)))
    down, across = np.abs(np.diff(grey, axis=0)).mean(1), np.abs(np.diff(grey, axis=1)).mean(0)
    border = np.concatenate([line[part] for line in (down, across) for part in (slice(band), slice(-band, None))])
    inside = np.concatenate([line[band:-band] for line in (down, across)])
    return _ratio(_mean(border), _mean(inside))


def _blockiness(grey: Grey, box: PixelBox) -> float:
    borders, within = [], []
    for lines, start in ((np.diff(grey, axis=0), box[1]), (np.diff(grey, axis=1).T, box[0])):
        at_border = (np.arange(start, start + len(lines)) + 1) % BLOCK == 0
        borders.append(_mean(lines[at_border]))
        within.append(_mean(lines[~at_border]))
    return _ratio(sum(borders), sum(within))


def _mean(differences: Grey) -> float:
    """Mean size; 0 of nothing, as in a region that is a few pixels wide."""
    return float(np.abs(differences).mean()) if differences.size else 0.0
