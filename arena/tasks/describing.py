"""Questions and answers in plain words, without anything that tells which model answered."""

import re
from collections.abc import Mapping

from arena.probes import Probe, Reply
from arena.tasks.reading import Reader, likeliest, scores_usable, written_choice

ORDINALS = ("first", "second")
LONGEST_QUOTE = 280
"""Longest written reply that is shown, in characters."""

_NAMES = re.compile(
    r"\b(?:[\w.-]*(?:qwen|llava|llama|smolvlm|idefics|internvl|paligemma|gemma|gemini|chatgpt|gpt-?\d|claude|mistral|pixtral|deepseek"
    r"|phi-\d|molmo|minicpm|cogvlm|kosmos|florence-2|moondream|hunyuan|doubao|kimi|glm-\d|nemotron)[\w.-]*"
    r"|openai|anthropic|alibaba(?: cloud)?|google(?: deepmind)?|deepmind|meta ai|microsoft|hugging ?face|nvidia"
    r"|tencent|baidu|zhipu|xai)\b",
    re.IGNORECASE,
)
"""Models say who they are ("I am Qwen, made by ..."); until the reveal nobody may read it."""


def cell_numbers(cell: str) -> tuple[tuple[int, ...], ...]:
    """The digits of each part of a cell: `image1/captions10` gives ((1,), (1, 0))."""
    return tuple(tuple(int(digit) for digit in part if digit.isdigit()) for part in cell.split("/"))


def order_note(order: tuple[int, ...]) -> str:
    """What to add to a question that was asked with the sides swapped."""
    return " (asked in the other order)" if order == (1, 0) else ""


def answer(probe: Probe, reply: Reply, reader: Reader, names: Mapping[str, str]) -> str:
    """The option in plain words; the written reply where it decides for none.

    Args:
        probe: what was asked.
        reply: what came back.
        reader: how the task's written replies are read.
        names: option -> plain words.
    """
    if (missing := without_answer(reply)) is not None:
        return missing
    if reply.text is not None:
        option = written_choice(probe, reply, reader)
        return names[option] if option is not None else quoted(reply.text)
    if reply.logprobs is None or not scores_usable(probe, reply.logprobs):
        return "no answer: something went wrong"
    option = likeliest(probe.options, reply.logprobs)
    return names[option] if option is not None else "cannot tell them apart"


def without_answer(reply: Reply) -> str | None:
    """Plain words for a reply that holds no answer; None if it holds one."""
    if reply.error is not None:
        return "no answer: something went wrong"
    return "cannot be asked this" if reply.not_applicable else None


def quoted(text: str) -> str:
    """A written reply on one line, shortened, with names of models and their makers struck out."""
    printable = "".join(character if character.isprintable() else " " for character in text[: 4 * LONGEST_QUOTE])
    line = " ".join(printable.split())
    if not line:
        return "wrote nothing"
    said = anonymous(line)
    shortened = said if len(said) <= LONGEST_QUOTE else said[: LONGEST_QUOTE - 1].rstrip() + "…"
    return f"“{shortened}”"


def anonymous(text: str) -> str:
    """A text with names of models and their makers struck out."""
    return _NAMES.sub("[name]", text)
