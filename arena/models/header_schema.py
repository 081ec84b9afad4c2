"""The schema of a safetensors header: what it may hold, and a reader that refuses all else.

A header is a JSON object from names of tensors to their dtype, shape and place (https://huggingface.co/docs/safetensors/index#format).
As for the format's own reader, tensors follow each other without gaps and fill the file.

This module needs nothing but Python, so that it also runs as a program: `arena.models.headers` reads large headers in a
process of their own, with bounds.
"""

import json
import math
import reprlib
import resource
import sys
from collections.abc import Mapping
from typing import Any

BITS = {
    "BOOL": 8,
    "F4": 4,
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    **dict.fromkeys(("U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("U16", "I16", "F16", "BF16"), 16),
    **dict.fromkeys(("U32", "I32", "F32"), 32),
    **dict.fromkeys(("U64", "I64", "F64", "C64"), 64),
}
"""Name of a dtype -> bits of one number."""
MAX_TENSORS = 100_000
"""Most tensors in one file: ten times what the largest published ones have."""
MAX_NAME = 1000
"""Longest name of a tensor, in characters."""
MAX_DIMENSIONS = 16
TRUNCATED = "is truncated or not a safetensors file; save or download it again"


class HeaderError(ValueError):
    """A header that is none; the message goes on from the name of the file."""


def read_header(text: bytes | bytearray, data_bytes: int) -> dict[str, dict[str, Any]]:
    """The tensors of a file, in the order of their data.

    Args:
        text: the JSON of its header.
        data_bytes: how much data follows it in the file.

    Returns:
        Name -> dtype, shape and data_offsets.

    Raises:
        HeaderError: it breaks the schema, and where.
    """
    try:
        header = json.loads(text, object_pairs_hook=_unique, parse_constant=_refused)
    except HeaderError:
        raise
    except (ValueError, RecursionError):
        raise HeaderError(TRUNCATED) from None
    if not isinstance(header, dict):
        raise HeaderError(TRUNCATED)
    header.pop("__metadata__", None)
    if len(header) > MAX_TENSORS:
        raise HeaderError(f"names {len(header)} tensors, and at most {MAX_TENSORS} may be in one file; save it in shards")
    for name, tensor in header.items():
        _check_tensor(name, tensor, data_bytes)
    ordered = dict(sorted(header.items(), key=lambda item: item[1]["data_offsets"]))
    _check_order(ordered, data_bytes)
    return ordered


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON in which every name stands once."""
    unique = dict(pairs)
    if len(unique) < len(pairs):
        names: set[str] = set()
        twice = next(name for name, _ in pairs if name in names or names.add(name))
        raise HeaderError(f"names {reprlib.repr(twice)} twice; save it again")
    return unique


def _refused(constant: str) -> None:
    raise HeaderError(f"holds {constant}, which is no JSON; save it again")


def _check_tensor(name: str, tensor: object, data_bytes: int) -> None:
    if len(name) > MAX_NAME:
        raise HeaderError(f"has a tensor whose name is {len(name)} characters long; at most {MAX_NAME} may be")
    where = f"has tensor {name!r}"
    if not isinstance(tensor, Mapping) or tensor.keys() != {"dtype", "shape", "data_offsets"}:
        raise HeaderError(f"{where} without dtype, shape and data_offsets alone; save it again")
    dtype, shape, offsets = tensor["dtype"], tensor["shape"], tensor["data_offsets"]
    if not isinstance(dtype, str) or dtype not in BITS:
        raise HeaderError(f"{where}: dtype {reprlib.repr(dtype)} is none of the format; save it again")
    if not _are_sizes(shape) or len(shape) > MAX_DIMENSIONS:
        raise HeaderError(
            f"{where}: shape {reprlib.repr(shape)} is no list of up to {MAX_DIMENSIONS} whole numbers from 0; save it again"
        )
    if not _are_sizes(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise HeaderError(
            f"{where}: data_offsets {reprlib.repr(offsets)} are no two whole numbers from 0, in order; save it again"
        )
    if offsets[1] > data_bytes:
        there = f"and {data_bytes} bytes are there"
        raise HeaderError(f"is truncated: tensor {name!r} has data_offsets {offsets}, {there}; save or download it again")
    if (offsets[1] - offsets[0]) * 8 != math.prod(shape) * BITS[dtype]:
        raise HeaderError(f"{where}: data_offsets {offsets} are not as large as shape {shape} of {dtype}; save it again")


def _are_sizes(value: object) -> bool:
    """Whether this is a list of whole numbers from 0; True and False are none."""
    return isinstance(value, list) and all(type(number) is int and number >= 0 for number in value)


def _check_order(tensors: Mapping[str, Mapping[str, Any]], data_bytes: int) -> None:
    """That the data of tensors follow each other, and fill the file."""
    end, last = 0, ""
    for name, tensor in tensors.items():
        begin, next_end = tensor["data_offsets"]
        if begin < end:
            raise HeaderError(f"has tensor {name!r}: data_offsets {[begin, next_end]} overlap those of {last!r}; save it again")
        if begin > end:
            raise HeaderError(f"has tensor {name!r}: data_offsets {[begin, next_end]} leave a gap from {end}; save it again")
        end, last = next_end, name
    if end != data_bytes:
        raise HeaderError(TRUNCATED)


def main() -> None:
    """Read a header from standard input, within so much memory and time, and print its tensors or what is wrong."""
    data_bytes, memory, seconds = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        answer = {"tensors": read_header(sys.stdin.buffer.read(), data_bytes)}
    except HeaderError as error:
        answer = {"error": str(error)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
