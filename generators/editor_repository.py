"""Editor repositories: diffusers pipelines from a folder or the Hub, checked before a single weight is fetched or loaded."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arena.errors import EditorError, RepositoryError, one_line
from arena.generators.editors import EditorKind, editor_kind
from arena.models.files import PICKLE_SUFFIXES, content_hash
from arena.models.hub import PIPELINE_INDEX, download, hub_listing, weight_files
from arena.models.machine import available_memory
from arena.models.runtime import best_device
from arena.resources import resource

CALLED_WITH = "editing.json"
"""Optional, beside the index: how this editor wants to be called, such as `{"num_inference_steps": 6}`."""
SHIPPED = resource("starter/editors")
SHIPPED_EDITOR = "drawn-world/pix2pix-mini"
HUB_NAME = re.compile(r"([\w-][\w.-]*/[\w-][\w.-]*)(?:@([\w.-]+))?")


@dataclass(frozen=True)
class EditorReport:
    """An editor that may be loaded."""

    repository: str
    """`organisation/name`."""
    revision: str
    """40 hex digits: the Hub commit, or the content hash of a local folder."""
    folder: Path
    kind: EditorKind
    arguments: dict[str, Any]
    """What it is called with: the table's arguments, changed by its own `editing.json`."""
    weight_bytes: int


@dataclass(frozen=True)
class _Files:
    """A local folder and a Hub repository, seen alike."""

    name: str
    """How error messages call it."""
    repository: str
    folder: Path
    """Where its configuration lies."""
    sizes: Mapping[str, int]
    commit: str | None
    """None for a local folder."""


def check_editor(reference: str, *, memory_limit: int | None = None) -> EditorReport:
    """Whether a pipeline can be used as an editor, and how. Loads no weights and runs no code of the repository.

    Args:
        reference: a name under `starter/editors`, a local folder, or `organisation/name` or `organisation/name@commit` on the
            Hub, which is downloaded once it has passed.
        memory_limit: bytes that the weights may take once loaded; by default what the machine has free.

    Raises:
        EditorError: one line saying what is wrong and what to do about it.
    """
    try:
        files = _files(reference)
        kind = editor_kind(str(_json(files, PIPELINE_INDEX).get("_class_name")), reference)
        arguments = _arguments(files, kind)
        weights = _weights(files)
        size = sum(weights.values())
        _check_memory(reference, size, available_memory() if memory_limit is None else memory_limit)
        if files.commit is None:
            return EditorReport(files.repository, content_hash(files.folder), files.folder, kind, arguments, size)
        folder = download(files.repository, files.commit, list(weights))
        return EditorReport(files.repository, files.commit, folder, kind, arguments, size)
    except EditorError:
        raise
    except RepositoryError as error:
        raise EditorError(str(error)) from error
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        # Files that others wrote can hold anything anywhere; checking each field would hide what is checked on purpose.
        raise EditorError(f"{reference}: cannot be read as a pipeline ({one_line(error)}); save it again") from error


def _files(reference: str) -> _Files:
    """The folder or the Hub repository that a reference means."""
    for folder in (Path(reference).expanduser(), SHIPPED / reference):
        if folder.is_dir():
            *_, organisation, name = ("local", *folder.resolve().parts[1:])
            found = {path: path.stat().st_size for path in (*folder.glob("*"), *folder.glob("*/*")) if path.is_file()}
            sizes = {path.relative_to(folder).as_posix(): size for path, size in found.items()}
            return _Files(reference, f"{organisation}/{name}", folder, sizes, None)
    if (match := HUB_NAME.fullmatch(reference)) is None:
        raise EditorError(f"{reference}: no such folder; give a folder, or organisation/name@commit on the Hub")
    listing = hub_listing(match[1], match[2])
    return _Files(reference, listing.repository, listing.folder, listing.sizes, listing.revision)


def _weights(files: _Files) -> dict[str, int]:
    """The safetensors files that loading reads, with their sizes in bytes."""
    parts = weight_files(files.folder, files.sizes)
    if not parts:
        raise EditorError(f"{files.name}: has no weights; save the pipeline with save_pretrained")
    for part, names in parts.items():
        if not names:
            pickled = any(name.startswith(f"{part}/") and name.endswith(PICKLE_SUFFIXES) for name in files.sizes)
            why = "pickled, which can run code; save them as safetensors" if pickled else "missing; add them"
            raise EditorError(f"{files.name}: {part}: its weights are {why}")
        if missing := [name for name in names if name not in files.sizes]:
            raise EditorError(f"{files.name}: {missing[0]} is missing; add all weights")
    return {name: files.sizes[name] for names in parts.values() for name in names}


def _check_memory(name: str, weights: int, limit: int) -> None:
    # Most weights ship in half precision. GPUs keep it; a CPU computes in float32, which takes twice as much.
    needed = weights if best_device() == "cuda" else 2 * weights
    if needed > limit:
        amounts = f"takes {needed / 2**30:.1f} GB of memory, and {limit / 2**30:.1f} GB are there"
        raise EditorError(f"{name}: {amounts}; use a smaller editor or a larger machine")


def _arguments(files: _Files, kind: EditorKind) -> dict[str, Any]:
    arguments = {"num_inference_steps": kind.steps, **kind.arguments}
    if CALLED_WITH not in files.sizes:
        return arguments
    own = _json(files, CALLED_WITH)
    where = f"{files.name}: {CALLED_WITH}"
    if unknown := own.keys() - arguments.keys():
        raise EditorError(f"{where}: {min(unknown)!r} is unknown; use {', '.join(arguments)}")
    for key, value in own.items():
        kinds = (int, float) if type(arguments[key]) is float else (type(arguments[key]),)
        if type(value) not in kinds or (kinds != (str,) and not (math.isfinite(value) and value >= 0)):
            raise EditorError(f"{where}: {key}: is {value!r}; write one like {arguments[key]!r}")
    if not own.get("num_inference_steps", 1):
        raise EditorError(f"{where}: num_inference_steps: is 0; write at least 1")
    return arguments | own


def _json(files: _Files, file: str) -> dict[str, Any]:
    if file not in files.sizes:
        raise EditorError(f"{files.name}: has no {file}; give a diffusers pipeline saved with save_pretrained")
    try:
        content = json.loads((files.folder / file).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise EditorError(f"{files.name}: {file} is not readable JSON ({type(error).__name__}); save it again") from error
    if not isinstance(content, dict):
        raise EditorError(f"{files.name}: {file} holds no JSON object; save it again")
    return content
