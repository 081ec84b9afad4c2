"""The files of a published benchmark, as somebody downloaded them: sheets, JSON, pictures, and how many there are."""

import csv
import itertools
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from arena.errors import ImageError, SuiteError
from arena.images import Picture, read_picture_file
from arena.suites.sources import file_inside

Row = dict[str, str]
"""Column -> text, as it stands in the sheet; empty where the cell is."""
NAMED = 3
"""How many of many missing files a note names."""


class ImageFolder:
    """The images of a benchmark, read when asked for, and what could not be had of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, Picture | None] = {}
        self._absent: list[str] = []
        self._refused: list[str] = []

    def __contains__(self, name: str) -> bool:
        return (self.folder / name).is_file()

    def get(self, name: str) -> Picture | None:
        """The picture in a file of the folder; None if there is none that the arena accepts.

        Raises:
            SuiteError: the name leads out of the folder.
        """
        if name not in self._read:
            self._read[name] = self._picture(name)
        return self._read[name]

    @property
    def empty(self) -> bool:
        """Whether no picture was found, of those asked for."""
        return not any(self._read.values())

    def notes(self) -> list[str]:
        """One line about the files that were asked for and are not there, and one for each that was refused."""
        refused = [f"image left out: {reason}" for reason in self._refused]
        if not self._absent:
            return refused
        return [f"{len(self._absent)} images are not in {self.folder}, and left out: {_first(self._absent)}", *refused]

    def _picture(self, name: str) -> Picture | None:
        label = f"{self.folder}: {name!r}"
        try:
            path = file_inside(self.folder, name, label)
            if not path.is_file():
                self._absent.append(name)
                return None
            return read_picture_file(path, label, quick=True)
        except ImageError as error:
            self._refused.append(str(error))
        except (OSError, ValueError) as error:
            self._refused.append(f"{label}: cannot be read ({getattr(error, 'strerror', None) or error})")
        return None


def given_folder(folder: Path | None, suite: str, how: str) -> Path:
    """The folder that was named.

    Args:
        folder: None where none was.
        suite: its name, for the message.
        how: how to get the files, for the message.

    Raises:
        SuiteError: none was named, or there is no such folder.
    """
    if folder is None:
        raise SuiteError(f"{suite}: its files do not ship with the arena; {how}, then name their folder with --data")
    if not folder.is_dir():
        raise SuiteError(f"{suite}: {folder}: no such folder; {how}, then name their folder with --data")
    return folder


def found_file(folder: Path, names: Sequence[str], how: str) -> Path:
    """The first of some files that is there.

    Raises:
        SuiteError: none is.
    """
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise SuiteError(f"{folder / names[0]}: no such file; {how}")


def read_sheet(folder: Path, name: str, columns: Sequence[str], how: str) -> list[Row]:
    """The rows of `name`.xlsx or, where that is absent, of `name`.csv.

    Args:
        folder: holds the sheet.
        name: of the file, without its ending.
        columns: those that have to be there.
        how: how to get the file, for the message.

    Raises:
        SuiteError: it is missing, cannot be read, or lacks a column.
    """
    path = found_file(folder, [f"{name}.xlsx", f"{name}.csv"], how)
    table = _excel(path) if path.suffix == ".xlsx" else _csv(path)
    header = next(table, [])
    if missing := [column for column in columns if column not in header]:
        raise SuiteError(f"{path}: has no column {missing[0]!r}; {how}")
    filled = (cells for cells in table if any(cells))
    aligned = (itertools.zip_longest(header, cells, fillvalue="") for cells in filled)
    return [{column: cell for column, cell in row if column} for row in aligned]


def read_json(path: Path, how: str) -> Any:
    """What a JSON file holds.

    Raises:
        SuiteError: it cannot be read, or is not JSON.
    """
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise SuiteError(f"{path}: is not readable as JSON ({type(error).__name__}); {how}") from None


def text_of(record: Any, field: str, where: str) -> str:
    """A field of a JSON object that has to hold text.

    Raises:
        SuiteError: it does not; `where` leads the message.
    """
    value = record.get(field) if isinstance(record, Mapping) else None
    if not isinstance(value, str) or not value.strip():
        raise SuiteError(f"{where}: {field}: is {value!r}; it has to be a text, as in the published file")
    return value


def miscounts(published: Mapping[str, int], found: Mapping[str, int]) -> list[str]:
    """One line for each count that is not as published."""
    return [f"{found[what]} {what}; published are {count}" for what, count in published.items() if found[what] != count]


def _excel(path: Path) -> Iterator[list[str]]:
    import openpyxl  # noqa: PLC0415 - takes a tenth of a second of each start, for the few who have such sheets
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        rows = list(book.worksheets[0].iter_rows(values_only=True))
        book.close()
    except (OSError, ValueError, KeyError, IndexError, zipfile.BadZipFile, InvalidFileException) as error:
        raise SuiteError(f"{path}: is not readable as an Excel sheet ({type(error).__name__}); download it again") from None
    return ([_text(cell) for cell in row] for row in rows)


def _csv(path: Path) -> Iterator[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return iter(list(csv.reader(file)))
    except (OSError, ValueError, csv.Error) as error:
        raise SuiteError(f"{path}: is not readable as CSV ({type(error).__name__}); download it again") from None


def _first(names: list[str]) -> str:
    """The first few of many names."""
    return ", ".join(names[:NAMED]) + (", ..." if len(names) > NAMED else "")


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)
