"""The Minimal-Pair Arena: vision-language models compared on pairs that differ in one detail."""

__version__ = "0.1.0"
