"""The guard of generative models: no way to read prompts is used that gives other numbers than stock transformers.

A model is asked a few questions by `generate` and by a plain forward pass, as anybody would run it, and then in each of the
ways that the arena knows, the fastest first. The first that agrees is taken, and kept, so that this is paid for once.
"""

import logging
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import torch
from PIL import Image
from torch import Tensor
from transformers import GenerationConfig, PreTrainedModel

from arena.errors import RepositoryError, one_line
from arena.images import Picture, picture_from_pixels
from arena.models.chat import Chat
from arena.models.decoding import candidate_logprobs, write
from arena.models.encoding import Encoder
from arena.models.findings import Finding
from arena.models.groups import groups
from arena.models.one_by_one import UNREAD, OneByOne
from arena.models.shared_prefixes import SAVING, ImageByImage, SharedPrefixes, window
from arena.models.shared_vision import SharedVision
from arena.probes import Probe

EXACT = 1e-4
"""Largest difference in nats at which float32 numbers agree."""
STEPS_OF_ROUNDING = 4
"""Units in the last place by which numbers of half precision may differ, where stock transformers reads no two prompts in one
batch to show it."""
SPREAD = 2.0
"""How much further than stock transformers itself, batch against single, numbers of half precision may lie from it: both
differences are the largest of a few random ones."""
LIKELIEST = 20
"""Tokens whose log-probabilities are compared at each step."""
STEPS = 8
"""Tokens that are written."""
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


@dataclass(frozen=True)
class _Answer:
    """What follows one question: S steps, V tokens."""

    written: list[int]
    """The likeliest token of each step."""
    logprobs: Tensor
    """S x V."""
    options: list[float]
    """Log-probability of each option, as the mean of its tokens: roundings add up over them."""


def choose_encoder(name: str, model: PreTrainedModel, processor: Any) -> tuple[Encoder, Finding]:
    """The fastest encoder that agrees with stock transformers, and how well it does.

    Args:
        name: of the repository, for the error.
        model: in evaluation mode.
        processor: with a chat template.

    Raises:
        RepositoryError: stock transformers cannot ask the model about an image, or no encoder agrees with it.
    """
    chat = Chat(processor, model.device, model.dtype)
    with torch.inference_mode(), _greedy(model):
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
                alone = [_answers(model, chat, encoder, [probe])[0] for probe in probes]
            except Exception as error:  # noqa: BLE001 - what it says where it cannot be asked so depends on the architecture
                problems.append(f"{path}: {one_line(error)}")
                continue
            difference, what = max(_gaps(probes, together, stock))
            batch_difference, _ = max(_gaps(probes, together, alone))
            if max(difference, batch_difference) <= tolerance:
                log.debug("%s: %s (%s)", name, path, "; ".join(problems) or "nothing faster differed")
                if isinstance(encoder, ImageByImage):
                    encoder.saving = SAVING
                return encoder, Finding(path, images, needs_image, difference, batch_difference, tolerance)
            problems.append(f"{path}: {what} differs by {max(difference, batch_difference):.2g} nats from transformers' own")
    raise RepositoryError(f"{name}: would not be measured exactly ({problems[-1]}); serve it, and enter its endpoint instead")


def encoder_of(finding: Finding, model: PreTrainedModel, processor: Any) -> Encoder:
    """The encoder that was found to agree before."""
    return ENCODERS[finding.path](model, Chat(processor, model.device, model.dtype))


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
        made.append(picture_from_pixels(Image.fromarray((pixels.permute(1, 2, 0) * 255).byte().numpy())))
    return tuple(made)


def _words(count: int) -> str:
    return " ".join(("lamp", "wall", "child", "stove", "table", "car", "dog")[place % 7] for place in range(count))


