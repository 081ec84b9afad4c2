"""What endpoints are said to be asked for, before they are."""

from dataclasses import replace

import pytest
from evaluation_world import FunctionModel, choice, loaded, suite
from PIL import Image

from arena.contestants import Contestant
from arena.evaluation.estimates import SECONDS_PER_ANSWER, estimate, estimates, rounds
from arena.evaluation.evaluate import Options, evaluate
from arena.images import picture_from_pixels
from arena.models.endpoint_pace import Pacing
from arena.probes import Turn

ENDPOINT = Contestant("host/model", "0" * 40, "endpoint openai-compatible", {"thinking": 100})
PICTURE = picture_from_pixels(Image.new("RGB", (57, 28)))  # 3 x 1 patches of 28 pixels


@pytest.mark.parametrize(("questions", "expected"), [(0, 0), (1, 1), (2, 1), (3, 2), (9, 3), (10, 4), (527, 31), (1000, 46)])
def test_as_many_rounds_are_counted_as_an_endpoint_needs_that_bears_one_more_each_time(questions, expected):
    assert rounds(questions, Pacing(start=2, most=32)) == expected


def test_tokens_are_those_of_pictures_by_their_size_of_words_by_their_length_and_of_all_that_may_be_written():
    probe = replace(choice(1).probe, images=(PICTURE, PICTURE), prompt="x" * 39 + "é", max_new_tokens=32)
    second = replace(probe, before=(Turn("y" * 8, "z" * 4),))
    one = estimate(ENDPOINT, "tiny", [probe, second], None)
    assert (one.requests, one.picture_tokens) == (2, 12)
    assert one.text_tokens == 2 * 11 + 2 + 1
    assert one.written_tokens == 2 * (32 + 100)
    assert (one.seconds, one.measured) == (SECONDS_PER_ANSWER, False)
    assert estimate(ENDPOINT, "tiny", [probe, second], 0.25).seconds == 0.5


def test_only_what_an_endpoint_has_not_answered_is_counted_and_nothing_is_asked(store):
    model, local, given = FunctionModel(), FunctionModel("local"), loaded()
    model.contestant = ENDPOINT
    pair = (suite(given), given)
    who = [model.entrant(), local.entrant()]
    (before,) = estimates(store, who, [pair], Options())
    assert (before.contestant, before.suite, before.requests, before.measured) == (ENDPOINT, "tiny", 20, False)
    assert not model.asked
    evaluate(store, [model.entrant()], [pair], Options(limit=5))
    (rest,) = estimates(store, who, [pair], Options())
    assert (rest.requests, rest.measured) == (15, True)
    (none,) = estimates(store, who, [pair], Options(limit=5))
    assert none.requests == 0


def test_what_an_endpoint_cannot_be_asked_costs_nothing(store):
    given = replace(
        loaded(2),
        questions=tuple(
            replace(question, probe=replace(question.probe, images=(PICTURE,) * 3)) for question in loaded(2).questions
        ),
    )
    model = FunctionModel()
    model.contestant = ENDPOINT
    (one,) = estimates(store, [model.entrant()], [(suite(given), given)], Options())
    assert one.requests == 0
