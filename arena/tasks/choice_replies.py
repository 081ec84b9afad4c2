"""Which of two options a written reply decides for.

A clause of known words (`arena.tasks.glossary`) that names one option speaks for it or, if it denies, against it. A clause that
has other words, a condition or a "maybe" beside an option leaves it open; if it ends with an option ("A, I mean B"), it may
speak for it. Then three rules:

1. a reply decides for the option that it speaks for, and not against, if it does so first or last among all that names options;
2. a reply of known words that only speaks against one option decides for the other;
3. everything else is undecided: two options spoken for, second thoughts, lists that tell what each option shows.

So only short or clearly concluded replies are read. What is silent here can be asked again; a wrong guess cannot.
"""

import itertools
import re
from collections.abc import Mapping
from typing import NamedTuple

from arena.probes import Probe
from arena.tasks.answer_wrappers import unwrapped
from arena.tasks.caption_echoes import MARKS, with_echoes_marked
from arena.tasks.glossary import OTHER
from arena.tasks.reply_clauses import Clause, Sentence, is_known, is_limit, is_negative, is_qualified, sentences

_ARTICLE = re.compile(r"(?<=\w )(?<!(?i:option) )(?<!(?i:caption) )(?<!(?i:letter) )a(?!\w)")
"""The English article within a sentence; "A" as an option is mostly a capital."""
_LETTERS = {"a": MARKS[0], "b": MARKS[1]}
_NUMBERS = {"1": MARKS[0], "2": MARKS[1]}
_ORDINALS = {"first": MARKS[0], "second": MARKS[1]}
_NAMES = _LETTERS | _NUMBERS | {"one": MARKS[0], "two": MARKS[1]}
_NOUNS = ("caption", "image", "number", "answer")
_JUDGEMENTS = ("not", "wrong", "hedge", "right", "match")
"""What no description of an option begins with."""
_UNFINISHED = ("describe", "show", "is")
"""What no clause ends with that was not broken off."""
_BARE = frozenset(("the", *_NOUNS, ":", *MARKS))
"""What a clause consists of that names an option and says nothing of it."""


class _Mention(NamedTuple):
    """What one clause says of an option."""

    option: str
    stance: str
    """`for`, `against`, `open`; `label` before what it shows; where words that are not known may speak for it, `claim`, and
    `correction` if it stands at their end."""


def letter_choice(text: str, probe: Probe) -> str | None:
    """The letter of the caption that a written reply decides for. Captions may be named by letter or ordinal, or repeated."""
    said = with_echoes_marked(unwrapped(_ARTICLE.sub("an", text)), probe.captions)
    return _decided(said, probe, _LETTERS)


def number_choice(text: str, probe: Probe) -> str | None:
    """The number of the image that a written reply decides for. A repeated caption is no more than "the caption"."""
    said = with_echoes_marked(unwrapped(text), probe.captions).replace(MARKS[0], " caption ")
    return _decided(said, probe, _NUMBERS)


def _decided(said: str, probe: Probe, lone: Mapping[str, str]) -> str | None:
    """The option of rules 1 to 3 of the module."""
    reply = [_with_options_marked(sentence, lone) for sentence in sentences(said)]
    clauses = [clause for sentence in reply for clause in sentence]
    mentions = _settled([mention for sentence in reply for mention in _mentions(sentence)])
    if any(map(_is_doubt, clauses)) or any(map(_is_hedge, clauses[1:])) or _is_taken_back(reply):
        return None
    chosen = {mention.option for mention in mentions if mention.stance == "for"}
    rejected = {mention.option for mention in mentions if mention.stance == "against"}
    if not chosen and len(rejected) == 1 and _is_all_known(clauses):
        return probe.options[1 - MARKS.index(rejected.pop())]
    claimed = {mention.option for mention in mentions if mention.stance == "claim"} | _corrections(mentions)
    concluded = {mention.option for mention in mentions[:1] + mentions[-1:] if mention.stance == "for"}
    if len(chosen) == 1 and claimed <= chosen == concluded and not chosen & rejected:
        return probe.options[MARKS.index(chosen.pop())]
    return None


def _is_all_known(clauses: list[Clause]) -> bool:
    """Whether the glossary has all words, but for those of reasons."""
    return all(is_known(clause) or clause[0] == "because" for clause in clauses)


def _is_doubt(clause: Clause) -> bool:
    """Whether a clause unsettles all others: "or rather", "so is B", "it is not". A mere "no" does not."""
    if _names_option(clause):
        return "doubt" in clause or "also" in clause
    denied = is_known(clause) and is_negative(clause) and "hedge" not in clause and set(clause) != {"not"}
    return "doubt" in clause or denied


