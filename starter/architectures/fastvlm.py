"""FastVLM: a convolutional encoder before a language model, as LLaVA joins them."""

from typing import Any

from transformers import (
    CLIPImageProcessor,
    FastVlmConfig,
    FastVlmForConditionalGeneration,
    LlavaProcessor,
    PreTrainedModel,
    Qwen2Config,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.parts import CHATML, text_sizes, turns, wrapped

SYSTEM = "<|im_start|>system\nYou answer in few words.<|im_end|>\n"


def fastvlm(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """FastVLM on Qwen2: pixels are not normalised, the tokenizer has the chat template, and no turn ends with its end token."""
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<image>"]
    tokenizer = wrapped(special, eos_token="<|endoftext|>", pad_token="<|endoftext|>")
    tokenizer.chat_template = turns(image="<image>", words="\n{{ part['text'] }}", **CHATML, before=SYSTEM, images_first=True)
    # The stem makes one position of 4 x 4 pixels, and each stage but the first halves both sides.
    stages = 1
    while 2 ** (stages + 1) < scale.patch:
        stages += 1
    stride = 2 ** (stages + 1)
    config = FastVlmConfig(
        vision_config={
            "model_type": "timm_wrapper",
            "architecture": "fastvit_mci3",
            "hidden_size": 2 * scale.hidden,
            "model_args": _encoder(scale, stages),
        },
        text_config=Qwen2Config(
            **text_sizes(scale),
            vocab_size=-(-len(tokenizer) // 64) * 64,
            bos_token_id=0,
            eos_token_id=0,
            tie_word_embeddings=True,
        ),
        image_token_index=special.index("<image>"),
        image_seq_length=(scale.image // stride) ** 2,
        tie_word_embeddings=True,
    )
    processor = LlavaProcessor(
        image_processor=CLIPImageProcessor(
            size={"shortest_edge": scale.image},
            crop_size={"height": scale.image, "width": scale.image},
            image_mean=[0.0, 0.0, 0.0],
            image_std=[1.0, 1.0, 1.0],
        ),
        tokenizer=tokenizer,
        patch_size=stride,
    )
    return FastVlmForConditionalGeneration(config), processor


def _encoder(scale: Scale, stages: int) -> dict[str, Any]:
    """Arguments of the encoder: stages that mix by convolution, and a last one that attends."""
    return {
        "inference_mode": True,
        "layers": [scale.layers // 2] * stages,
        "embed_dims": [scale.hidden] * stages,
        "mlp_ratios": [2.0] * stages,
        "downsamples": [False] + [True] * (stages - 1),
        "se_downsamples": [False] * stages,
        "pos_embs": [None] * stages,
        "token_mixers": ["repmixer"] * (stages - 1) + ["attention"],
    }


ARCHITECTURES: tuple[Architecture, ...] = (
    Architecture(
        "FastVLM",
        fastvlm,
        sources=(
            "huggingface/transformers: src/transformers/models/fast_vlm/convert_fastvlm_weights_to_hf.py",
            "huggingface/transformers: tests/models/fast_vlm/test_modeling_fast_vlm.py",
        ),
    ),
)
