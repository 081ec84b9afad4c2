"""Data sets on disk: Parquet with the vision columns of TRL, which `datasets` loads with pictures, and a card.

TRL, *Dataset formats*, section Vision datasets: `images`, a conversational `prompt` with one image part for each, and either
`chosen` and `rejected` or `completion`.
"""

import hashlib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from arena.errors import TuningError
from arena.images import Picture
from arena.store import QuestionRecord
from arena.store.parquet import read_parquet, write_parquet
from arena.strategies.folds import FOLDS, fold_of
from arena.tuning.examples import KINDS, Example, Kind
from arena.tuning.split import GROUPINGS, Grouping, Split

ROWS = "data/train-{digest}.parquet"
"""The file of rows. Its name has the beginning of its SHA-256: `datasets` keeps what it has loaded by the names of folders and
files alone, and would show an older export again."""
DESCRIPTION = "arena.json"
"""What `arena tune` reads of a data set beside its rows."""
DIGITS = 12
"""Of the SHA-256, in that name."""
PICTURES = "STRUCT(bytes BLOB, path VARCHAR)[]"
MESSAGES = "STRUCT(role VARCHAR, content STRUCT(type VARCHAR, text VARCHAR)[])[]"
REPLIES: dict[Kind, tuple[str, ...]] = {"preferences": ("chosen", "rejected"), "sft": ("completion",)}
"""Columns of what is written, by kind."""
TRAINED = ("images", "prompt")
"""Columns of what is asked; with those of `REPLIES`, all that TRL reads."""
_TEXT = {"dtype": "string", "_type": "Value"}
_FEATURES = {
    PICTURES: {"feature": {"_type": "Image"}, "_type": "List"},
    MESSAGES: {
        "feature": {"role": _TEXT, "content": {"feature": {"type": _TEXT, "text": _TEXT}, "_type": "List"}},
        "_type": "List",
    },
    "VARCHAR": _TEXT,
    "INTEGER": {"dtype": "int32", "_type": "Value"},
}
"""DuckDB type -> how `datasets` calls it in the metadata of a Parquet file."""


@dataclass(frozen=True)
class Description:
    """What a data set is made of."""

    kind: Kind
    suite: str
    edition: str
    licence: str
    """Of the suite."""
    rater: str
    """Who says which replies are right: `rules`, `people`, or the reference of a judge."""
    test_fold: int
    grouping: Grouping
    rows: int
    families: int
    tasks: dict[str, int]
    """Task -> its rows."""
    writers: dict[str, int]
    """Reference of a model -> rows with a reply of its own."""
    folds: int = FOLDS

    @property
    def split(self) -> Split:
        """What its rows may be of."""
        return Split(self.test_fold, self.grouping)


def describe(
    kind: Kind, examples: Sequence[Example], split: Split, *, suite: str, edition: str, licence: str, rater: str
) -> Description:
    """The description of a data set of these examples."""
    return Description(
        kind,
        suite,
        edition,
        licence,
        rater,
        split.test_fold,
        split.grouping,
        len(examples),
        len({one.question.family for one in examples}),
        dict(Counter(one.question.probe.task for one in examples)),
        dict(Counter(writer for one in examples for writer in dict.fromkeys(one.writers))),
    )


