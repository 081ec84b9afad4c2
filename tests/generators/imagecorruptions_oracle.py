"""What imagecorruptions 1.1.2 makes of the images of tests, in `imagecorruptions.npz`: severities x height x width (x 3).

It needs OpenCV and an older NumPy, so it runs in an environment of its own, with the Pillow of requirements.txt:

    python3.11 -m venv ~/oracle
    ~/oracle/bin/pip install imagecorruptions==1.1.2 'numpy<2' scipy==1.17.1 pillow==12.3.0
    ~/oracle/bin/python tests/generators/imagecorruptions_oracle.py
"""

import importlib
from pathlib import Path

import numpy as np
from corruption_images import PHOTOGRAPH, SPOT, SQUARE
from numpy.typing import NDArray
from PIL import Image

VALUES = Path(__file__).with_name("imagecorruptions.npz")
SEVERITIES = (1, 2, 3, 4, 5)
JPEG_STEP = 7
"""Every seventh pixel of every seventh row: all places in the blocks of eight that JPEG knows."""
DEFOCUS_STEP = 4


def sample(pixels: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    """Pixels of the whole image, edges included, few enough to be kept in a repository."""
    return pixels[::step, ::step]


def corrupted(image: Image.Image, name: str, severity: int) -> NDArray[np.uint8]:
    """The image as imagecorruptions spoils it, always with the same draws."""
    np.random.seed(0)  # noqa: NPY002 - imagecorruptions draws from it
    return importlib.import_module("imagecorruptions").corrupt(np.asarray(image), severity=severity, corruption_name=name)


def main() -> None:
    """Write the file of values anew."""
    jpeg = [sample(corrupted(SQUARE, "jpeg_compression", severity), JPEG_STEP) for severity in SEVERITIES]
    defocus = [sample(corrupted(PHOTOGRAPH, "defocus_blur", severity), DEFOCUS_STEP) for severity in SEVERITIES]
    motion = [corrupted(SPOT, "motion_blur", severity)[..., 0] for severity in SEVERITIES]
    np.savez_compressed(VALUES, jpeg=jpeg, defocus=defocus, motion=motion)


if __name__ == "__main__":
    main()
