"""What the weights were made from, as hashes: whoever changes an ingredient has to fit anew."""

import hashlib
from pathlib import Path

from arena.resources import resource
from arena.starter.replies.labelled import MODELS, completions

OWN = (
    "starter/replies/own_list.jsonl",
    "starter/replies/fitting.py",
    "tasks/english_signs.py",
    "tasks/reply_features.py",
)
"""Those that ship, from the package `arena`."""


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def ingredients(data: Path) -> dict[str, str]:
    """The hash of each ingredient by its name.

    Args:
        data: the folder of benchmarks, which holds `XSTest/completions`.
    """
    published = {path.name: digest(path) for path in (completions(data, model) for model in MODELS)}
    return {name: digest(resource(name)) for name in OWN} | published
