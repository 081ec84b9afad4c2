"""Sentences that a benchmark keeps in its Python: prompts, endings of questions, lists of words.

They are others' and do not ship. Where the user has the published file beside the data, they are taken from its syntax tree;
nothing in it is run. Where not, the arena asks in words of its own, under a template of their own, and says so.
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arena.errors import SuiteError
from arena.metrics import Metric

LARGEST = 2**20
"""Bytes of a file that is read; the published ones have a few thousand."""
OWN_WORDING = Metric("own_wording_rate", "Asked in the arena's own words, not in the published ones", "none")
"""Of questions whose `gold["wording"]` is `own`. It stands beside the numbers that do not compare with published ones."""


@dataclass(frozen=True)
class PythonFile:
    """One file of a published repository."""

    places: tuple[str, ...]
    """Where it may lie in the folder of the benchmark; the first is where it is published."""
    repository: str
    """Address of the repository."""

    def read(self, folder: Path) -> "Source | None":
        """Its source from the folder of the benchmark; None where it is not there.

        Raises:
            SuiteError: it cannot be read, or is not Python.
        """
        for place in self.places:
            if (folder / place).is_file():
                return Source(folder / place, _tree(folder / place, self.how))
        return None

    @property
    def how(self) -> str:
        """How to get it."""
        return f"take {self.places[0]} from {self.repository}"

    def own_wording_note(self, folder: Path, what: str) -> str:
        """The note that the arena asks in its own words: what of them, and how to have the published ones."""
        return (
            f"own wording: {what}, as {folder} has no {self.places[0]}; the numbers do not compare with published ones"
            f" ({self.how} and put it there)"
        )


@dataclass(frozen=True)
class Source:
    """The syntax tree of a file."""

    path: Path
    tree: ast.Module

    def text(self, name: str) -> str:
        """The text that the file gives to a name at its top level.

        Raises:
            SuiteError: it gives none.
        """
        text = self._value(name)
        if not _is_text(text):
            raise self._unlike(f"gives no text to {name}")
        return text

    def texts(self, name: str, keys: Sequence[str]) -> dict[str, str]:
        """The texts that the dictionary of this name, at the top level, has under some keys.

        Raises:
            SuiteError: it has none under one of them.
        """
        value = self._value(name)
        texts = value if isinstance(value, dict) else {}
        for key in keys:
            if not _is_text(texts.get(key)):
                raise self._unlike(f"gives no text to {name}[{key!r}]")
        return {key: texts[key] for key in keys}

    def entries(self, function: str) -> tuple[str, ...]:
        """All texts in the lists that stand in a function, in order.

        Raises:
            SuiteError: there is no such function, or it has no such list.
        """
        functions = [node for node in self.tree.body if isinstance(node, ast.FunctionDef) and node.name == function]
        lists = [node for body in functions for node in ast.walk(body) if isinstance(node, ast.List)]
        lists.sort(key=lambda node: (node.lineno, node.col_offset))
        texts: list[Any] = [text for node in lists for text in _literal(node) or [None]]
        if not texts or not all(map(_is_text, texts)):
            raise self._unlike(f"lists no texts in {function}")
        return tuple(texts)

    def _value(self, name: str) -> Any:
        """What the file gives to a name at its top level, as far as it can be told without running it."""
        for node in reversed(self.tree.body):
            if isinstance(node, ast.Assign) and name in {target.id for target in node.targets if isinstance(target, ast.Name)}:
                return _literal(node.value)
        return None

    def _unlike(self, reason: str) -> SuiteError:
        return SuiteError(
            f"{self.path}: {reason}, as the published file does; download it again, or take it away to be asked in own words"
        )


def _literal(node: ast.expr) -> Any:
    """The value of an expression without names and calls; None for others."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError, MemoryError):
        return None


def _is_text(value: Any) -> bool:
    """Whether a value is text that a prompt can hold; Python can spell half a character."""
    return isinstance(value, str) and bool(value.strip()) and not any("\ud800" <= character <= "\udfff" for character in value)


def _tree(path: Path, how: str) -> ast.Module:
    try:
        if path.stat().st_size > LARGEST:
            raise SuiteError(f"{path}: is larger than {LARGEST // 2**20} MB; {how} again")
        return ast.parse(path.read_bytes())
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise SuiteError(f"{path}: is not readable as Python ({type(error).__name__}); {how} again") from None
