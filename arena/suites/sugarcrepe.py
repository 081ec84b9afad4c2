"""SugarCrepe: an image with a true caption, and one made false by a change that sounds just as likely (Hsieh et al. 2023).

Read as published: `data/*.json`, one file a kind of change, and the validation images of COCO 2017 in a folder `val2017`.
"""

from pathlib import Path
from typing import Any

from arena.errors import SuiteError
from arena.suites import pair_metrics
from arena.suites.benchmark_folder import ImageFolder, found_file, miscounts, read_json
from arena.suites.published_pairs import Captions, Row, made_of, text_in
from arena.suites.sources import suite_folder
from arena.suites.suite import Loaded, Question, Suite
from arena.tasks import caption_choice

NAME = "sugarcrepe"
HOME = "https://github.com/RAIVNLab/sugar-crepe"
HOW = f"clone {HOME} and extract val2017.zip of https://cocodataset.org/#download into it"
SUBSETS = {
    "replace_obj": 1652,
    "replace_att": 788,
    "replace_rel": 1406,
    "swap_obj": 245,
    "swap_att": 666,
    "add_obj": 2062,
    "add_att": 692,
}
COUNTS = {"images with two captions": 7511, **{f"of subset {subset}": count for subset, count in SUBSETS.items()}}
IMAGES = ("val2017", "images/val2017", "data/val2017", "data/coco/images/val2017", "coco/images/val2017")
"""Where the images may be; the last but one is where the published README puts them."""
FIELDS = ("filename", "caption", "negative_caption")
ORDERS = {"true first": (0, 1), "false first": (1, 0)}


def load(data: Path | None = None) -> Loaded:
    """The suite from a folder: a clone of its repository, with the images in it.

    Raises:
        SuiteError: no folder is given, a file is missing, or has another layout.
    """
    folder = suite_folder(NAME, data, hub=None, files=(), how=HOW)
    rows = [row for subset in SUBSETS for row in _rows(folder, subset)]
    images = ImageFolder(_images(folder))
    captions = Captions()
    made, notes = made_of(rows, NAME, "item", lambda row: _questions(row, images, captions))
    if images.empty:
        raise SuiteError(f"{images.folder}: holds none of the images; {HOW}")
    asked = {item: questions for item, questions in made.items() if questions}
    found = {f"of subset {subset}": sum(item.startswith(f"{subset}-") for item in asked) for subset in SUBSETS}
    miscounted = miscounts(COUNTS, {"images with two captions": len(asked), **found})
    told = (*notes, *captions.notes(), *images.notes(), *miscounted)
    return Loaded(tuple(one for both in asked.values() for one in both), told)


def _images(folder: Path) -> Path:
    for place in IMAGES:
        if (folder / place).is_dir():
            return folder / place
    raise SuiteError(f"{folder / IMAGES[0]}: no such folder; {HOW}")


def _rows(folder: Path, subset: str) -> list[Row]:
    """The rows of one file, an object whose keys are their ids."""
    file = found_file(folder, [f"data/{subset}.json", f"{subset}.json"], HOW)
    rows = read_json(file, HOW)
    if not isinstance(rows, dict):
        raise SuiteError(f"{file}: is a JSON {type(rows).__name__}, no object of rows; {HOW}")
    return [_row(row, f"{file}: {name}", f"{subset}-{name}", subset) for name, row in rows.items()]


def _row(row: Any, where: str, item: str, subset: str) -> Row:
    for field in FIELDS:
        if not isinstance(row, dict) or field not in row:
            raise SuiteError(f"{where}: has no field {field!r}; {HOW}")
    return {**row, "item": item, "subset": subset}


def _questions(row: Row, images: ImageFolder, captions: Captions) -> tuple[Question, ...]:
    """The choice between both captions, in both orders; nothing without the image. Captions of one image are one family."""
    filename = text_in(row, "filename")
    true, false = (captions.get(row, field) for field in ("caption", "negative_caption"))
    picture = images.get(filename)
    if picture is None:
        return ()
    return tuple(
        Question(
            row["item"],
            f"coco-{Path(filename).stem}",
            caption_choice.probe(picture, (true, false), true=0, order=order),
            {"subset": row["subset"], "order": name},
        )
        for name, order in ORDERS.items()
    )


SUITE = Suite(
    name=NAME,
    title="SugarCrepe",
    summary="An image with a true caption and one made false by a change that sounds just as likely: which one is true?",
    home=HOME,
    hub=None,
    licence="MIT; the images are COCO's, under Flickr's terms",
    citation="""@inproceedings{hsieh2023sugarcrepe,
  title={SugarCrepe: Fixing Hackable Benchmarks for Vision-Language Compositionality},
  author={Hsieh, Cheng-Yu and Zhang, Jieyu and Ma, Zixian and Kembhavi, Aniruddha and Krishna, Ranjay},
  booktitle={Thirty-Seventh Conference on Neural Information Processing Systems Datasets and Benchmarks Track},
  year={2023}
}""",
    tasks=(caption_choice.NAME,),
    counts=COUNTS,
    defects=(
        "it has one image a row, so it says nothing about telling images apart",
        "26 true captions end in a line end, which would tell them from the false ones; all are asked on one line",
        "the captions made false were written by a language model: what is left of its style may tell them",
    ),
    load=load,
    view=pair_metrics.VIEW,
    metrics=(pair_metrics.CAPTION_CHOICE, pair_metrics.CONSISTENCY, *pair_metrics.UNANSWERED, *pair_metrics.READ_BY),
)
