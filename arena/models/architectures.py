"""Which class of transformers runs a repository, by its `config.json` and never by what a load attempt says."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from typing import Any, Literal

from arena.errors import RepositoryError

Kind = Literal["generative", "contrastive", "segmentation", "classification"]
PURPOSES = {
    "segmentation": (
        "MODEL_FOR_SEMANTIC_SEGMENTATION_MAPPING_NAMES",
        "semantic segmentation models of transformers can be the segmenter",
    ),
    "classification": (
        "MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES",
        "image classifiers of transformers can say what is unsafe",
    ),
}
"""Kinds that enter no battle: the mapping of transformers that knows their classes, and what they are for."""
CONTRASTIVE_TYPES = ("align", "altclip", "chinese_clip", "clip", "metaclip_2", "siglip", "siglip2")
"""Zero-shot image classes with two encoders, whose features can be kept and compared; the others fuse image and text."""
MATCHING = "BlipForImageTextRetrieval"
"""A class that no mapping lists: it reads an image and a caption together, and is scored as one that compares."""
OMNI_CLASSES = {
    "phi4_multimodal": "Phi4MultimodalForCausalLM",
    "qwen2_5_omni": "Qwen2_5OmniThinkerForConditionalGeneration",
    "qwen3_omni_moe": "Qwen3OmniMoeThinkerForConditionalGeneration",
}
"""Types that also hear or speak, which the image-text mapping does not list: the class that reads pictures and writes text."""
VOICES = {"qwen2_5_omni": ("talker.", "token2wav."), "qwen3_omni_moe": ("talker.", "code2wav.")}
"""How the names of tensors begin that only speak, and are not loaded."""
UNFIT = {
    "diffusion_gemma": "writes whole blocks at once, without a probability for each token",
    "evolla": "reads proteins",
    "instructblipvideo": "reads videos only",
    "mistral4": "reads text only",
    "pi0": "moves robots, and writes no text",
    "pix2struct": "reads no prompt beside the picture",
    "pp_formulanet": "reads formulas, and no prompt",
    "shieldgemma2": "classifies pictures, and writes no text",
    "udop": "wants each word with its place on the page",
    "vision-encoder-decoder": "reads no prompt beside the picture",
}
"""Types of the image-text mapping that do not take pictures and text into text: what they do instead."""
MEASURED = {
    **dict.fromkeys(("aya_vision", "cohere2_vision", "deepseek_vl", "ernie4_5_vl_moe", "fast_vlm", "gemma3", "gemma3n"), 2),
    **dict.fromkeys(("gemma4", "glm46v", "glm4v", "glm4v_moe", "idefics2", "idefics3", "internvl", "janus", "kimi_k25"), 2),
    **dict.fromkeys(("lfm2_vl", "llama4", "llava", "llava_next", "llava_onevision", "minicpmv4_6", "minicpmv4_7"), 2),
    **dict.fromkeys(("mistral3", "mllama", "molmo2", "ovis2", "paligemma", "phi4_multimodal", "qwen2_5_omni", "qwen2_5_vl"), 2),
    **dict.fromkeys(("qwen2_vl", "qwen3_5", "qwen3_vl", "qwen3_vl_moe", "smolvlm", "video_llava", "vipllava"), 2),
    "perception_lm": 1,
    **dict.fromkeys((*CONTRASTIVE_TYPES, "blip"), 2),
}
"""Types that the guard was tried on (docs/models.md) -> most images that one question may show."""
ENDPOINT = "ask it through an endpoint that serves it (http://host/v1#name)"


def architecture(name: str, config: Mapping[str, Any]) -> tuple[Kind, str]:
    """Which way a model of images and text is run, and its class.

    The class is the one that transformers has for the `model_type`. What `architectures` says may be anybody's name for it,
    but no other class of transformers, whose weights would be others. An `auto_map` beside a known type is ignored.

    Args:
        name: how error messages call the repository.
        config: what its `config.json` holds.

    Raises:
        RepositoryError: transformers does not know it, or it is no model of images and text.
    """
    # Imported here because it takes seconds, and checking a reference that is not there needs none of it.
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING  # noqa: PLC0415
    from transformers.models.auto.modeling_auto import (  # noqa: PLC0415
        MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES,
        MODEL_FOR_ZERO_SHOT_IMAGE_CLASSIFICATION_MAPPING_NAMES,
    )

    model_type = config.get("model_type")
    declared = (config.get("architectures") or [None])[0]
    if model_type is None:
        raise RepositoryError(f"{name}: config.json names no model_type; save the model with save_pretrained")
    if model_type not in CONFIG_MAPPING:
        code = ", and its own code (auto_map) is never run" if "auto_map" in config else ""
        unknown = f"transformers {version('transformers')} has no architecture {model_type!r}{code}"
        raise RepositoryError(f"{name}: config.json: {unknown}; {ENDPOINT}")
    if reason := UNFIT.get(model_type):
        raise RepositoryError(f"{name}: config.json: {model_type} {reason}; enter a model that takes pictures and text")
    if (model_type, declared) == ("blip", MATCHING):
        return "contrastive", MATCHING
    kind: Kind = "contrastive" if model_type in CONTRASTIVE_TYPES else "generative"
    known = (
        MODEL_FOR_ZERO_SHOT_IMAGE_CLASSIFICATION_MAPPING_NAMES[model_type]
        if kind == "contrastive"
        else OMNI_CLASSES.get(model_type) or MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES.get(model_type)
    )
    if known and (declared in (known, None) or model_type in OMNI_CLASSES or declared not in _public_names()):
        return kind, known
    raise RepositoryError(
        f"{name}: config.json names {declared} (model_type {model_type}); only image-text-to-text models and CLIP or SigLIP "
        f"models of transformers may enter, and no parts of them; if it answers questions about pictures, {ENDPOINT}"
    )


def purpose_architecture(name: str, config: Mapping[str, Any], kind: Kind) -> tuple[Kind, str]:
    """As `architecture`, for a model that enters no battle."""
    from transformers.models.auto import modeling_auto  # noqa: PLC0415

    mapping, purpose = PURPOSES[kind]
    known = getattr(modeling_auto, mapping).get(config.get("model_type"), ())
    architectures = (known,) if isinstance(known, str) else known
    declared = (config.get("architectures") or architectures or [None])[0]
    if declared in architectures:
        return kind, declared
    raise RepositoryError(
        f"{name}: config.json names {declared or 'no architecture'} (model_type {config.get('model_type')}); only {purpose}"
    )


def check_image_processor(name: str, file: str, config: Mapping[str, Any]) -> None:
    """Refuse an image processor whose class is not in transformers: what its settings mean is known to its own code only.

    Args:
        name: how error messages call the repository.
        file: what the configuration is called.
        config: what it holds; newer ones keep that of the image processor in a field.

    Raises:
        RepositoryError: transformers has no such class.
    """
    class_name = config.get("image_processor", config).get("image_processor_type")
    if class_name and class_name.removesuffix("Fast") not in _public_names():
        missing = f"transformers {version('transformers')} has no {class_name}"
        raise RepositoryError(f"{name}: {file}: image_processor_type: {missing}; {ENDPOINT}")


@cache
def _public_names() -> frozenset[str]:
    """The names of all classes of transformers; its `dir` takes a fifth of a second for them."""
    import transformers  # noqa: PLC0415

    return frozenset(transformers.__all__)  # pyright: ignore[reportAttributeAccessIssue]
