"""What an endpoint gave back, read: a chat completion becomes a reply, or a failure in one line.

Servers that call themselves compatible with OpenAI differ in what they leave out, so nothing is taken for granted: each field
may be missing or of another type, and a text may be of any length.
"""

import json
from typing import Any

from arena.models.endpoint_failures import Failure, error_failure
from arena.models.endpoint_http import Response
from arena.models.endpoint_json import field_of, plain
from arena.models.endpoint_scores import Tokens as OptionTokens
from arena.models.endpoint_scores import read_scores
from arena.models.thoughts import TAGS
from arena.probes import Probe, Reply, Tokens

DECLINED = "[Declined by the provider: I cannot answer this.]"
"""Stands for the answer where the provider itself declares a refusal; `arena.tasks.refusals` reads it as one."""
FINISHED = ("stop", "eos", "eos_token", "end_turn", "stop_sequence")
CUT = ("length", "max_tokens", "max_output_tokens", "model_length")
"""Finish reasons, in small letters: the model ended by itself, or its tokens ran out."""
FILTERED = ("content_filter", "safety", "sensitive", "refusal", "prohibited_content")
"""How finish reasons begin, in small letters, where the provider declines: OpenAI's, Gemini's, Zhipu's and Anthropic's."""
THOUGHTS = ("reasoning_content", "reasoning", "reasoning_details", "thinking")
"""Where servers put thoughts beside the content of a message."""
MAX_TOKENS = 2**31
"""Above which a count of tokens is none."""
CHARACTERS_PER_TOKEN = 32
"""Of a text, at most, for each token that was asked for: several times what tokens of any language spell."""
BYTES, BYTES_PER_TOKEN = 2**20, 2**9
"""Of a body, at most: for what stands around the text, and for each token that was asked for, with escapes."""
SHOWN = 80
"""Characters that are shown of an answer that cannot be read."""
ONLY_STREAMS = Failure("the server only streams, and was not asked to; serve the model without streams", False, permanent=True)
NO_ROOM = "if it thinks first, add ?thinking=2048 to its name"
ONLY_THOUGHTS = "the answer lies in the server's reasoning_content alone: start the server without its reasoning parser, or "


def max_bytes(limit: int) -> int:
    """How long the body of an answer of at most `limit` tokens can be."""
    return BYTES + BYTES_PER_TOKEN * limit


def completion_of(response: Response) -> Any:
    """The JSON of a good response, or a `Failure`."""
    if response.streams:
        return ONLY_STREAMS
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        shown = _beginning(response.body)
        what = "a web page" if response.is_page else f"no chat completion in JSON: {shown}" if shown else "empty"
        return Failure(f"the answer is {what}", again=True, permanent=True)


