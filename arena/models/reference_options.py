"""What follows the `?` of a model's name, joined by `&`: settings of the contestant that it names.

- `thinking=2048`: tokens that it may spend on thoughts before each answer; 0 says nothing.
- `turns=1`: it is never asked again after an answer.
- `dtype=bfloat16`: torch dtype of its weights, in place of what is usual where it runs.
- `device=cuda:1`: where it runs; `offload` for the GPUs, then main memory, then disk.
- `attention=flash_attention_2`: how attention is computed, as transformers calls it.
- `engine=vllm`: vLLM runs it, in the Python that `ARENA_VLLM_PYTHON` names, in place of transformers.
- `image_size=1024`: longest edge in pixels that its processor scales pictures to; 0 for what its repository ships.
- `images=1`: most images in one question; of endpoints alone, as the arena finds that out of other models.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from arena.errors import SettingsError

COUNT = r"\d{1,6}"
VALUES = {
    "attention": "eager|sdpa|flash_attention_[23]",
    "device": r"cpu|cuda(:\d{1,2})?|offload",
    "dtype": "bfloat16|float16|float32",
    "engine": "vllm",
    "image_size": COUNT,
    "images": COUNT,
    "thinking": COUNT,
    "turns": "[12]",
}
EXAMPLES = {
    "attention": "attention=flash_attention_2",
    "device": "device=cuda:1",
    "dtype": "dtype=bfloat16",
    "engine": "engine=vllm",
    "image_size": "image_size=1024",
    "images": "images=2",
    "thinking": "thinking=2048",
    "turns": "turns=1",
}
LOCAL = ("thinking", "turns", "dtype", "device", "attention", "engine", "image_size")
"""Those of models that are run here."""


@dataclass(frozen=True)
class LocalReference:
    """A model that is run here, and settings that its name asks for."""

    repository: str
    """A folder, or `organisation/name` or `organisation/name@commit` on the Hub."""
    options: str = ""
    """As they were written."""
    thinking: int | None = None
    """Tokens for thoughts; None where nothing is said."""
    turns: int = 2
    """Questions about one thing."""
    dtype: str | None = None
    device: str | None = None
    attention: str | None = None
    engine: str | None = None
    image_size: int | None = None
    """In pixels. None, here and above, where nothing is said."""

    def of(self, repository: str) -> str:
        """A reference with the same options to a repository by another name, such as one with a commit."""
        return f"{repository}?{self.options}" if self.options else repository


def local_reference(reference: str) -> LocalReference:
    """What a reference to a folder or a Hub repository means. A folder of that very name wins.

    Raises:
        SettingsError: an option is unknown.
    """
    repository, _, text = reference.rpartition("?")
    if not repository or Path(reference).expanduser().exists():
        return LocalReference(reference)
    options = option_texts(repository, text, LOCAL)
    counts = {option: int(value) for option, value in options.items() if value.isdecimal()}
    return LocalReference(
        repository,
        text,
        counts.get("thinking") or None,
        counts.get("turns", 2),
        options.get("dtype"),
        options.get("device"),
        options.get("attention"),
        options.get("engine"),
        counts.get("image_size"),
    )


def read_options(name: str, text: str, known: Sequence[str]) -> dict[str, int]:
    """Option -> its number; for the arguments see `option_texts`, of options whose values are counts.

    Raises:
        SettingsError: one is unknown, or has another value.
    """
    return {option: int(value) for option, value in option_texts(name, text, known).items()}


def option_texts(name: str, text: str, known: Sequence[str]) -> dict[str, str]:
    """Option -> its value.

    Args:
        name: how the error calls the model.
        text: what follows the `?`.
        known: the options that there are.

    Raises:
        SettingsError: one is unknown, or has another value.
    """
    options = {}
    for part in text.split("&") if text else []:
        option, _, value = part.partition("=")
        if option not in known or not re.fullmatch(VALUES[option], value):
            *others, last = (EXAMPLES[one] for one in known)
            raise SettingsError(f"{name}: the option {part!r} is unknown; use {', '.join(others)} or {last}")
        options[option] = value
    return options
