"""The guard of generative models: no way to read prompts is used that gives other numbers than stock transformers.

A model is asked a few questions by `generate` and by a plain forward pass, as anybody would run it, and then in each of the
ways that the arena knows, the fastest first. The first that agrees is taken, and kept, so that this is paid for once.
"""

import logging
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial

import torch
from PIL import Image
from torch import Tensor
from transformers import PreTrainedModel

from arena.errors import RepositoryError, one_line
from arena.images import Picture, picture_from_pixels
from arena.models.chat import Chat
from arena.models.decoding import candidate_logprobs, write
from arena.models.drafts import Draft
from arena.models.encoding import Encoder
from arena.models.findings import Finding
from arena.models.groups import groups
from arena.models.one_by_one import OneByOne
from arena.models.shared_prefixes import SAVING, ImageByImage, SharedPrefixes, window
from arena.models.shared_vision import SharedVision
from arena.models.stock import (
    EXACT,
    LIKELIEST,
    STEPS,
    STEPS_OF_ROUNDING,
    Answer,
    greedy,
    largest_gap,
    option_tokens,
    plain_logprobs,
    stock_answer,
    stock_batch,
)
from arena.probes import Probe, Turn

SPREAD = 2.0
"""How much further than stock transformers itself, batch against single, numbers of half precision may lie from it: both
differences are the largest of a few random ones."""
BEFORE = Turn("What is in the car?", "I see a dog, or so it seems.")
"""What comes before a question in the second turn."""
SIZES = ((64, 48), (1100, 500), (40, 64), (64, 48))
"""Pictures of different shapes, and two of one shape. A wide one makes tiles where a processor cuts images into tiles."""
ENCODERS: dict[str, Callable[[PreTrainedModel, Chat], Encoder]] = {
    "shared prefixes, image by image": ImageByImage,
    "shared prefixes": partial(SharedPrefixes, alone=True),
    "shared prefixes, by number of images": partial(SharedPrefixes, alone=False),
    "shared vision": partial(SharedVision, alone=True),
    "shared vision, by number of images": partial(SharedVision, alone=False),
    "one by one": OneByOne,
}
"""Path -> what reads prompts so, the fastest first."""

log = logging.getLogger(__name__)


def choose_encoder(name: str, model: PreTrainedModel, chat: Chat) -> tuple[Encoder, Finding]:
    """The fastest encoder that agrees with stock transformers, and how well it does.

    Args:
        name: of the repository, for the error.
        model: in evaluation mode.
        chat: its processor.

    Raises:
        RepositoryError: stock transformers cannot ask the model about an image, or no encoder agrees with it.
    """
    with torch.inference_mode(), greedy(model):
        images, probes, stock = _stock_answers(name, model, chat)
        needs_image = _needs_image(model, chat)
        tolerance = _tolerance(model, chat, probes, stock)
        problems: list[str] = []
        for path, make in ENCODERS.items():
            try:
                encoder = make(model, chat)
                if isinstance(encoder, ImageByImage):
                    encoder.saving = 0  # so that the steps are seen where they save nothing, too
                together = _answers(model, chat, encoder, probes)
                difference, what = max(_gaps(probes, together, stock))
                batch_difference = 0.0
                if difference <= tolerance:  # or else it is refused, whatever each of them gives alone
                    alone = [_answers(model, chat, encoder, [probe])[0] for probe in probes]
                    batch_difference, _ = max(_gaps(probes, together, alone))
            except Exception as error:  # noqa: BLE001 - what it says where it cannot be asked so depends on the architecture
                problems.append(f"{path}: {one_line(error)}")
                continue
            if max(difference, batch_difference) <= tolerance:
                log.debug("%s: %s (%s)", name, path, "; ".join(problems) or "nothing faster differed")
                second_turn = _takes_second_turn(model, chat, encoder, probes[0], tolerance)
                if isinstance(encoder, ImageByImage):
                    encoder.saving = SAVING
                return encoder, Finding(path, images, needs_image, difference, batch_difference, tolerance, second_turn)
            problems.append(f"{path}: {what} differs by {max(difference, batch_difference):.2g} nats from transformers' own")
    raise RepositoryError(f"{name}: would not be measured exactly ({problems[-1]}); serve it, and enter its endpoint instead")


