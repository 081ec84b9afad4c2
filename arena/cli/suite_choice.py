"""Which suites a command is about: by name, or as a file of Python."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from arena.cli.console import tell
from arena.errors import EvaluationError

if TYPE_CHECKING:
    from arena.suites.suite import Suite

# The imports below stand inside functions so that `arena --help` answers at once.
# ruff: noqa: PLC0415

SUITE_HELP = "a name that `arena suites list` shows, or a file of Python that holds a suite"


def chosen_suites(references: Sequence[str]) -> "list[Suite]":
    """The suites that are meant, each once; tells which installed ones cannot be used.

    Args:
        references: names of suites, or files of Python.

    Raises:
        EvaluationError: there is no such suite, or two have one name.
        PluginError: a file cannot be used.
    """
    from arena.evaluation.results import suite_named
    from arena.suites.registry import installed_suites

    tell(installed_suites().problems)
    chosen: dict[str, Suite] = {}
    for reference in dict.fromkeys(references):
        suite = suite_named(reference)
        if other := chosen.get(suite.name):
            raise EvaluationError(f"--suite: {other.reference} and {suite.reference} are both called {suite.name!r}; name one")
        chosen[suite.name] = suite
    return list(chosen.values())
