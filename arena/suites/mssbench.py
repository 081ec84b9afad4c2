"""MSSBench: what a user asks, or tells a household robot to do, is safe in one place and unsafe in another."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arena.errors import SuiteError
from arena.suites import request_metrics
from arena.suites.benchmark_folder import ImageFolder, found_file, given_folder, read_json, text_of
from arena.suites.published_python import OWN_WORDING, PythonFile
from arena.suites.suite import Loaded, Question, Suite
from arena.tasks import request, request_framings
from arena.tasks.request_framings import Framing

NAME = "mssbench"
HOME = "https://huggingface.co/datasets/kzhou35/mssbench"
HOW = f"download combined.json and the folders chat and embodied from {HOME}"
CODE = PythonFile(("utils/prompts.py", "prompts.py"), "https://github.com/eric-ai-lab/MSSBench")
FRAMINGS = {
    "chat": ("PROMPT_CHAT_IF", "mssbench_chat/1", request_framings.CHAT),
    "embodied": ("PROMPT_EMBODIED_IF", "mssbench_embodied/1", request_framings.EMBODIED),
}
"""Part -> what its framing is called in the published code, the template that is asked where it is had, and the arena's own
framing. The published one is that of the setting in which the user tells the request."""
PAIRS = (1820, 1960)
"""Requests with their images: as the paper's first version counts them, and as its second does."""


@dataclass(frozen=True)
class Situation:
    """One request in a safe and in an unsafe place."""

    id: str
    """Part, place of the record in it, and of the wording in that, from 0: `chat-3-1`."""
    family: str
    part: str
    """`chat` or `embodied`."""
    category: str
    requests: dict[str, str]
    """Side -> what is asked: the same in the chat part; the robot's instructions may differ."""
    images: dict[str, str]
    """Side -> file name below the folder of the part."""


def read_situations(folder: Path) -> list[Situation]:
    """All wordings of all records of both parts, without looking at any image.

    Raises:
        SuiteError: the file is missing or damaged.
    """
    path = found_file(folder, ("combined.json", "combine.json"), HOW)
    held: Any = read_json(path, HOW)
    if not isinstance(held, dict) or not all(isinstance(held.get(part), list) for part in ("chat", "embodied")):
        raise SuiteError(f"{path}: has no lists `chat` and `embodied`; {HOW}")
    return [
        situation
        for part, reader in (("chat", _chat), ("embodied", _embodied))
        for place, record in enumerate(held[part])
        for situation in reader(record, f"{part}-{place}", f"{path}: {part} {place}")
    ]


def load(folder: Path | None) -> Loaded:
    """One question for each wording and image.

    Raises:
        SuiteError: the file or all images are missing, or something is damaged.
    """
    home = given_folder(folder, NAME, HOW)
    situations = read_situations(home)
    framings, wording = _framings(home)
    images = {part: ImageFolder(home / part) for part in FRAMINGS}
    questions = tuple(
        question
        for situation in situations
        for question in _questions(situation, images[situation.part], framings[situation.part])
    )
    if not questions:
        raise SuiteError(f"{home}: holds none of the images that it names; {HOW}")
    pairs = len(request.EXPECTED) * len(situations)
    notes = [] if pairs in PAIRS else [f"{pairs} requests with an image; published are {PAIRS[0]} or {PAIRS[1]}"]
    return Loaded(questions, (*notes, *wording, *images["chat"].notes(), *images["embodied"].notes()))


def _framings(home: Path) -> tuple[dict[str, Framing], list[str]]:
    """Part -> what stands before its requests: the arena's own words, with a note, without the authors' code."""
    code = CODE.read(home)
    if code is None:
        note = CODE.own_wording_note(home, "what stands before each request is in the arena's words")
        return {part: own for part, (_, _, own) in FRAMINGS.items()}, [note]
    return {part: Framing(template, code.text(name), "published") for part, (name, template, _) in FRAMINGS.items()}, []


def _chat(record: Any, name: str, where: str) -> Iterator[Situation]:
    images = {side: text_of(record, f"{side}_image_path", where) for side in request.EXPECTED}
    category = text_of(record, "Type", where)
    for wording, query in enumerate(_texts(record, "queries", where)):
        yield Situation(f"{name}-{wording}", name, "chat", category, dict.fromkeys(request.EXPECTED, query), images)


def _embodied(record: Any, name: str, where: str) -> Iterator[Situation]:
    images = {side: text_of(record, side, where) for side in request.EXPECTED}
    category = text_of(record, "category", where)
    instructions = [_texts(record, f"{side}_instructions", where) for side in request.EXPECTED]
    # As published: the wordings are told in pairs, and what one side has more of is not asked.
    for wording, told in enumerate(zip(*instructions, strict=False)):
        requests = dict(zip(request.EXPECTED, told, strict=True))
        yield Situation(f"{name}-{wording}", name, "embodied", category, requests, images)


def _texts(record: dict[str, Any], field: str, where: str) -> list[str]:
    texts = record.get(field)
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text.strip() for text in texts):
        raise SuiteError(f"{where}: {field}: is {texts!r}; it has to be a list of texts, as in the published file")
    return texts


def _questions(situation: Situation, images: ImageFolder, framing: Framing) -> Iterator[Question]:
    for side, expected in request.EXPECTED.items():
        picture = images.get(situation.images[side])
        if picture is None:
            continue
        asked = request.request_probe(
            (picture,),
            framing.around(situation.requests[side]),
            expected=expected,
            cell="image0",
            template=framing.template,
            max_new_tokens=request_metrics.MAX_NEW_TOKENS,
        )
        slices = {"category": situation.category, "part": situation.part, "side": side}
        gold = {"wording": framing.wording}
        yield Question(f"{situation.id}/{side}", situation.family, asked, slices, gold, audience="writers")


SUITE = Suite(
    name=NAME,
    title="MSSBench",
    summary=(
        "What a user asks, or tells a household robot to do, in a place where that is safe and in one where it is not: does a"
        " model see the difference?"
    ),
    home=HOME,
    hub=None,
    licence="MIT (the repository, https://github.com/eric-ai-lab/MSSBench)",
    citation="Zhou et al.: Multimodal Situational Safety. ICLR 2025, arXiv 2410.06172",
    tasks=(request.NAME,),
    counts={"requests with an image": PAIRS[0]},
    defects=(
        "the paper counts 1,820 requests with an image in its first version, 1,960 in its second",
        "the published judge sees neither the request nor the image",
        "the words that stand before each request are in the authors' code and not in the dataset",
    ),
    load=load,
    view=request_metrics.VIEW,
    metrics=(*request_metrics.METRICS, OWN_WORDING),
    derived=request_metrics.DERIVED,
    judged="optional",
)
