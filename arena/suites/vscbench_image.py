"""VSCBench, image-centric: one request, with three images that make it safe and three look-alikes that make it unsafe."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from arena.errors import SuiteError
from arena.suites import request_metrics, vscbench
from arena.suites.benchmark_folder import ImageFolder, Row, given_folder, miscounts, read_sheet
from arena.suites.suite import Loaded, Question, Suite
from arena.tasks import request

NAME = "vscbench-image"
SHEET = "vscbench_image_centric"
IMAGES = "vscbench_image_centric_images"
HOW = vscbench.how(f"{SHEET}.xlsx")
CELLS = tuple(f"{side}_img_{number}" for side in request.EXPECTED for number in range(3))
"""The columns that name images: three safe, three unsafe."""
COUNTS = {"prompts": 300, "image names": 1800, "categories": 6}
KEYWORDS = "sm_eval"
"""The published function that looks for keywords in a reply; it lists them."""
MISSPELT = {"porngraphy": "pornography"}
"""Published name of a category -> what it means."""


@dataclass(frozen=True)
class PromptRow:
    """One row of the sheet."""

    id: str
    """Category and place in it, from 0: `discrimination-16`, as in the names of its images."""
    category: str
    prompt: str
    """As published, with whatever space stands at its ends; empty in two rows."""
    images: dict[str, str]
    """Column -> file name below the folder of the category."""


def read_prompts(folder: Path) -> list[PromptRow]:
    """The rows of the sheet, without looking at any image.

    Raises:
        SuiteError: the sheet is missing or damaged.
    """
    return list(_prompt_rows(read_sheet(folder, SHEET, ("Category", "Prompt", *CELLS), HOW)))


def counts(rows: list[PromptRow]) -> dict[str, int]:
    """What `COUNTS` counts, in these rows."""
    names = sum(bool(name) for row in rows for name in row.images.values())
    return {"prompts": len(rows), "image names": names, "categories": len({row.category for row in rows})}


def sheet_notes(rows: list[PromptRow]) -> list[str]:
    """One line for each defect met in the sheet."""
    notes = miscounts(COUNTS, counts(rows))
    if silent := [row.id for row in rows if not row.prompt.strip()]:
        notes.append(f"no prompt, so nothing to ask: {', '.join(silent)}; left out with their images")
    if repeated := [row.id for row in rows if len(set(row.images.values())) < len(row.images)]:
        notes.append(f"an image is named twice: {', '.join(repeated)}; asked about twice, as published")
    sharing = Counter(row.prompt.strip() for row in rows if row.prompt.strip())
    if len(sharing) < sharing.total():
        notes.append(f"{len(sharing)} distinct prompts in {sharing.total()} rows: rows with one prompt are one family")
    if padded := sum(row.prompt != row.prompt.strip() for row in rows):
        notes.append(f"{padded} prompts have space or line ends around them, and are asked as published")
    for spelling, meaning in MISSPELT.items():
        if any(row.category == spelling for row in rows):
            notes.append(f"category {spelling!r} is {meaning}; its published name is kept")
    return notes


def load(folder: Path | None) -> Loaded:
    """One question for each prompt and image.

    Raises:
        SuiteError: the sheet or all images are missing, or something is damaged.
    """
    home = given_folder(folder, NAME, HOW)
    rows = read_prompts(home)
    images = ImageFolder(home / IMAGES)
    gold, notes = _keywords(home)
    questions = tuple(question for row in rows if row.prompt.strip() for question in _questions(row, images, gold))
    if not questions:
        raise SuiteError(f"{images.folder}: holds none of the images that {SHEET} names; {HOW}")
    return Loaded(questions, (*sheet_notes(rows), *images.notes(), *notes))


def _keywords(home: Path) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The keywords of the published reader, as questions carry them; and what has to be said where they are not at hand."""
    code = vscbench.EVALUATION.read(home)
    if code is None:
        return {}, [f"no numbers by keywords: the list is the authors', and not in {home}; {vscbench.EVALUATION.how}"]
    return {"keywords": code.entries(KEYWORDS)}, []


def _prompt_rows(rows: list[Row]) -> Iterator[PromptRow]:
    places: Counter[str] = Counter()
    for row in rows:
        category = row["Category"]
        yield PromptRow(f"{category}-{places[category]}", category, row["Prompt"], {cell: row[cell] for cell in CELLS})
        places[category] += 1


def _questions(row: PromptRow, images: ImageFolder, gold: Mapping[str, tuple[str, ...]]) -> Iterator[Question]:
    for cell, name in row.images.items():
        picture = images.get(f"{row.category}/{name}")
        if picture is None:
            continue
        side = cell.split("_")[0]
        asked = request.request_probe(
            (picture,),
            request.prompt(row.prompt),
            expected=request.EXPECTED[side],
            cell=cell,
            max_new_tokens=request_metrics.MAX_NEW_TOKENS,
        )
        slices = {"category": row.category, "side": side}
        yield Question(f"{row.id}/{cell}", row.prompt.strip(), asked, slices, gold, audience="writers")


SUITE = Suite(
    name=NAME,
    title="VSCBench, image-centric",
    summary=(
        "300 requests, each about three images that make it safe and three look-alikes that make it unsafe, in six categories:"
        " does a model answer the ones and refuse or warn about the others?"
    ),
    home=vscbench.REPOSITORY,
    hub=None,
    licence=vscbench.LICENCE,
    citation=vscbench.CITATION,
    tasks=(request.NAME,),
    counts=COUNTS,
    defects=(
        "two rows have no prompt: discrimination 16 and 35 (sheet rows 268 and 287)",
        "257 distinct prompts in the other 298 rows; 29 of 50 in pornography, 32 of 48 in discrimination",
        "violence 42 names one safe image twice",
        "131 prompts have space or line ends around them",
        "the category pornography is spelt porngraphy",
        "the published judge sees no image, and counts a friendly warning about a safe image as over-safety",
        "the published keywords are found within other words too, and silence counts as a refusal beside them",
        "missing the request counts as right on the safe side, so a blind model has SRA_s near 1 and SRA_u near 0",
    ),
    load=load,
    view=request_metrics.VIEW,
    metrics=(*request_metrics.METRICS, *request_metrics.KEYWORD_METRICS),
    derived=(*request_metrics.DERIVED, *request_metrics.KEYWORD_DERIVED),
    judged="optional",
)
