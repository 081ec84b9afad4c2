"""Strategies of words and pictures: what a model is asked under them, and that nothing leaks into it."""

import json
import shutil
from dataclasses import replace

import pytest
from PIL import Image

from arena.contestants import ENDPOINT, Contestant
from arena.errors import StrategyError
from arena.generators.scenes import FAMILIES
from arena.models import Capabilities, Entry
from arena.probes import Outcome, Probe, Reply, Turn
from arena.strategies import STRATEGIES, constant_entry, entry_under, strategy_named
from arena.strategies.caption_only import without_pictures
from arena.strategies.examples import first_twins, turns
from arena.strategies.folds import FOLDS, fold_of, starter_training
from arena.strategies.reminder import AFTER, BEFORE, with_reminder
from arena.strategies.twins import right_answers
from arena.suites.starter import FOLDER
from arena.tasks import READERS, TASKS, request
from arena.tasks.second_turn import second_probe

TWINS = starter_training().twins.pairs
PROBES = {task.name: replace(task.probes(TWINS[0])[0], family=TWINS[0].family) for task in TASKS.values()}
NAMES = ("reminder", "examples:1", "blind", "caption-only")


class Recorder:
    """A model that remembers what it was asked, and answers with its prompt."""

    memory_bytes = 7

    def __init__(self) -> None:
        self.contestant = Contestant("lab/otter", "0" * 40, "test", {"dtype": "float32"})
        self.capabilities = Capabilities(9, writes_text=True, scores_options=True)
        self.asked: list[Probe] = []

    def answer(self, probes):
        self.asked += probes
        return [Reply(probe.prompt, tuple(-float(place) for place in range(len(probe.options)))) for probe in probes]

    def entry(self) -> Entry:
        return Entry(self.contestant, "generative", self.memory_bytes, lambda: self)


@pytest.fixture
def model():
    return Recorder()


def under(model, name, home):
    return entry_under(model.entry(), strategy_named(name, home)).load()


def test_every_strategy_makes_another_contestant_and_none_leaves_the_model_as_it_was(model, tmp_path):
    entries = [entry_under(model.entry(), strategy_named(name, tmp_path)) for name in (*NAMES, "examples:2")]
    assert len({entry.contestant.id for entry in entries} | {model.contestant.id}) == len(entries) + 1
    for entry in entries:
        assert entry.contestant.base == model.contestant
        loaded = entry.load()
        assert (loaded.contestant, loaded.memory_bytes) == (entry.contestant, entry.memory_bytes)
        assert entry.as_json()["model"] == entry.contestant.reference
        with pytest.raises(StrategyError, match=f"^lab/otter.{entry.contestant.strategy}: has a strategy already"):
            entry_under(entry, strategy_named("blind", tmp_path))


def test_every_definition_is_written_as_its_form_says(tmp_path):
    for name, definition in STRATEGIES.items():
        form = definition.form.replace(":K", ":2").replace(":SEED", ":2")
        assert strategy_named(form, tmp_path).name == form
        assert form.startswith(name)


@pytest.mark.parametrize("name", ["reminder", "examples:1", "caption-only"])
def test_what_changes_words_is_not_for_models_that_read_none(model, name, tmp_path):
    compares = replace(model.entry(), kind="contrastive")
    with pytest.raises(StrategyError, match=f"^lab/otter.{name}: only compares"):
        entry_under(compares, strategy_named(name, tmp_path))
    assert entry_under(compares, strategy_named("blind", tmp_path)).kind == "contrastive"


def test_caption_only_is_not_for_endpoints_which_would_be_asked_for_nothing(model, tmp_path):
    endpoint = replace(model.entry(), contestant=replace(model.contestant, engine=ENDPOINT))
    with pytest.raises(
        StrategyError, match=r"^lab/otter\+caption-only: an endpoint tells no log-probability of a whole caption"
    ):
        entry_under(endpoint, strategy_named("caption-only", tmp_path))
    assert entry_under(endpoint, strategy_named("blind", tmp_path)).contestant.is_endpoint


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("dance", "dance: is no strategy; there are reminder, examples:K, "),
        ("reminder:2", "reminder:2: reminder takes no argument; leave out :2"),
        ("blind@pairs", "blind@pairs: blind learns from no pairs; leave out @pairs"),
        ("examples", "examples: a number of twins from 1 to 16 has to follow the colon; write for example examples:2"),
        ("examples:0", "examples:0: a number of twins"),
        ("examples:17", "examples:17: a number of twins"),
        (
            "examples:10",
            "examples:10: of some folds, starter leaves twins of 9 other families; name fewer twins, or more pairs",
        ),
    ],
)
def test_a_name_that_means_nothing_says_what_would(name, says, tmp_path):
    with pytest.raises(StrategyError) as refused:
        strategy_named(name, tmp_path)
    assert str(refused.value).startswith(says)


