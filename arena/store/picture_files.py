"""Images on disk, named by the hash of their pixels."""

import os
import uuid
from collections.abc import Iterable
from pathlib import Path

from arena.errors import StoreError
from arena.images import Picture


class PictureFiles:
    """A folder of lossless WebP files, `<first two digits>/<digest>.webp`. A file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)
        for leftover in self._incoming.iterdir():  # of a process that was killed while it wrote
            leftover.unlink()

    def path(self, digest: str) -> Path:
        """Where the picture with this digest lies, or would lie."""
        return self._folder / digest[:2] / f"{digest}.webp"

    def write(self, pictures: Iterable[Picture]) -> None:
        """Store pictures durably: when this returns, they survive a power cut."""
        missing = {picture.digest: picture for picture in pictures if not self.path(picture.digest).exists()}
        for picture in missing.values():
            self._place(picture)
        for folder in {self.path(digest).parent for digest in missing} | ({self._folder} if missing else set()):
            flush_folder(folder)

    def read(self, digest: str) -> Picture:
        """The picture with this digest.

        Raises:
            StoreError: its file is missing or cannot be read.
        """
        try:
            return Picture(digest, self.path(digest).read_bytes())
        except OSError as error:
            raise StoreError(f"image {error.filename} cannot be read ({error.strerror}); put back a copy of it") from error

    def _place(self, picture: Picture) -> None:
        final = self.path(picture.digest)
        final.parent.mkdir(exist_ok=True)
        partial = self._incoming / uuid.uuid4().hex
        with partial.open("wb") as file:
            file.write(picture.encoded)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(final)


def flush_folder(folder: Path) -> None:
    """A renamed file is durable only once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
