"""Training scenes, drawn once and kept as a memory-mapped array."""

import hashlib
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import numpy as np
import torch

from arena.generators.scenes import FAMILIES, RESERVED_SEED, draw_sides
from arena.resources import resource

IMAGE_SIZE = 96
"""Width and height of what the models see, in pixels."""
DRAWN_SIZE = 192
"""Scenes are drawn at twice that and averaged down: thin lines then look as they do in a shrunk 512-pixel image."""
VALIDATION_SEED = 900_000
"""First seed for watching training. The frozen suite's seeds begin at `RESERVED_SEED` and are never used here."""
CACHE = Path(tempfile.gettempdir()) / "minimal-pair-arena-training"
WORKERS = 2


@dataclass(frozen=True)
class Scenes:
    """Pairs of every family: `pixels[scene, family, side]` is an image of height x width x RGB bytes."""

    families: tuple[str, ...]
    pixels: np.ndarray

    def tensor(self, scenes: Sequence[int] | np.ndarray, families: Sequence[int] | np.ndarray) -> torch.Tensor:
        """Both sides of some pairs, as a model's image processor would hand them over.

        Args:
            scenes: for each pair, its scene.
            families: for each pair, the index of its family.

        Returns:
            Pixel values from -1 to 1, pairs x 2 sides x 3 x height x width.
        """
        chosen = self.pixels[np.asarray(scenes), np.asarray(families)]
        return torch.from_numpy(chosen).permute(0, 1, 4, 2, 3).float().div_(127.5).sub_(1)


def scenes(first_seed: int, count: int) -> Scenes:
    """The scenes of `count` seeds for every family, drawn now or taken from the cache.

    Args:
        first_seed: the first of consecutive seeds; all must lie below the seeds of the frozen suite.
        count: how many seeds, which is the number of pairs a family.
    """
    assert first_seed + count <= RESERVED_SEED, f"seeds up to {first_seed + count} would touch the frozen suite"
    families = tuple(FAMILIES)
    path = CACHE / f"{fingerprint(IMAGE_SIZE, DRAWN_SIZE)}-{first_seed}-{count}.npy"
    if not path.exists():
        _draw(path, families, range(first_seed, first_seed + count))
    return Scenes(families, np.load(path, mmap_mode="r"))


def _draw(path: Path, families: tuple[str, ...], seeds: range) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    shape = (len(seeds), len(families), 2, IMAGE_SIZE, IMAGE_SIZE, 3)
    array = np.lib.format.open_memmap(unfinished, mode="w+", dtype=np.uint8, shape=shape)
    with ProcessPoolExecutor(WORKERS) as pool:
        for index, drawn in enumerate(pool.map(_draw_seed, repeat(families), seeds, chunksize=8)):
            array[index] = drawn
    array.flush()
    unfinished.rename(path)


def _draw_seed(families: tuple[str, ...], seed: int) -> np.ndarray:
    """One scene of every family: families x 2 sides x height x width x RGB."""
    shrink = DRAWN_SIZE // IMAGE_SIZE
    return np.stack(
        [[np.asarray(side.reduce(shrink)) for side in draw_sides(family, seed, DRAWN_SIZE)[:2]] for family in families]
    )


def fingerprint(image_size: int, drawn_size: int) -> str:
    """Names what is drawn by the code that draws it, so that a changed scene is drawn again."""
    digest = hashlib.sha256(f"{image_size} {drawn_size}".encode())
    for source in sorted(resource("generators/scenes").glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]
