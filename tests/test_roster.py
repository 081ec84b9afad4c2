"""Who takes part: the models that ship, those that settings add, and one line for each that cannot."""

import json
import shutil

import pytest

from arena.models import check_repository, verification_threshold
from arena.roster import CALIBRATION, STARTER_CALIBRATION, STARTER_MODELS, calibration_pairs, gather, references
from arena.settings import Settings

CONTRASTIVE = ("clip-mini", "clip-small")


def folder(name):
    return STARTER_MODELS / "drawn-world" / name


@pytest.fixture(scope="module")
def roster(tmp_path_factory):
    return gather(Settings(home=tmp_path_factory.mktemp("home")))


def test_six_starter_models_take_part(roster):
    assert not roster.problems
    kinds = [entry.kind for entry in roster.entries]
    assert kinds.count("contrastive") >= 2
    assert kinds.count("generative") >= 4
    assert len({entry.contestant.id for entry in roster.entries}) == len(kinds) >= 6


def test_the_shipped_thresholds_are_those_of_the_shipped_models(tmp_path):
    shipped = json.loads(STARTER_CALIBRATION.read_text())
    revisions = {f"drawn-world/{name}@{check_repository(str(folder(name))).revision}/{CALIBRATION}" for name in CONTRASTIVE}
    assert shipped.keys() == revisions
    report = check_repository(str(folder("clip-mini")))
    fitted = verification_threshold(report, CALIBRATION, calibration_pairs, tmp_path / "calibration.json")
    assert fitted == pytest.approx(next(value for key, value in shipped.items() if "clip-mini" in key), abs=1e-3)


def test_the_threshold_and_its_split_are_part_of_the_contestant(roster):
    for entry in roster.entries:
        settings = entry.contestant.settings
        if entry.kind == "contrastive":
            assert settings["calibration"] == CALIBRATION
            assert isinstance(settings["threshold"], float)
        else:
            assert "threshold" not in settings


def test_starter_models_can_be_left_out():
    assert references(Settings(starter_models=False, models=("./mine",))) == ["./mine"]


def test_a_pickled_model_is_a_problem_and_the_others_still_take_part(tmp_path):
    pickled = tmp_path / "people" / "pickled"
    shutil.copytree(folder("clip-mini"), pickled)
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    roster = gather(Settings(home=tmp_path / "home", models=(str(pickled), "/nowhere")))
    assert len(roster.entries) >= 6
    pickles, missing = roster.problems
    assert "save them as safetensors" in pickles
    assert "/nowhere: no such folder" in missing


def test_every_entry_can_be_loaded(roster):
    for entry in roster.entries:
        assert entry.load().contestant == entry.contestant
