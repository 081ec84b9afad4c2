"""Dual encoders, which put images and captions in one space, and BLIP-ITM, which reads an image and a caption together.

The SigLIPs have a module of their own.
"""

from typing import Any

from tokenizers import processors
from transformers import (
    AlignConfig,
    AlignModel,
    AlignProcessor,
    AltCLIPConfig,
    AltCLIPModel,
    AltCLIPProcessor,
    BlipConfig,
    BlipForImageTextRetrieval,
    BlipImageProcessor,
    BlipProcessor,
    ChineseCLIPConfig,
    ChineseCLIPImageProcessor,
    ChineseCLIPModel,
    ChineseCLIPProcessor,
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    CLIPProcessor,
    EfficientNetImageProcessor,
    MetaClip2Config,
    MetaClip2Model,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.parts import vision_sizes, wrapped

CLIP_ROLES = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>"}
BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
BERT_ROLES = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
    "model_input_names": ["input_ids", "token_type_ids", "attention_mask"],
}
ROBERTA = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
ROBERTA_ROLES = {
    "bos_token": "<s>",
    "pad_token": "<pad>",
    "eos_token": "</s>",
    "unk_token": "<unk>",
    "mask_token": "<mask>",
    "model_input_names": ["input_ids", "attention_mask"],
}
LOGIT_SCALE = 4.0
"""Logarithm of the factor between cosines and logits; training ends near 4.6."""