def _is_hedge(clause: Clause) -> bool:
    """Whether a clause that names no option leaves open what stood before it: "maybe"."""
    return is_known(clause) and "hedge" in clause and not _names_option(clause)


def _is_taken_back(reply: list[Sentence]) -> bool:
    """Whether an option is named, and then objected to, excepted or denied: "A, but the sofa is blue", "A, no", "A. No."."""
    named = False
    for sentence in reply:
        alone = True
        for clause in sentence:
            if _names_option(clause):
                named, alone = True, False
            elif is_limit(clause) and not alone:
                return True
        if named and set(sentence[-1]) == {"not"}:
            return True
    return False


def _names_option(clause: Clause) -> bool:
    return any(mark in clause for mark in MARKS)


def _settled(mentions: list[_Mention]) -> list[_Mention]:
    """Labels decide only where a reply begins with one, and does not go on to the other."""
    labels = {mention.option for mention in mentions if mention.stance == "label"}
    return [
        mention if mention.stance != "label" else _Mention(mention.option, "open" if index or len(labels) > 1 else "for")
        for index, mention in enumerate(mentions)
    ]


def _corrections(mentions: list[_Mention]) -> set[str]:
    """The options that may correct one that was spoken for before."""
    choices = [index for index, mention in enumerate(mentions) if mention.stance == "for"]
    return {mention.option for mention in mentions[min(choices, default=0) :] if mention.stance == "correction"}


def _mentions(sentence: Sentence) -> list[_Mention]:
    mentions: list[_Mention] = []
    clear = True
    for clause, following in itertools.zip_longest(sentence, sentence[1:]):
        options = [mark for mark in MARKS if mark in clause]
        stance = _stance(clause, clear) if len(options) == 1 else "open"
        if stance == "label" and following is not None and following[0] in _JUDGEMENTS:
            stance = "open"
        mentions += [_Mention(option, stance) for option in options]
        clear = clear and is_known(clause)
    return mentions


def _stance(clause: Clause, clear: bool) -> str:
    """What a clause says of its option; `clear` if all before it in its sentence is known."""
    if clause[0] == "or":
        return "correction"
    if not is_known(clause) or _leaves_open(clause):
        return "open" if is_negative(clause) else _stance_of_other_words(clause)
    if set(clause) <= {"because", *_BARE} and clause[0] == "because":
        return "open"
    if not set(clause) <= _BARE:
        return "against" if is_negative(clause) else "for"
    if ":" in clause or len([word for word in clause if word in MARKS]) > 1:
        return "open" if "image" in clause else "label"
    return "for" if clear else "correction"


def _stance_of_other_words(clause: Clause) -> str:
    """What a clause may say of its option that is not understood, or not certain."""
    if "hedge" not in clause and ("right" in clause or "match" in clause):
        return "claim"
    last = [word for word in clause if word not in ("be", "is")][-1]
    return "correction" if last in MARKS and clause[0] != "because" and not {"but", "hedge"} <= set(clause) else "open"


def _leaves_open(clause: Clause) -> bool:
    """Whether a clause of known words says nothing for certain of its option: "maybe A", "A or"."""
    words = set(clause)
    unsettled = "or" in clause[1:] or words >= {"right", "wrong"} or not words.isdisjoint(("hedge", "unable", "nothing"))
    return unsettled or is_qualified(clause) or clause[-1] in _UNFINISHED


def _with_options_marked(sentence: Sentence, lone: Mapping[str, str]) -> Sentence:
    if len(sentence) > 1 and sentence[0] in (("first",), ("second",)):
        return _with_options_marked(sentence[1:], lone)
    return tuple(tuple(_marked(clause, index, lone) for index in range(len(clause))) for clause in sentence)


def _marked(clause: Clause, index: int, lone: Mapping[str, str]) -> str:
    """A word of a clause, or the mark of the option that it names there."""
    word = clause[index]
    before = clause[index - 1] if index else ""
    after = clause[index + 1 : index + 3]
    if word in _ORDINALS:
        return _ORDINALS[word]
    if word not in _NAMES:
        return OTHER if word.isdecimal() else word
    if word not in lone:
        named = before in _NOUNS
        return _NAMES[word] if named else "word" if word == "one" else "the" if word == "a" else OTHER
    if before in _NOUNS:
        return lone[word]
    if word == "a" and clause != ("a", "b") and _is_article(after):
        return "the"
    return OTHER if word in _NUMBERS and after[:1] == ("image",) else lone[word]


def _is_article(after: Clause) -> bool:
    """Whether "A" with these words after it is no option: "A lamp", "A resposta", "é a B"."""
    nouns = (*_NOUNS, *_ORDINALS, OTHER, "b")
    return after[:1] != () and (after[0] in nouns or (after[0] in ("right", "wrong") and after[1:] != () and after[1] in nouns))
