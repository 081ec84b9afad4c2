"""Shuffled labels, a control: what a model gains from them it has not learnt from the images."""

import random
from collections.abc import Sequence
from typing import Any


def shuffled_columns(columns: dict[str, list[Any]], families: Sequence[str], seed: int) -> dict[str, list[Any]]:
    """Replies that no longer depend on the image.

    Of two columns, a coin for each row says which reply is chosen. One column is dealt anew among the rows of each family, so
    that each family keeps its words.
    """
    dice = random.Random(seed)
    if len(columns) == 2:
        (first, ones), (second, others) = columns.items()
        swapped = [both if dice.random() < 0.5 else both[::-1] for both in zip(ones, others, strict=True)]
        return {first: [one for one, _ in swapped], second: [other for _, other in swapped]}
    ((name, texts),) = columns.items()
    dealt = list(texts)
    for family in dict.fromkeys(families):
        places = [place for place, own in enumerate(families) if own == family]
        for place, source in zip(places, dice.sample(places, len(places)), strict=True):
            dealt[place] = texts[source]
    return {name: dealt}
