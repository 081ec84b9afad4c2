"""Pairs to calibrate the gate on: each kind is what it says, and changes nothing but what it may."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import pytest
from PIL import Image

from arena.generation.opening import open_gate
from arena.generators.editor_repository import SHIPPED_EDITOR, check_editor
from arena.generators.edits import WHOLE, Edit, Editor, EditRequest, load_editor
from arena.generators.framing import check_region
from arena.generators.gate.artefacts import FEATURES, features
from arena.generators.gate.duplicates import nearest, perceptual_hash
from arena.generators.gate.pixels import changed_area, changed_outside, ghost
from arena.generators.gate.scores import SCORES
from arena.generators.scenes import FAMILIES
from arena.images import picture_from_pixels
from arena.settings import Settings
from arena.starter.gate import scenes as scenes_module
from arena.starter.gate import twins as twins_module
from arena.starter.gate.measuring import OPEN, scored
from arena.starter.gate.scenes import BROKEN, CALIBRATION_SEEDS, HELD_OUT_SEEDS, Scene, scenes
from arena.starter.gate.twins import DRAWN, DUPLICATE, EDITED, FAILED, GOOD, SWAPPED, Twin, twins

SEEDS = (845_900, 845_901)
SOME = ("stove", "tea")


@pytest.fixture(scope="module")
def drawn() -> list[Scene]:
    """Two scenes of each of two families, so that each has one other that has no part in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scenes_module, "FAMILIES", {name: FAMILIES[name] for name in SOME})
        return scenes(SEEDS)


@pytest.fixture(scope="module")
def editor() -> Editor:
    return load_editor(check_editor(SHIPPED_EDITOR))


@pytest.fixture(scope="module")
def made(drawn, editor) -> list[Twin]:
    return list(twins(drawn, editor))


@pytest.fixture(scope="module")
def kinds(drawn, made) -> list[tuple[Scene, dict[str, Twin]]]:
    """Each scene with its twins by kind."""
    sorted_out: list[dict[str, Twin]] = []
    for twin in made:
        if twin.kind == DRAWN:
            sorted_out.append({})
        assert twin.kind not in sorted_out[-1]
        sorted_out[-1][twin.kind] = twin
    return list(zip(drawn, sorted_out, strict=True))


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    """Of one home, in which what the guard of models found is kept."""
    return Settings(home=tmp_path_factory.mktemp("home"))


def pixels(twin: Twin) -> tuple[np.ndarray, np.ndarray]:
    """The edited side and the source."""
    sides = [np.asarray(side.picture.pixels()) for side in twin.candidate.pair.sides]
    return sides[twin.candidate.edited], sides[1 - twin.candidate.edited]


def test_calibration_and_its_check_share_no_scene():
    assert not set(CALIBRATION_SEEDS) & set(HELD_OUT_SEEDS)


def test_every_family_is_drawn_from_every_seed_beside_two_others_to_go_wrong_with(drawn):
    assert [(scene.pair.family, scene.pair.provenance.seed) for scene in drawn] == [
        (name, seed) for name in SOME for seed in SEEDS
    ]
    for scene in drawn:
        assert scene.stranger.family == scene.pair.family
        assert scene.stranger.provenance.seed != scene.pair.provenance.seed
        assert scene.foreigner.family != scene.pair.family
        assert scene.source == scene.pair.sides[1 - scene.edited].picture
        assert scene.region == scene.pair.region


def test_every_kind_appears_once_a_scene_and_good_are_only_the_good(kinds):
    for _, by_kind in kinds:
        assert by_kind.keys() - {EDITED, FAILED} == {DRAWN, SWAPPED, DUPLICATE, *BROKEN}
        assert len(by_kind.keys() & {EDITED, FAILED}) <= 1
        assert {kind for kind, twin in by_kind.items() if twin.good} == by_kind.keys() & {*GOOD}


def test_nothing_changes_outside_the_region_unless_the_whole_image_may(made):
    for twin in made:
        outside = changed_outside(*pixels(twin), twin.candidate.region)
        assert outside == (None if twin.candidate.region == WHOLE else 0), twin.kind
    assert {twin.kind for twin in made if twin.candidate.region == WHOLE} == {"whole image redrawn", "other family"}


def test_captions_and_sides_are_those_of_the_scene_but_for_the_twin_that_swaps_them(kinds):
    for scene, by_kind in kinds:
        own = [side.caption for side in scene.pair.sides]
        for kind, twin in by_kind.items():
            captions = [side.caption for side in twin.candidate.pair.sides]
            assert captions == (own[::-1] if kind == SWAPPED else own)
            assert twin.candidate.edited == scene.edited
        first, other = (by_kind[kind].candidate.pair.sides for kind in (DRAWN, SWAPPED))
        assert [side.picture for side in first] == [side.picture for side in other]


