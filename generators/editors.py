"""The editing pipelines that the arena can call: how each diffusers class is told what to do, and under which licence it comes.

A class that is not in the table is refused: a pipeline called in a way it was not made for returns pictures all the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from arena.errors import EditorError

Mode = Literal["instruction", "inpainting"]
SCHEDULER = "scheduler"
"""The one argument that goes to loading and not to the call: a diffusers scheduler in place of the repository's own."""
FEW_STEPS = "DPMSolverMultistepScheduler"
"""Needs about half of the steps for the same picture (Lu et al. 2022, DPM-Solver++), and draws no noise on the way."""


@dataclass(frozen=True)
class EditorKind:
    """How pipelines of one class are called."""

    pipeline: str
    """The diffusers class, as `model_index.json` names it."""
    mode: Mode
    """`instruction`: sees the image and an instruction. `inpainting`: sees what lies around the mask, and the new caption."""
    side: int
    """Width and height of the square that it edits, in pixels, unless its own configuration says otherwise."""
    steps: int
    arguments: Mapping[str, Any]
    """What else it is called with."""
    licence: str
    """Of the best-known weights of this class; a repository's own card has the last word."""
    takes_strength: bool = False
    """Whether it can be told how much of the source to keep."""
    half: Literal["float16", "bfloat16"] = "bfloat16"
    """Precision on a GPU; on a CPU everything runs in float32."""


EDITORS: Mapping[str, EditorKind] = {
    kind.pipeline: kind
    for kind in (
        EditorKind(
            "StableDiffusionInstructPix2PixPipeline",
            "instruction",
            512,
            12,
            {"guidance_scale": 7.5, "image_guidance_scale": 1.5, SCHEDULER: FEW_STEPS},
            "CreativeML OpenRAIL-M (timbrooks/instruct-pix2pix)",
            half="float16",
        ),
        EditorKind(
            "FluxKontextPipeline",
            "instruction",
            1024,
            28,
            {
                "guidance_scale": 2.5,
                "max_area": 1024 * 1024,
                "_auto_resize": False,
            },  # the square is of a size it was trained on
            "non-commercial (FLUX.1-Kontext-dev)",
        ),
        EditorKind("Flux2KleinPipeline", "instruction", 1024, 4, {"guidance_scale": 1.0}, "Apache-2.0 (FLUX.2-klein-4B)"),
        EditorKind(
            "QwenImageEditPipeline", "instruction", 1024, 50, {"true_cfg_scale": 4.0, "negative_prompt": " "}, "Apache-2.0"
        ),
        EditorKind(
            "QwenImageEditPlusPipeline", "instruction", 1024, 40, {"true_cfg_scale": 4.0, "negative_prompt": " "}, "Apache-2.0"
        ),
        EditorKind(
            "StableDiffusionInpaintPipeline",
            "inpainting",
            512,
            15,
            {"guidance_scale": 7.5, SCHEDULER: FEW_STEPS},
            "CreativeML OpenRAIL-M (stable-diffusion-v1-5 inpainting)",
            takes_strength=True,
            half="float16",
        ),
        EditorKind(
            "StableDiffusionXLInpaintPipeline",
            "inpainting",
            1024,
            15,
            {"guidance_scale": 7.5, SCHEDULER: FEW_STEPS},
            "CreativeML OpenRAIL++-M (stable-diffusion-xl-1.0-inpainting-0.1)",
            takes_strength=True,  # its autoencoder overflows in float16
        ),
        EditorKind(
            "ZImageInpaintPipeline",
            "inpainting",
            1024,
            9,
            {"guidance_scale": 0.0},
            "Apache-2.0 (Z-Image-Turbo)",
            takes_strength=True,
        ),
    )
}
"""Every class that can be called, by its name."""


def editor_kind(pipeline: str, name: str) -> EditorKind:
    """How pipelines of this class are called.

    Args:
        pipeline: the class that `model_index.json` names.
        name: of the editor, for the message.

    Raises:
        EditorError: the class is not in the table.
    """
    if pipeline not in EDITORS:
        raise EditorError(f"{name}: its pipeline class {pipeline!r} is not known to edit; use one of {', '.join(EDITORS)}")
    return EDITORS[pipeline]
