"""Verification thresholds: the score from which on a model that compares is taken to say yes, fitted on pairs of their own."""

import json
import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, cast

from arena.errors import SettingsError
from arena.models.loading import contestant_of, load
from arena.models.repository import RepositoryReport
from arena.pairs import MinimalPair
from arena.shared_files import alone_in, replace_text

if TYPE_CHECKING:
    from arena.models.contrastive import ContrastiveModel

BATCH = 64
"""Pairs in one pass."""


def verification_threshold(
    report: RepositoryReport,
    calibration: str,
    pairs: Callable[[], Sequence[MinimalPair]],
    kept: Path,
    *,
    shipped: Sequence[Path] = (),
    device: str = "cpu",
) -> float:
    """The verification threshold of a contrastive model, fitted once and then read from a file.

    Args:
        report: the checked repository.
        calibration: name of the split; another name is fitted anew.
        pairs: makes the pairs of that split; called only where no file knows the threshold.
        kept: JSON file of thresholds by repository, revision, split and settings, to which a fitted one is added.
        shipped: files of the same form, which are only read, and before `kept`.
        device: torch device to fit on; the one that the contestant will run on.
    """
    contestant = contestant_of(report, device=device)
    parts = (str(value) for name, value in contestant.settings.items() if name != "dtype")
    key = "/".join((f"{report.repository}@{report.revision}", calibration, *parts))
    for file in (*shipped, kept):
        if key in (known := _thresholds(file)):
            return known[key]
    threshold = fit_threshold(cast("ContrastiveModel", load(report, contestant)), pairs())
    with alone_in(kept.parent):
        replace_text(kept, json.dumps({**_thresholds(kept), key: threshold}, indent=1, sort_keys=True) + "\n")
    return threshold


def fit_threshold(model: "ContrastiveModel", pairs: Sequence[MinimalPair]) -> float:
    """The logit above which a caption is taken to describe an image, fitted on the four combinations of every pair.

    The pairs must be ones that the arena does not ask.

    Raises:
        SettingsError: no pairs, or logits that are not numbers.
    """
    scored: list[tuple[float, bool]] = []
    for start in range(0, len(pairs), BATCH):
        sides = [side for pair in pairs[start : start + BATCH] for side in pair.sides]
        model.encode([side.picture for side in sides], [side.caption for side in sides])
        for pair in pairs[start : start + BATCH]:
            grid = model.logits([side.picture for side in pair.sides], [side.caption for side in pair.sides])
            scored += [(logit, row == column) for row, logits in enumerate(grid) for column, logit in enumerate(logits)]
    if not scored or any(math.isnan(logit) for logit, _ in scored):
        raise SettingsError(f"{model.contestant.repository}: no threshold can be fitted on {len(pairs)} pairs; give others")
    return best_threshold(scored)


def best_threshold(scored: Sequence[tuple[float, bool]]) -> float:
    """The threshold with the highest balanced accuracy, (true positive rate + true negative rate) / 2.

    Args:
        scored: logits, each with whether it is of a true caption; as many true ones as false ones.

    Returns:
        The middle of the first best interval between neighbouring logits.
    """
    ordered = sorted(scored)
    # Each false one below the threshold is won, each true one below it is lost.
    balance, best, threshold = 0, 0, ordered[0][0] - 1
    for (logit, true), (following, _) in pairwise([*ordered, (ordered[-1][0] + 1, False)]):
        balance += -1 if true else 1
        if balance > best and following > logit:
            best, threshold = balance, (logit + following) / 2
    return threshold


def _thresholds(file: Path) -> dict[str, float]:
    """What a file knows; nothing where it is not there or broken, as all of it can be fitted again."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {key: value for key, value in content.items() if isinstance(value, float)} if isinstance(content, dict) else {}
