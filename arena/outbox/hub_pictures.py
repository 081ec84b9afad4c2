"""Pictures in an outbox, fetched one by one when somebody needs them."""

import io
import tempfile
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from arena.errors import StoreError
from arena.images import Picture, pixel_digest
from arena.outbox.targets import Target

FOLDER = "pictures"


def picture_name(digest: str) -> str:
    """Where a picture lies in an outbox."""
    return f"{FOLDER}/{digest[:2]}/{digest}.webp"


def _is_itself(picture: Picture) -> bool:
    """Whether its file holds what its name says. `Picture.pixels` may give what another file of that name held."""
    try:
        return pixel_digest(Image.open(io.BytesIO(picture.encoded))) == picture.digest
    except (OSError, ValueError, SyntaxError):  # what Pillow raises of a file that is no picture
        return False


class HubPictures:
    """What the home lacks is fetched; what it has leaves with the facts that name it, so nothing is written here."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def write(self, pictures: Iterable[Picture]) -> None:
        """Nothing: a visitor does not wait for the Hub."""

    def read(self, digest: str) -> Picture:
        """The picture with this digest.

        Raises:
            StoreError: it is not there, another one is there, or the Hub is away.
        """
        with tempfile.TemporaryDirectory() as folder:
            name = picture_name(digest)
            self._target.fetch([name], Path(folder))
            picture = Picture(digest, (Path(folder) / name).read_bytes())
        if not _is_itself(picture):
            raise StoreError(f"ARENA_OUTBOX: {name} is not the picture that was saved; put it back")
        return picture

    def drop(self, digests: Iterable[str]) -> tuple[int, int]:  # noqa: ARG002
        """Nothing: what can be drawn again may stay."""
        return 0, 0

    def erase(self, digests: Iterable[str]) -> None:
        """Nothing: erasures leave with the facts, and are carried out there."""
