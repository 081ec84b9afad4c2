"""The part of the model checks that talks to the Hugging Face Hub: names become commits, and nothing large is fetched early."""

import json
import re
from collections.abc import Callable, Collection, Container
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from arena.errors import RepositoryError

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
REASONS = {401: "is private or not there", 403: "is gated", 404: "is not on the Hub, or has no such commit"}
"""What HTTP codes of the Hub mean for a repository."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class HubListing:
    """One commit of a Hub repository: what it holds, with its configuration already here."""

    repository: str
    revision: str
    """40 hex digits."""
    folder: Path
    """Local copy of its configuration files."""
    sizes: dict[str, int]

    def safetensors_header(self, file: str) -> dict[str, Any]:
        """Name -> dtype, shape and data_offsets of the tensors in `file`, by a range request of its first bytes."""
        api = HfApi()
        metadata = _asked(
            self.repository, lambda: api.parse_safetensors_file_metadata(self.repository, file, revision=self.revision)
        )
        return {key: vars(tensor) for key, tensor in metadata.tensors.items()}


def hub_listing(repository: str, revision: str | None) -> HubListing:
    """What `repository` holds at `revision`; a branch, or None for the main one, is resolved to its commit once.

    A commit that was downloaded before is read from the cache, so that an arena starts without a network.

    Raises:
        RepositoryError: no such repository or commit, no access to it, or the Hub cannot be reached.
    """
    if revision and re.fullmatch("[0-9a-f]{40}", revision) and (folder := cached(repository, revision)):
        sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
        return HubListing(repository, revision, folder, sizes)
    info = _asked(repository, lambda: HfApi().model_info(repository, revision=revision, files_metadata=True))
    if info.sha is None or info.siblings is None:
        raise RepositoryError(f"{repository}: the Hub names no commit for {revision or 'main'}; give one of 40 hex digits")
    sizes = {sibling.rfilename: sibling.size or 0 for sibling in info.siblings}
    total = sum(size for name, size in sizes.items() if name.endswith(CONFIGURATION_SUFFIXES))
    if total > MAX_CONFIGURATION:
        raise RepositoryError(f"{repository}: {total / 2**20:.0f} MB of configuration; remove what loading does not need")
    return HubListing(repository, info.sha, _fetched(repository, info.sha, CONFIGURATION), sizes)


def download(repository: str, revision: str, weights: Collection[str]) -> Path:
    """The folder with configuration and weights of one commit, fetched unless it is in the cache.

    Args:
        repository: `organisation/name`.
        revision: 40 hex digits.
        weights: names of the safetensors files.

    Raises:
        RepositoryError: the Hub cannot be reached, or refuses.
    """
    return cached(repository, revision) or _fetched(repository, revision, (*CONFIGURATION, *weights))


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


def cached(repository: str, revision: str) -> Path | None:
    """The folder of a commit whose weights were downloaded before."""
    try:
        # Copies of the weights in other formats are never fetched, and must not make it incomplete.
        patterns = list(CONFIGURATION)
        folder = Path(snapshot_download(repository, revision=revision, allow_patterns=patterns, local_files_only=True))
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


def _fetched(repository: str, revision: str, patterns: Collection[str]) -> Path:
    return Path(_asked(repository, lambda: snapshot_download(repository, revision=revision, allow_patterns=list(patterns))))


def _asked(repository: str, question: Callable[[], Result]) -> Result:
    """The answer of the Hub, with its many ways to fail told in one line."""
    try:
        return question()
    except HFValidationError:
        raise RepositoryError(f"{repository}: not a repository name; write organisation/name@commit") from None
    except HfHubHTTPError as error:
        status = error.response.status_code
        reason = REASONS.get(status, f"failed with HTTP {status}")
        raise RepositoryError(f"{repository}: {reason}; check the name and HF_TOKEN") from error
    except Exception as error:  # the exception of a broken network depends on the HTTP library beneath
        raise RepositoryError(
            f"{repository}: no such folder, and the Hub cannot be reached; check the name and the network"
        ) from error
