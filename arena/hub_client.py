"""The client of the Hugging Face Hub: how long it waits, and what its many ways to fail mean.

Who asks the Hub has ways out of their own; what is said here is the same for all.
"""

import errno
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
from huggingface_hub import set_client_factory
from huggingface_hub.errors import HfHubHTTPError, HFValidationError
from huggingface_hub.utils import validate_repo_id
from huggingface_hub.utils._http import hf_request_event_hook

from arena.errors import one_line

SECONDS = 60.0
"""That the Hub may be silent."""
CONNECT_SECONDS = 10.0
LONGEST_WAIT = 300.0
"""Seconds that an answer may ask to be left alone: the Hub counts requests in windows of five minutes."""
CONFLICT = 412
TOO_MANY = 429
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
OF_XET = re.compile(r"HTTP status (?:client|server) error \((\d{3})\b")
"""How hf_xet, which raises errors of Python, tells the HTTP code of an answer."""


def status_of(error: BaseException) -> int:
    """HTTP code of the answer that an error tells of; 0 where there was none."""
    if isinstance(error, HfHubHTTPError):
        return error.response.status_code
    found = OF_XET.search(str(error)) if isinstance(error, OSError | RuntimeError | ValueError) else None
    return int(found[1]) if found else 0


def retry_after(error: BaseException) -> float:
    """Seconds for which the Hub wants to be left alone, `LONGEST_WAIT` at most; 0 where it does not say."""
    return _bounded(error.response.headers.get("retry-after", "")) if isinstance(error, HfHubHTTPError) else 0.0


def overload(error: BaseException) -> str:
    """That the Hub answers nobody at the moment; empty where it is something else."""
    status = status_of(error)
    if status == TOO_MANY:
        return "the Hub has had too many requests"
    return f"the Hub failed with HTTP {status}" if status >= 500 else ""


def meaning(error: BaseException, refusals: Mapping[int, str]) -> str:
    """What an error of the client means, and the way out, for somebody who can try again.

    Args:
        error: raised by huggingface_hub, hf_xet or httpx2.
        refusals: HTTP code -> what it means here, and the way out.
    """
    status, wait = status_of(error), retry_after(error)
    if busy := overload(error):
        return f"{busy}; try again {f'in {wait:.0f} s' if wait and status == TOO_MANY else 'later'}"
    if status:
        return refusals.get(status) or f"the Hub refused with HTTP {status}; try again, and tell the operator if it lasts"
    return local_trouble(error) or _no_answer(error)


def local_trouble(error: BaseException) -> str:
    """What is wrong with this machine and not with the Hub; empty where it is the Hub or the network."""
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return "there is no room left on the disk of this machine; make some"
    if isinstance(error, FileNotFoundError | IsADirectoryError | NotADirectoryError | PermissionError) and error.filename:
        return f"{error.filename} cannot be used ({error.strerror})"
    return ""


def is_repository_name(name: str) -> bool:
    """Whether a name is `organisation/name`, as the Hub takes it."""
    try:
        validate_repo_id(name)
    except HFValidationError:
        return False
    return name.count("/") == 1


def limit_time() -> None:
    """Let no request of this process to the Hub wait for ever; huggingface_hub itself has no limit."""
    os.environ.setdefault("HF_XET_CLIENT_RETRY_MAX_ATTEMPTS", "2")  # whoever asks tries again, and tells why
    set_client_factory(_client)


def _no_answer(error: BaseException) -> str:
    if isinstance(error, httpx2.HTTPError | OSError):
        return f"the Hub cannot be reached; check the network, and try again ({one_line(error)})"
    return f"the answer of the Hub cannot be read; try again ({one_line(error)})"


def _client() -> httpx2.Client:
    timeout = httpx2.Timeout(SECONDS, connect=CONNECT_SECONDS)
    hooks = {"request": [hf_request_event_hook], "response": [_bound_wait]}
    return httpx2.Client(event_hooks=hooks, follow_redirects=True, timeout=timeout)


def _bound_wait(response: httpx2.Response) -> None:
    """Let huggingface_hub, which sleeps for as long as an answer says, and fails on odd texts, see none but sound ones."""
    if (told := response.headers.get("retry-after")) is not None:
        response.headers["retry-after"] = str(round(_bounded(told)))
    if (told := re.search(r";\s*t=(\d+)", response.headers.get("ratelimit", ""))) and _bounded(told[1]) != float(told[1]):
        del response.headers["ratelimit"]


def _bounded(text: str) -> float:
    """Seconds in a `Retry-After`, which may be a number or a date (RFC 9110, section 10.2.3)."""
    text = text.strip()
    if text.isascii() and text.isdecimal():
        seconds = float(text[:9])
    else:
        try:
            seconds = (parsedate_to_datetime(text).astimezone(UTC) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return 0.0
    return min(max(seconds, 0.0), LONGEST_WAIT)