def test_a_reminder_stands_around_every_question_and_only_around_the_first_of_two(model, tmp_path):
    under(model, "reminder", tmp_path).answer(list(PROBES.values()))
    for asked, probe in zip(model.asked, PROBES.values(), strict=True):
        assert asked == replace(probe, prompt=BEFORE + probe.prompt + AFTER)
    choice = PROBES["caption_choice"]
    second = second_probe(choice, Reply("Both of them might be true."))
    assert second is not None
    assert second.family == choice.family
    changed = with_reminder(second)
    assert changed.prompt == second.prompt
    assert changed.before == (Turn(BEFORE + choice.prompt + AFTER, "Both of them might be true."),)


@pytest.mark.parametrize("count", [1, 3])
def test_no_item_is_shown_an_example_of_its_fold(model, tmp_path, count):
    strategy = under(model, f"examples:{count}", tmp_path)
    families = {picture.digest: pair.family for pair in TWINS for side in pair.sides for picture in [side.picture]}
    elsewhere = [f"family {number}" for number in range(12)]
    for family in (*FAMILIES, *elsewhere):
        model.asked.clear()
        strategy.answer([replace(PROBES["request"], images=(), family=family)])
        (asked,) = model.asked
        shown = {families[picture.digest] for picture in asked.pictures}
        assert len(shown) == count
        assert all(fold_of(one) != fold_of(family) for one in shown)
        assert {fold for fold in range(FOLDS) if fold != fold_of(family)} >= {fold_of(one) for one in shown}


def test_a_question_follows_its_examples_and_its_pictures_stand_where_they_stood(model, tmp_path):
    under(model, "examples:2", tmp_path).answer([PROBES["image_choice"]])
    (asked,) = model.asked
    assert len(asked.examples) == 4
    assert asked.pictures[4:] == asked.images == PROBES["image_choice"].images
    assert replace(asked, before=()) == PROBES["image_choice"]


def test_a_model_is_never_asked_what_its_capabilities_exclude(model, tmp_path):
    model.capabilities = replace(model.capabilities, images_per_prompt=2)
    strategy = under(model, "examples:1", tmp_path)
    assert strategy.answer([PROBES["request"]]) == [Reply(not_applicable=True)]
    assert not model.asked
    model.capabilities = replace(model.capabilities, images_per_chat=3)
    strategy = under(model, "examples:1", tmp_path)
    assert strategy.answer([PROBES["request"], PROBES["image_choice"]])[1] == Reply(not_applicable=True)
    assert [len(asked.pictures) for asked in model.asked] == [3]


def test_a_planted_test_item_is_refused_and_the_other_items_are_answered(model, tmp_path):
    folder = shutil.copytree(FOLDER, tmp_path / "mine", ignore=shutil.ignore_patterns("*.md", "SHA256SUMS"))
    lines = [json.loads(line) for line in (folder / "metadata.jsonl").read_text().splitlines()]
    safety = [line for line in lines if line["domain"] == "safety"]
    tested = next(pair for pair in TWINS if pair.family == safety[0]["family"])
    thief = next(line["family"] for line in safety if fold_of(line["family"]) != fold_of(tested.family))
    kept = [safety[0] | {"family": thief}, *safety[10::10]]
    (folder / "metadata.jsonl").write_text("\n".join(json.dumps(line) for line in kept))
    probes = [replace(probe, family=pair.family) for pair in (tested, TWINS[-1]) for probe in request.probes(pair)]
    *refused, first, second = under(model, f"examples:1@{folder}", tmp_path).answer(probes)
    for reply in refused:
        assert reply.error == (
            f"family {tested.family}: one of its pictures is in mine, too, as of family {thief}, and would be tested with "
            "itself; give both one family"
        )
    assert first.text == second.text == TWINS[-1].request
    assert len(model.asked) == 2


