"""DeepSeek-VL and Janus: an image is a fixed number of tokens, padded to a square instead of cropped."""

from typing import Any

from transformers import (
    DeepseekVLConfig,
    DeepseekVLForConditionalGeneration,
    DeepseekVLImageProcessor,
    DeepseekVLProcessor,
    JanusConfig,
    JanusForConditionalGeneration,
    JanusImageProcessor,
    JanusProcessor,
    JanusVisionConfig,
    JanusVQVAEConfig,
    LlamaConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    SiglipVisionConfig,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.parts import text_sizes, turns, vision_sizes, wrapped

IMAGE = "<image_placeholder>"
ROLES: dict[str, Any] = {"bos_token": "<｜begin▁of▁sentence｜>", "eos_token": "<｜end▁of▁sentence｜>", "image_token": IMAGE}
SYSTEM = "You see the images that the user shows, and answer questions about them in words.\n\n"


def deepseek_vl(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """DeepSeek-VL 1.3B: one SigLIP encoder; a system prompt stands before the first turn."""
    special = [ROLES["bos_token"], ROLES["eos_token"], IMAGE]
    tokenizer = wrapped(special, adds_bos=True, pad_token=ROLES["eos_token"], **ROLES)
    config = DeepseekVLConfig(
        vision_config=SiglipVisionConfig(**vision_sizes(scale)),
        text_config=_text(scale, tokenizer),
        image_token_id=special.index(IMAGE),
        tie_word_embeddings=False,
    )
    processor = DeepseekVLProcessor(
        image_processor=DeepseekVLImageProcessor(**_square(scale)),
        tokenizer=tokenizer,
        num_image_tokens=(scale.image // scale.patch) ** 2,
        chat_template=turns(
            image=IMAGE,
            user=("User: ", "\n\n"),
            assistant=("Assistant: ", ROLES["eos_token"]),
            before=SYSTEM,
            prompt="Assistant:",
        ),
    )
    return DeepseekVLForConditionalGeneration(config), processor


def janus(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """Janus-Pro: its template has no system prompt, its processor writes one; it could draw images, too."""
    marks: dict[str, Any] = {"boi_token": "<begin_of_image>", "eoi_token": "<end_of_image>", "pad_token": "<｜▁pad▁｜>"}
    special = [ROLES["bos_token"], ROLES["eos_token"], IMAGE, *marks.values(), "<|User|>", "<|Assistant|>"]
    tokenizer = wrapped(special, adds_bos=True, **ROLES, **marks)
    tokens = (scale.image // scale.patch) ** 2
    encoder = {name: size for name, size in vision_sizes(scale).items() if name != "intermediate_size"}
    config = JanusConfig(
        vision_config=JanusVisionConfig(**encoder, mlp_ratio=2.0, projection_dim=scale.hidden, num_image_tokens=tokens),
        text_config=_text(scale, tokenizer),
        vq_config=JanusVQVAEConfig(
            num_embeddings=64,
            latent_channels=32,
            base_channels=32,
            channel_multiplier=[1, 1],
            num_res_blocks=1,
            projection_dim=scale.hidden,
            image_token_embed_dim=scale.hidden,
        ),
        image_token_id=special.index(IMAGE),
        tie_word_embeddings=False,
    )
    processor = JanusProcessor(
        image_processor=JanusImageProcessor(**_square(scale)),
        tokenizer=tokenizer,
        use_default_system_prompt=True,
        num_image_tokens=tokens,
        chat_template=turns(
            image="{% if not loop.first %}{{ '\n' }}{% endif %}" + IMAGE + "{% if not loop.last %}{{ '\n' }}{% endif %}",
            user=("<|User|>: ", "\n\n"),
            assistant=("<|Assistant|>: ", ROLES["eos_token"]),
            prompt="<|Assistant|>:",
        ),
    )
    return JanusForConditionalGeneration(config), processor


def _text(scale: Scale, tokenizer: PreTrainedTokenizerFast) -> LlamaConfig:
    ids = tokenizer.get_vocab()
    bos, eos, pad = (ids[str(token)] for token in (tokenizer.bos_token, tokenizer.eos_token, tokenizer.pad_token))
    sizes = text_sizes(scale)
    return LlamaConfig(**sizes, vocab_size=len(tokenizer), bos_token_id=bos, eos_token_id=eos, pad_token_id=pad)


def _square(scale: Scale) -> dict[str, Any]:
    half = [0.5, 0.5, 0.5]
    return {"size": {"height": scale.image, "width": scale.image}, "min_size": 14, "image_mean": half, "image_std": half}


ARCHITECTURES: tuple[Architecture, ...] = (
    Architecture(
        "DeepSeek-VL",
        deepseek_vl,
        sources=(
            "huggingface/transformers: tests/models/deepseek_vl/test_processing_deepseek_vl.py",
            "deepseek-ai/DeepSeek-VL: deepseek_vl/models/processing_vlm.py",
        ),
    ),
    Architecture(
        "Janus",
        janus,
        sources=(
            "huggingface/transformers: src/transformers/models/janus/convert_janus_weights_to_hf.py",
            "huggingface/transformers: tests/models/janus/test_processing_janus.py",
        ),
    ),
)
