"""Every pair that ships with the arena."""

import hashlib
import json
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from arena.generators.scenes import RESERVED_SEED
from arena.images import pixel_digest
from arena.suites.imagefolder import read_imagefolder
from arena.suites.starter import FOLDER, NAME, load, starter_pairs

PAIRS = starter_pairs()


@pytest.mark.parametrize("family", sorted({pair.family for pair in PAIRS}))
def test_sides_load_and_differ_only_inside_the_declared_region(family):
    for pair in PAIRS:
        if pair.family == family:
            check_sides(pair)


def check_sides(pair):
    named = f"{pair.family}-{pair.provenance.seed}"
    first, second = (side.picture.pixels() for side in pair.sides)
    assert first.size == second.size == (512, 512), named
    assert [pixel_digest(first), pixel_digest(second)] == [side.picture.digest for side in pair.sides], named
    assert pair.sides[0].caption != pair.sides[1].caption, named
    left, top, right, bottom = pair.region
    assert (right - left) * (bottom - top) <= 0.45, named
    rows, columns = np.nonzero((np.asarray(first) != np.asarray(second)).any(axis=2))
    assert len(rows), named
    # A pixel on the edge of the region is averaged from both sides of it.
    assert columns.min() >= np.floor(left * 512) - 1, named
    assert columns.max() <= np.ceil(right * 512), named
    assert rows.min() >= np.floor(top * 512) - 1, named
    assert rows.max() <= np.ceil(bottom * 512), named


def test_there_are_ten_pairs_of_twelve_families_a_domain():
    per_family = Counter((pair.domain, pair.family) for pair in PAIRS)
    assert set(per_family.values()) == {10}
    assert Counter(domain for domain, _ in per_family) == {"safety": 12, "culture": 12}
    assert len({pair.id for pair in PAIRS}) == 240


def test_only_reserved_seeds_are_used():
    assert all(pair.provenance.seed is not None and pair.provenance.seed >= RESERVED_SEED for pair in PAIRS)


def test_safety_pairs_carry_a_request_and_culture_pairs_none():
    assert all((pair.request is not None) == (pair.domain == "safety") for pair in PAIRS)


def test_shipped_ids_are_the_ids_of_the_pairs():
    rows = [json.loads(line) for line in (FOLDER / "metadata.jsonl").read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == [pair.id for pair in PAIRS]


def test_a_stranger_who_trusts_no_hash_reads_the_same_pairs(tmp_path: Path):
    lines = (FOLDER / "metadata.jsonl").read_text("utf-8").splitlines()[::10]
    (tmp_path / "metadata.jsonl").write_text("\n".join(lines), "utf-8")
    (tmp_path / "images").mkdir()
    for row in map(json.loads, lines):
        for column in ("image_0_file_name", "image_1_file_name"):
            shutil.copy(FOLDER / row[column], tmp_path / row[column])
    assert [pair.id for pair in read_imagefolder(tmp_path, NAME)] == [pair.id for pair in PAIRS[::10]]


def test_checksums_name_every_file_and_are_true():
    lines = [line.split("  ") for line in (FOLDER / "SHA256SUMS").read_text().splitlines()]
    sums = {name: digest for digest, name in lines}
    files = {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*") if path.is_file()}
    files.pop("SHA256SUMS")
    assert sums == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}


def test_suite_is_small():
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 8 * 2**20


def test_the_suite_asks_everything_about_every_pair():
    loaded = load()
    # Four questions of each of three tasks, and two requests about each safety pair.
    assert len(loaded.questions) == 240 * 12 + 120 * 2
    assert loaded.notes == ()
    assert len({question.id for question in loaded.questions}) == len(loaded.questions)


def test_a_part_of_the_suite_is_told_from_the_whole(tmp_path: Path):
    lines = (FOLDER / "metadata.jsonl").read_text("utf-8").splitlines()[:2]
    (tmp_path / "metadata.jsonl").write_text("\n".join(lines), "utf-8")
    shutil.copytree(FOLDER / "images", tmp_path / "images")
    part = load(tmp_path)
    assert part.notes == ("2 pairs; published are 240", "1 families; published are 24")
    assert part.edition != load().edition
