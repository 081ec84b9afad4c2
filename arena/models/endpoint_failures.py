"""What goes wrong when an endpoint is asked: one line for people, and what may be done about it.

Servers that call themselves compatible with OpenAI tell of the same trouble in many words. Statuses and codes decide where they
can; words are only looked at where nothing else tells, and what they are mistaken for costs a few requests.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from arena.errors import one_line
from arena.models.endpoint_json import field_of, plain

FILTER_CODES = ("content_filter", "content_policy_violation", "data_inspection_failed", "ResponsibleAIPolicyViolation")
"""Error codes by which providers decline a question, where others send an answer that declines."""
AGAIN = (408, 409, 425, 429)
"""Client errors that pass; server errors all may, but for what is not there."""
NOT_IMPLEMENTED = 501
OVERLOADED = (408, 429, 503, 504, 529)
"""HTTP codes that say that less should be asked."""
ACCOUNT = (401, 402)
"""HTTP codes that are about the account, which may end at any time."""
PERMANENT = (401, 402, 403, 404, 405, 410)
"""HTTP codes that every other question would get, too: wrong key, no credit, wrong address or model."""
MAX_REASON = 300
"""Characters of a reason that are kept."""
LONGEST_WAIT = 86400.0
"""Seconds that a server can ask to wait."""
SOON = 60.0
"""Seconds: who asks to wait no longer has not used up a day's quota, whatever the words."""

