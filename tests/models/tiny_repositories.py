"""Tiny model repositories with random weights, complete with processor and tokenizer, made without any download."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    CLIPProcessor,
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen2VLImageProcessor,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
    SegformerConfig,
    SegformerForSemanticSegmentation,
    SegformerImageProcessor,
    SiglipConfig,
    SiglipImageProcessor,
    SiglipModel,
    SiglipProcessor,
    SmolVLMConfig,
    SmolVLMForConditionalGeneration,
    SmolVLMImageProcessor,
    SmolVLMProcessor,
    SmolVLMVideoProcessor,
    ViTConfig,
    ViTForImageClassification,
    ViTImageProcessor,
)

from arena.models import Model, check_repository, contestant_of, load
from arena.models.generative import GenerativeModel
from arena.scene_classes import CLASSES

SENTENCES = [
    "Which caption is true of the image?\nA: a child next to a stove\nB: a dog in a car\nAnswer with A or B.",
    "Does this caption describe the image?\nCaption: a lantern over a table\nAnswer with yes or no.",
    "The images are numbered 1 and 2. Which one does this caption describe? Answer with 1 or 2.",
    "yes no A B 1 2 the first the second I cannot help with that.",
]
TEXT_SIZES: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}
VISION_SIZES: dict[str, Any] = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}


def byte_tokenizer(special: list[str]) -> Tokenizer:
    """A byte-level BPE over a few sentences, whose special tokens come first."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=special, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(SENTENCES * 4, trainer)
    return tokenizer


def _wrapped(special: list[str], **roles: str) -> PreTrainedTokenizerFast:
    return PreTrainedTokenizerFast(
        tokenizer_object=byte_tokenizer(special), additional_special_tokens=special, model_max_length=4096, **roles
    )


def _chat_template(start: str, image: str, end: str, answer: str) -> str:
    content = (
        "{% for part in message['content'] %}{% if part['type'] == 'image' %}"
        + image
        + "{% else %}{{ part['text'] }}{% endif %}{% endfor %}"
    )
    prompt = "{% if add_generation_prompt %}" + answer + "{% endif %}"
    return "{% for message in messages %}" + start + content + end + "{% endfor %}" + prompt


def _lively(model: PreTrainedModel) -> PreTrainedModel:
    """Random weights at a scale where images and words change the answers."""
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim > 1:
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * (0.3 if "embed" in name else 0.2))
    return model


def _save(folder: Path, model: PreTrainedModel, processor: Any) -> Path:
    _lively(model).save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def save_llava(folder: Path) -> Path:
    special = ["<pad>", "<eos>", "<|user|>", "<|assistant|>", "<image>"]
    tokenizer = _wrapped(special, pad_token="<pad>", eos_token="<eos>")
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(image_size=32, patch_size=8, **VISION_SIZES),
        text_config=LlamaConfig(
            vocab_size=len(tokenizer), pad_token_id=0, eos_token_id=1, bos_token_id=None, head_dim=8, **TEXT_SIZES
        ),
        image_token_index=4,
        image_seq_length=17,
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
    )
    square: dict[str, Any] = {"height": 32, "width": 32}
    processor = LlavaProcessor(
        image_processor=CLIPImageProcessor(size=square, crop_size=square, do_center_crop=False),
        tokenizer=tokenizer,
        patch_size=8,
        vision_feature_select_strategy="full",
        num_additional_image_tokens=1,
        chat_template=_chat_template("<|user|>", "<image>", "", "<|assistant|>"),
    )
    return _save(folder, LlavaForConditionalGeneration(config), processor)


def save_smolvlm(folder: Path) -> Path:
    special = ["<|im_start|>", "<pad>", "<end_of_utterance>", "<fake_token_around_image>", "<image>", "<global-img>", "<video>"]
    special += [f"<row_{row}_col_{col}>" for row in range(1, 5) for col in range(1, 5)]
    tokenizer = _wrapped(special, bos_token="<|im_start|>", pad_token="<pad>", eos_token="<end_of_utterance>")
    config = SmolVLMConfig(
        vision_config={"image_size": 32, "patch_size": 4, **VISION_SIZES},
        text_config=LlamaConfig(
            vocab_size=len(tokenizer), pad_token_id=1, eos_token_id=2, bos_token_id=0, head_dim=8, **TEXT_SIZES
        ),
        image_token_id=4,
        scale_factor=2,
    )
    images: dict[str, Any] = {"size": {"longest_edge": 64}, "max_image_size": {"longest_edge": 32}}
    processor = SmolVLMProcessor(
        image_processor=SmolVLMImageProcessor(**images),
        tokenizer=tokenizer,
        video_processor=SmolVLMVideoProcessor(**images),
        image_seq_len=16,
        chat_template=_chat_template("<|im_start|>User:", "<image>", "<end_of_utterance>\n", "Assistant:"),
    )
    return _save(folder, SmolVLMForConditionalGeneration(config), processor)


