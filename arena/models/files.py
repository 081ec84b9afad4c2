"""The files of a model repository: a local folder and a Hub repository, seen alike."""

import hashlib
import json
import os
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arena.errors import RepositoryError, one_line
from arena.models.hub import CONFIGURATION_SUFFIXES, HubListing, hub_listing, weight_files

MAX_FILES = 10_000
"""Most files, of any kind, in an accepted folder: a folder above many others is none of a model."""
MAX_HEADER = 100 * 2**20
"""Largest accepted safetensors header, as in the format's own reader."""
READ_SUFFIXES = (*CONFIGURATION_SUFFIXES, ".safetensors")
PICKLE_SUFFIXES = (".bin", ".ckpt", ".h5", ".msgpack", ".pkl", ".pt", ".pth")
HUB_NAME = re.compile(r"([\w-][\w.-]*/[\w-][\w.-]*)(?:@([\w.-]+))?")


@dataclass(frozen=True)
class Files:
    """What a repository holds, with its configuration at hand and its weights perhaps still on the Hub."""

    name: str
    """How error messages call it."""
    repository: str
    """`organisation/name`."""
    folder: Path
    """Where its configuration lies."""
    sizes: dict[str, int]
    header: Callable[[str], dict[str, Any]]
    """The header of one safetensors file, checked against its size: name -> dtype, shape and offsets of a tensor."""
    local: bool
    revision: Callable[[], str]
    """Asked last, as a local folder must be read for it from end to end."""

    def json(self, file: str) -> dict[str, Any]:
        """The object that a JSON file holds.

        Raises:
            RepositoryError: it is not there, or holds something else.
        """
        if file not in self.sizes:
            raise RepositoryError(f"{self.name}: has no {file}; save the model with save_pretrained")
        try:
            content = json.loads((self.folder / file).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise RepositoryError(f"{self.name}: {file} is not readable JSON ({one_line(error)}); save it again") from error
        if not isinstance(content, dict):
            raise RepositoryError(f"{self.name}: {file} holds no JSON object; save it again")
        return content


def repository_files(reference: str) -> Files:
    """The files of the folder or the Hub repository that a reference means. A folder that exists wins.

    Raises:
        RepositoryError: there is no such folder or repository, or the folder is none of a model.
    """
    match = HUB_NAME.fullmatch(reference)
    if match and not Path(reference).expanduser().exists():
        return hub_files(match[1], match[2], name=reference)
    folder = Path(reference).expanduser()
    if not reference.strip() or not folder.is_dir():
        raise RepositoryError(
            f"{reference.strip() or 'the empty name'}: no such folder; give a folder, or organisation/name@commit on the Hub"
        )
    *_, organisation, name = ("local", *folder.resolve().parts[1:])
    return Files(
        reference,
        f"{organisation}/{name}",
        folder,
        {path.relative_to(folder).as_posix(): path.stat().st_size for path in _model_files(reference, folder)},
        lambda file: _header(reference, folder / file),
        local=True,
        revision=lambda: content_hash(folder),
    )


def hub_files(repository: str, revision: str | None, *, name: str) -> Files:
    """The files of a Hub repository, whatever folders are here.

    Raises:
        RepositoryError: no such repository or commit, no access to it, or the Hub cannot be reached.
    """
    listing = hub_listing(repository, revision)
    return Files(
        name,
        listing.repository,
        listing.folder,
        listing.sizes,
        _hub_header(name, listing),
        local=False,
        revision=lambda: listing.revision,
    )


def content_hash(folder: Path) -> str:
    """SHA-256 over names and contents of the files that loading reads, cut to the 40 hex digits of a commit."""
    paths = {path.relative_to(folder).as_posix(): path for path in _model_files(str(folder), folder)}
    weights = {file for files in weight_files(folder, paths).values() for file in files}
    digest = hashlib.sha256()
    for name, path in sorted(paths.items(), key=lambda item: item[1]):
        if not is_read(name, weights):
            continue
        digest.update(f"{name}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while block := file.read(2**20):
                digest.update(block)
    return digest.hexdigest()[:40]


def is_read(file: str, weights: Collection[str]) -> bool:
    """Whether loading reads a file, of all that a repository holds.

    Args:
        file: its name.
        weights: names of the safetensors files that hold the weights; others are copies in another format or precision.
    """
    return file in weights or file.endswith(CONFIGURATION_SUFFIXES)


def _model_files(name: str, folder: Path) -> Iterator[Path]:
    """What loading may read, and pickled weights, which are refused by name; hidden files and folders are left out.

    Raises:
        RepositoryError: more than `MAX_FILES` files, so that this cannot be a model.
    """
    count = 0
    for parent, folders, files in os.walk(folder, onerror=_raise):
        folders[:] = [child for child in folders if not child.startswith(".")]
        count += len(folders) + len(files)
        if count > MAX_FILES:
            raise RepositoryError(f"{name}: holds more than {MAX_FILES} files; give the folder of one model")
        paths = (Path(parent, file) for file in files if not file.startswith("."))
        yield from (path for path in paths if path.suffix in (*READ_SUFFIXES, *PICKLE_SUFFIXES) and path.is_file())


def _raise(error: OSError) -> None:
    raise error


def _header(name: str, path: Path) -> dict[str, Any]:
    """The header of a safetensors file (8 bytes of length, JSON, data), compared with the size of the file."""
    broken = RepositoryError(f"{name}: {path.name} is truncated or not a safetensors file; save or download it again")
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > min(MAX_HEADER, path.stat().st_size - 8):
            raise broken
        try:
            header = json.loads(file.read(length))
            header.pop("__metadata__", None)
            end = max((tensor["data_offsets"][1] for tensor in header.values()), default=0)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            raise broken from None
    if path.stat().st_size != 8 + length + end:
        raise broken
    return header


def _hub_header(name: str, listing: HubListing) -> Callable[[str], dict[str, Any]]:
    """From the cache where the weights lie there, else by a request for the first bytes."""

    def header(file: str) -> dict[str, Any]:
        path = listing.folder / file
        return _header(name, path) if path.exists() else listing.safetensors_header(file)

    return header
