"""What the checks of a submission came to: each check, and what was learnt of the model."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from arena.errors import ArenaError, one_line

Result = TypeVar("Result")


@dataclass(frozen=True)
class Check:
    """One check, in words for who submits."""

    name: str
    passed: bool
    seen: str
    """What was there; of a check that failed it names file and field."""
    remedy: str = ""
    """What to change; empty where it passed."""


@dataclass(frozen=True)
class Facts:
    """What is known of a submission without its weights. Fields are None or empty where nothing told."""

    repository: str = ""
    """`organisation/name`, or place and model of an endpoint."""
    revision: str = ""
    """The commit, in 40 hex digits."""
    licence: str | None = None
    """As its card states it."""
    base_models: tuple[str, ...] = ()
    """What its card or its adapter says that it was made from."""
    gated: str | None = None
    """`auto` or `manual` where the Hub asks people for more than an account."""
    kind: str | None = None
    """`generative` or `contrastive`."""
    architecture: str | None = None
    """The class of transformers that would run it."""
    images: int | None = None
    """Most images that one question may show, of architectures that were measured."""
    parameters: int | None = None
    download_bytes: int | None = None
    """What loading would fetch, with the base of an adapter."""
    weights: Mapping[str, str] = field(default_factory=dict)
    """File of weights -> SHA-256, as the Hub tells it."""


@dataclass(frozen=True)
class CheckReport:
    """All checks that could be made: where one needs what another has failed to find, it is left out."""

    reference: str
    checks: tuple[Check, ...]
    facts: Facts

    @property
    def passed(self) -> bool:
        """Whether the model may be queued."""
        return all(check.passed for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        """The report for programs."""
        return {"reference": self.reference, "passed": self.passed, **asdict(self)}


class Checklist:
    """Makes checks one by one, and notes what each came to."""

    def __init__(self, reference: str) -> None:
        self.reference = reference
        self.checks: list[Check] = []

    def run(self, name: str, work: Callable[[], Result], seen: Callable[[Result], str]) -> Result | None:
        """Make one check.

        Args:
            name: of the check.
            work: raises an `ArenaError` where it fails.
            seen: what it has seen, of its result.

        Returns:
            The result of the work; None where it failed.
        """
        try:
            result = work()
            self.checks.append(Check(name, passed=True, seen=seen(result)))
        except ArenaError as error:
            said, _, remedy = _without_name(str(error), self.reference).rpartition("; ")
            self.checks.append(Check(name, passed=False, seen=said or remedy, remedy=remedy if said else ""))
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            # Files that others wrote can hold anything anywhere.
            broken = f"cannot be read as a model ({one_line(error)})"
            self.checks.append(Check(name, passed=False, seen=broken, remedy="save it again with save_pretrained"))
        else:
            return result
        return None

    def all_passed(self, *names: str) -> bool:
        """Whether each of these checks was made, and passed."""
        return set(names) <= {check.name for check in self.checks if check.passed}

    def report(self, facts: Facts) -> CheckReport:
        """What all checks came to."""
        return CheckReport(self.reference, tuple(self.checks), facts)


def _without_name(line: str, reference: str) -> str:
    """A message without the name of the repository before it, which the report has already."""
    name, colon, rest = line.partition(": ")
    return rest if colon and reference.startswith(name) else line
