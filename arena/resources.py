"""Files that ship with the arena beside its code: pages, models, pairs, bounds."""

from importlib.resources import files
from pathlib import Path


def resource(path: str) -> Path:
    """A file or folder of the installed package, on the disk: models and typefaces are opened by name.

    Args:
        path: from the package `arena`, with forward slashes, such as `ui/look`.
    """
    return Path(str(files("arena"))) / path