def questions(images: int, longest: int) -> list[Probe]:
    """What is asked: prompts of different lengths, both orders of pictures, options of one token and of several.

    Args:
        images: most images of a prompt, 1 or 2.
        longest: words of the longest prompt.
    """
    first, wide, tall, twin = _pictures()
    prompts = (
        ((first, wide), "Which one is it, A or B?", ("A", "B")),
        ((wide, first), "Which one is it, A or B?", ("A", "B")),
        ((first,), "What?", ("a child next to a stove", "a dog")),
        ((wide,), "What is it?", ("a child", "a dog in a car")),
        ((tall,), f"Say what is here. {_words(longest // 2)}", ("the first image", "2")),
        ((tall, twin), f"Caption: a lamp near the wall. {_words(longest)} Is it true?", ("yes", "no, it is not")),
    )
    return [Probe("guard", "", "", shown[:images], prompt, options=options) for shown, prompt, options in prompts]


@cache
def _pictures() -> tuple[Picture, ...]:
    """Pictures in which every place looks different, so that a tile or a row that is lost shows."""
    made = []
    for seed, (width, height) in enumerate(SIZES):
        noise = torch.rand((3, 6, 8), generator=torch.Generator().manual_seed(seed))
        pixels = torch.nn.functional.interpolate(noise[None], (height, width), mode="bicubic")[0].clamp(0, 1)
        made.append(picture_from_pixels(Image.fromarray((pixels.permute(1, 2, 0) * 255).byte().numpy()), quick=True))
    return tuple(made)


def _words(count: int) -> str:
    return " ".join(("lamp", "wall", "child", "stove", "table", "car", "dog")[place % 7] for place in range(count))


def _stock_answers(name: str, model: PreTrainedModel, chat: Chat) -> tuple[int, list[Probe], list[Answer]]:
    """How many images a prompt may show, and what stock transformers answers to questions with so many."""
    failure: Exception = ValueError("the order of two images, or one of them, makes no difference")
    for images in (2, 1):
        # Words are at least one token each, so that this prompt is longer than the window.
        probes = questions(images, (window(model) or 0) + 20)
        try:
            answers = [stock_answer(model, chat, probe) for probe in probes]
        except Exception as error:  # noqa: BLE001 - what it says where it cannot be asked depends on the architecture
            failure = error
            continue
        if images == 1 or _difference(answers[0], answers[1]) > EXACT:
            return images, probes, answers
    raise RepositoryError(f"{name}: cannot answer a test question ({one_line(failure)}); try it with generate") from failure


def _answers(model: PreTrainedModel, chat: Chat, encoder: Encoder, probes: Sequence[Probe]) -> list[Answer]:
    """What we make of the questions, read together as far as the encoder lets them be."""
    prompts = encoder.encode(probes)
    answers: dict[int, Answer] = {}
    for places in groups(prompts, fits=encoder.fits):
        read = encoder.read([prompts[place] for place in places])
        spelled = [option_tokens(chat, probes[place]) for place in places]
        options = candidate_logprobs(model, read, spelled)
        steps: list[Tensor] = []
        drafts = [Draft(chat.tokenizer, STEPS, frozenset()) for _ in places]
        write(model, read, drafts, lambda _, logits, steps=steps: steps.append(logits))
        logprobs = torch.stack(steps[:STEPS], 1).log_softmax(-1)
        for row, place in enumerate(places):
            means = [score / len(ids) for score, ids in zip(options[row], spelled[row], strict=True)]
            answers[place] = Answer(drafts[row].tokens, logprobs[row], means)
    return [answers[place] for place in range(len(probes))]


def _gaps(probes: Sequence[Probe], ours: Sequence[Answer], theirs: Sequence[Answer]) -> Iterator[tuple[float, str]]:
    """Differences in nats, each with what differs."""
    for probe, one, other in zip(probes, ours, theirs, strict=True):
        for gap, what in _differences(one, other):
            yield gap, f"{what} after a question with {len(probe.images)} image{'s' * (len(probe.images) > 1)}"


