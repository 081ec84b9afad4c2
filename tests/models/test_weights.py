"""Parameters and memory by headers alone: what loading gives, and arithmetic on weights packed by hand, are the oracles."""

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForImageTextToText

from arena.errors import RepositoryError
from arena.models.files import repository_files
from arena.models.loading import contestant_of
from arena.models.pretrained import from_pretrained
from arena.models.quantisation import check_quantisation
from arena.models.repository import check_repository
from arena.models.weights import measure

WEIGHTS = np.arange(64 * 32).reshape(64, 32) % 16
"""4-bit numbers."""


def pack(dtype):
    """`WEIGHTS` two in a byte, in numbers of this type."""
    return torch.from_numpy((WEIGHTS[::2] | WEIGHTS[1::2] << 4).astype(np.uint8)).view(dtype)


HALVES = torch.zeros(4, 32, dtype=torch.float16)
FOUR_BITS = {
    "gptq": (
        {"quant_method": "gptq", "bits": 4},
        {
            "qweight": pack(torch.int32),
            "qzeros": torch.zeros(4, 4, dtype=torch.int32),
            "scales": HALVES,
            "g_idx": torch.arange(64),
        },
    ),
    "compressed-tensors": (
        {"quant_method": "compressed-tensors", "config_groups": {"group_0": {"weights": {"num_bits": 4}}}},
        {"weight_packed": pack(torch.int32), "weight_scale": HALVES, "weight_shape": torch.tensor([64, 32])},
    ),
    "bitsandbytes": (
        {"quant_method": "bitsandbytes", "load_in_4bit": True},
        {
            "weight": pack(torch.uint8).reshape(-1, 1),
            "weight.absmax": torch.zeros(32),
            "weight.quant_map": torch.zeros(16),
            "weight.quant_state.bitsandbytes__nf4": torch.zeros(80, dtype=torch.uint8),
        },
    ),
    "mxfp4": (
        {"quant_method": "mxfp4"},
        {"down_proj_blocks": pack(torch.uint8), "down_proj_scales": torch.zeros(64, dtype=torch.uint8)},
    ),
}


@pytest.mark.parametrize("method", FOUR_BITS)
def test_packed_weights_count_as_what_they_hold_and_take_what_they_are(tmp_path, method):
    settings, tensors = FOUR_BITS[method]
    plain = torch.zeros(10, 5, dtype=torch.bfloat16)
    packed = {f"layer.{name}": tensor for name, tensor in tensors.items()}
    save_file({"embed.weight": plain, **packed}, tmp_path / "model.safetensors")
    size = measure(repository_files(str(tmp_path)), ("model.safetensors",), {"quantization_config": settings})
    assert size.parameters == plain.numel() + WEIGHTS.size
    assert size.memory_bytes == plain.numel() * 4 + sum(tensor.numel() * tensor.element_size() for tensor in packed.values())


def test_numbers_that_are_no_weights_are_not_counted(tmp_path):
    save_file({"weight": torch.zeros(3), "position_ids": torch.arange(9)}, tmp_path / "model.safetensors")
    size = measure(repository_files(str(tmp_path)), ("model.safetensors",), {})
    assert (size.parameters, size.memory_bytes) == (3, 12)


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU keeps eight bits")
def test_weights_in_eight_bits_are_loaded_as_float32_without_a_gpu(repositories, tmp_path):
    folder = shutil.copytree(repositories("llava"), tmp_path / "org" / "name")
    weights = load_file(folder / "model.safetensors")
    for name in [name for name, tensor in weights.items() if "language_model.layers" in name and tensor.ndim == 2]:
        scale = weights[name].abs().max() / torch.finfo(torch.float8_e4m3fn).max
        weights[name] = (weights[name] / scale).to(torch.float8_e4m3fn)
        weights[f"{name}_scale_inv"] = scale.reshape(1, 1)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    config = json.loads((folder / "config.json").read_text())
    plain = ["vision_tower", "multi_modal_projector", "lm_head"]
    config["quantization_config"] = {"quant_method": "fp8", "weight_block_size": [128, 128], "modules_to_not_convert": plain}
    (folder / "config.json").write_text(json.dumps(config))
    report = check_repository(str(folder))
    model, _ = from_pretrained(AutoModelForImageTextToText, contestant_of(report), folder)
    assert {tensor.dtype for tensor in model.parameters()} == {torch.float32}
    assert sum(tensor.numel() for tensor in model.parameters()) == report.parameters == report.memory_bytes / 4


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (
            {"quant_method": "gptq", "bits": 4},
            r"gptq: .*install optimum.* \(gptq runs on CPUs and GPUs\); where that cannot be met, enter the weights before",
        ),
        ({"quant_method": "awq", "bits": 4}, "awq: .*install gptqmodel"),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, "bitsandbytes: .*install -U bitsandbytes"),
        ({"quant_method": "compressed-tensors", "config_groups": {}}, "compressed-tensors: .*install compressed-tensors"),
        ({"quant_method": "eetq"}, r"eetq: .*install kernels.* \(eetq runs on GPUs only\)"),
        ({"quant_method": "own"}, "own: ValueError: Unknown quantization type, got own"),
        ({"bits": 4}, "None: ValueError: .*has no `quant_method` attribute"),
    ],
)
@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU lets more in")
def test_weights_that_this_machine_cannot_unpack_are_refused_in_one_line_that_names_the_package(settings, reason):
    with pytest.raises(RepositoryError, match=rf"org/name: config\.json: quantization_config: {reason}") as caught:
        check_quantisation("org/name", {"quantization_config": settings})
    assert "\n" not in str(caught.value)
