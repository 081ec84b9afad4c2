"""How many pictures in one question an endpoint takes, found out by asking it, whatever words it refuses them in.

A refusal may be about these pictures, about pictures as such, or about nothing that was asked, such as an account without
credit. Questions with small pictures settle it: with as many as were refused, with fewer, with none. Fewer must be answered
now, as that they were before tells nothing of why more are refused. Three such questions are asked of an endpoint at most.
"""

import re

from arena.models.endpoint_failures import Failure

MOST_QUESTIONS = 3

_SPOKEN_OF = re.compile(r"image|picture|vision|multi-?modal|mmproj", re.IGNORECASE)


def speaks_of_pictures(reason: str) -> bool:
    """Whether the words of a failure have to do with pictures: a hint, and no more."""
    return _SPOKEN_OF.search(reason) is not None


def may_refuse_pictures(failure: Failure, *, last: bool = False) -> bool:
    """Whether a failure may be a refusal of pictures, so that it is worth finding out.

    Args:
        failure: of a question with pictures.
        last: whether the question is asked no more; a server error that has not passed may be one, too.
    """
    if failure.status is None or failure.status in (401, 402, 429) or 300 <= failure.status < 400 or failure.of_account:
        return False  # the server has not said no, or it has to nobody in particular
    if failure.status == 403 or failure.again:
        return speaks_of_pictures(failure.reason) or (last and failure.status == 500)
    return True


class PictureTest:
    """What is known of how many pictures an endpoint takes in one question, and what to ask next to know it."""

    def __init__(self) -> None:
        self.questions = 0
        """How many have been asked for nothing but this."""
        self._most_answered = 0
        """Pictures in a question of anybody that was answered."""
        self._taken: dict[int, bool] = {}
        """Small pictures in a question -> whether it was answered."""

    def answered(self, pictures: int) -> None:
        """A question with so many pictures was answered."""
        self._most_answered = max(self._most_answered, pictures)

    def tried(self, pictures: int, *, taken: bool) -> None:
        """A question with so many small pictures was asked, and answered or refused."""
        self._taken[pictures] = taken

    def next_question(self, pictures: int, failure: Failure) -> int | None:
        """With how many small pictures to ask, after one with so many was refused; None where nothing more is to be learnt.

        Args:
            pictures: that the refused question showed.
            failure: how it was refused. What may hold for every question is first asked without any picture.
        """
        if self._takes(pictures):
            return None
        for number in self._order(pictures, failure):
            if number not in self._taken:
                return number if self.questions < MOST_QUESTIONS else None
            if self._taken[number] == (number > 0):
                return None  # so many are taken, or not even a question in words
        return None

    def most(self, pictures: int) -> int | None:
        """The most pictures that it takes, after it refused a question with so many; None where that was for something else."""
        if self._takes(pictures):
            return None
        most = max((number for number, taken in self._taken.items() if taken and number < pictures), default=None)
        return None if most == 0 and 1 not in self._taken else most

    def _takes(self, pictures: int) -> bool:
        return self._most_answered >= pictures or any(taken and number >= pictures for number, taken in self._taken.items())

    @staticmethod
    def _order(pictures: int, failure: Failure) -> list[int]:
        some = [number for number in dict.fromkeys((pictures, 2, 1)) if number <= pictures]
        return [0, *some] if failure.permanent and not speaks_of_pictures(failure.reason) else [*some, 0]
