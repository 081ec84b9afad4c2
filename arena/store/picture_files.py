"""Images on disk, named by the hash of their pixels."""

import os
import threading
import time
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from arena.errors import StoreError
from arena.images import Picture
from arena.store.database import one_line_errors

LEFTOVER_SECONDS = 600.0
"""Age of a file half written whose process was killed; others may be writing at this moment."""


class CommonPictures(Protocol):
    """Pictures that several machines have in common; a folder of files is one, too. Methods raise StoreError."""

    def write(self, pictures: Iterable[Picture]) -> None:
        """Store pictures durably."""
        ...

    def read(self, digest: str) -> Picture:
        """The picture with this digest."""
        ...

    def drop(self, digests: Iterable[str]) -> tuple[int, int]:
        """Delete pictures that can be made again; how many there were, and how many bytes they took."""
        ...

    def erase(self, digests: Iterable[str]) -> None:
        """Delete pictures durably."""
        ...


class PictureFiles:
    """A folder of lossless WebP files, `<first two digits>/<digest>.webp`. A file is there whole or not at all."""

    def __init__(self, folder: Path, common: "CommonPictures | None" = None) -> None:
        """Make the folder where it is missing.

        Args:
            folder: of this home.
            common: where several machines have all pictures in common: these are written there first, and fetched from there
                where the folder lacks them.
        """
        self._common = common
        self.withheld: frozenset[str] = frozenset()
        """Digests of pictures that are shown to nobody, hidden or erased."""
        self._erased: frozenset[str] = frozenset()
        self._placing = threading.Lock()
        self._folder = folder
        self._incoming = folder / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)
        for leftover in self._incoming.iterdir():
            with suppress(FileNotFoundError):  # another process has put it in its place, or clears up, too
                if time.time() - leftover.stat().st_mtime > LEFTOVER_SECONDS:
                    leftover.unlink()

    def path(self, digest: str) -> Path:
        """Where the picture with this digest lies, or would lie."""
        return self._folder / digest[:2] / f"{digest}.webp"

    def write(self, pictures: Iterable[Picture]) -> None:
        """Store pictures durably: when this returns, they survive a power cut. Those that were erased are left out."""
        missing = {picture.digest: picture for picture in pictures if not self.path(picture.digest).exists()}
        missing = {digest: picture for digest, picture in missing.items() if digest not in self._erased}
        if self._common is not None and missing:
            self._common.write(missing.values())
        self._place_all(missing)

    def share(self) -> None:
        """Write all pictures of the folder to where several machines have them in common."""
        if self._common is not None:
            for path in sorted(self._folder.glob("??/*.webp")):
                self._common.write([self.read(path.stem)])

    def _place_all(self, missing: Mapping[str, Picture]) -> None:
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
            if self._common is not None and isinstance(error, FileNotFoundError) and digest not in self._erased:
                picture = self._common.read(digest)
                self._place_all({digest: picture})
                return picture
            raise StoreError(f"image {error.filename} cannot be read ({error.strerror}); put back a copy of it") from error

    def located(self, digest: str) -> Path:
        """Where the picture lies, fetched from other machines where they have it."""
        if self._common is not None and not self.path(digest).exists():
            with suppress(StoreError):
                self.read(digest)
        return self.path(digest)

    def drop(self, digests: Iterable[str]) -> tuple[int, int]:
        """Delete pictures that can be made again, and say how many there were, and how many bytes they took."""
        if self._common is not None:
            self._common.drop(digests)
        sizes: list[int] = []
        with one_line_errors(self._folder):
            for path in map(self.path, set(digests)):
                with suppress(FileNotFoundError):  # another one drops it, too
                    size = path.stat().st_size
                    path.unlink()
                    sizes.append(size)
        return len(sizes), sum(sizes)

    def shown(self, digest: str) -> Picture:
        """The picture as it may be shown: one that is withheld has its digest, and nothing to show.

        Raises:
            StoreError: as for `read`.
        """
        return Picture(digest, b"") if digest in self.withheld else self.read(digest)

    def erase(self, digests: Iterable[str]) -> None:
        """Delete pictures durably, and never store them again. What is gone already is no error.

        Raises:
            StoreError: the disk gives up.
        """
        with self._placing:
            fresh = frozenset(digests) - self._erased
            self._erased |= fresh
        if self._common is not None and fresh:
            self._common.erase(fresh)
        with one_line_errors(self._folder):
            gone = [path for digest in self._erased if (path := self.path(digest)).exists()]
            for path in gone:
                path.unlink()
            for folder in {path.parent for path in gone}:
                flush_folder(folder)

    def _place(self, picture: Picture) -> None:
        final = self.path(picture.digest)
        final.parent.mkdir(exist_ok=True)
        partial = self._incoming / uuid.uuid4().hex
        with partial.open("wb") as file:
            file.write(picture.encoded)
            file.flush()
            os.fsync(file.fileno())
        with self._placing:
            if picture.digest in self._erased:
                partial.unlink()
            else:
                partial.replace(final)


def flush_folder(folder: Path) -> None:
    """A renamed file is durable only once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