def test_a_folder_without_requests_has_no_examples(tmp_path):
    folder = shutil.copytree(FOLDER, tmp_path / "culture", ignore=shutil.ignore_patterns("*.md", "SHA256SUMS"))
    lines = [line for line in (folder / "metadata.jsonl").read_text().splitlines() if json.loads(line)["domain"] == "culture"]
    (folder / "metadata.jsonl").write_text("\n".join(lines[:2]))
    with pytest.raises(StrategyError, match="culture leaves twins of 0 other families"):
        strategy_named(f"examples:1@{folder}", tmp_path)


def test_more_examples_begin_with_fewer_and_do_not_all_end_in_a_refusal():
    two, three = (turns(first_twins(TWINS, count)) for count in (2, 3))
    assert three[:4] == two
    said = [request.classify(turn.words) for turn in three]
    assert [said[1], said[3], said[5]] == ["refuses", "answers", "refuses"]


@pytest.mark.parametrize("family", [None, "elsewhere"])
def test_the_right_answers_are_read_as_help_and_as_a_refusal(family):
    for pair in TWINS:
        helped, refused = right_answers(replace(pair, family=family or pair.family))
        safe, unsafe = request.probes(pair)
        assert request.read(safe, Reply(helped)) is Outcome.CORRECT
        assert request.classify(refused) == "refuses"
        assert request.read(unsafe, Reply(refused)) is Outcome.CORRECT


def test_blind_shows_one_grey_of_the_same_size_for_every_picture(model, tmp_path):
    under(model, "blind", tmp_path).answer(list(PROBES.values()))
    for asked, probe in zip(model.asked, PROBES.values(), strict=True):
        assert replace(asked, images=probe.images) == probe
        for grey, picture in zip(asked.images, probe.images, strict=True):
            assert grey.size == picture.size
            assert grey.pixels().tobytes() == Image.new("RGB", grey.size, (128, 128, 128)).tobytes()


def test_captions_alone_are_scored_without_a_picture_and_decide_the_choice(model, tmp_path):
    given = dict(zip(PROBES, under(model, "caption-only", tmp_path).answer(list(PROBES.values())), strict=True))
    (asked,) = model.asked
    choice = PROBES["caption_choice"]
    assert (asked.images, asked.options, asked.max_new_tokens) == ((), choice.captions, 0)
    assert not any(caption in asked.prompt for caption in choice.captions)
    assert given.pop("caption_choice") == Reply(logprobs=(0.0, -1.0))
    assert set(given.values()) == {Reply(not_applicable=True)}
    assert without_pictures(replace(choice, before=(Turn("a", "b"),))) is None


def test_captions_without_scores_are_not_applicable_and_failures_stay_failures(model, tmp_path):
    strategy = under(model, "caption-only", tmp_path)
    for reply, expected in ((Reply("A"), Reply(not_applicable=True)), (Reply(error="busy"), Reply(error="busy"))):
        model.answer = lambda probes, reply=reply: [reply] * len(probes)
        assert strategy.answer([PROBES["caption_choice"]]) == [expected]


@pytest.mark.parametrize(
    ("name", "on_safe", "on_unsafe", "choice"),
    [
        ("always-refuse", Outcome.REFUSED, Outcome.CORRECT, Outcome.REFUSED),
        ("always-answer", Outcome.CORRECT, Outcome.WRONG, None),
    ],
)
def test_the_readers_read_the_constants_as_they_are_meant(name, on_safe, on_unsafe, choice):
    entry = constant_entry(name)
    assert entry is not None
    constant = entry.load()
    for pair in starter_training().pairs[::10]:
        for task in TASKS.values():
            probes = task.probes(pair)
            for probe, reply in zip(probes, constant.answer(probes), strict=True):
                assert constant.capabilities.can_answer(probe)
                read = READERS[task.name](probe, reply, {}).outcome
                if task.name == "request":
                    assert read is (on_safe if probe.expected == "answer" else on_unsafe)
                else:
                    assert read is (choice or (Outcome.CORRECT if probe.expected == probe.options[0] else Outcome.WRONG))


def test_nobody_else_is_a_constant():
    assert constant_entry("llava-small") is None
