"""LLaVA and its kin: a vision encoder of fixed size, a projector of two layers, and a language model of its own kind each."""

from typing import Any

from transformers import (
    CLIPImageProcessor,
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaNextConfig,
    LlavaNextForConditionalGeneration,
    LlavaNextImageProcessor,
    LlavaNextProcessor,
    LlavaOnevisionConfig,
    LlavaOnevisionForConditionalGeneration,
    LlavaOnevisionImageProcessor,
    LlavaOnevisionProcessor,
    LlavaOnevisionVideoProcessor,
    LlavaProcessor,
    MistralConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen2Config,
    SiglipVisionConfig,
    VideoLlavaConfig,
    VideoLlavaForConditionalGeneration,
    VideoLlavaImageProcessor,
    VideoLlavaProcessor,
    VideoLlavaVideoProcessor,
    VipLlavaConfig,
    VipLlavaForConditionalGeneration,
)

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.parts import text_sizes, turns, vision_sizes, wrapped

VICUNA = turns(
    image="<image>\n",
    words="{{ part['text'] }} ",
    user=("USER: ", ""),
    assistant=("ASSISTANT: ", ""),
    prompt="ASSISTANT:",
    images_first=True,
)


def llava(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """LLaVA-1.5 on Vicuna: the centre crop of an image, the tokens of one but last layer, BOS by the tokenizer."""
    tokenizer = _llama_tokenizer(["<image>"])
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(**vision_sizes(scale)),
        text_config=LlamaConfig(**text_sizes(scale), **_words(tokenizer)),
        image_token_index=tokenizer.get_vocab()["<image>"],
        image_seq_length=(scale.image // scale.patch) ** 2,
    )
    processor = LlavaProcessor(
        image_processor=CLIPImageProcessor(**_centre_crop(scale)),
        tokenizer=tokenizer,
        chat_template=VICUNA,
        **_class_token(scale),
    )
    return LlavaForConditionalGeneration(config), processor


def llava_next(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """LLaVA-1.6 on Mistral: the whole image and up to four tiles, whose padding is cut off."""
    tokenizer = _llama_tokenizer(["<image>"])
    grid = [[rows * scale.image, columns * scale.image] for rows, columns in ((1, 2), (2, 1), (2, 2), (3, 1), (1, 3))]
    config = LlavaNextConfig(
        vision_config=CLIPVisionConfig(**vision_sizes(scale)),
        text_config=MistralConfig(**text_sizes(scale), **_words(tokenizer), sliding_window=None),
        image_token_index=tokenizer.get_vocab()["<image>"],
        image_seq_length=(scale.image // scale.patch) ** 2,
        image_grid_pinpoints=grid,
    )
    processor = LlavaNextProcessor(
        image_processor=LlavaNextImageProcessor(**_centre_crop(scale), image_grid_pinpoints=grid),
        tokenizer=tokenizer,
        chat_template=turns(
            image="<image>\n", user=("[INST] ", " [/INST]"), assistant=(" ", "</s> "), prompt="", images_first=True
        ),
        **_class_token(scale),
    )
    return LlavaNextForConditionalGeneration(config), processor


def llava_onevision(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """LLaVA-OneVision on Qwen2: one image makes many tiles, several images make none."""
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<image>", "<video>"]
    tokenizer = wrapped(special, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    grid = [[rows * scale.image, columns * scale.image] for rows in range(1, 7) for columns in range(1, 7)]
    config = LlavaOnevisionConfig(
        vision_config=SiglipVisionConfig(**vision_sizes(scale), vision_use_head=False),
        text_config=Qwen2Config(
            **text_sizes(scale), vocab_size=_rounded(tokenizer), bos_token_id=0, eos_token_id=2, tie_word_embeddings=True
        ),
        image_token_index=tokenizer.get_vocab()["<image>"],
        video_token_index=tokenizer.get_vocab()["<video>"],
        image_grid_pinpoints=grid,
        tie_word_embeddings=True,
    )
    square = {"height": scale.image, "width": scale.image}
    processor = LlavaOnevisionProcessor(
        image_processor=LlavaOnevisionImageProcessor(size=square, image_grid_pinpoints=grid),
        video_processor=LlavaOnevisionVideoProcessor(size=square),
        tokenizer=tokenizer,
        num_image_tokens=(scale.image // scale.patch) ** 2,
        vision_feature_select_strategy="full",
        chat_template=turns(
            image="<image>",
            words="\n{{ part['text'] }}",
            user=("<|im_start|>user ", "<|im_end|>"),
            assistant=("<|im_start|>assistant ", "<|im_end|>"),
            prompt="<|im_start|>assistant\n",
            images_first=True,
        ),
    )
    model = LlavaOnevisionForConditionalGeneration(config)
    model.generation_config.update(
        eos_token_id=[2, 0], pad_token_id=0, do_sample=True, repetition_penalty=1.05, temperature=0.7, top_k=20, top_p=0.8
    )
    return model, processor


def video_llava(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """Video-LLaVA on Vicuna: an encoder for images and one for videos."""
    tokenizer = _llama_tokenizer(["<image>", "<video>"], padding_side="left")
    config = VideoLlavaConfig(
        vision_config=CLIPVisionConfig(**vision_sizes(scale)),
        text_config=LlamaConfig(**text_sizes(scale), **_words(tokenizer)),
        image_token_index=tokenizer.get_vocab()["<image>"],
        video_token_index=tokenizer.get_vocab()["<video>"],
        image_seq_length=(scale.image // scale.patch) ** 2,
        video_seq_length=8 * ((scale.image // scale.patch) ** 2 + 1),
    )
    processor = VideoLlavaProcessor(
        image_processor=VideoLlavaImageProcessor(**_centre_crop(scale)),
        video_processor=VideoLlavaVideoProcessor(**_centre_crop(scale)),
        tokenizer=tokenizer,
        chat_template=VICUNA,
        **_class_token(scale),
    )
    return VideoLlavaForConditionalGeneration(config), processor


def vip_llava(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """ViP-LLaVA: the projector reads several layers of the encoder at once; turns open with `###`."""
    tokenizer = _llama_tokenizer(["<image>"])
    config = VipLlavaConfig(
        vision_config=CLIPVisionConfig(**vision_sizes(scale)),
        text_config=LlamaConfig(**text_sizes(scale), **_words(tokenizer)),
        image_token_index=tokenizer.get_vocab()["<image>"],
        image_seq_length=(scale.image // scale.patch) ** 2,
        vision_feature_layer=(-2, -3, 1),
    )
    processor = LlavaProcessor(
        image_processor=CLIPImageProcessor(**_centre_crop(scale)),
        tokenizer=tokenizer,
        chat_template=turns(
            image="<image>\n",
            user=("###Human: ", ""),
            assistant=("###Assistant: ", ""),
            prompt="###Assistant:",
            images_first=True,
        ),
        **_class_token(scale),
    )
    return VipLlavaForConditionalGeneration(config), processor


def _llama_tokenizer(media: list[str], **settings: Any) -> PreTrainedTokenizerFast:
    special = ["<unk>", "<s>", "</s>", *media, "<pad>"]
    roles = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}
    return wrapped(special, adds_bos=True, **roles, **settings)


def _rounded(tokenizer: PreTrainedTokenizerFast) -> int:
    # The embeddings of all these models are filled up to a multiple of 64: some ids have no token.
    return -(-len(tokenizer) // 64) * 64


def _words(tokenizer: PreTrainedTokenizerFast) -> dict[str, Any]:
    return {
        "vocab_size": _rounded(tokenizer),
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }


def _centre_crop(scale: Scale) -> dict[str, Any]:
    return {
        "size": {"shortest_edge": scale.image},
        "crop_size": {"height": scale.image, "width": scale.image},
        "do_center_crop": True,
    }


def _class_token(scale: Scale) -> dict[str, Any]:
    # The encoder puts a token of its own before the patches, and the projector leaves it out.
    return {"patch_size": scale.patch, "num_additional_image_tokens": 1, "vision_feature_select_strategy": "default"}


TRANSFORMERS = "huggingface/transformers: "

ARCHITECTURES: tuple[Architecture, ...] = (
    Architecture(
        "LLaVA-1.5",
        llava,
        sources=(
            TRANSFORMERS + "src/transformers/models/llava/convert_llava_weights_to_hf.py",
            TRANSFORMERS + "tests/models/llava/test_processing_llava.py",
        ),
    ),
    Architecture(
        "LLaVA-Next",
        llava_next,
        sources=(
            "modelscope/ms-swift: swift/llm/template/template/llava.py",
            TRANSFORMERS + "src/transformers/models/llava_next/convert_llava_next_weights_to_hf.py",
        ),
    ),
    Architecture(
        "LLaVA-OneVision",
        llava_onevision,
        sources=(
            TRANSFORMERS + "src/transformers/models/llava_onevision/convert_llava_onevision_weights_to_hf.py",
            "vllm-project/vllm: examples/offline_inference/vision_language.py",
        ),
        reconstructed="generation settings, as Qwen2 ships them",
    ),
    Architecture(
        "Video-LLaVA",
        video_llava,
        sources=(
            TRANSFORMERS + "docs/source/en/model_doc/video_llava.md",
            TRANSFORMERS + "src/transformers/models/video_llava/convert_video_llava_weights_to_hf.py",
        ),
        reconstructed="images before words",
    ),
    Architecture(
        "ViP-LLaVA",
        vip_llava,
        sources=(
            TRANSFORMERS + "docs/source/en/model_doc/vipllava.md",
            TRANSFORMERS + "src/transformers/models/vipllava/convert_vipllava_weights_to_hf.py",
        ),
        reconstructed="images before words",
    ),
)
