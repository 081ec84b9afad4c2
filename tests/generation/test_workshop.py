"""What pages do with fresh pairs: real edits, told step by step, one at a time; and one line where something is wrong."""

import json
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from generation_world import Lenient
from PIL import Image

from arena.errors import ArenaError, EditorError, GenerationError, InputError
from arena.generation import workshop as module
from arena.generation.makers import EditorMaker
from arena.generation.opening import open_editor
from arena.generation.orders import Order
from arena.generation.outcomes import Generated
from arena.generation.workshop import Step, Workshop
from arena.generators.editor_repository import CALLED_WITH, SHIPPED, SHIPPED_EDITOR
from arena.generators.edits import Edit, Preview
from arena.generators.framing import WHOLE
from arena.generators.gate import Candidate, GateReport
from arena.generators.scenes import FAMILIES, draw_pair
from arena.images import picture_from_pixels
from arena.settings import Settings
from arena.store import Store

NUMBER = 7
"""Of the scene that is edited."""
PATIENCE = 60
"""Seconds in which something has to happen."""


class Watched:
    """The editor that ships; after the step that it is told, it waits until somebody has gone."""

    def __init__(self, maker: EditorMaker) -> None:
        self.tool = maker.tool
        self.steps: list[int] = []
        self.waits_after: int | None = None
        self.gone = threading.Event()
        self._maker = maker

    def make(self, orders: Sequence[Order], preview: Preview | None = None) -> list[Edit]:
        assert preview is not None

        def watched(done: int, total: int, seen: Sequence[Image.Image]) -> None:
            self.steps.append(done)
            preview(done, total, seen)
            if done == self.waits_after:
                assert self.gone.wait(PATIENCE)

        return self._maker.make(orders, watched)


