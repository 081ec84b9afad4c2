"""A suite of anybody's own pairs: a folder, or a dataset on the Hub, in the layout of `arena.suites.imagefolder`."""

from functools import partial
from pathlib import Path

from arena.suites import pair_metrics
from arena.suites.imagefolder import METADATA, read_imagefolder
from arena.suites.pair_questions import pair_questions
from arena.suites.sources import DATASET, suite_folder
from arena.suites.suite import Loaded, Suite
from arena.tasks import TASKS

NAME = "imagefolder"
FILES = (METADATA, *(f"*{suffix}" for suffix in (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")))
"""What is downloaded of a dataset."""
HOW = f"put your images and a {METADATA} into a folder, as the README of the starter suite shows"


def folder_suite(name: str = NAME) -> Suite:
    """The suite of one source of pairs.

    Args:
        name: `imagefolder`, or what `suite_name` gave for the source, under which answers are stored.
    """
    return Suite(
        name=name,
        title="Pairs of your own" if name == NAME else f"Pairs of {name.removeprefix(f'{NAME}:')}",
        summary=f"Minimal pairs from a folder or a Hub dataset: images and a {METADATA}. {pair_metrics.CHANCE}",
        home="https://huggingface.co/docs/hub/datasets-image",
        hub=None,
        licence="that of the pairs",
        citation="that of the pairs",
        tasks=tuple(TASKS),
        counts={},
        defects=("nobody but its author has checked that the captions are true of their own image alone",),
        load=partial(_load, name),
        view=pair_metrics.VIEW,
        metrics=pair_metrics.ALL,
        derived=pair_metrics.WITH_REQUESTS,
        beyond_rates=pair_metrics.ranking,
        judged="optional",
    )


def suite_name(data: Path) -> str:
    """Under which name the answers about a folder or a Hub dataset are stored: `imagefolder:` and the name of the source.

    Folders of the same name share it; their editions keep them apart.
    """
    dataset = None if data.is_dir() else DATASET.fullmatch(data.as_posix())
    return f"{NAME}:{data.resolve().name if dataset is None else dataset['repository']}"


def is_folder_suite(name: str) -> bool:
    """Whether answers about somebody's own pairs are stored under this name."""
    return name.startswith(f"{NAME}:")


def _load(name: str, data: Path | None) -> Loaded:
    pairs = read_imagefolder(suite_folder(name, data, hub=None, files=FILES, how=HOW), name)
    return Loaded(pair_questions(pairs))


SUITE = folder_suite()
