"""MiniCPM-V 4.6 and 4.7: an overview and slices of an image, and the language model of Qwen3.5."""

from typing import Any

from transformers import (
    MiniCPMV4_6Config,
    MiniCPMV4_6ForConditionalGeneration,
    MiniCPMV4_6ImageProcessor,
    MiniCPMV4_6Processor,
    MiniCPMV4_6VideoProcessor,
    MiniCPMV4_7Config,
    MiniCPMV4_7ForConditionalGeneration,
    MiniCPMV4_7Processor,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.parts import CHATML, turns, vision_sizes, wrapped
from arena.starter.architectures.qwen import THOUGHT_PROMPT, THOUGHTS, hybrid, lengthen_memory

MEDIA: dict[str, Any] = {
    "image_token": "<|image_pad|>",
    "video_token": "<|video_pad|>",
    "image_start_token": "<image>",
    "image_end_token": "</image>",
    "slice_start_token": "<slice>",
    "slice_end_token": "</slice>",
    "image_id_start_token": "<image_id>",
    "image_id_end_token": "</image_id>",
}
"""What the tokenizer calls the tokens that stand for images and videos, and those around them."""
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", *MEDIA.values())
ROLES: dict[str, Any] = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
TOKENS: dict[str, Any] = {f"{name}_id": SPECIAL.index(MEDIA[name]) for name in ("image_token", "video_token")}


def minicpm_tokenizer() -> PreTrainedTokenizerFast:
    """No token begins a text: templates open the first turn at once."""
    tokenizer = wrapped(SPECIAL, model_specific_special_tokens=MEDIA, **ROLES)
    tokenizer.add_tokens(list(THOUGHTS))
    return tokenizer


def sizes(scale: Scale, vocabulary: int) -> dict[str, Any]:
    """Configurations of the language model and of the vision encoder, where 16 patches make a token."""
    text = hybrid(scale) | {"model_type": "qwen3_5_text", "vocab_size": vocabulary, "eos_token_id": 2, "pad_token_id": 0}
    encoder = vision_sizes(scale) | {"image_size": resolution(scale)}
    return {"text_config": text, "vision_config": encoder, "insert_layer_id": scale.layers // 4}


def resolution(scale: Scale) -> int:
    """Side of a slice, in pixels."""
    return max(scale.image, 16 * scale.patch)


def pixels(scale: Scale) -> dict[str, Any]:
    """Settings of image and video processors."""
    return {"scale_resolution": resolution(scale), "patch_size": scale.patch, "max_slice_nums": 9, "downsample_mode": "16x"}


def minicpm_v_4_6(scale: Scale) -> tuple[PreTrainedModel, Any]:
    tokenizer = minicpm_tokenizer()
    model = MiniCPMV4_6ForConditionalGeneration(MiniCPMV4_6Config(**sizes(scale, len(tokenizer)), **TOKENS))
    lengthen_memory(model)
    processor = MiniCPMV4_6Processor(
        image_processor=MiniCPMV4_6ImageProcessor(**pixels(scale)),
        video_processor=MiniCPMV4_6VideoProcessor(**pixels(scale)),
        tokenizer=tokenizer,
        chat_template=turns(image="<|image_pad|>\n", prompt=THOUGHT_PROMPT, **CHATML),
    )
    return model, processor


def minicpm_v_4_7(scale: Scale) -> tuple[PreTrainedModel, Any]:
    tokenizer = minicpm_tokenizer()
    # Positions of slices are read off these tokens.
    names = ("image_start", "image_end", "slice_start", "slice_end")
    marks: dict[str, Any] = {f"{name}_id": SPECIAL.index(MEDIA[f"{name}_token"]) for name in names}
    marks["newline_id"] = tokenizer.encode("\n")[0]
    config = MiniCPMV4_7Config(**sizes(scale, len(tokenizer)), **TOKENS, **marks)
    model = MiniCPMV4_7ForConditionalGeneration(config)
    lengthen_memory(model)
    processor = MiniCPMV4_7Processor(
        image_processor=MiniCPMV4_6ImageProcessor(**pixels(scale)),
        video_processor=MiniCPMV4_6VideoProcessor(**pixels(scale)),
        tokenizer=tokenizer,
        chat_template=turns(image="<|image_pad|>\n", prompt=THOUGHT_PROMPT, **CHATML),
    )
    return model, processor


_SWIFT = "modelscope/ms-swift: swift/template/templates/minicpm.py (MiniCPMV4_6Template)"
ARCHITECTURES: tuple[Architecture, ...] = (
    Architecture(
        "MiniCPM-V-4.6",
        minicpm_v_4_6,
        sources=(_SWIFT, "huggingface/transformers: docs/source/en/model_doc/minicpmv4_6.md"),
        reconstructed="names of the tokens around images and slices; generation_config",
    ),
    Architecture(
        "MiniCPM-V-4.7",
        minicpm_v_4_7,
        sources=(_SWIFT, "huggingface/transformers: docs/source/en/model_doc/minicpmv4_7.md"),
        reconstructed="that its turns are those of 4.6; generation_config",
    ),
)
