"""Pairs of published benchmarks: a row that cannot be asked is told and left out, a layout that is not theirs is an error.

Published texts are asked as they are, where uploads have to be one line of at most so many characters. What is still refused is
what no prompt can hold: nothing, half a character, and the marks of chat templates.
"""

import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from arena.errors import ImageError, InputError, SuiteError
from arena.images import Picture, read_picture
from arena.pairs import CONTROL_TOKENS

BATCH = 64
"""Rows with images in memory at a time."""

Row = dict[str, Any]
T = TypeVar("T")


class Captions:
    """The captions of published rows, one line each, and how many were not published so.

    Two captions stand in one prompt, where a line end would set one of them apart.
    """

    def __init__(self) -> None:
        self._rewritten = 0

    def get(self, row: Row, column: str) -> str:
        """The caption in a cell.

        Raises:
            InputError: it is no text, or cannot be asked.
        """
        text = text_in(row, column)
        line = _one_line(text)
        check_published(line, column)
        self._rewritten += line != text
        return line

    def notes(self) -> list[str]:
        """One line about the captions that hold control characters, if any does."""
        told = f"{self._rewritten} captions hold line ends or other control characters, and are asked on one line without them"
        return [told] if self._rewritten else []


def made_of(rows: Iterable[Row], suite: str, identifier: str, make: Callable[[Row], T]) -> tuple[dict[str, T], list[str]]:
    """What each row makes, by its id, and one note for each row that was left out.

    Args:
        rows: with an id each.
        suite: its name, for notes.
        identifier: the column that holds the id.
        make: raises InputError for a row that cannot be used; a SuiteError, for a wrong layout, is passed on.

    Raises:
        SuiteError: no row can be used.
    """
    made: dict[str, T] = {}
    notes: list[str] = []
    for row in rows:
        name = str(row[identifier])
        try:
            if name in made:
                raise InputError("is there twice")
            made[name] = make(row)
        except SuiteError:
            raise
        except InputError as error:
            notes.append(f"{suite} {name}: left out: {error}")
    if not made:
        raise SuiteError(f"{suite}: none of its {len(notes)} rows can be used; the first: {notes[0] if notes else 'no rows'}")
    return made, notes


def parquet_rows(files: Sequence[Path], columns: Sequence[str]) -> Iterator[Row]:
    """The rows of parquet files, in order, one batch in memory at a time.

    Raises:
        SuiteError: a file cannot be read, or lacks a column.
    """
    named = files[0].parent
    with duckdb.connect() as connection:
        try:
            table = connection.read_parquet([str(file) for file in files])
            if missing := [column for column in columns if column not in table.columns]:
                raise SuiteError(f"{named}: the parquet files have no column {missing[0]!r}; download them again")
            chosen = table.select(*map(duckdb.ColumnExpression, columns))
            while batch := chosen.fetchmany(BATCH):
                yield from (dict(zip(columns, values, strict=True)) for values in batch)
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise SuiteError(f"{named}: the parquet files cannot be read ({reason}); download them again") from None


def json_lines(file: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The objects of a file with one JSON object a line.

    Raises:
        SuiteError: it cannot be read, or a line is no object with these columns.
    """
    try:
        lines = file.read_text("utf-8").split("\n")
    except (OSError, ValueError) as error:
        raise SuiteError(f"{file}: cannot be read ({type(error).__name__}); download it again") from None
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _json_row(line, columns, f"{file} line {number}")


def _json_row(line: str, columns: Sequence[str], where: str) -> Row:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise SuiteError(f"{where}: is no JSON object; download the file again")
    if missing := [column for column in columns if column not in row]:
        raise SuiteError(f"{where}: has no field {missing[0]!r}; download the file again")
    return row


def embedded_picture(value: Any, name: str) -> Picture:
    """The picture in a cell of a Hub dataset, which is a struct of `bytes` and `path`.

    Raises:
        ImageError: the cell holds no image that is accepted; `name` leads the message.
    """
    data = value.get("bytes") if isinstance(value, dict) else value
    if not isinstance(data, bytes):
        raise ImageError(f"{name}: holds no image; give a copy of the dataset with its images embedded")
    return read_picture(data, name, quick=True)


def check_published(text: str, name: str) -> None:
    """Refuse a published text that no prompt can hold.

    Raises:
        InputError: it is empty, holds half of a surrogate pair, or a mark of chat templates; `name` leads the message.
    """
    if not text.strip():
        raise InputError(f"{name}: is empty")
    if any(unicodedata.category(character) == "Cs" for character in text):
        raise InputError(f"{name}: holds half of a surrogate pair")
    for token in CONTROL_TOKENS:
        if token.lower() in text.lower():
            raise InputError(f"{name}: contains the control token {token!r}")


def text_in(row: Row, column: str) -> str:
    """A cell that has to hold text.

    Raises:
        InputError: it does not.
    """
    value = row[column]
    if not isinstance(value, str):
        raise InputError(f"{column}: is {value!r}, no text")
    return value


def _one_line(text: str) -> str:
    """The text; where it holds control characters, without them and with one blank between words."""
    plain = "".join(" " if unicodedata.category(character) == "Cc" else character for character in text)
    return text if plain == text else " ".join(plain.split())
