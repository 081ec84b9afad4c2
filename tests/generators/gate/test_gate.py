"""The gate over the models that ship, with thresholds of the test's own."""

import copy
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_repositories import save_vit

from arena.errors import SettingsError
from arena.generators.edits import WHOLE
from arena.generators.gate import Candidate, GateReport
from arena.generators.gate.artefacts import FEATURES
from arena.generators.gate.checks import changed_facts, changed_probes, unchanged_facts, unchanged_probes
from arena.generators.gate.duplicates import nearest, perceptual_hash
from arena.generators.gate.gate import Gate
from arena.generators.gate.image_safety import ImageClassifier, load_image_safety
from arena.generators.gate.open_nsfw import load_open_nsfw
from arena.generators.gate.pixels import changed_area, changed_outside, cut_off, ghost
from arena.generators.gate.scores import NOT_ASKED, SCORES, UNREADABLE, Bounds
from arena.generators.gate.similarity import similarity
from arena.generators.gate.statements import caption_rise, foreign_statements, most_tempting
from arena.generators.gate.thresholds import Thresholds, model_name
from arena.generators.scenes import draw_pair
from arena.images import picture_from_pixels
from arena.models import Model
from arena.models.contrastive import ContrastiveModel
from arena.pairs import MinimalPair
from arena.probes import Probe, Reply

WEIGHTS: dict[str, float] = dict.fromkeys(FEATURES, 0.7)
OPEN = Thresholds({}, WEIGHTS)
NEVER = replace(OPEN, bounds={"changed_area": Bounds(high=-1.0)})
"""Refuses every pair by the cheapest score."""
CHECKED = ("changed_facts", "unchanged_facts")


class Noting:
    """A checker that notes what it is asked."""

    def __init__(self, model: Model) -> None:
        self.contestant, self.capabilities, self.memory_bytes = model.contestant, model.capabilities, model.memory_bytes
        self.asked: list[Probe] = []
        self._model = model

    def answer(self, probes: Sequence[Probe]) -> list[Reply]:
        self.asked += probes
        return self._model.answer(probes)


@pytest.fixture
def noting(checker) -> Noting:
    return Noting(checker)


@pytest.fixture(scope="module")
def gate(scorer, checker) -> Gate:
    return Gate(scorer, checker, OPEN)


def candidate(family: str = "stove", seed: int = 0, **more) -> Candidate:
    pair = draw_pair(family, 845_400 + seed, 128)
    return Candidate(pair, pair.region or WHOLE, **more)


def photographs() -> Candidate:
    """A pair of no drawn family."""
    one = candidate()
    return replace(one, pair=replace(one.pair, family="picture-1"))


def values(report: GateReport) -> dict[str, float | None]:
    return {score.name: score.value for score in report.scores}


def number(report: GateReport, name: str) -> float:
    value = values(report)[name]
    assert value is not None
    return value


def words(report: GateReport) -> dict[str, str]:
    return {score.name: score.words for score in report.scores}


def same(report: GateReport, other: GateReport) -> None:
    """They say the same, up to the noise of other batches."""
    assert [score.passed for score in report.scores] == [score.passed for score in other.scores]
    assert values(report) == pytest.approx(values(other), abs=1e-4, nan_ok=False)


def pixels(pair: MinimalPair) -> tuple[np.ndarray, np.ndarray]:
    first, second = (np.asarray(side.picture.pixels()) for side in pair.sides)
    return first, second


