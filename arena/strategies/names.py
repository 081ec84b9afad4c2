"""How strategies are named: `reminder`, `examples:2`, `examples:2@./my-pairs`, and behind a model, `llava-small+reminder`."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from arena.errors import StrategyError

NONE = "none"
"""Stands for no strategy, where several are named."""
BLIND = "blind"
_PARTS = re.compile(r"(?P<base>[a-z][a-z-]*)(?::(?P<argument>[^@]+))?(?:@(?P<folder>.+))?")


@dataclass(frozen=True)
class StrategyName:
    """One name in its parts."""

    base: str
    argument: str = ""
    """What follows the colon."""
    folder: str = ""
    """Where the pairs lie that it learns from; empty for those that ship."""

    def __str__(self) -> str:
        """As contestants are called: of the folder only its name, as a hash tells which it was."""
        argument = f":{self.argument}" if self.argument else ""
        return f"{self.base}{argument}" + (f"@{Path(self.folder).expanduser().resolve().name}" if self.folder else "")


def read_name(text: str) -> StrategyName:
    """The parts of a name.

    Raises:
        StrategyError: it has not the form of one.
    """
    if not (parts := _PARTS.fullmatch(text)):
        raise StrategyError(f"{text!r}: is no name of a strategy; arena strategies lists them")
    return StrategyName(parts["base"], parts["argument"] or "", parts["folder"] or "")


def split_reference(reference: str, known: Collection[str]) -> tuple[str, str]:
    """A model and the name of its strategy, which is empty where it has none; `blind:M` is another way to write `M+blind`.

    A folder whose very name holds a `+` wins, and so does a model elsewhere whose name holds one.

    Args:
        reference: as people name a contestant.
        known: the names of all strategies, without arguments.

    Raises:
        StrategyError: what follows the last `+` is no strategy, and there is no folder of that name; or two are named.
    """
    model, strategy = _split_once(reference, known)
    if model != reference and _split_once(model, known)[0] != model:
        raise StrategyError(f"{reference}: names two strategies, and a model is under one at most; leave out one of them")
    return model, strategy


def _split_once(reference: str, known: Collection[str]) -> tuple[str, str]:
    if reference.startswith(f"{BLIND}:") and not reference.startswith(f"{BLIND}://"):
        return reference.removeprefix(f"{BLIND}:"), BLIND
    for plus in (place for place, character in enumerate(reference) if character == "+" and place):
        model, text = reference[:plus], reference[plus + 1 :]
        if re.split("[:@]", text, maxsplit=1)[0] in {*known, NONE} and not Path(reference).expanduser().exists():
            return model, "" if text == NONE else text
    model, plus, text = reference.rpartition("+")
    if plus and ":" not in model and _PARTS.fullmatch(text) and not Path(reference).expanduser().exists():
        raise StrategyError(f"{reference}: {text!r} is no strategy, and there is no such folder; arena strategies lists them")
    return reference, ""


def check_bare(name: StrategyName, *, folder: bool = False) -> None:
    """Refuse parts that mean nothing to a strategy.

    Args:
        name: as it was written.
        folder: whether it learns from pairs, and may name a folder of them.

    Raises:
        StrategyError: it has an argument, or a folder that it does not take.
    """
    if name.argument:
        raise StrategyError(f"{name}: {name.base} takes no argument; leave out :{name.argument}")
    if name.folder and not folder:
        raise StrategyError(f"{name}: {name.base} learns from no pairs; leave out @{name.folder}")
