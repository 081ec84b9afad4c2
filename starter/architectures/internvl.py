"""InternVL, in the layout that transformers runs itself: tiles of a fixed size, several for a picture that is not square."""

from typing import Any

from transformers import (
    GotOcr2ImageProcessor,
    InternVLConfig,
    InternVLForConditionalGeneration,
    InternVLProcessor,
    InternVLVideoProcessor,
    PreTrainedModel,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.parts import CHATML, text_sizes, turns, vision_sizes, wrapped

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<img>", "</img>", "<IMG_CONTEXT>", "<video>")
ROLES: dict[str, Any] = {
    "pad_token": "<|endoftext|>",
    "eos_token": "<|im_end|>",
    "start_image_token": "<img>",
    "end_image_token": "</img>",
    "context_image_token": "<IMG_CONTEXT>",
    "video_token": "<video>",
}


def internvl(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """InternVL3 with a Qwen2 language model."""
    tokenizer = wrapped(SPECIAL, **ROLES)
    tokens = (scale.image // scale.patch // 2) ** 2
    text = {"model_type": "qwen2", "vocab_size": len(tokenizer), "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 0}
    config = InternVLConfig(
        text_config={**text, **text_sizes(scale)},
        vision_config={**vision_sizes(scale), "attention_bias": True, "layer_scale_init_value": 0.7},
        image_token_id=SPECIAL.index("<IMG_CONTEXT>"),
        image_seq_length=tokens,
        tie_word_embeddings=False,
    )
    normal: dict[str, Any] = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
    square = {"height": scale.image, "width": scale.image}
    processor = InternVLProcessor(
        image_processor=GotOcr2ImageProcessor(size=square, crop_to_patches=False, min_patches=1, max_patches=12, **normal),
        tokenizer=tokenizer,
        video_processor=InternVLVideoProcessor(size=square, **normal),
        image_seq_length=tokens,
        chat_template=turns(image="<IMG_CONTEXT>\n", **CHATML),
    )
    return InternVLForConditionalGeneration(config), processor


ARCHITECTURES = (
    Architecture(
        "InternVL",
        internvl,
        sources=(
            "huggingface/transformers: src/transformers/models/internvl/convert_internvl_weights_to_hf.py",
            "huggingface/transformers: tests/models/internvl/test_processing_internvl.py",
        ),
    ),
)
