"""What follows the `?` of a model's name, joined by `&`: settings of the contestant that it names.

- `thinking=2048`: tokens that it may spend on thoughts before each answer; 0 says nothing.
- `turns=1`: it is never asked again after an answer.
- `images=1`: most images in one question; of endpoints alone, as the arena finds that out of other models.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from arena.errors import SettingsError

VALUES = {"images": r"\d{1,6}", "thinking": r"\d{1,6}", "turns": "[12]"}
EXAMPLES = {"images": "images=2", "thinking": "thinking=2048", "turns": "turns=1"}


@dataclass(frozen=True)
class LocalReference:
    """A model that is run here, and settings that its name asks for."""

    repository: str
    """A folder, or `organisation/name` or `organisation/name@commit` on the Hub."""
    options: str = ""
    """As they were written."""
    thinking: int | None = None
    """Tokens for thoughts; None where nothing is said."""
    turns: int = 2
    """Questions about one thing."""

    def of(self, repository: str) -> str:
        """A reference with the same options to a repository by another name, such as one with a commit."""
        return f"{repository}?{self.options}" if self.options else repository


def local_reference(reference: str) -> LocalReference:
    """What a reference to a folder or a Hub repository means. A folder of that very name wins.

    Raises:
        SettingsError: an option is unknown.
    """
    repository, _, text = reference.rpartition("?")
    if not repository or Path(reference).expanduser().exists():
        return LocalReference(reference)
    options = read_options(repository, text, ("thinking", "turns"))
    return LocalReference(repository, text, options.get("thinking") or None, options.get("turns", 2))


def read_options(name: str, text: str, known: Sequence[str]) -> dict[str, int]:
    """Option -> its number.

    Args:
        name: how the error calls the model.
        text: what follows the `?`.
        known: the options that there are.

    Raises:
        SettingsError: one is unknown, or has another value.
    """
    options = {}
    for part in text.split("&") if text else []:
        option, _, value = part.partition("=")
        if option not in known or not re.fullmatch(VALUES[option], value):
            *others, last = (EXAMPLES[one] for one in known)
            raise SettingsError(f"{name}: the option {part!r} is unknown; use {', '.join(others)} or {last}")
        options[option] = int(value)
    return options
