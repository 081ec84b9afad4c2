"""Molmo2: images before all turns, crops that overlap, and a processor that itself writes what begins a text."""

from typing import Any

from transformers import (
    Molmo2Config,
    Molmo2ForConditionalGeneration,
    Molmo2ImageProcessor,
    Molmo2Processor,
    Molmo2VideoProcessor,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.parts import CHATML, text_sizes, turns, vision_sizes, wrapped

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
ADDITIONS = (
    *("<im_start>", "<im_end>", "<im_patch>", "<im_col>", "<low_res_im_start>", "<|image|>", "<im_low>"),
    *("<frame_start>", "<frame_end>", "<|video|>"),
)
"""Tokens after all others, with embeddings of their own in the files of weights."""
ROLES: dict[str, Any] = {"bos_token": "<|im_end|>", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
IMAGES = (
    "{% set pictures = namespace(all=0, count=0) %}"
    "{% for message in messages %}{% for part in message['content'] if part['type'] == 'image' %}"
    "{% set pictures.all = pictures.all + 1 %}"
    "{% endfor %}{% endfor %}"
    "{% for message in messages %}{% for part in message['content'] if part['type'] == 'image' %}"
    "{% set pictures.count = pictures.count + 1 %}"
    "{% if pictures.all > 1 %}Image {{ pictures.count }}{% endif %}<|image|>"
    "{% endfor %}{% endfor %}"
)
"""The images of all turns, numbered where there are several."""


def molmo_tokenizer() -> PreTrainedTokenizerFast:
    """The token that ends a turn begins a text, too."""
    tokenizer = wrapped(SPECIAL, **ROLES)
    tokenizer.add_tokens(list(ADDITIONS), special_tokens=True)
    return tokenizer


def molmo2(scale: Scale) -> tuple[PreTrainedModel, Any]:
    tokenizer = molmo_tokenizer()
    names = {
        "image_start_token_id": "<im_start>",
        "low_res_image_start_token_id": "<low_res_im_start>",
        "image_end_token_id": "<im_end>",
        "image_patch_id": "<im_patch>",
        "frame_start_token_id": "<frame_start>",
        "frame_end_token_id": "<frame_end>",
    }
    tokens: dict[str, Any] = {name: tokenizer.convert_tokens_to_ids(token) for name, token in names.items()}
    vocabulary: dict[str, Any] = {"vocab_size": len(tokenizer) - len(ADDITIONS), "additional_vocab_size": len(ADDITIONS)}
    side = max(scale.image, 8 * scale.patch)
    heads: dict[str, Any] = {"num_key_value_heads": scale.heads, "head_dim": scale.head}
    adapter = {"hidden_size": scale.hidden, "num_attention_heads": scale.heads, "intermediate_size": 2 * scale.hidden}
    adapter |= heads | {"text_hidden_size": scale.hidden}
    config = Molmo2Config(
        text_config=text_sizes(scale) | vocabulary | {"bos_token_id": 2, "eos_token_id": 2, "pad_token_id": 0},
        vision_config=vision_sizes(scale) | heads | {"image_size": [side, side]},
        # Features of the last layer, and of the one at three quarters of the way.
        adapter_config=adapter | {"vision_feature_layer": [scale.layers - 1, 3 * scale.layers // 4 - 1]},
        **tokens,
    )
    margin = side // scale.patch // 6
    crops: dict[str, Any] = {"size": {"height": side, "width": side}, "patch_size": scale.patch}
    processor = Molmo2Processor(
        image_processor=Molmo2ImageProcessor(max_crops=8, overlap_margins=[margin, margin], pooling_size=[2, 2], **crops),
        video_processor=Molmo2VideoProcessor(**crops),
        tokenizer=tokenizer,
        chat_template=turns(before=IMAGES, image="", **CHATML),
        use_single_crop_col_tokens=False,
    )
    return Molmo2ForConditionalGeneration(config), processor


ARCHITECTURES: tuple[Architecture, ...] = (
    Architecture(
        "Molmo2",
        molmo2,
        sources=(
            "vllm-project/vllm: examples/generate/multimodal/vision_language_offline.py (run_molmo2)",
            "pypi-data/pypi-mirror-397: packages/molmo-utils/molmo_utils-0.0.1.tar.gz/molmo_utils-0.0.1/README.md",
            "huggingface/transformers: src/transformers/models/molmo2/processing_molmo2.py (what begins a text)",
            "huggingface/transformers: tests/models/molmo2/test_processing_molmo2.py (use_single_crop_col_tokens)",
        ),
        reconstructed="how several images are numbered",
    ),
)
