"""Headers of safetensors files, of a folder or of the Hub: whatever they hold, reading one takes bounded time and memory."""

import json
import subprocess
import sys
from typing import Any

from arena.errors import RepositoryError
from arena.models import header_schema
from arena.models.header_schema import TRUNCATED, HeaderError, read_header

LENGTH_BYTES = 8
"""What a file begins with: the length of its header, as a little-endian number."""
MAX_HEADER = 25_000_000
"""Bytes of the largest accepted header, as huggingface_hub reads it."""
SMALL_HEADER = 2**20
"""Bytes of headers that are read in this process: Python takes some thirty times as much for the objects of a JSON text."""
MEMORY = 2**30
"""Bytes that the process of a larger one may take."""
SECONDS = 20
"""That it may take."""


def header_length(name: str, file: str, beginning: bytes | bytearray, file_bytes: int) -> int:
    """How long the header of a file is.

    Args:
        name: how error messages call the repository.
        file: the name of the file.
        beginning: its first `LENGTH_BYTES` bytes.
        file_bytes: its size.

    Raises:
        RepositoryError: it is longer than the file, or than a header may be.
    """
    length = int.from_bytes(beginning, "little")
    if len(beginning) < LENGTH_BYTES or length > file_bytes - LENGTH_BYTES:
        raise RepositoryError(f"{name}: {file} {TRUNCATED}")
    if length > MAX_HEADER:
        large = f"{file} has a header of {length / 1e6:.0f} MB, and at most {MAX_HEADER / 1e6:.0f} MB are read"
        raise RepositoryError(f"{name}: {large}; save the model in shards")
    return length


def tensors_in(name: str, file: str, header: bytes | bytearray, file_bytes: int) -> dict[str, dict[str, Any]]:
    """The tensors that a header names: name -> dtype, shape and data_offsets, each within the file.

    Args:
        name: how error messages call the repository.
        file: the name of the file.
        header: the JSON text of its header.
        file_bytes: its size.

    Raises:
        RepositoryError: the header breaks the schema, or reading it takes too much.
    """
    data_bytes = file_bytes - LENGTH_BYTES - len(header)
    try:
        return read_header(header, data_bytes) if len(header) <= SMALL_HEADER else _read_apart(header, data_bytes)
    except HeaderError as error:
        raise RepositoryError(f"{name}: {file} {error}") from None


def _read_apart(header: bytes | bytearray, data_bytes: int) -> dict[str, dict[str, Any]]:
    """As `read_header`, in a process that may take `MEMORY` and `SECONDS`."""
    # Isolated and without packages, as that starts in a fiftieth of a second.
    command = [sys.executable, "-I", "-S", header_schema.__file__, *map(str, (data_bytes, MEMORY, SECONDS))]
    too_much = HeaderError(f"has a header that takes more than {SECONDS} s or {MEMORY // 2**20} MB to read; save it in shards")
    try:
        done = subprocess.run(command, input=header, capture_output=True, timeout=2 * SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise too_much from None
    if done.returncode:
        raise too_much
    answer = json.loads(done.stdout)
    if "error" in answer:
        raise HeaderError(answer["error"])
    return answer["tensors"]
