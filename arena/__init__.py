"""The Minimal-Pair Arena: vision-language models compared on pairs that differ in one detail."""

import logging
import os
from pathlib import Path

__version__ = "0.9.0"

# Threads of torch that wait for the next piece of work would hold a core that others need: on a busy machine a small model took
# five to nine times the processor. It is read when torch is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# Commands that open no arena start no log, and say in one line what is wrong; Python would print tracebacks beside it.
logging.getLogger(__name__).addHandler(logging.NullHandler())

# What the links `generators`, `starter` and `docs` point to, in a copy that lost them: a ZIP, a folder uploaded to the Hub.
if not (Path(__file__).parent / "starter").is_dir():
    __path__.append(str(Path(__file__).parents[1]))
