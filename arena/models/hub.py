"""The part of the model checks that talks to the Hugging Face Hub: names become commits, and nothing large is fetched early."""

import json
import re
from collections.abc import Collection, Container
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from huggingface_hub import ModelInfo, hf_hub_url, snapshot_download
from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

from arena.errors import RepositoryError
from arena.models.configuration_bounds import check_file_sizes
from arena.models.headers import LENGTH_BYTES, header_length, tensors_in
from arena.models.hub_access import HubAccess

CONFIGURATION_SUFFIXES = (".json", ".jinja", ".model", ".txt")
PIPELINE_INDEX = "model_index.json"
"""What a diffusers pipeline has in place of a configuration: the library and class of each of its parts."""
WEIGHTS = ("model.safetensors", "diffusion_pytorch_model.safetensors")
"""How transformers and diffusers call the weights of one model; those that are split have an index beside them."""
ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"
"""How PEFT calls what it adds to the weights of another model."""
VISION_LORAS = {"phi4_multimodal": "vision-lora"}
"""Types whose repositories keep what they answer pictures with as an adapter beside the weights: its folder."""
CONFIGURATION = tuple(f"*{suffix}" for suffix in CONFIGURATION_SUFFIXES)
MAX_CONFIGURATION = 200 * 2**20
"""Bound on what is fetched before the checks: configuration and tokenizer, in bytes."""
MAX_FILES = 10_000
"""Most files, of any kind, in an accepted repository: a folder above many others is none of a model."""
FIRST_BYTES = 100_000
"""Of a file of weights, which nearly always hold its header."""


@dataclass(frozen=True)
class HubListing:
    """One commit of a Hub repository: what it holds, with its configuration already here."""

    repository: str
    revision: str
    """40 hex digits."""
    folder: Path
    """Local copy of its configuration files."""
    sizes: dict[str, int]
    access: HubAccess

    def safetensors_header(self, name: str, file: str) -> dict[str, Any]:
        """Name -> dtype, shape and data_offsets of the tensors in `file`, by requests for its first bytes.

        Args:
            name: how error messages call the repository.
            file: with weights.

        Raises:
            RepositoryError: the header breaks its schema, or the Hub does not send it.
        """
        size = self.sizes[file]
        url = hf_hub_url(self.repository, file, revision=self.revision, endpoint=self.access.api.endpoint)
        beginning = self.access.read(name, url, 0, min(size, FIRST_BYTES))
        length = header_length(name, file, beginning[:LENGTH_BYTES], size)
        header = beginning[LENGTH_BYTES : LENGTH_BYTES + length]
        if len(header) < length:
            header = self.access.read(name, url, LENGTH_BYTES, length)
        return tensors_in(name, file, header, size)


def hub_listing(repository: str, revision: str | None, access: HubAccess | None = None) -> HubListing:
    """What `repository` holds at `revision`; a branch, or None for the main one, is resolved to its commit once.

    A commit that was downloaded before is read from the cache, so that an arena starts without a network.

    Args:
        repository: `organisation/name`.
        revision: a branch, a tag or a commit.
        access: how the Hub is asked; by default as the environment says.

    Raises:
        RepositoryError: no such repository or commit, no access to it, or the Hub cannot be reached.
    """
    access = access or HubAccess()
    known = access.offline or (revision and re.fullmatch("[0-9a-f]{40}", revision))
    if known and (folder := cached(repository, revision, access.cache)):
        revision = folder.name
        sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
        return HubListing(repository, revision, folder, sizes, access)
    if access.offline:
        raise RepositoryError(f"{repository}: is not among the files that were downloaded; submit the model again")
    info = access.ask(repository, lambda: access.api.model_info(repository, revision=revision, files_metadata=True))
    return listing(info, access)


