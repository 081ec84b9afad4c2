"""Minimal pairs from a folder in the Hub's imagefolder layout: images, and a `metadata.jsonl` beside them.

Each line of `metadata.jsonl` is one pair, a JSON object with these columns:

    family                                  what the pair descends from; statistics resample families
    domain                                  `safety` or `culture`
    category                                a finer heading, for example `kitchen`
    image_0_file_name, image_1_file_name    paths inside the folder (the Hub shows them as image_0 and image_1)
    caption_0, caption_1                    each true of its own image and false of the other one
    label_0, label_1                        safety: exactly `safe` and `unsafe`; culture: names of cultures or practices
    request       optional                  safety: fine for the safe image, to be declined or warned about for the unsafe one
    region        optional                  left, top, right, bottom of where the images differ, as fractions of 0 to 1
    method, seed  optional                  how the pair was made, and the seed it was made from
    pixels_0, pixels_1  optional            the hash of each image's pixels (`arena.images.pixel_digest`)

Other columns, such as an `id` of your own, are ignored. Such a folder is a suite by itself (`arena.suites.folder_suite`).
"""

import json
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arena.errors import InputError, SuiteError
from arena.images import MAX_BYTES, Picture, read_picture
from arena.pairs import DOMAINS, Box, Domain, MinimalPair, Provenance, Side, check_text, minimal_pair
from arena.suites.sources import file_inside

METADATA = "metadata.jsonl"
DIGEST = re.compile(r"[0-9a-f]{64}")
SURROGATE = re.compile("[\ud800-\udfff]")


def read_imagefolder(folder: Path, source: str, *, trust_digests: bool = False) -> list[MinimalPair]:
    """Read all pairs of a folder, in the order of its `metadata.jsonl`.

    Args:
        folder: holds `metadata.jsonl` and the images.
        source: the name of the suite, which the pairs carry.
        trust_digests: take `pixels_0` and `pixels_1` at their word, and decode no image before it is looked at. For
            folders that ship with the arena, whose tests have checked them; images from elsewhere are decoded and compared.

    Raises:
        SuiteError: the folder cannot be read; the message names the file, the line and the column.
    """
    metadata = folder / METADATA
    pairs: list[MinimalPair] = []
    line_of: dict[str, int] = {}
    for number, line in enumerate(_lines(metadata), start=1):
        if not line.strip():
            continue
        where = f"{metadata} line {number}"
        try:
            pair = _pair(folder, _row(line, where), where, source, trust_digests=trust_digests)
        except SuiteError:
            raise
        except InputError as error:
            raise SuiteError(str(error)) from error
        if pair.id in line_of:
            raise SuiteError(f"{where}: the same pair as on line {line_of[pair.id]}; keep one of them")
        line_of[pair.id] = number
        pairs.append(pair)
    if not pairs:
        raise SuiteError(f"{metadata}: has no pairs; write one JSON object a line")
    return pairs


def _lines(metadata: Path) -> list[str]:
    try:
        # Not splitlines: it would also split at the line separators that a JSON string may hold.
        return _regular(metadata).read_text("utf-8-sig").split("\n")
    except FileNotFoundError:
        raise SuiteError(f"{metadata}: no such file; a suite is a folder with a {METADATA}") from None
    except UnicodeDecodeError as error:
        raise SuiteError(f"{metadata}: byte {error.start} is not UTF-8; save the file as UTF-8") from None
    except OSError as error:
        raise SuiteError(f"{metadata}: cannot be read ({error.strerror}); check the path and its permissions") from None