def _differences(ours: Answer, theirs: Answer) -> Iterator[tuple[float, str]]:
    """Where another token is written, it counts how much likelier theirs is; no step after it counts."""
    for one, other in zip(ours.options, theirs.options, strict=True):
        yield _number(abs(one - other)), "an option"
    for step, (token, other) in enumerate(zip(ours.written, theirs.written, strict=True)):
        yield _number(largest_gap(ours.logprobs[step], theirs.logprobs[step])), f"token {step + 1}"
        if token != other:
            yield _number((theirs.logprobs[step, other] - theirs.logprobs[step, token]).item()), f"token {step + 1}"
            return


def _difference(ours: Answer, theirs: Answer) -> float:
    return max(gap for gap, _ in _differences(ours, theirs))


def _number(gap: float) -> float:
    return math.inf if math.isnan(gap) else gap


def _takes_second_turn(model: PreTrainedModel, chat: Chat, encoder: Encoder, probe: Probe, tolerance: float) -> bool:
    """Whether `probe`, asked after another answer, gets the log-probabilities of a plain forward pass over the same turns."""
    return chat.takes(BEFORE, probe.prompt) and _agrees(model, chat, encoder, replace(probe, before=(BEFORE,)), tolerance)


def takes_examples(model: PreTrainedModel, chat: Chat, encoder: Encoder, tolerance: float) -> bool:
    """Whether a question after examples with pictures gets the log-probabilities of a plain forward pass over all turns.

    Args:
        model: in evaluation mode.
        chat: its processor.
        encoder: how it is asked.
        tolerance: that of its finding.
    """
    first, wide, tall, _ = _pictures()
    examples = (replace(BEFORE, images=(tall,)), Turn("And in the house?", "Nothing.", (first,)))
    probe = Probe("guard", "", "", (wide,), "Which one is it, A or B?", before=examples)
    with torch.inference_mode():
        return chat.takes(BEFORE, probe.prompt) and _agrees(model, chat, encoder, probe, tolerance)


def _agrees(model: PreTrainedModel, chat: Chat, encoder: Encoder, probe: Probe, tolerance: float) -> bool:
    """Whether a question after earlier turns is asked as stock transformers asks it."""
    try:
        plain = plain_logprobs(model, chat, probe)
        (ours,) = encoder.read(encoder.encode([probe])).logits.log_softmax(-1)
    except Exception as error:  # noqa: BLE001 - what it says where it cannot be asked so depends on the architecture
        log.debug("no earlier turns: %s", one_line(error))
        return False
    return _number(largest_gap(ours, plain)) <= tolerance


def _needs_image(model: PreTrainedModel, chat: Chat) -> bool:
    """Whether words alone cannot be asked."""
    try:
        stock_answer(model, chat, Probe("guard", "", "", (), "Is it A or B?", options=("A",)))
    except Exception:  # noqa: BLE001 - what it says where it cannot be asked depends on the architecture
        return True
    return False


def _tolerance(model: PreTrainedModel, chat: Chat, probes: Sequence[Probe], stock: Sequence[Answer]) -> float:
    """In half precision, what stock transformers itself differs by when it reads prompts of different lengths in one batch."""
    if model.dtype == torch.float32:
        return EXACT
    largest = max(answer.logprobs.topk(LIKELIEST).values.abs().max().item() for answer in stock)
    unit = torch.finfo(model.dtype).eps * largest
    gaps = [unit]  # where a batch happens to round alike
    for images in {len(probe.images) for probe in probes}:
        places = [place for place, probe in enumerate(probes) if len(probe.images) == images]
        try:
            batch = stock_batch(model, chat, [probes[place] for place in places])
        except Exception as error:  # noqa: BLE001 - what it says where it cannot be asked depends on the architecture
            log.debug("no batch of the stock processor: %s", one_line(error))
            gaps.append(STEPS_OF_ROUNDING * unit)
            continue
        gaps += [
            _difference(replace(one, options=stock[place].options), stock[place])
            for one, place in zip(batch, places, strict=True)
        ]
    return SPREAD * max(gaps)
