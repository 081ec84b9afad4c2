"""What the editor learns from: the part of a drawn scene that flips, before and after, in a small square."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import torch
from PIL import Image

from arena.generators.framing import square_around
from arena.generators.scenes import FAMILIES, RESERVED_SEED, draw_sides
from arena.starter.train.dataset import CACHE, WORKERS, fingerprint

SIDE = 64
"""Width and height of what the editor sees, in pixels."""
DRAWN_SIZE = 256
"""Scenes are drawn at this size before the square is cut out and shrunk."""


@dataclass(frozen=True)
class Crops:
    """`pixels[scene, family, side]` is a square of side x side x RGB bytes; both sides of a scene show the same square."""

    families: tuple[str, ...]
    pixels: np.ndarray

    def flat(self) -> np.ndarray:
        """The same, as pairs x 2 sides x side x side x RGB; the family of pair i is i modulo the number of families."""
        return self.pixels.reshape(-1, *self.pixels.shape[2:])


def crops(first_seed: int, count: int) -> Crops:
    """The squares of `count` seeds for every family, drawn now or taken from the cache.

    Args:
        first_seed: the first of consecutive seeds; all must lie below the seeds of the frozen suite.
        count: how many seeds, which is the number of pairs a family.
    """
    assert first_seed + count <= RESERVED_SEED, f"seeds up to {first_seed + count} would touch the frozen suite"
    families = tuple(FAMILIES)
    path = CACHE / f"crops-{fingerprint(SIDE, DRAWN_SIZE)}-{first_seed}-{count}.npy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        seeds = range(first_seed, first_seed + count)
        with ProcessPoolExecutor(WORKERS) as pool:
            drawn = np.stack(list(pool.map(_draw_seed, repeat(families), seeds, chunksize=8)))
        unfinished = path.with_suffix(".part.npy")
        np.save(unfinished, drawn)
        unfinished.rename(path)
    return Crops(families, np.load(path, mmap_mode="r"))


def shrunk(image: Image.Image, square: tuple[int, int, int, int]) -> Image.Image:
    """The square, cut out and scaled to what the editor sees; the same for training and for use."""
    return image.crop(square).resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def as_tensor(pixels: np.ndarray) -> torch.Tensor:
    """Images x side x side x RGB bytes to images x 3 x side x side, from -1 to 1."""
    values = torch.from_numpy(np.array(pixels)).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)
    return values.to(memory_format=torch.channels_last)


def _draw_seed(families: tuple[str, ...], seed: int) -> np.ndarray:
    """One scene of every family: families x 2 sides x side x side x RGB."""
    scenes = []
    for family in families:
        *sides, region = draw_sides(family, seed, DRAWN_SIZE)
        square = square_around(region, DRAWN_SIZE, DRAWN_SIZE)
        scenes.append([np.asarray(shrunk(image, square)) for image in sides])
    return np.array(scenes)
