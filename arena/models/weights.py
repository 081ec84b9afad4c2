"""The weights of a repository before they are loaded: their files, their number of parameters, and the memory they take."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from arena.errors import RepositoryError
from arena.models.files import PICKLE_SUFFIXES, Files, is_read
from arena.models.hub import weight_files

FLOAT32_BYTES = 4
BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
"""Torch dtype of weights -> bytes of one."""
INTEGERS = re.compile(r"[IU]\d+|BOOL")
"""Types of tensors that hold no parameters, except where several are packed into one number."""
FLOAT8 = re.compile("F8_")
"""Types of floats of eight bits."""
PACKED = re.compile(r"(weight|qweight|weight_packed|_blocks)$")
"""Names of tensors with packed weights, as quantisation packages write them."""
BESIDE_PACKED = re.compile(r"(scales?|scale_inv|zeros|zero_point|absmax|quant_map|amax|SCB)$")
"""Names of floats that say how packed weights are to be read, and are no parameters."""


@dataclass(frozen=True)
class Measure:
    """How large a model is."""

    parameters: int
    memory_bytes: int
    """Memory of the weights once loaded as float32; those that are packed stay so."""
    packed_bytes: int = 0
    """Of that, what is packed."""
    float8_parameters: int = 0
    """Parameters that are stored as floats of eight bits, which only some GPUs compute with; elsewhere they become wider."""


def weight_names(files: Files) -> tuple[str, ...]:
    """Names of the safetensors files that loading reads.

    Raises:
        RepositoryError: there are none, or some are missing.
    """
    names = weight_files(files.folder, files.sizes)[""]
    if missing := [name for name in names if name not in files.sizes]:
        raise RepositoryError(f"{files.name}: {missing[0]} is missing; upload all weights")
    if names:
        return names
    if any(name.endswith(PICKLE_SUFFIXES) for name in files.sizes):
        raise RepositoryError(f"{files.name}: its weights are pickled, which can run code; save them as safetensors")
    raise RepositoryError(f"{files.name}: has no model.safetensors; save the model with save_pretrained")


def check_size(files: Files, weights: tuple[str, ...], max_bytes: int) -> None:
    """Bound the size of the files that loading reads.

    Raises:
        RepositoryError: they are larger.
    """
    total = sum(size for name, size in files.sizes.items() if is_read(name, weights))
    if total > max_bytes:
        raise RepositoryError(f"{files.name}: {amount(total)} of files; at most {amount(max_bytes)} may enter")


def measure(files: Files, weights: tuple[str, ...], config: Mapping[str, Any], unread: tuple[str, ...] = ()) -> Measure:
    """Count the parameters in the headers of the weights, and the memory that they will take.

    Args:
        files: the repository.
        weights: names of its weights.
        config: what its `config.json` holds.
        unread: how the names of tensors begin that are not loaded.
    """
    tensors = {name: tensor for file in weights for name, tensor in files.header(file).items()}
    loaded = {name: tensor for name, tensor in tensors.items() if not name.startswith(unread)}
    quantisation = config.get("quantization_config") or {}
    parameters = memory = packed = float8 = 0
    for name, tensor in loaded.items():
        count, size = math.prod(tensor["shape"]), tensor["data_offsets"][1] - tensor["data_offsets"][0]
        if quantisation and BESIDE_PACKED.search(name):
            packed += size
        elif not INTEGERS.fullmatch(tensor["dtype"]):
            parameters += count
            memory += count * FLOAT32_BYTES
            float8 += count if FLOAT8.match(tensor["dtype"]) else 0
        elif quantisation:
            parameters += size * 8 // _bits(quantisation) if PACKED.search(name) else 0
            packed += size
    return Measure(parameters, memory + packed, packed, float8)


def amount(count: int) -> str:
    """Bytes as people say them."""
    return f"{count / 2**30:.1f} GB" if count >= 2**30 else f"{count / 2**20:.0f} MB"


def _bits(quantisation: Mapping[str, Any]) -> int:
    """Bits of one packed weight, which packages write under different names and depths."""
    if quantisation.get("load_in_4bit") or quantisation.get("quant_method") == "mxfp4":
        return 4
    pending: list[Any] = [quantisation]
    while pending:
        value = pending.pop(0)
        if isinstance(value, Mapping):
            for key in ("bits", "w_bit", "num_bits", "nbits"):
                if isinstance(value.get(key), int) and value[key] > 0:
                    return value[key]
            pending += value.values()
    return 8
