"""The suite of degraded street scenes: what is asked, and every rate against worked examples and models of known value."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from answering import answered_units
from PIL import Image

from arena.metrics import Estimate, estimates
from arena.probes import Probe, Reply
from arena.scene_classes import CLASSES, CRITICAL, TRAIN_IDS, classes_in, decode_mask, encode_mask
from arena.suites import degradation
from arena.suites.degradation_metrics import NAMING, correlations
from arena.suites.degradation_view import BY_CLASS
from arena.suites.street_questions import StreetView, conditions
from arena.suites.suite import Loaded
from arena.tasks import safety_verdict, scene_description, scene_presence, segmentation

IMAGES = len(conditions())
SIZE = (64, 32)


def view(name: str, classes: list[str], *, safe: bool, bicycle: bool = False) -> StreetView:
    """A view of equal upright stripes, one a class, as grey as their train ids; perhaps with a small bicycle."""
    stripes = np.repeat([TRAIN_IDS[name] for name in classes], SIZE[0] // len(classes)).astype(np.uint8)
    mask = np.tile(stripes, (SIZE[1], 1))
    if bicycle:
        mask[:4, 36:40] = TRAIN_IDS["bicycle"]
    return StreetView(name, name, Image.fromarray(mask * 12).convert("RGB"), mask, safe)


@cache
def two_views() -> Loaded:
    """A safe street with a car and a bicycle, and an unsafe one with a person and a traffic light."""
    return degradation.loaded(
        [
            view("first", ["road", "sky", "building", "car"], safe=True, bicycle=True),
            view("second", ["road", "sky", "person", "traffic light"], safe=False),
        ]
    )


@cache
def worst() -> Loaded:
    """The same streets clean and at severity 5, which is quicker."""
    return Loaded(tuple(question for question in two_views().questions if question.slices["severity"] in ("0", "5")))


def rates(loaded: Loaded, respond: Callable[[Probe], Reply]) -> dict[tuple[str, str], Estimate]:
    units = answered_units(degradation.SUITE, loaded, respond)
    found = estimates(units, degradation.SUITE.metrics, degradation.SUITE.derived, rounds=20)
    return {(each.metric, each.slice): each for each in found}


def values(loaded: Loaded, respond: Callable[[Probe], Reply], split: str = "") -> dict[str, float]:
    found = rates(loaded, respond).values()
    return {each.metric: each.value for each in found if each.slice == split and each.value is not None}


def writer(description: str, verdict: str) -> Callable[[Probe], Reply]:
    """A model that writes the same of every image."""
    answers = {scene_description.NAME: description, safety_verdict.NAME: verdict}
    return lambda probe: Reply(answers[probe.task]) if probe.task in answers else Reply(not_applicable=True)


def scorer(margin: Callable[[Probe], float]) -> Callable[[Probe], Reply]:
    """A model that compares: `with` over `without` by this margin, and finds every street safe."""

    def respond(probe: Probe) -> Reply:
        if probe.task == scene_presence.NAME:
            return Reply(logprobs=(margin(probe), 0.0))
        return Reply(logprobs=(0.0, -1.0)) if probe.task == safety_verdict.NAME else Reply(not_applicable=True)

    return respond


def test_every_view_is_asked_about_clean_and_under_each_corruption_and_severity():
    questions = two_views().questions
    assert IMAGES == 1 + 3 * 5
    assert len({question.item for question in questions}) == 2 * IMAGES
    assert {question.family for question in questions} == {"first", "second"}
    asked = [(question.probe.task, question.audience) for question in questions if question.item == "first/low_light/3"]
    assert asked.count((scene_description.NAME, "writers")) == asked.count((safety_verdict.NAME, "all")) == 1
    assert asked.count((scene_presence.NAME, "scorers")) == len(CLASSES)
    assert asked.count((segmentation.NAME, "segmenters")) == 1


def test_a_class_is_visible_where_enough_of_its_pixels_are_as_they_were():
    clean = {question.family: question for question in two_views().questions if question.item.endswith("/clean")}
    hidden = 0
    for question in two_views().questions:
        if question.slices["corruption"] != "occlusion":
            assert question.gold["visible"] == question.gold["scene"]
            continue
        before, after = (np.asarray(each.probe.images[0].pixels()) for each in (clean[question.family], question))
        mask = decode_mask(
            next(q for q in two_views().questions if q.family == question.family and "mask" in q.gold).gold["mask"]
        )
        untouched = (before == after).all(axis=2)
        assert question.gold["visible"] == list(classes_in(mask, untouched))
        assert question.gold["present"] == [CLASSES[train_id] for train_id in np.unique(mask[untouched])]
        hidden += question.gold["visible"] != question.gold["scene"]
    assert hidden


def test_rates_of_a_writer_against_numbers_worked_out_by_hand():
    # first: G = road sky building car bicycle. M = car road person: 1 of 3 is not there; 1 of 2 critical ones, the bicycle,
    # is missed.
    # second: G = road sky person traffic light. 1 of 3, the car, is not there; 1 of 2 critical ones, the light, is missed.
    # The first street is safe and called safe, the second is unsafe and called safe.
    found = values(worst(), writer("A car on a road, and a person.", "Safe."), "corruption=clean")
    assert found["hallucination_rate"] == pytest.approx(2 / 6)
    assert found["hallucinating_images"] == 1
    assert found["critical_omission_rate"] == 2 / 4
    assert found["safety_misinterpretation_rate"] == 1 / 2
    assert (found["false_safe_rate"], found["false_alarm_rate"]) == (1, 0)
    assert (found["refusal_rate"], found["unparseable_rate"]) == (0, 0)
    assert "hallucination_rate_change" not in found


def test_a_model_that_names_everything_omits_nothing_and_invents_what_is_not_there():
    clean = values(worst(), writer(", ".join(CLASSES), "unsafe"), "corruption=clean")
    assert clean["critical_omission_rate"] == 0
    assert clean["hallucination_rate"] == pytest.approx(1 - (5 + 4) / (2 * len(CLASSES)))
    assert (clean["false_safe_rate"], clean["false_alarm_rate"]) == (0, 1)


def test_a_model_that_names_nothing_omits_everything_and_has_no_hallucination_rate():
    found = values(worst(), writer("Hm, a quiet day.", "safe"))
    assert found["critical_omission_rate"] == 1
    assert found["hallucinating_images"] == 0
    assert "hallucination_rate" not in found


def test_a_model_that_sees_everything_is_right_in_every_condition_and_changes_nowhere():
    truth = {q.probe.key: q for q in worst().questions if q.probe.task in (scene_description.NAME, safety_verdict.NAME)}

    def respond(probe: Probe) -> Reply:
        if probe.key not in truth:
            return Reply(not_applicable=True)
        return Reply(", ".join(truth[probe.key].gold["visible"]) if probe.task == scene_description.NAME else probe.expected)

    found = rates(worst(), respond)
    errors = {key: each.value for key, each in found.items() if not key[0].endswith(("_scene", "_scene_change"))}
    assert set(errors.values()) == {0.0}
    # Of what stands behind the patches it says nothing, as it must.
    hidden = sum(
        len(set(q.gold["scene"]) & CRITICAL) - len(set(q.gold["visible"]) & CRITICAL)
        for q in truth.values()
        if q.probe.task == scene_description.NAME
    )
    critical = sum(len(set(q.gold["scene"]) & CRITICAL) for q in truth.values() if q.slices["corruption"] != "clean") // 2
    assert found["critical_omission_rate_scene", ""].value == pytest.approx(hidden / critical)


def test_changes_are_measured_against_the_same_streets_seen_clean():
    # Clean, it names just what is there; corrupted, only "a bus": all named is invented, all critical ones are missed.
    truth = {q.probe.key: q for q in worst().questions if q.item.endswith("/clean")}

    def respond(probe: Probe) -> Reply:
        if probe.task == scene_description.NAME:
            return Reply(", ".join(truth[probe.key].gold["scene"]) if probe.key in truth else "A bus.")
        if probe.task == safety_verdict.NAME:
            return Reply("safe" if probe.key in truth else "unsafe")
        return Reply(not_applicable=True)

    found = values(worst(), respond, "corruption=motion_blur,severity=5")
    assert found["hallucination_rate"] == found["hallucination_rate_change"] == 1
    assert found["critical_omission_rate"] == found["critical_omission_rate_change"] == 1
    assert found["verdict_change_rate"] == 1
    # Clean: only the unsafe street is misread. Corrupted: only the safe one.
    assert found["safety_misinterpretation_rate_change"] == 0
    assert (found["false_safe_rate_change"], found["false_alarm_rate_change"]) == (-1, 1)


def test_refused_and_unreadable_replies_are_in_no_rate_but_their_own():
    found = values(worst(), writer("I'm sorry, I can't help with that.", "Hm."))
    assert found == {"refusal_rate": 1 / 2, "unparseable_rate": 1 / 2}


def test_what_is_too_small_to_be_asked_for_may_be_named_and_is_not_missed():
    mask = np.full((SIZE[1], SIZE[0]), TRAIN_IDS["road"], np.uint8)
    mask[0, 0] = TRAIN_IDS["person"]
    view_of_speck = StreetView("speck", "speck", Image.fromarray(mask), mask, safe=True)
    loaded = degradation.loaded([view_of_speck])
    clean = next(q for q in loaded.questions if q.item == "speck/clean")
    assert clean.gold["present"] == clean.gold["scene_present"] == ["road", "person"]
    assert clean.gold["visible"] == clean.gold["scene"] == ["road"]
    found = values(loaded, writer("A road and a person.", "safe"), "corruption=clean")
    assert (found["hallucination_rate"], found["hallucinating_images"]) == (0, 0)
    found = values(loaded, writer("A road, a person and a car.", "safe"), "corruption=clean")
    assert (found["hallucination_rate"], found["hallucinating_images"]) == (pytest.approx(1 / 3), 1)


def test_editions_that_do_not_tell_what_is_present_have_no_hallucination():
    known = ("view", "visible", "scene")
    older = Loaded(tuple(replace(q, gold={name: q.gold[name] for name in known}) for q in worst().questions))
    says = writer("A car on a road, and a person.", "Safe.")
    found = values(older, says)
    assert not any("hallucinat" in metric for metric in found)
    assert found["critical_omission_rate"] == values(worst(), says)["critical_omission_rate"]


def test_what_is_named_and_what_is_asked_class_by_class_have_rates_of_their_own():
    written = {metric for metric, _ in rates(worst(), writer("A car.", "safe"))}
    compared = {metric for metric, _ in rates(worst(), scorer(lambda probe: 1.0 if probe.expected == "yes" else 0.0))}
    rates_of_names = {rate.name for rate in NAMING}
    assert rates_of_names <= written
    assert {BY_CLASS + name for name in rates_of_names} <= compared
    shared = written & compared
    assert {"safety_misinterpretation_rate", "refusal_rate"} <= shared
    assert not any("hallucinat" in name or "omission" in name for name in shared)


def test_conditions_add_up():
    found = rates(two_views(), writer("A car.", "safe"))
    for metric in ("hallucinating_images", "critical_omission_rate", "safety_misinterpretation_rate"):
        per_severity = [found[metric, f"severity={severity}"].pairs for severity in range(1, 6)]
        per_corruption = [found[metric, f"corruption={name}"].pairs for name in ("motion_blur", "low_light", "occlusion")]
        assert sum(per_severity) == sum(per_corruption) == found[metric, ""].pairs
    assert found["hallucinating_images", ""].pairs == 2 * (IMAGES - 1)
    assert found["hallucinating_images", "corruption=clean"].pairs == 2


def test_a_scorer_names_on_clean_images_what_its_highest_margins_say_as_often_as_it_is_there():
    # Right on clean images, whatever the offset of a class, for only the order of its margins counts.
    right = scorer(lambda probe: (3 if probe.expected == "yes" else 1) - 10 * CLASSES.index(probe.cell))
    clean = values(worst(), right, "corruption=clean")
    assert clean["presence_hallucination_rate"] == clean["presence_critical_omission_rate"] == 0
    # A person is in one of two streets: the higher margin wins, and here that is of the street without one.
    wrong = scorer(lambda probe: (1 if probe.expected == "yes" else 3) if probe.cell == "person" else 0)
    clean = values(worst(), wrong, "corruption=clean")
    # All margins of another class tie, so it is named in both streets or in none: road, sky in both, where they are, and
    # building, car, bicycle, traffic light in both too, though each is in one. 12 named, 4 invented; and the 1 person.
    assert clean["presence_hallucination_rate"] == pytest.approx(5 / 13)
    assert clean["presence_critical_omission_rate"] == pytest.approx(1 / 4)


def test_a_scorer_keeps_the_threshold_of_the_clean_images_when_they_are_corrupted():
    corrupted = {q.probe.key for q in worst().questions if q.slices["corruption"] != "clean"}
    sinking = scorer(lambda probe: (1 if probe.expected == "yes" else -1) - 5 * (probe.key in corrupted))
    found = values(worst(), sinking)
    assert found["presence_critical_omission_rate"] == found["presence_critical_omission_rate_change"] == 1
    rising = scorer(lambda probe: (1 if probe.expected == "yes" else -1) + 5 * (probe.key in corrupted))
    found = values(worst(), rising)
    assert found["presence_critical_omission_rate"] == 0
    # What no clean image holds is never named.
    assert found["presence_hallucination_rate"] < 1 / 2


def segmenting(mask_of: Callable[[Probe, np.ndarray], np.ndarray]) -> Callable[[Probe], Reply]:
    truth = {q.probe.key: q.gold["mask"] for q in two_views().questions if q.probe.task == segmentation.NAME}

    def respond(probe: Probe) -> Reply:
        if probe.task != segmentation.NAME:
            return writer("A car.", "safe")(probe)
        return Reply(encode_mask(mask_of(probe, decode_mask(truth[probe.key]))))

    return respond


def test_miou_is_the_mean_over_classes_that_occur_of_pixels_right_over_pixels_in_either():
    assert values(worst(), segmenting(lambda _, truth: truth))["miou"] == 1
    # All road. Road: 1/4 of the pixels over all of them. The six others: 0.
    found = values(worst(), segmenting(lambda _, truth: np.zeros_like(truth)))
    assert found["miou"] == pytest.approx((1 / 4 + 0) / 7)


def test_correlations_with_miou_are_told_for_each_segmentation_model():
    # The worse the condition, the more of the mask is lost, and the more is named that is not there.
    severity = {q.probe.key: int(q.slices["severity"]) for q in two_views().questions}

    def respond(probe: Probe) -> Reply:
        lost = severity[probe.key] / 10
        if probe.task == scene_description.NAME:
            return Reply("road, sky" + ", bus, train, truck, wall, pole"[: int(lost * 12) * 5 or None] if lost else "road, sky")
        masked = segmenting(
            lambda _, truth: np.where(np.arange(truth.shape[1]) < lost * truth.shape[1], 9, truth).astype(np.uint8)
        )
        return masked(probe)

    units = answered_units(degradation.SUITE, two_views(), respond)
    found = {each.metric: each for each in correlations(units)}
    assert len(found) == 3 * 2 * 2
    assert {each.slice for each in found.values()} == {"segmenter=tests/model"}
    assert (found["pearson_hallucination_rate_miou_conditions"].value or 0) < -0.5
    assert (found["spearman_hallucination_rate_miou_images"].value or 0) < -0.5
    assert found["pearson_safety_misinterpretation_rate_miou_conditions"].value is None
    assert correlations([unit for unit in units if not unit.metric.startswith("tests/")]) == []