def write_data_set(
    folder: Path,
    description: Description,
    examples: Sequence[Example],
    pictures: Callable[[QuestionRecord], Sequence[Picture]],
    card: Callable[[str], str],
) -> None:
    """Write a data set; the folder is there whole or not at all.

    Args:
        folder: where to; it must not exist, or be empty.
        description: of these examples.
        examples: all of training folds.
        pictures: gives what a question shows.
        card: gives the text of README.md for the name of the file of rows.

    Raises:
        TuningError: an example is left for the test, or the folder holds something or cannot be written.
    """
    for one in examples:
        description.split.check(description.split.group(one.question), f"{folder}: item {one.question.item}")
    with new_folder(folder) as made:
        plain = made / ROWS.format(digest="whole")
        plain.parent.mkdir(parents=True)
        columns = _columns(description.kind)
        features = {name: _FEATURES[kind] for name, kind in columns.items()}
        rows = (_row(one, description, pictures(one.question)) for one in examples)
        write_parquet(plain, columns, rows, {"huggingface": json.dumps({"info": {"features": features}})})
        (made / DESCRIPTION).write_text(json.dumps(asdict(description), indent=2, ensure_ascii=False) + "\n", "utf-8")
        named = ROWS.format(digest=_sha256(plain)[:DIGITS])
        plain.rename(made / named)
        (made / "README.md").write_text(card(named), "utf-8")


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A scratch folder beside one that is to be made, which takes its place at the end of the block, and not on an error.

    Args:
        folder: it must not exist, or be empty.

    Raises:
        TuningError: it holds something, or cannot be written.
    """
    try:
        if folder.exists() and any(folder.iterdir()):
            raise TuningError(f"{folder}: holds files already; name another folder, or empty this one")
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            made = Path(scratch) / folder.name
            yield made
            shutil.rmtree(folder, ignore_errors=True)
            made.rename(folder)
    except OSError as error:
        raise TuningError(f"{folder}: cannot be written ({error.strerror}); name a folder that can be made") from error


def read_description(folder: Path) -> Description:
    """What the data set in a folder is made of; each of its rows is held against its split.

    Raises:
        TuningError: it is no export of the arena, or a row is left for the test.
        StoreError: its rows cannot be read.
    """
    try:
        told = json.loads((folder / DESCRIPTION).read_text("utf-8"))
        description = Description(**{field.name: told[field.name] for field in fields(Description)})
        assert description.kind in KINDS
        assert description.grouping in GROUPINGS
        assert type(description.test_fold) is int
        assert description.test_fold in range(FOLDS)
    except (OSError, ValueError, TypeError, LookupError, AssertionError):
        raise TuningError(f"{folder}: is no data set of `arena export`; name the folder that it wrote") from None
    if description.folds != FOLDS:
        raise TuningError(f"{folder}: has {description.folds} folds, and there are {FOLDS} today; export it again")
    _check_rows(folder, description)
    return description


def _check_rows(folder: Path, description: Description) -> None:
    """Refuse rows that are left for the test, and rows that are not those which were described."""
    rows = [(str(group), str(family)) for group, family in read_parquet(rows_file(folder), ["fold_group", "family"])]
    for number, (group, _) in enumerate(rows):
        description.split.check(group, f"{folder}: row {number}")
    by_family = all(group == family for group, family in rows)
    counts = (len(rows), len({family for _, family in rows}))
    if (description.rows, description.families) != counts or (description.grouping == "family") != by_family:
        raise TuningError(f"{folder}: {DESCRIPTION} does not describe its rows; export it again")


def rows_file(folder: Path) -> Path:
    """The file of rows.

    Raises:
        TuningError: there is not exactly one, or it was changed.
    """
    found = list(folder.glob(ROWS.format(digest="*")))
    if len(found) != 1 or found[0].name != Path(ROWS.format(digest=_sha256(found[0])[:DIGITS])).name:
        raise TuningError(f"{folder}: its rows are not those that were exported; export it again")
    return found[0]


def data_hash(folder: Path) -> str:
    """SHA-256 of the rows, 64 hex digits."""
    return _sha256(rows_file(folder))


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _columns(kind: Kind) -> dict[str, str]:
    replies = dict.fromkeys(REPLIES[kind], MESSAGES)
    known = {"task": "VARCHAR", "item": "VARCHAR", "family": "VARCHAR", "fold_group": "VARCHAR", "fold": "INTEGER"}
    return {"images": PICTURES, "prompt": MESSAGES, **replies, **known}


def _row(example: Example, description: Description, pictures: Sequence[Picture]) -> tuple[Any, ...]:
    question, group = example.question, description.split.group(example.question)
    texts = (example.chosen, example.rejected) if description.kind == "preferences" else (example.chosen,)
    shown = [{"bytes": picture.encoded, "path": f"{picture.digest}.webp"} for picture in pictures]
    parts = [*({"type": "image", "text": None} for _ in pictures), *_spoken(question.probe.prompt)]
    replies = [[{"role": "assistant", "content": list(_spoken(text))}] for text in texts]
    asked = [{"role": "user", "content": parts}]
    return (shown, asked, *replies, question.probe.task, question.item, question.family, group, fold_of(group))


def _spoken(text: str) -> Iterator[dict[str, str]]:
    yield {"type": "text", "text": text}
