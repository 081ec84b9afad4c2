"""Tiny editing pipelines with random weights, one for each class that the arena can call, made without any download.

Those that edit at 1024 pixels whatever they are told have autoencoders that shrink 32 times, so that little is left to compute.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

import torch
import transformers

from arena.starter.architectures.parts import VOCABULARY, trained

diffusers: Any = import_module("diffusers")
"""Any, because its classes are imported when they are asked for, which type checkers do not see."""
SPECIAL = [
    "<pad>",
    "<eos>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
]
WORDS = VOCABULARY + len(SPECIAL)
CHAT = "{% for message in messages %}<|im_start|>{{ message['content'] }}<|im_end|>{% endfor %}"
DEEP = (4, 4, 4, 4, 4, 4)
"""Channels of an autoencoder that shrinks 32 times."""
DECODER: dict[str, Any] = {
    "hidden_size": 16,
    "intermediate_size": 16,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 512,
    "pad_token_id": 0,
    "eos_token_id": 1,
    "bos_token_id": None,
}


def tokenizer(longest: int = 32) -> Any:
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=trained(SPECIAL),
        additional_special_tokens=SPECIAL,
        pad_token="<pad>",
        eos_token="<eos>",
        chat_template=CHAT,
        model_max_length=longest,
        padding_side="right",
    )


def clip_text(kind: Any = transformers.CLIPTextModel) -> Any:
    sizes: dict[str, Any] = {
        "hidden_size": 32,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "projection_dim": 32,
    }
    tokens: dict[str, Any] = {
        "pad_token_id": 0,
        "bos_token_id": 2,
        "eos_token_id": 1,
        "vocab_size": WORDS,
        "max_position_embeddings": 32,
    }
    return kind(transformers.CLIPTextConfig(**sizes, **tokens))


def autoencoder(channels: tuple[int, ...] = (8, 8), latents: int = 4, **more: Any) -> Any:
    return diffusers.AutoencoderKL(
        block_out_channels=channels,
        down_block_types=("DownEncoderBlock2D",) * len(channels),
        up_block_types=("UpDecoderBlock2D",) * len(channels),
        layers_per_block=1,
        latent_channels=latents,
        norm_num_groups=2,
        **more,
    )


def unet(in_channels: int, **more: Any) -> Any:
    return diffusers.UNet2DConditionModel(
        sample_size=16,
        in_channels=in_channels,
        out_channels=4,
        block_out_channels=(16, 16),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=4,
        norm_num_groups=4,
        **{"cross_attention_dim": 32, **more},
    )


def stable_diffusion(pipeline: Any, in_channels: int, scheduler: Any) -> Any:
    return pipeline(
        vae=autoencoder(),
        text_encoder=clip_text(),
        tokenizer=tokenizer(),
        unet=unet(in_channels),
        scheduler=scheduler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def instruct_pix2pix() -> Any:
    scheduler = diffusers.EulerAncestralDiscreteScheduler()
    return stable_diffusion(diffusers.StableDiffusionInstructPix2PixPipeline, 8, scheduler)


def inpaint(in_channels: int = 9) -> Any:
    return stable_diffusion(
        diffusers.StableDiffusionInpaintPipeline, in_channels, diffusers.DDIMScheduler(clip_sample=False, steps_offset=1)
    )


def inpaint_xl() -> Any:
    times: dict[str, Any] = {"addition_embed_type": "text_time", "addition_time_embed_dim": 8}
    return diffusers.StableDiffusionXLInpaintPipeline(
        vae=autoencoder(),
        text_encoder=clip_text(),
        text_encoder_2=clip_text(transformers.CLIPTextModelWithProjection),
        tokenizer=tokenizer(),
        tokenizer_2=tokenizer(),
        unet=unet(9, cross_attention_dim=64, projection_class_embeddings_input_dim=6 * 8 + 32, **times),
        scheduler=diffusers.EulerDiscreteScheduler(),
    )


def flux_kontext() -> Any:
    text_2 = transformers.T5Config(
        vocab_size=WORDS, d_model=32, d_kv=8, d_ff=32, num_layers=2, num_heads=2, pad_token_id=0, eos_token_id=1
    )
    return diffusers.FluxKontextPipeline(
        vae=autoencoder(DEEP, 1, shift_factor=0.06, scaling_factor=1.5, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=clip_text(),
        tokenizer=tokenizer(),
        text_encoder_2=transformers.T5EncoderModel(text_2),
        tokenizer_2=tokenizer(512),
        transformer=diffusers.FluxTransformer2DModel(
            patch_size=1,
            in_channels=4,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=32,
            pooled_projection_dim=32,
            guidance_embeds=True,
            axes_dims_rope=(4, 4, 8),
        ),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(),
    )


def flux2_klein() -> Any:
    # The pipeline reads layers 9, 18 and 27 of its text encoder.
    text = transformers.Qwen3Config(**DECODER, vocab_size=WORDS, num_hidden_layers=27)
    return diffusers.Flux2KleinPipeline(
        vae=diffusers.AutoencoderKLFlux2(
            block_out_channels=DEEP,
            down_block_types=("DownEncoderBlock2D",) * len(DEEP),
            up_block_types=("UpDecoderBlock2D",) * len(DEEP),
            layers_per_block=1,
            latent_channels=1,
            norm_num_groups=2,
        ),
        text_encoder=transformers.Qwen3ForCausalLM(text),
        tokenizer=tokenizer(512),
        transformer=diffusers.Flux2Transformer2DModel(
            patch_size=1,
            in_channels=4,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=3 * 16,
            timestep_guidance_channels=16,
            axes_dims_rope=(4, 4, 4, 4),
            guidance_embeds=False,
        ),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(),
        is_distilled=True,
    )


def qwen_image_edit(pipeline: Any = diffusers.QwenImageEditPipeline) -> Any:
    stages, latents = 6, 4
    rope = {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [1, 1, 2]}
    eyes = {"depth": 1, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "out_hidden_size": 16, "patch_size": 14}
    text = transformers.Qwen2_5_VLConfig(
        text_config={**DECODER, "vocab_size": WORDS, "num_hidden_layers": 2, "rope_parameters": rope},
        vision_config={**eyes, "fullatt_block_indexes": [0]},
        image_token_id=SPECIAL.index("<|image_pad|>"),
        video_token_id=SPECIAL.index("<|video_pad|>"),
        vision_start_token_id=SPECIAL.index("<|vision_start|>"),
        vision_end_token_id=SPECIAL.index("<|vision_end|>"),
    )
    small: dict[str, Any] = {"size": {"shortest_edge": 28 * 28, "longest_edge": 56 * 56}}
    words = tokenizer(1024)
    return pipeline(
        vae=diffusers.AutoencoderKLQwenImage(
            base_dim=4,
            z_dim=latents,
            dim_mult=[1] * stages,
            num_res_blocks=1,
            temperal_downsample=[False] * (stages - 1),
            latents_mean=[0.0] * latents,
            latents_std=[1.0] * latents,
        ),
        text_encoder=transformers.Qwen2_5_VLForConditionalGeneration(text),
        tokenizer=words,
        processor=transformers.Qwen2VLProcessor(
            image_processor=transformers.Qwen2VLImageProcessor(**small),
            tokenizer=words,
            video_processor=transformers.Qwen2VLVideoProcessor(**small),
            chat_template=CHAT,
        ),
        transformer=diffusers.QwenImageTransformer2DModel(
            patch_size=2,
            in_channels=4 * latents,
            out_channels=latents,
            num_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=16,
            axes_dims_rope=(8, 4, 4),
        ),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(),
    )


def qwen_image_edit_plus() -> Any:
    return qwen_image_edit(diffusers.QwenImageEditPlusPipeline)


def z_image_inpaint() -> Any:
    text = transformers.Qwen3Config(**DECODER, vocab_size=WORDS, num_hidden_layers=2)
    return diffusers.ZImageInpaintPipeline(
        vae=autoencoder(DEEP, 16, shift_factor=0.12, scaling_factor=0.36),
        text_encoder=transformers.Qwen3Model(text),
        tokenizer=tokenizer(512),
        transformer=diffusers.ZImageTransformer2DModel(
            in_channels=16,
            dim=32,
            n_layers=1,
            n_refiner_layers=1,
            n_heads=2,
            n_kv_heads=2,
            cap_feat_dim=16,
            axes_dims=[8, 4, 4],
            axes_lens=[1024, 64, 64],
        ),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(),
    )


PIPELINES = {
    "StableDiffusionInstructPix2PixPipeline": instruct_pix2pix,
    "FluxKontextPipeline": flux_kontext,
    "Flux2KleinPipeline": flux2_klein,
    "QwenImageEditPipeline": qwen_image_edit,
    "QwenImageEditPlusPipeline": qwen_image_edit_plus,
    "StableDiffusionInpaintPipeline": inpaint,
    "StableDiffusionXLInpaintPipeline": inpaint_xl,
    "ZImageInpaintPipeline": z_image_inpaint,
}


def save_pipeline(name: str, folder: Path) -> Path:
    """A folder with a tiny pipeline of the class `name`."""
    torch.manual_seed(3)
    pipeline = PIPELINES[name]()
    for part in pipeline.components.values():
        if isinstance(part, torch.nn.Module):
            _lively(part)
    pipeline.save_pretrained(folder)
    return folder


def _lively(part: torch.nn.Module) -> None:
    """Random weights at a scale where words, images and seeds change what comes out."""
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for parameter in part.parameters():
            if parameter.ndim > 1:
                scale = 1.5 / parameter[0].numel() ** 0.5
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * scale)
