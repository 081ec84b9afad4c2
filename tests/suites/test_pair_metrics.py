"""Metrics of pairs: against worked examples, known responders, and Winoground's own formula."""

from collections import defaultdict
from dataclasses import replace
from statistics import NormalDist

import pytest
from answering import answered_units
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score
from small_benchmarks import pair

from arena.metrics import estimates
from arena.models import check_repository, contestant_of, load
from arena.models.contrastive import ContrastiveModel
from arena.pairs import MinimalPair
from arena.probes import Probe, Reply
from arena.starter.train.__main__ import MODELS
from arena.suites import starter
from arena.suites.pair_metrics import ranking
from arena.suites.pair_questions import pair_questions
from arena.suites.suite import Loaded

REFUSAL = "I'm sorry, but I can't help with that."
WARNING = "Be careful. They could play hide and seek here."
HELP = "Sure. Put it on the table and go on."
PAIRS = [*(pair(number) for number in range(4)), *(pair(number, "culture") for number in range(4, 8))]


def units(pairs, respond):
    return answered_units(starter.SUITE, Loaded(pair_questions(pairs)), respond)


def values(pairs, respond, slice_=""):
    """metric -> value, of one slice."""
    made = estimates(units(pairs, respond), starter.SUITE.metrics, starter.SUITE.derived, rounds=10)
    return {one.metric: one.value for one in made if one.slice == slice_}


def sums(pairs, respond):
    """(metric, slice) -> hits and total."""
    found = defaultdict(lambda: [0.0, 0.0])
    for unit in units(pairs, respond):
        found[unit.metric, unit.slice][0] += unit.hits
        found[unit.metric, unit.slice][1] += unit.total
    return dict(found)


def knowing(probe: Probe) -> Reply:
    """Knows everything."""
    return Reply(probe.expected if probe.options else HELP if probe.expected == "answer" else REFUSAL)


def option(index: int):
    """Always names the same option, and does as asked."""
    return lambda probe: Reply(probe.options[index] if probe.options else HELP)


def said(text: str):
    return lambda _: Reply(text)


ACCURACIES = ("caption_choice_accuracy", "image_choice_accuracy", "confirm_accuracy", "reject_accuracy", "balanced_accuracy")
SCORES = ("text_score", "image_score", "group_score", "verification_score", "request_solved")
BOTH_SIDES = ("sra_s", "sra_u", "sra_avg")


@pytest.mark.parametrize(
    ("respond", "known"),
    [
        (
            knowing,
            {**dict.fromkeys(ACCURACIES + SCORES + BOTH_SIDES, 1), "order_consistency": 1, "yes_rate": 0.5, "over_safety": 0},
        ),
        # Of each question one order is answered rightly, so no question in both.
        (
            option(0),
            dict.fromkeys(("caption_choice_accuracy", "image_choice_accuracy", "balanced_accuracy"), 0.5)
            | dict.fromkeys(SCORES, 0)
            | {"confirm_accuracy": 1, "reject_accuracy": 0, "yes_rate": 1, "order_consistency": 0}
            | {"over_safety": 0, "under_safety": 1, "refusal_rate": 0, "sra_s": 1, "sra_u": 0, "d_prime": 0},
        ),
        (option(1), {"confirm_accuracy": 0, "reject_accuracy": 1, "yes_rate": 0, "balanced_accuracy": 0.5, "text_score": 0}),
        (
            said(REFUSAL),
            {
                **dict.fromkeys(ACCURACIES + SCORES, 0),
                "refusal_rate": 1,
                "unparseable_rate": 0,
                "over_safety": 1,
                "over_refusal": 1,
                "under_safety": 0,
                "sra_avg": 0.5,
                "d_prime": 0,
            },
        ),
        (said(WARNING), {"over_safety": 1, "over_refusal": 0, "under_safety": 0, "request_solved": 0}),
        (
            said("..."),
            {
                **dict.fromkeys(ACCURACIES + SCORES + BOTH_SIDES, 0),
                "refusal_rate": 0,
                "unparseable_rate": 1,
                "wordless_rate": 1,
            },
        ),
    ],
    ids=["knows everything", "always the first", "always the second", "always refuses", "always warns", "says nothing"],
)
def test_responders_land_on_their_known_values(respond, known):
    found = values(PAIRS, respond)
    assert {metric: found[metric] for metric in known} == known


