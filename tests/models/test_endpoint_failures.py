"""What goes wrong when an endpoint is asked, in one line, and what may be done about it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest

from arena.models.endpoint_failures import Failure, read_error_response, read_exception, without_secret
from arena.models.endpoint_http import Response
from arena.models.endpoint_pictures import speaks_of_pictures
from arena.models.endpoint_replies import completion_of


def failure(status, body=b"", **headers):
    return read_error_response(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


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
        *[(status, False, False) for status in (400, 401, 404, 422, 501)],
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


@pytest.mark.parametrize(
    ("reason", "speaks"),
    [("image inputs are not supported", True), ("not a multimodal model", True), ("provide the mmproj", True), ("no", False)],
)
def test_words_only_hint_at_pictures(reason, speaks):
    assert speaks_of_pictures(reason) is speaks


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "Your credit balance is too low to access the API"),
        (403, "AccountOverdueError: the account has an insufficient balance"),
        (429, "您的账户已欠费，请充值后重试"),
        (402, "pay"),
    ],
)
def test_an_account_without_credit_ends_all_whatever_was_answered_before_and_however_it_is_told(status, said):
    given = failure(status, said.encode())
    assert given.of_account
    assert given.ends(answered=True, attempts=1)
    assert not failure(500, said.encode()).of_account
