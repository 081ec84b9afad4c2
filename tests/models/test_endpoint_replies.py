import json
import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from arena.models.endpoint_failures import Failure, read_error_response, read_exception, without_secret
from arena.models.endpoint_http import Response
from arena.models.endpoint_pictures import speaks_of_pictures
from arena.models.endpoint_replies import CHARACTERS_PER_TOKEN, DECLINED, completion_of, read_completion, told_of_itself
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


def failure(status, body=b"", **headers):
    return read_error_response(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


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


def test_an_error_in_a_good_response_is_an_error():
    expected = Failure("HTTP 429: rate limited upstream", again=True, overloaded=True, status=429)
    assert read_completion({"error": {"message": "rate limited upstream", "code": 429}}, CHOICE) == expected
    busy = read_completion({"object": "error", "message": "The model is overloaded"}, CHOICE)
    assert isinstance(busy, Failure)
    assert (busy.again, busy.permanent) == (True, False)


def test_the_declared_refusal_is_read_as_a_refusal_and_as_no_answer():
    assert is_refusal(DECLINED)
    assert letter_choice(DECLINED, CHOICE) is number_choice(DECLINED, CHOICE) is yes_or_no(DECLINED, YES_NO) is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"error": {"message": "too long", "type": "x", "code": 400}}', "HTTP 418: too long"),
        (b'{"error": "too long"}', "HTTP 418: too long"),
        (b'{"object": "error", "message": "too long"}', "HTTP 418: too long"),
        (b'{"detail": "too long"}', "HTTP 418: too long"),
        (b'{"detail": [{"loc": ["body", "seed"], "msg": "extra"}]}', "HTTP 418: [{'loc': ['body', 'seed'], 'msg': 'extra'}]"),
        (b'["too long"]', "HTTP 418: ['too long']"),
        (b'"too long"', "HTTP 418: too long"),
        (b"too long", "HTTP 418: too long"),
        (b"<html><body>Bad</body></html>", "HTTP 418"),
        (b"", "HTTP 418"),
        (b"null", "HTTP 418"),
        (b"\xff\xfe\x00", "HTTP 418: "),
    ],
)
def test_the_body_of_an_error_is_told_however_it_is_written(body, reason):
    given = without_secret(failure(418, body), None)
    assert given.reason.startswith(reason)
    assert "secret" not in given.reason


@pytest.mark.parametrize(
    ("status", "again", "overloaded"),
    [
        *[(status, False, False) for status in (400, 401, 404, 422)],
        *[(status, True, False) for status in (500, 502)],
        *[(status, True, True) for status in (408, 429, 503, 504, 529)],
    ],
)
def test_what_may_pass_is_worth_another_attempt(status, again, overloaded):
    given = failure(status, b"{}")
    assert (given.again, given.overloaded) == (again, overloaded)


def test_a_server_says_how_long_to_wait_in_seconds_or_by_a_date():
    assert failure(429, retry_after="1.5").wait == 1.5
    assert failure(
        429, retry_after=format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    ).wait == pytest.approx(60, abs=2)
    assert failure(429, retry_after="1e308").wait == failure(429, retry_after="Fri, 31 Dec 9999 23:59:59 GMT").wait == 86400
    for nonsense in ("", "soon", "nan", "inf", "-5"):
        assert not failure(429, retry_after=nonsense).wait


def test_a_key_is_taken_out_before_the_line_is_cut():
    key = "sk-0123456789"
    shown = without_secret(Failure("x" * 295 + key + "\nmore", again=False), key).reason
    assert "sk-" not in shown
    assert len(shown.splitlines()) == 1


@pytest.mark.parametrize(
    ("status", "body", "permanent", "waits"),
    [
        *[(status, "{}", True, False) for status in (307, 401, 402, 403, 404, 405)],
        *[(status, "{}", False, False) for status in (400, 413, 422)],
        *[(status, "{}", False, True) for status in (408, 429, 500, 503)],
        (400, '{"message": "The model gpt-9 does not exist"}', True, False),
        (400, '{"error": {"message": "x", "code": "model_not_found"}}', True, False),
        (400, '{"message": "This model only supports streaming requests"}', True, False),
        (400, '{"message": "the prompt is longer than the model takes"}', False, False),
        (429, '{"error": {"type": "insufficient_quota", "message": "check your plan"}}', True, False),
        (429, '{"error": {"message": "Your credit balance is too low"}}', True, False),
        (429, '{"error": {"message": "limit 1000 requests per day"}}', True, False),
        (429, '{"error": {"message": "quota", "details": [{"quotaId": "RequestsPerMinute"}]}}', False, True),
        (400, '{"error": {"message": "no", "code": "content_filter"}}', False, False),
        (403, '{"error": {"message": "flagged", "metadata": {"flagged_input": "how"}}}', False, False),
    ],
)
def test_what_holds_for_every_question_is_permanent_and_what_passes_is_waited_for(status, body, permanent, waits):
    given = failure(status, body.encode())
    assert (given.permanent, given.again) == (permanent, waits)


def test_a_limit_of_a_day_that_is_over_soon_is_waited_for():
    body = b'{"error": {"message": "60 requests per minute, 1000 per day"}}'
    assert failure(429, body, retry_after="20").again
    assert not failure(429, body, retry_after="3600").again


def test_a_permanent_failure_ends_nothing_that_an_answer_has_shown_to_work_unless_it_is_about_the_account():
    address, account = failure(404, b"{}"), failure(402, b"{}")
    assert address.ends(answered=False, attempts=1)
    assert not address.ends(answered=True, attempts=1)
    assert account.ends(answered=True, attempts=1)
    page = completion_of(Response(200, {}, b"<!DOCTYPE html>"))
    assert [page.ends(answered=False, attempts=attempts) for attempts in (1, 2, 3)] == [False, False, True]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (TimeoutError(), "no answer in time"),
        (httpx2.ReadTimeout("x"), "no answer in time"),
        (httpx2.ConnectError("to https://host?key=secret"), "the connection failed (ConnectError)"),
        (ValueError("what\never"), "ValueError: what"),
    ],
)
def test_an_exception_is_one_line_without_an_address(error, line):
    assert read_exception(error).reason == line


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


@pytest.mark.parametrize(
    ("reason", "speaks"),
    [("image inputs are not supported", True), ("not a multimodal model", True), ("provide the mmproj", True), ("no", False)],
)
def test_words_only_hint_at_pictures(reason, speaks):
    assert speaks_of_pictures(reason) is speaks


MESSAGE = ["choices", "message", "content", "text", "refusal", "reasoning", "finish_reason", "model", "system_fingerprint"]
LOGPROBS = ["logprobs", "top_logprobs", "token", "logprob"]
ERROR = ["error", "code", "detail", "innererror"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
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
