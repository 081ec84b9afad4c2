"""What clients were told is kept, in files that survive them and lie outside the home."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from processes import run_arena

from arena.store import GenerationRecord, ReadingRecord
from arena.store.evaluations import Evaluations
from arena.store.generations import Generations


class Acknowledgements:
    """Ids in one file, a line each, with the seconds that whoever asked has waited. Any thread may call anything."""

    def __init__(self, file: Path) -> None:
        self._file = file
        file.touch()

    def add(self, ids: Iterable[str], seconds: float) -> None:
        """Keep ids durably."""
        lines = "".join(f"{seconds:.3f} {one}\n" for one in ids)
        with self._file.open("ab", buffering=0) as file:
            file.write(lines.encode())
            os.fsync(file.fileno())

    @contextmanager
    def awaited(self, one: str) -> Iterator[None]:
        """Keep an id once the block has ended well."""
        start = time.monotonic()
        yield
        self.add([one], time.monotonic() - start)

    def ids(self) -> set[str]:
        """All of them."""
        return {one for _, one in self._lines()}

    def longest(self) -> float:
        """The longest wait, in seconds."""
        return max((float(seconds) for seconds, _ in self._lines()), default=0.0)

    def _lines(self) -> list[tuple[str, str]]:
        text = self._file.read_text()
        lines = text[: text.rfind("\n") + 1].splitlines()  # a kill may have cut the last one
        return [(seconds, one) for seconds, _, one in (line.partition(" ") for line in lines)]


def run_telling(arguments: list[str], output: Path, environment: Mapping[str, str], file: Path) -> None:
    """What a process of `arena` does that keeps what the store told it."""
    kept = Acknowledgements(file)
    _tell(Evaluations, _answers, kept)
    _tell(Generations, _generations, kept)
    run_arena(arguments, output, environment)


def _tell(kind: Any, ids: Callable[..., list[str]], kept: Acknowledgements) -> None:
    plain = kind.add

    def add(self: object, *arguments: Any) -> Any:
        start = time.monotonic()
        answer = plain(self, *arguments)
        kept.add(ids(*arguments), time.monotonic() - start)
        return answer

    kind.add = add


def _answers(_: object, readings: Iterable[ReadingRecord]) -> list[str]:
    return [f"{reading.question_id}{reading.contestant_id}{reading.judge}" for reading in readings]


def _generations(records: Iterable[GenerationRecord], *_: object) -> list[str]:
    return [record.id for record in records]
