"""From probes to prompts that a generative model has read.

`OneByOne` leaves everything to the stock processor and is right for any architecture, but slow. `SharedVision` runs the vision
encoder once an image, however many prompts show it, and reads prompts of any mix of images in one batch; with `share_prefixes`
the language model, too, reads the images once for all the questions about them. `choose_encoder` takes the fastest that agrees
with the stock processor on a test question.
"""

import inspect
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import torch
from PIL import Image
from torch import Tensor
from transformers import PreTrainedModel

from arena.images import Picture, picture_from_pixels
from arena.models.decoding import Prefill, prefill, read_shared
from arena.models.runtime import Recent, one_line
from arena.probes import Probe

KEPT_FEATURES = 64 * 2**20
"""Bytes of features that are kept: a few images of a large model, all of a suite for a tiny one."""
KEPT_TEXTS = 4096
"""Prompts whose tokens are kept: a pair asks each about both of its images."""
MAX_PADDING = 1024
"""Tokens of padding that cost less than another batch."""
AGREEMENT = 1e-3
"""Largest difference of logits, relative to the largest logit, at which two encoders agree."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EncodedImage:
    """An image as the language model sees it."""

    ids: list[int]
    """The placeholder tokens that its features fill, with the tokens around them."""
    types: list[int] | None
    """For each token, 1 where a feature goes; for models that ask for it."""
    features: tuple[Tensor, ...]
    """Output of the vision encoder: the pooled features, then those of deeper layers where the model uses them."""
    geometry: dict[str, Tensor]
    """What else the model asks about the image, for example its grid of patches. First dimension: images."""

    def size(self) -> int:
        """Bytes of its features."""
        return sum(layer.numel() * layer.element_size() for layer in self.features)


@dataclass(frozen=True)
class Prompt:
    """One probe, encoded."""

    length: int
    ids: list[int]
    images: tuple[EncodedImage, ...]
    types: list[int] | None = None
    inputs: dict[str, Any] | None = None
    """Ready-made inputs of a batch of one."""
    prefix: int = 0
    """How many tokens there are up to the end of the last image: what other questions about the same images begin with, too."""

    def beginning(self) -> "Prompt":
        """The prefix as a prompt of its own; at least one token."""
        count = max(1, self.prefix)
        return replace(self, length=count, ids=self.ids[:count], types=self.types and self.types[:count])


class Encoder(Protocol):
    """Turns probes into prompts, and lets the model read them."""

    batches: bool
    """Whether several prompts may be read together."""

    def encode(self, probes: Sequence[Probe]) -> list[Prompt]:
        """One prompt a probe."""
        ...

    def read(self, prompts: Sequence[Prompt]) -> Prefill:
        """The prompts, read by the model in one batch."""
        ...


def template_options(processor: Any) -> dict[str, Any]:
    """Answers come first, without a chain of thought, where a template lets us say so."""
    return {"enable_thinking": False} if "enable_thinking" in str(processor.chat_template or "") else {}


class OneByOne:
    """The stock processor, for each probe alone."""

    batches = False

    def __init__(self, model: PreTrainedModel, processor: Any) -> None:
        self._model = model
        self._processor = processor

    def encode(self, probes: Sequence[Probe]) -> list[Prompt]:
        return [self._prompt(probe) for probe in probes]

    def read(self, prompts: Sequence[Prompt]) -> Prefill:
        (prompt,) = prompts
        return prefill(self._model, prompt.inputs or {})

    def _prompt(self, probe: Probe) -> Prompt:
        chat = [_conversation([{"type": "image", "image": picture.pixels()} for picture in probe.images], probe.prompt)]
        arguments = {"tokenize": True, "return_dict": True, "return_tensors": "pt", "add_generation_prompt": True}
        arguments |= {"processor_kwargs": {"padding": False}, **template_options(self._processor)}
        try:
            inputs = self._processor.apply_chat_template(chat, sanitize_control_tokens=True, **arguments)
        except NotImplementedError:  # templates that leave special tokens to the tokenizer
            refuse_control_tokens(self._processor.tokenizer, probe.prompt)
            inputs = self._processor.apply_chat_template(chat, **arguments)
        inputs = inputs.to(self._model.device)
        ids = inputs["input_ids"][0].tolist()
        return Prompt(len(ids), ids, (), inputs=dict(inputs))


class SharedVision:
    """Vision features computed once an image; prompts tokenised with one placeholder an image, which is then filled in."""

    batches = True

    def __init__(self, model: PreTrainedModel, processor: Any, *, share_prefixes: bool) -> None:
        parameters = inspect.signature(model.forward).parameters
        if "mm_encoder_outputs" not in parameters:
            raise TypeError(f"{type(model).__name__} takes no vision features")
        self._model = model
        self._processor = processor
        self._placeholder: int = processor.image_token_id
        self._vision: Any = model.base_model.get_image_features
        self._vision_arguments = inspect.signature(self._vision).parameters
        self._takes_types = "mm_token_type_ids" in parameters
        self._geometry = [name for name in parameters if name.startswith("image_") and name != "image_hidden_states"]
        self._pad = processor.tokenizer.pad_token_id or 0
        self._images: Recent[Picture, EncodedImage] = Recent(KEPT_FEATURES, EncodedImage.size)
        self._texts: Recent[tuple[str, int], list[int]] = Recent(KEPT_TEXTS)
        self._output_type: type = type(None)
        self._share_prefixes = share_prefixes

    def encode(self, probes: Sequence[Probe]) -> list[Prompt]:
        pictures = self._images.get((picture for probe in probes for picture in probe.images), self._encode_images)
        texts = [(probe.prompt, len(probe.images)) for probe in probes]
        rows = self._texts.get(texts, self._tokenise)
        return [
            self._filled(rows[text], [pictures[image] for image in probe.images])
            for text, probe in zip(texts, probes, strict=True)
        ]

    def read(self, prompts: Sequence[Prompt]) -> Prefill:
        if not self._share_prefixes:
            return prefill(self._model, self._collate(prompts))
        beginnings = {_beginning_key(prompt): prompt.beginning() for prompt in prompts}
        places = {key: place for place, key in enumerate(beginnings)}
        rows = torch.tensor([places[_beginning_key(prompt)] for prompt in prompts], device=self._model.device)
        rest = [prompt.ids[max(1, prompt.prefix) :] for prompt in prompts]
        width = max(map(len, rest))
        ids = torch.tensor([[self._pad] * (width - len(row)) + row for row in rest], device=self._model.device)
        present = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rest], device=self._model.device)
        return read_shared(self._model, self._collate(list(beginnings.values())), rows, ids, present)

    def _collate(self, prompts: Sequence[Prompt]) -> dict[str, Any]:
        """Arguments of the model's forward pass, padded on the left."""
        device = self._model.device
        width = max(prompt.length for prompt in prompts)
        gaps = [width - prompt.length for prompt in prompts]
        batch: dict[str, Any] = {
            "input_ids": [[self._pad] * gap + prompt.ids for gap, prompt in zip(gaps, prompts, strict=True)],
            "attention_mask": [[0] * gap + [1] * prompt.length for gap, prompt in zip(gaps, prompts, strict=True)],
        }
        if self._takes_types:
            rows = zip(gaps, prompts, strict=True)
            batch["mm_token_type_ids"] = [[0] * gap + (prompt.types or [0] * prompt.length) for gap, prompt in rows]
        batch = {name: torch.tensor(rows, device=device) for name, rows in batch.items()}
        images = [image for prompt in prompts for image in prompt.images]
        if images:
            pooled, *deeper = zip(*(image.features for image in images), strict=True)
            extra = {"deepstack_features": [list(layer) for layer in deeper]} if deeper else {}
            batch["mm_encoder_outputs"] = {"image": self._output_type(pooler_output=list(pooled), **extra)}
            for name in images[0].geometry:
                batch[name] = torch.cat([image.geometry[name] for image in images])
        return batch

    def _tokenise(self, texts: list[tuple[str, int]]) -> list[list[int]]:
        """Prompts with some number of images, in the chat template, as tokens; control tokens in a prompt are plain text."""
        return self._processor.tokenizer.apply_chat_template(
            [_conversation([{"type": "image"}] * images, prompt) for prompt, images in texts],
            chat_template=self._processor.chat_template,
            tokenize=True,
            return_dict=False,
            add_generation_prompt=True,
            sanitize_control_tokens=True,
            **template_options(self._processor),
        )

    def _filled(self, row: list[int], images: list[EncodedImage]) -> Prompt:
        """The prompt with each placeholder replaced by the tokens of its image, in order."""
        if row.count(self._placeholder) != len(images):
            raise ValueError(f"the chat template shows {row.count(self._placeholder)} of {len(images)} images")
        ids: list[int] = []
        types: list[int] = []
        prefix = 0
        remaining = iter(images)
        for token in row:
            image = next(remaining) if token == self._placeholder else None
            ids += image.ids if image else [token]
            types += (image.types or [0] * len(image.ids)) if image else [0]
            prefix = len(ids) if image else prefix
        return Prompt(len(ids), ids, tuple(images), types=types, prefix=prefix)

    def _encode_images(self, pictures: list[Picture]) -> Iterator[EncodedImage]:
        """Images of one size go through the processor together, and those of one shape through the vision encoder."""
        processed = dict[Picture, dict[str, Any]]()
        for same_size in _by(lambda picture: picture.pixels().size, pictures):
            processed |= zip(same_size, self._process(same_size), strict=True)
        encoded = dict[Picture, EncodedImage]()
        for same_shape in _by(lambda picture: _shapes(processed[picture]), pictures):
            encoded |= zip(same_shape, self._run_vision([processed[picture] for picture in same_shape]), strict=True)
        return (encoded[picture] for picture in pictures)

    def _process(self, pictures: list[Picture]) -> list[dict[str, Any]]:
        """The stock processor on each image: its pixels, its geometry, and the tokens that stand for it."""
        text = [self._processor.image_token] * len(pictures)
        images = [[picture.pixels()] for picture in pictures]
        inputs = self._processor(images=images, text=text, add_special_tokens=False, return_tensors="pt").to(self._model.device)
        if len(pictures) == 1:
            return [dict(inputs)]
        if any(len(value) != len(pictures) for value in inputs.values()):
            # Some processors put the patches of all images into one row, where nothing tells them apart.
            return [one for picture in pictures for one in self._process([picture])]
        return [{name: value[row : row + 1] for name, value in inputs.items()} for row in range(len(pictures))]

    def _run_vision(self, processed: list[dict[str, Any]]) -> Iterator[EncodedImage]:
        names = [name for name in processed[0] if name in self._vision_arguments]
        with torch.inference_mode():
            arguments = {name: torch.cat([inputs[name] for inputs in processed]) for name in names}
            output = self._vision(**arguments, return_dict=True)
        self._output_type = type(output)
        if len(output.pooler_output) != len(processed):
            raise ValueError(f"{len(processed)} images gave {len(output.pooler_output)} features")
        layers = [output.pooler_output, *(getattr(output, "deepstack_features", None) or ())]
        for inputs, features in zip(processed, zip(*layers, strict=True), strict=True):
            types = inputs["mm_token_type_ids"][0].tolist() if "mm_token_type_ids" in inputs else None
            geometry = {name: inputs[name] for name in self._geometry if name in inputs}
            yield EncodedImage(inputs["input_ids"][0].tolist(), types, features, geometry)


