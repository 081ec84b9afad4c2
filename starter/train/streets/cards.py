"""Model cards of the models for drawn streets, with what they reach on the degradation suite."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from arena.cli import main as arena
from arena.evaluation.results import Results
from arena.generators.scenes.streets import STREET_SEEDS
from arena.metrics import Estimate
from arena.store import Store

SUITE = "degradation"
WHAT = {
    "clip-street": "A contrastive model (CLIP): says whether one of 19 kinds of things is in a drawn street, and whether it is "
    "safe to drive on, from which of two captions lies closer to the image.",
    "llava-street": "A generative model (LLaVA: the vision tower of `clip-street` and a small Llama): lists what it sees in a "
    "drawn street, and says whether it is safe to drive on.",
    "segformer-street": "A semantic segmentation model (Segformer): gives each pixel of a drawn street one of the 19 "
    "classes of Cityscapes.",
}
TASKS = {
    "clip-street": "zero-shot-image-classification",
    "llava-street": "image-text-to-text",
    "segformer-street": "image-segmentation",
}
SHOWN = (
    "hallucination_rate",
    "critical_omission_rate",
    "presence_hallucination_rate",
    "presence_critical_omission_rate",
    "safety_misinterpretation_rate",
    "false_safe_rate",
    "false_alarm_rate",
    "miou",
)


def write_cards(models: Path, streets: int) -> None:
    """Put all models to the degradation suite, through the arena's own command, and write their cards.

    Args:
        models: the folder of the three models.
        streets: how many they were trained on.
    """
    with tempfile.TemporaryDirectory() as home:
        asked = [option for name in ("clip-street", "llava-street") for option in ("--model", str(models / name))]
        arena(
            ["--home", home, "evaluate", *asked, "--suite", SUITE, "--segmenter", str(models / "segformer-street")],
        )
        with Store.open(Path(home)) as store:
            results = Results(store)
            for contestant in results.contestants().values():
                estimates = {(one.metric, one.slice): one for one in results.estimates(SUITE, contestant.id)}
                (models / contestant.name / "README.md").write_text(card(contestant.name, estimates, streets), encoding="utf-8")


def card(name: str, estimates: Mapping[tuple[str, str], Estimate], streets: int) -> str:
    """The text of README.md."""
    shown = [metric for metric in SHOWN if (metric, "") in estimates]
    cells = [(_cell(estimates.get((metric, "corruption=clean"))), _cell(estimates[metric, ""])) for metric in shown]
    rows = [f"| {metric.replace('_', ' ')} | {clean} | {worse} |" for metric, (clean, worse) in zip(shown, cells, strict=True)]
    return f"""---
license: apache-2.0
library_name: transformers
pipeline_tag: {TASKS[name]}
tags: [street-scenes, robustness, teaching-aid]
---

# {name}

{WHAT[name]} Trained from scratch on {streets} drawn streets.

## Scores

On the {len(STREET_SEEDS)} streets of the degradation suite, whose seeds no training saw, with 95 % intervals. Corrupted: motion
blur, low light and occlusion at five severities. Training saw clean streets only.

| metric | clean | corrupted |
|---|---|---|
{chr(10).join(rows)}

`python -m starter.train.streets all` in the arena's repository makes it again.

## Limits

A teaching aid for the drawn streets of the Minimal-Pair Arena, and nothing else: they are flat and clean, and no photograph. It
must never be used to judge whether a real street is safe.
"""


def _cell(estimate: Estimate | None) -> str:
    if estimate is None or estimate.value is None:
        return ""
    interval = " to ".join("?" if end is None else f"{end:.2f}" for end in (estimate.low, estimate.high))
    return f"{estimate.value:.2f} ({interval})"
