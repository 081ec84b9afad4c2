"""Replies token by token, as the tokenizers of tiny repositories spell them; the readers of tasks take thoughts out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoProcessor

from arena.models.drafts import Draft, ThoughtfulDraft
from arena.models.thoughts import TAGS
from arena.tasks.folding import fold, without_thoughts

END = 2


@pytest.fixture(scope="module")
def tokenizer(repositories):
    return AutoProcessor.from_pretrained(repositories("Gemma 4")).tokenizer


def write(draft, tokens):
    """Tokens until the draft takes no more. Says how many it was offered."""
    for count, token in enumerate(tokens, 1):
        if not draft.take(token):
            return count
    return len(tokens)


def answer(text):
    return without_thoughts(fold(text)).strip()


@given(st.lists(st.integers(3, 9), max_size=8), st.integers(0, 8), st.booleans())
def test_a_reply_is_finished_only_if_a_stop_token_came_within_its_limit(tokens, limit, ends):
    draft = Draft(None, limit, frozenset({END}))
    write(draft, [*tokens, *([END] if ends else [9] * 9)])
    assert draft.tokens == [*tokens, *([] if ends else [9] * 9)][:limit]
    assert draft.finished == (ends and len(tokens) < limit)


def test_a_limit_of_nothing_writes_nothing_and_does_not_finish(tokenizer):
    draft = ThoughtfulDraft(tokenizer, 0, frozenset({END}), budget=9, opening="<think>")
    assert write(draft, [END]) == 1
    assert (draft.tokens, draft.finished) == ([], False)


def test_an_empty_reply_is_finished(tokenizer):
    draft = Draft(tokenizer, 4, frozenset({END}))
    write(draft, [END])
    assert (draft.text, draft.finished) == ("", True)


@pytest.mark.parametrize("opening", TAGS)
@pytest.mark.parametrize("opened", [True, False])
def test_the_answer_has_its_whole_limit_after_the_thoughts(tokenizer, opening, opened):
    thoughts = tokenizer.encode(("" if opened else opening) + "A dog in a car?" + TAGS[opening], add_special_tokens=False)
    words = tokenizer.encode("Answer with yes or no.", add_special_tokens=False)
    for limit in (1, 3):
        draft = ThoughtfulDraft(tokenizer, limit, frozenset(), budget=200, opening=opening if opened else "")
        assert write(draft, [*thoughts, *words]) == len(thoughts) + limit
        assert draft.text == f"<think>A dog in a car?</think>{tokenizer.decode(words[:limit])}"
        assert answer(draft.text) == tokenizer.decode(words[:limit]).casefold()


@pytest.mark.parametrize("opening", TAGS)
@pytest.mark.parametrize("opened", [True, False])
def test_thoughts_that_spend_their_tokens_are_an_open_block_and_no_answer(tokenizer, opening, opened):
    thoughts = tokenizer.encode(("" if opened else opening) + "A dog in a car? " * 20, add_special_tokens=False)
    draft = ThoughtfulDraft(tokenizer, 4, frozenset({END}), budget=60, opening=opening if opened else "")
    assert write(draft, thoughts) == 60
    assert not draft.finished
    assert draft.text.startswith("<think>A dog in a car?")
    assert answer(draft.text) == ""


def test_a_model_that_ends_within_its_thoughts_is_finished_without_an_answer(tokenizer):
    draft = ThoughtfulDraft(tokenizer, 4, frozenset({END}), budget=60, opening="<think>")
    write(draft, [*tokenizer.encode("A dog", add_special_tokens=False), END])
    assert draft.finished
    assert answer(draft.text) == ""


@pytest.mark.parametrize("text", ["A", "yes", "<thin is no tag", "\n\nA: a dog", "<"])
def test_an_answer_without_thoughts_is_written_as_if_there_were_no_room_for_them(tokenizer, text):
    tokens = tokenizer.encode(text + " and a lamp on the table", add_special_tokens=False)
    for limit in (1, 2, 5):
        plain = Draft(tokenizer, limit, frozenset())
        thoughtful = ThoughtfulDraft(tokenizer, limit, frozenset(), budget=50)
        write(plain, tokens)
        write(thoughtful, tokens)
        assert thoughtful.tokens == plain.tokens
        assert thoughtful.text == plain.text


def test_without_tokens_of_their_own_thoughts_take_those_of_the_answer(tokenizer):
    tokens = tokenizer.encode("<think>A dog?</think>A: a dog in a car", add_special_tokens=False)
    draft = ThoughtfulDraft(tokenizer, 30, frozenset())
    assert write(draft, tokens) == min(30, len(tokens))
    assert answer(draft.text).startswith("a: a")


def test_tags_that_are_special_tokens_are_not_lost(tokenizer):
    assert "<|channel>" in tokenizer.all_special_tokens
    tokens = tokenizer.encode("<|channel>thought\nA or B?<channel|>B", add_special_tokens=False)
    draft = ThoughtfulDraft(tokenizer, 8, frozenset(), budget=50)
    write(draft, tokens)
    assert draft.text == "<think>thought\nA or B?</think>B"
    assert answer(draft.text) == "b"


def test_what_follows_the_closing_tag_in_one_token_belongs_to_the_answer(repositories):
    """Byte-level tokenizers may merge the end of a tag with what follows it."""
    tokenizer = AutoProcessor.from_pretrained(repositories("LLaVA-1.5")).tokenizer
    tokenizer.add_tokens(["nk>B"])
    tokens = tokenizer.encode("Yes?</thi", add_special_tokens=False) + tokenizer.encode("nk>B", add_special_tokens=False)
    draft = ThoughtfulDraft(tokenizer, 3, frozenset(), budget=50, opening="<think>")
    write(draft, [*tokens, *tokenizer.encode(".", add_special_tokens=False)])
    assert draft.text == "<think>Yes?</think>B."
