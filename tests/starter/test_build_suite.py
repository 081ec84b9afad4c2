"""The recipe of the starter suite gives the files that ship."""

import hashlib
import json
from pathlib import Path

import pytest

from arena.generators.gate.duplicates import perceptual_hash, suite_hashes
from arena.starter.build_suite import SUITE_FAMILIES, write_family, write_index
from arena.suites.starter import FOLDER, starter_pairs


@pytest.mark.parametrize("family", ["stove", "greeting", "crossing"])
def test_drawing_a_family_again_gives_the_shipped_bytes(family: str, tmp_path: Path):
    rows = write_family(tmp_path, family)
    shipped = [json.loads(line) for line in (FOLDER / "metadata.jsonl").read_text("utf-8").splitlines()]
    assert rows == [row for row in shipped if row["family"] == family]
    for row in rows:
        for column in ("image_0_file_name", "image_1_file_name"):
            assert (tmp_path / str(row[column])).read_bytes() == (FOLDER / str(row[column])).read_bytes()


def test_index_of_the_shipped_rows_is_the_shipped_index(tmp_path: Path):
    rows = [json.loads(line) for line in (FOLDER / "metadata.jsonl").read_text("utf-8").splitlines()]
    write_index(tmp_path, rows)
    for name in ("metadata.jsonl", "README.md"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()
    digest = hashlib.sha256((tmp_path / "README.md").read_bytes()).hexdigest()
    assert f"{digest}  README.md\n" in (tmp_path / "SHA256SUMS").read_text()


def test_suite_families_are_named_once():
    assert len(set(SUITE_FAMILIES)) == len(SUITE_FAMILIES) == 24


def test_the_hashes_that_ship_are_those_of_the_images_that_ship():
    pictures = [side.picture for pair in starter_pairs() for side in pair.sides]
    assert [*suite_hashes()] == [picture.digest for picture in pictures]
    for picture in pictures[::7]:  # of each family, and of both sides; another way to hash changes them all
        assert suite_hashes()[picture.digest] == perceptual_hash(picture.pixels())
