"""From a repository to a contestant, and from a contestant to a loaded model.

Who a contestant is can be told without loading it, so that an arena starts at once and loads what it needs.
"""

import json
import platform
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from arena.contestants import Contestant
from arena.models.base import Model
from arena.models.hub import download
from arena.models.repository import Kind, RepositoryReport
from arena.pairs import MinimalPair

IMAGE_SIZES = {"idefics3": 512, "smolvlm": 512}
"""Longest edge in pixels where the processor's own default cuts one image into up to 17 tiles, 60 times as slow on a CPU."""


def contestant_of(
    report: RepositoryReport,
    *,
    device: str = "cpu",
    dtype: str = "float32",
    image_size: int | None = None,
    threshold: float | None = None,
    calibration: str = "",
) -> Contestant:
    """The contestant that a checked repository becomes under these settings.

    Args:
        report: what the check found.
        device: torch device that it runs on; other than a CPU, it rounds otherwise, and makes another contestant.
        dtype: torch dtype of the weights; float32 on a CPU, where half precision is slow and inexact.
        image_size: generative only, longest edge in pixels to which images are scaled; the processor's own by default.
        threshold: contrastive only, logit above which a caption is taken to describe an image; see `fit_threshold`.
        calibration: name of the split that the threshold was fitted on.
    """
    settings: dict[str, str | int | float] = {"dtype": dtype}
    if device != "cpu":
        settings["device"] = device
    if report.base:
        settings["base"] = f"{report.base.repository}@{report.base.revision}"
    image_size = image_size or IMAGE_SIZES.get(report.model_type)
    if report.kind == "generative" and image_size:
        settings["image_size"] = image_size
    if report.kind == "contrastive" and threshold is not None:
        settings |= {"threshold": round(threshold, 6), "calibration": calibration}
    return Contestant(report.repository, report.revision, engine(report.kind), settings)


def engine(kind: Kind) -> str:
    """How a contestant is run, with the versions that its answers depend on."""
    return f"{kind} transformers {version('transformers')} torch {version('torch')} {platform.machine()}"


def fetch(report: RepositoryReport) -> Path:
    """The folder with all that loading reads, downloaded if need be; for an adapter, its base is fetched too.

    Raises:
        RepositoryError: the Hub cannot be reached, or refuses.
    """
    if report.base:
        fetch(report.base)
    return report.folder if report.local else download(report.repository, report.revision, report.weights)


def load(report: RepositoryReport, contestant: Contestant) -> Model:
    """Load a checked repository as `contestant`, downloading its weights if need be.

    Raises:
        RepositoryError: it cannot be downloaded or loaded, or cannot answer a test question.
    """
    folder = fetch(report)
    # torch and transformers take seconds to import, and who only lists contestants needs neither.
    if report.kind == "generative":
        from arena.models.generative import load_generative  # noqa: PLC0415

        return load_generative(contestant, folder)
    if report.kind == "segmentation":
        from arena.models.segmentation import load_segmentation  # noqa: PLC0415

        return load_segmentation(contestant, folder)
    from arena.models.contrastive import load_contrastive  # noqa: PLC0415

    return load_contrastive(contestant, folder)


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
        kept: JSON file of thresholds by repository, revision and split, to which a fitted one is added.
        shipped: files of the same form, which are only read, and before `kept`.
        device: torch device to fit on; the one that the contestant will run on.
    """
    key = f"{report.repository}@{report.revision}/{calibration}" + (f"/{device}" if device != "cpu" else "")
    for file in (*shipped, kept):
        if key in (known := _thresholds(file)):
            return known[key]
    from arena.models.contrastive import fit_threshold, load_contrastive  # noqa: PLC0415

    folder = report.folder if report.local else download(report.repository, report.revision)
    threshold = fit_threshold(load_contrastive(contestant_of(report, device=device), folder), pairs())
    partial = kept.with_suffix(".partial")
    partial.write_text(json.dumps({**_thresholds(kept), key: threshold}, indent=1, sort_keys=True) + "\n")
    partial.replace(kept)
    return threshold


def _thresholds(file: Path) -> dict[str, float]:
    """What a file knows; nothing where it is not there or broken, as all of it can be fitted again."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {key: value for key, value in content.items() if isinstance(value, float)} if isinstance(content, dict) else {}
