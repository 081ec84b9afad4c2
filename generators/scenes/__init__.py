"""Scenes drawn from a seed, in pairs that differ in one detail and are otherwise equal to the pixel."""

from arena.generators.scenes.catalogue import FAMILIES
from arena.generators.scenes.drawing import RESERVED_SEED, SUITE_SEEDS, draw_pair, draw_sides, render
from arena.generators.scenes.family import Family

__all__ = ["FAMILIES", "RESERVED_SEED", "SUITE_SEEDS", "Family", "draw_pair", "draw_sides", "render"]
