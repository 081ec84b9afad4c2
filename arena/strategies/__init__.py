"""Strategies: how what a model is asked, or how it reads that, is changed to calibrate it, without another weight.

A contestant is a model, its commit, its settings and its strategy. `strategy_named` finds one, and `entry_under` puts a model
under it.
"""

from arena.strategies.base import FittedStrategy, Strategy, entry_under
from arena.strategies.constants import constant_entry
from arena.strategies.names import NONE
from arena.strategies.registry import STRATEGIES, Definition, split, strategy_named

__all__ = [
    "NONE",
    "STRATEGIES",
    "Definition",
    "FittedStrategy",
    "Strategy",
    "constant_entry",
    "entry_under",
    "split",
    "strategy_named",
]
