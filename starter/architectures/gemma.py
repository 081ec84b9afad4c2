"""PaliGemma 2 and Gemma 3: SigLIP and Gemma, which reads an image, or all of a prompt, in both directions."""

from typing import Any

from transformers import (
    Gemma3Config,
    Gemma3ForConditionalGeneration,
    Gemma3ImageProcessor,
    Gemma3Processor,
    PaliGemmaConfig,
    PaliGemmaForConditionalGeneration,
    PaliGemmaProcessor,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    SiglipImageProcessor,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.parts import layer_types, text_sizes, turns, vision_sizes, wrapped

ROLES: dict[str, Any] = {"pad_token": "<pad>", "eos_token": "<eos>", "bos_token": "<bos>", "unk_token": "<unk>"}
SPECIAL = tuple(ROLES.values())
TURN = ("<start_of_turn>", "<end_of_turn>")
IMAGE_ROLES: dict[str, Any] = {
    "image_token": "<image_soft_token>",
    "boi_token": "<start_of_image>",
    "eoi_token": "<end_of_image>",
}
TURNS: dict[str, Any] = {
    "before": "{{ bos_token }}",
    "words": "{{ part['text'] | trim }}",
    "user": ("<start_of_turn>user\n", "<end_of_turn>\n"),
    "assistant": ("<start_of_turn>model\n", "<end_of_turn>\n"),
}
SAMPLING: dict[str, Any] = {"do_sample": True, "temperature": 1.0, "top_k": 64, "top_p": 0.95}


def gemma_tokenizer(*others: str, **roles: str) -> PreTrainedTokenizerFast:
    """The tokenizer of Gemma 3, which puts BOS before a text, as the chat template does too."""
    special = (*SPECIAL, *TURN, *others)
    return wrapped(special, adds_bos=True, padding_side="left", **ROLES, **roles)


def paligemma2(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """PaliGemma 2: all of the prompt is read in both directions; the processor writes BOS and the line break itself."""
    tokens = (scale.image // scale.patch) ** 2
    processor = PaliGemmaProcessor(
        image_processor=SiglipImageProcessor(size=_square(scale), image_seq_length=tokens),
        tokenizer=wrapped((*SPECIAL, "<image>"), **ROLES),
        chat_template=turns(image="<image>", user=("", ""), assistant=("", ""), images_first=True),
    )
    config = PaliGemmaConfig(
        # The processor has added the tokens of places and masks to the tokenizer.
        text_config={**_language(scale, len(processor.tokenizer)), "model_type": "gemma2"},
        vision_config=_siglip(scale),
        image_token_index=processor.image_token_id,
        projection_dim=scale.hidden,
        hidden_size=scale.hidden,
    )
    return PaliGemmaForConditionalGeneration(config), processor


def gemma3(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """Gemma 3: an image is read in both directions, words in one; five layers of six have a window."""
    tokenizer = gemma_tokenizer(*IMAGE_ROLES.values(), **IMAGE_ROLES)
    tokens = (scale.image // scale.patch // 2) ** 2
    ids = tokenizer.get_vocab()
    config = Gemma3Config(
        text_config={**_language(scale, len(tokenizer)), "layer_types": layer_types(scale.layers, every=6)},
        vision_config=_siglip(scale),
        mm_tokens_per_image=tokens,
        image_token_index=ids["<image_soft_token>"],
        boi_token_index=ids["<start_of_image>"],
        eoi_token_index=ids["<end_of_image>"],
    )
    processor = Gemma3Processor(
        image_processor=Gemma3ImageProcessor(size=_square(scale), do_pan_and_scan=False, image_seq_length=tokens),
        tokenizer=tokenizer,
        image_seq_length=tokens,
        chat_template=turns(image="<start_of_image>", **TURNS),
    )
    model = Gemma3ForConditionalGeneration(config)
    model.generation_config.update(eos_token_id=[ids["<eos>"], ids["<end_of_turn>"]], **SAMPLING)
    return model, processor


def _language(scale: Scale, vocabulary: int) -> dict[str, Any]:
    ids = {"pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 2}
    window = {"sliding_window": scale.window, "query_pre_attn_scalar": scale.head}
    return {**text_sizes(scale), **ids, **window, "vocab_size": vocabulary}


def _siglip(scale: Scale) -> dict[str, Any]:
    return {**vision_sizes(scale), "model_type": "siglip_vision_model", "vision_use_head": False}


def _square(scale: Scale) -> dict[str, int]:
    return {"height": scale.image, "width": scale.image}


ARCHITECTURES = (
    Architecture(
        "PaliGemma2",
        paligemma2,
        sources=(
            "modelscope/ms-swift: swift/llm/template/template/gemma.py",
            "huggingface/transformers: src/transformers/models/paligemma/convert_paligemma2_weights_to_hf.py",
        ),
        reconstructed="chat template: its repositories ship none, and who enters one adds the prompt of the processor",
    ),
    Architecture(
        "Gemma 3",
        gemma3,
        sources=("huggingface/transformers: src/transformers/models/gemma3/convert_gemma3_weights.py",),
    ),
)
