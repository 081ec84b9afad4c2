"""Whether a written reply says yes or no to "Does this caption describe the image?".

Evidence is a "yes" or "no" that opens a sentence or is announced ("the answer is no"), in any of about thirty languages, and
statements such as "it does not match". If all evidence points one way, that is the answer; "Yes, it does not" is none.
Questions ("Yes or no?") and repetitions of the caption, which may say "no helmet", are no evidence.
"""

import re

from arena.probes import Probe
from arena.tasks import refusals
from arena.tasks.choice_replies import without_caption
from arena.tasks.folding import fold, without_thoughts

_YES_WORDS = (
    "yes yeah yep yup true correct affirmative absolutely certainly indeed oui si sí sì sim ja jawohl da да так tak "
    "ano igen ναι evet doğru נכון כן نعم بله آره हाँ हां जी হ্যাঁ জি ya iya vâng đúng có ใช่ ใช่ครับ ใช่ค่ะ 是 是的 对 對 "
    "正确 はい ええ 네 예 맞습니다 ndiyo ndio"
)
_NO_WORDS = (
    "no nope nah false incorrect wrong negative non nein não nee nej nie нет ні ne όχι hayır לא لا کلا نه خیر नहीं না "
    "tidak bukan không sai ไม่ ไม่ใช่ ไม่ใช่ครับ ไม่ใช่ค่ะ 不 不是 不是的 否 不对 不對 いいえ いや 아니요 아니오 아뇨 hapana"
)
_SPACE_MAY_FOLLOW = ("yes", "oui", "evet", "ใช่", "ไม่ใช่", "はい", "いいえ", "네", "예", "아니요", "हाँ", "नहीं")
"""Words that can only be a verdict, whatever comes next; after the others, "no helmet is visible" must not read as "no"."""

_VERDICTS = {fold(word): verdict for words, verdict in ((_YES_WORDS, "yes"), (_NO_WORDS, "no")) for word in words.split()}
_LONGEST_FIRST = "|".join(sorted(map(re.escape, _VERDICTS), key=len, reverse=True))
_SET_OFF = (
    r"\W*$|\s*[.,;:!)\]}\"'*。、،]|\s*[-–—](?!\w)|\s+(?:it|this|that|these|the (?:caption|image|picture|description))(?!\w)"
)
_OPENING = re.compile(
    r"[\W_]*?(?:(?:actually|wait|sorry|so|well|hence|therefore|thus)\W+)?"
    rf"(?P<word>{_LONGEST_FIRST})(?=(?P<set_off>{_SET_OFF})|\s|$)"
)
_ANNOUNCED = re.compile(
    r"(?:answer|boxed|result|verdict|réponse|respuesta|resposta|antwort|risposta|antwoord|odpowiedź|ответ|відповідь|cevap|yanıt"
    r"|jawaban(?:nya)?|jibu|答案|答え|回答|정답|답|الجواب|الاجابة|پاسخ|उत्तर)"
    rf"[\W_]{{0,6}}(?:is|est|es|ist|è|é|是|は|은|:)?[\W_]{{0,6}}(?P<word>{_LONGEST_FIRST})(?!\w)"
)
_CONCLUDING = re.compile(
    rf"(?<!\w)(?:so|thus|hence|therefore|say|sorry|unfortunately|hmm|then),? (?P<word>{_LONGEST_FIRST})(?!\w)\W{{0,5}}$"
)
_NEGATION = re.compile(r"n't|(?<!\w)not(?!\w)")
_BOTH = re.compile(r"(?<!\w)(?:yes\s{0,2}(?:or|and|/)\s{0,2}no|no\s{0,2}(?:or|and|/)\s{0,2}yes)(?!\w)")
_HEDGED = re.compile(
    r"(?<!\w)(?:if|whether|not sure|unsure|unclear|might|may|could|maybe|perhaps|hard to|can't|cannot|unable|impossible)(?!\w)"
)
_A_MATCH = r"an? (?:\w+ )?(?:match|description)"
_DENIED = re.compile(
    r"(?:n't|(?<!\w)not)(?: \w+ly)? (?:describ|match|fit|depict|represent|correspond|reflect|correct|accurate|true|right|align"
    rf"|show|think|believe|{_A_MATCH})|(?<!\w)(?:incorrect|inaccurate|untrue|false|mismatch|wrong)(?!\w)"
    r"|(?:it|caption|this) (?:doesn't|does not|isn't|is not)$"
)
_CONFIRMED = re.compile(
    r"(?:it|this|that|caption|description|sentence|statement)(?: \w+ly)? (?:"
    r"describes|matches|fits|depicts|reflects|represents|corresponds|aligns"
    rf"|is(?: \w+ly)? (?:correct|accurate|true|right|{_A_MATCH}))|(?:it|that)'s (?:correct|accurate|true|right)|(?<!\w)it does$"
)
_UNIT_ENDS = re.compile(r"([!?\n。؟]|\.(?=\s|$))")


def yes_or_no(text: str, probe: Probe) -> str | None:
    """`yes` or `no`, whichever a written reply says; None for neither, both, or "No, I can't help with that"."""
    folded = without_thoughts(fold(text))
    for caption in probe.captions:
        folded = without_caption(folded, caption)
    folded = _BOTH.sub(" ", re.sub(r"[*_`#$\\]|</?[a-z]{1,12}>", " ", folded))
    verdicts = {_VERDICTS[found["word"]] for found in _ANNOUNCED.finditer(folded)}
    for unit in _units(folded):
        verdicts |= _evidence(unit)
    if len(verdicts) != 1:
        return None
    verdict = verdicts.pop()
    return None if verdict == "no" and refusals.is_refusal(text) else verdict


def _units(folded: str) -> list[str]:
    """Sentences and lines, without the questions."""
    parts = _UNIT_ENDS.split(folded)
    return [" ".join(unit.split()) for unit, end in zip(parts[::2], [*parts[1::2], ""], strict=True) if end not in ("?", "؟")]


def _evidence(unit: str) -> set[str]:
    """What one sentence says: its opening word, and its statement about the caption."""
    said = set()
    opening = _OPENING.match(unit)
    if opening and (opening["set_off"] is not None or opening["word"] in _SPACE_MAY_FOLLOW):
        said.add(_VERDICTS[opening["word"]])
    if concluding := _CONCLUDING.search(unit):
        said.add(_VERDICTS[concluding["word"]])
    if not _HEDGED.search(unit) and len(_NEGATION.findall(unit)) < 2:
        if _DENIED.search(unit):
            said.add("no")
        elif _CONFIRMED.search(unit):
            said.add("yes")
    return said
