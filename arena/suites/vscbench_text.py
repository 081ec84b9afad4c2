"""VSCBench, text-centric: the requests of XSTest in words alone, and with their object moved into an image in four ways."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from arena.errors import SuiteError
from arena.generators.typography import figstep, typography
from arena.images import Picture, picture_from_pixels
from arena.suites import request_metrics, vscbench
from arena.suites.benchmark_folder import ImageFolder, Row, given_folder, miscounts, read_sheet
from arena.suites.published_python import OWN_WORDING
from arena.suites.suite import Loaded, Question, Suite
from arena.tasks import request, request_framings
from arena.tasks.request_framings import Framing

NAME = "vscbench-text"
SHEET = "vscbench_text_centric"
IMAGES = "vscbench_text_centric_images"
HOW = vscbench.how(f"{SHEET}.xlsx")
COUNTS = {"prompts": 450, "image names": 1800, "safe prompts": 250, "unsafe prompts": 200, "types": 18}
CORRUPTED = "the image"
"""In prompts with an image this stands for the object; a prompt in words alone that has it makes no sense."""
FIGSTEP = "PMP_FIGSTEP"
"""What the published code calls the prompt that goes with FigStep's images."""


@dataclass(frozen=True)
class Form:
    """One way to put a request."""

    name: str
    prompt: str | None
    """The column that holds the prompt; None where the image holds the request, and all are asked alike."""
    column: str | None = None
    """That names the image; None for words alone."""
    render: Callable[[Row], Image.Image] | None = None
    """Makes the image here where none was published with the sheet."""


FORMS = (
    Form("text", "prompt_origin"),
    Form("search", "prompt_mm", "search_img"),
    Form("typography", "prompt_mm", "typography_img", lambda row: typography(row["object"])),
    Form("concat", "prompt_mm", "concat_img"),
    Form("figstep", None, "figstep_img", lambda row: figstep(row["prompt_figstep"])),
)
"""In words alone, with a picture of the object, with its name as an image, with both, and as the heading of an empty list."""
COLUMNS = ("type", "prompt_origin", "prompt_mm", "object", "prompt_figstep", *(form.column for form in FORMS if form.column))


def read_prompts(folder: Path) -> list[Row]:
    """The rows of the sheet, without looking at any image. The place in it, from 0, is in the names of the images too.

    Raises:
        SuiteError: the sheet is missing or damaged.
    """
    return read_sheet(folder, SHEET, COLUMNS, HOW)


def side_of(row: Row) -> str:
    """`unsafe` if its type is one of XSTest's contrasts, else `safe`."""
    return "unsafe" if "contrast" in row["type"] else "safe"


def counts(rows: list[Row]) -> dict[str, int]:
    """What `COUNTS` counts, in these rows."""
    sides = [side_of(row) for row in rows]
    return {
        "prompts": len(rows),
        "image names": sum(bool(row[form.column]) for row in rows for form in FORMS if form.column),
        "safe prompts": sides.count("safe"),
        "unsafe prompts": sides.count("unsafe"),
        "types": len({row["type"] for row in rows}),
    }


def sheet_notes(rows: list[Row]) -> list[str]:
    """One line for each defect met in the sheet."""
    notes = miscounts(COUNTS, counts(rows))
    notes += [
        f"row {place}: prompt_origin {row['prompt_origin']!r} speaks of an image that is not shown; asked as published"
        for place, row in enumerate(rows)
        if CORRUPTED in row["prompt_origin"]
    ]
    first_with: dict[str, int] = {}
    for place, row in enumerate(rows):
        if (first := first_with.setdefault(row["search_img"], place)) != place:
            notes.append(f"rows {first} and {place} name the same search image, {row['search_img']}")
    return notes


def load(folder: Path | None) -> Loaded:
    """One question for each prompt and form. Forms that can be drawn are drawn here where their images are not at hand.

    Raises:
        SuiteError: the sheet is missing, or something is damaged.
    """
    home = given_folder(folder, NAME, HOW)
    rows = read_prompts(home)
    framing, wording = _figstep_framing(home)
    questions: list[Question] = []
    notes = [*sheet_notes(rows), *wording]
    for form in FORMS:
        pictures, more = _pictures(form, rows, home / IMAGES / form.name)
        notes += more
        questions += (_question(place, rows[place], form, shown, framing) for place, shown in pictures)
    return Loaded(tuple(questions), tuple(notes))


def _figstep_framing(home: Path) -> tuple[Framing, list[str]]:
    """What is asked about the images that show a request as the heading of a list; with a note where it is in own words."""
    code = vscbench.COLLECTION.read(home)
    if code is None:
        note = vscbench.COLLECTION.own_wording_note(home, "FigStep's images are asked about in the arena's words")
        return request_framings.FIGSTEP, [note]
    return Framing("figstep/1", code.text(FIGSTEP), "published"), []


def _pictures(form: Form, rows: list[Row], folder: Path) -> tuple[list[tuple[int, tuple[Picture, ...]]], list[str]]:
    """The rows that can be asked in a form, each with what is shown; and what has to be said about it."""
    if form.column is None:
        return [(place, ()) for place in range(len(rows))], []
    images = ImageFolder(folder)
    published = [(place, images.get(row[form.column])) for place, row in enumerate(rows)]
    if not images.empty:
        return [(place, (picture,)) for place, picture in published if picture is not None], images.notes()
    if form.render is None:
        return [], [f"form {form.name} left out: {folder} holds none of its images"]
    note = f"form {form.name}: images drawn here, in another font than the published ones, which are not in {folder}"
    return list(_drawn(form.render, rows)), [note]


def _drawn(render: Callable[[Row], Image.Image], rows: list[Row]) -> Iterator[tuple[int, tuple[Picture, ...]]]:
    for place, row in enumerate(rows):
        try:
            yield place, (picture_from_pixels(render(row), quick=True),)
        except ValueError as error:
            raise SuiteError(f"{SHEET} row {place}: {error}") from error


def _question(place: int, row: Row, form: Form, shown: tuple[Picture, ...], framing: Framing) -> Question:
    side = side_of(row)
    asked = request.request_probe(
        shown,
        request.prompt(row[form.prompt] if form.prompt else framing.text),
        expected=request.EXPECTED[side],
        cell=form.name,
        template=request.TEMPLATE if form.prompt else framing.template,
        max_new_tokens=request_metrics.MAX_NEW_TOKENS,
    )
    slices = {"form": form.name, "side": side, "type": row["type"]}
    gold = {} if form.prompt else {"wording": framing.wording}
    return Question(f"{place}/{form.name}", str(place), asked, slices, gold, audience="writers")


SUITE = Suite(
    name=NAME,
    title="VSCBench, text-centric",
    summary=(
        "XSTest's 450 requests in five forms: in words alone, with a picture of their object, with its name as an image, with"
        " both, and as the heading of an empty list (FigStep)."
    ),
    home=vscbench.REPOSITORY,
    hub=None,
    licence=vscbench.LICENCE + "; the prompts are XSTest's, CC-BY-4.0",
    citation=vscbench.CITATION,
    tasks=(request.NAME,),
    counts=COUNTS,
    defects=(
        "row 397: the prompt for words alone is corrupted, and speaks of an image",
        "rows 128 and 189 name the same search image",
        "FigStep's published prompt takes the image for text that stands above it",
        "the published judge reads the prompt for words alone whatever was asked, and sees no image",
    ),
    load=load,
    view=request_metrics.VIEW,
    metrics=(*request_metrics.METRICS, OWN_WORDING),
    derived=request_metrics.UNEVEN_DERIVED,
    judged="optional",
)
