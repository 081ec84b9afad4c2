"""Files that ship with the arena beside its code: pages, models, pairs, bounds."""

from pathlib import Path

import arena


def resource(path: str) -> Path:
    """A file or folder of the installed package, on the disk: models and typefaces are opened by name.

    Args:
        path: from the package `arena`, with forward slashes, such as `ui/look`.
    """
    places = [Path(folder) / path for folder in arena.__path__]
    return next((place for place in places if place.exists()), places[0])
