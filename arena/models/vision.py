"""Pictures as a generative model sees them: what its vision encoder gives, computed once a picture."""

import inspect
import logging
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any, TypeVar

import torch
from torch import Tensor
from transformers import PreTrainedModel

from arena.errors import one_line
from arena.images import Picture
from arena.models.chat import Chat
from arena.models.device_memory import features_size
from arena.models.encoding import EncodedImage, Prompt, tensors
from arena.models.runtime import Recent

LAYERED = "deepstack_features"
"""Features that go into deeper layers: one part for each of those layers."""
PLAIN = ("pooler_output", "last_hidden_state")
"""Where a vision encoder puts the features of its images; the second where a model projects them itself."""
CONSTANT = ("visual_indicator_features",)
"""What is the same for all images."""
GEOMETRY = ("image_grid_thw", "target_sizes")
"""What a language model asks about images beside their features."""

ROUNDING = {torch.float32: 1e-4}
"""Largest difference of features, relative to the largest feature, that rounding explains."""
ROUNDING_OF_HALF = 0.02
"""The same in half precision."""

Value = TypeVar("Value")

log = logging.getLogger(__name__)


class Vision:
    """The vision encoder of one model.

    Args:
        model: whose forward pass takes `mm_encoder_outputs`.
        chat: its processor.
        alone: whether a picture looks the same however many a prompt shows; some processors cut a single picture into more
            tiles than one of several.

    Raises:
        TypeError: the model takes no features.
    """

    mixes = True
    """Whether prompts with different numbers of images may be read together."""

    def __init__(self, model: PreTrainedModel, chat: Chat, *, alone: bool) -> None:
        parameters = inspect.signature(model.forward).parameters
        if "mm_encoder_outputs" not in parameters:
            raise TypeError(f"{type(model).__name__} takes no vision features")
        base: Any = model.base_model
        self._encoder: Any = base.get_image_features if hasattr(base, "get_image_features") else model.get_image_features  # type: ignore[operator]
        self._arguments = inspect.signature(self._encoder).parameters
        self._geometry = [name for name in GEOMETRY if name in parameters]
        self._chat = chat
        self._alone = alone
        self._images: Recent[tuple[Picture, int], EncodedImage] = Recent(features_size(model, chat.device), EncodedImage.size)
        self._batches: bool | None = None
        """Whether inputs of one shape may be put one after another; None while nobody knows."""
        self._output: Any = None
        """The last output, whose constant parts all outputs share."""

    def forget(self) -> None:
        """Let go of all features."""
        self._images.clear()
        self._output = None

    def encode(self, shown: Sequence[tuple[Picture, ...]]) -> list[tuple[EncodedImage, ...]]:
        """The images of several prompts. Each picture is encoded once, as long as there is room for its features."""
        sets = [one for pictures in shown for one in ([(picture,) for picture in pictures] if self._alone else [pictures])]
        keys = {(picture, len(pictures)): pictures for pictures in sets for picture in pictures}
        images = self._images.get(keys, lambda missing: self._encode(missing, {keys[key]: None for key in missing}))
        return [tuple(images[picture, 1 if self._alone else len(pictures)] for picture in pictures) for pictures in shown]

    def arguments(self, prompts: Sequence[Prompt]) -> dict[str, Any]:
        """What the forward pass of a batch takes in place of pixels."""
        images = [image for prompt in prompts for image in prompt.images]
        if not images:
            return {}
        fields = {name: _joined([image.features[name] for image in images]) for name in images[0].features}
        constant = {name: self._output[name] for name in CONSTANT if name in self._output}
        geometry = {name: torch.cat([image.geometry[name] for image in images]) for name in images[0].geometry}
        return {"mm_encoder_outputs": {"image": SimpleNamespace(**fields, **constant)}, **geometry}

    def _encode(self, keys: Sequence[tuple[Picture, int]], sets: Iterable[tuple[Picture, ...]]) -> Iterator[EncodedImage]:
        """Sets of pictures whose inputs have one shape go through the vision encoder together."""
        inputs = {pictures: self._inputs(pictures) for pictures in sets}
        encoded: dict[tuple[Picture, int], EncodedImage] = {}
        for same in _by(lambda pictures: _shapes(inputs[pictures]), inputs):
            for pictures, features in zip(same, self._run([inputs[pictures] for pictures in same]), strict=True):
                geometry = {name: inputs[pictures][name] for name in self._geometry if name in inputs[pictures]}
                images = zip(pictures, _split(features, len(pictures)), _split(geometry, len(pictures)), strict=True)
                for picture, part, shape in images:
                    encoded[picture, len(pictures)] = EncodedImage(part, shape)
        return (encoded[key] for key in keys)

    def _inputs(self, pictures: Sequence[Picture]) -> dict[str, Tensor]:
        """What the vision encoder takes of the stock processor's inputs."""
        inputs = self._chat.stock_inputs("?", [picture.pixels() for picture in pictures])
        return {name: value for name, value in inputs.items() if name in self._arguments or name in self._geometry}

    def _run(self, inputs: Sequence[dict[str, Tensor]]) -> list[dict[str, Any]]:
        """The features of each set, together where the vision encoder lets their inputs be put one after another."""
        if len(inputs) == 1 or self._batches is False:
            return [self._output_of([one]) for one in inputs]
        if self._batches:
            return _split(self._output_of(inputs), len(inputs))
        # Some encoders fail on that, and some count from the first of all patches, so that it is tried once.
        single = [self._output_of([one]) for one in inputs]
        if _close([single[0]] * len(single), single):
            return single  # pictures that are nearly the same: whether they would be mixed up does not show
        try:
            self._batches = _close(_split(self._output_of(inputs), len(inputs)), single)
        except Exception as error:  # noqa: BLE001 - what it says where it cannot depends on the architecture
            log.debug("images are encoded one at a time (%s)", one_line(error))
            self._batches = False
        return single

    def _output_of(self, inputs: Sequence[dict[str, Tensor]]) -> dict[str, Any]:
        names = [name for name in inputs[0] if name in self._arguments]
        with torch.inference_mode():
            output = self._encoder(**{name: torch.cat([one[name] for one in inputs]) for name in names}, return_dict=True)
        self._output = output
        plain = next(name for name in PLAIN if output.get(name) is not None)
        fields = {plain: output[plain]}
        if output.get(LAYERED) is not None:
            fields[LAYERED] = list(output[LAYERED])
        return fields


