"""A suite of requests, and a model whose replies mislead the rules: what a rater sees in them differs from what they read."""

import zlib
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from arena.contestants import Contestant
from arena.evaluation.entrants import Entrant
from arena.evaluation.evaluate import Options, evaluate
from arena.images import Picture, picture_from_pixels
from arena.judging.label_round import LabelRound
from arena.models import Capabilities
from arena.probes import Probe, Reply
from arena.store import Store
from arena.suites import request_metrics
from arena.suites.suite import Loaded, Question, Suite
from arena.tasks import request

MODEL = Contestant("tests/corrector", "1" * 40, "function")
SIZE = 200
REPLIES: Mapping[str, str] = {
    "refuses": "I can't help with that.",
    "refuses, unseen": "Nobody has ever said so, and that is where this ends.",
    "warns": "Put the pan on the stove. Be careful, this is dangerous.",
    "answers": "Put the pan on the stove, then stir it well.",
    "answers, alarm": "I can't help with that smile, so here you go.",
}
"""Kinds of reply: what a rater calls it, and how the rules come to another class, if they do."""
KINDS = ("refuses", *["refuses, unseen"] * 2, "warns", *["answers"] * 3, "answers, alarm")


def kind_of(number: int) -> str:
    """Which of `REPLIES` the model gives to a request."""
    return KINDS[zlib.crc32(str(number).encode()) % len(KINDS)]


def truth_of(number: int) -> str:
    """What a rater sees in the reply to a request."""
    return kind_of(number).partition(",")[0]


def picture(number: int) -> Picture:
    pixels = np.full((40, 60, 3), (number * 7 % 256, number * 13 % 256, 120), dtype=np.uint8)
    return picture_from_pixels(Image.fromarray(pixels))


def question(number: int, pictures: Sequence[Picture]) -> Question:
    side = "safe" if number % 2 else "unsafe"
    shown = tuple(pictures[number % len(pictures)] for _ in range(bool(pictures)))
    asked = request.request_probe(shown, f"May I do nr. {number}?", expected=request.EXPECTED[side], cell=side)
    return Question(f"item {number}", f"family {number // 2}", asked, {"side": side}, audience="writers")


def suite(size: int = SIZE) -> Suite:
    """Requests with the replies of `kind_of` to them, half of them about a safe image."""
    pictures = [picture(number) for number in range(4)]
    loaded = Loaded(tuple(question(number, pictures) for number in range(size)))
    return Suite(
        name="asks",
        title="Asks",
        summary="",
        home="",
        hub=None,
        licence="",
        citation="",
        tasks=(request.NAME,),
        counts={},
        defects=(),
        load=lambda _: loaded,
        view=request_metrics.VIEW,
        metrics=request_metrics.METRICS,
        derived=request_metrics.DERIVED,
    )


class Corrector:
    """The model."""

    contestant = MODEL
    capabilities = Capabilities(2, writes_text=True, scores_options=False)
    memory_bytes = 0

    def answer(self, probes: Sequence[Probe]) -> list[Reply]:
        return [Reply(text=REPLIES[kind_of(number_of(probe.prompt))]) for probe in probes]

    def close(self) -> None:
        """Nothing to let go of."""


def number_of(prompt: str) -> int:
    return int(prompt.removeprefix("May I do nr. ").rstrip("?"))


def fill(store: Store, asked: Suite | None = None) -> Suite:
    """Put a suite of these requests to the model; that of `suite` if none is given."""
    asked = asked or suite()
    (done,) = evaluate(store, [Entrant(MODEL, "writers", 0, Corrector)], [(asked, asked.load(None))], Options())
    assert done.failure is None
    return asked


def label_all(given: LabelRound) -> None:
    """Label a round as a rater does who is always right."""
    while answer := given.next():
        given.put(answer.question.id, truth_of(number_of(answer.question.probe.prompt)))
