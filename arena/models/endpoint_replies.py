"""What an endpoint gave back, read: a chat completion becomes a reply, and whatever went wrong becomes one line.

Servers that call themselves compatible with OpenAI differ in what they leave out, so nothing is taken for granted: each field
may be missing or of another type.
"""

import json
import math
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from arena.errors import one_line
from arena.probes import Probe, Reply, Tokens

DECLINED = "[Declined by the provider: I cannot answer this.]"
"""Stands for the answer where the provider itself declares a refusal; `arena.tasks.refusals` reads it as one."""
FILTER_CODES = ("content_filter", "content_policy_violation", "data_inspection_failed", "ResponsibleAIPolicyViolation")
"""Error codes by which providers decline a question, where others send an answer that declines."""
AGAIN = (408, 409, 425, 429)
"""Client errors that pass; server errors all may."""
OVERLOADED = (408, 429, 503, 504, 529)
"""HTTP codes that say that less should be asked."""
FINISHED = ("stop", "eos", "eos_token", "end_turn", "stop_sequence")
CUT = ("length", "max_tokens", "max_output_tokens", "model_length")
"""Finish reasons, in small letters: the model ended by itself, or its tokens ran out."""
MAX_TOKENS = 2**31
"""Above which a count of tokens is none."""
MAX_REASON = 300
"""Characters of a reason that are kept."""

_WORD_STARTS = " \n\t▁ĠĊ"
"""White space in tokens, as it is and as tokenizers write it."""
_AT_MOST = re.compile(r"at most (\d+) image|image=(\d+) \(or defaulted", re.IGNORECASE)
_ONE_IMAGE = re.compile(
    r"(?:not|n't) (?:support|accept|allow) (?:multiple|more than one) image|only (?:one|1|a single) image"
    r"|(?:multiple|more than one) images? (?:is|are) not",
    re.IGNORECASE,
)
_NO_IMAGE = re.compile(
    r"not a (?:multimodal|vision) model|image inputs? (?:is|are) not supported|support (?:for )?image inputs?"
    r"|(?:not|n't) support (?:images|vision|multimodal)",
    re.IGNORECASE,
)


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


def read_completion(completion: Any, probe: Probe) -> Reply | Failure:
    """The reply in a chat completion.

    An answer that was cut short is kept as it is, and an empty one too, as of a local model: it was asked, and said nothing.
    Thoughts that a server sends apart from the answer are no part of it.
    """
    if (error := _field(completion, "error")) is not None:
        status = _field(error, "code")
        return _failure(status if isinstance(status, int) else 500, *_said(error), wait=None)
    choices = _field(completion, "choices")
    if not isinstance(choices, list) or not choices or (message := _field(choices[0], "message")) is None:
        return Failure("the answer holds no choice with a message", again=True)
    finish, refusal = _field(choices[0], "finish_reason"), _text(_field(message, "refusal"))
    if refusal or finish == "content_filter":
        return declined(refusal or "")
    text = _text(_field(message, "content"))
    if not text and _finished(finish) is False:
        return _without_answer(message, probe)
    if text is None or finish == "error":
        return Failure(f"the message holds no text (finish reason: {finish})", again=finish == "error")
    logprobs = _logprobs(_field(choices[0], "logprobs"), probe)
    return Reply(text, logprobs, finished=_finished(finish), tokens=_tokens(_field(completion, "usage")))


def told_of_itself(completion: Any) -> tuple[str, str]:
    """The model's name and the system's fingerprint, as the server reports them; empty where it does not."""
    model, fingerprint = (_field(completion, name) for name in ("model", "system_fingerprint"))
    return (model if isinstance(model, str) else ""), (fingerprint if isinstance(fingerprint, str) else "")


def declined(said: str = "") -> Reply:
    """The reply that a provider declares to be a refusal, with its own words; a fragment that it cut off is left out."""
    return Reply(f"{DECLINED} {said.strip()}".strip(), finished=True)


def read_failure(error: BaseException) -> Failure:
    """What an exception of the client means: what `InferenceClient.chat_completion` raised, or a time-out.

    The reason holds no address; `without_secret` makes it fit to be shown.
    """
    # Imported with the client; here it costs nothing more.
    import httpx2  # noqa: PLC0415

    if (response := _response(error)) is not None:
        return _failure(response.status_code, *_said(_body(response)), wait=_retry_after(response.headers.get("Retry-After")))
    if isinstance(error, TimeoutError):
        return Failure("no answer in time", again=True, overloaded=True)
    if isinstance(error, httpx2.RequestError):
        return Failure(f"the connection failed ({type(error).__name__})", again=True)
    # The client's own words for a body that is JSON, and neither object nor list of objects.
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError) or str(error).startswith(("Invalid data", "Invalid input")):
        return Failure("the answer is no chat completion in JSON", again=True)
    return Failure(one_line(error), again=False)


