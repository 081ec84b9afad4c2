"""Kimi K2.5: latent attention, mixed experts, and images as they are, only padded to whole tokens."""

from typing import Any

from transformers import (
    DeepseekV3Config,
    Kimi_K25Config,
    Kimi_K25ForConditionalGeneration,
    Kimi_K25ImageProcessor,
    Kimi_K25Processor,
    Kimi_K25VideoProcessor,
    PreTrainedModel,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.parts import turns, vision_sizes, wrapped

SPECIAL = (
    *("[BOS]", "[EOS]", "<|im_end|>", "<|im_user|>", "<|im_assistant|>", "<|im_system|>", "<|im_middle|>", "[PAD]"),
    *("<|media_begin|>", "<|media_content|>", "<|media_end|>", "<|media_pad|>", "<|kimi_k25_video_placeholder|>"),
)
ROLES: dict[str, Any] = {"bos_token": "[BOS]", "eos_token": "[EOS]", "pad_token": "[PAD]"}
END = SPECIAL.index("<|im_end|>")
TOKENS: dict[str, Any] = {
    "image_token_id": SPECIAL.index("<|media_pad|>"),
    "video_token_id": SPECIAL.index("<|kimi_k25_video_placeholder|>"),
    "vision_start_token_id": SPECIAL.index("<|media_begin|>"),
    "vision_end_token_id": SPECIAL.index("<|media_end|>"),
}
USER, ASSISTANT = "<|im_user|>user<|im_middle|>", "<|im_assistant|>assistant<|im_middle|>"


def language(scale: Scale, vocabulary: int) -> DeepseekV3Config:
    """The language model: keys and values are kept as one small vector a token."""
    heads = {"qk_nope_head_dim": scale.head, "qk_rope_head_dim": scale.head, "v_head_dim": scale.head}
    experts = {"n_routed_experts": 4, "num_experts_per_tok": 2, "n_shared_experts": 1, "first_k_dense_replace": 1}
    settings: dict[str, Any] = heads | experts | {"moe_intermediate_size": scale.hidden, "n_group": 1, "topk_group": 1}
    return DeepseekV3Config(
        vocab_size=vocabulary,
        hidden_size=scale.hidden,
        intermediate_size=2 * scale.hidden,
        num_hidden_layers=scale.layers,
        num_attention_heads=scale.heads,
        num_key_value_heads=scale.heads,
        q_lora_rank=scale.hidden // 2,
        kv_lora_rank=scale.hidden // 2,
        bos_token_id=SPECIAL.index("[BOS]"),
        eos_token_id=END,
        pad_token_id=SPECIAL.index("[PAD]"),
        num_mtp_layers=0,
        **settings,
    )


def kimi_k2_5(scale: Scale) -> tuple[PreTrainedModel, Any]:
    tokenizer = wrapped(SPECIAL, **ROLES)
    side = scale.image // scale.patch
    encoder = vision_sizes(scale) | {"pos_emb_height": side, "pos_emb_width": side, "merge_kernel_size": [2, 2]}
    del encoder["image_size"]
    config = Kimi_K25Config(
        text_config=language(scale, len(tokenizer)),
        vision_config=encoder,
        projection_hidden_size=scale.hidden,
        tie_word_embeddings=False,
        **TOKENS,
    )
    largest = max(side, 16)
    pixels: dict[str, Any] = {"patch_size": scale.patch, "merge_size": 2, "max_patches": largest**2}
    # A side has at most four times as many patches as the root of their largest number.
    pixels["size"] = {"max_height": 4 * largest, "max_width": 4 * largest}
    processor = Kimi_K25Processor(
        image_processor=Kimi_K25ImageProcessor(**pixels),
        tokenizer=tokenizer,
        video_processor=Kimi_K25VideoProcessor(**pixels),
        chat_template=turns(
            image="<|media_begin|>image<|media_content|><|media_pad|><|media_end|>\n",
            user=(USER, "<|im_end|>"),
            assistant=(ASSISTANT + "<think></think>", "<|im_end|>"),
            prompt=ASSISTANT + "<think>{% if thinking is defined and not thinking %}</think>{% endif %}",
        ),
    )
    return Kimi_K25ForConditionalGeneration(config), processor


ARCHITECTURES: tuple[Architecture, ...] = (
    Architecture(
        "Kimi-K2.5",
        kimi_k2_5,
        sources=(
            "modelscope/ms-swift: swift/template/templates/moonshot.py (MoonlightTemplateMeta, KimiK25Template)",
            "vllm-project/vllm: examples/generate/multimodal/vision_language_offline.py (run_kimi_k25)",
            "huggingface/transformers: src/transformers/models/kimi_k25/configuration_kimi_k25.py",
        ),
        reconstructed="names of the first and the last token; generation_config",
    ),
)
