"""Pixtral and Mistral 3: an image of any shape, row by row, in the brackets of Mistral's turns."""

from typing import Any

from transformers import (
    LlavaConfig,
    LlavaForConditionalGeneration,
    Mistral3Config,
    Mistral3ForConditionalGeneration,
    PixtralImageProcessor,
    PixtralProcessor,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.parts import text_sizes, turns, vision_sizes, wrapped

SPECIAL = (
    *("<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]"),
    *("[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]", "[IMG_END]"),
    *("[PREFIX]", "[MIDDLE]", "[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]"),
)
ROLES: dict[str, Any] = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}
IDS: dict[str, Any] = {
    "bos_token_id": SPECIAL.index("<s>"),
    "eos_token_id": SPECIAL.index("</s>"),
    "pad_token_id": SPECIAL.index("<pad>"),
}
TURNS: dict[str, Any] = {
    "image": "[IMG]",
    "user": ("[INST]", "[/INST]"),
    "assistant": ("", "{{ eos_token }}"),
}


def pixtral(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """Pixtral-12B: the class of LLaVA with the encoder of Pixtral, one token a patch."""
    tokenizer = _tokenizer()
    config = LlavaConfig(
        text_config=_language(scale, tokenizer),
        vision_config=_vision(scale),
        image_token_index=SPECIAL.index("[IMG]"),
        image_seq_length=1,
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
    )
    template = turns(before="{{ bos_token }}", **TURNS)
    return LlavaForConditionalGeneration(config), _processor(scale, tokenizer, template, merge=1)


def mistral3(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """Mistral Small 3.1: four patches are merged to one token; a system prompt opens each conversation."""
    tokenizer = _tokenizer()
    config = Mistral3Config(
        text_config=_language(scale, tokenizer),
        vision_config=_vision(scale),
        image_token_index=SPECIAL.index("[IMG]"),
        vision_feature_layer=-1,
        spatial_merge_size=2,
        tie_word_embeddings=False,
    )
    before = "{{ bos_token }}[SYSTEM_PROMPT]You answer questions about images.[/SYSTEM_PROMPT]"
    return Mistral3ForConditionalGeneration(config), _processor(scale, tokenizer, turns(before=before, **TURNS), merge=2)


def _tokenizer() -> PreTrainedTokenizerFast:
    return wrapped(SPECIAL, adds_bos=True, **ROLES)


def _language(scale: Scale, tokenizer: PreTrainedTokenizerFast) -> dict[str, Any]:
    return {"model_type": "mistral", "vocab_size": len(tokenizer), "sliding_window": None, **IDS, **text_sizes(scale)}


def _vision(scale: Scale) -> dict[str, Any]:
    return {**vision_sizes(scale), "model_type": "pixtral", "image_size": _edge(scale)}


def _edge(scale: Scale) -> int:
    # Half as long again as the square that others see, so that wide images are still read row by row.
    return scale.image * 3 // 2


def _processor(scale: Scale, tokenizer: PreTrainedTokenizerFast, template: str, merge: int) -> PixtralProcessor:
    return PixtralProcessor(
        image_processor=PixtralImageProcessor(size={"longest_edge": _edge(scale)}, patch_size=scale.patch * merge),
        tokenizer=tokenizer,
        patch_size=scale.patch,
        spatial_merge_size=merge,
        chat_template=template,
    )


ARCHITECTURES = (
    Architecture(
        "Pixtral",
        pixtral,
        sources=(
            "huggingface/transformers: src/transformers/models/pixtral/convert_pixtral_weights_to_hf.py",
            "huggingface/transformers: docs/source/en/model_doc/pixtral.md",
            "modelscope/ms-swift: swift/llm/template/template/pixtral.py",
        ),
    ),
    Architecture(
        "Mistral3",
        mistral3,
        sources=(
            "ggml-org/llama.cpp: models/templates/mistralai-Mistral-Small-3.1-24B-Instruct-2503.jinja",
            "huggingface/transformers: src/transformers/models/mistral3/convert_mistral3_weights_to_hf.py",
        ),
    ),
)
