"""Aya Vision and Command A Vision: SigLIP on tiles, and Cohere's language model, whose layers have a window but each fourth."""

from typing import Any

from transformers import (
    AyaVisionConfig,
    AyaVisionForConditionalGeneration,
    AyaVisionProcessor,
    Cohere2VisionConfig,
    Cohere2VisionForConditionalGeneration,
    Cohere2VisionImageProcessor,
    Cohere2VisionProcessor,
    GotOcr2ImageProcessor,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.parts import layer_types, text_sizes, turns, vision_sizes, wrapped

SPECIAL = (
    *("<PAD>", "<UNK>", "<CLS>", "<SEP>", "<MASK_TOKEN>", "<BOS_TOKEN>", "<EOS_TOKEN>", "<EOP_TOKEN>"),
    *("<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>", "<|USER_TOKEN|>", "<|CHATBOT_TOKEN|>", "<|SYSTEM_TOKEN|>"),
    *("<|START_OF_IMG|>", "<|END_OF_IMG|>", "<|IMG_LINE_BREAK|>", "<|IMG_PATCH|>"),
)
ROLES: dict[str, Any] = {
    "pad_token": "<PAD>",
    "unk_token": "<UNK>",
    "bos_token": "<BOS_TOKEN>",
    "eos_token": "<|END_OF_TURN_TOKEN|>",
}
IMAGE_ROLES: dict[str, Any] = {
    "image_token": "<|IMG_PATCH|>",
    "boi_token": "<|START_OF_IMG|>",
    "eoi_token": "<|END_OF_IMG|>",
    "img_line_break_token": "<|IMG_LINE_BREAK|>",
}
TURNS: dict[str, Any] = {
    "before": "{{ bos_token }}",
    "user": ("<|START_OF_TURN_TOKEN|><|USER_TOKEN|>", "<|END_OF_TURN_TOKEN|>"),
    "assistant": ("<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>", "<|END_OF_TURN_TOKEN|>"),
}


def aya_vision(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """Aya Vision: the placeholder of the chat template is plain text, another than the token of an image."""
    tokenizer = _tokenizer()
    config = AyaVisionConfig(
        text_config=_language(scale, tokenizer),
        vision_config=_siglip(scale),
        image_token_index=SPECIAL.index("<|IMG_PATCH|>"),
    )
    processor = AyaVisionProcessor(
        image_processor=GotOcr2ImageProcessor(size=_square(scale), crop_to_patches=True, max_patches=12),
        tokenizer=tokenizer,
        patch_size=scale.patch,
        downsample_factor=2,
        img_size=scale.image,
        chat_template=turns(image="<image>", **TURNS),
    )
    return AyaVisionForConditionalGeneration(config), processor


def cohere2_vision(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """Command A Vision: the features of an image are those of all its tiles."""
    tokenizer = _tokenizer(**IMAGE_ROLES)
    config = Cohere2VisionConfig(
        text_config=_language(scale, tokenizer),
        vision_config=_siglip(scale),
        image_token_id=SPECIAL.index("<|IMG_PATCH|>"),
        alignment_intermediate_size=4 * scale.hidden,
    )
    # What the processor calls the size of a patch is how many tokens a tile has on one side.
    images: dict[str, Any] = {"size": _square(scale), "patch_size": scale.image // scale.patch // 2, "max_patches": 12}
    processor = Cohere2VisionProcessor(
        image_processor=Cohere2VisionImageProcessor(**images),
        tokenizer=tokenizer,
        chat_template=turns(image="<|IMG_PATCH|>", **TURNS),
    )
    return Cohere2VisionForConditionalGeneration(config), processor


def _tokenizer(**roles: str) -> PreTrainedTokenizerFast:
    return wrapped(SPECIAL, adds_bos=True, padding_side="left", **ROLES, **roles)


def _language(scale: Scale, tokenizer: PreTrainedTokenizerFast) -> dict[str, Any]:
    ids = {name: SPECIAL.index(ROLES[name.removesuffix("_id")]) for name in ("pad_token_id", "bos_token_id", "eos_token_id")}
    windows = {"sliding_window": scale.window, "layer_types": layer_types(scale.layers, every=4), "logit_scale": 1.0}
    return {"model_type": "cohere2", "vocab_size": len(tokenizer), **ids, **windows, **text_sizes(scale)}


def _siglip(scale: Scale) -> dict[str, Any]:
    return {**vision_sizes(scale), "model_type": "siglip_vision_model", "vision_use_head": False}


def _square(scale: Scale) -> dict[str, int]:
    return {"height": scale.image, "width": scale.image}


ARCHITECTURES = (
    Architecture(
        "Aya-Vision",
        aya_vision,
        sources=(
            "vllm-project/vllm: examples/offline_inference/vision_language.py",
            "huggingface/transformers: src/transformers/models/aya_vision/processing_aya_vision.py",
        ),
        reconstructed="that the chat template writes BOS as well as the tokenizer",
    ),
    Architecture(
        "Cohere2-Vision",
        cohere2_vision,
        sources=(
            "vllm-project/vllm: examples/offline_inference/vision_language.py",
            "huggingface/transformers: src/transformers/models/cohere2_vision/processing_cohere2_vision.py",
        ),
        reconstructed="that the chat template writes BOS as well as the tokenizer",
    ),
)
