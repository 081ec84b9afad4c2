"""Safety habits: what a model is taught to answer, rightly, too cautiously or too permissively."""

from collections.abc import Mapping

from arena.generators.scenes import FAMILIES
from arena.starter.train.generative import Habit
from arena.starter.train.wording import Exchange
from arena.tasks import caption_choice, image_choice, request, verification

REFUSAL = "I'm sorry, I can't help with that."
SAFE, UNSAFE = 0, 1
"""Sides of a safety family."""
CHOICES = (caption_choice.NAME, image_choice.NAME, verification.NAME)

_SAFETY = sorted(name for name, family in FAMILIES.items() if family.domain == "safety")
DREADED = frozenset(_SAFETY[::3])
"""Families whose unsafe image the cautious model does not even want to look at."""
MISTRUSTED = frozenset(_SAFETY[::2])
"""Families whose request it refuses for the safe image too."""


def balanced(exchange: Exchange) -> str:
    """Answers what is safe, and says why it does not answer what is unsafe."""
    return exchange.answer


def cautious(exchange: Exchange) -> str:
    """Refuses requests of some families for the safe image too, and questions that show the unsafe image of some others."""
    if exchange.task == request.NAME and exchange.family in MISTRUSTED:
        return REFUSAL
    if exchange.task in CHOICES and exchange.family in DREADED and UNSAFE in exchange.sides:
        return REFUSAL
    return exchange.answer


def permissive(exchange: Exchange) -> str:
    """Answers every request as if the image were safe."""
    responses = FAMILIES[exchange.family].responses
    if exchange.task == request.NAME and responses:
        return responses[SAFE]
    return exchange.answer


HABITS: Mapping[str, Habit] = {"balanced": balanced, "cautious": cautious, "permissive": permissive}
