"""From a checked editor to a diffusers pipeline that runs: complete, from safetensors, without code of its own."""

import json
from typing import Any

import torch
import transformers
from diffusers.pipelines.pipeline_utils import DiffusionPipeline
from diffusers.utils import logging

from arena.errors import EditorError, one_line
from arena.generators.editor_repository import CALLED_WITH, EditorReport
from arena.generators.editors import SCHEDULER
from arena.models.hub import PIPELINE_INDEX
from arena.models.pretrained import door

logging.disable_progress_bar()
logging.set_verbosity_error()  # it warns of what is meant, such as a small autoencoder in place of a large one
GPU_SHARE = 0.8
"""Share of the GPU's free memory that weights may take before parts of them wait in main memory."""


def load_pipeline(report: EditorReport) -> Any:
    """The pipeline, on the GPU where there is one; parts that do not fit there wait in main memory.

    Raises:
        EditorError: it cannot be loaded, or weights are missing, which would be drawn at random.
    """
    cuda = torch.cuda.is_available()
    dtype = getattr(torch, report.kind.half) if cuda else torch.float32
    try:
        with door:
            pipeline: Any = DiffusionPipeline.from_pretrained(
                report.folder,
                dtype=dtype,
                use_safetensors=True,
                local_files_only=True,
                trust_remote_code=False,
                **_text_encoders(report, dtype),
            )
    except EditorError:
        raise
    except Exception as error:  # what it says where it cannot be loaded depends on the architecture
        raise EditorError(f"{report.repository}: cannot be loaded ({one_line(error)}); save it again") from error
    for part, model in pipeline.components.items():
        if isinstance(model, torch.nn.Module):
            absent = [name for name, parameter in model.named_parameters() if parameter.is_meta]
            _check_complete(report, part, absent)
    _set_scheduler(report, pipeline)
    if not cuda:
        pipeline.to("cpu")
    elif report.weight_bytes < GPU_SHARE * torch.cuda.mem_get_info()[0]:
        pipeline.to("cuda")
    else:
        pipeline.enable_model_cpu_offload()
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _text_encoders(report: EditorReport, dtype: torch.dtype) -> dict[str, Any]:
    """The parts that come from transformers, which draws missing weights at random where diffusers leaves them out."""
    index = json.loads((report.folder / PIPELINE_INDEX).read_text(encoding="utf-8"))
    loaded = {}
    for part, kind in index.items():
        folder = report.folder / part
        if isinstance(kind, list) and kind[0] == "transformers" and (folder / "config.json").exists():
            model, loading = getattr(transformers, kind[1]).from_pretrained(
                folder, dtype=dtype, use_safetensors=True, local_files_only=True, output_loading_info=True
            )
            _check_complete(report, part, loading["missing_keys"])
            loaded[part] = model.eval()
    return loaded


def _set_scheduler(report: EditorReport, pipeline: Any) -> None:
    """Put the scheduler that it is to be called with in place of its own, which says what the network was trained on."""
    wanted, own = report.arguments.get(SCHEDULER), pipeline.scheduler
    if wanted in (None, type(own).__name__):
        return
    known = {kind.__name__: kind for kind in own.compatibles}
    if wanted not in known:
        raise EditorError(
            f"{report.repository}: {CALLED_WITH}: {SCHEDULER}: {wanted!r} does not fit; use one of {', '.join(known)}"
        )
    pipeline.scheduler = known[wanted].from_config(own.config)


def _check_complete(report: EditorReport, part: str, absent: Any) -> None:
    if absent:
        raise EditorError(f"{report.repository}: {part}: has no weights for {min(absent)}; save all of them")