def without_secret(failure: Failure, key: str | None) -> Failure:
    """The same in one bounded line, without a `key` that the server may have repeated."""
    reason = failure.reason.replace(key, "***") if key else failure.reason
    return replace(failure, reason=" ".join(reason.split())[:MAX_REASON])


def images_accepted(reason: str) -> int | None:
    """How many images in one question the server takes, if it says that those it got were too many; else None."""
    if found := _AT_MOST.search(reason):
        return int(found[1] or found[2])
    if _ONE_IMAGE.search(reason):
        return 1
    return 0 if _NO_IMAGE.search(reason) else None


def _response(error: BaseException | None) -> Any:
    """The HTTP response behind an exception, even where reading its body raised another one."""
    while error is not None:
        if (response := getattr(error, "response", None)) is not None:
            return response
        error = error.__context__
    return None


def _body(response: Any) -> Any:
    """The JSON of a response, or its text; nothing of a page that is meant for people."""
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None if "<" in response.text[:100] else response.text


def _failure(status: int, message: str, code: str, *, wait: float | None) -> Failure:
    if 300 <= status < 400:
        # Followed, it would take pictures and answers to another place than the one that is recorded.
        message = "the server sends elsewhere; give the address that it sends to"
    reason = f"HTTP {status}: {message}" if message else f"HTTP {status}"
    return Failure(reason, status in AGAIN or status >= 500, status in OVERLOADED, wait, status, code)


def _said(body: Any) -> tuple[str, str]:
    """Message and code in the body of an error, as OpenAI, FastAPI and Hugging Face write them."""
    error = _field(body, "error", body)
    message = next((value for name in ("message", "detail", "error") if (value := _field(error, name)) is not None), error)
    codes = (_field(error, "code"), _field(_field(error, "innererror"), "code"))
    code = next((code for code in codes if isinstance(code, str) and code in FILTER_CODES), "")
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
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _text(content: Any) -> str | None:
    """The text of a message, which some servers send in parts."""
    if isinstance(content, str):
        return content.strip()
    if not isinstance(content, list):
        return None
    parts = [_field(part, "text") for part in content]
    return "".join(part for part in parts if isinstance(part, str)).strip()


def _without_answer(message: Any, probe: Probe) -> Reply | Failure:
    """All tokens were spent before the answer began: on thoughts, whether they can be seen or not."""
    for name in ("reasoning_content", "reasoning"):
        if isinstance(thoughts := _field(message, name), str) and thoughts.strip():
            # An open block of thoughts is read as a local model's would be: no answer came after it.
            return Reply(f"<think>{thoughts.strip()}", finished=False)
    limit = f"{probe.max_new_tokens} tokens"
    return Failure(f"no answer began within {limit}; if the model thinks first, add ?thinking=2048 to its name", again=False)


def _tokens(usage: Any) -> Tokens | None:
    """What the server counted, if it did."""
    read, written = (_field(usage, name) for name in ("prompt_tokens", "completion_tokens"))
    counts = [count for count in (read, written) if type(count) is int and 0 <= count < MAX_TOKENS]
    return Tokens(*counts) if len(counts) == 2 else None


def _finished(reason: Any) -> bool | None:
    named = reason.lower() if isinstance(reason, str) else ""
    return True if named in FINISHED else False if named in CUT else None


def _logprobs(given: Any, probe: Probe) -> tuple[float, ...] | None:
    """Log-probabilities of the options as first token, each summed over its spellings.

    None where the first token spells no option, since some servers then report those of other tokens
    (text-generation-inference, issue 1852), or where one of the options is not among the likeliest tokens.
    """
    tokens = _field(given, "content")
    if not probe.options or not isinstance(tokens, list) or not tokens:
        return None
    spellings = [{option} if len(option) == 1 else {option, option.lower(), option.capitalize()} for option in probe.options]
    if not any(_spelled(tokens[0]) in spelled for spelled in spellings):
        return None
    top = _field(tokens[0], "top_logprobs")
    if not isinstance(top, list):
        return None
    found = [[_field(token, "logprob") for token in top if _spelled(token) in spelled] for spelled in spellings]
    if not all(values and all(isinstance(value, float | int) for value in values) for values in found):
        return None
    # Some servers write -9999 for minus infinity, which underflows.
    return tuple(math.log(sum(math.exp(min(value, 0.0)) for value in values) or math.ulp(0.0)) for values in found)


def _spelled(token: Any) -> str:
    text = _field(token, "token")
    return text.strip(_WORD_STARTS) if isinstance(text, str) else ""


def _field(value: Any, name: str, otherwise: Any = None) -> Any:
    """What an object of JSON holds under `name`; `otherwise` where it is no object, or holds nothing there."""
    # The client's types are dictionaries that forget unknown fields when nested, but keep them as attributes.
    fields = getattr(value, "__dict__", value)
    found = fields.get(name) if isinstance(fields, dict) else None
    return otherwise if found is None else found