def _stock_answers(name: str, model: PreTrainedModel, chat: Chat) -> tuple[int, list[Probe], list[_Answer]]:
    """How many images a prompt may show, and what stock transformers answers to questions with so many."""
    failure: Exception = ValueError("the order of two images, or one of them, makes no difference")
    for images in (2, 1):
        # Words are at least one token each, so that this prompt is longer than the window.
        probes = questions(images, (window(model) or 0) + 20)
        try:
            answers = [_stock_answer(model, chat, probe) for probe in probes]
        except Exception as error:  # noqa: BLE001 - what it says where it cannot be asked depends on the architecture
            failure = error
            continue
        if images == 1 or _difference(answers[0], answers[1]) > EXACT:
            return images, probes, answers
    raise RepositoryError(f"{name}: cannot answer a test question ({one_line(failure)}); try it with generate") from failure


def _stock_answer(model: PreTrainedModel, chat: Chat, probe: Probe) -> _Answer:
    """By `generate`, with one prompt and no cache of ours; its first step is held against a plain forward pass."""
    inputs = chat.stock_inputs(probe.prompt, [picture.pixels() for picture in probe.images])
    inputs = {name: value for name, value in inputs.items() if name not in UNREAD}
    written, logprobs = _generated(model, inputs, STEPS)
    plain = model(**inputs).logits[0, -1].float().log_softmax(-1)
    if plain.isnan().any():
        raise ValueError("its scores are not numbers")
    allowed = (
        EXACT if model.dtype == torch.float32 else STEPS_OF_ROUNDING * torch.finfo(model.dtype).eps * plain.abs().max().item()
    )
    if (gap := _gap(plain, logprobs[0])) > allowed:
        raise ValueError(f"generate and a forward pass differ by {gap:.2g} nats")
    options = []
    for ids in _options(chat, probe):
        _, steps = _generated(model, inputs, len(ids), ids)
        options.append(sum(steps[step, token].item() for step, token in enumerate(ids)) / len(ids))
    return _Answer(written, logprobs, options)


def _generated(
    model: PreTrainedModel, inputs: dict[str, Any], steps: int, forced: Sequence[int] = ()
) -> tuple[list[int], Tensor]:
    """Tokens that `generate` writes, or is forced to write, and the log-probabilities of each step before that."""
    length = inputs["input_ids"].shape[1]
    force = {"prefix_allowed_tokens_fn": lambda _, ids: [forced[len(ids) - length]]} if forced else {}
    output: Any = model.generate(  # type: ignore[operator]
        **inputs, max_new_tokens=steps, do_sample=False, output_logits=True, return_dict_in_generate=True, **force
    )
    return output.sequences[0, length:].tolist(), torch.cat(output.logits).float().log_softmax(-1)


def _answers(model: PreTrainedModel, chat: Chat, encoder: Encoder, probes: Sequence[Probe]) -> list[_Answer]:
    """What we make of the questions, read together as far as the encoder lets them be."""
    prompts = encoder.encode(probes)
    answers: dict[int, _Answer] = {}
    for places in groups(prompts, fits=encoder.fits):
        read = encoder.read([prompts[place] for place in places])
        spelled = [_options(chat, probes[place]) for place in places]
        options = candidate_logprobs(model, read, spelled)
        steps: list[Tensor] = []
        written = write(model, read, [STEPS] * len(places), frozenset(), lambda _, logits, steps=steps: steps.append(logits))
        logprobs = torch.stack(steps[:STEPS], 1).log_softmax(-1)
        for row, place in enumerate(places):
            means = [score / len(ids) for score, ids in zip(options[row], spelled[row], strict=True)]
            answers[place] = _Answer(written[row], logprobs[row], means)
    return [answers[place] for place in range(len(probes))]


def _options(chat: Chat, probe: Probe) -> list[list[int]]:
    return [chat.tokenizer.encode(option, add_special_tokens=False) for option in probe.options]


def _gaps(probes: Sequence[Probe], ours: Sequence[_Answer], theirs: Sequence[_Answer]) -> Iterator[tuple[float, str]]:
    """Differences in nats, each with what differs."""
    for probe, one, other in zip(probes, ours, theirs, strict=True):
        for gap, what in _differences(one, other):
            yield gap, f"{what} after a question with {len(probe.images)} image{'s' * (len(probe.images) > 1)}"


