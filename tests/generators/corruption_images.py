"""Images to be corrupted, the same wherever they are made; they need NumPy, Pillow and SciPy alone."""

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter


def photograph(width: int, height: int) -> Image.Image:
    """Detail of all sizes, as in a photograph, the same at every resolution."""
    grains = np.random.default_rng(0).random((256, 256, 3))
    octaves = [gaussian_filter(grains, (sigma, sigma, 0), mode="wrap") for sigma in (1, 3, 9, 27)]
    mixed = sum((each - each.mean()) / each.std() for each in octaves) / 10 + 0.5
    return Image.fromarray((np.clip(mixed, 0, 1) * 255).astype(np.uint8)).resize((width, height), Image.Resampling.BICUBIC)


def spot() -> Image.Image:
    """A white square in the middle of black."""
    pixels = np.zeros((224, 224, 3), dtype=np.uint8)
    pixels[108:117, 108:117] = 255
    return Image.fromarray(pixels)


PHOTOGRAPH = photograph(288, 224)
SQUARE = photograph(512, 512)
SPOT = spot()
