"""Images as values, and the one reader of untrusted files: uploads, suites and folders of pairs come through it."""

from arena.images.picture import MAX_SIDE, MIN_SIDE, Picture, forget_pixels, picture_from_pixels, pixel_digest
from arena.images.reader import MAX_BYTES, MAX_PIXELS, WHOLE_PIXELS, ImageBounds, read_picture, read_picture_file

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "MAX_SIDE",
    "MIN_SIDE",
    "WHOLE_PIXELS",
    "ImageBounds",
    "Picture",
    "forget_pixels",
    "picture_from_pixels",
    "pixel_digest",
    "read_picture",
    "read_picture_file",
]
