"""How well the gate decides, and the page that tells it."""

import json
import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from arena.generators.gate.artefacts import FEATURES, edited_probability
from arena.generators.gate.scores import SCORES, Bounds
from arena.generators.gate.thresholds import Thresholds, read_thresholds
from arena.starter.gate import deciding
from arena.starter.gate.deciding import Point, passed_by_family, passed_by_kind, passes, score_curves, with_artefacts
from arena.starter.gate.fitting import SIDES, Scored
from arena.starter.gate.page import ASKS, MADE, write_page
from arena.starter.gate.roc import roc_svg
from arena.starter.gate.scenes import BROKEN
from arena.starter.gate.twins import DRAWN, DUPLICATE, EDITED, FAILED, SWAPPED

KINDS = (DRAWN, EDITED, *BROKEN, SWAPPED, DUPLICATE, FAILED)
THRESHOLDS = Thresholds({"ghost": Bounds(high=0.5)}, dict.fromkeys(FEATURES, 0.5), "drawn/clip@1", "drawn/llava@2")


def twin(kind: str, ghost: float | None, family: str = "stove") -> Scored:
    values = {**dict.fromkeys(SIDES, 0.5), "changed_outside": 0.0, "ghost": ghost}
    return Scored(kind, family, values, np.full(len(FEATURES), 0.1))


def many(seed: int) -> list[Scored]:
    """Of each kind some, in eight families; broken ones have more ghosts."""
    dice = np.random.default_rng(seed)
    return [
        twin(kind, float(dice.normal(0.3 if kind in (DRAWN, EDITED) else 0.6, 0.15)), f"family{number % 8}")
        for kind in KINDS
        for number in range(16)
    ]


def test_a_twin_passes_where_every_value_does_and_what_was_not_asked_does_not_count():
    bounds = {"ghost": Bounds(high=0.5), "sharpness": Bounds(low=0.5)}
    assert passes(twin(DRAWN, 0.5), bounds)
    assert passes(twin(DRAWN, None), bounds)
    assert not passes(twin(DRAWN, 0.51), bounds)
    assert not passes(twin(DRAWN, float("nan")), bounds)


def test_shares_are_counted_by_kind_and_family():
    scored = [twin(DRAWN, 0.1, "a"), twin(EDITED, 0.9, "a"), twin("no edit", 0.2, "b"), twin("no edit", 0.7, "a")]
    found = passed_by_kind(scored, THRESHOLDS.bounds)
    shares = {kind: estimate.value for kind, estimate in found.items()}
    assert shares == {DRAWN: 1, EDITED: 0, "no edit": 0.5, deciding.GOOD: 0.5, deciding.BROKEN: 0.5}
    assert (found[deciding.BROKEN].pairs, found[deciding.BROKEN].families) == (2, 2)
    assert passed_by_family(scored[:1] + scored[3:], THRESHOLDS.bounds) == {"a": Point(broken=0, good=1)}


def test_artefacts_are_judged_by_the_given_weights():
    weights: dict[str, float] = dict.fromkeys(FEATURES, 2.0)
    (judged,) = with_artefacts([twin(DRAWN, 0.1)], weights)
    assert judged.values["artefacts"] == edited_probability(judged.painted, weights) != 0.5


def test_the_area_of_a_score_alone_is_that_of_its_ranks():
    scored = many(1)
    curves = {(curve.score, curve.side): curve for curve in score_curves(scored)}
    assert curves.keys() == {(name, side) for name, sides in SIDES.items() for side in sides}
    good = [one.good for one in scored]
    assert curves["ghost", "high"].area == pytest.approx(roc_auc_score(good, [-(one.values["ghost"] or 0) for one in scored]))
    assert curves["sharpness", "low"].area == 0.5
    for curve in curves.values():
        assert (curve.points[0], curve.points[-1]) == (Point(0, 0), Point(1, 1))


def test_what_had_nothing_to_ask_counts_as_the_best_value():
    curve = next(one for one in score_curves([twin(DRAWN, None), twin("no edit", 0.1)]) if one.score == "ghost")
    assert curve.area == 1


def test_every_score_and_every_kind_is_explained():
    assert ASKS.keys() == SCORES.keys()
    assert MADE.keys() == set(KINDS)


def test_the_page_tells_shares_bounds_and_curves_and_a_gate_to_begin_with(tmp_path):
    file = tmp_path / "gate.md"
    held_out = many(2)
    write_page(file, THRESHOLDS, many(3), held_out)
    text = file.read_text(encoding="utf-8")
    kept = np.mean([(one.values["ghost"] or 0) <= 0.5 for one in held_out if one.good])
    rejected = np.mean([(one.values["ghost"] or 0) > 0.5 for one in held_out if not one.good])
    assert f"rejects {100 * rejected:.1f} % of the broken twins and keeps {100 * kept:.1f} %" in text
    assert "| ghost |" in text
    assert "at most 0.50" in text
    assert THRESHOLDS.version in text
    assert all(f"| family{number} |" in text for number in range(8))
    (snippet,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    (tmp_path / "own.json").write_text(snippet)
    own = read_thresholds(tmp_path / "own.json")
    assert own.bounds["directional_similarity"] == Bounds(low=0.2)
    assert json.loads(snippet)["scorer"] == own.scorer
    ET.parse(tmp_path / "images" / "gate-roc.svg")


def test_the_picture_has_a_curve_for_the_gate_and_for_the_best_scores():
    curves = score_curves(many(4))
    drawn = ET.fromstring(roc_svg([Point(0, 0), Point(0.1, 0.9), Point(1, 1)], Point(0.1, 0.9), curves))
    paths = [element.get("d", "") for element in drawn.iter("{http://www.w3.org/2000/svg}path")]
    assert "M56 476L98.0 98.0L476 56" in paths  # 420 px a side, 56 px of margin
    words = [element.text or "" for element in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert f"ghost (high) {curves[0].area:.2f}" in words
