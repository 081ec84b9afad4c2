"""Ovis2: tiles with an overview before them, and an image that a template names by a word, not by a token."""

from typing import Any

from transformers import (
    Ovis2Config,
    Ovis2ForConditionalGeneration,
    Ovis2ImageProcessor,
    Ovis2Processor,
    Ovis2VisionConfig,
    PreTrainedModel,
    Qwen2Config,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.parts import CHATML, text_sizes, turns, vision_sizes, wrapped

INDICATORS = ("<IMG_START>", "<IMG_GRID>", "<IMG_COL>", "<IMG_ROW>", "<IMG_END>")
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<IMG_ATOM>", *INDICATORS)
ROLES: dict[str, Any] = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}


def ovis2(scale: Scale) -> tuple[PreTrainedModel, Any]:
    tokenizer = wrapped(SPECIAL, **ROLES)
    text = Qwen2Config(vocab_size=len(tokenizer), bos_token_id=0, eos_token_id=2, pad_token_id=0, **text_sizes(scale))
    vision = Ovis2VisionConfig(vocab_size=8 * scale.hidden, hidden_stride=2, **vision_sizes(scale))
    config = Ovis2Config(
        text_config=text,
        vision_config=vision,
        image_token_id=SPECIAL.index("<IMG_ATOM>"),
        visual_indicator_token_ids=[SPECIAL.index(token) for token in INDICATORS],
        vocab_size=len(tokenizer),
        hidden_size=scale.hidden,
    )
    model = Ovis2ForConditionalGeneration(config)
    model.generation_config.update(eos_token_id=[2, 0], pad_token_id=0, do_sample=True, repetition_penalty=1.05)
    processor = Ovis2Processor(
        image_processor=Ovis2ImageProcessor(
            crop_to_patches=True, size={"height": scale.image, "width": scale.image}, max_patches=9
        ),
        tokenizer=tokenizer,
        # Features of two by two patches make a token.
        image_seq_length=(scale.image // scale.patch // 2) ** 2,
        chat_template=turns(image="<image>\n", before="<|im_start|>system\nSay only what is true.<|im_end|>\n", **CHATML),
    )
    return model, processor


ARCHITECTURES: tuple[Architecture, ...] = (
    Architecture(
        "Ovis2",
        ovis2,
        sources=("huggingface/transformers: src/transformers/models/ovis2/convert_ovis2_weights_to_hf.py",),
        reconstructed="generation_config",
    ),
)
