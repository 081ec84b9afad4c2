"""Drawn streets for training: what is seen, what is there, and whether it is safe to drive on."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

from arena.generators.scenes import RESERVED_SEED
from arena.generators.scenes.streets import draw_street
from arena.scene_classes import CLASSES
from arena.starter.train.dataset import CACHE, WORKERS, fingerprint

SIDE = 144
"""Width and height of what the models see: a street, which is twice as wide as high, is squeezed into a square."""
MASK_SIZE = (256, 128)
"""Width and height of what the segmenter sees, in pixels."""


@dataclass(frozen=True)
class Views:
    """Some streets, as arrays with one row a street."""

    squares: np.ndarray
    """Streets x side x side x RGB bytes."""
    images: np.ndarray
    """Streets x height x width x RGB bytes, for the segmenter."""
    masks: np.ndarray
    """Streets x height x width train ids."""
    present: np.ndarray
    """Streets x classes, true or false."""
    safe: np.ndarray
    """Streets, true or false."""

    def names(self, street: int) -> list[str]:
        """The classes that can be seen in one street, in order."""
        return [name for name, there in zip(CLASSES, self.present[street], strict=True) if there]


def views(first_seed: int, count: int) -> Views:
    """The streets of `count` seeds, drawn now or taken from the cache; all must lie below those of the suite."""
    assert first_seed + count <= RESERVED_SEED, f"seeds up to {first_seed + count} would touch the suite"
    path = CACHE / f"streets-{fingerprint(SIDE, MASK_SIZE[0])}-{first_seed}-{count}.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with ProcessPoolExecutor(WORKERS) as pool:
            drawn = list(pool.map(_draw, range(first_seed, first_seed + count), chunksize=16))
        unfinished = path.with_suffix(".part.npz")
        np.savez(unfinished, *(np.stack(column) for column in zip(*drawn, strict=True)))
        unfinished.rename(path)
    with np.load(path) as columns:
        return Views(*(columns[name] for name in columns.files))


def as_tensor(pixels: np.ndarray) -> torch.Tensor:
    """Images x height x width x RGB bytes to images x 3 x height x width, from -1 to 1."""
    return torch.from_numpy(np.array(pixels)).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


def _draw(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    street = draw_street(seed)
    square = np.asarray(street.image.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
    image = np.asarray(street.image.resize(MASK_SIZE, Image.Resampling.BILINEAR))
    mask = np.asarray(Image.fromarray(street.mask).resize(MASK_SIZE, Image.Resampling.NEAREST))
    present = np.isin(CLASSES, street.present)
    return square, image, mask, present, np.array(street.safe)
