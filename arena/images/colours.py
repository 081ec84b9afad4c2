"""The pixels of every kind of image as 8-bit colours on white, or a refusal by name where black and white are not known."""

import io

import numpy as np
from PIL import Image, ImageCms

from arena.errors import ImageError

SCALARS = {"I": "32-bit whole numbers", "F": "floating-point numbers"}
"""Modes of Pillow that do not say which number is white."""
BITS_PER_SAMPLE, PHOTOMETRIC = 258, 262
"""Tags of TIFF."""
WHITE_IS_ZERO = 0
"""Value of the photometric tag."""


def eight_bit(image: Image.Image) -> Image.Image:
    """The same picture in grey or colour of 8 bits, with its transparency: a mode that can be scaled.

    Grey of 16 bits is scaled to 8, and inks are turned into light by their colour profile where they bring one. Other profiles
    are dropped: the numbers are taken for sRGB, as the processors of models take them.

    Args:
        image: as Pillow opened it.

    Raises:
        ImageError: the numbers of its pixels have no known black and white, or its colour profile is damaged.
    """
    if image.mode in SCALARS:
        raise ImageError(f"its pixels are {SCALARS[image.mode]}, and what is white is not known; save it with 8 or 16 bits")
    if image.mode.startswith("I;16"):
        return _from_16_bits(image)
    if image.mode == "CMYK":
        return _from_inks(image)
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


def on_white(image: Image.Image) -> Image.Image:
    """An RGB image of what `eight_bit` gave, laid on white where it is transparent."""
    if image.mode != "RGBA":
        return image.convert("RGB")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def _from_16_bits(image: Image.Image) -> Image.Image:
    tags = getattr(image, "tag_v2", {})  # of a TIFF, which may use fewer of the bits, and count them from white
    (bits,) = tags.get(BITS_PER_SAMPLE, (16,))
    most = 2**bits - 1
    table = np.rint(np.minimum(np.arange(2**16), most) * (255 / most)).astype(np.uint8)
    if tags.get(PHOTOMETRIC) == WHITE_IS_ZERO:
        table = 255 - table
    values = np.asarray(image)
    grey = table[values]
    if "transparency" in image.info:
        grey[values == image.info["transparency"]] = 255
    return Image.fromarray(grey)


def _from_inks(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile:
        return image.convert("RGB")
    try:
        colours = ImageCms.profileToProfile(
            image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError) as error:
        raise ImageError("its colour profile is damaged; save it as sRGB") from error
    assert colours is not None  # it is, where the image is not changed in place
    return colours
