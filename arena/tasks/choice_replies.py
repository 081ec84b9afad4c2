"""Which of two options a written reply decides for.

Every mention of an option ("B", "(b)", "option B", "the second caption", the caption itself) becomes a mark; then four rules:

1. options that are only weighed ("A or B"), asked about ("A?") or described ("image 1 shows a dog") do not count, and rejected
   ones ("not A", "A is wrong") are set aside;
2. a reply that declares exactly one option ("the answer is B", "B is correct", opens or closes with "B") decides for it;
3. a reply that declares none and mentions exactly one decides for that one;
4. everything else, and whatever is both rejected and declared, is undecided.

"A child is ..." is no mention: a lone letter or digit counts only between punctuation or telling words. The rules look a
few tokens to either side of a mark, so the time is linear in the length of the reply.
"""

import re

from arena.probes import Probe
from arena.tasks.folding import fold, without_thoughts
from arena.tasks.glossary import english_tokens

_MARKS = ("\ue000", "\ue001")
"""Private-use characters: `fold` removes them from replies, so only this module can have put them there."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NAMED = {"a": 0, "b": 1, "1": 0, "2": 1, "one": 0, "two": 1}
"""What names an option after a noun: "caption B", "image two"."""
_ORDINALS = {"first": 0, "1st": 0, "second": 1, "2nd": 1}
_NOUNS = _words("""
    caption captions option choice statement description sentence letter image images picture photo number scene drawing
