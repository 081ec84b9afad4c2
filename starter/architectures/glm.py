"""GLM-4.1V, GLM-4.5V and GLM-4.6V: two tokens begin every prompt, and a turn ends where the next one begins."""

from typing import Any

from transformers import (
    Glm4vConfig,
    Glm4vForConditionalGeneration,
    Glm4vImageProcessor,
    Glm4vMoeConfig,
    Glm4vMoeForConditionalGeneration,
    Glm4vProcessor,
    Glm4vVideoProcessor,
    Glm46VConfig,
    Glm46VForConditionalGeneration,
    Glm46VImageProcessor,
    Glm46VProcessor,
    Glm46VVideoProcessor,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.parts import text_sizes, turns, vision_sizes, wrapped

SPECIAL = (
    *("<|endoftext|>", "[MASK]", "[gMASK]", "[sMASK]", "<sop>", "<eop>"),
    *("<|system|>", "<|user|>", "<|assistant|>", "<|observation|>"),
    *("<|begin_of_image|>", "<|end_of_image|>", "<|begin_of_video|>", "<|end_of_video|>", "<|image|>", "<|video|>"),
)
PLAIN = ("<think>", "</think>", "/nothink")
"""Tokens that are no special ones: they are written out as other words are."""
ROLES: dict[str, Any] = {"eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>"}
ENDS = [SPECIAL.index(token) for token in ("<|endoftext|>", "<|user|>", "<|observation|>")]
TOKENS: dict[str, Any] = {
    "image_token_id": SPECIAL.index("<|image|>"),
    "video_token_id": SPECIAL.index("<|video|>"),
    "image_start_token_id": SPECIAL.index("<|begin_of_image|>"),
    "image_end_token_id": SPECIAL.index("<|end_of_image|>"),
    "video_start_token_id": SPECIAL.index("<|begin_of_video|>"),
    "video_end_token_id": SPECIAL.index("<|end_of_video|>"),
}
BEGINNING = "[gMASK]<sop>"
IMAGE = "<|begin_of_image|><|image|><|end_of_image|>"
USER, ASSISTANT = "<|user|>\n", "<|assistant|>\n"
QUIET = "{% if enable_thinking is defined and not enable_thinking %}"
"""Begins what stands only where thoughts are switched off."""
PLAIN_TURNS = turns(image=IMAGE, before=BEGINNING, user=(USER, ""), assistant=(ASSISTANT, ""))
HYBRID_TURNS = turns(
    image=IMAGE,
    before=BEGINNING,
    user=(USER, QUIET + "/nothink{% endif %}"),
    assistant=(ASSISTANT + "<think></think>\n", ""),
    prompt=ASSISTANT + QUIET + "{{ '<think></think>\\n' }}{% endif %}",
)


def glm_tokenizer() -> PreTrainedTokenizerFast:
    """The templates write what begins a text."""
    tokenizer = wrapped(SPECIAL, **ROLES)
    tokenizer.add_tokens(list(PLAIN))
    return tokenizer


def pixels(scale: Scale) -> dict[str, Any]:
    """Settings of image and video processors, which count the pixels of an image twice, once for each of two frames."""
    side = max(scale.image, 16 * scale.patch)
    size = {"shortest_edge": (8 * scale.patch) ** 2, "longest_edge": 2 * side**2}
    return {"patch_size": scale.patch, "temporal_patch_size": 2, "merge_size": 2, "size": size}


def language(scale: Scale) -> dict[str, Any]:
    """The language model: it rotates half of each head, by positions that count time, height and width of images."""
    side = scale.head // 2 * 3 // 8
    positions = {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5}
    positions["mrope_section"] = [scale.head // 2 - 2 * side, side, side]
    sizes = text_sizes(scale) | {"head_dim": 2 * scale.head, "vocab_size": len(glm_tokenizer())}
    return sizes | {"rope_parameters": positions, "eos_token_id": ENDS, "pad_token_id": ENDS[0]}


def vision(scale: Scale) -> dict[str, Any]:
    """The vision encoder; four patches make a token."""
    merge = {"spatial_merge_size": 2, "temporal_patch_size": 2, "out_hidden_size": scale.hidden}
    return vision_sizes(scale) | {"depth": scale.layers, "num_heads": scale.heads, **merge}


def glm_4_1v(scale: Scale) -> tuple[PreTrainedModel, Any]:
    config = Glm4vConfig(text_config=language(scale), vision_config=vision(scale), **TOKENS)
    model = Glm4vForConditionalGeneration(config)
    model.generation_config.update(do_sample=True, eos_token_id=ENDS, pad_token_id=ENDS[0])
    processor = Glm4vProcessor(
        image_processor=Glm4vImageProcessor(**pixels(scale)),
        tokenizer=glm_tokenizer(),
        video_processor=Glm4vVideoProcessor(**pixels(scale)),
        chat_template=PLAIN_TURNS,
    )
    return model, processor


def glm_4_5v(scale: Scale) -> tuple[PreTrainedModel, Any]:
    experts = {"n_routed_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": scale.hidden}
    experts |= {"n_shared_experts": 1, "first_k_dense_replace": 1}
    config = Glm4vMoeConfig(text_config=language(scale) | experts, vision_config=vision(scale), **TOKENS)
    model = Glm4vMoeForConditionalGeneration(config)
    model.generation_config.update(do_sample=True, eos_token_id=ENDS, pad_token_id=ENDS[0])
    processor = Glm4vProcessor(
        image_processor=Glm4vImageProcessor(**pixels(scale)),
        tokenizer=glm_tokenizer(),
        video_processor=Glm4vVideoProcessor(**pixels(scale)),
        chat_template=HYBRID_TURNS,
    )
    return model, processor


def glm_4_6v(scale: Scale) -> tuple[PreTrainedModel, Any]:
    text = {"model_type": "glm4v_text"} | language(scale)
    config = Glm46VConfig(text_config=text, vision_config={"model_type": "glm4v_vision"} | vision(scale), **TOKENS)
    model = Glm46VForConditionalGeneration(config)
    model.generation_config.update(do_sample=True, eos_token_id=ENDS, pad_token_id=ENDS[0])
    processor = Glm46VProcessor(
        image_processor=Glm46VImageProcessor(**pixels(scale)),
        tokenizer=glm_tokenizer(),
        video_processor=Glm46VVideoProcessor(**pixels(scale)),
        chat_template=HYBRID_TURNS,
    )
    return model, processor


_PROMPTS = "vllm-project/vllm: examples/generate/multimodal/vision_language_offline.py"
_SWIFT = "modelscope/ms-swift: swift/template/templates/glm.py"
_CODE = "huggingface/transformers: src/transformers/models"
ARCHITECTURES: tuple[Architecture, ...] = (
    Architecture(
        "GLM-4.1V",
        glm_4_1v,
        sources=(
            f"{_PROMPTS} (run_glm4_1v)",
            f"{_SWIFT} (GLM4TemplateMeta, GLM4VTemplate)",
            f"{_CODE}/glm4v/configuration_glm4v.py",
        ),
        reconstructed="do_sample of generation_config",
    ),
    Architecture(
        "GLM-4.5V",
        glm_4_5v,
        sources=(
            f"{_PROMPTS} (run_glm4_5v)",
            f"{_SWIFT} (GLM4_5TemplateMeta, GLM4_5VTemplate)",
            "huggingface/trl: trl/chat_templates/glm4moe.jinja (the same turns and switch, without images)",
        ),
        reconstructed="do_sample of generation_config",
    ),
    Architecture(
        "GLM-4.6V",
        glm_4_6v,
        sources=(
            "zai-org/GLM-V: README.md (hybrid reasoning, enable_thinking)",
            f"{_SWIFT} (GLM4_5TemplateMeta)",
            f"{_CODE}/glm46v/configuration_glm46v.py",
        ),
        reconstructed="that its turns are those of GLM-4.5V; do_sample of generation_config",
    ),
)
