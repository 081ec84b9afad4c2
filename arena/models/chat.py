"""Probes in the chat template of a model: the inputs that stock transformers makes of them.

Words that come from outside may spell control tokens. Where transformers can encode these as plain text, it does; where the
processor fails on that, or makes other inputs of harmless words, a prompt that holds a control token is refused instead.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image
from transformers import BatchFeature

from arena.models.runtime import Recent
from arena.models.thoughts import read_thoughts
from arena.probes import Turn

KEPT_TEXTS = 4096
"""Prompts whose tokens are kept: a pair asks each about both of its images."""
KEPT_LAYOUTS = 64
"""Sets of image sizes of which the tokens that stand for them are known."""
TYPES = ("mm_token_type_ids", "token_type_ids")
"""What processors call the row that tells for each token whether it is an image's or a word's."""
SIGHT = "cross_attention_mask"
"""And the one that tells which tiles of which images it sees, for models that look at images beside the text."""

Size = tuple[int, int]


@dataclass(frozen=True)
class Tokens:
    """What one prompt is to the language model: its tokens, those that images will fill among them."""

    ids: list[int]
    types: dict[str, list[Any]]
    """Name -> what each token is, or sees, where the processor gives such rows."""


class Chat:
    """The stock processor of one model, asked in its own chat template.

    Args:
        processor: as `AutoProcessor` loads it, with a chat template.
        device: where the inputs go.
        dtype: of pictures and other inputs that are no counts: that of the model.
        thinking: tokens that its model may spend on thoughts; 0 to switch them off, where the template lets us.
    """

    def __init__(self, processor: Any, device: torch.device, dtype: torch.dtype, thinking: int = 0) -> None:
        self.processor = processor
        self.tokenizer = processor.tokenizer
        self.device = device
        self._dtype = dtype
        self.thinking = thinking
        self.thoughts = read_thoughts(processor.chat_template or "")
        self._template = dict(self.thoughts.aloud if thinking else self.thoughts.quiet)
        self._by_size = _reads_sizes_only(processor)
        self._texts: Recent[tuple[str, tuple[Size, ...], tuple[Turn, ...]], Tokens] = Recent(KEPT_TEXTS)
        self._controls = control_tokens(self.tokenizer)
        self._sanitises = self._agrees()

    def inputs(self, prompt: str, images: Sequence[Image.Image], before: tuple[Turn, ...] = ()) -> dict[str, Any]:
        """What the model reads: a batch of one, on its device.

        Args:
            prompt: what is asked last.
            images: all that the chat shows, in order: those of examples, then those of the question.
            before: earlier turns.

        Raises:
            ValueError: the prompt spells a control token, and this processor cannot read that as plain text.
            Exception: whatever the processor says to a prompt, or a number of images, that it cannot take.
        """
        return self._moved(self._safe(self.processor, prompt, images, before))

    def stock_inputs(self, prompt: str, images: Sequence[Image.Image], before: tuple[Turn, ...] = ()) -> dict[str, Any]:
        """As `inputs`, in the way of the model's own documentation: for harmless words only."""
        return self._moved(self._stock(self.processor, [conversation(prompt, images, before)]))

    def stock_batch(self, prompts: Sequence[str], images: Sequence[Sequence[Image.Image]]) -> dict[str, Any]:
        """Several harmless prompts in one batch, padded on the left as the model's documentation does it."""
        asked = [conversation(prompt, shown) for prompt, shown in zip(prompts, images, strict=True)]
        return self._moved(self._stock(self.processor, asked, padding=True, padding_side="left"))

    def takes(self, before: Turn, prompt: str) -> bool:
        """Whether the template writes an earlier turn as it was, and the next question after it."""
        try:
            alone = self._rendered(conversation(before.prompt, ()), opened=False)
            chat = self._rendered(conversation(prompt, (), (before,)), opened=True)
        except Exception:  # noqa: BLE001 - templates raise what they like
            return False
        places = [chat.find(text) for text in (before.prompt, before.words, prompt)]
        return chat.startswith(alone) and -1 not in places and places == sorted(places)

    def tokens(self, prompt: str, sizes: Sequence[Size], before: tuple[Turn, ...] = ()) -> Tokens:
        """The tokens of a prompt with images of these sizes, (width, height) in pixels each.

        What an image shows does not change which tokens stand for it, so that the processor need not see it.
        """
        key = (prompt, tuple(sizes), before)
        return self._texts.get([key], lambda keys: [self._tokens(*key) for key in keys])[key]

    def _tokens(self, prompt: str, sizes: Sequence[Size], before: tuple[Turn, ...]) -> Tokens:
        inputs = self._safe(self._by_size, prompt, [Image.new("RGB", size) for size in sizes], before)
        rows = {name: inputs[name][0].tolist() for name in ("input_ids", *TYPES, SIGHT) if name in inputs}
        return Tokens(rows.pop("input_ids"), rows)

    def _safe(self, processor: Any, prompt: str, images: Sequence[Image.Image], before: tuple[Turn, ...]) -> BatchFeature:
        asked = [conversation(prompt, images, before)]
        if self._sanitises:
            try:
                return self._stock(processor, asked, sanitize=True)
            except Exception:  # noqa: BLE001, S110 - why it fails depends on the processor; the next lines do without
                pass
        words = "\0".join((prompt, *(text for turn in before for text in (turn.prompt, turn.words))))
        for token in self._controls:
            if token in words:
                raise ValueError(f"the prompt contains the control token {token!r}")
        return self._stock(processor, asked)

    def _rendered(self, conversation: list[dict[str, Any]], *, opened: bool) -> str:
        return self.processor.apply_chat_template(conversation, add_generation_prompt=opened, tokenize=False, **self._template)

    def _stock(
        self, processor: Any, conversations: Sequence[list[dict[str, Any]]], *, sanitize: bool = False, **padding: Any
    ) -> BatchFeature:
        return processor.apply_chat_template(
            conversations,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
            add_generation_prompt=True,
            sanitize_control_tokens=sanitize,
            processor_kwargs=padding or {"padding": False},  # a fresh one for each call, as transformers writes into it
            **self._template,
        )

    def _agrees(self) -> bool:
        """Whether control tokens can be read as plain text without changing what is made of harmless words."""
        asked = [conversation("Is it A or B?\nSay so.", [Image.new("RGB", (64, 48))])]
        try:
            return _equal(self._stock(self.processor, asked, sanitize=True), self._stock(self.processor, asked))
        except Exception:  # noqa: BLE001 - why it fails depends on the processor
            return False

    def _moved(self, inputs: BatchFeature) -> dict[str, Any]:
        return dict(inputs.to(device=self.device, dtype=self._dtype))


