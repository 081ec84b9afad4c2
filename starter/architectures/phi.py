"""Phi-4-multimodal: an overview after the crops of an image, padded crops, and ears that nobody asks here.

Its language model answers pictures with one adapter and sounds with another.
"""

from pathlib import Path
from typing import Any

from transformers import (
    Phi4MultimodalAudioConfig,
    Phi4MultimodalConfig,
    Phi4MultimodalFeatureExtractor,
    Phi4MultimodalForCausalLM,
    Phi4MultimodalImageProcessor,
    Phi4MultimodalProcessor,
    Phi4MultimodalVisionConfig,
    PreTrainedModel,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.parts import text_sizes, turns, vision_sizes, wrapped

MEDIA = {"image_token": "<|image|>", "audio_token": "<|audio|>"}
SPECIAL = ("<|endoftext|>", *MEDIA.values(), "<|system|>", "<|user|>", "<|assistant|>", "<|end|>")
ROLES: dict[str, Any] = dict.fromkeys(("bos_token", "eos_token", "pad_token", "unk_token"), "<|endoftext|>")
END = SPECIAL.index("<|end|>")
LANGUAGE_LAYERS = r"model\.layers\..*(self_attn\.(qkv|o)_proj|mlp\.(gate_up|down)_proj)"
"""Those that the adapters change."""


def audio_encoder(scale: Scale) -> Phi4MultimodalAudioConfig:
    """A small encoder of sounds: it is there, as in the public repository."""
    return Phi4MultimodalAudioConfig(
        hidden_size=scale.hidden,
        intermediate_size=scale.hidden,
        num_blocks=2,
        num_attention_heads=scale.heads,
        ext_pw_out_channel=scale.hidden,
        depthwise_separable_out_channel=scale.hidden,
        nemo_conv_channels=8,
        bias_max_distance=16,
        audio_token_id=SPECIAL.index(MEDIA["audio_token"]),
    )


def positions(scale: Scale) -> dict[str, Any]:
    """Three quarters of each head are rotated, more slowly where a text is longer than the first training saw."""
    count = 3 * scale.head // 4 // 2
    slower = {"short_factor": [1.0] * count, "long_factor": [1.0 + step for step in range(count)]}
    return {"rope_type": "longrope", "rope_theta": 10000.0, "partial_rotary_factor": 0.75, **slower}


def phi_4_multimodal(scale: Scale) -> tuple[PreTrainedModel, Any]:
    tokenizer = wrapped(SPECIAL, model_specific_special_tokens=MEDIA, **ROLES)
    # The processor counts on 32 by 32 patches, whatever their size.
    side = 32 * scale.patch
    sizes: dict[str, Any] = vision_sizes(scale) | {"image_size": side, "crop_size": side}
    vision = Phi4MultimodalVisionConfig(image_token_id=SPECIAL.index(MEDIA["image_token"]), **sizes)
    config = Phi4MultimodalConfig(
        vocab_size=len(tokenizer),
        vision_config=vision,
        audio_config=audio_encoder(scale),
        max_position_embeddings=131072,
        original_max_position_embeddings=4096,
        rope_parameters=positions(scale),
        bos_token_id=0,
        eos_token_id=[0, END],
        pad_token_id=0,
        tie_word_embeddings=True,
        **text_sizes(scale),
    )
    model = Phi4MultimodalForCausalLM(config)
    model.generation_config.update(eos_token_id=[0, END], pad_token_id=0, bos_token_id=0)
    processor = Phi4MultimodalProcessor(
        image_processor=Phi4MultimodalImageProcessor(
            size={"height": side, "width": side}, patch_size=scale.patch, dynamic_hd=36
        ),
        audio_processor=Phi4MultimodalFeatureExtractor(),
        tokenizer=tokenizer,
        chat_template=turns(image="<|image|>", user=("<|user|>", "<|end|>"), assistant=("<|assistant|>", "<|end|>")),
    )
    return model, processor


def save_adapters(folder: Path, model: PreTrainedModel) -> None:
    """The adapters for pictures and for sounds, each in a folder of its own."""
    # Imported here because it takes seconds, and no other architecture needs it.
    from peft import LoraConfig, get_peft_model  # noqa: PLC0415

    settings = LoraConfig(r=4, lora_alpha=8, target_modules=LANGUAGE_LAYERS, init_lora_weights=False)
    both = get_peft_model(model, settings, adapter_name="vision-lora")
    both.add_adapter("speech-lora", settings)
    both.save_pretrained(str(folder))


ARCHITECTURES: tuple[Architecture, ...] = (
    Architecture(
        "Phi-4-multimodal",
        phi_4_multimodal,
        sources=(
            "vllm-project/vllm: tests/models/multimodal/generation/test_phi4_multimodal.py (turns, tokens)",
            "huggingface/transformers: src/transformers/models/phi4_multimodal/convert_phi4_multimodal_weights_to_hf.py",
            "huggingface/transformers: docs/source/en/model_doc/phi4_multimodal.md",
        ),
        reconstructed="generation_config, positions and the configuration of the adapters",
        extras=save_adapters,
    ),
)
