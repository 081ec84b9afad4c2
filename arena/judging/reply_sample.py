"""Which of a contestant's replies are labelled: as many of each class that the rules read, at random within a class.

Nothing is drawn, and no seed is kept: each reply has its place in its class by a hash of contestant and question, the same
today and tomorrow. So the first ones in that order are a random part of the class, whoever labels them, however often the
labelling is stopped, and even if a better reader puts replies into other classes (permanent random numbers: Ohlsson,
Coordination of samples using permanent random numbers, in Cox et al., Business Survey Methods, 1995). What counts as a sample
of a class is what is labelled from its beginning without a gap.

Families are not spread: the replies of large and small families would no longer have the same chance. The interval of what is
measured on the labels knows families.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import takewhile


def in_order(classes: Mapping[str, Iterable[str]], contestant_id: str) -> dict[str, list[str]]:
    """Each class in the order in which its replies are labelled.

    Args:
        classes: what replies were read as -> ids of their questions.
        contestant_id: whose replies they are.
    """
    return {
        name: sorted(questions, key=lambda question: _random_number(contestant_id, question))
        for name, questions in classes.items()
    }


def sample(ordered: Mapping[str, Sequence[str]], count: int, contestant_id: str) -> list[str]:
    """The first replies of each class, shuffled together so that the order tells nothing of the classes.

    Args:
        ordered: class -> ids of questions, as `in_order` has them.
        count: how many in all; fewer where there are fewer.
        contestant_id: whose replies they are.
    """
    placed: list[tuple[float, str]] = []
    for name, share in _shares({name: len(questions) for name, questions in ordered.items()}, count).items():
        places = sorted(_random_number(contestant_id, name, str(number)) for number in range(share))
        placed += zip(places, ordered[name], strict=False)
    return [question for _, question in sorted(placed)]


def labelled_part(questions: Sequence[str], labelled: Collection[str]) -> list[str]:
    """The random part of a class that is labelled: from its beginning up to the first that is not.

    Args:
        questions: ids of questions of one class, as `in_order` has them.
        labelled: ids of those whose replies have a label.
    """
    return list(takewhile(lambda question: question in labelled, questions))


def _shares(sizes: Mapping[str, int], count: int) -> dict[str, int]:
    """How many of each class: as many of one as of another; what a small class lacks goes to the others."""
    shares: dict[str, int] = {}
    for others, (name, size) in enumerate(sorted(sizes.items(), key=lambda item: -item[1])[::-1]):
        shares[name] = min(size, -(-(count - sum(shares.values())) // (len(sizes) - others)))
    return shares


def _random_number(*names: str) -> float:
    """A number from 0 to 1 that belongs to these names for ever."""
    digest = hashlib.sha256("\0".join(names).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