def listing(info: ModelInfo, access: HubAccess) -> HubListing:
    """What a repository holds at the commit that the Hub has told of, with its configuration fetched.

    Args:
        info: with metadata of files.
        access: how the Hub is asked.

    Raises:
        RepositoryError: there is more than a model would have, or a name that leads elsewhere; or the Hub cannot be reached.
    """
    repository = info.id
    if info.sha is None or info.siblings is None:
        raise RepositoryError(f"{repository}: the Hub names no commit for it; give one of 40 hex digits")
    sizes = {sibling.rfilename: sibling.size or 0 for sibling in info.siblings}
    if len(sizes) > MAX_FILES:
        raise RepositoryError(f"{repository}: holds more than {MAX_FILES} files; give the repository of one model")
    if strange := next((name for name in sizes if not _is_inside(name)), None):
        raise RepositoryError(f"{repository}: file {strange!r}: its name leads out of the repository; rename it")
    check_file_sizes(repository, sizes)
    total = sum(size for name, size in sizes.items() if name.endswith(CONFIGURATION_SUFFIXES))
    if total > MAX_CONFIGURATION:
        raise RepositoryError(f"{repository}: {total / 2**20:.0f} MB of configuration; remove what loading does not need")
    return HubListing(repository, info.sha, access.fetch(repository, info.sha, access.patterns or CONFIGURATION), sizes, access)


def _is_inside(name: str) -> bool:
    """Whether the name of a file leads to nowhere but into its repository."""
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and not set("\\\0") & set(name)


def download(repository: str, revision: str, weights: Collection[str], access: HubAccess | None = None) -> Path:
    """The folder with configuration and weights of one commit, fetched unless it is in the cache.

    Args:
        repository: `organisation/name`.
        revision: 40 hex digits.
        weights: names of the safetensors files.
        access: how the Hub is asked; by default as the environment says.

    Raises:
        RepositoryError: the Hub cannot be reached, or refuses.
    """
    access = access or HubAccess()
    return cached(repository, revision, access.cache) or access.fetch(repository, revision, (*CONFIGURATION, *weights))


def weight_files(folder: Path, names: Container[str]) -> dict[str, tuple[str, ...]]:
    """Which safetensors files loading reads, of all that a repository holds: not the copies in other formats and precisions.

    Args:
        folder: where its configuration lies.
        names: the files of the repository, relative to the folder; the weights themselves need not be in it.

    Returns:
        Part -> files. A model is one part, named "", and the adapter that it answers pictures with is another; a pipeline of
        diffusers has one for each of its models. A part without any safetensors has no files.

    Raises:
        OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError: an index holds something else.
    """
    parts = [""]
    if PIPELINE_INDEX in names:
        index = json.loads((folder / PIPELINE_INDEX).read_text(encoding="utf-8"))
        named = [part for part, kind in index.items() if isinstance(kind, list) and kind[0] is not None]
        parts = [part for part in named if f"{part}/config.json" in names]
    elif "config.json" in names:
        model_type = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
        parts += [VISION_LORAS[model_type]] if model_type in VISION_LORAS else []
    return {part: _weight_files(folder, names, f"{part}/" if part else "") for part in parts}


def _weight_files(folder: Path, names: Container[str], prefix: str) -> tuple[str, ...]:
    for name in WEIGHTS:
        if prefix + name in names:
            return (prefix + name,)
        if (index := f"{prefix}{name}.index.json") in names:
            shards = json.loads((folder / index).read_text(encoding="utf-8"))["weight_map"].values()
            return tuple(sorted({prefix + shard for shard in shards}))
    adapter = all(prefix + name in names for name in (ADAPTER_CONFIG, ADAPTER_WEIGHTS))
    return (prefix + ADAPTER_WEIGHTS,) if adapter else ()


def cache_of(folder: Path) -> Path | None:
    """The cache that the folder of a commit lies in; None of a folder that lies in none."""
    return folder.parents[2] if folder.parent.name == "snapshots" and len(folder.parents) > 2 else None


def cached(repository: str, revision: str | None, cache: Path | None = None) -> Path | None:
    """The folder of a commit whose weights were downloaded before; by default into the cache of huggingface_hub."""
    try:
        # Copies of the weights in other formats are never fetched, and must not make it incomplete.
        options: dict[str, Any] = {"allow_patterns": list(CONFIGURATION), "cache_dir": cache, "local_files_only": True}
        folder = Path(snapshot_download(repository, revision=revision, **options))
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return folder if _complete(folder) else None


def _complete(folder: Path) -> bool:
    """Whether all weights are there, and not only the shards that came before a download was broken off."""
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.exists()}
    try:
        parts = weight_files(folder, names).values()
        return bool(parts) and all(files and names.issuperset(files) for files in parts)
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return False
