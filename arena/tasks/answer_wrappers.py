"""What a reply says without what it is wrapped in: thoughts, markup, code fences, JSON, tags, boxes.

All readers of short replies unwrap in this one way. Where a reply sets its answer apart, as in a box, only that is left.
"""

import re

from arena.tasks.folding import fold, without_thoughts

_SPECIAL_TOKEN = re.compile(r"<\|[^<>|]{1,40}\|>|</?s>")
_BOX = re.compile(r"<\|begin_of_box\|>(.*?)(?:<\|end_of_box\|>|$)", re.DOTALL)
_TEXT_COMMAND = re.compile(r"\\(?:text|textbf|mathbf|mathrm)\s?\{([^{}]*)\}")
_BOXED = re.compile(r"\\boxed\s?\{([^{}]*)\}")
_ANSWER_TAG = re.compile(r"<(answer|conclusion|final_answer|output)>(.*?)</\1>", re.DOTALL)
_FIELD_NAMES = "answer|choice|option|image|caption|verdict|result|label|match|matches|correct|accurate|valid|true"
_FIELD = re.compile(rf"[\"'](?:final[_ ]|is[_ ])?(?:{_FIELD_NAMES})[\"']\s*:\s*[\"']?([^\"',}}\n]{{1,300}})")
_VERDICT = re.compile(r"[\"']\s*:\s*[\"']?(?:true|false|yes|no)[\"']?\s*[,}\n]")
"""A field that says yes or no; of one whose name is not known, nobody knows to what."""
_FENCE = re.compile(r"'''(?:json|xml|text|markdown)?(?=\s|$)")
"""Of three back ticks, which are apostrophes after folding."""
_OBJECT = re.compile(r"\s*\{[^{}]*\}\s*")
_TAG = re.compile(r"</?[a-z_]{1,20}>")
_STRUCK = re.compile(r"~~[^~]*~~")
_DENIALS = (re.compile(r"^!\s|(?<!\S)!(?=\w)|!=|≠|¬"), " is not "), (re.compile(r"~(?=\w)"), " maybe ")
"""Signs of logic and of programs that deny what follows; a tilde may deny it, or say "about"."""
_MARKUP = re.compile(r"[*_#$\\|\ufe0f]|^\s*>|(?<!\s)>|<(?!\s)|^\s*[-•]\s", re.MULTILINE)
_BRACKETED = re.compile(r"[(\[{]\s*([^\s()\[\]{}]{1,12})\s*[)\]}]")
_BRACKETS = str.maketrans("[]{}", "()()")


def unwrapped(text: str) -> str:
    """The folded words of a reply that answer; several answers that are set apart, a line each."""
    said = _TEXT_COMMAND.sub(r"\1", _FENCE.sub("", without_thoughts(fold(text))))
    for wrapper in (_BOX, _BOXED, _ANSWER_TAG):
        contents = [wrapped[wrapped.lastindex or 0] for wrapped in wrapper.finditer(said)]
        if contents:
            said = "\n".join(contents)
    said = _TAG.sub(" ", _SPECIAL_TOKEN.sub(" ", _STRUCK.sub(" ", _field(said))))
    for sign, words in _DENIALS:
        said = sign.sub(words, said)
    said = _MARKUP.sub(" ", said)
    return _BRACKETED.sub(r" \1 ", said).translate(_BRACKETS).strip()


def _field(said: str) -> str:
    """The answer of a reply that is one JSON object; other replies as they are.

    Nothing is left if a field of another name says yes or no.
    """
    if not _OBJECT.fullmatch(said):
        return said
    return "" if _VERDICT.search(_FIELD.sub("", said)) else "\n".join(_FIELD.findall(said))
