"""All families, gathered from the modules whose names start with `safety_` or `culture_`."""

import importlib
import pkgutil

from arena.generators.scenes.family import Family
from arena.resources import resource


def _gather() -> dict[str, Family]:
    families: dict[str, Family] = {}
    modules = sorted(module.name for module in pkgutil.iter_modules([str(resource("generators/scenes"))]))
    for name in modules:
        if name.startswith(("safety_", "culture_")):
            for family in importlib.import_module(f"{__package__}.{name}").FAMILIES:
                assert family.name not in families, f"{family.name}: two families have this name"
                families[family.name] = family
    return families


FAMILIES: dict[str, Family] = _gather()
"""Every family by its name."""
