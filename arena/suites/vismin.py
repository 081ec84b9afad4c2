"""VisMin: two images and two captions that differ in one object, attribute, count or spatial relation (Awal et al. 2024).

Read as published: parquet files with the images in them. The main branch of the dataset holds Arrow files, which the packages
of the arena do not read; the Hub's own conversion of it to parquet is what is downloaded.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from arena.errors import InputError, SuiteError
from arena.pairs import MinimalPair, Provenance, Side, minimal_pair
from arena.suites import pair_metrics
from arena.suites.benchmark_folder import miscounts
from arena.suites.pair_questions import pair_questions
from arena.suites.published_pairs import Captions, Row, embedded_picture, made_of, parquet_rows, text_in
from arena.suites.sources import suite_folder
from arena.suites.suite import Loaded, Suite
from arena.tasks import caption_choice, image_choice

NAME = "vismin"
HUB = "mair-lab/vismin-bench@refs/convert/parquet"
HOME = "https://huggingface.co/datasets/mair-lab/vismin-bench"
HOW = f"download the parquet files from {HOME}/tree/refs%2Fconvert%2Fparquet"
TASKS = (caption_choice.NAME, image_choice.NAME)
CATEGORIES = {"relation": 622, "counting": 589, "object": 579, "attribute": 294}
COUNTS = {"pairs": 2084, **{f"pairs of category {category}": count for category, count in CATEGORIES.items()}}
COLUMNS = ("id", "image_0", "image_1", "text_0", "text_1", "category")


def load(data: Path | None = None) -> Loaded:
    """The suite from a folder; from the Hub, where none is given.

    Raises:
        SuiteError: it cannot be had, or has another layout.
    """
    folder = suite_folder(NAME, data, hub=HUB, files=("*.parquet",), how=HOW)
    files = sorted(folder.rglob("*.parquet"))
    if not files:
        arrow = "holds Arrow files; " if any(folder.rglob("*.arrow")) else ""
        raise SuiteError(f"{folder}: {arrow}has no parquet files; {HOW}")
    captions = Captions()
    made, notes = made_of(_rows(files), NAME, "item", partial(_pair, captions=captions))
    pairs = list(made.values())
    found = {f"pairs of category {name}": sum(pair.category == name for pair in pairs) for name in CATEGORIES}
    read = [] if data else [f"{NAME}: read from {HUB}, which is a branch, at commit {folder.name}"]
    questions = pair_questions(pairs, tasks=TASKS)
    return Loaded(questions, (*read, *notes, *captions.notes(), *miscounts(COUNTS, {"pairs": len(pairs), **found})))


def _rows(files: Sequence[Path]) -> Iterator[Row]:
    """The rows, named by category and id: in the published key, ids begin anew with each category."""
    return ({**row, "item": f"{row['category']}-{row['id']}"} for row in parquet_rows(files, COLUMNS))


def _pair(row: Row, captions: Captions) -> MinimalPair:
    category = text_in(row, "category")
    if category not in CATEGORIES:
        raise InputError(f"category: is {category!r}, none of {', '.join(CATEGORIES)}")
    first, second = (
        Side(embedded_picture(row[f"image_{side}"], f"image_{side}"), captions.get(row, f"text_{side}"), "") for side in (0, 1)
    )
    pair = minimal_pair(
        family=f"{NAME}-{row['item']}",
        domain="general",
        category=category,
        source=NAME,
        sides=(first, second),
        provenance=Provenance("edited by diffusion, checked by people"),
    )
    return replace(pair, id=row["item"])


SUITE = Suite(
    name=NAME,
    title="VisMin",
    summary=(
        "Two images and two captions that differ in one object, attribute, count or spatial relation: "
        "which caption is true of which image? " + pair_metrics.CHANCE
    ),
    home=HOME,
    hub=HUB,
    licence="CC BY 4.0",
    citation="Awal, Ahmadi, Zhang, Agrawal: VisMin: Visual Minimal-Change Understanding. NeurIPS 2024, arXiv 2407.16772",
    tasks=TASKS,
    counts=COUNTS,
    defects=(
        "the released key is the same in all rows (A, B, First, Second); here every question is asked in both orders",
        "early revisions, of 2024, had the images and captions of a pair mixed up (first discussion on the Hub)",
        "text_0 is taken to be true of image_0, and text_1 of image_1, as the released key says",
        "the main branch holds Arrow files; what is read is the Hub's conversion of it, a branch without a fixed commit",
        "in the published key, ids begin anew with each category",
        "its images are edited by diffusion models, so a model may tell them by artefacts",
    ),
    load=load,
    view=pair_metrics.VIEW,
    metrics=pair_metrics.CHOICES,
)
