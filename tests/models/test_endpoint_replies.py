"""What endpoints give back, read: a reply, or a failure in one line."""

import json
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from arena.models.endpoint_failures import Failure, read_error_response, without_secret
from arena.models.endpoint_http import Response
from arena.models.endpoint_replies import (
    CHARACTERS_PER_TOKEN,
    DECLINED,
    NO_ROOM,
    ONLY_STREAMS,
    ONLY_THOUGHTS,
    completion_of,
    read_completion,
    told_of_itself,
)
from arena.probes import Probe, Reply, Tokens
from arena.tasks.choice_replies import letter_choice, number_choice
from arena.tasks.refusals import is_refusal
from arena.tasks.yes_no_replies import yes_or_no

CHOICE = Probe("t", "c", "t/1", (), "Which?", captions=("A cat sits.", "A dog sits."), options=("A", "B"))
YES_NO = Probe("t", "c", "t/1", (), "Is it?", captions=("A cat sits.",), options=("yes", "no"))


def read(message, probe=CHOICE, thinking=0, **choice):
    return read_completion({"choices": [{"message": message, "finish_reason": "stop", **choice}]}, probe, thinking)


def logprobs_in(message, probe, logprobs):
    reply = read(message, probe, logprobs=logprobs)
    assert isinstance(reply, Reply)
    return reply.logprobs


def top(*tokens):
    first, *_ = listed = [{"token": token, "logprob": math.log(probability)} for token, probability in tokens]
    return {"content": [{**first, "top_logprobs": listed}]}


def failure(status, body):
    return read_error_response(status, {}, body)


def test_log_probabilities_of_an_option_are_summed_over_its_spellings():
    # A: 0.5 + 0.25 = 0.75, B: 0.125; "Certainly" is neither.
    tokens = top((" A", 0.5), ("A", 0.25), ("B", 0.125), ("Certainly", 0.01))
    assert logprobs_in({"content": "A"}, CHOICE, tokens) == pytest.approx((math.log(0.75), math.log(0.125)))
    # yes: 0.4 + 0.2, no: 0.1 + 0.1
    tokens = top(("ĠYes", 0.4), ("▁yes", 0.2), ("No", 0.1), ("\nno", 0.1))
    assert logprobs_in({"content": "Yes"}, YES_NO, tokens) == pytest.approx((math.log(0.6), math.log(0.2)))


@pytest.mark.parametrize(
    "logprobs",
    [
        None,
        {},
        {"content": []},
        {"content": None},
        {"content": [{"token": "A", "logprob": -0.1}]},
        {"content": [{"token": "A", "logprob": -0.1, "top_logprobs": []}]},
        {"content": [{"token": "A", "logprob": -0.1, "top_logprobs": [{"token": "A", "logprob": "x"}, {"token": "B"}]}]},
        top(("A", 0.9), ("The", 0.1)),
        top(("The", 0.9), ("A", 0.05), ("B", 0.05)),
    ],
)
def test_log_probabilities_that_do_not_tell_of_every_option_are_none(logprobs):
    assert read({"content": "A"}, logprobs=logprobs) == Reply("A", finished=True)


def test_minus_infinity_is_very_unlikely_and_no_crash():
    logprobs = top(("A", 1.0), ("B", 0.5))
    logprobs["content"][0]["top_logprobs"][1]["logprob"] = -9999.0
    assert logprobs_in({"content": "A"}, CHOICE, logprobs) == (0.0, pytest.approx(-744, abs=1))


@pytest.mark.parametrize(
    ("message", "choice", "expected"),
    [
        ({"content": " A \n"}, {}, Reply("A", finished=True)),
        ({"content": ""}, {}, Reply("", finished=True)),
        ({"content": "The answ"}, {"finish_reason": "length"}, Reply("The answ", finished=False)),
        ({"content": [{"type": "text", "text": "The "}, {"type": "text", "text": "cat"}]}, {}, Reply("The cat", finished=True)),
        ({"content": "B", "reasoning_content": "A?"}, {}, Reply("B", finished=True)),
        ({"content": "B", "reasoning": "A?"}, {}, Reply("B", finished=True)),
        ({"content": "", "reasoning": "A?"}, {"finish_reason": "length", "thinking": 9}, Reply("<think>A?", finished=False)),
        ({"content": None, "refusal": "Not this."}, {"finish_reason": "length"}, Reply(f"{DECLINED} Not this.", finished=True)),
        ({"content": "B", "refusal": ""}, {}, Reply("B", finished=True)),
        ({"content": "First you"}, {"finish_reason": "content_filter"}, Reply(DECLINED, finished=True)),
        (
            {"content": "half"},
            {"finish_reason": "error"},
            Failure("the message holds no text (finish reason: error)", again=True),
        ),
        (
            {"tool_calls": []},
            {"finish_reason": "tool_calls"},
            Failure("the message holds no text (finish reason: tool_calls)", again=False),
        ),
    ],
)
def test_a_message_is_read_as_what_the_model_said(message, choice, expected):
    assert read(message, **choice) == expected


