"""A suite of a few pairs that ship, as a file that settings name."""

from dataclasses import replace

from arena.suites.pair_questions import pair_questions
from arena.suites.starter import SUITE as STARTER
from arena.suites.starter import starter_pairs
from arena.suites.suite import Loaded

SUITE = replace(STARTER, name="few", load=lambda _: Loaded(pair_questions(starter_pairs()[::20])))