def control_tokens(tokenizer: Any) -> list[str]:
    """What a prompt must not spell: tokens with a role, and others that the vocabulary marks as special."""
    added = getattr(tokenizer, "added_tokens_decoder", {})  # which tokenizers of mistral-common do not have
    marked = [token.content for token in added.values() if token.special]
    return [token for token in dict.fromkeys((*tokenizer.all_special_tokens, *marked)) if token.strip()]


def conversation(prompt: str, images: Sequence[Image.Image], before: Sequence[Turn] = ()) -> list[dict[str, Any]]:
    """The chat that asks: the prompts in order, each but the last with what the model said to it.

    Examples show as many images as they have, from the first on; the first other turn shows the rest.
    """
    said = [text for turn in before for text in (turn.prompt, turn.words)]
    turns: list[list[dict[str, Any]]] = [[{"type": "text", "text": text}] for text in (*said, prompt)]
    rest = [{"type": "image", "image": image} for image in images]
    examples = [len(turn.images) for turn in before if turn.images]
    for place, count in enumerate((*examples, len(rest) - sum(examples))):
        turns[2 * place][:0], rest = rest[:count], rest[count:]
    return [{"role": ("user", "assistant")[place % 2], "content": content} for place, content in enumerate(turns)]


def _equal(inputs: BatchFeature, others: BatchFeature) -> bool:
    def same(one: Any, other: Any) -> bool:
        if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
            return torch.equal(one, other)
        return bool(one == other)

    return inputs.keys() == others.keys() and all(same(inputs[name], others[name]) for name in inputs)


def _reads_sizes_only(processor: Any) -> Any:
    """A processor that scales each set of image sizes once, whatever the images show: only its tokens are of use."""
    made = copy.copy(processor)
    made.image_processor = _Layouts(processor.image_processor)
    return made


class _Layouts:
    """Stands for an image processor, and remembers what it made of images of the same sizes."""

    def __init__(self, images: Any) -> None:
        self._processor = images
        self._layouts: Recent[str, BatchFeature] = Recent(KEPT_LAYOUTS)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._processor, name)

    def __call__(self, images: Any, *arguments: Any, **named: Any) -> BatchFeature:
        key = repr((_sizes(images), arguments, sorted(named.items(), key=lambda item: item[0])))
        made = self._layouts.get([key], lambda _: [self._processor(images, *arguments, **named)])[key]
        fresh = copy.copy(made)  # processors take out what the model does not read
        fresh.data = dict(made.data)
        return fresh


def _sizes(images: Any) -> Any:
    if isinstance(images, (list, tuple)):
        return [_sizes(image) for image in images]
    return getattr(images, "shape", None) or images.size
