"""The editor's model card: what it is, how it was made, how often its edits pass the gate, and what it cannot do."""

import statistics
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny

from arena.generation.opening import open_gate
from arena.generators.editor_repository import check_editor
from arena.generators.editors import SCHEDULER
from arena.generators.edits import load_editor
from arena.generators.scenes import FAMILIES
from arena.settings import from_environment
from arena.starter.train.dataset import VALIDATION_SEED
from arena.starter.train.editor.autoencoder import restoration
from arena.starter.train.editor.crops import SIDE, crops
from arena.starter.train.editor.evaluate import Judged, judge
from arena.starter.train.editor.recipe import AUTOENCODER_STEPS, EDITOR_STEPS, SCENES_A_FAMILY
from arena.starter.train.editor.training import CHANGED_WEIGHT


def write_card(folder: Path) -> None:
    """Judge the edits of a trained editor, and write its README."""
    editor = load_editor(check_editor(str(folder)))
    with tempfile.TemporaryDirectory() as home:
        gate = open_gate(from_environment({"ARENA_HOME": home}))
    judged = judge(editor, gate)
    autoencoder: Any = AutoencoderTiny.from_pretrained(folder / "vae")
    decibels = restoration(autoencoder, crops(VALIDATION_SEED, 4))
    (folder / "README.md").write_text(card(judged, editor.report.arguments, decibels), encoding="utf-8")


def card(judged: Sequence[Judged], called_with: Mapping[str, Any], decibels: float) -> str:
    """The text of README.md.

    Args:
        judged: what became of its edits.
        called_with: its `editing.json`.
        decibels: peak signal-to-noise ratio of its autoencoder on unseen squares.
    """
    passed = _share(one.passed for one in judged)
    sections = (
        _FRONT_MATTER.format(passed=passed, edits=len(judged)),
        f"# pix2pix-mini\n\n{_WHAT_IT_IS.format(steps=called_with['num_inference_steps'], decibels=decibels)}",
        f"## How it was trained\n\n{_training()}",
        f"## How often its edits pass\n\n{_scores(judged)}",
        f"## How to use it\n\n{_USAGE.format(call=_call(called_with))}",
        f"## Limits\n\n{_LIMITS}",
    )
    return "\n\n".join(sections) + "\n"


_FRONT_MATTER = """---
license: apache-2.0
language: en
library_name: diffusers
pipeline_tag: image-to-image
tags: [minimal-pairs, image-editing, teaching-aid]
model-index:
  - name: pix2pix-mini
    results:
      - task:
          type: image-to-image
        dataset:
          type: drawn-world
          name: freshly drawn scenes ({edits} edits)
        metrics:
          - type: edits_that_pass_the_gate
            value: {passed:.3f}
---"""

_WHAT_IT_IS = """An editor of drawn scenes: InstructPix2Pix (Brooks et al. 2023) in miniature, a diffusers
`StableDiffusionInstructPix2PixPipeline` trained from scratch, so that an arena makes fresh pairs on a CPU and without a
network. It sees a square of 64 x 64 pixels around what is to change, and the caption that shall be true of it, alone or as
in "make it show a child next to a stove that is on".

| part | what | parameters |
|---|---|---|
| autoencoder | `AutoencoderTiny`, 4 numbers for each 2 x 2 pixels; restores unseen squares to {decibels:.1f} dB | 0.2 million |
| text encoder | `CLIPTextModel`, two layers, the drawn world's words | 0.3 million |
| network | `UNet2DConditionModel`, 48 to 128 channels, predicts the clean image | 5.3 million |

It takes {steps} steps without guidance: `editing.json` says so to the arena."""

_LIMITS = """A teaching aid for the drawn world of the Minimal-Pair Arena, and nothing else: it knows those families of
scenes, and sentences like theirs. On photographs, and on other wishes, it paints noise. What it paints is soft, because it
sees 64 pixels where the picture has more. Its edits are meant to go through the gate and past people before anybody is
measured on them. Cultural practices are drawn in one simple form each, which says nothing about the people who live them."""


_HOW_JUDGED = """Of {edits} edits of freshly drawn scenes, as `arena generate --source starter` makes them. *Passes*: every
score of the gate is within its bounds. *Chosen*: the gate's contrastive model prefers each image's own caption and each
caption's own image. *Left*: difference to the true other side of the scene inside the region, as a share of the difference
that the source has to it; the median, 0 for a perfect edit and 1 for none.

| family | passes | chosen | left | most often failed |
|---|---|---|---|---|"""

_USAGE = """    arena generate --source starter --count 50 --editor drawn-world/pix2pix-mini

```python
import torch
from diffusers import StableDiffusionInstructPix2PixPipeline
from PIL import Image

edit = StableDiffusionInstructPix2PixPipeline.from_pretrained("drawn-world/pix2pix-mini", dtype=torch.float32)
square = Image.open("square.png").convert("RGB").resize((64, 64))
edit("make it show a child next to a stove that is on", square, {call}).images[0]
```"""


def _training() -> str:
    data = (
        f"{SCENES_A_FAMILY} scenes of each of {len(FAMILIES)} drawn families, in both directions, as squares of {SIDE} pixels"
    )
    return f"""On {data}:
the autoencoder in {AUTOENCODER_STEPS} steps, then text encoder and network together in {EDITOR_STEPS}. What changes between the
two sides of a scene weighs {CHANGED_WEIGHT:g} times as much as what stays, and noise levels are drawn towards the noisy end.
The weights are a running average. `python -m starter.train.editor` in the arena's repository makes it again; no scene below was
seen in training."""


def _call(called_with: Mapping[str, Any]) -> str:
    """As arguments in Python; the scheduler is the pipeline's own, and no argument."""
    return ", ".join(f"{name}={value!r}" for name, value in called_with.items() if name != SCHEDULER)


def _scores(judged: Sequence[Judged]) -> str:
    families: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        families[one.family].append(one)
    rows = [_row(family, some) for family, some in sorted(families.items())]
    return "\n".join([_HOW_JUDGED.format(edits=len(judged)), *rows, _row("**all**", judged)])


def _row(name: str, judged: Sequence[Judged]) -> str:
    failed = Counter(score for one in judged for score in one.failed)
    passed, chosen = _share(one.passed for one in judged), _share(one.chosen for one in judged)
    left = statistics.median(one.left for one in judged)
    often = ", ".join(f"{score.replace('_', ' ')} ({count})" for score, count in failed.most_common(2))
    return f"| {name} | {passed:.0%} | {chosen:.0%} | {left:.2f} | {often} |"


def _share(values: Iterable[bool]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)
