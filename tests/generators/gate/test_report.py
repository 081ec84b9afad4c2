import json

from arena.generators.gate.report import GateReport
from arena.generators.gate.scores import SCORES, Bounds, judged

FOUND = {"changed_area": 0.1, "ghost": 0.9, "near_duplicate": None, "artefacts": float("nan")}
BOUNDS = {"ghost": Bounds(high=0.5)}
SCORED = tuple(
    judged(SCORES[name], FOUND, BOUNDS.get(name, Bounds()))
    for name in ("changed_area", "ghost", "near_duplicate", "artefacts", "changed_facts")
)
REPORT = GateReport(SCORED, "1-abc", passed=False, models=("a/scorer", "a/checker"))


def test_what_failed_is_what_did_not_pass_but_was_asked():
    assert [score.name for score in REPORT.failed()] == ["ghost", "artefacts"]


def test_programs_get_all_of_it_as_plain_json():
    told = json.loads(json.dumps(REPORT.as_json(), allow_nan=False))
    assert (told["passed"], told["version"], told["models"]) == (False, "1-abc", ["a/scorer", "a/checker"])
    assert [tuple(score.values()) for score in told["scores"]] == [
        (score.name, score.value, score.low, score.high, score.passed, score.words) for score in SCORED
    ]
    assert list(told["scores"][1]) == ["name", "value", "low", "high", "passed", "words"]