def _row(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = f"{error.msg}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else type(error).__name__
        raise SuiteError(f"{where}: is not JSON ({reason}); write one object a line") from None
    if not isinstance(row, dict):
        raise SuiteError(f"{where}: is a JSON {type(row).__name__}; write an object with named columns")
    return row


def _pair(folder: Path, row: Mapping[str, Any], where: str, source: str, *, trust_digests: bool) -> MinimalPair:
    domain = _domain(row, where)
    labels = _text(row, "label_0", where), _text(row, "label_1", where)
    if domain == "safety" and labels != ("safe", "unsafe"):
        raise SuiteError(
            f"{where}: label_0, label_1: {labels[0]!r}, {labels[1]!r}; a safety pair has safe first and unsafe second"
        )
    first, second = (
        Side(
            _picture(folder, row, side, where, trust_digests=trust_digests), _text(row, f"caption_{side}", where), labels[side]
        )
        for side in (0, 1)
    )
    return minimal_pair(
        family=_text(row, "family", where),
        domain=domain,
        category=_text(row, "category", where),
        source=source,
        sides=(first, second),
        request=_optional_text(row, "request", where),
        region=_region(row, where),
        provenance=Provenance(_optional_text(row, "method", where) or "unknown", _seed(row, where)),
        name=where,
    )


def _picture(folder: Path, row: Mapping[str, Any], side: int, where: str, *, trust_digests: bool) -> Picture:
    column = f"image_{side}_file_name"
    name = _text(row, column, where)
    label = f"{where}: {column}: {name!r}"
    data = _image_bytes(folder, name, label)
    digest = _optional_text(row, f"pixels_{side}", where)
    if digest is not None and not DIGEST.fullmatch(digest):
        raise SuiteError(f"{where}: pixels_{side}: is not a hash of 64 hex digits; correct it or leave it out")
    if digest is not None and trust_digests:
        return Picture(digest, data)
    picture = read_picture(data, label)
    if digest is not None and digest != picture.digest:
        raise SuiteError(f"{label}: has other pixels than pixels_{side} says; restore the image or correct the hash")
    return picture


def _image_bytes(folder: Path, name: str, label: str) -> bytes:
    try:
        path = _regular(file_inside(folder, name, label))
        if path.stat().st_size > MAX_BYTES:
            raise SuiteError(f"{label}: is larger than {MAX_BYTES // 2**20} MB; save it smaller")
        return path.read_bytes()
    except FileNotFoundError:
        raise SuiteError(f"{label}: no such file; add it or correct the name") from None
    except (OSError, ValueError) as error:
        raise SuiteError(f"{label}: cannot be read ({getattr(error, 'strerror', None) or error}); correct the name") from None


def _regular(path: Path) -> Path:
    """The same path, where reading it ends: a pipe or a device may go on for ever."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(None, "no regular file")
    return path


def _domain(row: Mapping[str, Any], where: str) -> Domain:
    name = _text(row, "domain", where)
    for domain in DOMAINS:
        if name == domain:
            return domain
    raise SuiteError(f"{where}: domain: {name!r} is unknown; use one of {', '.join(DOMAINS)}")


def _text(row: Mapping[str, Any], column: str, where: str) -> str:
    text = _optional_text(row, column, where)
    if text is None:
        raise SuiteError(f"{where}: {column}: is missing; every pair needs it")
    return text


def _optional_text(row: Mapping[str, Any], column: str, where: str) -> str | None:
    value = row.get(column)
    if value is None:
        return None
    if not isinstance(value, str):
        raise SuiteError(f"{where}: {column}: is {value!r}; write a text")
    if SURROGATE.search(value):
        raise SuiteError(f"{where}: {column}: holds half of a surrogate pair; write the whole character")
    check_text(value, f"{where}: {column}")
    return value


def _seed(row: Mapping[str, Any], where: str) -> int | None:
    value = row.get("seed")
    if value is not None and not (type(value) is int and 0 <= value < 2**63):
        raise SuiteError(f"{where}: seed: is {value!r}; write a whole number from 0 to 2**63 - 1")
    return value


def _region(row: Mapping[str, Any], where: str) -> Box | None:
    value = row.get("region")
    if value is None:
        return None
    if isinstance(value, list) and len(value) == 4 and all(type(number) in (int, float) for number in value):
        left, top, right, bottom = value
        if 0 <= left < right <= 1 and 0 <= top < bottom <= 1:
            return float(left), float(top), float(right), float(bottom)
    raise SuiteError(f"{where}: region: is {value!r}; write [left, top, right, bottom] as fractions of 0 to 1")
