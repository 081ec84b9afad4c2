"""From a repository to a contestant, and from a contestant to a loaded model.

Who a contestant is can be told without loading it, so that an arena starts at once and loads what it needs.
"""

import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

from arena.contestants import Contestant
from arena.errors import RepositoryError, SettingsError
from arena.models.allocations import allocations
from arena.models.base import Model
from arena.models.crops import is_cropped
from arena.models.demand import Demand
from arena.models.findings import Findings
from arena.models.hub import VISION_LORAS, cache_of, download
from arena.models.hub_access import HubAccess
from arena.models.lineage import lineage
from arena.models.machine import GPU, OFFLOAD, Machine, this_machine
from arena.models.reference_options import LocalReference
from arena.models.repository import Kind, RepositoryReport, processor_folder
from arena.models.room import check_room
from arena.models.thoughts import THINKING, Thoughts, added_tags, read_thoughts, template_in
from arena.models.vllm_python import VLLM, vllm_engine, vllm_python

TILED = ("idefics3", "smolvlm")
"""Types whose processor scales pictures up, by default until one makes 17 tiles, which is 60 times as slow on a CPU."""
IMAGE_SIZE = 512
"""Longest edge in pixels for those, where no setting says otherwise: one tile."""

OWN_THRESHOLDS = {"blip": 0.0, "siglip": 0.0, "siglip2": 0.0}
"""The logit above which a model that compares says yes by itself: where it was trained on yes or no, one pair at a time."""


def contestant_of(
    report: RepositoryReport,
    *,
    device: str = "cpu",
    dtype: str | None = None,
    attention: str | None = None,
    engine: str | None = None,
    image_size: int = IMAGE_SIZE,
    longest_edge: int | None = None,
    thinking: int | None = None,
    turns: int = 2,
    threshold: float | None = None,
    calibration: str = "",
) -> Contestant:
    """The contestant that a checked repository becomes under these settings.

    A model that compares is shown pictures whole where its processor would cut off the ends of a long one.

    Args:
        report: what the check found.
        device: torch device that it runs on, or `offload`; other than a CPU, it rounds otherwise, and makes another contestant.
        dtype: torch dtype of the weights; by default `usual_dtype`.
        attention: how transformers computes attention, such as `flash_attention_2`; by default sdpa, where a model has it.
        engine: `vllm` for what it runs in place of transformers.
        image_size: longest edge in pixels, at most, to which the types in `TILED` scale pictures; 0 for the processor's own.
        longest_edge: the same for this model, whatever its type.
        thinking: generative only, tokens for thoughts before each answer; by default `THINKING` where the chat template always
            opens thoughts, else none.
        turns: 1 for a model that is never asked again after an answer.
        threshold: contrastive only, logit above which a caption is taken to describe an image; see `fit_threshold`.
        calibration: name of the split that the threshold was fitted on, for which alone it holds.

    Raises:
        SettingsError: tokens for thoughts are given to a model that knows none.
        RepositoryError: the record of its tuning cannot be read.
    """
    settings: dict[str, str | int | float] = {"dtype": dtype or usual_dtype(report.kind, device)}
    chosen = {"device": "" if device == "cpu" else device, "attention": attention}
    settings |= {name: value for name, value in chosen.items() if value}
    settings |= _origin(report)
    edge = (image_size if report.model_type in TILED else 0) if longest_edge is None else longest_edge
    if edge:
        settings["image_size"] = edge
    if tokens := _tokens_for_thoughts(report, thinking):
        settings["thinking"] = tokens
    if turns == 1:
        settings["turns"] = 1
    if report.kind == "contrastive":
        settings |= _comparison(report, threshold, calibration)
    if engine:
        return Contestant(report.repository, report.revision, _vllm(report, settings), settings | {"engine": VLLM})
    return Contestant(report.repository, report.revision, stock_engine(report.kind), settings)


def local_contestant(report: RepositoryReport, local: LocalReference, *, device: str, image_size: int) -> Contestant:
    """The contestant that a reference makes of a checked repository that writes.

    Args:
        report: what the check found.
        local: the reference, whose options come first.
        device: where it runs, where the reference names no device.
        image_size: as for `contestant_of`.

    Raises:
        SettingsError, RepositoryError: as for `contestant_of`.
    """
    return contestant_of(
        report,
        device=local.device or device,
        dtype=local.dtype,
        attention=local.attention,
        engine=local.engine,
        image_size=image_size,
        longest_edge=local.image_size,
        thinking=local.thinking,
        turns=local.turns,
    )


def usual_dtype(kind: Kind, device: str, machine: Machine | None = None) -> str:
    """The torch dtype of weights where nobody says otherwise: as GPUs compute fast, and as a CPU computes exactly.

    Models that compare are small, and small differences decide what they say, so that they stay exact everywhere.

    Args:
        kind: of the model.
        device: where it runs.
        machine: what it runs on; by default this one.
    """
    if kind != "generative" or device.partition(":")[0] not in (GPU, OFFLOAD):
        return "float32"
    gpus, number = (machine or this_machine()).gpus, device.partition(":")[2]
    if device == OFFLOAD and not gpus:
        return "float32"
    gpus = gpus[int(number) : int(number) + 1] if number else gpus
    return "bfloat16" if all(gpu.has_bfloat16 for gpu in gpus) else "float16"


