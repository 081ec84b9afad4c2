"""What each architecture gains: processor time of its answers by the arena, and by stock processor and `generate` one by one.

    python benchmarks/families.py [--architecture NAME ...] [--all] [--pairs 2] [--scale small|tiny]

Tiny repositories with random weights, see `starter/architectures`: by default of ten architectures that many models have. They
are asked the starter suite's questions about pairs of pictures of 640 x 480, both ways in turn, pair by pair, on one thread,
after a pair that warms both up. Loading is left out, and with it the guard, which an arena pays once a model. Both ways write
equally many tokens. Where a processor would scale pictures up into many tiles, both scale them to one tile, as the arena does.
`differ` counts texts that are not the same: random weights are often nearly undecided, so that now and then rounding decides.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import torch
from naive import NaiveModel
from PIL import Image

from arena.errors import ArenaError
from arena.images import Picture, picture_from_pixels
from arena.models import check_repository, contestant_of, load
from arena.models.generative import GenerativeModel
from arena.models.loading import TILED
from arena.pairs import MinimalPair
from arena.probes import Probe
from arena.starter.architectures import ARCHITECTURES, MEDIUM, SMALL, TINY, Architecture, Scale
from arena.suites.pair_questions import pair_questions
from arena.suites.starter import starter_pairs

POPULAR = (
    *("Qwen3-VL", "LLaVA-1.5", "LLaVA-Next", "LLaVA-OneVision", "Gemma 3"),
    *("InternVL", "Idefics3", "SmolVLM", "Pixtral", "GLM-4.1V"),
)
WRITERS = [name for name, architecture in ARCHITECTURES.items() if not architecture.dual]
SCALES = {"small": SMALL, "medium": MEDIUM, "tiny": TINY}
PAIRS_OF_A_FAMILY = 10

Value = TypeVar("Value")


@dataclass(frozen=True)
class Line:
    """One architecture, asked both ways."""

    path: str
    probes: int
    naive: float
    """Seconds of processor time."""
    ours: float
    differ: int
    """Probes whose texts are not the same."""

    @property
    def ratio(self) -> float:
        """How many times ours the naive way takes."""
        return self.naive / self.ours


def questions(pairs: int, size: tuple[int, int], tokens: int) -> list[list[Probe]]:
    """The questions about each of so many pairs, every one of another family, with pictures of that size."""
    return [
        [replace(question.probe, max_new_tokens=tokens) for question in pair_questions([_resized(pair, size)])]
        for pair in starter_pairs()[: pairs * PAIRS_OF_A_FAMILY : PAIRS_OF_A_FAMILY]
    ]


def measure(architecture: Architecture, scale: Scale, asked: Sequence[Sequence[Probe]]) -> Line:
    """Ask about all pairs but the first, which warms up.

    Raises:
        ArenaError: the architecture cannot play.
    """
    with tempfile.TemporaryDirectory() as folder:
        repository = architecture.save(Path(folder) / "random" / "model", scale)
        report = check_repository(str(repository))
        naive = NaiveModel(repository)
        if report.model_type in TILED:
            naive.processor.image_processor.size = {"longest_edge": scale.image}
        model = load(report, contestant_of(report, image_size=scale.image))
    assert isinstance(model, GenerativeModel)
    warm_up, *pairs = asked
    model.answer(warm_up)
    for probe in {len(probe.images): probe for probe in warm_up}.values():
        naive.ask(probe)
    ours_seconds = naive_seconds = 0.0
    differ = 0
    for probes in pairs:
        seconds, replies = _timed(lambda probes=probes: model.answer(probes))
        ours_seconds += seconds
        seconds, texts = _timed(lambda probes=probes: [naive.ask(probe) for probe in probes])
        naive_seconds += seconds
        differ += sum(reply.text != text for reply, text in zip(replies, texts, strict=True))
    return Line(model.finding.path, sum(map(len, pairs)), naive_seconds, ours_seconds, differ)


def _timed(work: Callable[[], Value]) -> tuple[float, Value]:
    start = time.process_time()
    value = work()
    return time.process_time() - start, value


def _resized(pair: MinimalPair, size: tuple[int, int]) -> MinimalPair:
    def resized(picture: Picture) -> Picture:
        return picture_from_pixels(picture.pixels().resize(size, Image.Resampling.BICUBIC))

    first, second = (replace(side, picture=resized(side.picture)) for side in pair.sides)
    return replace(pair, sides=(first, second))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print a line for each architecture and their mean."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--architecture", nargs="+", metavar="NAME", choices=WRITERS, default=POPULAR)
    parser.add_argument("--all", action="store_true", help="every architecture that writes")
    parser.add_argument("--pairs", type=int, default=2, help="pairs to ask about (default: %(default)s)")
    parser.add_argument("--scale", choices=SCALES, default="small", help="size of the models (default: %(default)s)")
    parser.add_argument("--size", nargs=2, type=int, default=(640, 480), metavar=("WIDTH", "HEIGHT"), help="of pictures")
    parser.add_argument("--tokens", type=int, default=3, help="to write (default: %(default)s)")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    asked = questions(options.pairs + 1, tuple(options.size), options.tokens)
    print(f"{'architecture':20} {'path':38} {'probes':>6} {'naive s':>8} {'ours s':>7} {'ratio':>6} {'differ':>6}")
    ratios = []
    for name in WRITERS if options.all else options.architecture:
        try:
            line = measure(ARCHITECTURES[name], SCALES[options.scale], asked)
        except ArenaError as error:
            print(f"{name:20} {error}", flush=True)
            continue
        ratios.append(line.ratio)
        times = f"{line.naive:8.1f} {line.ours:7.1f} {line.ratio:6.2f}"
        print(f"{name:20} {line.path:38} {line.probes:6} {times} {line.differ:6}", flush=True)
    if ratios:
        print(f"geometric mean {statistics.geometric_mean(ratios):.2f}, smallest {min(ratios):.2f}")


if __name__ == "__main__":
    main()
