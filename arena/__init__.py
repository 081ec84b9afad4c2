"""The Minimal-Pair Arena: vision-language models compared on pairs that differ in one detail."""

import logging
from pathlib import Path

__version__ = "0.9.0"

# Commands that open no arena start no log, and say in one line what is wrong; Python would print tracebacks beside it.
logging.getLogger(__name__).addHandler(logging.NullHandler())

# What the links `generators`, `starter` and `docs` point to, in a copy that lost them: a ZIP, a folder uploaded to the Hub.
if not (Path(__file__).parent / "starter").is_dir():
    __path__.append(str(Path(__file__).parents[1]))