def read_completion(completion: Any, probe: Probe, thinking: int = 0, tokens: OptionTokens | None = None) -> Reply | Failure:
    """The reply in a chat completion.

    An answer that was cut short is kept as it is, and an empty one too, as of a local model: it was asked, and said nothing.
    Thoughts that a server sends apart from the answer are no part of it.

    Args:
        completion: JSON of any shape.
        probe: what was asked.
        thinking: tokens that it was given for thoughts.
        tokens: of the options, where their log-probabilities were asked for by name.
    """
    choices = field_of(completion, "choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = field_of(choice, "message")
    if message is None:
        return _without_choice(completion)
    finish, refusal = field_of(choice, "finish_reason"), _text(field_of(message, "refusal"))
    if refusal or str(finish).lower().startswith(FILTERED):
        return declined(refusal or "")
    text, limit = _text(field_of(message, "content")), probe.max_new_tokens + thinking
    thoughts = _thoughts(message)
    usage = _tokens(field_of(completion, "usage"))
    if not text and (thoughts or _finished(finish) is False):
        return _without_answer(thoughts, limit, thinking, usage)
    if finish == "error" and field_of(choice, "error") is not None:
        return _error(choice)
    if text is None or finish == "error":
        return Failure(f"the message holds no text (finish reason: {finish})", again=finish == "error")
    # What is written first by a model that thinks is no answer.
    thinks = thoughts or thinking or text.startswith(tuple(TAGS))
    scores = None if thinks else read_scores(field_of(choice, "logprobs"), probe.options, tokens)
    logprobs, scored_by = scores or (None, None)
    text, finished = _bounded(text, limit, finished=_finished(finish))
    return Reply(text, logprobs, finished=finished, tokens=usage, scored_by=scored_by)


def told_of_itself(completion: Any) -> tuple[str, str]:
    """The model's name and the system's fingerprint, as the server reports them; empty where it does not."""
    model, fingerprint = (field_of(completion, name) for name in ("model", "system_fingerprint"))
    return _name(model), _name(fingerprint)


def declined(said: str = "") -> Reply:
    """The reply that a provider declares to be a refusal, with its own words; a fragment that it cut off is left out."""
    return Reply(f"{DECLINED} {said.strip()[:1000]}".strip(), finished=True)


def _without_choice(completion: Any) -> Failure:
    """What holds no answer is an error, whatever the status says, or no completion at all."""
    said = (field_of(completion, name) for name in ("message", "detail", "msg", "error_msg"))
    if field_of(completion, "error") is not None or any(isinstance(one, str | list) for one in said):
        return _error(completion)
    if field_of(completion, "object") == "chat.completion.chunk":
        return ONLY_STREAMS
    shown = _beginning(json.dumps(completion, ensure_ascii=False))
    return Failure(f"the answer holds no choice with a message: {shown}", again=True, permanent=True)


def _error(body: Any) -> Failure:
    """The error in a good response, by the HTTP code in it, if there is one."""
    parts = (field_of(body, "error"), body)
    codes = (field_of(part, name) for part in parts for name in ("code", "status", "status_code"))
    return error_failure(next(filter(None, map(_status, codes)), None), body)


def _status(code: Any) -> int | None:
    """An HTTP code, as a number or in digits."""
    number = int(code) if isinstance(code, str) and code.isascii() and code.isdecimal() and len(code) == 3 else code
    return number if type(number) is int and 400 <= number < 600 else None


def _text(content: Any) -> str | None:
    """The text of a message, which some servers send in parts."""
    if isinstance(content, str):
        return plain(content).strip()
    if not isinstance(content, list):
        return None
    parts = [field_of(part, "text") for part in content]
    return plain("".join(part for part in parts if isinstance(part, str))).strip()


def _bounded(text: str, limit: int, *, finished: bool | None) -> tuple[str, bool | None]:
    """The text as far as so many tokens can reach, and whether it ended by itself."""
    most = CHARACTERS_PER_TOKEN * max(1, limit)
    return (text, finished) if len(text) <= most else (text[:most], False)


def _thoughts(message: Any) -> str:
    """What a message holds beside its answer, as text or in parts."""
    content = field_of(message, "content")
    among = [part for part in content if field_of(part, "type") == "thinking"] if isinstance(content, list) else []
    return next(filter(None, map(_words, [*(field_of(message, name) for name in THOUGHTS), among])), "")


def _words(thoughts: Any) -> str:
    parts = thoughts if isinstance(thoughts, list) else [thoughts]
    named = [field_of(part, name) for part in parts for name in ("text", "thinking", "summary")]
    inner = [field_of(part, "text") for value in named if isinstance(value, list) for part in value]
    return plain("\n".join(part for part in (*parts, *named, *inner) if isinstance(part, str))).strip()


def _beginning(body: bytes | str) -> str:
    """Of what cannot be read, enough to recognise it."""
    text = body[: 4 * SHOWN].decode("utf-8", "replace") if isinstance(body, bytes) else body
    return plain(text).strip()[:SHOWN]


def _without_answer(thoughts: str, limit: int, thinking: int, usage: Tokens | None) -> Reply | Failure:
    """Nothing stands where the answer should: all is thoughts, whether they can be seen or not, and why ever they ended."""
    if thinking:
        # An open block of thoughts is read as a local model's would be: no answer came after it.
        text, _ = _bounded(f"<think>{thoughts}", limit, finished=False)
        return Reply(text, finished=False, tokens=usage)
    if thoughts:
        return Failure(f"{ONLY_THOUGHTS}{NO_ROOM}", again=False)
    return Failure(f"no answer began within {limit} tokens; {NO_ROOM}", again=False)


def _tokens(usage: Any) -> Tokens | None:
    """What the server counted, if it did."""
    read, written = (field_of(usage, name) for name in ("prompt_tokens", "completion_tokens"))
    counts = [count for count in (read, written) if type(count) is int and 0 <= count < MAX_TOKENS]
    return Tokens(*counts) if len(counts) == 2 else None


def _finished(reason: Any) -> bool | None:
    named = reason.lower() if isinstance(reason, str) else ""
    return True if named in FINISHED else False if named in CUT else None


def _name(value: Any) -> str:
    return plain(value)[:200] if isinstance(value, str) else ""
