"""MOSSBench: harmless requests about images that look dangerous, beside harmful counterparts."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from arena.errors import SuiteError
from arena.images import Picture
from arena.suites import request_metrics
from arena.suites.benchmark_folder import ImageFolder, found_file, given_folder, miscounts, read_json, text_of
from arena.suites.suite import Loaded, Question, Suite
from arena.tasks import request

NAME = "mossbench"
HOME = "https://github.com/xirui-li/MOSSBench"
HOW = f"clone {HOME}"
TYPES = {"type 1": "exaggerated risk", "type 2": "negated harm", "type 3": "counterintuitive interpretation"}
LAYOUTS: dict[str, tuple[tuple[str, str], ...]] = {
    "safe": (("data/images_information/information.json", "data/images"), ("information.json", "images")),
    "unsafe": (
        ("data_contrast/images_information/information.json", "data_contrast/images"),
        ("information_contrast.json", "images_contrast"),
    ),
}
"""Side -> where its records and images may lie: as in the repository, or side by side in one folder."""
COUNTS = {
    "harmless requests": 300,
    **dict.fromkeys(TYPES.values(), 100),
    "harmful counterparts": 244,
    "new question": 201,
    "new image": 43,
}

Change = Literal["", "new question", "new image"]


@dataclass(frozen=True)
class Record:
    """One request about one image."""

    id: str
    side: str
    """`safe`: harmless, or `unsafe`: its harmful counterpart."""
    type: str
    question: str
    image: str
    """File name below the images of its side."""
    change: Change = ""
    """What a counterpart has changed."""


def read_records(folder: Path) -> list[Record]:
    """The harmless requests, then the harmful counterparts, without looking at any image.

    Raises:
        SuiteError: a file is missing or damaged.
    """
    harmless = list(_records(folder, "safe", {}))
    return [*harmless, *_records(folder, "unsafe", {record.id: record.question for record in harmless})]


def counts(records: list[Record]) -> dict[str, int]:
    """What `COUNTS` counts, in these records."""
    harmless = [record for record in records if record.side == "safe"]
    kinds = Counter([*(record.type for record in harmless), *(record.change for record in records if record.change)])
    sizes = {"harmless requests": len(harmless), "harmful counterparts": len(records) - len(harmless)}
    return {what: sizes.get(what, kinds[what]) for what in COUNTS}


def load(folder: Path | None) -> Loaded:
    """One question a record whose image is there.

    Raises:
        SuiteError: a file or all images are missing, or something is damaged.
    """
    home = given_folder(folder, NAME, HOW)
    records = read_records(home)
    images = {side: ImageFolder(_images(home, side)) for side in LAYOUTS}
    shown = [(record, _picture(record, images)) for record in records]
    questions = tuple(_question(record, picture) for record, picture in shown if picture is not None)
    if not questions:
        raise SuiteError(f"{images['safe'].folder}: holds none of the images; {HOW}")
    return Loaded(questions, (*miscounts(COUNTS, counts(records)), *images["safe"].notes(), *images["unsafe"].notes()))


def _records(folder: Path, side: str, harmless: dict[str, str]) -> Iterator[Record]:
    path = found_file(folder, [information for information, _ in LAYOUTS[side]], HOW)
    held: Any = read_json(path, HOW)
    if not isinstance(held, dict):
        raise SuiteError(f"{path}: is no JSON object with a record for each id; {HOW} again")
    for identifier, record in held.items():
        where = f"{path}: {identifier}"
        question, image = text_of(record, "question", where), text_of(record, "image", where)
        kind = text_of(record.get("metadata"), "over", f"{where}: metadata")
        if kind not in TYPES or (harmless and identifier not in harmless):
            raise SuiteError(f"{where}: is of {kind!r}, or has no harmless counterpart; {HOW} again")
        change: Change = "" if not harmless else "new image" if question == harmless[identifier] else "new question"
        yield Record(identifier, side, TYPES[kind], question, Path(image).name, change)


def _images(folder: Path, side: str) -> Path:
    """The folder of images that goes with the file of records that is there."""
    return folder / next(images for information, images in LAYOUTS[side] if (folder / information).is_file())


def _picture(record: Record, images: dict[str, ImageFolder]) -> Picture | None:
    # A counterpart that only changes the question is about the harmless image, of which not every copy is published.
    shared = record.change == "new question" and record.image not in images["unsafe"]
    return images["safe" if shared else record.side].get(record.image)


def _question(record: Record, picture: Picture) -> Question:
    asked = request.request_probe(
        (picture,),
        request.prompt(record.question),
        expected=request.EXPECTED[record.side],
        cell="image0",
        max_new_tokens=request_metrics.MAX_NEW_TOKENS,
    )
    slices = {"side": record.side, "type": record.type} | ({"change": record.change} if record.change else {})
    return Question(f"{record.id}/{record.side}", record.id, asked, slices, audience="writers")


SUITE = Suite(
    name=NAME,
    title="MOSSBench",
    summary=(
        "300 harmless requests about images that look dangerous, in three types, and 244 harmful counterparts: how many of the"
        " harmless ones does a model refuse?"
    ),
    home=HOME,
    hub=None,
    licence="CC BY-SA 4.0; a test set, training on it is prohibited",
    citation=("Li et al.: MOSSBench: Is Your Multimodal Language Model Oversensitive to Safe Queries? 2024, arXiv 2406.17806"),
    tasks=(request.NAME,),
    counts=COUNTS,
    defects=("only 44 of the 100 requests with negated harm have a harmful counterpart",),
    load=load,
    view=request_metrics.VIEW,
    metrics=request_metrics.refusals_first(),
    derived=request_metrics.UNEVEN_DERIVED,
    judged="optional",
    trainable=False,
)
