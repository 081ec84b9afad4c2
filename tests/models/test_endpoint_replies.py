import json
import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest
from huggingface_hub import ChatCompletionOutput
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.utils import hf_raise_for_status
from hypothesis import example, given
from hypothesis import strategies as st

from arena.models.endpoint_replies import (
    DECLINED,
    Failure,
    images_accepted,
    read_completion,
    read_failure,
    told_of_itself,
    without_secret,
)
from arena.probes import Probe, Reply
from arena.tasks.choice_replies import letter_choice, number_choice
from arena.tasks.refusals import is_refusal
from arena.tasks.yes_no_replies import yes_or_no

CHOICE = Probe("t", "c", "t/1", (), "Which?", captions=("A cat sits.", "A dog sits."), options=("A", "B"))
YES_NO = Probe("t", "c", "t/1", (), "Is it?", captions=("A cat sits.",), options=("yes", "no"))


def read(message, probe=CHOICE, **choice):
    completion = {"choices": [{"message": message, "finish_reason": "stop", **choice}]}
    return read_completion(ChatCompletionOutput.parse_obj_as_instance(json.dumps(completion)), probe)


def logprobs_in(message, probe, logprobs):
    reply = read(message, probe, logprobs=logprobs)
    assert isinstance(reply, Reply)
    return reply.logprobs


def top(*tokens):
    first, *_ = listed = [{"token": token, "logprob": math.log(probability)} for token, probability in tokens]
    return {"content": [{**first, "top_logprobs": listed}]}


def failure(status, body=b"", **headers):
    """What the client raises for a response, read."""
    request = httpx2.Request("POST", "https://vlm.example/v1/chat/completions?key=secret")
    response = httpx2.Response(
        status, content=body, headers={name.replace("_", "-"): value for name, value in headers.items()}, request=request
    )
    # Some bodies make the client stumble over its own reading of them.
    with pytest.raises((HfHubHTTPError, AttributeError, TypeError, ValueError)) as raised:
        hf_raise_for_status(response)
    return read_failure(raised.value)


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
        ({"content": "", "reasoning": "A?"}, {"finish_reason": "length"}, Reply("<think>A?", finished=False)),
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
    for nonsense in ("", "soon", "nan", "inf", "-5"):
        assert not failure(429, retry_after=nonsense).wait


def test_a_key_is_taken_out_before_the_line_is_cut():
    key = "sk-0123456789"
    shown = without_secret(Failure("x" * 295 + key + "\nmore", again=False), key).reason
    assert "sk-" not in shown
    assert len(shown.splitlines()) == 1


@pytest.mark.parametrize(
    ("reason", "images"),
    [
        ("HTTP 400: At most 1 image(s) may be provided in one request.", 1),
        ("You set image=2 (or defaulted to 1) in `--limit-mm-per-prompt`, but passed 3 image items", 2),
        ("This model does not support multiple images", 1),
        ("only one image is allowed", 1),
        ("org/name is not a multimodal model", 0),
        ("No endpoints found that support image input", 0),
        ("image input is not supported - hint: you may need to provide the mmproj", 0),
        ("This model doesn't support images", 0),
        ("cannot decode image", None),
        ("the image is too large, at most 20 MB", None),
        ("unsupported image format; use image/png", None),
        ("HTTP 400: no reason", None),
    ],
)
def test_images_are_too_many_only_where_the_server_says_so(reason, images):
    assert images_accepted(reason) == images


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
    text = json.dumps(value)
    try:
        given = read_completion(ChatCompletionOutput.parse_obj_as_instance(text), CHOICE)
    except Exception as error:  # noqa: BLE001  that is what the model catches too
        given = read_failure(error)
    assert isinstance(given, Reply | Failure)
    assert failure(500, text.encode()).reason.startswith("HTTP 500")
