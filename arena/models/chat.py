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
    """

    def __init__(self, processor: Any, device: torch.device, dtype: torch.dtype) -> None:
        self.processor = processor
        self.tokenizer = processor.tokenizer
        self._device = device
        self._dtype = dtype
        # Answers come first, without a chain of thought, where a template lets us say so.
        thinks = "enable_thinking" in str(processor.chat_template or "")
        self._template: dict[str, Any] = {"enable_thinking": False} if thinks else {}
        self._by_size = _reads_sizes_only(processor)
        self._texts: Recent[tuple[str, tuple[Size, ...]], Tokens] = Recent(KEPT_TEXTS)
        self._controls = _control_tokens(self.tokenizer)
        self._sanitises = self._agrees()

    def inputs(self, prompt: str, images: Sequence[Image.Image]) -> dict[str, Any]:
        """What the model reads: a batch of one, on its device.

        Raises:
            ValueError: the prompt spells a control token, and this processor cannot read that as plain text.
            Exception: whatever the processor says to a prompt, or a number of images, that it cannot take.
        """
        return self._moved(self._safe(self.processor, prompt, images))

    def stock_inputs(self, prompt: str, images: Sequence[Image.Image]) -> dict[str, Any]:
        """As `inputs`, in the way of the model's own documentation: for harmless words only."""
        return self._moved(self._stock(self.processor, [prompt], [images]))

    def stock_batch(self, prompts: Sequence[str], images: Sequence[Sequence[Image.Image]]) -> dict[str, Any]:
        """Several harmless prompts in one batch, padded on the left as the model's documentation does it."""
        return self._moved(self._stock(self.processor, prompts, images, padding=True, padding_side="left"))

    def tokens(self, prompt: str, sizes: Sequence[Size]) -> Tokens:
        """The tokens of a prompt with images of these sizes, (width, height) in pixels each.

        What an image shows does not change which tokens stand for it, so that the processor need not see it.
        """
        key = (prompt, tuple(sizes))
        return self._texts.get([key], lambda keys: [self._tokens(*key) for key in keys])[key]

    def _tokens(self, prompt: str, sizes: Sequence[Size]) -> Tokens:
        inputs = self._safe(self._by_size, prompt, [Image.new("RGB", size) for size in sizes])
        rows = {name: inputs[name][0].tolist() for name in ("input_ids", *TYPES, SIGHT) if name in inputs}
        return Tokens(rows.pop("input_ids"), rows)

    def _safe(self, processor: Any, prompt: str, images: Sequence[Image.Image]) -> BatchFeature:
        if self._sanitises:
            try:
                return self._stock(processor, [prompt], [images], sanitize=True)
            except Exception:  # noqa: BLE001, S110 - why it fails depends on the processor; the next lines do without
                pass
        for token in self._controls:
            if token in prompt:
                raise ValueError(f"the prompt contains the control token {token!r}")
        return self._stock(processor, [prompt], [images])

    def _stock(
        self,
        processor: Any,
        prompts: Sequence[str],
        images: Sequence[Sequence[Image.Image]],
        *,
        sanitize: bool = False,
        **padding: Any,
    ) -> BatchFeature:
        return processor.apply_chat_template(
            [_conversation(prompt, shown) for prompt, shown in zip(prompts, images, strict=True)],
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
        asked = (self.processor, ["Is it A or B?\nSay so."], [[Image.new("RGB", (64, 48))]])
        try:
            return _equal(self._stock(*asked, sanitize=True), self._stock(*asked))
        except Exception:  # noqa: BLE001 - why it fails depends on the processor
            return False

    def _moved(self, inputs: BatchFeature) -> dict[str, Any]:
        return dict(inputs.to(device=self._device, dtype=self._dtype))


def _control_tokens(tokenizer: Any) -> list[str]:
    """What a prompt must not spell: tokens with a role, and others that the vocabulary marks as special."""
    added = getattr(tokenizer, "added_tokens_decoder", {})  # which tokenizers of mistral-common do not have
    marked = [token.content for token in added.values() if token.special]
    return [token for token in dict.fromkeys((*tokenizer.all_special_tokens, *marked)) if token.strip()]


def _conversation(prompt: str, images: Sequence[Image.Image]) -> list[dict[str, Any]]:
    """The chat that asks: images in order, then the prompt. The model adds no words of its own."""
    shown: list[dict[str, Any]] = [{"type": "image", "image": image} for image in images]
    return [{"role": "user", "content": [*shown, {"type": "text", "text": prompt}]}]


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
