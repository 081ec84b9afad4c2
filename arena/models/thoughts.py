"""Thoughts before an answer: what a chat template knows of them.

It is found by rendering the template, with each switch on and off, and with thoughts in an earlier turn of the model.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

THINKING = 2048
"""Tokens for the thoughts of a model whose template always opens them, where no option gives others.

It is what is advised for endpoints, and 64 times what a choice has: each of them costs as much as one of an answer.
"""
TAGS = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",
    "<reasoning>": "</reasoning>",
    "<seed:think>": "</seed:think>",
    "[THINK]": "[/THINK]",
    "◁think▷": "◁/think▷",
    "<|START_THINKING|>": "<|END_THINKING|>",
    "<|channel>": "<channel|>",
    "<|channel|>analysis": "<|channel|>final<|message|>",
    "Here are my reasoning steps:": "[BEGIN FINAL RESPONSE]",
}
"""What opens thoughts and what closes them, in Qwen and GLM, Seed, Mistral, Kimi-VL, Cohere, Gemma 4, Harmony and Apriel."""
SWITCHES: dict[str, tuple[Any, Any]] = {
    "enable_thinking": (False, True),
    "thinking": (False, True),
    "reasoning_effort": ("none", "high"),
}
"""Variables of templates that switch thoughts: off and on."""
UNKNOWN_EFFORT = "no such effort"
"""A template that takes this as well only repeats what it is given."""
PROMPT, WORDS, THOUGHT, FOLLOWING = "Which is it?", "The first one.", "Both are alike.", "Are you sure?"
SPECIAL = dict.fromkeys(("bos_token", "eos_token", "pad_token", "unk_token"), "")
TEMPLATES = ("chat_template.jinja", "chat_template.json", "processor_config.json", "tokenizer_config.json")
"""Files that may hold a template, in the order in which loading looks for it."""


@dataclass(frozen=True)
class Thoughts:
    """What a chat template knows of thoughts."""

    quiet: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Arguments that switch them off."""
    aloud: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Arguments that switch them on."""
    opening: str = ""
    """The tag that the prompt leaves open where they are on; empty where the model writes it itself."""
    always: bool = False
    """The prompt opens them, or asks for them, even where they are off."""
    known: bool = False
    """Whether the template knows of any."""


@cache
def read_thoughts(template: str) -> Thoughts:
    """What a chat template knows of thoughts; of one that cannot be rendered, nothing."""
    names = [name for name in SWITCHES if _switches(template, name)]
    quiet = {name: SWITCHES[name][0] for name in names}
    aloud = {name: SWITCHES[name][1] for name in names}
    silent, spoken = (_rendered(template, [_user(PROMPT)], switches) for switches in (quiet, aloud))
    always = bool(_open_tag(silent)) or any(tag in silent.partition(PROMPT)[0] for tag in TAGS)
    return Thoughts(quiet, aloud, _open_tag(spoken), always, always or bool(names) or _remembers(template))


def template_in(folder: Path) -> str:
    """The chat template in the folder of a processor, wherever it is kept; empty where there is none by default."""
    for name in TEMPLATES:
        if name.endswith(".jinja") and (folder / name).exists():
            return (folder / name).read_text(encoding="utf-8")
        template = _json(folder / name).get("chat_template")
        if isinstance(template, list):
            template = {one["name"]: one["template"] for one in template}
        if isinstance(template, dict):
            template = template.get("default")
        if isinstance(template, str):
            return template
    return ""


def added_tags(folder: Path) -> bool:
    """Whether a tokenizer has tags of thoughts as tokens: its model may write them, whatever the template says."""
    tokens = _json(folder / "tokenizer.json").get("added_tokens", [])
    tokens += _json(folder / "tokenizer_config.json").get("added_tokens_decoder", {}).values()
    words = {token["content"] for token in tokens} | _json(folder / "added_tokens.json").keys()
    return any(opening in words and closing in words for opening, closing in TAGS.items())


def _json(file: Path) -> dict[str, Any]:
    """What a file holds; nothing where it is not there or broken, which loading tells better."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _switches(template: str, name: str) -> bool:
    """Whether a variable of the template makes a difference, other than that the template repeats it."""
    off, on, repeated = (_rendered(template, [_user(PROMPT)], {name: value}) for value in (*SWITCHES[name], UNKNOWN_EFFORT))
    if not off or not on or off == on:
        return False
    return off != repeated.replace(UNKNOWN_EFFORT, str(SWITCHES[name][0]))


def _remembers(template: str) -> bool:
    """Whether thoughts of the model are written as such, or left out of an earlier turn."""
    turn = _model(WORDS)
    if THOUGHT in _rendered(template, [_user(PROMPT), turn | {"reasoning_content": THOUGHT}], {}, opened=False):
        return True
    chats = [
        [_user(PROMPT), _model(opening + THOUGHT + closing + WORDS), _user(FOLLOWING)] for opening, closing in TAGS.items()
    ]
    return any(WORDS in text and THOUGHT not in text for text in (_rendered(template, chat, {}) for chat in chats))


def _open_tag(prompt: str) -> str:
    """The tag after the question that is left open; empty where there is none."""
    after = prompt.rpartition(PROMPT)[2]
    return next((opening for opening, closing in TAGS.items() if after.rfind(opening) > after.rfind(closing)), "")


def _user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "text", "text": text}]}


def _model(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": [{"type": "text", "text": text}]}


def _rendered(template: str, chat: list[dict[str, Any]], switches: Mapping[str, Any], *, opened: bool = True) -> str:
    """The chat as the template writes it; empty where it cannot be rendered."""
    # Imported here because it takes seconds, and who only compares models needs none of it.
    from transformers.utils.chat_template_utils import render_jinja_template  # noqa: PLC0415

    try:
        variables: dict[str, Any] = {**SPECIAL, **switches}
        (text,), _ = render_jinja_template([chat], chat_template=template, add_generation_prompt=opened, **variables)
    except MemoryError:  # of a template that writes without end
        raise
    except Exception:  # noqa: BLE001 - templates raise what they like
        return ""
    return text