def choose_encoder(model: PreTrainedModel, processor: Any, images: int) -> Encoder:
    """The fastest encoder that gives the same logits as `OneByOne` on a test question with `images` images.

    Raises:
        Exception: whatever the model says where even the stock processor cannot ask it with so many images.
    """
    colours = ("teal", "orange")
    pictures = tuple(picture_from_pixels(Image.new("RGB", (64, 48), colour)) for colour in colours[:images])
    long, short = (Probe("self-check", "", "", pictures, prompt) for prompt in ("Which is it, A or B?", "Which?"))
    stock = OneByOne(model, processor)
    with torch.inference_mode():
        expected = torch.cat([stock.read(stock.encode([probe])).logits for probe in (long, short)])
        for share_prefixes in (True, False):
            try:
                shared = SharedVision(model, processor, share_prefixes=share_prefixes)
                found = shared.read(shared.encode([long, short])).logits
            except Exception as error:  # noqa: BLE001  what it says where it cannot be asked so depends on the architecture
                log.debug("%s: cannot share vision features (%s)", type(model).__name__, one_line(error))
                continue
            difference = ((found - expected).abs().max() / expected.abs().max()).item()
            if difference <= AGREEMENT:
                return shared
            log.debug("%s: sharing changes logits by %.2g (prefixes: %s)", type(model).__name__, difference, share_prefixes)
    return stock


