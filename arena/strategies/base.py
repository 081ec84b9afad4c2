"""What a strategy promises, and how a model under one becomes a contestant of its own."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Protocol, runtime_checkable

from arena.contestants import STRATEGY, Contestant
from arena.errors import StrategyError
from arena.models import Entry, Model
from arena.strategies.folds import Training

Setting = str | int | float
Tell = Callable[[str], None]
"""Takes one line for people."""


class Strategy(Protocol):
    """One way to change what a model is asked, or how it reads that, without another weight.

    Questions and their keys stay as they are: it is the contestant that differs.
    """

    @property
    def name(self) -> str:
        """As people write it behind a model's `+`, such as `examples:2`."""
        ...

    @property
    def training(self) -> Training | None:
        """Pairs that it learns from; None where it learns from none."""
        ...

    def settings(self, entry: Entry) -> Mapping[str, Setting]:
        """What answers depend on beside the model and the name: versions of words, hashes of what it has learnt from.

        Raises:
            StrategyError: the model cannot be asked so, or nothing is fitted for it yet; the message says how to change that.
        """
        ...

    def load(self, entry: Entry, contestant: Contestant) -> Model:
        """The model of `entry`, which answers under this strategy as `contestant`.

        `Probe.family` says where a question belongs: what is used for it must come from families of other folds alone
        (`arena.strategies.folds`). A question for which that cannot be is answered by an error.

        Raises:
            RepositoryError: the model cannot be loaded.
        """
        ...


@runtime_checkable
class FittedStrategy(Strategy, Protocol):
    """A strategy of which something has to be fitted to a model before that can be asked."""

    def check(self, entry: Entry) -> None:
        """Refuse a model, or a training, by what is known before the model is loaded.

        Raises:
            StrategyError: it cannot be fitted to this model.
        """
        ...

    def fit(self, entry: Entry, tell: Tell) -> None:
        """Fit it to the model of `entry`, once for each fold, and keep the result in the home of the arena.

        Args:
            entry: a model without a strategy.
            tell: told on what it is fitted, how far it is, and what came out.

        Raises:
            StrategyError: it cannot be fitted to this model.
        """
        ...


def entry_under(entry: Entry, strategy: Strategy) -> Entry:
    """The contestant that a model is under a strategy.

    Raises:
        StrategyError: the model cannot be asked so, or is under a strategy already.
    """
    contestant = entry.contestant
    if contestant.strategy:
        raise StrategyError(f"{contestant.reference}: has a strategy already; name the model without it")
    more = {f"{STRATEGY}_{name}": value for name, value in strategy.settings(entry).items()}
    under = replace(contestant, settings={**contestant.settings, STRATEGY: strategy.name, **more})
    return replace(entry, contestant=under, load=partial(strategy.load, entry, under))


def check_writes(entry: Entry, name: str) -> None:
    """Refuse a model that reads no prompt.

    Raises:
        StrategyError: it only compares.
    """
    if entry.kind != "generative":
        raise StrategyError(f"{entry.contestant.reference}+{name}: only compares, and reads no prompt; name one that writes")
