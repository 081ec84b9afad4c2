"""Models that compare, on pairs that are not drawn: what `arena report` says of them, and what it does not."""

import json

import pytest
from PIL import Image

from arena.cli import main

PLAIN = ("a red square on a table", "a blue square on a table")
ROOM = ", ".join(f"detail number {number} of the quiet room is grey and plain" for number in range(9))
LONG = (f"{ROOM}, and the box is red", f"{ROOM}, and the box is blue")
"""Longer than any CLIP reads, and apart in the last word alone."""


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """metric -> row, of clip-small on two pairs of a folder with these captions."""

    def report(name, captions):
        folder = tmp_path_factory.mktemp("pairs") / name
        folder.mkdir()
        rows = []
        for number in (0, 1):
            row = {"family": f"f{number}", "domain": "culture", "category": "c"}
            for side, colour in enumerate(("red", "blue")):
                file = f"{number}{side}.png"
                Image.new("RGB", (64 + 16 * number, 64), colour).save(folder / file)
                row |= {f"image_{side}_file_name": file, f"caption_{side}": captions[side], f"label_{side}": colour}
            rows.append(json.dumps(row))
        (folder / "metadata.jsonl").write_text("\n".join(rows))
        home = ("--home", str(tmp_path_factory.mktemp("home")))
        assert main([*home, "evaluate", "--model", "clip-small", "--suite", "imagefolder", "--data", str(folder)]) == 0
        return home, f"imagefolder:{name}"

    return report


def rows_of(capsys, home, suite, *more):
    capsys.readouterr()
    assert main([*home, "report", "--suite", suite, *more]) == 0
    return capsys.readouterr().out


def test_captions_that_differ_only_where_they_are_cut_are_counted_and_in_no_score(reported, capsys):
    found = json.loads(rows_of(capsys, *reported("long", LONG), "--format", "json"))
    whole = {row["metric"]: row["value"] for row in found if not row["slice"]}
    assert whole == {"not_applicable_rate": 1.0}


def test_outside_drawn_scenes_a_model_is_ranked_and_neither_confirms_nor_rejects(reported, capsys):
    home, suite = reported("plain", PLAIN)
    found = json.loads(rows_of(capsys, home, suite, "--format", "json"))
    whole = {row["metric"]: row for row in found if not row["slice"]}
    assert {"text_score", "image_score", "verification_auc"} < whole.keys()
    assert not {"confirm_accuracy", "reject_accuracy", "yes_rate", "balanced_accuracy", "verification_score"} & whole.keys()
    assert whole["not_applicable_rate"]["value"] == 0
    assert whole["verification_auc"]["threshold"] == "none"
    table = rows_of(capsys, home, suite, "--format", "md").splitlines()
    assert table[0].endswith("| Threshold |")
    assert next(line for line in table if "verification_auc" in line).endswith("| none |")


def test_on_drawn_scenes_a_report_names_the_threshold_that_was_fitted(tmp_path, capsys):
    home = ("--home", str(tmp_path))
    assert main([*home, "evaluate", "--model", "clip-mini", "--suite", "starter", "--limit", "2"]) == 0
    found = json.loads(rows_of(capsys, home, "starter", "--format", "json"))
    told = {row["metric"]: row["threshold"] for row in found}
    assert told["confirm_accuracy"] == "fitted on drawn scenes 800000-800003"
    assert told["text_score"] == ""
