"""Plug-ins: what installed packages add to the arena, each by an entry point in its metadata."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

from arena.errors import PluginError, one_line

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class BrokenPlugin:
    """A plug-in that cannot be used."""

    entry_point: str
    """Its name."""
    reason: str
    """One line that names the package and says what is wrong."""


@dataclass(frozen=True)
class Plugins(Generic[T]):
    """What all packages together add."""

    accepted: Mapping[str, T]
    """By name."""
    broken: tuple[BrokenPlugin, ...]
    owners: Mapping[str, str]
    """Every name that is taken -> by whom."""

    @property
    def problems(self) -> tuple[str, ...]:
        """One line for each plug-in that cannot be used."""
        return tuple(plugin.reason for plugin in self.broken)


def installed(group: str, accept: Callable[[EntryPoint, Any], tuple[str, T]], owners: Mapping[str, str]) -> Plugins[T]:
    """Load every entry point of a group. One that fails is named, and the others are used.

    Args:
        group: of entry points, such as `arena.suites`.
        accept: from an entry point and what it holds to a name and what is known under it; raises where that is unfit.
        owners: names that are taken -> by whom.
    """
    taken = dict(owners)
    accepted: dict[str, T] = {}
    broken: list[BrokenPlugin] = []
    for point in sorted(entry_points(group=group), key=lambda point: (package_of(point), point.name)):
        try:
            name, value = accept(point, point.load())
            if name in taken:
                raise PluginError(f"{name!r} is the name of {taken[name]}; choose another")
        except (Exception, SystemExit) as error:
            reason = str(error) if isinstance(error, PluginError) else f"{one_line(error)}; mend or uninstall it"
            broken.append(BrokenPlugin(point.name, f"{origin(point)}: {reason}"))
            log.warning("%s cannot be used", origin(point), exc_info=True)
        else:
            taken[name] = f"what {origin(point)} gives"
            accepted[name] = value
    return Plugins(accepted, tuple(broken), taken)


def origin(point: EntryPoint) -> str:
    """Where an entry point comes from, for messages."""
    return f"package {package_of(point)}, entry point {point.group}: {point.name}"


def package_of(point: EntryPoint) -> str:
    """The distribution that declares an entry point."""
    return point.dist.name if point.dist else "unknown"