def save_qwen3_vl(folder: Path) -> Path:
    special = [
        "<|endoftext|>",
        "<|im_start|>",
        "<|im_end|>",
        "<|vision_start|>",
        "<|vision_end|>",
        "<|image_pad|>",
        "<|video_pad|>",
    ]
    tokenizer = _wrapped(special, pad_token="<|endoftext|>", eos_token="<|im_end|>")
    config = Qwen3VLConfig(
        text_config={
            **TEXT_SIZES,
            "vocab_size": len(tokenizer),
            "head_dim": 8,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 10000.0,
                "mrope_section": [2, 1, 1],
                "mrope_interleaved": True,
            },
            "pad_token_id": 0,
            "eos_token_id": 2,
            "bos_token_id": None,
        },
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_heads": 4,
            "patch_size": 8,
            "spatial_merge_size": 2,
            "temporal_patch_size": 2,
            "out_hidden_size": 32,
            "num_position_embeddings": 64,
            "deepstack_visual_indexes": [0, 1],
        },
        image_token_id=5,
        video_token_id=6,
        vision_start_token_id=3,
        vision_end_token_id=4,
        tie_word_embeddings=False,
    )
    images: dict[str, Any] = {
        "patch_size": 8,
        "temporal_patch_size": 2,
        "merge_size": 2,
        "size": {"shortest_edge": 16 * 16, "longest_edge": 64 * 64},
    }
    image = "<|vision_start|><|image_pad|><|vision_end|>"
    processor = Qwen3VLProcessor(
        image_processor=Qwen2VLImageProcessor(**images),
        tokenizer=tokenizer,
        video_processor=Qwen3VLVideoProcessor(**images),
        chat_template=_chat_template("<|im_start|>user\n", image, "<|im_end|>\n", "<|im_start|>assistant\n"),
    )
    return _save(folder, Qwen3VLForConditionalGeneration(config), processor)


def save_clip(folder: Path) -> Path:
    tokenizer = byte_tokenizer(["<|startoftext|>", "<|endoftext|>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<|startoftext|> $A <|endoftext|>", special_tokens=[("<|startoftext|>", 0), ("<|endoftext|>", 1)]
    )
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<|startoftext|>",
        eos_token="<|endoftext|>",
        pad_token="<|endoftext|>",
        model_max_length=32,
    )
    config = CLIPConfig(
        text_config={
            **{name: size for name, size in TEXT_SIZES.items() if name != "num_key_value_heads"},
            "vocab_size": len(wrapped),
            "max_position_embeddings": 32,
            "bos_token_id": 0,
            "eos_token_id": 1,
            "pad_token_id": 1,
        },
        vision_config={"image_size": 32, "patch_size": 8, **VISION_SIZES},
        projection_dim=16,
    )
    square: dict[str, Any] = {"height": 32, "width": 32}
    images = CLIPImageProcessor(size=square, crop_size=square, do_center_crop=False)
    return _save(folder, CLIPModel(config), CLIPProcessor(images, wrapped))


def save_siglip(folder: Path) -> Path:
    wrapped = _wrapped(["<pad>", "</s>"], pad_token="<pad>", eos_token="</s>")
    config = SiglipConfig(
        text_config={
            **{name: size for name, size in TEXT_SIZES.items() if name != "num_key_value_heads"},
            "vocab_size": len(wrapped),
            "max_position_embeddings": 64,
            "projection_size": 32,
        },
        vision_config={"image_size": 32, "patch_size": 8, **VISION_SIZES},
    )
    return _save(folder, SiglipModel(config), SiglipProcessor(SiglipImageProcessor(size={"height": 32, "width": 32}), wrapped))


def save_segformer(folder: Path, labels: Sequence[str] = CLASSES) -> Path:
    names: Any = dict(enumerate(labels))
    config = SegformerConfig(
        id2label=names,
        label2id={name: index for index, name in names.items()},
        hidden_sizes=[8, 16, 16, 16],
        depths=[1, 1, 1, 1],
        num_attention_heads=[1, 2, 2, 2],
        decoder_hidden_size=16,
    )
    processor = SegformerImageProcessor(size={"height": 32, "width": 64}, do_reduce_labels=False)
    return _save(folder, SegformerForSemanticSegmentation(config), processor)


def save_vit(folder: Path, labels: Sequence[str], **settings: Any) -> Path:
    """An image classifier; settings such as `problem_type` are those of its configuration."""
    names: Any = dict(enumerate(labels))
    sizes: dict[str, Any] = {"image_size": 32, "patch_size": 8, **VISION_SIZES}
    config = ViTConfig(id2label=names, label2id={name: index for index, name in names.items()}, **sizes, **settings)
    processor = ViTImageProcessor(size={"height": 32, "width": 32})
    return _save(folder, ViTForImageClassification(config), processor)


GENERATIVE = {"llava": save_llava, "qwen3_vl": save_qwen3_vl, "smolvlm": save_smolvlm}
CONTRASTIVE = {"clip": save_clip, "siglip": save_siglip}


def load_writer(folder: Path, **settings: Any) -> GenerativeModel:
    """As `load_folder`, for one that writes."""
    model = load_folder(folder, **settings)
    assert isinstance(model, GenerativeModel)
    return model


def load_folder(folder: Path, **settings: Any) -> Model:
    """Check and load a repository in one go; see `contestant_of` for the settings."""
    report = check_repository(str(folder))
    return load(report, contestant_of(report, **settings))