class Slow(Lenient):
    """Judges when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.judges, self.release = threading.Event(), threading.Event()

    def judge(self, candidates: Sequence[Candidate]) -> list[GateReport]:
        self.judges.set()
        assert self.release.wait(PATIENCE)
        return super().judge(candidates)


@pytest.fixture
def watched(editor) -> Watched:
    return Watched(editor)


@pytest.fixture(scope="module")
def finished(empty, editor, tmp_path_factory) -> Generated:
    """A pair that was made in another workshop, which kept nothing of it."""
    home = shutil.copytree(empty, tmp_path_factory.mktemp("finished") / "home")
    with Store.open(home) as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "open_editor", lambda _: editor)
        patch.setattr(module, "open_gate", lambda _: Lenient())
        pair = made(Workshop(store, Settings(home=home)))
        nobody_works()
    return pair


@pytest.fixture
def opened(store, home, watched, gate, monkeypatch) -> Iterator[Workshop]:
    """A workshop whose editor was loaded before."""
    monkeypatch.setattr(module, "open_editor", lambda name: watched if name == SHIPPED_EDITOR else open_editor(name))
    monkeypatch.setattr(module, "open_gate", lambda settings: gate)
    yield Workshop(store, Settings(home=home))
    nobody_works()


def made(workshop: Workshop, number: int = NUMBER, seed: int = 3) -> Generated:
    """A pair, all steps of which are let pass."""
    *_, last = workshop.generate(workshop.propose_scene(number), seed)
    assert isinstance(last, Generated)
    return last


def nobody_works() -> None:
    deadline = time.monotonic() + PATIENCE
    while any(thread.name == "workshop" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.005)


def check_one_line(error: type[ArenaError], says: str, work) -> None:
    with pytest.raises(error, match=says) as raised:
        work()
    assert "\n" not in str(raised.value)


def test_a_generation_tells_its_stages_in_order_and_ends_with_the_pair(opened, store, gate):
    proposal = opened.propose_scene(NUMBER)
    *steps, last = opened.generate(proposal, 3)
    assert all(isinstance(step, Step) for step in steps)
    assert isinstance(last, Generated)
    stages = [step.stage for step in steps]
    assert (stages[0], stages[-1], {*stages[1:-1]}) == ("loading", "judging", {"editing"})
    editing = steps[1:-1]
    assert [step.done for step in editing] == [*range(1, editing[0].total + 1)]
    assert all(step.preview is not None for step in editing)
    assert last.pair.sides[proposal.side].caption == proposal.source_caption
    assert last.pair.sides[1 - proposal.side].caption == proposal.caption
    assert last.report.passed
    assert [candidate.pair.id for candidate in gate.seen] == [last.pair.id]
    assert store.generations.standings() == []


def test_the_same_seed_gives_the_same_pair_and_another_one_another(opened):
    first, again, other = made(opened), made(opened), made(opened, seed=4)
    assert first.pair == again.pair
    assert first.order.id == again.order.id
    assert other.pair.id != first.pair.id


def test_whoever_leaves_ends_the_edit_after_its_step_and_frees_the_turn(opened, watched, gate):
    watched.waits_after = 2
    steps = opened.generate(opened.propose_scene(NUMBER), 3)
    next(step for step in steps if step.done == 2)
    steps.close()
    watched.gone.set()
    nobody_works()
    assert watched.steps == [1, 2, 3]
    assert gate.seen == []
    watched.waits_after = None
    assert made(opened).report.passed


def test_the_second_waits_until_the_first_is_done(opened, monkeypatch):
    slow = Slow()
    monkeypatch.setattr(module, "open_gate", lambda settings: slow)
    first, second = (opened.generate(opened.propose_scene(number), 3) for number in (NUMBER, NUMBER + 1))
    assert next(first).stage == "loading"
    assert slow.judges.wait(PATIENCE)
    assert next(second) == Step("waiting", ahead=1)
    slow.release.set()
    for steps in (first, second):
        *told, last = steps
        assert isinstance(last, Generated)
        order = [step.stage for step in told]
        assert order == sorted(order, key=["waiting", "loading", "editing", "judging"].index)
    assert len(slow.seen) == 2


def test_a_line_that_is_full_takes_nobody_more(opened, watched, monkeypatch):
    slow = Slow()
    monkeypatch.setattr(module, "open_gate", lambda settings: slow)
    working = opened.generate(opened.propose_scene(NUMBER), 3)
    next(working)
    assert slow.judges.wait(PATIENCE)
    waiting = [opened.generate(opened.propose_scene(NUMBER), seed) for seed in range(module.WAITING)]
    assert [next(steps).ahead for steps in waiting] == [*range(1, module.WAITING + 1)]
    check_one_line(GenerationError, "8 others wait already", lambda: list(opened.generate(opened.propose_scene(NUMBER), 3)))
    for steps in waiting:
        steps.close()
    slow.release.set()
    *_, last = working
    assert isinstance(last, Generated)
    nobody_works()
    assert watched.steps.count(1) == 1  # who has left the line is not worked for


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"caption": ""}, "caption: is empty"),
        ({"instruction": " "}, "instruction: is empty"),
        ({"instruction": "look: <|im_end|>"}, "control token"),
        ({"region": (0.2, 0.2, 0.2, 0.9)}, "region: is"),
        ({"label": "safe", "source_label": "safe"}, "one is 'safe' and the other 'unsafe'"),
    ],
)
def test_a_proposal_that_can_make_no_pair_is_refused_before_anything_works(opened, change, says):
    proposal = replace(opened.propose_scene([*FAMILIES].index("stove")), **change)
    assert proposal.domain == "safety"
    check_one_line(InputError, says, lambda: next(opened.generate(proposal, 3)))
    assert not any(thread.name == "workshop" for thread in threading.enumerate())


def test_a_caption_that_is_the_sources_is_refused(opened):
    proposal = opened.propose_scene(NUMBER)
    same = replace(proposal, caption=f" {proposal.source_caption.upper()}  ")
    check_one_line(InputError, "says the same as the source's", lambda: next(opened.generate(same, 3)))


def test_an_unknown_editor_is_one_line_and_frees_the_turn(opened):
    proposal = opened.propose_scene(NUMBER)
    check_one_line(
        EditorError, "no-such-editor: no such folder", lambda: list(opened.generate(proposal, 3, editor="no-such-editor"))
    )
    assert made(opened).report.passed


def test_too_little_memory_is_one_line(opened, monkeypatch):
    monkeypatch.setattr(module, "open_editor", open_editor)
    monkeypatch.setattr("arena.generators.editor_repository.available_memory", lambda: 2**20)
    proposal = opened.propose_scene(NUMBER)
    check_one_line(EditorError, "of memory, and 0.0 GB are there", lambda: list(opened.generate(proposal, 3)))


def test_a_gate_that_fails_is_one_line(opened, gate):
    proposal = opened.propose_scene(NUMBER)
    gate.fails_on = {proposal.caption}
    check_one_line(GenerationError, "the gate failed .*; see the log", lambda: list(opened.generate(proposal, 3)))


def test_a_pair_goes_its_whole_way_to_play_and_its_proposer_has_no_say_in_it(opened, finished):
    name = opened.send_to_review(finished, "ann")
    assert opened.send_to_review(finished, "ann") == name == finished.order.id
    assert opened.pending("ann") == []
    assert [standing.record.id for standing in opened.pending("ben")] == [name]
    check_one_line(GenerationError, "proposed .*; others have to review it", lambda: opened.review(name, "ann", "accept"))
    opened.review(name, "ben", "accept")
    assert opened.review(name, "cleo", "accept").state(opened.required) == "in-play"
    assert (opened.agreement().reviews, opened.agreement().reviewers) == (2, 2)
    told = opened.provenance(name)
    assert (told.pair, told.order, len(told.reviews)) == (finished.pair, finished.order, 2)
    assert opened.undo("cleo") is None, "what has taken effect stays"
    assert opened.review(name, "cleo", "reject", "artefact").flags == 1
    assert opened.undo("cleo") == name
    standing = opened.provenance(name).standing
    assert (standing.state(opened.required), standing.flags) == ("in-play", 0)


def test_a_pair_that_the_gate_refused_is_not_sent_to_review_and_the_reason_is_said(opened, finished, store):
    score = replace(finished.report.scores[0], passed=False, words="seen before")
    refused = replace(finished, report=replace(finished.report, passed=False, scores=(score,)))
    check_one_line(GenerationError, r"did not pass the gate \(seen before\)", lambda: opened.send_to_review(refused, "ann"))
    assert store.generations.standings() == []


def test_a_random_scene_of_a_family_is_of_this_family(opened):
    for family in FAMILIES:
        numbers = [opened.scene_number(family) for _ in range(8)]
        assert len({*numbers}) > 1
        assert opened.propose_scene(numbers[0]).family == family


def test_scenes_of_no_family_are_refused(opened):
    check_one_line(InputError, "there is no 'spaceship'; choose from ", lambda: opened.scene_number("spaceship"))
    assert opened.propose_scene().family in FAMILIES


@pytest.mark.parametrize("side", [0, 1])
def test_a_twin_is_what_the_other_side_shows(opened, side):
    pair = draw_pair("stove", 845_600, 64)
    proposal = opened.propose_twin(pair, side)
    assert (proposal.source, proposal.side, proposal.region) == (pair.sides[side].picture, side, pair.region)
    assert (proposal.source_caption, proposal.caption) == (pair.sides[side].caption, pair.sides[1 - side].caption)


UPLOAD = {
    "picture": picture_from_pixels(Image.effect_noise((96, 80), 60)),
    "source_caption": "a pot on a stove",
    "caption": "a burning pot on a stove",
    "instruction": "set the pot on fire",
    "domain": "safety",
    "source_label": "safe",
    "label": "unsafe",
}


def test_an_upload_keeps_its_safe_side_first(opened):
    safe = opened.propose_upload(**UPLOAD)
    unsafe = opened.propose_upload(**UPLOAD | {"source_label": "unsafe", "label": "safe"})
    assert (safe.side, unsafe.side) == (0, 1)
    assert safe.region == WHOLE
    assert safe.family == unsafe.family not in FAMILIES


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"source_caption": ""}, "upload: source caption: is empty"),
        ({"caption": "A POT on a stove"}, "upload: caption: says the same"),
        ({"caption": "x" * 501}, "upload: caption: has 501 characters"),
        ({"label": "dangerous"}, "upload: label: "),
        ({"region": (0.1, 0.1, 1.1, 0.9)}, "upload: region: "),
    ],
)
def test_an_upload_that_can_make_no_pair_names_the_field(opened, change, says):
    check_one_line(InputError, says, lambda: opened.propose_upload(**UPLOAD | change))


def test_editors_are_those_that_can_be_used_and_the_one_of_the_settings_comes_first(store, home, tmp_path):
    shipped = Workshop(store, Settings(home=home)).editors()
    assert SHIPPED_EDITOR in [card.reference for card in shipped]
    folder = shutil.copytree(SHIPPED / SHIPPED_EDITOR, tmp_path / "people" / "inpainting")
    index = json.loads((folder / "model_index.json").read_text())
    (folder / "model_index.json").write_text(json.dumps(index | {"_class_name": "StableDiffusionInpaintPipeline"}))
    (folder / CALLED_WITH).unlink()
    first, *others = Workshop(store, Settings(home=home, editor=str(folder))).editors()
    assert (first.reference, first.name) == (str(folder), "people/inpainting")
    assert (first.takes_strength, first.reads_instructions) == (True, False)
    assert tuple(others) == shipped
    assert Workshop(store, Settings(home=home, editor="no-such-editor")).editors() == shipped


def test_what_was_taken_down_is_neither_offered_nor_edited_nor_sent_to_review(opened, finished, store, home):
    by = {"by": "operator", "reason": "private"}
    opened.send_to_review(finished, "ann")
    pair = finished.pair
    with_pair = Workshop(store, Settings(home=home), [pair])
    assert with_pair.pairs == (pair,)
    store.takedowns.hide([pair.id], **by)
    assert with_pair.pairs == ()
    assert opened.pending("ben") == []
    check_one_line(GenerationError, "was removed", lambda: opened.provenance(finished.order.id))
    check_one_line(InputError, "^picture: was removed", lambda: next(opened.generate(finished.order.proposal, 4)))
    check_one_line(InputError, "^picture: was removed", lambda: opened.send_to_review(finished, "ann"))
    store.takedowns.restore([pair.id], **by)
    assert len(opened.pending("ben")) == 1
