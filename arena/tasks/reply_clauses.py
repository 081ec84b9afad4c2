"""The clauses of a short reply, in the meanings of `arena.tasks.glossary`.

A colon between two clauses of known words makes them one: "Answer: B", "A: true".
"""

from arena.tasks.glossary import OTHER, meanings

Clause = tuple[str, ...]
"""Meanings of words, without punctuation."""
Sentence = tuple[Clause, ...]

_SENTENCE_ENDS = frozenset(".!?\n")
_BREAKS = frozenset(",;:()")
_CONNECTIVES = frozenset(("but", "so", "because", "instead", "except"))


def sentences(unwrapped: str) -> list[Sentence]:
    """The sentences of an unwrapped reply.

    Questions are left out; one that denies ("Is it wrong?") leaves doubt about the answer to it, "Or B?" about the one before.
    What stands under a condition is not known.
    """
    said: list[Sentence] = []
    words: list[str] = []
    for word in [*meanings(unwrapped), "\n"]:
        if word not in _SENTENCE_ENDS:
            words.append(word)
        elif words:
            clauses = _clauses(words)
            if word != "?":
                said.append(clauses)
            elif any(map(is_negative, clauses)) or words[0] == "or":
                said.append((("doubt",),))
            words = []
    return [sentence for sentence in said if sentence]


def is_known(clause: Clause) -> bool:
    """Whether the glossary has all its words."""
    return OTHER not in clause


def is_negative(clause: Clause) -> bool:
    """Whether it denies: "not right" and "wrong" do, "not wrong" does not."""
    return sum(word in ("not", "wrong", "instead", "except") for word in clause) % 2 == 1


def is_qualified(clause: Clause) -> bool:
    """Whether its "not" denies only a degree or an act of saying: "not only B", "not fully right", "I would not say B"."""
    return "not" in clause and not {"choose", "degree"}.isdisjoint(clause[clause.index("not") :])


def is_limit(clause: Clause) -> bool:
    """Whether it begins like an exception or an objection to what stood before it: "except for", "but", "only"."""
    return clause[0] in ("but", "instead", "except") or (clause[0] == "degree" and not is_known(clause))


def _clauses(words: list[str]) -> Sentence:
    """The clauses of one sentence. One that introduces words that are not known keeps its colon."""
    condition = (OTHER,) if "if" in words else ()
    clauses: list[list[str]] = []
    last_known = False
    for part in _split(words):
        known = is_known(part)
        if clauses and clauses[-1] == ["not", ":"]:
            clauses[-1:] = [["not"], [*part]]
        elif clauses and clauses[-1][-1] == ":" and last_known and known:
            clauses[-1][-1:] = part
        else:
            clauses.append([*part])
        last_known = known
    return tuple((*clause, *condition) for clause in clauses)


def _split(words: list[str]) -> list[Clause]:
    parts: list[list[str]] = [[]]
    for word in words:
        if word == ":" and parts[-1]:
            parts[-1].append(word)
        if word in _BREAKS or word in _CONNECTIVES:
            parts.append([])
        if word not in _BREAKS:
            parts[-1].append(word)
    return [tuple(part) for part in parts if part]