def test_the_true_pair_shows_source_and_wanted_side_as_the_editor_codes_them(kinds, editor):
    for scene, by_kind in kinds:
        edited, source = pixels(by_kind[DRAWN])
        wanted, drawn = np.asarray(scene.wanted()), np.asarray(scene.source.pixels())
        assert np.abs(edited.astype(float) - wanted).mean() < np.abs(edited.astype(float) - drawn).mean()
        assert (source == np.asarray(editor.coded(scene.source, scene.region).pixels())).all()


def test_without_an_edit_hardly_anything_changes(kinds):
    for _, by_kind in kinds:
        assert changed_area(*pixels(by_kind["no edit"])) < 0.2 * changed_area(*pixels(by_kind[DRAWN]))


def test_a_blend_shows_its_source_and_a_blur_takes_sharpness(kinds):
    for _, by_kind in kinds:
        blended, blurred, true = (by_kind[kind] for kind in ("half-way blend", "blurred region", DRAWN))
        region = true.candidate.region
        assert ghost(*pixels(blended), region) > ghost(*pixels(true), region)
        sharp = FEATURES.index("sharpness")
        assert features(pixels(blurred)[0], region)[sharp] < features(pixels(true)[0], region)[sharp]


def test_the_wrong_place_is_as_large_as_the_right_one_inside_the_image_and_elsewhere(kinds):
    for scene, by_kind in kinds:
        left, top, right, bottom = place = by_kind["wrong place"].candidate.region
        assert place != scene.region
        check_region(place, by_kind["wrong place"].candidate.pair.sides[0].picture.size, "wrong place")
        x, y, x_end, y_end = scene.region
        assert (right - left, bottom - top) == pytest.approx((x_end - x, y_end - y))


def test_what_was_seen_before_is_near_a_known_image_and_no_image_of_its_own_is_known(kinds):
    for scene, by_kind in kinds:
        (stranger,) = (
            other for other, _ in kinds if other.pair.id not in {scene.pair.id, scene.stranger.id, scene.foreigner.id}
        )
        strange = {perceptual_hash(side.picture.pixels()) for side in stranger.pair.sides}
        distances = {}
        for kind, twin in by_kind.items():
            known = twin.candidate.known_hashes
            assert strange <= {*known}
            assert len({*known} - strange) == (kind == DUPLICATE)
            distances[kind] = nearest(perceptual_hash(twin.candidate.pair.sides[scene.edited].picture.pixels()), known)
        assert distances[DUPLICATE] < 0.5 * distances[DRAWN]


class Blending:
    """Edits by painting this share of what is wanted over the source, the way that the editor codes."""

    def __init__(self, editor: Editor, scene: Scene, share: float) -> None:
        self.coded = editor.coded
        self._painted = picture_from_pixels(Image.blend(scene.source.pixels(), scene.wanted(), share))

    def edit(self, requests: Sequence[EditRequest]) -> list[Edit]:
        return [
            Edit(self.coded(asked.source, asked.region), self.coded(self._painted, asked.region, over=asked.source))
            for asked in requests
        ]


@pytest.mark.parametrize(("share", "kind"), [(0.9, EDITED), (0.4, None), (0.05, FAILED)])
def test_an_edit_is_good_or_failed_by_how_near_it_comes_and_nothing_in_between(drawn, editor, share, kind, monkeypatch):
    monkeypatch.setattr(twins_module, "BROKEN", {})  # they are the same whatever the edit
    scene = drawn[0]
    blending = Blending(editor, scene, share)
    found = [twin for twin in twins([scene], cast("Editor", blending)) if twin.kind in (EDITED, FAILED)]
    assert [twin.kind for twin in found] == ([kind] if kind else [])
    if kind:
        (asked,) = blending.edit([EditRequest(scene.source, "", "", 0, scene.region)])
        assert {side.picture for side in found[0].candidate.pair.sides} == {asked.source, asked.result}


def test_what_the_gate_measures_of_twins_is_kept_with_their_kind_and_how_they_are_painted(kinds, settings):
    gate = open_gate(settings, OPEN, asks_all=True)
    some = [kinds[0][1][kind] for kind in (DRAWN, "wrong place", "other family")]
    for twin, report in zip(some, gate.judge([twin.candidate for twin in some]), strict=True):
        found = scored(twin, report)
        assert (found.kind, found.family, found.good) == (twin.kind, SOME[0], twin.good)
        assert found.values == {score.name: score.value for score in report.scores}
        assert found.values.keys() == SCORES.keys()
        edited, source = (features(image, twin.candidate.region) for image in pixels(twin))
        assert found.painted == pytest.approx(edited - source)


def test_what_could_not_be_measured_calibrates_nothing(kinds, settings):
    twin = kinds[0][1][DRAWN]
    (report,) = open_gate(settings, OPEN).judge([twin.candidate])
    broken = replace(report, scores=(replace(report.scores[0], value=None, passed=False), *report.scores[1:]))
    with pytest.raises(AssertionError, match="changed_area could not be measured"):
        scored(twin, broken)
