"""Headers of safetensors files: those that break the schema are refused by field, and the format's own reader agrees."""

import json
import time

import pytest
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from arena.errors import RepositoryError
from arena.models import headers
from arena.models.headers import LENGTH_BYTES, MAX_HEADER, SMALL_HEADER, header_length, tensors_in

DATA = 8
"""Bytes after each header here."""
SOUND = {"dtype": "F32", "shape": [2], "data_offsets": [0, DATA]}


def of(**changes):
    return {"a": SOUND | changes}


BROKEN = {
    "huge shape": (of(shape=[10**9] * 40), "tensor 'a': shape [1000000000,"),
    "huge product": (
        of(shape=[10**9, 10**9]),
        "tensor 'a': data_offsets [0, 8] are not as large as shape [1000000000, 1000000000]",
    ),
    "string in a shape": (of(shape=["a", 1_500_000_000]), "tensor 'a': shape ['a', 1500000000] is no list"),
    "list in a shape": (of(shape=[[0], 300_000_000]), "tensor 'a': shape [[0], 300000000] is no list"),
    "negative shape": (of(shape=[-1, 10**15]), "tensor 'a': shape [-1, 1000000000000000] is no list"),
    "half a number": (of(shape=[2.0]), "tensor 'a': shape [2.0] is no list"),
    "truth for a number": (of(shape=[True, 2]), "tensor 'a': shape [True, 2] is no list"),
    "number for a shape": (of(shape=2), "tensor 'a': shape 2 is no list"),
    "unknown dtype": (of(dtype="F31"), "tensor 'a': dtype 'F31'"),
    "dtype in a list": (of(dtype=["F32"]), "tensor 'a': dtype ['F32']"),
    "negative offset": (of(data_offsets=[-8, 0]), "tensor 'a': data_offsets [-8, 0]"),
    "offsets backwards": (of(data_offsets=[8, 0]), "tensor 'a': data_offsets [8, 0]"),
    "one offset": (of(data_offsets=[8]), "tensor 'a': data_offsets [8]"),
    "beyond the file": (of(shape=[4], data_offsets=[0, 16]), "is truncated: tensor 'a' has data_offsets [0, 16]"),
    "smaller than its shape": (of(shape=[4]), "tensor 'a': data_offsets [0, 8] are not as large as shape [4] of F32"),
    "overlap": ({"a": SOUND, "b": SOUND}, "tensor 'b': data_offsets [0, 8] overlap those of 'a'"),
    "gap": (of(shape=[1], data_offsets=[4, 8]), "tensor 'a': data_offsets [4, 8] leave a gap from 0"),
    "data that no tensor has": (of(shape=[1], data_offsets=[0, 4]), "is truncated or not a safetensors file"),
    "no shape": ({"a": {"dtype": "F32", "data_offsets": [0, 8]}}, "tensor 'a' without dtype, shape and data_offsets"),
    "number for a tensor": ({"a": 1}, "tensor 'a' without dtype, shape and data_offsets"),
    "a list": ([], "is truncated or not a safetensors file"),
    "no JSON": (b'{"a": ', "is truncated or not a safetensors file"),
    "no text": (b"\xff\xfe", "is truncated or not a safetensors file"),
    "NaN": (b'{"a": NaN}', "holds NaN"),
    "deep": (b"[" * 100_000, "is truncated or not a safetensors file"),
}


def text_of(header):
    return header if isinstance(header, bytes) else json.dumps(header).encode()


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_header_is_refused_in_one_line_by_file_and_field_as_the_formats_own_reader_refuses_it(broken, tmp_path):
    header, message = BROKEN[broken]
    text = text_of(header)
    with pytest.raises(RepositoryError) as caught:
        tensors_in("org/name", "m.safetensors", text, LENGTH_BYTES + len(text) + DATA)
    line = str(caught.value)
    assert line.startswith("org/name: m.safetensors ")
    assert message in line
    assert len(line.splitlines()) == 1
    assert len(line) < 400
    (tmp_path / "m.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + bytes(DATA))
    with pytest.raises(SafetensorError):
        safe_open(tmp_path / "m.safetensors", "np")


def test_a_name_that_stands_twice_is_refused():
    text = b'{"a": 1, "a": 2}'
    with pytest.raises(RepositoryError, match="names 'a' twice"):
        tensors_in("org/name", "m.safetensors", text, LENGTH_BYTES + len(text))


@pytest.mark.parametrize("small", [SMALL_HEADER, 0], ids=["here", "in a process of its own"])
def test_a_sound_header_is_read_as_the_formats_own_reader_reads_it(small, monkeypatch, tmp_path):
    import numpy as np

    monkeypatch.setattr(headers, "SMALL_HEADER", small)
    arrays = {"b": np.zeros((2, 3), "float32"), "none": np.zeros((0, 5), "int64"), "one": np.ones((), "float16")}
    data = save(arrays, {"format": "np"})
    length = header_length("org/name", "m.safetensors", data[:LENGTH_BYTES], len(data))
    read = tensors_in("org/name", "m.safetensors", data[LENGTH_BYTES : LENGTH_BYTES + length], len(data))
    (tmp_path / "m.safetensors").write_bytes(data)
    with safe_open(tmp_path / "m.safetensors", "np") as opened:
        slices = {name: opened.get_slice(name) for name in opened.keys()}  # noqa: SIM118  it has no other way
        assert {name: (tensor["dtype"], tensor["shape"]) for name, tensor in read.items()} == {
            name: (part.get_dtype(), part.get_shape()) for name, part in slices.items()
        }


def test_a_header_that_takes_too_much_is_refused_within_its_bounds(monkeypatch):
    monkeypatch.setattr(headers, "MEMORY", 64 * 2**20)
    text = b'{"a": [' + b",".join([b"[]"] * 1_000_000) + b"]}"
    began = time.monotonic()
    with pytest.raises(RepositoryError, match=r"org/name: m.safetensors has a header that takes more than .* or 64 MB to read"):
        tensors_in("org/name", "m.safetensors", text, LENGTH_BYTES + len(text))
    assert time.monotonic() - began < headers.SECONDS


def test_too_many_tensors_for_one_file_are_refused(monkeypatch):
    monkeypatch.setattr("arena.models.header_schema.MAX_TENSORS", 2)
    text = text_of({name: {} for name in "abc"})
    with pytest.raises(RepositoryError, match="names 3 tensors, and at most 2"):
        tensors_in("org/name", "m.safetensors", text, LENGTH_BYTES + len(text))


@pytest.mark.parametrize(
    ("length", "says"),
    [(MAX_HEADER + 1, "has a header of 25 MB, and at most 25 MB are read"), (2**40, "is truncated"), (2**63, "is truncated")],
)
def test_a_header_is_not_read_that_is_longer_than_the_file_or_than_the_hub_would_send(length, says):
    with pytest.raises(RepositoryError, match=f"org/name: m.safetensors {says}"):
        header_length("org/name", "m.safetensors", length.to_bytes(8, "little"), 10**9)