""")
_LINKS = _words("""
    is are was be would must should does do did seems looks appears clearly definitely probably likely therefore also simply
    a an more most to better as : = - ( [ { > '
""")
"""What may stand between a mark and the word that declares or rejects it."""
_DECLARING = _words("""
    answer choose chose pick select selected prefer decision conclusion verdict with say describes matches fits
    true correct right best it's that's it that actually
""")
_CORRECTING = _words("no wait sorry actually correction")
_RIGHT = _words("correct true right best accurate answer match describes matches fits")
_REJECTING = _words("""
    not no cannot never neither nor than instead unlike except without
    wrong incorrect false inaccurate untrue exclude eliminate unable
""")
_REJECTING_AFTERWARDS = _words("not cannot never wrong incorrect false inaccurate untrue")
_JOINING = _words("or and nor versus vs / & |")
_DESCRIBING = _words("shows says states mentions depicts represents features has contains")
_CLAUSE_ENDS = _words(". , ; : ! ? 。 、 ؟ । so because but since while whereas therefore") | {"\n"}
_BEFORE = _NOUNS | _DECLARING | _JOINING | _REJECTING
_BEFORE |= _words("is be was by of so because but guess between either both only also while whereas in")
"""Words after which a lone letter or digit can be an option."""
_AFTER = _RIGHT | _REJECTING | _JOINING
_AFTER |= _words("""
    is are was were rather because since as shows says states does would seems looks appears for while but has can more only
    must could might depicts represents features contains
""")
"""Words before which it can be one."""
_BACK = 5
"""How many tokens a word may stand before a mark and still reject it."""


def letter_choice(text: str, probe: Probe) -> str | None:
    """The letter of the caption that a written reply decides for. Captions may be named by letter or ordinal, or repeated."""
    folded = _with_echoes_marked(without_thoughts(fold(text)), probe.captions)
    return _decided(_with_mentions_marked(english_tokens(folded), lone=("a", "b")), probe.options)


def number_choice(text: str, probe: Probe) -> str | None:
    """The number of the image that a written reply decides for. A repeated caption says nothing, and is left out."""
    folded = without_thoughts(fold(text))
    for caption in probe.captions:
        folded = without_caption(folded, caption)
    return _decided(_with_mentions_marked(english_tokens(folded), lone=("1", "2")), probe.options)


def without_caption(folded: str, caption: str) -> str:
    """A folded text without the captions that it repeats, whatever the punctuation between their words."""
    return _caption_pattern(caption).sub(" ", folded)


def _caption_pattern(caption: str) -> re.Pattern[str]:
    """Very short captions match nothing: they would be found in replies that do not repeat them."""
    words = re.findall(r"\w+", fold(caption))
    return re.compile(r"(?<!\w)" + r"[^\w]{1,3}".join(words) + r"(?!\w)" if len("".join(words)) > 5 else r"(?!)")


def _with_echoes_marked(folded: str, captions: tuple[str, ...]) -> str:
    """Repeated captions become marks; the longer caption first, since it may contain the other."""
    for side in sorted(range(len(captions)), key=lambda side: -len(captions[side])):
        folded = _caption_pattern(captions[side]).sub(f" {_MARKS[side]} ", folded)
    return folded


def _with_mentions_marked(tokens: list[str], lone: tuple[str, str]) -> list[str]:
    """The tokens with every mention of an option replaced by its mark, without articles and nouns that go with options.

    Empty if a label is given to the words of the other caption, because such a reply contradicts itself.
    """
    tokens = [word for word in tokens if word != "the"]
    marked: list[str] = []
    for index, word in enumerate(tokens):
        before = tokens[index - 1] if index else "\n"
        after = tokens[index + 1] if index + 1 < len(tokens) else "\n"
        if word in _MARKS:
            label = _label_before(marked)
            if label and label != word:
                return []
            marked += [] if label else [word]
        elif word in _ORDINALS and (after in _NOUNS or after == "one" or _is_punctuation(after)):
            marked.append(_MARKS[_ORDINALS[word]])
        elif word in _NAMED and _names_option(word, before, after, lone):
            marked.append(_MARKS[_NAMED[word]])
        elif word not in _NOUNS and not (word == "one" and before in _ORDINALS):
            marked.append(word)
    return marked


def _label_before(marked: list[str]) -> str | None:
    """The mark that the next word is labelled with, as in `B: ...` or `B) ...`."""
    tail = marked[-2:]
    if tail and tail[-1] in _MARKS:
        return tail[-1]
    return tail[0] if len(tail) == 2 and tail[0] in _MARKS and tail[1] in ":.)-" else None


def _names_option(word: str, before: str, after: str, lone: tuple[str, str]) -> bool:
    if before in _NOUNS:
        return word not in ("a", "b") or _closes(after)
    return word in lone and (_is_punctuation(before) or before in _BEFORE or before.endswith("ly")) and _closes(after)


def _closes(after: str) -> bool:
    return _is_punctuation(after) or after in _AFTER or after.endswith(("ly", "n't")) or after in _MARKS


def _is_punctuation(word: str) -> bool:
    return word == "\n" or not (word[0].isalnum() or word in _MARKS)


def _decided(tokens: list[str], options: tuple[str, ...]) -> str | None:
    """Rules 1 to 4 of the module, on marked tokens."""
    tokens = _without_questions(_without_weighed(tokens))
    words = [index for index, word in enumerate(tokens) if not _is_punctuation(word)]
    places = [index for index, word in enumerate(tokens) if word in _MARKS]
    rejected = {tokens[index] for index in places if _is_rejected(tokens, index)}
    standing = [index for index in places if not _is_rejected(tokens, index)]
    declared = {tokens[index] for index in standing if _is_declared(tokens, index)}
    declared |= {tokens[index] for index in standing if index == words[0] and _opens_reply(tokens, index)}
    declared |= {tokens[index] for index in standing if index == words[-1] and _closes_reply(tokens, index)}
    choice = declared or {tokens[index] for index in standing if not _is_described(tokens, index)}
    if len(choice) != 1 or choice & rejected:
        return None
    return options[_MARKS.index(choice.pop())]


def _without_weighed(tokens: list[str]) -> list[str]:
    """Without `A or B`, `1 and 2`, `(A)/(B)`: naming both decides nothing."""
    kept: list[str] = []
    for word in tokens:
        bare = [earlier for earlier in kept[-5:] if earlier not in "()[]"]
        if word in _MARKS and len(bare) >= 2 and bare[-1] in _JOINING and bare[-2] in _MARKS and bare[-2] != word:
            while kept.pop() not in _MARKS:
                pass
        else:
            kept.append(word)
    return kept


def _without_questions(tokens: list[str]) -> list[str]:
    kept: list[str] = []
    sentence: list[str] = []
    for word in tokens:
        sentence.append(word)
        if word in ("?", "؟"):
            sentence = []
        elif word in (".", "!", "。", "\n"):
            kept += sentence
            sentence = []
    return kept + sentence


def _is_described(tokens: list[str], index: int) -> bool:
    """Whether only what the option shows is told. A reply that is cut short may have told of the first and meant the second."""
    if index and tokens[index - 1] == "in":
        return True
    after = tokens[index + 1 : index + 3]
    return len(after) == 2 and after[0] in _DESCRIBING and not _is_punctuation(after[1])


def _is_rejected(tokens: list[str], index: int) -> bool:
    """Whether a word in the same clause takes the option back: `not A`, `cannot say that A`, `A is clearly wrong`."""
    for word in reversed(tokens[max(0, index - _BACK) : index]):
        if word in _CLAUSE_ENDS or word in _MARKS:
            break
        if word in _REJECTING or word.endswith("n't"):
            return True
    following = _next_word(tokens, index)
    return following in _REJECTING_AFTERWARDS or following.endswith("n't")


def _is_declared(tokens: list[str], index: int) -> bool:
    """Whether words beside it say that the option is the answer: `the answer is A`, `A is correct`, `no, A`."""
    corrected = index > 1 and tokens[index - 1] == "," and tokens[index - 2] in _CORRECTING
    if corrected or _next_word(tokens, index) in _RIGHT:
        return True
    position = index - 1
    while position >= max(0, index - _BACK) and tokens[position] in _LINKS:
        position -= 1
    return position >= 0 and tokens[position] in _DECLARING


def _next_word(tokens: list[str], index: int) -> str:
    """The first word after a mark that is no mere link; empty where the clause ends first."""
    for word in tokens[index + 1 : index + 1 + _BACK]:
        if word == "(" or (word not in _LINKS and word not in ")]}"):
            return word
    return ""


def _opens_reply(tokens: list[str], index: int) -> bool:
    """Whether the option, the first word of the reply, is set off by punctuation or a reason."""
    after = tokens[index + 1] if index + 1 < len(tokens) else "\n"
    if after in ("because", "since", "as"):
        return True
    spans_both = after == "-" and any(word in _MARKS for word in tokens[index + 2 : index + 3])
    return _is_punctuation(after) and after not in ",/" and not spans_both and not _is_listed(tokens, index)


def _closes_reply(tokens: list[str], index: int) -> bool:
    """Whether the option, the last word of the reply, is a sentence or line of its own."""
    start = index
    while start and tokens[start - 1] in "([{-'":
        start -= 1
    return (start == 0 or tokens[start - 1] in "\n.!?。") and not _is_listed(tokens, index)


def _is_listed(tokens: list[str], index: int) -> bool:
    """Whether the option is an item of a list of both, as in `A: ... B: ...`."""
    bullet = tokens[index + 1 : index + 2]
    others = (place for place, word in enumerate(tokens) if word in _MARKS and word != tokens[index])
    return any(
        bullet == tokens[place + 1 : place + 2] and (not place or _is_punctuation(tokens[place - 1])) for place in others
    )
