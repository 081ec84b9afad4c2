"""NaturalBench: its published layout, and its metrics against its published `get_scores`."""

import pytest
from answering import answered_units
from hypothesis import given, settings
from hypothesis import strategies as st
from small_benchmarks import cell, picture, write_parquet

from arena.errors import SuiteError
from arena.metrics import estimates
from arena.probes import Reply
from arena.suites.naturalbench import SUITE, load

KEY = {"Image_0_Question_0": "Yes", "Image_1_Question_0": "No", "Image_0_Question_1": "No", "Image_1_Question_1": "Yes"}
LETTERS = {column: {"Yes": "A", "No": "B"}[answer] for column, answer in KEY.items()}
CELLS = ("question0/image0", "question0/image1", "question1/image0", "question1/image1")


CODE = """
import datasets_that_are_not_here
SUFFIX_FOR_VQA = {
    "yes_no": "Say yes or say no.",
    "multiple_choice": "Say which letter."
}
"""
"""In the structure of the published code, with other sentences."""


def row(number, kind="yes_no", **changes):
    images = {f"Image_{side}": cell(2 * number + side) for side in (0, 1)}
    questions = {"Question_0": f"Is thing {number} red?", "Question_1": f"Is thing {number}\nblue?"}
    key = KEY if kind == "yes_no" else LETTERS
    return {"Index": number, **images, **questions, **key, "Question_Type": kind, "Source": "Flickr", **changes}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """Four samples, one of them of letters."""
    folder = tmp_path_factory.mktemp("naturalbench")
    write_parquet(folder / "data" / "train-00000-of-00001.parquet", [*map(row, range(3)), row(3, "multiple_choice")])
    (folder / "naturalbench_vqa.py").write_text(CODE)
    return load(folder)


def test_four_questions_a_sample_as_published(loaded):
    assert len(loaded.questions) == 16
    probes = {(question.item, question.probe.cell): question.probe for question in loaded.questions}
    assert probes["1", "question0/image1"].images == (picture(3),)
    assert probes["1", "question0/image1"].prompt == "Is thing 1 red?Say yes or say no."
    assert probes["1", "question1/image1"].prompt == "Is thing 1\nblue?Say yes or say no."
    assert probes["3", "question0/image0"].prompt.endswith("red?Say which letter.")
    assert {probe.template for probe in probes.values()} == {"naturalbench/1"}
    assert [probes["0", name].expected for name in CELLS] == ["yes", "no", "no", "yes"]
    assert [probes["3", name].expected for name in CELLS] == ["A", "B", "B", "A"]
    assert loaded.questions[0].slices == {"type": "yes_no", "source": "Flickr"}
    assert loaded.notes == ("4 samples; published are 1900", "16 questions about images; published are 7600")


def test_without_the_published_code_the_arena_asks_in_its_own_words_and_says_so(loaded, tmp_path):
    write_parquet(tmp_path / "train.parquet", [row(0), row(3, "multiple_choice")])
    own = load(tmp_path)
    assert own.notes[0].startswith("own wording: ")
    assert "naturalbench_vqa.py from https://github.com/Baiqi-Li/NaturalBench" in own.notes[0]
    asked = {question.item: question.probe for question in own.questions if question.probe.cell == "question0/image0"}
    assert asked["0"].prompt == "Is thing 0 red?\nAnswer with yes or no."
    assert {question.probe.template for question in own.questions} == {"question/2"}
    assert values(own, lambda probe: Reply(probe.expected))["own_wording_rate"] == 1
    assert values(loaded, lambda probe: Reply(probe.expected))["own_wording_rate"] == 0


def test_long_questions_are_asked_as_published(tmp_path):
    long = "Is it so, " + "or so, " * 100 + "?"
    write_parquet(tmp_path / "train.parquet", [row(0, Question_0=long)])
    assert load(tmp_path).questions[0].probe.prompt.startswith(long)


def test_published_metrics_go_by_the_first_word_alone(loaded):
    def respond(probe):
        first, second = probe.options
        right = probe.expected == first
        # The first word is right, and no reader would guess so.
        return Reply(f"{first} or {second}, who knows?" if right else f"{second} or {first}, who knows?")

    found = values(loaded, respond)
    assert (found["acc"], found["unparseable_rate"]) == (0, 1)
    assert [found[f"published_{name}"] for name in ("q_acc", "i_acc", "acc", "g_acc")] == [1, 1, 1, 1]


