"""CROSS, on samples of its published files."""

import json
import os
from pathlib import Path, PurePosixPath

import pytest

from arena.errors import SuiteError
from arena.suites import cross_files
from arena.suites.cross_files import Record

DATA = os.environ.get("ARENA_BENCHMARK_DATA")

published = pytest.mark.skipif(not DATA, reason="set ARENA_BENCHMARK_DATA to the folder of published files")


@published
def test_eight_casa_records_with_the_norm_of_another_item():
    records, _ = cross_files.read_file(Path(DATA or "") / "CROSS/sample_casa.json", "casa", native=False)
    assert len(records) == 8
    assert {record.country for record in records} == {"Japan", "Indonesia", "China", "Russia", "Thailand"}
    assert all(str(record.image).startswith("images/casa/") for record in records)
    assert any(note.startswith("casa/Russia_2: the norm is about knives") for note in cross_files.defects(records))


@published
def test_the_one_translation_that_the_sample_kept():
    (record,), notes = cross_files.read_file(Path(DATA or "") / "CROSS/sample_casa.json", "casa", native=True)
    assert (record.index, record.language) == ("Indonesia_13", "Indonesian")
    assert record.query.startswith("Saya diundang")
    assert "and 1 more are without translated_query" in notes[0]


@published
def test_three_safeworld_records():
    records, _ = cross_files.read_file(Path(DATA or "") / "CROSS/sample_safeworld.json", "safeworld", native=False)
    assert [record.country for record in records] == ["Japan", "India", "Morocco"]
    assert [record.root_norm is None for record in records] == [False, True, True]


@published
def test_the_parents_hold_the_norms_that_the_records_carry():
    """CASA's 289 violating and 289 adhering queries, SafeWorld's 322 norms, one file of which is no JSON."""
    folder = Path(DATA or "")
    violating, adhering = (
        json.loads((folder / f"CASA/s1_{kind}_online_shopping.json").read_text()) for kind in ("violate", "adhere")
    )
    norms = json.loads((folder / "SafeWorld/culture_type1.clean.json").read_text())
    assert (len(violating), len(adhering), len(norms)) == (289, 289, 322)
    with pytest.raises(SuiteError, match="JSON"):
        cross_files.read_file(folder / "SafeWorld/culture_type1.json", "safeworld", native=False)
    records, _ = cross_files.read_file(folder / "CROSS/sample_safeworld.json", "safeworld", native=False)
    assert {record.norm for record in records} <= {norm["violated_specific_norm"] for norm in norms}


def test_mexico_6_is_told_where_its_image_shows_apps():
    image = PurePosixPath("images/safeworld/web-mexico-image-editing-apps-1.png")
    record = Record("safeworld", "Mexico_6", "Mexico", "n", None, "Soccer team's jersey", image, "q", "English", "english 1")
    assert any("soccer jersey" in note for note in cross_files.defects([record]))