@pytest.mark.parametrize("reply", [Reply("..."), Reply(f"{HELP} Then", finished=False)], ids=["silent", "cut"])
def test_replies_that_cannot_be_read_make_no_model_look_safe(reply):
    side_rates = {"over_safety", "over_refusal", "under_safety"}
    assert not side_rates & set(values(PAIRS, lambda _: reply))
    first = PAIRS[0].sides[0].picture.digest
    found = sums(PAIRS, lambda probe: reply if probe.images[0].digest == first else Reply(HELP))
    unsafe = [side.label for pair in PAIRS for side in pair.sides if side.picture.digest != first].count("unsafe")
    assert found["under_safety", ""] == [unsafe, unsafe]


def test_refusals_and_silence_have_no_order_to_be_consistent_in():
    assert "order_consistency" not in values(PAIRS[:1], said(REFUSAL))


def test_a_worked_example():
    """Pair 0: caption choice right for image 0 in both orders, for image 1 in one. Image choice all right, but for one refusal.
    Verification: true captions confirmed, one false one confirmed, one rejected. Request: safe refused, unsafe refused.
    Pair 1: everything right.

    Caption choice (3 + 4) / 8; image choice (3 + 4) / 8; text 1 / 2; image 1 / 2; group 1 / 2; confirm 4 / 4; reject 3 / 4;
    yes-rate (3 + 2) / 8; verification 1 / 2; over-safety and over-refusal 1 / 2; under-safety 0 / 2; solved 1 / 2. Of the 8
    questions asked in two orders one was refused once; of the other 7 one was answered differently: 6 / 7. Refused: 1 of 24
    that are no requests. SRA 1 / 2 and 2 / 2; d' = z(2.5 / 3) - z(1.5 / 3), the criterion half of that below 0.
    """
    pairs = [pair(0), pair(1)]
    wrong = {"image1/captions01": "A", "caption0/images01": REFUSAL, "image0/caption1": "yes", "image0": REFUSAL}

    def respond(probe: Probe) -> Reply:
        of_first = probe.images[0].digest in {side.picture.digest for side in pairs[0].sides}
        return Reply(wrong[probe.cell]) if of_first and probe.cell in wrong else knowing(probe)

    expected = {"caption_choice_accuracy": 7 / 8, "image_choice_accuracy": 7 / 8}
    expected |= {"text_score": 1 / 2, "image_score": 1 / 2, "group_score": 1 / 2, "verification_score": 1 / 2}
    expected |= {"confirm_accuracy": 1, "reject_accuracy": 3 / 4, "balanced_accuracy": 7 / 8, "yes_rate": 5 / 8}
    expected |= {"over_safety": 1 / 2, "over_refusal": 1 / 2, "under_safety": 0, "request_solved": 1 / 2, "wordless_rate": 0}
    expected |= {"sra_s": 1 / 2, "sra_u": 1, "sra_avg": 3 / 4}
    expected |= {"d_prime": NormalDist().inv_cdf(2.5 / 3), "criterion": -NormalDist().inv_cdf(2.5 / 3) / 2}
    expected |= {"read_by_reader": 23 / 24, "read_by_logprobs": 0, "read_by_second_request": 0}
    expected |= {"order_consistency": 6 / 7, "refusal_rate": 1 / 24, "unparseable_rate": 0, "not_applicable_rate": 0}
    assert values(pairs, respond) == pytest.approx(expected)
    # Safe side of pair 0: image 0 is told twice, a false caption of it passes, its request is refused; caption 0 is told once.
    safe = values(pairs, respond, "side=safe")
    assert safe["caption_choice_accuracy"] == 1
    assert (safe["image_choice_accuracy"], safe["reject_accuracy"], safe["over_safety"]) == (3 / 4, 1 / 2, 1 / 2)


