"""The Minimal-Pair Arena: vision-language models compared on pairs that differ in one detail."""

import logging

__version__ = "0.9.0"

# Commands that open no arena start no log, and say in one line what is wrong; Python would print tracebacks beside it.
logging.getLogger(__name__).addHandler(logging.NullHandler())