def _split(fields: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """The features of `count` images of one shape, apart."""
    parts: list[dict[str, Any]] = [{} for _ in range(count)]
    for name, value in fields.items():
        layers = [_parts(layer, count) for layer in value] if name == LAYERED else [_parts(value, count)]
        for place, part in enumerate(parts):
            mine = [layer[place] for layer in layers]
            part[name] = mine if name == LAYERED else mine[0]
    return parts


def _parts(value: Any, count: int) -> list[Any]:
    if len(value) % count:
        raise ValueError(f"{count} images gave {len(value)} features")
    rows = len(value) // count
    return [value[start : start + rows] for start in range(0, len(value), rows)]


def _close(parts: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]]) -> bool:
    """Whether features are the same but for rounding."""
    return all(
        one.shape == other.shape
        and (one - other).abs().max() <= ROUNDING.get(other.dtype, ROUNDING_OF_HALF) * other.abs().max()
        for one, other in zip(tensors(list(parts)), tensors(list(others)), strict=True)
    )


def _joined(values: Sequence[Any]) -> Any:
    """As the vision encoder gives the features of several images: rows of one tensor, or a list."""
    first = values[0]
    if isinstance(first, Tensor):
        return torch.cat(list(values))
    if first and not isinstance(first[0], Tensor):
        return [_joined([value[layer] for value in values]) for layer in range(len(first))]
    return [part for value in values for part in value]


def _shapes(inputs: dict[str, Tensor]) -> Hashable:
    return tuple((name, tuple(value.shape)) for name, value in sorted(inputs.items()))


def _by(key: Callable[[Value], Hashable], values: Iterable[Value]) -> list[list[Value]]:
    """Values with equal keys, in lists."""
    together: dict[Hashable, list[Value]] = {}
    for value in values:
        together.setdefault(key(value), []).append(value)
    return list(together.values())
