"""Telling how far long work on the database is."""

from typing import Protocol


class Progress(Protocol):
    """Is told how far some work is; any thread may call it."""

    def __call__(self, work: str, done: int, total: int, /) -> object:
        """Be told.

        Args:
            work: what is counted, such as `battles counted`.
            done: how many so far.
            total: of how many.
        """
        ...


def silent(work: str, done: int, total: int, /) -> None:
    """Tells nobody."""