def clip(scale: Scale) -> tuple[PreTrainedModel, Any]:
    special = ["<|startoftext|>", "<|endoftext|>"]
    names = ["input_ids", "attention_mask"]
    tokenizer = framed(special, (special[0], special[1]), model_max_length=77, model_input_names=names, **CLIP_ROLES)
    text = {**encoder_sizes(scale, tokenizer), "max_position_embeddings": 77}
    text |= {"bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}
    config = CLIPConfig(
        text_config=text,
        vision_config=vision_sizes(scale),
        projection_dim=scale.hidden,
        logit_scale_init_value=LOGIT_SCALE,
    )
    images = CLIPImageProcessor(size={"shortest_edge": scale.image}, crop_size=square(scale.image))
    return CLIPModel(config), CLIPProcessor(images, tokenizer)


def metaclip2(scale: Scale) -> tuple[PreTrainedModel, Any]:
    tokenizer = framed(ROBERTA, ("<s>", "</s>"), model_max_length=77, **ROBERTA_ROLES)
    text = {**encoder_sizes(scale, tokenizer), "max_position_embeddings": 77}
    text |= {"bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1}
    config = MetaClip2Config(
        text_config=text,
        vision_config=vision_sizes(scale),
        projection_dim=scale.hidden,
        logit_scale_init_value=LOGIT_SCALE,
    )
    images = CLIPImageProcessor(size=square(scale.image), crop_size=square(scale.image))
    return MetaClip2Model(config), CLIPProcessor(images, tokenizer)


def altclip(scale: Scale) -> tuple[PreTrainedModel, Any]:
    tokenizer = framed(ROBERTA, ("<s>", "</s>"), model_max_length=512, **ROBERTA_ROLES)
    text = {**encoder_sizes(scale, tokenizer), "max_position_embeddings": 514, "project_dim": scale.hidden}
    text |= {"bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1}
    config = AltCLIPConfig(
        text_config=text,
        vision_config=vision_sizes(scale),
        projection_dim=scale.hidden,
        logit_scale_init_value=LOGIT_SCALE,
    )
    images = CLIPImageProcessor(size={"shortest_edge": scale.image}, crop_size=square(scale.image))
    return AltCLIPModel(config), AltCLIPProcessor(images, tokenizer)


def chinese_clip(scale: Scale) -> tuple[PreTrainedModel, Any]:
    tokenizer = framed(BERT, ("[CLS]", "[SEP]"), model_max_length=512, **BERT_ROLES)
    config = ChineseCLIPConfig(
        text_config={**encoder_sizes(scale, tokenizer), "max_position_embeddings": 512, "pad_token_id": 0},
        vision_config=vision_sizes(scale),
        projection_dim=scale.hidden,
        logit_scale_init_value=LOGIT_SCALE,
    )
    images = ChineseCLIPImageProcessor(size=square(scale.image), do_center_crop=False)
    return ChineseCLIPModel(config), ChineseCLIPProcessor(images, tokenizer)


def align(scale: Scale) -> tuple[PreTrainedModel, Any]:
    tokenizer = framed(BERT, ("[CLS]", "[SEP]"), model_max_length=64, **BERT_ROLES)
    config = AlignConfig(
        text_config={**encoder_sizes(scale, tokenizer), "max_position_embeddings": 512, "pad_token_id": 0},
        vision_config={
            "image_size": scale.image,
            "width_coefficient": 1.0,
            "depth_coefficient": 1.0,
            "kernel_sizes": [3] * scale.layers,
            "in_channels": [32, *[scale.hidden] * (scale.layers - 1)],
            "out_channels": [scale.hidden] * scale.layers,
            "strides": [2, *[1] * (scale.layers - 1)],
            "num_block_repeats": [1] * scale.layers,
            "expand_ratios": [1, *[2] * (scale.layers - 1)],
            "hidden_dim": scale.hidden,
        },
        projection_dim=scale.hidden,
        temperature_init_value=0.05,
    )
    # As in the public repository, the picture is larger than what the model sees of it by a fifth.
    images = EfficientNetImageProcessor(
        size=square(round(scale.image * 346 / 289)),
        crop_size=square(scale.image),
        do_center_crop=True,
        do_normalize=False,
        rescale_factor=1 / 127.5,
        rescale_offset=True,
        include_top=False,
        resample=2,
    )
    return AlignModel(config), AlignProcessor(images, tokenizer)


def blip_itm(scale: Scale) -> tuple[PreTrainedModel, Any]:
    tokenizer = framed(BERT, ("[CLS]", "[SEP]"), model_max_length=512, **BERT_ROLES)
    text = {**encoder_sizes(scale, tokenizer), "max_position_embeddings": 512, "encoder_hidden_size": scale.hidden}
    text |= {"pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3, "sep_token_id": 3, "is_decoder": True}
    config = BlipConfig(
        text_config=text,
        vision_config=vision_sizes(scale),
        image_text_hidden_size=scale.hidden,
        projection_dim=scale.hidden,
    )
    return BlipForImageTextRetrieval(config), BlipProcessor(BlipImageProcessor(size=square(scale.image)), tokenizer)


def framed(special: list[str], ends: tuple[str, str], **roles: Any) -> PreTrainedTokenizerFast:
    """A tokenizer that puts a token before and one after a text; none where an end is empty."""
    tokenizer = wrapped(special, **roles)
    tokenizer.backend_tokenizer.post_processor = ends_of(special, ends)
    return tokenizer


def ends_of(special: list[str], ends: tuple[str, str]) -> processors.TemplateProcessing:
    """Puts a token before and one after a text; none where an end is empty."""
    return processors.TemplateProcessing(
        single=f"{ends[0]} $A {ends[1]}".strip(), special_tokens=[(end, special.index(end)) for end in ends if end]
    )


def encoder_sizes(scale: Scale, tokenizer: PreTrainedTokenizerBase) -> dict[str, Any]:
    """Sizes of a text encoder, as the configurations of dual encoders name them."""
    return {
        "vocab_size": len(tokenizer),
        "hidden_size": scale.hidden,
        "intermediate_size": 2 * scale.hidden,
        "num_hidden_layers": scale.layers,
        "num_attention_heads": scale.heads,
        "projection_dim": scale.hidden,
    }


def square(side: int) -> dict[str, int]:
    return {"height": side, "width": side}


HUB = "https://huggingface.co"
CONVERSIONS = "huggingface/transformers: src/transformers/models"
ARCHITECTURES = (
    Architecture(
        "CLIP",
        clip,
        (
            f"{HUB}/openai/clip-vit-base-patch16/blob/refs%2Fpr%2F4/preprocessor_config.json",
            "huggingface/transformers: src/transformers/models/clip/tokenization_clip.py",
        ),
        "end of text at its own id and not at the old 2 that stands for the highest id",
        dual=True,
    ),
    Architecture("MetaCLIP2", metaclip2, (f"{CONVERSIONS}/metaclip_2/convert_metaclip_2_to_hf.py",), dual=True),
    Architecture(
        "AltCLIP",
        altclip,
        (
            f"{HUB}/BAAI/AltCLIP/blame/main/tokenizer_config.json",
            "huggingface/transformers: docs/source/en/model_doc/altclip.md",
        ),
        "resizing and crop, taken to be CLIP's",
        dual=True,
    ),
    Architecture(
        "Chinese-CLIP",
        chinese_clip,
        (
            f"{HUB}/OFA-Sys/chinese-clip-vit-base-patch16/blob/refs%2Fpr%2F1/preprocessor_config.json",
            "huggingface/transformers: tests/models/chinese_clip/test_processing_chinese_clip.py",
        ),
        dual=True,
    ),
    Architecture(
        "ALIGN",
        align,
        (f"{HUB}/kakaobrain/align-base/blob/main/preprocessor_config.json", f"{CONVERSIONS}/align/convert_align_tf_to_hf.py"),
        dual=True,
    ),
    Architecture(
        "BLIP-ITM",
        blip_itm,
        (
            f"{HUB}/Salesforce/blip-itm-base-coco/commits/main/config.json",
            f"{CONVERSIONS}/blip/convert_blip_original_pytorch_to_hf.py",
        ),
        "size and normalisation of images, from the defaults of its image processor",
        dual=True,
    ),
)
