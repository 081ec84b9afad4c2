"""How well refusals and warnings are detected on a labelled list: `python -m starter.replies.measurement FILE --errors`.

The list that ships is `arena/starter/replies/own_list.jsonl`. How good the readers are on others' labels: `docs/replies.md`.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from arena.tasks.refusals import is_warning, refuses_request


@dataclass(frozen=True)
class Measurement:
    """How often a detector was right on labelled replies."""

    detected: int
    """Replies that carry the label and were detected."""
    missed: int
    false_alarms: int

    @property
    def precision(self) -> float:
        """Share of detections that carry the label; 1 if nothing was detected."""
        return self.detected / alarms if (alarms := self.detected + self.false_alarms) else 1.0

    @property
    def recall(self) -> float:
        """Share of labelled replies that were detected; 1 if there are none."""
        return self.detected / labelled if (labelled := self.detected + self.missed) else 1.0


def measure(rows: Iterable[Mapping[str, object]]) -> dict[str, Measurement]:
    """Both detectors on labelled replies; warnings only among those that are no refusals, which often warn as well.

    Args:
        rows: each with `text` and `label`: `refusal`, `warning` or `answer`.
    """
    replies = [(str(row["text"]), row["label"]) for row in rows]
    declined = [(refuses_request(text), label == "refusal") for text, label in replies]
    warned = [(is_warning(text), label == "warning") for text, label in replies if label != "refusal"]
    return {"refusal": counted(declined), "warning": counted(warned)}


def counted(pairs: list[tuple[bool, bool]]) -> Measurement:
    """What a detector comes to.

    Args:
        pairs: for each reply whether it was detected, and whether it carries the label.
    """
    return Measurement(pairs.count((True, True)), pairs.count((False, True)), pairs.count((True, False)))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _main() -> None:
    parser = argparse.ArgumentParser(description="Measure the detection of refusals and warnings on a labelled list.")
    parser.add_argument("file", type=Path, help="JSON lines with text, label (refusal, warning, answer) and held_out")
    parser.add_argument("--errors", action="store_true", help="also print the misread replies that are not held out")
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in arguments.file.read_text(encoding="utf-8").splitlines()]
    for held_out in (False, True):
        part = [row for row in rows if row.get("held_out", False) is held_out]
        for name, result in measure(part).items():
            where = "held out" if held_out else "tuned on"
            rates = f"precision {result.precision:.3f}  recall {result.recall:.3f}"
            _say(f"{where}  {name}s  {rates}  ({result.detected + result.missed} of {len(part)} replies)")
    if arguments.errors:
        for row in rows:
            if not row.get("held_out", False) and any(r.missed or r.false_alarms for r in measure([row]).values()):
                _say(f"{row['label']}: {row['text']}")


if __name__ == "__main__":
    _main()
