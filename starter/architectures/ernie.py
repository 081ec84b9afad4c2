"""ERNIE-4.5-VL: images are counted in words, and have experts of their own in the language model."""

from typing import Any

from transformers import (
    Ernie4_5_VLMoeConfig,
    Ernie4_5_VLMoeForConditionalGeneration,
    Ernie4_5_VLMoeImageProcessor,
    Ernie4_5_VLMoeProcessor,
    Ernie4_5_VLMoeVideoProcessor,
    PreTrainedModel,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.parts import text_sizes, turns, wrapped

MEDIA: dict[str, Any] = {
    "image_token": "<|IMAGE_PLACEHOLDER|>",
    "image_start_token": "<|IMAGE_START|>",
    "image_end_token": "<|IMAGE_END|>",
    "video_token": "<|VIDEO_PLACEHOLDER|>",
    "video_start_token": "<|VIDEO_START|>",
    "video_end_token": "<|VIDEO_END|>",
}
"""What the tokenizer calls the tokens that stand for images and videos, and those around them."""
ROLES: dict[str, Any] = {
    "unk_token": "<unk>",
    "pad_token": "<unk>",
    "bos_token": "<s>",
    "eos_token": "</s>",
    "cls_token": "<|begin_of_sentence|>",
    "sep_token": "<|end_of_sentence|>",
    "mask_token": "<mask:1>",
}
SPECIAL = (*dict.fromkeys(ROLES.values()), *MEDIA.values(), "<think>", "</think>")
COUNT = "{% set pictures.count = pictures.count + 1 %}Picture {{ pictures.count }}:"
NEXT = "{{ '\\n' }}Assistant: "


def ernie_4_5_vl(scale: Scale) -> tuple[PreTrainedModel, Any]:
    tokenizer = wrapped(SPECIAL, model_specific_special_tokens=MEDIA, **ROLES)
    side = scale.head // 2 * 11 // 32
    positions = {"rope_type": "default", "rope_theta": 5e5, "mrope_section": [side, side, scale.head // 2 - 2 * side]}
    experts: dict[str, Any] = {"moe_num_experts": 4, "moe_k": 2, "moe_num_shared_experts": 2}
    experts["moe_intermediate_size"] = [scale.hidden, scale.hidden // 2]
    text = text_sizes(scale) | experts | {"vocab_size": len(tokenizer), "rope_parameters": positions}
    text |= {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
    patches = {"patch_size": scale.patch, "spatial_merge_size": 2, "temporal_merge_size": 2}
    encoder = {"depth": scale.layers, "hidden_size": scale.hidden, "num_heads": scale.heads, **patches}
    tokens: dict[str, Any] = {f"{name}_id": SPECIAL.index(token) for name, token in MEDIA.items()}
    encoder["intermediate_size"] = 4 * scale.hidden
    config = Ernie4_5_VLMoeConfig(text_config=text, vision_config=encoder, **tokens)
    largest = max(scale.image, 16 * scale.patch) ** 2
    pixels: dict[str, Any] = {"patch_size": scale.patch, "merge_size": 2}
    pixels["size"] = {"shortest_edge": (4 * scale.patch) ** 2, "longest_edge": largest}
    processor = Ernie4_5_VLMoeProcessor(
        image_processor=Ernie4_5_VLMoeImageProcessor(**pixels),
        tokenizer=tokenizer,
        # Times are drawn on the frames of a video with a font, which a repository would have to hold.
        video_processor=Ernie4_5_VLMoeVideoProcessor(draw_on_frames=False, **pixels),
        chat_template=turns(
            before="{% set pictures = namespace(count=0) %}<|begin_of_sentence|>",
            image=COUNT + "<|IMAGE_START|><|IMAGE_PLACEHOLDER|><|IMAGE_END|>",
            user=("User: ", ""),
            assistant=(NEXT, "<|end_of_sentence|>"),
            prompt=NEXT + "<think>{% if not enable_thinking %}{{ '\\n\\n</think>\\n\\n' }}{% endif %}",
        ),
    )
    return Ernie4_5_VLMoeForConditionalGeneration(config), processor


ARCHITECTURES: tuple[Architecture, ...] = (
    Architecture(
        "ERNIE-4.5-VL",
        ernie_4_5_vl,
        sources=(
            "huggingface/transformers: src/transformers/models/ernie4_5_vl_moe/convert_ernie4_5_vl_moe_to_hf.py",
            "vllm-project/vllm: examples/generate/multimodal/vision_language_offline.py (run_ernie45_vl)",
            "modelscope/ms-swift: swift/template/templates/baidu.py (ERNIE_VLTemplate)",
        ),
        reconstructed="generation_config; a font for the frames of videos is left out",
    ),
)
