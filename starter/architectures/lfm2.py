"""LFM2-VL: layers of short convolutions beside attention, and SigLIP 2 on tiles or on an image of any shape."""

from typing import Any

from transformers import (
    Lfm2VlConfig,
    Lfm2VlForConditionalGeneration,
    Lfm2VlImageProcessor,
    Lfm2VlProcessor,
    PreTrainedModel,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.parts import CHATML, layer_types, text_sizes, turns, vision_sizes, wrapped

SPECIAL = (
    *("<|pad|>", "<|startoftext|>", "<|endoftext|>", "<|im_start|>", "<|im_end|>"),
    *("<image>", "<|image_start|>", "<|image_end|>", "<|img_thumbnail|>"),
    *(f"<|img_row_{row}_col_{column}|>" for row in range(1, 11) for column in range(1, 11)),
)
ROLES: dict[str, Any] = {"bos_token": "<|startoftext|>", "eos_token": "<|im_end|>", "pad_token": "<|pad|>"}


def lfm2_vl(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """LFM2-VL-1.6B: a large image is cut into tiles and shown as a whole after them, a small one keeps its shape."""
    tokenizer = wrapped(SPECIAL, adds_bos=True, **ROLES)
    text = {"model_type": "lfm2", "vocab_size": len(tokenizer), "block_auto_adjust_ff_dim": False}
    ids = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": SPECIAL.index("<|im_end|>")}
    layers = {"layer_types": layer_types(scale.layers, every=3, others="conv")}
    # SigLIP 2 knows how many places it has, for images of any shape, and no size of an image.
    vision = {name: size for name, size in vision_sizes(scale).items() if name != "image_size"}
    vision |= {"model_type": "siglip2_vision_model", "vision_use_head": False, "num_patches": (scale.image // scale.patch) ** 2}
    config = Lfm2VlConfig(
        text_config={**text, **ids, **layers, **text_sizes(scale)},
        vision_config=vision,
        image_token_id=SPECIAL.index("<image>"),
        projector_hidden_size=2 * scale.hidden,
        downsample_factor=2,
    )
    tokens = (scale.image // scale.patch // 2) ** 2
    processor = Lfm2VlProcessor(
        image_processor=Lfm2VlImageProcessor(
            tile_size=scale.image,
            size={"height": scale.image, "width": scale.image},
            encoder_patch_size=scale.patch,
            downsample_factor=2,
            min_image_tokens=tokens // 4,
            max_image_tokens=tokens,
        ),
        tokenizer=tokenizer,
        chat_template=turns(before="{{ bos_token }}", image="<image>", **CHATML),
    )
    model = Lfm2VlForConditionalGeneration(config)
    model.generation_config.update(do_sample=True, temperature=0.1, min_p=0.15, repetition_penalty=1.05)
    return model, processor


ARCHITECTURES = (
    Architecture(
        "LFM2-VL",
        lfm2_vl,
        sources=(
            "huggingface/transformers: tests/models/lfm2_vl/test_processing_lfm2_vl.py",
            "https://huggingface.co/davanstrien/lfm2-vl-iconclass/blob/main/config.json",
        ),
        reconstructed="how it samples",
    ),
)