@pytest.mark.parametrize(
    ("reason", "finished"),
    [
        *[(reason, True) for reason in ("stop", "STOP", "eos", "eos_token", "end_turn", "stop_sequence")],
        *[(reason, False) for reason in ("length", "max_tokens", "MAX_TOKENS", "max_output_tokens", "model_length")],
        *[(reason, None) for reason in (None, "", "abort", "tool_calls", 1, ["length"])],
    ],
)
def test_a_reply_is_finished_as_far_as_the_server_says_why_it_ended(reason, finished):
    assert read({"content": "A"}, finish_reason=reason) == Reply("A", finished=finished)


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"prompt_tokens": 812, "completion_tokens": 3, "total_tokens": 815}, (812, 3)),
        *[(usage, None) for usage in (None, 5, {}, {"prompt_tokens": 812}, {"prompt_tokens": "9", "completion_tokens": 3})],
        *[({"prompt_tokens": count, "completion_tokens": 3}, None) for count in (-1, 2**31, 1.5, True)],
    ],
)
def test_tokens_are_those_that_the_server_counts(usage, tokens):
    completion = {"choices": [{"message": {"content": "A"}, "finish_reason": "stop"}], "usage": usage}
    reply = read_completion(completion, CHOICE)
    assert isinstance(reply, Reply)
    assert reply.tokens == tokens


@pytest.mark.parametrize(
    "reason", ["CONTENT_FILTER", "content_filter: SAFETY", "SAFETY", "sensitive", "refusal", "PROHIBITED_CONTENT"]
)
def test_whatever_a_provider_calls_it_what_it_declines_is_declined(reason):
    assert read({"content": ""}, finish_reason=reason) == read({}, finish_reason=reason) == Reply(DECLINED, finished=True)


THOUGHTS = {
    "text": {"content": "", "reasoning_content": "A?"},
    "parts": {"content": "", "reasoning": [{"text": "A?"}]},
    "details": {"content": None, "reasoning_details": [{"type": "reasoning.text", "text": "A?"}]},
    "ollama": {"content": "", "thinking": "A?"},
    "mistral": {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "A?"}]}]},
    "with a tool": {"content": None, "reasoning_content": "A?", "tool_calls": [{}]},
}


@pytest.mark.parametrize("message", THOUGHTS.values(), ids=THOUGHTS)
def test_thoughts_alone_are_one_outcome_wherever_a_server_puts_them(message):
    assert read(message) == Failure(f"{ONLY_THOUGHTS}{NO_ROOM}", again=False)
    assert read(message, thinking=100) == Reply("<think>A?", finished=False)
    assert read({**message, "content": "B"}) == Reply("B", finished=True)


@pytest.mark.parametrize("opening", ["<think>", "[THINK]", "◁think▷", "<|channel|>analysis"])
def test_what_is_written_first_by_a_model_that_thinks_is_no_answer_that_has_a_score(opening):
    logprobs = top(("A", 0.6), ("B", 0.3))
    assert logprobs_in({"content": f"{opening}B or A?"}, CHOICE, logprobs) is None
    assert logprobs_in({"content": f"A {opening}"}, CHOICE, logprobs) is not None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"Ollama is running", "the answer is no chat completion in JSON: Ollama is running"),
        (b" ", "the answer is empty"),
        (b"<html>", "the answer is a web page"),
        (b'{"choices": []}', 'the answer holds no choice with a message: {"choices": []}'),
        (
            b'{"base_resp": {"status_msg": "login"}}',
            'the answer holds no choice with a message: {"base_resp": {"status_msg": "login"}}',
        ),
        (b'{"message": {"content": "A"}}', 'the answer holds no choice with a message: {"message": {"content": "A"}}'),
    ],
)
def test_what_is_no_completion_is_shown_and_ends_all_once_it_came_three_times(body, reason):
    given = read_completion(json.loads(body), CHOICE) if body.startswith(b"{") else completion_of(Response(200, {}, body))
    assert isinstance(given, Failure)
    assert given.reason == reason
    assert [given.ends(answered=False, attempts=attempts) for attempts in (1, 2, 3)] == [False, False, True]