def _by(key: Callable[[Picture], Any], pictures: Iterable[Picture]) -> list[list[Picture]]:
    """Pictures with equal keys, in lists."""
    together: dict[Any, list[Picture]] = {}
    for picture in pictures:
        together.setdefault(key(picture), []).append(picture)
    return list(together.values())


def _shapes(inputs: dict[str, Any]) -> tuple[Any, ...]:
    return tuple((name, tuple(value.shape[1:])) for name, value in sorted(inputs.items()))


def _conversation(images: list[dict[str, Any]], prompt: str) -> list[dict[str, Any]]:
    """The chat that asks: images in order, then the prompt. The model adds no words of its own."""
    return [{"role": "user", "content": [*images, {"type": "text", "text": prompt}]}]


def _beginning_key(prompt: Prompt) -> tuple[Any, ...]:
    """The same for prompts that begin with the same images after the same words."""
    return (tuple(prompt.ids[: max(1, prompt.prefix)]), tuple(map(id, prompt.images)))


def groups(prompts: Sequence[Prompt], *, together: bool, max_tokens: int) -> Iterator[list[int]]:
    """Places of prompts to read together: of similar length, so that little is padding, and of at most `max_tokens`."""
    group: list[int] = []
    tokens = 0
    for place in sorted(range(len(prompts)), key=lambda place: prompts[place].length):
        padded = prompts[place].length * (len(group) + 1)
        padding = padded - tokens - prompts[place].length
        wasteful = padding > MAX_PADDING and padding > padded / 4
        if group and (not together or wasteful or padded > max_tokens):
            yield group
            group, tokens = [], 0
        group.append(place)
        tokens += prompts[place].length
    if group:
        yield group


def refuse_control_tokens(tokenizer: Any, prompt: str) -> None:
    """Raise ValueError if a special token is spelled out in `prompt`."""
    for token in tokenizer.all_special_tokens:
        if token.strip() and token in prompt:
            raise ValueError(f"the prompt contains the control token {token!r}")
