"""What the guard found about models, kept so that each is held against stock transformers once; and the memory they took."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from arena.contestants import Contestant
from arena.shared_files import alone_in, replace_text

VERSION = 2
"""Rises when a way to read prompts changes, or more is found, so that all models are looked at anew."""


@dataclass(frozen=True)
class Finding:
    """How a generative model is asked, and how well that agrees with stock transformers. Differences are in nats."""

    path: str
    """One of `arena.models.guard.ENCODERS`."""
    images: int
    """Most images that a prompt may show."""
    needs_image: bool
    """Whether a prompt without an image cannot be asked."""
    difference: float
    """Largest difference from `generate` and a plain forward pass, one prompt at a time."""
    batch_difference: float
    """Largest difference between prompts in one batch and each alone."""
    tolerance: float
    """What they may differ by: 1e-4 in float32, in half precision what stock transformers shows between batch and single."""
    second_turn: bool
    """Whether a question after an answer is asked as stock transformers asks it."""


class Findings:
    """A JSON file of findings. Who a contestant is names its commit, versions, device and dtype: with others it is unknown.

    Where its folder is missing, as on another machine than that of the home, nothing is kept.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def get(self, contestant: Contestant) -> Finding | None:
        """What is known of a contestant; None where that is nothing, or was found by another version of the arena."""
        entry: Any = self._content().get(contestant.id)
        try:
            return Finding(**entry["finding"]) if entry["version"] == VERSION else None
        except (TypeError, KeyError):
            return None

    def memory(self, contestant: Contestant) -> int | None:
        """Bytes that the weights of a contestant took when it was loaded last; None where it never was."""
        entry: Any = self._content().get(contestant.id)
        memory = entry.get("memory") if isinstance(entry, dict) else None
        return memory if isinstance(memory, int) else None

    def keep(self, contestant: Contestant, finding: Finding) -> None:
        """Add a finding; all others stay."""
        self._add(contestant, version=VERSION, finding=asdict(finding))

    def keep_memory(self, contestant: Contestant, memory: int) -> None:
        """Add what its weights took; all else stays."""
        self._add(contestant, memory=memory)

    def _add(self, contestant: Contestant, **facts: Any) -> None:
        if not self._file.parent.is_dir():
            return
        with alone_in(self._file.parent):
            content = self._content()
            known = content.get(contestant.id)
            entry = {
                **(known if isinstance(known, dict) else {}),
                "model": f"{contestant.repository}@{contestant.revision}",
                **facts,
            }
            replace_text(self._file, json.dumps({**content, contestant.id: entry}, indent=1, sort_keys=True) + "\n")

    def _content(self) -> dict[str, Any]:
        """Nothing where the file is not there or broken, as all of it can be found again."""
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}
