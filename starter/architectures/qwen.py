"""Qwen2-VL, Qwen2.5-VL, Qwen3-VL and Qwen3.5: ChatML, and as many tokens an image as its size asks for."""

from typing import Any

from transformers import (
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLProcessor,
    Qwen2VLConfig,
    Qwen2VLForConditionalGeneration,
    Qwen2VLImageProcessor,
    Qwen2VLProcessor,
    Qwen2VLVideoProcessor,
    Qwen3_5Config,
    Qwen3_5ForConditionalGeneration,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLMoeConfig,
    Qwen3VLMoeForConditionalGeneration,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.parts import CHATML, text_sizes, turns, wrapped

SPECIAL = (
    *("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>"),
    *("<|box_start|>", "<|box_end|>", "<|quad_start|>", "<|quad_end|>"),
    *("<|vision_start|>", "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>"),
)
THOUGHTS = ("<think>", "</think>")
"""Tokens that are no special ones: they are written out as other words are."""
IMAGE = "<|vision_start|><|image_pad|><|vision_end|>"
QUIET = "{% if enable_thinking is defined and not enable_thinking %}{{ '\\n</think>\\n\\n' }}{% endif %}"
THOUGHT_PROMPT = CHATML["assistant"][0] + "<think>\n" + QUIET
"""Generation prompt that opens a thought, and closes it at once where thoughts are switched off."""
SYSTEM = "<|im_start|>system\nSay only what is true.<|im_end|>\n"
ROLES: dict[str, Any] = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
PAD, END = SPECIAL.index("<|endoftext|>"), SPECIAL.index("<|im_end|>")
ENDS: dict[str, Any] = {"eos_token_id": [END, PAD], "pad_token_id": PAD, "bos_token_id": PAD}
TOKENS: dict[str, Any] = {
    "image_token_id": SPECIAL.index("<|image_pad|>"),
    "video_token_id": SPECIAL.index("<|video_pad|>"),
    "vision_start_token_id": SPECIAL.index("<|vision_start|>"),
    "vision_end_token_id": SPECIAL.index("<|vision_end|>"),
}


def chatml_tokenizer() -> PreTrainedTokenizerFast:
    """No token begins a text: templates open the first turn at once."""
    tokenizer = wrapped(SPECIAL, **ROLES)
    tokenizer.add_tokens(list(THOUGHTS))
    return tokenizer


def pixels(scale: Scale) -> dict[str, Any]:
    """Settings of image and video processors: from 4 tokens an image to 64, or to those of a square of the scale's side."""
    side = max(scale.image, 16 * scale.patch)
    size = {"shortest_edge": (4 * scale.patch) ** 2, "longest_edge": side**2}
    return {"patch_size": scale.patch, "temporal_patch_size": 2, "merge_size": 2, "size": size}


def frequencies(rotated: int, share: float) -> list[int]:
    """How many frequencies of positions count time, height and width, of half as many as numbers are rotated."""
    side = int(rotated // 2 * share)
    return [rotated // 2 - 2 * side, side, side]


def language(scale: Scale, sections: list[int], **rope: Any) -> dict[str, Any]:
    """The language model, whose positions count time, height and width of images."""
    positions = {"rope_type": "default", "rope_theta": 1e6, "mrope_section": sections, **rope}
    ends = {"bos_token_id": None, "eos_token_id": END, "pad_token_id": PAD}
    return text_sizes(scale) | ends | {"vocab_size": len(chatml_tokenizer()), "rope_parameters": positions}


def vision(scale: Scale) -> dict[str, Any]:
    """The vision encoder; four patches make a token."""
    patches = {"patch_size": scale.patch, "spatial_merge_size": 2, "temporal_patch_size": 2}
    return {"depth": scale.layers, "hidden_size": scale.hidden, "num_heads": scale.heads, **patches}


def quarters(scale: Scale) -> list[int]:
    """The last of every four layers, and the last of all."""
    return [*range(3, scale.layers - 1, 4), scale.layers - 1]


def qwen2_vl(scale: Scale) -> tuple[PreTrainedModel, Any]:
    config = Qwen2VLConfig(
        text_config=language(scale, frequencies(scale.head, 3 / 8)),
        vision_config=vision(scale) | {"embed_dim": scale.hidden, "mlp_ratio": 2},
        **TOKENS,
    )
    model = Qwen2VLForConditionalGeneration(config)
    sampling = {"temperature": 0.01, "top_p": 0.001, "top_k": 1, "repetition_penalty": 1.05}
    model.generation_config.update(do_sample=True, **sampling, **ENDS)
    processor = Qwen2VLProcessor(
        image_processor=Qwen2VLImageProcessor(**pixels(scale)),
        tokenizer=chatml_tokenizer(),
        video_processor=Qwen2VLVideoProcessor(**pixels(scale)),
        chat_template=turns(image=IMAGE, before=SYSTEM, **CHATML),
    )
    return model, processor


def qwen2_5_vl(scale: Scale) -> tuple[PreTrainedModel, Any]:
    encoder = vision(scale) | {"intermediate_size": 2 * scale.hidden, "out_hidden_size": scale.hidden}
    # Most layers of the encoder look at windows of eight by eight patches.
    encoder |= {"window_size": 8 * scale.patch, "fullatt_block_indexes": quarters(scale)}
    text = language(scale, frequencies(scale.head, 3 / 8))
    model = Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig(text_config=text, vision_config=encoder, **TOKENS))
    model.generation_config.update(do_sample=True, temperature=1e-6, top_k=1, repetition_penalty=1.05, **ENDS)
    processor = Qwen2_5_VLProcessor(
        image_processor=Qwen2VLImageProcessor(**pixels(scale)),
        tokenizer=chatml_tokenizer(),
        video_processor=Qwen2VLVideoProcessor(**pixels(scale)),
        chat_template=turns(image=IMAGE, before=SYSTEM, **CHATML),
    )
    return model, processor


def deepstack(scale: Scale) -> dict[str, Any]:
    """The vision encoder of Qwen3-VL: a learnt square of positions, and features of deeper layers."""
    step = max(1, scale.layers // 4)
    sizes = {"intermediate_size": 2 * scale.hidden, "out_hidden_size": scale.hidden}
    positions = {"num_position_embeddings": (scale.image // scale.patch) ** 2}
    return vision(scale) | sizes | positions | {"deepstack_visual_indexes": [*range(step, scale.layers, step)][:3]}


def qwen3_processor(scale: Scale, prompt: str | None = None) -> Qwen3VLProcessor:
    """No system turn unless somebody asks for one."""
    return Qwen3VLProcessor(
        image_processor=Qwen2VLImageProcessor(**pixels(scale)),
        tokenizer=chatml_tokenizer(),
        video_processor=Qwen3VLVideoProcessor(**pixels(scale)),
        chat_template=turns(image=IMAGE, prompt=prompt, **CHATML),
    )


def qwen3_vl(scale: Scale) -> tuple[PreTrainedModel, Any]:
    text = language(scale, frequencies(scale.head, 5 / 16), mrope_interleaved=True)
    config = Qwen3VLConfig(text_config=text, vision_config=deepstack(scale), tie_word_embeddings=True, **TOKENS)
    model = Qwen3VLForConditionalGeneration(config)
    model.generation_config.update(do_sample=True, temperature=0.7, top_p=0.8, top_k=20, **ENDS)
    return model, qwen3_processor(scale)


def qwen3_vl_moe(scale: Scale) -> tuple[PreTrainedModel, Any]:
    text = language(scale, frequencies(scale.head, 5 / 16), mrope_interleaved=True)
    text |= {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": scale.hidden}
    model = Qwen3VLMoeForConditionalGeneration(Qwen3VLMoeConfig(text_config=text, vision_config=deepstack(scale), **TOKENS))
    model.generation_config.update(do_sample=True, temperature=0.7, top_p=0.8, top_k=20, **ENDS)
    return model, qwen3_processor(scale)


def hybrid(scale: Scale) -> dict[str, Any]:
    """The language model of Qwen3.5: linear attention in all layers but the last of every four."""
    # A quarter of each head is rotated, and heads are wider than their share of the model.
    text = language(scale, frequencies(scale.head, 5 / 16), mrope_interleaved=True, partial_rotary_factor=0.25)
    kinds = ["full_attention" if layer in quarters(scale) else "linear_attention" for layer in range(scale.layers)]
    heads = {"linear_num_key_heads": scale.key_heads, "linear_num_value_heads": scale.heads}
    heads |= {"head_dim": 4 * scale.head, "linear_key_head_dim": scale.head, "linear_value_head_dim": scale.head}
    return text | heads | {"layer_types": kinds}


def lengthen_memory(model: PreTrainedModel) -> None:
    """Fresh layers of linear attention forget within a few tokens; trained ones remember the image."""
    for name, parameter in model.named_parameters():
        if name.endswith("dt_bias"):
            parameter.data.fill_(-4.0)


def qwen3_5(scale: Scale) -> tuple[PreTrainedModel, Any]:
    encoder = {name: value for name, value in deepstack(scale).items() if name != "deepstack_visual_indexes"}
    model = Qwen3_5ForConditionalGeneration(Qwen3_5Config(text_config=hybrid(scale), vision_config=encoder, **TOKENS))
    lengthen_memory(model)
    return model, qwen3_processor(scale, prompt=THOUGHT_PROMPT)


_TEMPLATES = "huggingface/trl: trl/chat_templates"
_PROMPTS = "vllm-project/vllm: examples/generate/multimodal/vision_language_offline.py"
_TINY = "huggingface/trl: scripts/generate_tiny_models/for_conditional_generation"
ARCHITECTURES: tuple[Architecture, ...] = (
    Architecture(
        "Qwen2-VL",
        qwen2_vl,
        sources=(
            f"{_TEMPLATES}/qwen2_vl_training.jinja",
            f"{_PROMPTS} (run_qwen2_vl)",
            "https://github.com/modelscope/ms-swift/pull/1946 (generation_config)",
        ),
    ),
    Architecture(
        "Qwen2.5-VL",
        qwen2_5_vl,
        sources=(
            f"{_TEMPLATES}/qwen2_5_vl_training.jinja",
            f"{_PROMPTS} (run_qwen2_5_vl)",
            "https://github.com/QwenLM/Qwen3-VL/issues/722 (top_k of generation_config)",
        ),
        reconstructed="temperature and repetition_penalty of generation_config",
    ),
    Architecture(
        "Qwen3-VL",
        qwen3_vl,
        sources=(
            f"{_TEMPLATES}/qwen3_vl.jinja",
            f"{_TINY}/qwen3_vl_for_conditional_generation.py",
            "https://github.com/QwenLM/Qwen3-VL/issues/1825 (generation_config)",
        ),
    ),
    Architecture(
        "Qwen3-VL-MoE",
        qwen3_vl_moe,
        sources=(
            f"{_TEMPLATES}/qwen3_vl.jinja",
            f"{_PROMPTS} (run_qwen3_vl_moe)",
            "https://github.com/QwenLM/Qwen3-VL/issues/1825 (generation_config)",
        ),
    ),
    Architecture(
        "Qwen3.5",
        qwen3_5,
        sources=(f"{_TEMPLATES}/qwen3_5_think.jinja", f"{_TINY}/qwen3_5_for_conditional_generation.py"),
    ),
)
