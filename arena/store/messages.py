"""What the processes of one home say to each other: requests by functions of modules, answers as values."""

import io
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from arena.errors import StoreError, one_line
from arena.store.picture_files import PictureFiles

PICTURES = "pictures"
"""Stands for the pictures of the home: each process has them itself."""


@dataclass(frozen=True)
class Request:
    """What another process wants done."""

    kind: Literal["read", "write", "call"]
    """A query, a work of the writer with its item, or an action on the whole database."""
    function: Callable[..., Any]
    arguments: Sequence[object]


@dataclass(frozen=True)
class ProgressNote:
    """How far a request is; more follows."""

    told: tuple[str, int, int]


@dataclass(frozen=True)
class Answer:
    """What a request came to."""

    value: object
    error: BaseException | None
    takedowns: int
    """How many decisions to take something down were committed by then; who knows of fewer looks again."""


def packed(message: Request | ProgressNote | Answer) -> bytes:
    """The message as bytes.

    Raises:
        StoreError: it holds something that cannot leave this process.
    """
    content = io.BytesIO()
    try:
        _Pickler(content, protocol=pickle.HIGHEST_PROTOCOL).dump(message)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise StoreError(
            f"store: another process holds the home, and this cannot be sent to it ({one_line(error)}); please report it"
        ) from error
    return content.getvalue()


def unpacked(content: bytes, pictures: PictureFiles) -> Any:
    """The message that these bytes are, with the pictures of this process in it."""
    return _Unpickler(io.BytesIO(content), pictures).load()


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: object) -> str | None:
        return PICTURES if isinstance(obj, PictureFiles) else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, content: io.BytesIO, pictures: PictureFiles) -> None:
        super().__init__(content)
        self._pictures = pictures

    def persistent_load(self, pid: str) -> PictureFiles:  # noqa: ARG002 - there is but one
        return self._pictures
