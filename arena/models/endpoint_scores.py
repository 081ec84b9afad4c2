"""Log-probabilities of the options of a probe, as a server gives them.

Servers of vLLM and SGLang say by which token an option is spelled (`/tokenize`), and vLLM gives the log-probabilities of the
tokens that are named (`logprob_token_ids`): vllm-project/vllm, entrypoints/serve/tokenize/protocol.py and
entrypoints/openai/chat_completion/protocol.py and serving.py; sgl-project/sglang, srt/entrypoints/openai/serving_tokenize.py.
Their sum over the spellings of an option is exact, whatever else is likely. Other servers give the likeliest tokens at best,
which tell only where every option is among them.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from arena.models.endpoint_json import field_of
from arena.probes import Scored

MAX_ID = 2**31
"""Above which a number is no token."""
LEAST = -9999.0
"""What some servers write for minus infinity."""
MOST = 1.0
"""More than any log-probability, so that what is above may be cut."""
MOST_TOGETHER = 1.01
"""Probability of the listed tokens together, rounding included; what claims more are no log-probabilities."""
MOST_TOKENS = 128
"""Tokens that vLLM takes in `logprob_token_ids`."""

_WORD_STARTS = " \n\t▁ĠĊ"
"""White space in tokens, as it is and as tokenizers write it."""

Tokens = tuple[frozenset[int], ...]
"""For each option of a probe the tokens that spell it."""
Scores = tuple[tuple[float, ...], Scored]


def spellings(option: str) -> list[str]:
    """What a first token may be that chooses an option: in small and large letters, and with a space before it."""
    words = {option} if len(option) == 1 else {option, option.lower(), option.capitalize()}
    return [space + word for word in sorted(words) for space in ("", " ")]


def tokenize_address(address: str) -> str:
    """Where a server that serves chats at `address` tells of its tokens, if it does: beside its `/v1`."""
    base, _, query = address.partition("?")
    root = base.removesuffix("/chat/completions").rstrip("/").removesuffix("/v1")
    return f"{root}/tokenize" + (f"?{query}" if query else "")


def single_token(answer: Any) -> int | None:
    """The one token that a text is, by the answer of `/tokenize`; None where it is several."""
    tokens = field_of(answer, "tokens")
    if not isinstance(tokens, list) or len(tokens) != 1 or type(tokens[0]) is not int or not 0 <= tokens[0] < MAX_ID:
        return None
    return tokens[0]


def option_tokens(options: Sequence[str], known: Mapping[str, int | None]) -> Tokens | None:
    """The tokens of each option, without those that spell another one too; None where an option has none of its own.

    Args:
        options: of a probe.
        known: spelling -> the one token that it is.
    """
    spelled = [{token for text in spellings(option) if (token := known.get(text)) is not None} for option in options]
    own = [ids.difference(*(other for other in spelled if other is not ids)) for ids in spelled]
    return tuple(map(frozenset, own)) if all(own) and sum(map(len, own)) <= MOST_TOKENS else None


def read_scores(given: Any, options: Sequence[str], tokens: Tokens | None) -> Scores | None:
    """Log-probabilities of the options as first token, each summed over its spellings, and how they were asked for.

    None where the server gives none for one of the options. Without named tokens also where the first token spells no option,
    since some servers then report those of other tokens (text-generation-inference, issue 1852).

    Args:
        given: `logprobs` of a choice.
        options: of the probe.
        tokens: of the options, where the server was asked for these.
    """
    positions = field_of(given, "content")
    if not options or not isinstance(positions, list) or not positions:
        return None
    listed = field_of(positions[0], "top_logprobs")
    first = [positions[0], *(listed if isinstance(listed, list) else ())]
    if sum(math.exp(value) for one in first[1:] if (value := _logprob(one)) is not None) > MOST_TOGETHER:
        return None
    by_token = {name: value for one in first if (name := _token_id(one)) is not None and (value := _logprob(one)) is not None}
    if tokens is not None and by_token:
        if all(ids <= by_token.keys() for ids in tokens):
            return tuple(_sum(by_token[token] for token in ids) for ids in tokens), "token_ids"
        groups = [[by_token[token] for token in ids if token in by_token] for ids in tokens]
        chosen = any(_token_id(positions[0]) in ids for ids in tokens)
    else:
        words = [{text.strip() for text in spellings(option)} for option in options]
        tops = first[1:]
        groups = [[value for one in tops if _spelled(one) in said and (value := _logprob(one)) is not None] for said in words]
        chosen = any(_spelled(positions[0]) in said for said in words)
    if not chosen or not all(groups):
        return None
    return tuple(map(_sum, groups)), "top_logprobs"


def _sum(logprobs: Iterable[float]) -> float:
    """Of probabilities, one at most; what underflows is the least that there is."""
    return min(0.0, math.log(sum(math.exp(value) for value in logprobs) or math.ulp(0.0)))


def _logprob(token: Any) -> float | None:
    value = field_of(token, "logprob")
    if type(value) not in (int, float) or (isinstance(value, float) and math.isnan(value)):
        return None
    return float(max(LEAST, min(value, MOST)))


def _token_id(token: Any) -> int | None:
    """Of a token that is named by its number: `token_id:32`."""
    text = field_of(token, "token")
    mark, _, number = text.partition(":") if isinstance(text, str) else ("", "", "")
    return int(number) if mark == "token_id" and number.isascii() and number.isdecimal() and len(number) < 11 else None


def _spelled(token: Any) -> str:
    text = field_of(token, "token")
    return text.strip(_WORD_STARTS) if isinstance(text, str) else ""
