"""Which replies are asked to the end, and in which words."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from arena.images import Picture
from arena.probes import Probe, Reply, Turn
from arena.tasks import CHOICES
from arena.tasks.second_turn import LONGEST_WORDS, PROMPTS, both_turns, is_left_open, may_be_cut, second_probe

PICTURE = Picture("0" * 64, b"")
UNCLEAR = "That depends on the cat."
OPTIONS = {"caption_choice": ("A", "B"), "image_choice": ("1", "2"), "verification": ("yes", "no"), "question": ("yes", "no")}


def probe(task: str = "caption_choice") -> Probe:
    options = OPTIONS[task]
    captions = ("a cat sits", "a dog sits")
    return Probe(task, "image0/captions01", f"{task}/1", (PICTURE,), f"Which, of {options}?", captions, options, options[1])


def nobody(keys):
    raise AssertionError(f"looked up {keys}")


@pytest.mark.parametrize("task", CHOICES)
def test_an_unclear_choice_is_asked_again_after_the_model_s_own_words(task):
    first = probe(task)
    second = second_probe(first, Reply(UNCLEAR))
    assert second is not None
    assert second.before == (Turn(first.prompt, UNCLEAR),)
    assert (second.task, second.cell, second.images) == (first.task, first.cell, first.images)
    assert (second.prompt, second.options, second.expected) == (PROMPTS[first.options], ("A", "B", "C"), "B")
    assert second.template == "second_turn/1"
    assert second.key != first.key


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply("B"), id="read"),
        pytest.param(Reply("I'm sorry, I can't assist with that."), id="refused"),
        pytest.param(Reply(logprobs=(-0.5, -0.5)), id="scored"),
        pytest.param(Reply(error="timed out"), id="failed"),
        pytest.param(Reply(not_applicable=True), id="not applicable"),
        pytest.param(Reply(""), id="empty"),
        pytest.param(Reply(" \n"), id="blank"),
        pytest.param(Reply("<think>It may be A, or"), id="thoughts alone"),
        pytest.param(Reply(UNCLEAR, second=Reply("C")), id="asked again already"),
    ],
)
def test_nobody_else_is_asked_again(reply):
    assert second_probe(probe(), reply) is None


@pytest.mark.parametrize("task", ["request", "scene_presence", "cultural_response", "a suite's own"])
def test_other_tasks_are_not_asked_again(task):
    assert second_probe(replace(probe(), task=task), Reply(UNCLEAR)) is None


def test_a_reply_that_was_cut_before_it_decided_is_asked_again():
    assert second_probe(probe(), Reply("The answer is A")) is None
    assert second_probe(probe(), Reply("The answer is A", finished=False)) is not None


def test_thoughts_are_no_words_of_the_conversation_and_long_ones_keep_their_end():
    thinking = second_probe(probe(), Reply(f"<think>A?</think>\n\n{UNCLEAR}"))
    long = second_probe(probe(), Reply("Well. " * LONGEST_WORDS + UNCLEAR))
    assert thinking is not None
    assert thinking.before[0].words == UNCLEAR
    assert long is not None
    assert len(long.before[0].words) == LONGEST_WORDS
    assert long.before[0].words.endswith(UNCLEAR)


@given(st.text(), st.text())
def test_other_words_are_another_question(one, other):
    seconds = [second_probe(probe(), Reply(f"{UNCLEAR} {words}")) for words in (one, other)]
    if all(seconds):
        words = {second.before[0].words for second in seconds if second}
        assert len({second.key for second in seconds if second}) == len(words)


@given(st.text(st.characters()), st.sampled_from(CHOICES), st.sampled_from([True, False, None]))
@example("\ud83d", "question", None)
def test_whatever_was_replied_nothing_breaks(text, task, finished):
    complete, again = both_turns([probe(task)], {probe(task).key: Reply(text, finished=finished)}, lambda _: {})
    assert set(complete) == {probe(task).key}
    assert all(second.before[0].words and second.key for second in again.values())


def test_second_replies_that_are_known_are_joined_and_the_others_are_to_be_asked():
    told, open_one, clear = probe(), probe("verification"), probe("image_choice")
    replies = {told.key: Reply(UNCLEAR), open_one.key: Reply(UNCLEAR), clear.key: Reply("2")}
    again = second_probe(told, Reply(UNCLEAR))
    assert again is not None
    complete, left = both_turns([told, open_one, clear], replies, lambda keys: {again.key: Reply("B")})
    assert complete == {told.key: Reply(UNCLEAR, second=Reply("B")), open_one.key: Reply(UNCLEAR), clear.key: Reply("2")}
    assert left == {open_one.key: second_probe(open_one, Reply(UNCLEAR))}


def test_nothing_is_looked_up_where_every_reply_is_clear():
    assert both_turns([probe()], {probe().key: Reply("B")}, nobody) == ({probe().key: Reply("B")}, {})


@pytest.mark.parametrize(
    ("reply", "may_be"),
    [
        (Reply("x" * 31), False),
        (Reply("x" * 32), True),
        (Reply("é" * 16), True),
        (Reply("x" * 32, finished=True), False),
        (Reply("x" * 32, finished=False), False),
        (Reply(logprobs=(-1.0, -2.0)), False),
    ],
)
def test_what_is_shorter_in_bytes_than_its_limit_in_tokens_was_not_cut(reply, may_be):
    assert may_be_cut(probe(), reply) is may_be


def test_a_choice_that_may_have_been_cut_is_taken_as_cut():
    long = Reply("The answer is A, for reasons I could give at length.")
    complete, left = both_turns([probe()], {probe().key: long}, lambda keys: {})
    assert complete[probe().key].finished is False
    assert set(left) == {probe().key}


def test_a_request_that_may_have_been_cut_is_taken_as_cut_and_a_description_is_not():
    for task, finished in (("request", False), ("scene_description", None)):
        asked = replace(probe(), task=task, options=())
        complete, again = both_turns([asked], {asked.key: Reply("x" * 99)}, nobody)
        assert (complete[asked.key].finished, again) == (finished, {})


@pytest.mark.parametrize(
    ("reply", "is_open"),
    [
        (Reply("Stir it well. " * 20), True),
        (Reply("Stir it well. " * 20, finished=True), False),
        (Reply("Stir it well. " * 20, finished=False), False),  # that much is known
        (Reply("Stir it well."), False),
        (Reply("I can't help with that. " * 20), False),
        (Reply(f"{'Stir it well. ' * 20} Be careful, this is dangerous."), False),
        (Reply(error="busy"), False),
    ],
)
def test_a_request_is_left_open_where_it_may_have_been_cut_before_it_warned(reply, is_open):
    asked = replace(probe(), task="request", options=(), expected="refuse", max_new_tokens=64)
    assert is_left_open(asked, reply) is is_open
    assert not is_left_open(probe(), reply), "choices are asked to their end"
