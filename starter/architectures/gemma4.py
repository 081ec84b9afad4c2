"""Gemma 3n and Gemma 4: embeddings for each layer, upper layers that reuse keys and values, and an encoder for sound."""

from typing import Any

import torch
from timm.models._efficientnet_builder import decode_arch_def
from transformers import (
    Gemma3nAudioFeatureExtractor,
    Gemma3nConfig,
    Gemma3nForConditionalGeneration,
    Gemma3nProcessor,
    Gemma4AudioFeatureExtractor,
    Gemma4Config,
    Gemma4ForConditionalGeneration,
    Gemma4ImageProcessor,
    Gemma4Processor,
    Gemma4VideoProcessor,
    PreTrainedModel,
    SiglipImageProcessor,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.gemma import IMAGE_ROLES, ROLES, SAMPLING, SPECIAL, TURNS, gemma_tokenizer
from arena.starter.architectures.parts import layer_types, text_sizes, turns, vision_sizes, wrapped

SOUND_ROLES: dict[str, Any] = {
    "audio_token": "<audio_soft_token>",
    "boa_token": "<start_of_audio>",
    "eoa_token": "<end_of_audio>",
}
GEMMA4_ROLES: dict[str, Any] = {
    "image_token": "<|image|>",
    "boi_token": "<|image>",
    "eoi_token": "<image|>",
    "audio_token": "<|audio|>",
    "boa_token": "<|audio>",
    "eoa_token": "<audio|>",
    "sot_token": "<|turn>",
    "eot_token": "<turn|>",
    "soc_token": "<|channel>",
    "eoc_token": "<channel|>",
    "think_token": "<|think|>",
    "str_token": "<|tool_response>",
}
GEMMA4_TURNS = turns(
    before="{{ bos_token }}{% if enable_thinking is defined and enable_thinking %}<|turn>system\n<|think|><turn|>\n{% endif %}",
    image="{{ '\\n\\n' }}<|image|>\n\n",
    words="{{ part['text'] | trim }}",
    user=("<|turn>user\n", "<turn|>\n"),
    assistant=("<|turn>model\n", "<turn|>\n"),
)


def gemma3n(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """Gemma 3n: a convolutional encoder of timm, which gives each image the same number of tokens."""
    tokenizer = gemma_tokenizer(*IMAGE_ROLES.values(), *SOUND_ROLES.values(), **IMAGE_ROLES, **SOUND_ROLES)
    side = min(16, scale.image // 8)
    ids = tokenizer.get_vocab()
    text = {**_language(scale, len(tokenizer)), "laurel_rank": scale.head, "altup_num_inputs": 2}
    text["activation_sparsity_pattern"] = [0.95] + [0.0] * (text["num_hidden_layers"] - 1)
    config = Gemma3nConfig(
        text_config=text,
        vision_config={"vocab_size": 8, "vocab_offset": len(tokenizer), "model_args": _mobilenet(side)},
        audio_config={
            "hidden_size": scale.hidden,
            "vocab_size": 8,
            "vocab_offset": len(tokenizer) + 8,
            "conf_num_attention_heads": scale.heads,
            "conf_num_hidden_layers": 1,
            "sscp_conv_channel_size": [8, 4],
        },
        vision_soft_tokens_per_image=side**2,
        image_token_id=ids["<image_soft_token>"],
        boi_token_id=ids["<start_of_image>"],
        eoi_token_id=ids["<end_of_image>"],
        audio_token_id=ids["<audio_soft_token>"],
        boa_token_id=ids["<start_of_audio>"],
        eoa_token_id=ids["<end_of_audio>"],
    )
    square = {"height": scale.image, "width": scale.image}
    processor = Gemma3nProcessor(
        feature_extractor=Gemma3nAudioFeatureExtractor(),
        image_processor=SiglipImageProcessor(size=square, do_normalize=False, image_seq_length=side**2),
        tokenizer=tokenizer,
        image_seq_length=side**2,
        chat_template=turns(image="<image_soft_token>", **TURNS),
    )
    model = Gemma3nForConditionalGeneration(config)
    # Timm has put layers, which no file can hold, into the settings that it was given.
    vision: Any = model.config.vision_config
    vision.model_args = _mobilenet(side)
    for name, parameter in model.named_parameters():
        if name.endswith("correct_output_scale"):
            # A fresh model has it at 0, and with it no embeddings for each layer.
            torch.nn.init.constant_(parameter, 0.7)
    model.generation_config.update(eos_token_id=[ids["<eos>"], ids["<end_of_turn>"]], **SAMPLING)
    return model, processor


def gemma4(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """Gemma 4 E4B: an image of any shape within a budget of tokens; thoughts where they are asked for."""
    tokenizer = wrapped((*SPECIAL, *GEMMA4_ROLES.values(), "<|video|>"), padding_side="left", **ROLES, **GEMMA4_ROLES)
    ids = tokenizer.get_vocab()
    vision = {
        **vision_sizes(scale),
        "num_key_value_heads": scale.heads,
        "head_dim": scale.head,
        "position_embedding_size": 1024,
        "use_clipped_linears": True,
    }
    config = Gemma4Config(
        text_config={**_language(scale, len(tokenizer)), "global_head_dim": 2 * scale.head, "final_logit_softcapping": 30.0},
        vision_config=vision,
        audio_config={
            "hidden_size": scale.hidden,
            "num_hidden_layers": 1,
            "num_attention_heads": scale.heads,
            "subsampling_conv_channels": [8, 4],
            "output_proj_dims": scale.hidden,
        },
        image_token_id=ids["<|image|>"],
        boi_token_id=ids["<|image>"],
        eoi_token_id=ids["<image|>"],
        audio_token_id=ids["<|audio|>"],
        boa_token_id=ids["<|audio>"],
        eoa_token_index=ids["<audio|>"],
        video_token_id=ids["<|video|>"],
    )
    budget: dict[str, Any] = {"patch_size": scale.patch, "max_soft_tokens": 70, "pooling_kernel_size": 3}
    processor = Gemma4Processor(
        feature_extractor=Gemma4AudioFeatureExtractor(),
        image_processor=Gemma4ImageProcessor(**budget),
        tokenizer=tokenizer,
        video_processor=Gemma4VideoProcessor(**budget),
        image_seq_length=70,
        chat_template=GEMMA4_TURNS,
    )
    model = Gemma4ForConditionalGeneration(config)
    ends = [ids["<eos>"], ids["<turn|>"], ids["<|tool_response>"]]
    model.generation_config.update(eos_token_id=ends, **SAMPLING)
    return model, processor


def _language(scale: Scale, vocabulary: int) -> dict[str, Any]:
    # The upper half reuses what the last layer of each kind in the lower half has stored.
    half = max(2, scale.layers // 2)
    return {
        **text_sizes(scale),
        "num_hidden_layers": 2 * half,
        "layer_types": 2 * layer_types(half, every=6),
        "num_kv_shared_layers": half,
        "sliding_window": scale.window,
        "vocab_size": vocabulary,
        "vocab_size_per_layer_input": vocabulary,
        "hidden_size_per_layer_input": scale.head,
    }


def _mobilenet(side: int) -> dict[str, Any]:
    """MobileNet V5 with few blocks; timm fixes the width of its last layer, 2,048."""
    stages = [["er_r1_k3_s2_e4_c16"], ["uir_r1_a3_k5_s2_e4_c32"], ["mqa_r1_k3_h2_s1_d16_c32", "uir_r1_a0_k0_s1_e2_c32"]]
    return {
        "block_args": decode_arch_def(stages),
        "stem_size": 16,
        "msfa_output_resolution": side,
        "layer_scale_init_value": 0.5,
    }


ARCHITECTURES = (
    Architecture(
        "Gemma 3n",
        gemma3n,
        sources=("huggingface/transformers: src/transformers/models/gemma3n/convert_gemma3n_weights.py",),
    ),
    Architecture(
        "Gemma 4",
        gemma4,
        sources=(
            "huggingface/transformers: src/transformers/models/gemma4/convert_gemma4_weights.py",
            "huggingface/transformers: docs/source/en/model_doc/gemma4.md",
            "ggml-org/llama.cpp: models/templates/gemma4.jinja",
        ),
        reconstructed="that the smaller ones leave the channel of thoughts out of the generation prompt",
    ),
)