def test_every_score_is_told_in_order_and_is_that_of_its_own_module(gate, scorer, checker):
    one = candidate(known_hashes=[perceptual_hash(draw_pair("stove", 845_409, 128).sides[1].picture.pixels())])
    (report,) = gate.judge([one])
    found, pair = values(report), one.pair
    assert list(found) == list(SCORES)
    statements = foreign_statements(pair)
    expected = {
        "changed_area": changed_area(*pixels(pair)),
        "changed_outside": changed_outside(*pixels(pair), one.region),
        "cut_off": cut_off(*pixels(pair), one.region),
        "ghost": ghost(*pixels(pair), one.region),
        "near_duplicate": nearest(perceptual_hash(pair.sides[1].picture.pixels()), one.known_hashes),
        "caption_rise": caption_rise(scorer, pair, 1, statements),
        "image_safety": None,
        **vars(similarity(scorer, pair)),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    asked = changed_probes(pair), unchanged_probes(pair, most_tempting(scorer, pair, 1, statements))
    alone = [[checker.answer([probe])[0] for probe in probes] for probes in asked]
    facts = {"changed_facts": changed_facts(asked[0], alone[0]), "unchanged_facts": unchanged_facts(asked[1], alone[1])}
    assert {name: found[name] for name in facts} == pytest.approx(facts, abs=1e-4)
    assert report.passed
    assert report.version == OPEN.version


def test_a_batch_answers_each_candidate_in_order_as_if_it_were_alone(gate):
    batch = [
        candidate("stove"),
        candidate("tea"),
        photographs(),
        candidate("stove", 1),
        replace(candidate("gate"), region=WHOLE),
    ]
    together = gate.judge(batch)
    for one, report in zip(batch, together, strict=True):
        same(report, gate.judge([one])[0])
    assert len({values(report)["changed_area"] for report in together[:2]}) == 2
    assert gate.judge([]) == []


@pytest.mark.parametrize("family", ["stove", "tea"])
def test_it_makes_no_difference_which_side_is_named_first(gate, family):
    one = candidate(family)
    one = replace(one, known_hashes=[perceptual_hash(one.pair.sides[1].picture.pixels())])
    mirrored = replace(one, pair=replace(one.pair, sides=one.pair.sides[::-1]), edited=0)
    same(*gate.judge([one, mirrored]))
    # Told that the other side was edited, it does say otherwise.
    told, turned = gate.judge([one, replace(one, edited=0)])
    assert number(turned, "artefacts") == pytest.approx(1 - number(told, "artefacts"))
    assert number(turned, "caption_rise") != pytest.approx(number(told, "caption_rise"), abs=0.01)
    assert number(told, "near_duplicate") == 0 < number(turned, "near_duplicate")


def test_the_bounds_of_the_thresholds_decide_and_are_told(scorer, checker, gate):
    one = candidate()
    area = number(gate.judge([one])[0], "changed_area")
    for bounds, passed in ((Bounds(low=area), True), (Bounds(high=area), True), (Bounds(low=area + 0.01), False)):
        (report,) = Gate(scorer, checker, replace(OPEN, bounds={"changed_area": bounds})).judge([one])
        first = report.scores[0]
        assert (first.low, first.high, first.passed, report.passed) == (bounds.low, bounds.high, passed, passed)


def test_the_checker_is_asked_about_those_alone_that_passed_before(scorer, noting):
    good, bad = candidate("stove"), candidate("tea")
    area = changed_area(*pixels(bad.pair))
    other = changed_area(*pixels(good.pair))
    bounds = Bounds(low=(area + other) / 2) if other > area else Bounds(high=(area + other) / 2)
    reports = Gate(scorer, noting, replace(OPEN, bounds={"changed_area": bounds})).judge([bad, good, bad])
    assert [report.passed for report in reports] == [False, True, False]
    assert {picture for probe in noting.asked for picture in probe.images} == {side.picture for side in good.pair.sides}
    for report in (reports[0], reports[2]):
        assert [words(report)[name] for name in CHECKED] == [NOT_ASKED] * 2
        assert [score.name for score in report.failed()] == ["changed_area"]


def test_all_is_asked_where_that_is_wanted(scorer, noting):
    one = candidate()
    (report,) = Gate(scorer, noting, NEVER, asks_all=True).judge([one])
    assert len(noting.asked) == 4 + 2 * 2
    assert None not in (values(report)[name] for name in CHECKED)
    assert not report.passed


def test_given_statements_are_what_must_not_change(scorer, noting):
    one = candidate(unchanged=("a child", "a kitchen"))
    Gate(scorer, noting, OPEN).judge([one])
    assert noting.asked[:4] == changed_probes(one.pair)
    assert {probe.captions for probe in noting.asked[4:]} == {("a child",), ("a kitchen",)}
    noting.asked.clear()
    (report,) = Gate(scorer, noting, OPEN).judge([photographs()])
    assert len(noting.asked) == 4
    assert values(report)["unchanged_facts"] is values(report)["caption_rise"] is None
    assert report.passed


def test_outside_of_the_whole_image_there_is_nothing_to_fail(scorer, checker):
    strict = replace(OPEN, bounds={"changed_outside": Bounds(high=0.0), "cut_off": Bounds(high=0.0)})
    (report,) = Gate(scorer, checker, strict).judge([replace(candidate(), region=WHOLE)])
    assert values(report)["changed_outside"] is values(report)["cut_off"] is None
    assert report.passed


def test_images_of_different_sizes_are_judged_and_fail(scorer, checker):
    one = candidate()
    first, second = one.pair.sides
    smaller = picture_from_pixels(second.picture.pixels().resize((96, 80)))
    pair = replace(one.pair, sides=(first, replace(second, picture=smaller)))
    strict = replace(OPEN, bounds={"changed_outside": Bounds(high=0.0)})
    for edited in (0, 1):
        (report,) = Gate(scorer, checker, strict).judge([replace(one, pair=pair, edited=edited)])
        assert values(report)["changed_outside"] == 1
        assert not report.passed


def test_thresholds_of_other_models_are_refused(scorer, checker):
    own = replace(OPEN, scorer=model_name(scorer.contestant), checker=model_name(checker.contestant))
    Gate(scorer, checker, own)
    for other in (replace(own, scorer="some/other@1"), replace(own, checker="some/other@1")):
        with pytest.raises(SettingsError, match="for some/other@1, not for drawn-world/"):
            Gate(scorer, checker, other)


def test_a_scorer_whose_numbers_are_none_lets_nothing_pass(scorer, noting):
    broken = copy.deepcopy(scorer._model)
    torch.nn.init.constant_(broken.logit_scale, math.nan)
    (report,) = Gate(ContrastiveModel(scorer.contestant, broken, scorer._processor), noting, OPEN).judge([candidate()])
    assert {score.name for score in report.failed()} == {"caption_choice", "image_choice", "caption_rise"}
    assert {score.words for score in report.failed()} == {UNREADABLE}
    assert not report.passed
    assert noting.asked == []


def test_a_checker_that_cannot_answer_lets_nothing_pass(scorer):
    assert "threshold" not in scorer.contestant.settings  # without which it says neither yes nor no
    (report,) = Gate(scorer, scorer, OPEN).judge([candidate()])
    assert {score.name for score in report.failed()} == {*CHECKED}
    assert not report.passed


LABELS = ("fine", "unsafe")


def test_an_unsafe_image_is_refused_on_either_side(scorer, noting, tmp_path):
    folder = str(save_vit(tmp_path / "tiny" / "vit", LABELS))
    one = candidate()
    chances = load_image_safety(folder).unsafe_probabilities([side.picture for side in one.pair.sides])
    between = load_image_safety(folder, threshold=sum(chances) / 2)
    above = load_image_safety(folder, threshold=max(chances))
    mirrored = replace(one, pair=replace(one.pair, sides=one.pair.sides[::-1]), edited=0)
    for report in Gate(scorer, noting, OPEN, between).judge([one, mirrored]):
        assert [score.name for score in report.failed()] == ["image_safety"]
        assert values(report)["image_safety"] == pytest.approx(max(chances))
        assert not report.passed
    assert noting.asked == []
    (report,) = Gate(scorer, noting, OPEN, above).judge([one])
    assert report.passed
    assert report.models[-1] == "tiny/vit"


def test_an_image_whose_safety_cannot_be_told_is_refused_on_either_side(scorer, checker, tmp_path):
    """A patch that is all black has no length, and normalising it without an epsilon divides by it."""
    folder = save_vit(tmp_path / "tiny" / "vit", LABELS, layer_norm_eps=0.0)
    classifier = load_image_safety(str(folder), threshold=1.0)
    assert isinstance(classifier, ImageClassifier)
    embeddings = classifier._model.vit.embeddings
    with torch.no_grad():
        embeddings.position_embeddings.zero_()
        torch.nn.init.constant_(embeddings.patch_embeddings.projection.bias, 0)
    classifier._processor.do_normalize = False
    black = picture_from_pixels(Image.new("RGB", (128, 128)))
    one = candidate()
    first, second = one.pair.sides
    pairs = [
        one.pair,
        replace(one.pair, sides=(first, replace(second, picture=black))),
        replace(one.pair, sides=(replace(first, picture=black), second)),
    ]
    chances = classifier.unsafe_probabilities([black, first.picture, second.picture])
    assert [math.isnan(chance) for chance in chances] == [True, False, False]
    reports = Gate(scorer, checker, OPEN, classifier).judge([replace(one, pair=pair) for pair in pairs])
    assert [words(report)["image_safety"] == UNREADABLE for report in reports] == [False, True, True]
    assert [report.passed for report in reports] == [True, False, False]


def test_a_classifier_that_fails_refuses(scorer, checker):
    classifier = load_open_nsfw(threshold=1.0)
    (passed,) = Gate(scorer, checker, OPEN, classifier).judge([candidate()])
    classifier._classifier._input_name = "no such input"
    (refused,) = Gate(scorer, checker, OPEN, classifier).judge([candidate()])
    assert passed.passed
    assert not refused.passed
    assert words(refused)["image_safety"] == UNREADABLE


def test_each_model_is_named_once(scorer, checker, gate):
    assert gate.models == ("drawn-world/clip-small", "drawn-world/llava-small")
    assert Gate(scorer, scorer, OPEN).models == ("drawn-world/clip-small",)
    assert gate.judge([candidate()])[0].models == gate.models
