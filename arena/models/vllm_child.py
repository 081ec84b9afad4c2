"""Runs vLLM in a Python of its own, and speaks JSON lines: one request, one answer. Nothing of the arena is imported here.

The first line in says what to load, and the first line out that it is loaded, or why not. From then on each line in holds
chats, and each line out their replies. It ends when its input does.
"""

import base64
import io
import json
import os
import sys
from typing import Any

from PIL import Image
from vllm import LLM, SamplingParams  # pyright: ignore[reportMissingImports]

LIKELIEST = 20
"""Tokens whose log-probabilities are asked for where a version cannot name tokens."""


def main() -> None:
    """Load, then answer until there is nothing more to read."""
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what vLLM prints must not come between the answers
    wanted = json.loads(sys.stdin.readline())
    try:
        engine = LLM(wanted["folder"], limit_mm_per_prompt={"image": wanted["images"]}, **wanted["settings"])
    except Exception as error:  # noqa: BLE001 - whatever it says goes to the arena in one line
        print(json.dumps({"error": _line(error)}), file=lines, flush=True)
        return
    print(json.dumps({"ready": True}), file=lines, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(_replies(engine, asked["chats"], asked["template"])), file=lines, flush=True)


def _replies(engine: Any, chats: list[dict[str, Any]], template: dict[str, Any]) -> list[dict[str, Any]]:
    """All at once; where that fails, one by one, so that one question costs no other its answer."""
    try:
        return _answers(engine, chats, template)
    except Exception as error:  # noqa: BLE001 - whatever it says goes to the arena in one line
        if len(chats) == 1:
            return [{"error": _line(error)}]
    return [reply for chat in chats for reply in _replies(engine, [chat], template)]


def _answers(engine: Any, chats: list[dict[str, Any]], template: dict[str, Any]) -> list[dict[str, Any]]:
    outputs = engine.chat(
        [[_message(message) for message in chat["messages"]] for chat in chats],
        [_sampling(chat) for chat in chats],
        use_tqdm=False,
        chat_template_kwargs=template,
    )
    return [_reply(output, chat) for output, chat in zip(outputs, chats, strict=True)]


def _message(message: dict[str, Any]) -> dict[str, Any]:
    parts = [_image(part["image"]) if part["type"] == "image" else part for part in message["content"]]
    return {"role": message["role"], "content": parts}


def _image(data: str) -> dict[str, Any]:
    return {"type": "image_pil", "image_pil": Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")}


def _sampling(chat: dict[str, Any]) -> Any:
    plain = {"temperature": 0.0, "max_tokens": max(1, chat["max_tokens"])}
    if not chat["token_ids"]:
        return SamplingParams(**plain)
    try:
        return SamplingParams(**plain, logprob_token_ids=chat["token_ids"])
    except TypeError:  # a version that cannot name tokens
        return SamplingParams(**plain, logprobs=LIKELIEST)


def _reply(output: Any, chat: dict[str, Any]) -> dict[str, Any]:
    written = output.outputs[0]
    first = written.logprobs[0] if chat["token_ids"] and written.logprobs else {}
    return {
        "token_ids": list(written.token_ids) if chat["max_tokens"] else [],
        "finished": written.finish_reason == "stop",
        "read": len(output.prompt_token_ids),
        "logprobs": [[token, first[token].logprob] for token in chat["token_ids"] if token in first],
    }


def _line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:500]


if __name__ == "__main__":
    main()