_NO_CREDIT = re.compile(
    r"insufficient[_ ](?:user[_ ])?(?:quota|balance|funds|credit)|(?:credit|account) balance|(?:no|out of|not enough) credit"
    r"|billing[_ ](?:hard[_ ]limit|not[_ ]active)|arrears|account ?overdue|余额不足|欠费",
    re.IGNORECASE,
)
_QUOTA = re.compile(r"per[ _-]?(?:day|week|month)|daily|monthly|\b[rt]pd\b", re.IGNORECASE)
"""Of more than an hour."""
_BUSY = re.compile(
    r"overload|rate.?limit|too many requests|try again|temporar|time.?out|timed out|unavailable|busy|capacity", re.IGNORECASE
)
_NO_MODEL = re.compile(
    r"model[^.]{0,80}?(?:not (?:be )?(?:found|exist)|n't exist|not_found)|(?:unknown|no such) model", re.IGNORECASE
)
_STREAMS_ONLY = re.compile(r"\bstream(?:s|ed|ing)?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Failure:
    """An attempt that gave no reply."""

    reason: str
    """One line."""
    again: bool
    """Whether it may pass."""
    overloaded: bool = False
    wait: float | None = None
    """Seconds that the server asks to wait."""
    status: int | None = None
    """HTTP code, where there is one."""
    code: str = ""
    """The server's own name for what is wrong."""
    permanent: bool = False
    """Every other question would fail alike, until somebody mends the key, the address, the model's name or the account."""
    of_account: bool = False
    """It is permanent, and about the account."""

    def ends(self, *, answered: bool, attempts: int) -> bool:
        """Whether no other question is worth asking now.

        Args:
            answered: whether the endpoint has ever answered; an address that has is not wrong.
            attempts: how often the question was asked; what may pass is permanent only after the third time.
        """
        if not self.permanent or (self.again and attempts < 3):
            return False
        return not answered or self.of_account


def read_error_response(status: int, headers: Mapping[str, str], body: bytes) -> Failure:
    """What a response with an HTTP error means. The reason holds no address; `without_secret` makes it fit to be shown."""
    return error_failure(status, _content(body), wait=_retry_after(headers.get("retry-after")))


def error_failure(status: int | None, body: Any, *, wait: float | None = None) -> Failure:
    """What the content of an error means.

    Args:
        status: the HTTP code; None for an error that came as a good response without one.
        body: JSON, or text.
        wait: seconds that the server asks to wait.
    """
    message, code = _said(body)
    everything = plain(json.dumps(body, ensure_ascii=False) if isinstance(body, dict | list) else str(body or ""))[:4000]
    if status is None:
        told = f"the server sent an error: {message or 'without a word'}"
        if _NO_CREDIT.search(everything) or _QUOTA.search(everything):
            return Failure(told, again=False, status=200, code=code, permanent=True, of_account=True)
        busy = _BUSY.search(everything) is not None
        permanent = not busy and code not in FILTER_CODES
        return Failure(told, again=busy, overloaded=busy, status=200, code=code, permanent=permanent)
    if 300 <= status < 400:
        # Followed, it would take pictures and answers to another place than the one that is recorded.
        message = "the server sends elsewhere; give the address that it sends to"
    reason = f"HTTP {status}: {message}" if message else f"HTTP {status}"
    if _is_used_up(status, message, everything, wait):
        return Failure(reason, again=False, wait=wait, status=status, code=code, permanent=True, of_account=True)
    permanent = 300 <= status < 400 or status in PERMANENT or (status in (400, 422) and _is_hopeless(everything))
    permanent = permanent and code not in FILTER_CODES
    again = status in AGAIN or (status >= 500 and status != NOT_IMPLEMENTED)
    return Failure(reason, again, status in OVERLOADED, wait, status, code, permanent, permanent and status in ACCOUNT)


def read_exception(error: BaseException) -> Failure:
    """What an exception means that was raised while asking."""
    # Imported with the client; here it costs nothing more.
    import httpx2  # noqa: PLC0415

    if isinstance(error, TimeoutError | httpx2.TimeoutException):
        return Failure("no answer in time", again=True, overloaded=True)
    if isinstance(error, httpx2.RequestError):
        return Failure(f"the connection failed ({type(error).__name__})", again=True)
    return Failure(one_line(error), again=False)


def with_address(failure: Failure, address: str) -> Failure:
    """The same, with what was asked where that seems to be wrong: no server, or none for models, is there."""
    if failure.status not in (404, 405) or "model" in failure.reason.lower():
        return failure
    return replace(failure, reason=f"{failure.reason}; asked at {address}: give the address up to /chat/completions")


def without_secret(failure: Failure, key: str | None) -> Failure:
    """The same in one bounded line, without a `key` that the server may have repeated, in part or reversed in case."""
    reason = re.sub(re.escape(key), "***", failure.reason, flags=re.IGNORECASE) if key else failure.reason
    return replace(failure, reason=" ".join(plain(reason).split())[:MAX_REASON])


def _is_used_up(status: int, message: str, everything: str, wait: float | None) -> bool:
    """Whether there is no credit, or no quota for long; some servers call that a bad request."""
    if status == 429 and (wait is None or wait > SOON):
        return _NO_CREDIT.search(everything) is not None or _QUOTA.search(everything) is not None
    return status in (400, 403) and _NO_CREDIT.search(message) is not None


def _is_hopeless(said: str) -> bool:
    """Whether a bad request would be one whatever was asked: no such model, or only streams."""
    return _NO_MODEL.search(said) is not None or (_STREAMS_ONLY.search(said) is not None and "image" not in said.lower())


def _content(body: bytes) -> Any:
    """The JSON of a response, or its text; nothing of a page that is meant for people."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "replace")
        return None if "<" in text[:100] else text


def _said(body: Any) -> tuple[str, str]:
    """Message and code in the body of an error, as OpenAI, FastAPI, Hugging Face and others write them."""
    error = field_of(body, "error", body)
    names = ("message", "detail", "error", "msg", "error_msg")
    message = next((value for name in names if (value := field_of(error, name)) is not None), error)
    codes = (field_of(error, "code"), field_of(field_of(error, "innererror"), "code"))
    code = next((code for code in codes if isinstance(code, str) and code in FILTER_CODES), "")
    if field_of(field_of(error, "metadata"), "flagged_input") is not None:  # as routers tell of their moderation
        code = FILTER_CODES[0]
    return str("" if message is None else message), code


def _retry_after(value: str | None) -> float | None:
    """Seconds, from seconds or from a date (RFC 9110, 10.2.3)."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            date = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(0.0, seconds), LONGEST_WAIT) if math.isfinite(seconds) else None
