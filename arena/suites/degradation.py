"""Perceptual degradation: what models still see, and whether they still call danger danger, as street scenes get worse.

Streets are drawn from reserved seeds, or read from Cityscapes (`arena.suites.cityscapes`) where its folder is given. Drawn
streets are not Cityscapes: they are flat and clean, so their numbers say how a model degrades on drawings, and compare with
nothing that was measured on photographs.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from arena.generators.scenes.streets import STREET_SEEDS, draw_street
from arena.suites import cityscapes
from arena.suites.degradation_metrics import DERIVED, METRICS, correlations
from arena.suites.degradation_view import VIEW
from arena.suites.street_questions import CORRUPTIONS, StreetView, conditions, questions_of
from arena.suites.suite import Loaded, Suite
from arena.tasks import safety_verdict, scene_description, scene_presence, segmentation


def drawn_views(seeds: Iterable[int]) -> Iterator[StreetView]:
    """Streets drawn from seeds, each a family of its own."""
    for seed in seeds:
        street = draw_street(seed)
        yield StreetView(f"street {seed}", f"street {seed}", street.image, street.mask, street.safe)


def load(folder: Path | None) -> Loaded:
    """The drawn streets, or those of Cityscapes' validation split in its folder.

    Raises:
        SuiteError: a folder is given, and is not Cityscapes.
    """
    if folder is None:
        return loaded(drawn_views(STREET_SEEDS))
    images, views = cityscapes.cityscapes_views(folder)
    notes = ["degradation: Cityscapes does not say what is safe; the verdicts' reference is a rule on its masks"]
    if len(images) != cityscapes.VIEWS:
        notes.append(f"degradation: {folder} has {len(images)} views; Cityscapes' validation split has {cityscapes.VIEWS}")
    return loaded(views, notes)


def loaded(views: Iterable[StreetView], notes: Sequence[str] = ()) -> Loaded:
    """The questions about some views, in order."""
    # Most of the work, spoiling and encoding pixels, is done outside of Python, side by side.
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        made = list(threads.map(lambda view: tuple(questions_of(view)), views))
    return Loaded(tuple(question for questions in made for question in questions), tuple(notes))


SUITE = Suite(
    name="degradation",
    title="Perceptual degradation of street scenes",
    summary=(
        "Which objects are in this street, and is it safe to drive on, as motion blur, low light and occlusion get worse? "
        "The streets are drawn, unless a Cityscapes folder is given; drawn streets are not Cityscapes."
    ),
    home="https://arxiv.org/abs/2601.08355",
    hub=None,
    licence="drawn streets: Apache-2.0, as this arena; Cityscapes: its own, non-commercial, with registration",
    citation=(
        "Guo Cheng: Semantic Misalignment in Vision-Language Models under Perceptual Degradation, arXiv 2601.08355, 2026; "
        "Cordts et al.: The Cityscapes Dataset for Semantic Urban Scene Understanding, CVPR 2016"
    ),
    tasks=(scene_description.NAME, scene_presence.NAME, safety_verdict.NAME, segmentation.NAME),
    counts={
        "streets": len(STREET_SEEDS),
        "images": len(STREET_SEEDS) * len(conditions()),
        "corruptions": len(CORRUPTIONS),
    },
    defects=(
        "No code, prompts or severities were published with the paper: those here, and the formulas, are reconstructions.",
        "Drawn streets are not Cityscapes, and compare with no number measured on photographs.",
    ),
    load=load,
    view=VIEW,
    metrics=METRICS,
    derived=DERIVED,
    beyond_rates=correlations,
)
