"""Fit the reader of refusals, and measure it on replies that people labelled.

Writes `arena/tasks/reply_weights.json`, `arena/evaluation/reader_accuracy.json` and the page `docs/replies.md`. Takes a minute;
needed when a sign, the own list, the phrases or the fitting change.

Example:
    python -m starter.replies --data ~/benchmarks    # holds XSTest/completions/gpt4.csv and those of two more models
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from arena.evaluation.corrections import MEASURED
from arena.resources import resource
from arena.starter.replies import fitting, labelled
from arena.starter.replies.accuracy import write_accuracy
from arena.starter.replies.held_out import read
from arena.starter.replies.ingredients import ingredients
from arena.starter.replies.page import PAGE, write_page
from arena.tasks import refusals

SHIPPED = resource(refusals.WEIGHTS)
ACCURACY = resource(MEASURED)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m starter.replies", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of benchmarks, with XSTest/completions in it")
    parser.add_argument("--weights", type=Path, default=SHIPPED, help="file to write (default: %(default)s)")
    parser.add_argument("--accuracy", type=Path, default=ACCURACY, help="file to write (default: %(default)s)")
    parser.add_argument("--page", type=Path, default=PAGE, help="file to write (default: %(default)s)")
    arguments = parser.parse_args()
    replies = labelled.people_labelled(arguments.data)
    examples = fitting.Examples(replies, labelled.own_list())
    folds = examples.folds()
    arguments.weights.write_text(as_json(examples, folds, arguments.data), encoding="utf-8")
    refusals.shipped_weights.cache_clear()
    write_accuracy(read(replies, folds), labelled.warning_labels(), arguments.accuracy)
    write_page(replies, folds, arguments.page)


def as_json(examples: fitting.Examples, folds: Sequence[fitting.Fold], data: Path) -> str:
    """The file of weights: fitted on all replies, with the mean threshold of the folds, which stand for what was measured."""
    weights = examples.fitted(np.arange(len(examples.models)))
    threshold = round(float(np.mean([fold.weights.threshold for fold in folds])), fitting.DECIMALS)
    stored = {
        "threshold": threshold,
        "intercept": weights.intercept,
        "weights": weights.weights,
        "ingredients": ingredients(data),
    }
    return json.dumps(stored, indent=2) + "\n"


if __name__ == "__main__":
    main()
