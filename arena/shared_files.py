"""Small files of a home that several processes change."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Let no other thread or process come here for this folder meanwhile. Must not be nested.

    Raises:
        OSError: the folder is not there.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # ends with the descriptor, so a process that is killed leaves no lock
        yield
    finally:
        os.close(descriptor)


def replace_text(file: Path, text: str) -> None:
    """Put a text in place of what the file held: readers see the one or the other. Only for whoever is `alone_in` its folder.

    Raises:
        OSError: the disk gives up.
    """
    partial = file.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(file)
