"""The split of a data set: what may be trained on, and what is left for the test."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from arena.errors import TuningError
from arena.store import QuestionRecord
from arena.strategies.folds import FOLDS, fold_of

Grouping = Literal["family", "country"]
"""What stays together in one fold: a family, or, for *exclusive* data of CROSS, a country with all its families."""
GROUPINGS: tuple[Grouping, ...] = ("family", "country")


@dataclass(frozen=True)
class Split:
    """One fold is for the test, the others are for training."""

    test_fold: int
    """From 0 to `FOLDS` - 1."""
    grouping: Grouping = "family"

    def group(self, question: QuestionRecord) -> str:
        """What decides the fold of a question."""
        return question.family if self.grouping == "family" else question.slices["country"]

    def is_test(self, group: str) -> bool:
        """Whether a family, or a country, is left for the test."""
        return fold_of(group) == self.test_fold

    def training(self, questions: Sequence[QuestionRecord]) -> list[QuestionRecord]:
        """Those that may be trained on.

        A question stays out with its family if any question of the family is for the test, and if one of its pictures is shown
        in such a family.

        Args:
            questions: all of the suite.
        """
        tested = {question.family for question in questions if self.is_test(self.group(question))}
        seen = {picture.digest for question in questions if question.family in tested for picture in question.probe.images}
        return [
            question
            for question in questions
            if question.family not in tested and seen.isdisjoint(picture.digest for picture in question.probe.images)
        ]

    def check(self, group: str, name: str) -> None:
        """Refuse what is left for the test.

        Args:
            group: family or country.
            name: how the error calls the item or the row.

        Raises:
            TuningError: it is of the test fold.
        """
        if self.is_test(group):
            raise TuningError(
                f"{name}: {self.grouping} {group!r} is of fold {self.test_fold}, which is left for the test; take it out"
            )


def test_fold(text: str) -> int:
    """The number of a fold, as people write it.

    Raises:
        ValueError: there is no such fold.
    """
    if text not in map(str, range(FOLDS)):
        raise ValueError(f"{text!r} is no fold; give a number from 0 to {FOLDS - 1}")
    return int(text)
