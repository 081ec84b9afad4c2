import json
from dataclasses import replace

import pytest

from arena.contestants import Contestant
from arena.errors import SettingsError
from arena.generators.gate.artefacts import FEATURES
from arena.generators.gate.scores import Bounds
from arena.generators.gate.thresholds import METHOD, Thresholds, model_name, read_thresholds

THRESHOLDS = Thresholds({"ghost": Bounds(high=0.4)}, dict.fromkeys(FEATURES, 1.0), "a/scorer@1", "a/checker@2")


def test_what_is_written_is_read_again(tmp_path):
    file = tmp_path / "thresholds.json"
    file.write_text(json.dumps(THRESHOLDS.as_json()))
    assert read_thresholds(file) == THRESHOLDS
    assert read_thresholds(file).version == THRESHOLDS.version


def test_another_number_is_another_version():
    other = replace(THRESHOLDS, bounds={"ghost": Bounds(high=0.41)})
    assert other.version != THRESHOLDS.version
    assert THRESHOLDS.version.startswith(f"{METHOD}-")


def test_other_models_are_refused_and_the_own_ones_are_not():
    scorer, checker = Contestant("a/scorer", "1", "contrastive"), Contestant("a/checker", "2", "generative")
    THRESHOLDS.check(scorer, checker)
    replace(THRESHOLDS, scorer="", checker="").check(checker, scorer)
    with pytest.raises(SettingsError, match=r"for a/scorer@1, not for a/checker@2; run python -m starter.gate"):
        THRESHOLDS.check(checker, checker)
    with pytest.raises(SettingsError, match=r"for a/checker@2, not for a/checker@3"):
        THRESHOLDS.check(scorer, replace(checker, revision="3"))
    assert model_name(scorer) == "a/scorer@1"


@pytest.mark.parametrize(
    "content",
    [
        None,
        "{",
        "[]",
        "{}",
        json.dumps(THRESHOLDS.as_json() | {"method": METHOD + 1}),
        json.dumps(THRESHOLDS.as_json() | {"artefact_weights": {"noise": 1.0}}),
        json.dumps(THRESHOLDS.as_json() | {"bounds": {"charm": {"low": 1}}}),
        json.dumps(THRESHOLDS.as_json() | {"bounds": {"ghost": {"lowest": 1}}}),
    ],
)
def test_a_file_that_holds_no_thresholds_is_one_line(tmp_path, content):
    file = tmp_path / "thresholds.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(SettingsError, match=r"thresholds\.json: .*; run python -m starter\.gate") as raised:
        read_thresholds(file)
    assert "\n" not in str(raised.value)
