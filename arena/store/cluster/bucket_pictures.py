"""Pictures in a bucket, for all machines of an arena."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import fsspec
import s3fs  # noqa: F401 - fsspec needs it, and tells of its absence in another way
from botocore.exceptions import BotoCoreError, ClientError

from arena.errors import StoreError, one_line
from arena.images import Picture


class BucketPictures:
    """Files as in the folder of a home, `<first two digits>/<digest>.webp`. Any thread may call anything.

    It reads the variables that every client of S3 reads (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL and the like). Every method raises
    StoreError with one line where the bucket cannot be used.
    """

    def __init__(self, address: str) -> None:
        """Name the place.

        Args:
            address: s3://bucket/prefix.
        """
        self._address = address
        self._files: Any = fsspec.filesystem("s3", use_listings_cache=False)

    def write(self, pictures: Iterable[Picture]) -> None:
        """Store pictures durably: a bucket has one whole or not at all."""
        with self._one_line_errors():
            for picture in pictures:
                self._files.pipe_file(self._path(picture.digest), picture.encoded)

    def read(self, digest: str) -> Picture:
        """The picture with this digest.

        Raises:
            StoreError: it is missing.
        """
        with self._one_line_errors():
            return Picture(digest, self._files.cat_file(self._path(digest)))

    def drop(self, digests: Iterable[str]) -> tuple[int, int]:
        """Delete pictures that can be made again; nobody counts what a bucket saves."""
        self.erase(digests)
        return 0, 0

    def erase(self, digests: Iterable[str]) -> None:
        """Delete pictures. What is gone already is no error."""
        with self._one_line_errors():
            for digest in digests:
                self._files.rm_file(self._path(digest))

    def _path(self, digest: str) -> str:
        return f"{self._address}/{digest[:2]}/{digest}.webp"

    @contextmanager
    def _one_line_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, BotoCoreError, ClientError) as error:
            raise StoreError(
                f"ARENA_DATA_PATH: {self._address} cannot be used ({one_line(error)}); check it and its keys"
            ) from error
