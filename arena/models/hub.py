"""The part of the model checks that talks to the Hugging Face Hub: names become commits, and nothing large is fetched early."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from arena.errors import RepositoryError

CONFIGURATION_SUFFIXES = (".json", ".jinja", ".model", ".txt")
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
        """Names, shapes and offsets of the tensors in `file`, by a range request of its first bytes."""
        api = HfApi()
        metadata = _asked(
            self.repository, lambda: api.parse_safetensors_file_metadata(self.repository, file, revision=self.revision)
        )
        return {key: {"shape": tensor.shape, "data_offsets": tensor.data_offsets} for key, tensor in metadata.tensors.items()}


def hub_listing(repository: str, revision: str | None) -> HubListing:
    """What `repository` holds at `revision`; a branch, or None for the main one, is resolved to its commit once.

    A commit that was downloaded before is read from the cache, so that an arena starts without a network.

    Raises:
        RepositoryError: no such repository or commit, no access to it, or the Hub cannot be reached.
    """
    if revision and re.fullmatch("[0-9a-f]{40}", revision) and (cached := _cached(repository, revision)):
        sizes = {path.relative_to(cached).as_posix(): path.stat().st_size for path in cached.rglob("*") if path.is_file()}
        return HubListing(repository, revision, cached, sizes)
    info = _asked(repository, lambda: HfApi().model_info(repository, revision=revision, files_metadata=True))
    if info.sha is None or info.siblings is None:
        raise RepositoryError(f"{repository}: the Hub names no commit for {revision or 'main'}; give one of 40 hex digits")
    sizes = {sibling.rfilename: sibling.size or 0 for sibling in info.siblings}
    total = sum(size for name, size in sizes.items() if name.endswith(CONFIGURATION_SUFFIXES))
    if total > MAX_CONFIGURATION:
        raise RepositoryError(f"{repository}: {total / 2**20:.0f} MB of configuration; remove what loading does not need")
    return HubListing(repository, info.sha, _fetched(repository, info.sha, CONFIGURATION_SUFFIXES), sizes)


def download(repository: str, revision: str) -> Path:
    """The folder with configuration and safetensors of one commit, fetched unless it is in the cache.

    Raises:
        RepositoryError: the Hub cannot be reached, or refuses.
    """
    return _cached(repository, revision) or _fetched(repository, revision, (*CONFIGURATION_SUFFIXES, ".safetensors"))


def _cached(repository: str, revision: str) -> Path | None:
    """The folder of a commit whose weights were downloaded before."""
    try:
        folder = Path(snapshot_download(repository, revision=revision, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return folder if _complete(folder) else None


def _complete(folder: Path) -> bool:
    """Whether all weights are there, and not only the shards that came before a download was broken off."""
    if (folder / "model.safetensors").exists():
        return True
    try:
        shards = set(json.loads((folder / "model.safetensors.index.json").read_text(encoding="utf-8"))["weight_map"].values())
        return bool(shards) and all((folder / shard).exists() for shard in shards)
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return False


def _fetched(repository: str, revision: str, suffixes: tuple[str, ...]) -> Path:
    patterns = [f"*{suffix}" for suffix in suffixes]
    return Path(_asked(repository, lambda: snapshot_download(repository, revision=revision, allow_patterns=patterns)))


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