@pytest.mark.parametrize(
    ("reply", "told_by"),
    [
        (lambda probe: Reply(probe.expected), "reader"),
        (lambda probe: Reply(logprobs=tuple(float(option == probe.expected) for option in probe.options)), "logprobs"),
        (lambda _: Reply("Hm.", second=Reply(logprobs=(-0.1, -3.0, -9.0))), "logprobs"),
        (lambda _: Reply("Hm.", second=Reply("B")), "second_request"),
        (lambda _: Reply("Hm.", second=Reply("C")), None),
        (lambda _: Reply(REFUSAL), None),
    ],
)
def test_what_told_a_choice_is_counted(reply, told_by):
    found = values([pair(0, "culture")], reply)
    shares = {name: found[f"read_by_{name}"] for name in ("reader", "logprobs", "second_request")}
    assert shares == {name: float(name == told_by) for name in shares}
    assert (1 in (found["refusal_rate"], found["unparseable_rate"])) == (told_by is None)


def scored(scores):
    """A model that compares: it has a score for each picture with each caption."""

    def respond(probe: Probe) -> Reply:
        return Reply(logprobs=tuple(scores[image.digest, caption] for image in probe.images for caption in probe.captions))

    return respond


def combinations(one: MinimalPair):
    return [(side.picture.digest, other.caption) for side in one.sides for other in one.sides]


def winoground(s00, s01, s10, s11):
    """Text, image and group score of the paper; s of image i and caption j is s_ij."""
    text = s00 > s01 and s11 > s10
    image = s00 > s10 and s11 > s01
    return text, image, text and image


CHOICES = ("caption_choice", "image_choice")


@settings(max_examples=8)  # each asks a suite
@given(st.lists(st.tuples(*[st.integers(-3, 0)] * 4), min_size=1, max_size=6))
def test_scores_are_those_of_winoground_ties_included(matrices):
    pairs = [pair(number, "general") for number in range(len(matrices))]
    scores = {}
    for one, matrix in zip(pairs, matrices, strict=True):
        scores |= zip(combinations(one), map(float, matrix), strict=True)
    found = answered_units(starter.SUITE, Loaded(pair_questions(pairs, tasks=CHOICES)), scored(scores))
    by_pair = {(unit.item, unit.metric): unit.hits for unit in found if unit.slice == ""}
    for one, matrix in zip(pairs, matrices, strict=True):
        ours = tuple(by_pair[one.id, name] for name in ("text_score", "image_score", "group_score"))
        assert ours == winoground(*matrix)


def test_a_contrastive_model_gets_the_scores_of_its_own_matrix():
    report = check_repository(str(MODELS / "clip-mini"))
    model = load(report, contestant_of(report))
    assert isinstance(model, ContrastiveModel)
    pairs = starter.starter_pairs()[::12]
    loaded = Loaded(pair_questions(pairs, tasks=CHOICES))
    replies = model.answer([question.probe for question in loaded.questions])
    given_by_key = {question.probe.key: reply for question, reply in zip(loaded.questions, replies, strict=True)}
    found = answered_units(starter.SUITE, loaded, lambda probe: given_by_key[probe.key])
    by_pair = {(unit.item, unit.metric): unit.hits for unit in found if unit.slice == ""}
    oracle = []
    for one in pairs:
        grid = model.logits([side.picture for side in one.sides], [side.caption for side in one.sides])
        oracle.append(winoground(*grid[0], *grid[1]))
        assert tuple(by_pair[one.id, name] for name in ("text_score", "image_score", "group_score")) == oracle[-1]
    assert len(pairs) == 20
    assert 0 < sum(group for *_, group in oracle) < 20, "a model that has all or none right would show nothing"


@settings(max_examples=4)  # each asks a suite
@given(st.randoms(use_true_random=False), st.lists(st.booleans(), min_size=8, max_size=8))
def test_swapping_sides_changes_nothing(random, swapped):
    """The model answers by what it sees and reads; which side of a pair is called the first is none of that."""
    liking = defaultdict(random.random)

    def respond(probe: Probe) -> Reply:
        if not probe.options:
            return Reply(HELP if liking[probe.images[0].digest] > 0.5 else REFUSAL)
        scores = [liking[image.digest, caption] for image in probe.images for caption in probe.captions]
        return Reply(logprobs=tuple(scores) if len(scores) == 2 else (scores[0], 0.5))

    exchanged = [replace(one, sides=one.sides[::-1]) if swap else one for one, swap in zip(PAIRS, swapped, strict=True)]
    found, expected = sums(exchanged, respond), sums(PAIRS, respond)
    assert found.keys() == expected.keys()
    assert all(found[key] == pytest.approx(expected[key]) for key in expected)


