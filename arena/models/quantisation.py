"""Weights in fewer bits: whether this installation and this machine can read them, before they are downloaded."""

from collections.abc import Mapping
from typing import Any

from arena.errors import RepositoryError, one_line
from arena.models.runtime import best_device

GPU_METHODS = frozenset({"eetq", "fbgemm_fp8", "fp_quant", "higgs", "spqr", "vptq"})
"""Methods without arithmetic for a CPU, by huggingface/transformers: docs/source/en/quantization/overview.md."""


def check_quantisation(name: str, config: Mapping[str, Any]) -> None:
    """Ask transformers whether it could load weights that are stored as `config.json` says.

    Args:
        name: how error messages call the repository.
        config: what its `config.json` holds.

    Raises:
        RepositoryError: a package or a GPU is missing, or nobody knows the method.
    """
    settings = config.get("quantization_config")
    if not settings:
        return
    # They take seconds to import, and few weights are quantised.
    from transformers.quantizers.auto import AUTO_QUANTIZER_MAPPING as METHODS  # noqa: PLC0415
    from transformers.quantizers.auto import AutoHfQuantizer  # noqa: PLC0415

    device = best_device()
    method = settings.get("quant_method")
    try:
        quantizer = AutoHfQuantizer.from_config(settings, pre_quantized=True)
        quantizer.validate_environment(device_map={"": device}, weights_only=True)
    except Exception as error:  # each method complains in its own way
        where = f" ({method} runs on {'GPUs only' if method in GPU_METHODS else 'CPUs and GPUs'})" if method in METHODS else ""
        raise RepositoryError(
            f"{name}: config.json: quantization_config: {method}: {one_line(error)}{where}; "
            "where that cannot be met, enter the weights before quantisation, or let vLLM run them (?engine=vllm)"
        ) from error
