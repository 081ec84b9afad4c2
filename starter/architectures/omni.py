"""Qwen2.5-Omni: a repository that holds three models, of which one, the thinker, answers in words."""

from typing import Any

from transformers import (
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen2_5OmniConfig,
    Qwen2_5OmniForConditionalGeneration,
    Qwen2_5OmniProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLVideoProcessor,
    WhisperFeatureExtractor,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.parts import CHATML, text_sizes, turns, wrapped
from arena.starter.architectures.qwen import SYSTEM, frequencies, pixels, quarters, vision

MEDIA: dict[str, Any] = {
    "image_token": "<|IMAGE|>",
    "video_token": "<|VIDEO|>",
    "audio_token": "<|AUDIO|>",
    "vision_bos_token": "<|vision_bos|>",
    "vision_eos_token": "<|vision_eos|>",
    "audio_bos_token": "<|audio_bos|>",
    "audio_eos_token": "<|audio_eos|>",
}
"""What the tokenizer calls the tokens that stand for images, videos and sounds, and those around them."""
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", *MEDIA.values())
ROLES: dict[str, Any] = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
TOKENS: dict[str, Any] = {
    "image_token_index": SPECIAL.index(MEDIA["image_token"]),
    "video_token_index": SPECIAL.index(MEDIA["video_token"]),
    "audio_token_index": SPECIAL.index(MEDIA["audio_token"]),
    "vision_start_token_id": SPECIAL.index(MEDIA["vision_bos_token"]),
    "vision_end_token_id": SPECIAL.index(MEDIA["vision_eos_token"]),
    "audio_start_token_id": SPECIAL.index(MEDIA["audio_bos_token"]),
    "audio_end_token_id": SPECIAL.index(MEDIA["audio_eos_token"]),
}


def language(scale: Scale) -> dict[str, Any]:
    """Sizes and positions, which the thinker and the talker share."""
    sections = frequencies(scale.head, 3 / 8)
    return text_sizes(scale) | {
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": sections},
        "pad_token_id": SPECIAL.index("<|endoftext|>"),
    }


def thinker(scale: Scale, tokenizer: PreTrainedTokenizerFast) -> dict[str, Any]:
    """The model that sees, hears and answers in words."""
    encoder = vision(scale) | {"intermediate_size": 2 * scale.hidden, "out_hidden_size": scale.hidden}
    encoder |= {"window_size": 8 * scale.patch, "fullatt_block_indexes": quarters(scale)}
    audio = {"encoder_layers": 1, "encoder_attention_heads": scale.heads, "d_model": scale.hidden}
    audio |= {"encoder_ffn_dim": scale.hidden, "output_dim": scale.hidden}
    ends = {"bos_token_id": SPECIAL.index("<|im_start|>"), "eos_token_id": SPECIAL.index("<|im_end|>")}
    words = {"vocab_size": len(tokenizer), "tie_word_embeddings": False}
    user = {"user_token_id": tokenizer.encode("user")[0]}
    text = language(scale) | ends | words
    return {"text_config": text, "vision_config": encoder, "audio_config": audio} | user | TOKENS


def talker(scale: Scale) -> dict[str, Any]:
    """The model that makes sounds of words; nobody asks it here."""
    marks = ("tts_text_start", "tts_text_end", "tts_text_pad")
    codec = ("tts_codec_start", "tts_codec_end", "tts_codec_pad", "tts_codec_mask")
    ids = {f"{name}_token_id": place for names in (marks, codec) for place, name in enumerate(names)}
    return language(scale) | TOKENS | ids | {"vocab_size": 32, "embedding_size": scale.hidden, "num_hidden_layers": 1}


def vocoder() -> dict[str, Any]:
    """The model that makes waves of sounds; the smallest that can be."""
    encoder = {"enc_channels": [8] * 5, "enc_emb_dim": 8, "enc_dim": 8, "enc_attention_channels": 8, "enc_se_channels": 8}
    transformer = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "head_dim": 8, "emb_dim": 8}
    waves = {"upsample_initial_channel": 8, "upsample_rates": [2], "upsample_kernel_sizes": [4]}
    return {"dit_config": transformer | encoder | {"num_embeds": 33}, "bigvgan_config": waves}


def qwen2_5_omni(scale: Scale) -> tuple[PreTrainedModel, Any]:
    tokenizer = wrapped(SPECIAL, model_specific_special_tokens=MEDIA, **ROLES)
    config = Qwen2_5OmniConfig(
        thinker_config=thinker(scale, tokenizer), talker_config=talker(scale), token2wav_config=vocoder()
    )
    processor = Qwen2_5OmniProcessor(
        image_processor=Qwen2VLImageProcessor(**pixels(scale)),
        video_processor=Qwen2VLVideoProcessor(**pixels(scale)),
        feature_extractor=WhisperFeatureExtractor(feature_size=128),
        tokenizer=tokenizer,
        chat_template=turns(image="<|vision_bos|><|IMAGE|><|vision_eos|>", before=SYSTEM, **CHATML),
    )
    return Qwen2_5OmniForConditionalGeneration(config), processor


ARCHITECTURES: tuple[Architecture, ...] = (
    Architecture(
        "Qwen2.5-Omni",
        qwen2_5_omni,
        sources=(
            "vllm-project/vllm: examples/generate/multimodal/vision_language_offline.py (run_qwen2_5_omni)",
            "huggingface/transformers: docs/source/en/model_doc/qwen2_5_omni.md",
            "huggingface/transformers: src/transformers/models/qwen2_5_omni/configuration_qwen2_5_omni.py",
        ),
        reconstructed="generation_config; the voices `spk_dict.pt` of the public repository are left out",
    ),
)
