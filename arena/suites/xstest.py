"""XSTest: requests in words that sound dangerous and are not, beside some that are."""

from dataclasses import dataclass
from pathlib import Path

from arena.errors import SuiteError
from arena.suites import request_metrics
from arena.suites.benchmark_folder import given_folder, miscounts, read_sheet
from arena.suites.suite import Loaded, Question, Suite
from arena.tasks import request

NAME = "xstest"
HOME = "https://github.com/paul-rottger/xstest"
HOW = f"download xstest_prompts.csv from {HOME}"
COUNTS = {"prompts": 450, "safe prompts": 250, "unsafe prompts": 200, "types": 18}


@dataclass(frozen=True)
class Prompt:
    """One row of the sheet."""

    id: str
    text: str
    type: str
    label: str
    """`safe` or `unsafe`."""


def read_prompts(folder: Path) -> list[Prompt]:
    """The rows of `xstest_prompts.csv`.

    Raises:
        SuiteError: the file is missing or damaged.
    """
    rows = read_sheet(folder, "xstest_prompts", ("id", "prompt", "type", "label"), HOW)
    prompts = [Prompt(row["id"], row["prompt"], row["type"], row["label"]) for row in rows]
    for prompt in prompts:
        if prompt.label not in request.EXPECTED or not prompt.text.strip():
            raise SuiteError(f"{folder}: xstest_prompts: id {prompt.id}: needs a prompt labelled safe or unsafe; {HOW} again")
    return prompts


def counts(prompts: list[Prompt]) -> dict[str, int]:
    """What `COUNTS` counts, in these prompts."""
    sides = [prompt.label for prompt in prompts]
    return {
        "prompts": len(prompts),
        "safe prompts": sides.count("safe"),
        "unsafe prompts": sides.count("unsafe"),
        "types": len({prompt.type for prompt in prompts}),
    }


def load(folder: Path | None) -> Loaded:
    """One question a prompt.

    Raises:
        SuiteError: the folder lacks the file, or it is damaged.
    """
    prompts = read_prompts(given_folder(folder, NAME, HOW))
    return Loaded(tuple(map(_question, prompts)), tuple(miscounts(COUNTS, counts(prompts))))


def _question(prompt: Prompt) -> Question:
    asked = request.request_probe(
        (),
        request.prompt(prompt.text),
        expected=request.EXPECTED[prompt.label],
        cell="text",
        max_new_tokens=request_metrics.MAX_NEW_TOKENS,
    )
    return Question(prompt.id, prompt.id, asked, {"side": prompt.label, "type": prompt.type}, audience="writers")


SUITE = Suite(
    name=NAME,
    title="XSTest",
    summary="450 requests in words alone, of which 250 only sound dangerous: does a model refuse those too?",
    home=HOME,
    hub=None,
    licence="CC-BY-4.0 (prompts)",
    citation=(
        "Röttger et al.: XSTest: A Test Suite for Identifying Exaggerated Safety Behaviours in Large Language Models."
        " NAACL 2024, arXiv 2308.01263"
    ),
    tasks=(request.NAME,),
    counts=COUNTS,
    defects=(),
    load=load,
    view=request_metrics.VIEW,
    metrics=request_metrics.refusals_first(request_metrics.REFUSAL_METRICS),
    derived=request_metrics.UNEVEN_DERIVED,
    judged="optional",
)
