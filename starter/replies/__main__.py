"""Fit the reader of refusals, and measure it on replies that people labelled.

Writes `arena/tasks/reply_weights.json` and the page `docs/replies.md`. Takes a minute; needed when a sign, the own list, the
phrases or the fitting change.

Example:
    python -m starter.replies --data ~/benchmarks    # holds XSTest/completions/gpt4.csv and those of two more models
"""

import argparse
import json
from pathlib import Path

import numpy as np

from arena.resources import resource
from arena.starter.replies import fitting, labelled
from arena.starter.replies.ingredients import ingredients
from arena.tasks import refusals

SHIPPED = resource(refusals.WEIGHTS)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m starter.replies", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of benchmarks, with XSTest/completions in it")
    parser.add_argument("--weights", type=Path, default=SHIPPED, help="file to write (default: %(default)s)")
    arguments = parser.parse_args()
    examples = fitting.Examples(labelled.people_labelled(arguments.data), labelled.own_list())
    arguments.weights.write_text(as_json(examples, arguments.data), encoding="utf-8")


def as_json(examples: fitting.Examples, data: Path) -> str:
    """The file of weights: fitted on all replies, with the mean threshold of the folds, which is the one that was measured."""
    weights = examples.fitted(np.arange(len(examples.models)))
    threshold = round(float(np.mean([fold.weights.threshold for fold in examples.folds()])), fitting.DECIMALS)
    stored = {
        "threshold": threshold,
        "intercept": weights.intercept,
        "weights": weights.weights,
        "ingredients": ingredients(data),
    }
    return json.dumps(stored, indent=2) + "\n"


if __name__ == "__main__":
    main()
