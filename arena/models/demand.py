"""The memory that a model takes where it runs, told by its configuration and the headers of its weights alone."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from arena.models.machine import Machine
from arena.models.repository import RepositoryReport
from arena.models.weights import BYTES

READ_TOGETHER = 8192
"""Prompt tokens that are read together, padding included; more do not fit the caches of a CPU, and are slower."""
PATCHES = 4096
"""Patches of pictures that are encoded together."""
STREAMS, GATES = 6, 3
"""Copies of its states, and of its widest layer, that a transformer layer holds at once: residual, norm, queries, keys, values
and output; gate, up and product. Those of earlier layers are gone, as nothing is learnt."""


@dataclass(frozen=True)
class Demand:
    """Bytes that a model takes on its device."""

    weights: int
    working: int
    """Keys, values and states of `READ_TOGETHER` tokens, and of the pictures in front of them."""

    @property
    def total(self) -> int:
        """Both."""
        return self.weights + self.working


@dataclass(frozen=True)
class TokenSize:
    """Bytes that one token takes."""

    cache: int
    """As long as words may follow: its keys and values in all layers."""
    states: int
    """While it is read."""


def weight_bytes(report: RepositoryReport, dtype: str, *, float8: bool = False) -> int:
    """Bytes of the weights of a checked repository, once loaded.

    Args:
        report: what the check found.
        dtype: torch dtype of those that are not packed.
        float8: whether the device computes with floats of eight bits, so that they stay.
    """
    plain = (report.memory_bytes - report.packed_bytes) // BYTES["float32"]
    kept = report.float8_parameters if float8 else 0
    return report.packed_bytes + kept + (plain - kept) * BYTES[dtype]


def token_size(config: Any, dtype: str) -> TokenSize:
    """What a token takes in the language model of a configuration; nothing where it does not tell.

    Args:
        config: of transformers.
        dtype: torch dtype of its states.
    """
    text = config.get_text_config(decoder=True)
    layers = list(text.per_layer_config) if _number(text, "num_hidden_layers") else []
    states = max(map(_states, layers), default=0)
    return TokenSize(sum(map(_kept, layers)) * BYTES[dtype], states * BYTES[dtype])


def demand(
    report: RepositoryReport, dtype: str, *, device: str = "cpu", machine: Machine | None = None, measured: int | None = None
) -> Demand:
    """What a checked repository will take.

    Args:
        report: what the check found.
        dtype: torch dtype that its weights are brought into.
        device: where it runs.
        machine: whose GPUs tell whether they compute with eight bits; by default there are none.
        measured: bytes of its weights, where it was loaded so before; see `arena.models.findings.Findings.memory`.
    """
    gpus = machine.gpus_of(device) if machine else ()
    weights = measured or weight_bytes(report, dtype, float8=bool(gpus) and all(gpu.has_float8 for gpu in gpus))
    if report.kind != "generative":
        return Demand(weights, 0)
    try:
        config = _configuration(report)
    except Exception:  # noqa: BLE001 - what cannot be read cannot be loaded either, which says why and what to do
        return Demand(weights, 0)
    token = token_size(config, dtype)
    pictures = PATCHES * _states(getattr(config, "vision_config", None)) * BYTES[dtype]
    return Demand(weights, READ_TOGETHER * (token.cache + token.states) + pictures)


def _kept(layer: Any) -> int:
    """Numbers of the keys and values of one token in a layer."""
    heads = _number(layer, "num_attention_heads") or 1
    width = _number(layer, "head_dim") or _number(layer, "hidden_size") // heads
    return 2 * (_number(layer, "num_key_value_heads") or heads) * width


def _states(config: Any) -> int:
    """Numbers that one token or patch takes while it is read."""
    hidden = _number(config, "hidden_size") or _number(config, "embed_dim")
    return STREAMS * hidden + GATES * (_number(config, "intermediate_size") or 4 * hidden)


def _number(config: Any, name: str) -> int:
    """0 where it is not there, or is no one number."""
    value = getattr(config, name, None)
    return value if isinstance(value, int) else 0


@lru_cache(maxsize=64)
def _configuration(report: RepositoryReport) -> Any:
    """That of a revision, so that it stays the same; transformers takes long to read one, and it is asked for at each start."""
    from transformers import AutoConfig  # noqa: PLC0415  takes seconds, and what only lists models needs none of it

    folder = (report.base or report).folder
    return AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