def _differences(ours: _Answer, theirs: _Answer) -> Iterator[tuple[float, str]]:
    """Where another token is written, it counts how much likelier theirs is; no step after it counts."""
    for one, other in zip(ours.options, theirs.options, strict=True):
        yield _number(abs(one - other)), "an option"
    for step, (token, other) in enumerate(zip(ours.written, theirs.written, strict=True)):
        yield _number(_gap(ours.logprobs[step], theirs.logprobs[step])), f"token {step + 1}"
        if token != other:
            yield _number((theirs.logprobs[step, other] - theirs.logprobs[step, token]).item()), f"token {step + 1}"
            return


def _difference(ours: _Answer, theirs: _Answer) -> float:
    return max(gap for gap, _ in _differences(ours, theirs))


def _number(gap: float) -> float:
    return math.inf if math.isnan(gap) else gap


def _gap(ours: Tensor, theirs: Tensor) -> float:
    likeliest = theirs.topk(min(LIKELIEST, len(theirs))).indices
    return (ours[likeliest] - theirs[likeliest]).abs().max().item()


def _needs_image(model: PreTrainedModel, chat: Chat) -> bool:
    """Whether words alone cannot be asked."""
    try:
        _stock_answer(model, chat, Probe("guard", "", "", (), "Is it A or B?", options=("A",)))
    except Exception:  # noqa: BLE001 - what it says where it cannot be asked depends on the architecture
        return True
    return False


def _tolerance(model: PreTrainedModel, chat: Chat, probes: Sequence[Probe], stock: Sequence[_Answer]) -> float:
    """In half precision, what stock transformers itself differs by when it reads prompts of different lengths in one batch."""
    if model.dtype == torch.float32:
        return EXACT
    largest = max(answer.logprobs.topk(LIKELIEST).values.abs().max().item() for answer in stock)
    unit = torch.finfo(model.dtype).eps * largest
    gaps = [unit]  # where a batch happens to round alike
    for images in {len(probe.images) for probe in probes}:
        places = [place for place, probe in enumerate(probes) if len(probe.images) == images]
        try:
            batch = _stock_batch(model, chat, [probes[place] for place in places])
        except Exception as error:  # noqa: BLE001 - what it says where it cannot be asked depends on the architecture
            log.debug("no batch of the stock processor: %s", one_line(error))
            gaps.append(STEPS_OF_ROUNDING * unit)
            continue
        gaps += [
            _difference(replace(one, options=stock[place].options), stock[place])
            for one, place in zip(batch, places, strict=True)
        ]
    return SPREAD * max(gaps)


def _stock_batch(model: PreTrainedModel, chat: Chat, probes: Sequence[Probe]) -> list[_Answer]:
    """What stock transformers writes when it reads several prompts with equally many images in one batch; without options."""
    pictures = [[picture.pixels() for picture in probe.images] for probe in probes]
    inputs = chat.stock_batch([probe.prompt for probe in probes], pictures)
    inputs = {name: value for name, value in inputs.items() if name not in UNREAD}
    output: Any = model.generate(  # type: ignore[operator]
        **inputs, max_new_tokens=STEPS, do_sample=False, output_logits=True, return_dict_in_generate=True
    )
    logprobs = torch.stack(output.logits, 1).float().log_softmax(-1)
    written = output.sequences[:, inputs["input_ids"].shape[1] :].tolist()
    return [_Answer(row, steps, []) for row, steps in zip(written, logprobs, strict=True)]


@contextmanager
def _greedy(model: PreTrainedModel) -> Iterator[None]:
    """Generate without what a repository ships to shape its replies: penalties, forced and suppressed tokens, an end."""
    shipped = model.generation_config
    model.generation_config = GenerationConfig()
    try:
        yield
    finally:
        model.generation_config = shipped
