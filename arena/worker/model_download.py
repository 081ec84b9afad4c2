"""The files of a submitted model, fetched in a process with limits on what it may write, into a folder of the home.

`python -m arena.worker.model_download` is that process: it reads which ones from one file of its folder, has huggingface_hub
fetch exactly those that loading reads, at the commit that was checked, and holds large files against their SHA-256.
"""

import hashlib
import json
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, constants
from huggingface_hub.file_download import repo_folder_name

from arena.errors import ArenaError, RepositoryError, one_line
from arena.models import local_reference
from arena.models.adapters import check_adapter, is_adapter
from arena.models.files import Files, repository_files
from arena.models.hub import download, weight_files
from arena.models.hub_access import HubAccess
from arena.models.repository import base_files
from arena.settings import Settings
from arena.submissions.child_environment import ARENA_ACCOUNT, child_environment, hub_environment
from arena.submissions.limited_process import run_limited
from arena.submissions.process_tree import Limits
from arena.worker.child_process import LoadFailure, ending, log_excerpt

CACHE = "hub"
"""Folder with the files, as huggingface_hub keeps them."""
ASKED, ANSWERED = "order.json", "fetched.json"
SLACK = 300 * 10**6
"""Bytes beside the files that were counted: those of configuration, and what is written before it is known to be whole."""
MEMORY = 2 * 2**30
SLOWEST = 10**6
"""Bytes a second; what comes slower is given up."""
PATIENCE = 300.0
"""Seconds beside that."""
SHA256 = re.compile("[0-9a-f]{64}")


def download_model(
    reference: str,
    folder: Path,
    settings: Settings,
    *,
    size: int,
    hashes: Mapping[str, str],
    stop: threading.Event | None = None,
) -> Path:
    """Fetch a checked model into a folder, which may hold some of it already. Gives the cache that it lies in then.

    Args:
        reference: `organisation/name@commit`, with options.
        folder: of that model alone.
        settings: of the arena.
        size: bytes that the check has counted.
        hashes: file of weights -> SHA-256, as the Hub told when it was checked.
        stop: once set, it is broken off.

    Raises:
        LoadFailure: it cannot be had, is larger, or is not what was checked.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    asked = {"reference": reference, "hashes": dict(hashes), "endpoint": constants.ENDPOINT}
    (folder / ASKED).write_text(json.dumps(asked), encoding="utf-8")
    (folder / ANSWERED).unlink(missing_ok=True)
    seconds = PATIENCE + size / SLOWEST
    limits = Limits(MEMORY, seconds, seconds, size + SLACK)
    environment = child_environment() | hub_environment()
    command = [sys.executable, "-m", "arena.worker.model_download"]
    end = run_limited(command, folder.resolve(), limits, environment, stop=stop, network=True)
    log = log_excerpt(end.output, settings)
    try:
        if end.excess or end.code:
            raise ValueError(end.output)
        told = json.loads((folder / ANSWERED).read_text(encoding="utf-8"))
        if "error" in told:
            raise LoadFailure(str(told["error"]), log)
    except (OSError, ValueError, TypeError) as error:
        name = reference.partition("?")[0]
        raise LoadFailure(f"{name}: its download {ending(end)}; try again later, or submit smaller files", log) from error
    return folder / CACHE


def main() -> int:
    """Fetch what the folder asks for, and say there what is wrong, if anything is."""
    asked = json.loads(Path(ASKED).read_text(encoding="utf-8"))
    try:
        told: dict[str, Any] = {"files": _fetch(asked)}
    except ArenaError as error:
        told = {"error": str(error)}
    except Exception as error:  # noqa: BLE001 - files of others can make libraries raise anything
        told = {"error": f"{asked['reference']}: cannot be downloaded ({one_line(error)}); try again later"}
    Path(ANSWERED).write_text(json.dumps(told), encoding="utf-8")
    return 0


def _fetch(asked: Mapping[str, Any]) -> int:
    """How many large files were held against their hashes. What the files mean was checked, and takes long to ask again."""
    cache = Path.cwd() / CACHE
    access = HubAccess(HfApi(endpoint=asked["endpoint"]), cache, account=ARENA_ACCOUNT)
    files = repository_files(local_reference(asked["reference"]).repository, access)
    if is_adapter(files):
        _fetch_weights(_named(base_files(files, access), check_adapter(files).partition("@")[2], cache), access)
    folder = _fetch_weights(files, access)
    for file, told in asked["hashes"].items():
        if (here := _sha256(folder / file)) != told:
            differs = f"{file} has another SHA-256 ({here[:12]}…) than the Hub tells ({told[:12]}…)"
            raise RepositoryError(f"{files.name}: {differs}; submit it again")
    return sum(1 for _ in _whole_files(files.name, cache))


def _fetch_weights(files: Files, access: HubAccess) -> Path:
    """The folder of a model, with the weights beside its configuration."""
    weights = [name for part in weight_files(files.folder, files.sizes).values() for name in part]
    return download(files.repository, files.revision(), weights, access)


def _named(base: Files, revision: str, cache: Path) -> Files:
    """The base of an adapter; the branch that the adapter names means its commit from now on, for whoever asks nobody."""
    names = cache / repo_folder_name(repo_id=base.repository, repo_type="model") / "refs"
    names.mkdir(exist_ok=True)
    (names / (revision or "main")).write_text(base.revision(), encoding="utf-8")
    return base


def _whole_files(name: str, cache: Path) -> Iterator[Path]:
    """Large files, whose name is their hash."""
    for file in cache.glob("*/blobs/*"):
        if SHA256.fullmatch(file.name):
            if _sha256(file) != file.name:
                raise RepositoryError(f"{name}: a large file is not what the Hub tells ({file.name[:12]}…); submit it again")
            yield file


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


if __name__ == "__main__":
    raise SystemExit(main())
