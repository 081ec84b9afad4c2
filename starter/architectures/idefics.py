"""Idefics2, Idefics3 and SmolVLM: a picture is cut into tiles, and is shown as a whole after them."""

from typing import Any

from transformers import (
    Idefics2Config,
    Idefics2ForConditionalGeneration,
    Idefics2ImageProcessor,
    Idefics2Processor,
    Idefics3Config,
    Idefics3ForConditionalGeneration,
    Idefics3ImageProcessor,
    Idefics3Processor,
    PreTrainedModel,
    SmolVLMConfig,
    SmolVLMForConditionalGeneration,
    SmolVLMImageProcessor,
    SmolVLMProcessor,
    SmolVLMVideoProcessor,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.parts import text_sizes, turns, vision_sizes, wrapped

IMAGE_SPECIAL = ("<fake_token_around_image>", "<image>", "<end_of_utterance>")
# A space follows the colon unless an image does.
COLON = "{{ ':' if message['content'][0]['type'] == 'image' else ': ' }}"
TURNS: dict[str, Any] = {
    "image": "<image>",
    "user": ("User" + COLON, "<end_of_utterance>\n"),
    "assistant": ("Assistant" + COLON, "<end_of_utterance>\n"),
    "prompt": "Assistant:",
}
SMOLVLM_ROLES: dict[str, Any] = {
    "bos_token": "<|im_start|>",
    "eos_token": "<end_of_utterance>",
    "pad_token": "<|im_end|>",
    "unk_token": "<|endoftext|>",
    "image_token": "<image>",
    "fake_image_token": "<fake_token_around_image>",
    "global_image_token": "<global-img>",
    "end_of_utterance_token": "<end_of_utterance>",
}


def idefics2(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """Idefics2-8B: pictures of any shape are cut into four, and resampled to a fixed number of tokens."""
    special = ("<unk>", "<s>", "</s>", *IMAGE_SPECIAL)
    roles: dict[str, Any] = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<unk>"}
    tokenizer = wrapped(special, adds_bos=True, **roles)
    tokens = 8
    text = {"model_type": "mistral", "vocab_size": len(tokenizer), "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
    config = Idefics2Config(
        text_config={**text, **text_sizes(scale), "sliding_window": scale.window},
        vision_config=vision_sizes(scale),
        perceiver_config={
            "hidden_size": scale.hidden,
            "resampler_n_latents": tokens,
            "resampler_depth": 2,
            "resampler_n_heads": scale.heads,
            "resampler_head_dim": scale.head,
            "num_key_value_heads": scale.key_heads,
        },
        image_token_id=special.index("<image>"),
    )
    size = {"shortest_edge": scale.image // 2, "longest_edge": scale.image}
    processor = Idefics2Processor(
        image_processor=Idefics2ImageProcessor(size=size, do_image_splitting=True),
        tokenizer=tokenizer,
        image_seq_len=tokens,
        chat_template=turns(**TURNS),
    )
    model = Idefics2ForConditionalGeneration(config)
    model.generation_config.eos_token_id = [special.index("</s>"), special.index("<end_of_utterance>")]
    return model, processor


def idefics3(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """Idefics3-8B with the tokenizer of Llama 3, in which the tags of rows and columns are plain text."""
    special = ("<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>", "<|reserved_special_token_0|>", *IMAGE_SPECIAL)
    roles: dict[str, Any] = {
        "bos_token": "<|begin_of_text|>",
        "eos_token": "<|end_of_text|>",
        "pad_token": "<|reserved_special_token_0|>",
    }
    tokenizer = wrapped(special, adds_bos=True, **roles)
    text = {"model_type": "llama", "vocab_size": len(tokenizer), "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 3}
    config = Idefics3Config(
        text_config={**text, **text_sizes(scale)},
        vision_config=vision_sizes(scale),
        image_token_id=special.index("<image>"),
        scale_factor=2,
    )
    processor = Idefics3Processor(
        image_processor=Idefics3ImageProcessor(**_tiles(scale)),
        tokenizer=tokenizer,
        image_seq_len=_tokens(scale),
        chat_template=turns(before="<|begin_of_text|>", **TURNS),
    )
    model = Idefics3ForConditionalGeneration(config)
    model.generation_config.eos_token_id = [1, 2, special.index("<end_of_utterance>")]
    return model, processor


def smolvlm(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """SmolVLM2: rows and columns have tokens of their own."""
    rows = tuple(f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7))
    special = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", *IMAGE_SPECIAL, "<global-img>", "<video>", *rows)
    tokenizer = wrapped(special, truncation_side="left", **SMOLVLM_ROLES)
    text = {"model_type": "llama", "vocab_size": len(tokenizer), "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2}
    config = SmolVLMConfig(
        text_config={**text, **text_sizes(scale)},
        vision_config=vision_sizes(scale),
        image_token_id=special.index("<image>"),
        scale_factor=2,
    )
    processor = SmolVLMProcessor(
        image_processor=SmolVLMImageProcessor(**_tiles(scale)),
        tokenizer=tokenizer,
        video_processor=SmolVLMVideoProcessor(**_tiles(scale)),
        image_seq_len=_tokens(scale),
        chat_template=turns(before="<|im_start|>", **TURNS),
    )
    model = SmolVLMForConditionalGeneration(config)
    model.generation_config.eos_token_id = special.index("<end_of_utterance>")
    return model, processor


def _tiles(scale: Scale) -> dict[str, Any]:
    return {"size": {"longest_edge": 4 * scale.image}, "max_image_size": {"longest_edge": scale.image}}


def _tokens(scale: Scale) -> int:
    return (scale.image // scale.patch // 2) ** 2


ARCHITECTURES = (
    Architecture(
        "Idefics2",
        idefics2,
        sources=(
            "huggingface/transformers: docs/source/en/model_doc/idefics2.md",
            "huggingface/transformers: tests/models/idefics2/test_processing_idefics2.py",
            "huggingface/transformers: src/transformers/models/idefics2/convert_idefics2_weights_to_hf.py",
        ),
        reconstructed="end tokens of the generation config",
    ),
    Architecture(
        "Idefics3",
        idefics3,
        sources=(
            "huggingface/transformers: tests/models/idefics3/test_processing_idefics3.py",
            "huggingface/transformers: src/transformers/models/idefics3/convert_idefics3_weights_to_hf.py",
            "modelscope/ms-swift: swift/llm/template/template/idefics3.py",
        ),
        reconstructed="end tokens of the generation config",
    ),
    Architecture(
        "SmolVLM",
        smolvlm,
        sources=(
            "huggingface/transformers: src/transformers/models/smolvlm/processing_smolvlm.py",
            "huggingface/transformers: docs/source/en/model_doc/smolvlm.md",
        ),
    ),
)
