"""Who takes part: the models that ship, those that settings add, and one line for each that cannot."""

import json
import shutil

import pytest

from arena.models import Findings, check_repository, verification_threshold
from arena.models.generative import GenerativeModel
from arena.roster import (
    CALIBRATION,
    FINDINGS,
    STARTER_CALIBRATION,
    STARTER_MODELS,
    calibration_pairs,
    entry_of,
    gather,
    references,
)
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


def test_a_starter_model_under_a_strategy_takes_part_by_its_name_and_a_folder_of_that_name_wins(tmp_path, monkeypatch):
    models = ("clip-mini+blind", "drawn-world/clip-mini+blind")
    entries = gather(Settings(home=tmp_path / "home", starter_models=False, models=models)).entries
    assert [entry.contestant.reference for entry in entries] == ["drawn-world/clip-mini+blind"] * 2
    (tmp_path / "clip-mini").mkdir()
    monkeypatch.chdir(tmp_path)
    (problem,) = gather(Settings(home=tmp_path / "home", starter_models=False, models=("clip-mini",))).problems
    assert problem.startswith("clip-mini: has no config.json")


def test_a_strategy_and_a_constant_take_part_beside_their_model(tmp_path, roster):
    models = (f"{folder('clip-mini')}+blind", f"{folder('clip-mini')}+reminder", "always-answer")
    entries = gather(Settings(home=tmp_path, starter_models=False, models=models))
    blind, constant = entries.entries
    plain = next(entry.contestant for entry in roster.entries if entry.contestant.name == "clip-mini")
    assert (blind.contestant.reference, blind.contestant.base) == ("drawn-world/clip-mini+blind", plain)
    assert constant.contestant.reference == "constants/always-answer"
    (problem,) = entries.problems
    assert problem == "drawn-world/clip-mini+reminder: only compares, and reads no prompt; name one that writes"


def test_a_pickled_model_is_a_problem_and_the_others_still_take_part(tmp_path):
    pickled = tmp_path / "people" / "pickled"
    shutil.copytree(folder("clip-mini"), pickled)
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    roster = gather(Settings(home=tmp_path / "home", models=(str(pickled), "/nowhere")))
    assert len(roster.entries) >= 6
    pickles, missing = roster.problems
    assert "save them as safetensors" in pickles
    assert "/nowhere: no such folder" in missing


def test_every_entry_can_be_loaded_and_those_that_ship_are_asked_one_question(roster):
    for entry in roster.entries:
        model = entry.load()
        assert model.contestant == entry.contestant
        assert not model.capabilities.second_turn


def test_a_model_of_somebody_is_asked_again_where_it_can_be(tmp_path):
    copy = shutil.copytree(folder("llava-mini"), tmp_path / "people" / "llava")
    settings = Settings(home=tmp_path)
    model = entry_of(str(copy), settings, "cpu").load()
    assert isinstance(model, GenerativeModel)
    assert model.capabilities.second_turn
    entry = entry_of(f"{copy}?turns=1", settings, "cpu")
    assert entry.contestant.id != model.contestant.id
    Findings(tmp_path / FINDINGS).keep(entry.contestant, model.finding)  # which allows a second turn
    assert not entry.load().capabilities.second_turn


def test_options_that_mean_nothing_to_a_model_are_problems(tmp_path):
    settings = Settings(home=tmp_path, starter_models=False, models=(f"{folder('clip-mini')}?turns=1", "a/b?colour=red"))
    compares, unknown = gather(settings).problems
    assert compares == f"{folder('clip-mini')}: only compares, and has no options; leave out ?turns=1"
    assert unknown.startswith("a/b: the option 'colour=red' is unknown; use thinking=2048, turns=1, ")


def test_an_endpoint_takes_part_under_a_strategy_too_and_takes_no_memory(tmp_path):
    models = ("https://vlm.example/v1#big-model", "https://vlm.example/v1#big-model?images=1+reminder")
    entered = gather(Settings(home=tmp_path, starter_models=False, models=models))
    plain, reminded = (entry.contestant for entry in entered.entries)
    assert entered.problems == ()
    assert [entry.memory_bytes for entry in entered.entries] == [0, 0]
    assert (plain.is_endpoint, plain.organisation, plain.name) == (True, "vlm.example", "big-model")
    assert reminded.reference == "vlm.example/big-model?images=1+reminder"
    assert reminded.revision == plain.revision


def test_an_endpoint_that_cannot_be_asked_is_a_problem_and_no_secret_is_logged(tmp_path, monkeypatch, caplog):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    models = ("openai:big-model", "https://me:s3cret@vlm.example/v1#big-model", str(folder("clip-mini")))
    entered = gather(Settings(home=tmp_path, starter_models=False, models=models))
    assert [entry.contestant.name for entry in entered.entries] == ["clip-mini"]
    missing, secret = entered.problems
    assert missing == "OPENAI_API_KEY: is not set; openai:big-model needs it"
    assert "put the key into ARENA_ENDPOINT_KEY instead" in secret
    assert "s3cret" not in caplog.text + secret