def test_a_piece_of_a_stream_is_told_as_one():
    given = read_completion({"object": "chat.completion.chunk", "choices": [{"delta": {"content": "A"}}]}, CHOICE)
    assert given == completion_of(Response(200, {"content-type": "application/x-ndjson"}, b'{"done": true}')) == ONLY_STREAMS


def test_the_error_of_a_choice_is_told_with_its_code():
    given = read({"content": ""}, finish_reason="error", error={"code": 502, "message": "died upstream"})
    assert given == Failure("HTTP 502: died upstream", again=True, status=502)


def test_an_error_in_a_good_response_is_an_error():
    expected = Failure("HTTP 429: rate limited upstream", again=True, overloaded=True, status=429)
    assert read_completion({"error": {"message": "rate limited upstream", "code": 429}}, CHOICE) == expected
    busy = read_completion({"object": "error", "message": "The model is overloaded"}, CHOICE)
    assert isinstance(busy, Failure)
    assert (busy.again, busy.permanent) == (True, False)


def test_the_declared_refusal_is_read_as_a_refusal_and_as_no_answer():
    assert is_refusal(DECLINED)
    assert letter_choice(DECLINED, CHOICE) is number_choice(DECLINED, CHOICE) is yes_or_no(DECLINED, YES_NO) is None


def test_a_text_is_no_longer_than_the_tokens_that_were_asked_for_can_be():
    reply = read({"content": "x" * 10_000_000})
    assert isinstance(reply, Reply)
    assert reply.text is not None
    assert len(reply.text) == CHARACTERS_PER_TOKEN * CHOICE.max_new_tokens
    assert reply.finished is False
    thoughts = read({"content": "", "reasoning_content": "x" * 10_000_000}, thinking=10)
    assert isinstance(thoughts, Reply)
    assert thoughts.text is not None
    assert len(thoughts.text) == CHARACTERS_PER_TOKEN * (CHOICE.max_new_tokens + 10)


@pytest.mark.parametrize(
    "hidden", ["\0", "\x1b", "\x7f", "\x9b", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))]
)
def test_what_cannot_be_seen_is_in_no_text_and_no_line(hidden):
    assert read({"content": f"A{hidden}B"}) == Reply("AB", finished=True)
    body = json.dumps({"error": f"to{hidden}o long"}).encode()
    assert without_secret(failure(400, body), None).reason == "HTTP 400: too long"
    assert told_of_itself({"model": f"m{hidden}"}) == ("m", "")


def test_half_a_character_is_replaced_so_that_a_text_can_be_written():
    reply = read(json.loads('{"content": "A \\ud83d B"}'))
    assert isinstance(reply, Reply)
    assert (reply.text or "").encode() == "A \ufffd B".encode()


def test_what_the_server_counted_is_kept():
    completion = {"choices": [{"message": {"content": "A"}}], "usage": {"prompt_tokens": 7, "completion_tokens": 2}}
    reply = read_completion(completion, CHOICE)
    assert isinstance(reply, Reply)
    assert reply.tokens == Tokens(7, 2)


MESSAGE = ["choices", "message", "content", "text", "refusal", "reasoning", "finish_reason", "model", "system_fingerprint"]
LOGPROBS = ["logprobs", "top_logprobs", "token", "logprob"]
ERROR = ["error", "code", "detail", "innererror"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*MESSAGE, *LOGPROBS, *ERROR]), inner, max_size=4)
    ),
    max_leaves=25,
)


@given(json_values)
@example({"choices": [{"message": {"content": "A"}, "logprobs": top(("A", 1.0), ("B", 1.0))}]})
@example({"choices": [{"message": {"content": 1}, "finish_reason": ["length"]}]})
def test_whatever_a_server_sends_gives_a_reply_or_a_reason(value):
    given = read_completion(value, CHOICE)
    assert isinstance(given, Reply | Failure)
    assert all(isinstance(said, str) for said in told_of_itself(value))
    text = json.dumps(value).encode()
    completion = completion_of(Response(200, {}, text))
    given = completion if isinstance(completion, Failure) else read_completion(completion, CHOICE)
    assert isinstance(given, Reply | Failure)
    assert failure(500, text).reason.startswith("HTTP 500")
    if isinstance(given, Reply):
        assert not given.text or given.text.encode()
