"""Meta's models: Llama 3.2 Vision, which attends to images from layers of its own, Llama 4 with its tiles, Perception-LM."""

from typing import Any

import torch
from transformers import (
    AddedToken,
    Llama4Config,
    Llama4ForConditionalGeneration,
    Llama4ImageProcessor,
    Llama4Processor,
    Llama4TextConfig,
    Llama4VisionConfig,
    LlamaConfig,
    MllamaConfig,
    MllamaForConditionalGeneration,
    MllamaImageProcessor,
    MllamaProcessor,
    PerceptionLMConfig,
    PerceptionLMForConditionalGeneration,
    PerceptionLMImageProcessor,
    PerceptionLMProcessor,
    PerceptionLMVideoProcessor,
    PreTrainedModel,
    TimmWrapperConfig,
)
from transformers.models.mllama.configuration_mllama import MllamaTextConfig, MllamaVisionConfig

from arena.starter.architectures.architecture import Architecture, Scale
from arena.starter.architectures.parts import text_sizes, turns, vision_sizes, wrapped

ROLES: dict[str, Any] = {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"}
HEADERS: dict[str, Any] = {
    "user": ("<|start_header_id|>user<|end_header_id|>\n\n", "<|eot_id|>"),
    "assistant": ("<|start_header_id|>assistant<|end_header_id|>\n\n", "<|eot_id|>"),
}
SYSTEM = "<|start_header_id|>system<|end_header_id|>\n\nAnswer what the user asks, in few words.<|eot_id|>"
ROPE = {
    "rope_type": "llama3",
    "rope_theta": 500000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}


def mllama(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """Llama 3.2 Vision: an image is one token, which has no logit; words read it in gated layers of cross-attention."""
    special = ["<|begin_of_text|>", "<|end_of_text|>", "<|finetune_right_pad_id|>", "<|start_header_id|>"]
    special += ["<|end_header_id|>", "<|eom_id|>", "<|eot_id|>", "<|python_tag|>"]
    roles = {**ROLES, "pad_token": "<|finetune_right_pad_id|>"}
    tokenizer = wrapped(special, adds_bos=True, **roles)
    words = len(tokenizer)
    tokenizer.add_tokens([AddedToken("<|image|>", special=True, normalized=False)], special_tokens=True)
    crosses = range(1, scale.layers + scale.layers // 4 + 1, 5)
    sizes = {name: size for name, size in text_sizes(scale).items() if name not in {"num_hidden_layers", "head_dim"}}
    config = MllamaConfig(
        vision_config=MllamaVisionConfig(
            hidden_size=scale.hidden,
            intermediate_size=2 * scale.hidden,
            num_hidden_layers=scale.layers,
            num_global_layers=1,
            attention_heads=scale.heads,
            image_size=scale.image,
            patch_size=scale.patch,
            intermediate_layers_indices=[0, scale.layers - 1],
            vision_output_dim=3 * scale.hidden,
        ),
        text_config=MllamaTextConfig(
            **sizes,
            num_hidden_layers=scale.layers + len(crosses),
            cross_attention_layers=list(crosses),
            vocab_size=words,
            rope_parameters=ROPE,
            bos_token_id=special.index("<|begin_of_text|>"),
            eos_token_id=special.index("<|eot_id|>"),
            pad_token_id=special.index("<|finetune_right_pad_id|>"),
        ),
        image_token_index=words,
    )
    pictures = "messages | map(attribute='content') | sum(start=[]) | selectattr('type', 'equalto', 'image') | list"
    processor = MllamaProcessor(
        image_processor=MllamaImageProcessor(size=_square(scale), max_image_tiles=4),
        tokenizer=tokenizer,
        chat_template=turns(
            image="<|image|>",
            words="{{ part['text'] | trim }}",
            **HEADERS,
            before="{{ bos_token }}{% if not " + pictures + " %}" + SYSTEM + "{% endif %}",
        ),
    )
    model = MllamaForConditionalGeneration(config)
    # Of two images in a row, only the token of the first tells their order; heads that look sharply make it show.
    for name, parameter in model.model.language_model.named_parameters():
        if name.endswith(("input_layernorm.weight", "q_norm.weight", "k_norm.weight")):
            torch.nn.init.constant_(parameter, 2.0)
    ends = [special.index(token) for token in ("<|end_of_text|>", "<|eom_id|>", "<|eot_id|>")]
    model.generation_config.update(eos_token_id=ends, do_sample=True, temperature=0.6, top_p=0.9)
    return model, processor


def llama4(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """Llama 4 Scout: tiles with separators, experts, attention in chunks, and pixels in bfloat16 whatever the model is."""
    special = ["<|begin_of_text|>", "<|end_of_text|>", "<|header_start|>", "<|header_end|>", "<|eom|>", "<|eot|>"]
    special += ["<|finetune_right_pad|>", "<|image_start|>", "<|image_end|>", "<|tile_x_separator|>", "<|tile_y_separator|>"]
    special += ["<|image|>", "<|patch|>"]
    roles = {**ROLES, "eos_token": "<|eot|>", "pad_token": "<|finetune_right_pad|>"}
    tokenizer = wrapped(special, adds_bos=True, **roles)
    ends = [special.index(token) for token in ("<|end_of_text|>", "<|eom|>", "<|eot|>")]
    config = Llama4Config(
        # Four patches are shuffled into one token, which is four times as wide.
        vision_config=Llama4VisionConfig(
            **{**vision_sizes(scale), "intermediate_size": 4 * scale.hidden},
            projector_input_dim=scale.hidden,
            projector_output_dim=scale.hidden,
            vision_output_dim=scale.hidden,
        ),
        text_config=Llama4TextConfig(
            **text_sizes(scale),
            intermediate_size_mlp=2 * scale.hidden,
            vocab_size=len(tokenizer),
            num_local_experts=4,
            no_rope_layer_interval=2,
            attention_chunk_size=scale.window,
            floor_scale=scale.window,
            rope_parameters=ROPE,
            bos_token_id=0,
            eos_token_id=ends,
            pad_token_id=special.index("<|finetune_right_pad|>"),
        ),
        boi_token_index=special.index("<|image_start|>"),
        eoi_token_index=special.index("<|image_end|>"),
        image_token_index=special.index("<|patch|>"),
    )
    processor = Llama4Processor(
        image_processor=Llama4ImageProcessor(size=_square(scale), max_patches=16),
        tokenizer=tokenizer,
        patch_size=scale.patch,
        chat_template=turns(
            image="<|image|>",
            user=("<|header_start|>user<|header_end|>\n\n", "<|eot|>"),
            assistant=("<|header_start|>assistant<|header_end|>\n\n", "<|eot|>"),
            before="{{ bos_token }}",
        ),
    )
    model = Llama4ForConditionalGeneration(config)
    model.generation_config.update(do_sample=True, temperature=0.6, top_p=0.9)
    return model, processor


def perception_lm(scale: Scale) -> tuple[PreTrainedModel, Any]:
    """Perception-LM: a timm encoder; a whole image and tiles, whose tokens are pooled two by two."""
    special = ["<|begin_of_text|>", "<|end_of_text|>", "<|image|>", "<|video|>"]
    special += ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
    media: dict[str, Any] = {"image_token": "<|image|>", "video_token": "<|video|>", "pad_token": "<|end_of_text|>"}
    tokenizer = wrapped(special, adds_bos=True, **ROLES, **media)
    ends = [special.index("<|end_of_text|>"), special.index("<|eot_id|>")]
    side = scale.image // scale.patch
    encoder = {
        "embed_dim": scale.hidden,
        "depth": scale.layers,
        "num_heads": scale.heads,
        "mlp_ratio": 2.0,
        "patch_size": scale.patch,
        "img_size": [scale.image, scale.image],
        "ref_feat_shape": [side, side],
        "global_pool": "",
        "use_post_transformer_norm": False,
        "init_values": 0.7,
    }
    config = PerceptionLMConfig(
        vision_config=TimmWrapperConfig(architecture="vit_pe_core_large_patch14_336", do_pooling=False, model_args=encoder),
        text_config=LlamaConfig(**text_sizes(scale), vocab_size=len(tokenizer), bos_token_id=0, eos_token_id=ends),
        vision_use_cls_token=True,
        projector_pooling_ratio=2,
        image_token_id=special.index("<|image|>"),
        video_token_id=special.index("<|video|>"),
    )
    processor = PerceptionLMProcessor(
        image_processor=PerceptionLMImageProcessor(size=_square(scale), tile_size=scale.image, max_num_tiles=4),
        video_processor=PerceptionLMVideoProcessor(size=_square(scale)),
        tokenizer=tokenizer,
        patch_size=scale.patch,
        pooling_ratio=2,
        chat_template=turns(
            image="<|image|>",
            words="{{ part['text'] | trim }}",
            **HEADERS,
            before="{{ bos_token }}" + SYSTEM,
            images_first=True,
        ),
    )
    return PerceptionLMForConditionalGeneration(config), processor


def _square(scale: Scale) -> dict[str, int]:
    return {"height": scale.image, "width": scale.image}


TRANSFORMERS = "huggingface/transformers: "

ARCHITECTURES: tuple[Architecture, ...] = (
    Architecture(
        "Llama 3.2 Vision",
        mllama,
        sources=(
            TRANSFORMERS + "src/transformers/models/mllama/convert_mllama_weights_to_hf.py",
            TRANSFORMERS + "src/transformers/models/llama/convert_llama_weights_to_hf.py",
            "vllm-project/vllm: examples/tool_chat_template_llama3.2_json.jinja",
        ),
    ),
    Architecture(
        "Llama 4",
        llama4,
        sources=(
            TRANSFORMERS + "src/transformers/models/llama4/convert_llama4_weights_to_hf.py",
            "vllm-project/vllm: examples/tool_chat_template_llama4_pythonic.jinja",
        ),
    ),
    Architecture(
        "Perception-LM",
        perception_lm,
        sources=(TRANSFORMERS + "src/transformers/models/perception_lm/convert_perception_lm_weights_to_hf.py",),
    ),
)
