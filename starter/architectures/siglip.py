"""SigLIP and SigLIP2: dual encoders that were taught by a sigmoid for each pair of image and caption."""

import json
import string
from typing import Any

import torch
from tokenizers import Tokenizer, models, normalizers, trainers
from transformers import (
    PreTrainedModel,
    PreTrainedTokenizerBase,
    Siglip2Config,
    Siglip2ImageProcessor,
    Siglip2Model,
    Siglip2Processor,
    Siglip2Tokenizer,
    SiglipConfig,
    SiglipImageProcessor,
    SiglipModel,
    SiglipProcessor,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.dual import LOGIT_SCALE, encoder_sizes, ends_of, framed, square
from arena.starter.architectures.parts import SENTENCES, vision_sizes


def siglip(scale: Scale) -> tuple[PreTrainedModel, Any]:
    roles = {"unk_token": "<unk>", "eos_token": "</s>", "pad_token": "</s>"}
    tokenizer = framed(["<unk>", "</s>"], ("", "</s>"), model_max_length=64, model_input_names=["input_ids"], **roles)
    return _siglip(scale, tokenizer)


def siglip2(scale: Scale) -> tuple[PreTrainedModel, Any]:
    return _siglip(scale, _gemma_tokenizer())


def siglip2_naflex(scale: Scale) -> tuple[PreTrainedModel, Any]:
    tokenizer = _gemma_tokenizer()
    vision = {name: size for name, size in vision_sizes(scale).items() if name != "image_size"}
    # Its processor insists on these sizes, whatever its image processor says.
    vision |= {"patch_size": 16, "num_patches": 256}
    config = Siglip2Config(text_config=_siglip_text(scale, tokenizer), vision_config=vision)
    images = Siglip2ImageProcessor(patch_size=16, max_num_patches=256)
    return _taught(Siglip2Model(config)), Siglip2Processor(images, tokenizer)


def _siglip_text(scale: Scale, tokenizer: PreTrainedTokenizerBase) -> dict[str, Any]:
    positions = {"max_position_embeddings": 64, "projection_size": scale.hidden}
    return {**encoder_sizes(scale, tokenizer), **positions, "bos_token_id": None, "eos_token_id": 1, "pad_token_id": 1}


def _siglip(scale: Scale, tokenizer: PreTrainedTokenizerBase) -> tuple[PreTrainedModel, Any]:
    config = SiglipConfig(text_config=_siglip_text(scale, tokenizer), vision_config=vision_sizes(scale))
    images = SiglipImageProcessor(size=square(scale.image))
    return _taught(SiglipModel(config)), SiglipProcessor(images, tokenizer)


def _taught(model: Any) -> Any:
    """Factor and bias of a SigLIP as training leaves them in kind: large, and most captions are false of most images."""
    with torch.no_grad():
        model.logit_scale.fill_(LOGIT_SCALE)
        model.logit_bias.fill_(-10.0)
    return model


def _gemma_tokenizer() -> PreTrainedTokenizerBase:
    """Gemma's special tokens and spaces, in lower case; without BOS, with EOS, padded at the right, with no attention mask."""
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
    pieces = Tokenizer(models.BPE())
    pieces.normalizer = normalizers.Sequence([normalizers.Lowercase(), normalizers.Replace(" ", "▁")])
    letters = list(string.digits + string.ascii_lowercase + string.punctuation)
    pieces.train_from_iterator(
        SENTENCES, trainers.BpeTrainer(special_tokens=special, initial_alphabet=letters, show_progress=False)
    )
    model: dict[str, Any] = json.loads(pieces.to_str())["model"]
    merges: Any = [tuple(merge) for merge in model["merges"]]
    tokenizer = Siglip2Tokenizer(
        model["vocab"],
        merges,
        padding_side="right",
        model_max_length=64,
        model_input_names=["input_ids"],
    )
    tokenizer.backend_tokenizer.post_processor = ends_of(special, ("", "<eos>"))
    return tokenizer


HUB = "https://huggingface.co/Xenova"
SIGLIP2 = (
    "huggingface/transformers: docs/source/en/model_doc/siglip2.md",
    "huggingface/transformers: src/transformers/models/siglip2/convert_siglip2_to_hf.py",
    "https://github.com/huggingface/transformers/pull/43101",
)
ARCHITECTURES = (
    Architecture(
        "SigLIP",
        siglip,
        (
            f"{HUB}/siglip-base-patch16-224/blob/65a4a3071a821054207f0a80eaa35fb2ed6d46f0/tokenizer_config.json",
            f"{HUB}/siglip-base-patch16-256/blob/main/config.json",
            "huggingface/transformers: src/transformers/models/siglip/convert_siglip_to_hf.py",
        ),
        dual=True,
    ),
    Architecture("SigLIP2", siglip2, SIGLIP2, dual=True),
    Architecture("SigLIP2 NaFlex", siglip2_naflex, SIGLIP2, dual=True),
)
