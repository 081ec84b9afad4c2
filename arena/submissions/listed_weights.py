"""The weights of the models that are listed already, by which a copy of one is known."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from arena.errors import ArenaError
from arena.models import local_reference
from arena.models.files import HUB_NAME, Files, repository_files
from arena.models.hub import cached
from arena.models.weights import weight_names
from arena.roster import references, starter_folder
from arena.settings import Settings
from arena.store import Store
from arena.strategies import split

SHA256 = re.compile("[0-9a-f]{64}")


def listed_weights(settings: Settings) -> dict[str, frozenset[str]]:
    """Name of each model whose files are on this machine -> SHA-256 of its files of weights.

    Args:
        settings: with the models that take part.
    """
    hashes: dict[str, frozenset[str]] = {}
    for reference in references(settings):
        try:
            if files := _files_here(reference):
                hashes[files.repository] = frozenset(weight_hash(files.folder / name) for name in weight_names(files))
        except (ArenaError, OSError, ValueError, TypeError, LookupError, AttributeError):
            continue  # what cannot be read does not take part either, and the roster says why
    return hashes


def weights_to_compare(settings: Settings, store: Store, reference: str) -> dict[str, frozenset[str]]:
    """Name of each model of the settings, and of each that was submitted and is listed -> SHA-256 of its files of weights.

    The repository itself is left out: it may enter at another commit, or with other settings.

    Args:
        settings: with the models that take part.
        store: knows what was submitted.
        reference: what is submitted now.
    """
    submitted = {
        _repository(one.submission.reference): frozenset(one.submission.weights)
        for one in store.submissions.standings(["LISTED"])
        if one.submission.weights
    }
    known = {**listed_weights(settings), **submitted}
    return {name: hashes for name, hashes in known.items() if name.casefold() != _repository(reference).casefold()}


def _repository(reference: str) -> str:
    return reference.partition("?")[0].partition("@")[0]


def weight_hash(file: Path) -> str:
    """SHA-256 of a file; in the cache of huggingface_hub, large files have it as their name."""
    target = file.resolve()
    if SHA256.fullmatch(target.name):
        return target.name
    about = target.stat()
    return _hash(target, about.st_size, about.st_mtime_ns)


@lru_cache(1024)
def _hash(file: Path, size: int, changed: int) -> str:  # noqa: ARG001 - a file that changed is read again
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _files_here(reference: str) -> Files | None:
    """The files of a model that lie in a folder or in the cache; None of one that runs elsewhere or was never downloaded."""
    repository = starter_folder(local_reference(split(reference)[0]).repository)
    if Path(repository).expanduser().is_dir():
        return repository_files(repository)
    commit = HUB_NAME.fullmatch(repository)
    return repository_files(repository) if commit and commit[2] and cached(commit[1], commit[2]) else None