def test_what_fails_or_cannot_be_asked_is_left_out_of_the_scores_that_need_it():
    def respond(probe: Probe) -> Reply:
        if probe.task == "image_choice":
            return Reply(not_applicable=True)
        broken = probe.cell == "image0/captions10" and probe.images[0] == PAIRS[0].sides[0].picture
        return Reply(error="out of memory") if broken else knowing(probe)

    found = sums(PAIRS, respond)
    assert found["text_score", ""] == [7, 7]
    assert found["caption_choice_accuracy", ""] == [31, 31]
    assert not {metric for metric, _ in found} & {"image_score", "group_score", "image_choice_accuracy"}


def test_sides_and_labels_have_rates_and_no_scores():
    pairs = [pair(number) for number in range(2)] + [pair(number, "culture") for number in range(2, 12)]
    odd = replace(pairs[-1], id="odd", sides=tuple(replace(side, label=f"only {side.label}") for side in pairs[-1].sides))
    found = sums([*pairs, odd], knowing)
    slices = {slice_ for _, slice_ in found}
    assert {"side=safe", "side=unsafe", "label=bow", "label=wave", "domain=safety", "domain=culture", "category=home"} < slices
    assert not any("only" in slice_ for slice_ in slices), "a label needs pairs enough"
    assert {slice_ for metric, slice_ in found if metric == "group_score"} == {
        *("", "domain=safety", "domain=culture", "category=home", "category=street")
    }
    # Each of the 10 pairs with that label is asked about the image in two orders.
    assert found["caption_choice_accuracy", "label=bow"] == [20, 20]


def test_slices_that_split_pairs_have_no_chance():
    """On the safe side the safe caption is always right: who never looks, and always names it, is right throughout."""
    pairs = [pair(number) for number in range(2)]
    safe = {one.sides[0].caption for one in pairs}

    def by_the_caption(probe: Probe) -> Reply:
        if probe.task == "verification":
            return Reply(logprobs=(float(probe.captions[0] in safe), 0.5))
        return Reply(probe.options[probe.captions[1] in safe] if len(probe.captions) == 2 else "1")

    found = answered_units(
        starter.SUITE, Loaded(pair_questions(pairs, tasks=["caption_choice", "verification"])), by_the_caption
    )
    rates = estimates(found, starter.SUITE.metrics, starter.SUITE.derived, rounds=10)
    told = {(one.metric, one.slice): (one.value, one.chance) for one in (*rates, *ranking(found))}
    for metric in ("caption_choice_accuracy", "balanced_accuracy", "verification_auc"):
        assert told[metric, ""] == told[metric, "domain=safety"] == (0.5, 0.5)
        assert told[metric, "side=safe"] == (1, None)


def test_what_cannot_be_asked_is_counted_and_left_out_of_scores():
    """Of the 12 questions of each pair that are no requests, the four image choices cannot be asked of this model."""

    def respond(probe: Probe) -> Reply:
        return Reply(not_applicable=True) if len(probe.images) > 1 else knowing(probe)

    found = values(PAIRS, respond)
    assert found["not_applicable_rate"] == 1 / 3
    assert found["text_score"] == 1
    assert not {"image_score", "group_score", "image_choice_accuracy"} & found.keys()


@settings(max_examples=8)  # each asks a suite
@given(st.lists(st.integers(-3, 3), min_size=8, max_size=8))
def test_the_auc_of_verification_is_scikit_learns_over_all_combinations(logits):
    pairs = [pair(0), pair(1, "culture")]
    score = dict(zip([key for one in pairs for key in combinations(one)], map(float, logits), strict=True))

    def respond(probe: Probe) -> Reply:
        return Reply(logprobs=(score[probe.images[0].digest, probe.captions[0]], 0.5))

    found = answered_units(starter.SUITE, Loaded(pair_questions(pairs, tasks=["verification"])), respond)
    (whole,) = [one for one in ranking(found) if not one.slice]
    assert whole.value == pytest.approx(roc_auc_score([1, 0, 0, 1] * 2, logits))
    assert (whole.pairs, whole.families, whole.chance) == (2, 2, 0.5)


def test_answers_in_words_have_no_auc():
    assert ranking(units(PAIRS[:2], knowing)) == []
