"""What all locally run models share: loading, threads, and a small memory of what was computed before."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from transformers import AutoProcessor

from arena.contestants import Contestant
from arena.errors import RepositoryError

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


def from_pretrained(auto_class: Any, contestant: Contestant, folder: Path) -> tuple[Any, Any]:
    """Model and processor of a checked repository: from safetensors, complete, and without code of its own.

    Raises:
        RepositoryError: stock transformers cannot load it, or weights are missing, which would be drawn at random.
    """
    try:
        processor = AutoProcessor.from_pretrained(folder, trust_remote_code=False)
        model, loading = auto_class.from_pretrained(
            folder,
            use_safetensors=True,
            trust_remote_code=False,
            dtype=getattr(torch, str(contestant.settings["dtype"])),
            output_loading_info=True,
        )
    except Exception as error:  # transformers fails in many ways on a broken repository
        raise RepositoryError(
            f"{contestant.repository}: cannot be loaded ({one_line(error)}); try it with from_pretrained"
        ) from error
    if loading["missing_keys"]:
        raise RepositoryError(f"{contestant.repository}: has no weights for {min(loading['missing_keys'])}; save all of them")
    return model, processor


def use_threads(count: int) -> None:
    """The one place that decides how many cores torch uses; models answer one after another, so each may have all of them."""
    torch.set_num_threads(max(1, count))


def one_line(error: BaseException) -> str:
    """The first line of what went wrong, for a reply that reports an error."""
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0][:200]}" if text else type(error).__name__


class Recent(Generic[Key, Value]):
    """The most recently used values, computed in batches when they are missing. For one thread at a time."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Key, Value] = OrderedDict()

    def get(self, keys: Iterable[Key], compute: Callable[[list[Key]], Iterable[Value]]) -> dict[Key, Value]:
        """The values of `keys`; `compute` is called once with all distinct missing keys, if any."""
        wanted = list(dict.fromkeys(keys))
        missing = [key for key in wanted if key not in self._values]
        fresh = dict(zip(missing, compute(missing), strict=True)) if missing else {}
        found = {key: fresh[key] if key in fresh else self._values[key] for key in wanted}
        for key, value in found.items():
            self._values[key] = value
            self._values.move_to_end(key)
        while len(self._values) > self._size:
            self._values.popitem(last=False)
        return found
