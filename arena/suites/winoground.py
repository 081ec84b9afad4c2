"""Winoground: two images and two captions with the same words in another order (Thrush et al., CVPR 2022).

Read as published: `examples.jsonl` with the names of PNG files in a folder `images`, or in an `images.zip`, beside it; or as
parquet files with the images in them.
"""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from arena.errors import ImageError, SuiteError
from arena.images import Picture, read_picture, read_picture_file
from arena.pairs import MinimalPair, Provenance, Side, minimal_pair
from arena.suites import pair_metrics
from arena.suites.benchmark_folder import miscounts
from arena.suites.pair_questions import pair_questions
from arena.suites.published_pairs import Captions, Row, embedded_picture, json_lines, made_of, parquet_rows, text_in
from arena.suites.sources import file_inside, suite_folder
from arena.suites.suite import Loaded, Suite
from arena.tasks import caption_choice, image_choice

NAME = "winoground"
HUB = "facebook/winoground@b400e173549071916ad1b3d449293bc8d8b4b763"
HOME = "https://huggingface.co/datasets/facebook/winoground"
HOW = f"accept its terms at {HOME} and download examples.jsonl and images.zip"
TASKS = (caption_choice.NAME, image_choice.NAME)
COUNTS = {"pairs": 400}
COLUMNS = ("id", "image_0", "image_1", "caption_0", "caption_1", "secondary_tag", "num_main_preds", "collapsed_tag")

GetPicture = Callable[[Row, str], Picture]


def load(data: Path | None = None) -> Loaded:
    """The suite from a folder; from the Hub, whose terms have to be accepted there, where none is given.

    Raises:
        SuiteError: it cannot be had, or has another layout.
    """
    rows, picture = _opened(suite_folder(NAME, data, hub=HUB, files=("data/*",), how=HOW))
    captions = Captions()
    made, notes = made_of(rows, NAME, "id", partial(_pair, picture=picture, captions=captions))
    pairs = [pair for pair, _ in made.values()]
    tags = {pair.id: tag for pair, tag in made.values()}
    questions = pair_questions(pairs, tasks=TASKS, slices=lambda pair: tags[pair.id])
    return Loaded(questions, (*notes, *captions.notes(), *miscounts(COUNTS, {"pairs": len(pairs)})))


def _opened(folder: Path) -> tuple[Iterator[Row], GetPicture]:
    """The rows, and how to get a picture of a row."""
    for place in (folder, folder / "data"):
        if (place / "examples.jsonl").is_file():
            return json_lines(place / "examples.jsonl", COLUMNS), _named_pictures(place)
    if files := sorted(folder.rglob("*.parquet")):
        return parquet_rows(files, COLUMNS), lambda row, column: embedded_picture(row[column], column)
    raise SuiteError(f"{folder / 'examples.jsonl'}: no such file, and no parquet files; {HOW}")


def _named_pictures(place: Path) -> GetPicture:
    """Reads pictures by the names of their files, from the folder `images` or from `images.zip`."""
    if (place / "images").is_dir():
        return lambda row, column: _picture_on_disk(place / "images", row, column)
    try:
        archive = zipfile.ZipFile(place / "images.zip")
    except (OSError, zipfile.BadZipFile) as error:
        raise SuiteError(f"{place / 'images.zip'}: cannot be read ({type(error).__name__}); {HOW}") from None
    return lambda row, column: _picture_in_archive(archive, row, column)


def _picture_on_disk(folder: Path, row: Row, column: str) -> Picture:
    name = _file_name(row, column)
    return read_picture_file(file_inside(folder, name, column), f"{column}: images/{name}", quick=True)


def _picture_in_archive(archive: zipfile.ZipFile, row: Row, column: str) -> Picture:
    label = f"{column}: images/{_file_name(row, column)}"
    try:
        data = archive.read(f"images/{_file_name(row, column)}")
    except (OSError, KeyError, zipfile.BadZipFile):
        raise ImageError(f"{label}: no such file, or it cannot be read") from None
    return read_picture(data, label, quick=True)


def _file_name(row: Row, column: str) -> str:
    return f"{Path(text_in(row, column)).name}.png"


def _pair(row: Row, picture: GetPicture, captions: Captions) -> tuple[MinimalPair, Mapping[str, str]]:
    """The pair, and by which tags of the paper its numbers are split."""
    identifier = str(row["id"])
    first, second = (Side(picture(row, f"image_{side}"), captions.get(row, f"caption_{side}"), "") for side in (0, 1))
    pair = minimal_pair(
        family=f"{NAME}-{identifier}",
        domain="general",
        category=text_in(row, "collapsed_tag"),
        source=NAME,
        sides=(first, second),
        provenance=Provenance("photographs, matched by experts"),
    )
    tags = {"num_main_preds": str(row["num_main_preds"]), "secondary_tag": text_in(row, "secondary_tag")}
    return replace(pair, id=identifier), {name: tag for name, tag in tags.items() if tag}


SUITE = Suite(
    name=NAME,
    title="Winoground",
    summary=(
        "Two images and two captions with the same words in another order: which caption is true of which image? "
        + pair_metrics.CHANCE
    ),
    home=HOME,
    hub=HUB,
    licence="Meta Images Research License: research only, not to be passed on",
    citation="""@inproceedings{thrush_and_ross2022winoground,
  author = {Tristan Thrush and Ryan Jiang and Max Bartolo and Amanpreet Singh and Adina Williams and Douwe Kiela and
            Candace Ross},
  title = {Winoground: Probing vision and language models for visio-linguistic compositionality},
  booktitle = {CVPR},
  year = 2022,
}""",
    tasks=TASKS,
    counts=COUNTS,
    defects=(
        "its terms have to be accepted on the Hub before anything can be downloaded",
        "some pairs ask for more than composition: their secondary_tag says Symbolic, Pragmatics or Series",
    ),
    load=load,
    view=pair_metrics.VIEW,
    metrics=pair_metrics.CHOICES,
)