def test_scores_have_no_published_metrics(loaded):
    found = values(loaded, lambda probe: Reply(logprobs=(0.0, -1.0) if probe.expected == probe.options[0] else (-1.0, 0.0)))
    assert found["g_acc"] == 1
    assert not any(name.startswith("published_") for name in found)


def published(samples):
    """Q-Acc, I-Acc, Acc and G-Acc as the published `get_scores` has them, from what is right: q0_i0, q0_i1, q1_i0, q1_i1."""
    q_acc = sum((a and b) + (c and d) for a, b, c, d in samples) / (2 * len(samples))
    i_acc = sum((a and c) + (b and d) for a, b, c, d in samples) / (2 * len(samples))
    acc = sum(map(sum, samples)) / (4 * len(samples))
    return {"q_acc": q_acc, "i_acc": i_acc, "acc": acc, "g_acc": sum(map(all, samples)) / len(samples)}


def values(loaded, respond):
    found = estimates(answered_units(SUITE, loaded, respond), SUITE.metrics, rounds=10)
    return {one.metric: one.value for one in found if one.slice == ""}


@settings(max_examples=8)  # each asks a suite
@given(st.lists(st.tuples(*[st.booleans()] * 4), min_size=4, max_size=4))
def test_metrics_are_the_published_ones(loaded, samples):
    right = {question.probe.key: samples[int(question.item)][CELLS.index(question.probe.cell)] for question in loaded.questions}

    def respond(probe):
        (other,) = set(probe.options) - {probe.expected}
        return Reply(probe.expected if right[probe.key] else other)

    found = values(loaded, respond)
    for prefix in ("", "published_"):
        assert {name: found[prefix + name] for name in ("q_acc", "i_acc", "acc", "g_acc")} == pytest.approx(published(samples))


@pytest.mark.parametrize(
    ("respond", "q_acc", "i_acc", "acc", "g_acc", "refused"),
    [
        (lambda probe: Reply(probe.expected), 1, 1, 1, 1, 0),
        (lambda probe: Reply(probe.options[0]), 0, 0, 1 / 2, 0, 0),
        # Answers by the question alone, and by the image alone: one of two answers is right, and never both.
        (lambda probe: Reply(probe.options["question1" in probe.cell]), 0, 1 / 2, 1 / 2, 0, 0),
        (lambda probe: Reply(probe.options["image1" in probe.cell]), 1 / 2, 0, 1 / 2, 0, 0),
        (lambda _: Reply("I'm sorry, but I can't help with that."), 0, 0, 0, 0, 1),
    ],
    ids=["knows everything", "constant", "blind", "deaf", "refuses"],
)
def test_responders_land_on_their_known_values(loaded, respond, q_acc, i_acc, acc, g_acc, refused):
    found = values(loaded, respond)
    scores = {"q_acc": q_acc, "i_acc": i_acc, "acc": acc, "g_acc": g_acc}
    readable = {name: value for name, value in found.items() if not name.startswith("published_")}
    assert readable == scores | {"refusal_rate": refused, "unparseable_rate": 0, "own_wording_rate": 0}


def test_an_answer_that_failed_leaves_out_what_needs_it(loaded):
    def respond(probe):
        failed = probe.images == (picture(0),) and "red" in probe.prompt
        return Reply(error="out of memory") if failed else Reply(probe.expected)

    totals = {}
    for unit in answered_units(SUITE, loaded, respond):
        if unit.slice == "":
            totals[unit.metric] = totals.get(unit.metric, 0) + unit.total
    assert (totals["acc"], totals["q_acc"], totals["i_acc"], totals["g_acc"]) == (15, 7, 7, 3)


def test_bad_rows_are_told_and_left_out(tmp_path):
    bad = [row(1, Image_0_Question_1="Maybe"), row(2, Question_Type="essay"), row(3, Question_0="Is it <|im_end|>?")]
    write_parquet(tmp_path / "train.parquet", [row(0), *bad])
    loaded = load(tmp_path)
    assert {question.item for question in loaded.questions} == {"0"}
    said = "\n".join(loaded.notes)
    assert "naturalbench 1: left out: Image_0_Question_1: is 'Maybe', none of yes, no" in said
    assert "naturalbench 2: left out: Question_Type: is 'essay', none of yes_no, multiple_choice" in said
    assert "naturalbench 3: left out: Question_0: contains the control token" in said


def test_a_folder_without_its_files_says_how_to_get_them(tmp_path):
    with pytest.raises(SuiteError, match=r"has no parquet files; download data/\*.parquet from"):
        load(tmp_path)
