"""All strategies by their names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from arena.errors import StrategyError
from arena.strategies import blind, caption_only, examples, reminder, steer
from arena.strategies.base import Strategy
from arena.strategies.names import StrategyName, read_name, split_reference

Kind = Literal["prompt", "activation", "control"]
"""Whether other words are asked, activations are moved, or it only shows what can be had for nothing."""


@dataclass(frozen=True)
class Definition:
    """What the arena knows of a strategy before it is made."""

    form: str
    """How to write it."""
    summary: str
    """What it does, in a line."""
    kind: Kind
    make: Callable[[StrategyName, Path], Strategy]
    """From its name and the home of the arena, where what is fitted is kept. Raises StrategyError or SuiteError."""
    fitted: bool = False
    """Whether `arena calibrate` has to fit it to a model first."""


STRATEGIES: Mapping[str, Definition] = {
    reminder.NAME: Definition(reminder.NAME, reminder.SUMMARY, "prompt", lambda name, _: reminder.make(name)),
    examples.NAME: Definition(examples.FORM, examples.SUMMARY, "prompt", lambda name, _: examples.make(name)),
    steer.LAYER: Definition(steer.LAYER, steer.SUMMARIES[steer.LAYER], "activation", steer.make, fitted=True),
    steer.HEAD: Definition(steer.HEAD, steer.SUMMARIES[steer.HEAD], "activation", steer.make, fitted=True),
    steer.RANDOM: Definition(steer.RANDOM_FORM, steer.SUMMARIES[steer.RANDOM], "control", steer.make_random),
    blind.NAME: Definition(blind.NAME, blind.SUMMARY, "control", lambda name, _: blind.make(name)),
    caption_only.NAME: Definition(caption_only.NAME, caption_only.SUMMARY, "control", lambda name, _: caption_only.make(name)),
}


def strategy_named(text: str, home: Path) -> Strategy:
    """The strategy that people mean.

    Args:
        text: such as `reminder`, `examples:2` or `examples:2@./my-pairs`.
        home: of the arena.

    Raises:
        StrategyError: there is none of that name, or its argument means nothing.
        SuiteError: the folder that it names holds no pairs.
    """
    name = read_name(text)
    if name.base not in STRATEGIES:
        raise StrategyError(f"{text}: is no strategy; there are {', '.join(one.form for one in STRATEGIES.values())}")
    return STRATEGIES[name.base].make(name, home)


def split(reference: str) -> tuple[str, str]:
    """The model that a reference names, and the name of its strategy, which is empty where it has none.

    Raises:
        StrategyError: what follows its `+` is no strategy, and there is no folder of that name.
    """
    return split_reference(reference, STRATEGIES)
