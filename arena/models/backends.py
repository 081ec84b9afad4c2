"""Backends: what makes models of references that begin with its name, as `mybackend:NAME`.

Repositories of transformers and endpoints come with the arena. Others are entry points of the group `arena.models` in installed
packages: the name of the entry point is the prefix, and what it holds is called with the rest, to give an `Entry`.
"""

import re
from collections.abc import Callable
from functools import cache
from importlib.metadata import EntryPoint
from typing import Any, cast

from arena.errors import ArenaError, PluginError, one_line
from arena.models.endpoint_reference import providers
from arena.models.entry import Entry
from arena.plugins import Plugins, installed

GROUP = "arena.models"
KINDS = ("generative", "contrastive")
"""Of models that can take part."""
PREFIX = re.compile(r"[a-z0-9-]+")

Backend = Callable[[str], Entry]


@cache
def backends() -> Plugins[Backend]:
    """The backends of installed packages, by prefix; looked for once."""
    return installed(GROUP, _accepted, {})


def backend_entry(reference: str) -> Entry | None:
    """The model that a backend makes of a reference; None where no backend has its prefix.

    Raises:
        PluginError: the backend cannot be used, or makes no model of that.
        ArenaError: what the backend itself complains about.
    """
    prefix, colon, name = reference.partition(":")
    if not colon or name.startswith("//"):
        return None
    known = backends()
    if prefix not in known.accepted:
        for plugin in known.broken:
            if plugin.entry_point == prefix:
                raise PluginError(f"{reference}: {plugin.reason}")
        return None
    try:
        entry = known.accepted[prefix](name)
    except ArenaError:
        raise
    except Exception as error:
        raise PluginError(f"{reference}: its backend fails ({one_line(error)}); mend it") from error
    if not isinstance(entry, Entry) or entry.kind not in KINDS:
        raise PluginError(f"{reference}: its backend gives no arena.models.Entry of kind {' or '.join(KINDS)}; mend it")
    return entry


def _accepted(point: EntryPoint, value: Any) -> tuple[str, Backend]:
    if not PREFIX.fullmatch(point.name):
        raise PluginError(f"{point.name!r} is no name for a backend; use small letters, digits and hyphens")
    if point.name in providers():
        raise PluginError(f"{point.name!r} is the name of a provider of endpoints; choose another")
    if not callable(value):
        raise PluginError(
            f"holds {type(value).__name__}, which cannot be called; make a function from NAME to arena.models.Entry"
        )
    return point.name, cast("Backend", value)