def thoughts_of(report: RepositoryReport) -> Thoughts:
    """What the chat template of a checked repository knows of thoughts."""
    return read_thoughts(template_in(processor_folder(report)))


def _origin(report: RepositoryReport) -> dict[str, str | int | float]:
    """What else a repository is made of, or from."""
    origin: dict[str, str | int | float] = {}
    if report.base:
        origin["base"] = f"{report.base.repository}@{report.base.revision}"
    origin |= lineage(report.folder)
    if report.vision_lora:
        origin["vision_lora"] = VISION_LORAS[report.model_type]
    return origin


def _tokens_for_thoughts(report: RepositoryReport, asked: int | None) -> int:
    thoughts = thoughts_of(report) if report.kind == "generative" else Thoughts()
    if asked and not (thoughts.known or added_tags(processor_folder(report))):
        raise SettingsError(f"{report.repository}: thinking does not apply, its chat template knows no thoughts; leave it out")
    return asked or (THINKING if thoughts.always else 0)


@cache
def _comparison(report: RepositoryReport, threshold: float | None, calibration: str) -> dict[str, str | int | float]:
    """Settings of a model that compares."""
    settings: dict[str, str | int | float] = {"pictures": "whole"} if is_cropped(report) else {}
    if threshold is not None:
        settings |= {"threshold": round(threshold, 6), "calibration": calibration}
        if report.model_type in OWN_THRESHOLDS:
            settings["own_threshold"] = OWN_THRESHOLDS[report.model_type]
    return settings


def _vllm(report: RepositoryReport, settings: Mapping[str, object]) -> str:
    """Its engine where vLLM runs it.

    Raises:
        SettingsError: vLLM does not run that, or not so.
    """
    unknown = [name for name in ("attention", "thinking", "image_size", "base") if name in settings]
    if report.kind != "generative" or unknown:
        what = f"{unknown[0]} is not for it" if unknown else "it runs models that write only"
        raise SettingsError(f"{report.repository}: engine=vllm: {what}; leave one of them out")
    return vllm_engine(vllm_python(), platform.machine())


@cache
def stock_engine(kind: Kind) -> str:
    """How a contestant is run, with the versions that its answers depend on."""
    return f"{kind} transformers {version('transformers')} torch {version('torch')} {platform.machine()}"


def fetch(report: RepositoryReport, access: HubAccess | None = None) -> Path:
    """The folder with all that loading reads, downloaded if need be; for an adapter, its base is fetched too.

    Args:
        report: what the check found.
        access: how the Hub is asked; by default as the environment says, into the cache where the configuration lies.

    Raises:
        RepositoryError: the Hub cannot be reached, or refuses.
    """
    if report.base:
        fetch(report.base, access)
    if report.local:
        return report.folder
    access = access or HubAccess(cache=cache_of(report.folder))
    return download(report.repository, report.revision, (*report.weights, *report.vision_lora), access)


def load(
    report: RepositoryReport, contestant: Contestant, findings: Findings | None = None, *, second_turn: bool = True
) -> Model:
    """Load a checked repository as `contestant`, downloading its weights if need be.

    Args:
        report: what the check found.
        contestant: who it will be.
        findings: what the guard of generative models found before, and where it is kept; by default it is found anew.
        second_turn: generative only, whether it may be asked again after an answer, where it can be.

    Raises:
        RepositoryError: it cannot be downloaded or loaded, memory does not suffice, or it would not be measured exactly.
    """
    measured = findings.memory(contestant) if findings else None
    needs = check_room(report, contestant, this_machine(), measured)  # what was free at the check may be taken by now
    folder = fetch(report)
    if contestant.settings.get("engine") == VLLM:
        from arena.models.vllm_engine import VllmModel  # noqa: PLC0415

        return VllmModel(contestant, folder, needs.weights)
    with allocations(str(contestant.settings.get("device", "cpu"))) as grown:
        model = _load(report, contestant, folder, needs, findings, second_turn=second_turn)
    if findings:
        findings.keep_memory(contestant, max(model.memory_bytes, grown()))
    return model


def _load(
    report: RepositoryReport,
    contestant: Contestant,
    folder: Path,
    needs: Demand,
    findings: Findings | None,
    *,
    second_turn: bool,
) -> Model:
    # torch and transformers take seconds to import, and who only lists contestants needs neither.
    match report.kind:
        case "generative":
            from arena.models.generative import load_generative  # noqa: PLC0415

            return load_generative(contestant, folder, findings, needs=needs, second_turn=second_turn)
        case "contrastive":
            from arena.models.contrastive import load_contrastive  # noqa: PLC0415

            return load_contrastive(contestant, folder)
        case "segmentation":
            from arena.models.segmentation import load_segmentation  # noqa: PLC0415

            return load_segmentation(contestant, folder)
        case "classification":
            raise RepositoryError(f"{report.repository}: is an image classifier, and answers no questions; name another model")
