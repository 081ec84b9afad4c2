"""The files of a model repository: a local folder and a Hub repository, seen alike."""

import hashlib
import json
import os
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from arena.errors import RepositoryError, one_line
from arena.models.configuration_bounds import check_file_sizes, check_numbers
from arena.models.headers import LENGTH_BYTES, header_length, tensors_in
from arena.models.hub import CONFIGURATION_SUFFIXES, MAX_FILES, HubListing, hub_listing, weight_files
from arena.models.hub_access import HubAccess

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
            RepositoryError: it is not there, holds something else, or numbers of which no model can be built.
        """
        if file not in self.sizes:
            raise RepositoryError(f"{self.name}: has no {file}; save the model with save_pretrained")
        try:
            content = json.loads((self.folder / file).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise RepositoryError(f"{self.name}: {file} is not readable JSON ({one_line(error)}); save it again") from error
        if not isinstance(content, dict):
            raise RepositoryError(f"{self.name}: {file} holds no JSON object; save it again")
        check_numbers(self.name, file, content)
        return content


def repository_files(reference: str, access: HubAccess | None = None) -> Files:
    """The files of the folder or the Hub repository that a reference means. A folder that exists wins.

    Args:
        reference: a folder, or `organisation/name` or `organisation/name@commit`.
        access: how the Hub is asked.

    Raises:
        RepositoryError: there is no such folder or repository, or the folder is none of a model.
    """
    match = HUB_NAME.fullmatch(reference)
    if match and not Path(reference).expanduser().exists():
        return hub_files(match[1], match[2], name=reference, access=access)
    folder = Path(reference).expanduser()
    if not reference.strip() or not folder.is_dir():
        raise RepositoryError(
            f"{reference.strip() or 'the empty name'}: no such folder; give a folder, or organisation/name@commit on the Hub"
        )
    *_, organisation, name = ("local", *folder.resolve().parts[1:])
    sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in _model_files(reference, folder)}
    check_file_sizes(reference, sizes)
    return Files(
        reference,
        f"{organisation}/{name}",
        folder,
        sizes,
        cache(lambda file: _header(reference, folder / file)),
        local=True,
        revision=lambda: content_hash(folder),
    )


def hub_files(repository: str, revision: str | None, *, name: str, access: HubAccess | None = None) -> Files:
    """The files of a Hub repository, whatever folders are here.

    Args:
        repository: `organisation/name`.
        revision: a branch, a tag or a commit; None for the main branch.
        name: how error messages call it.
        access: how the Hub is asked; by default as the environment says.

    Raises:
        RepositoryError: no such repository or commit, no access to it, or the Hub cannot be reached.
    """
    return listed_files(hub_listing(repository, revision, access), name)


def listed_files(listing: HubListing, name: str) -> Files:
    """The files of a commit that the Hub has listed.

    Args:
        listing: what it holds.
        name: how error messages call it.
    """
    return Files(
        name,
        listing.repository,
        listing.folder,
        listing.sizes,
        cache(lambda file: _hub_header(name, listing, file)),
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
    """The header of a safetensors file (8 bytes of length, JSON, data)."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = header_length(name, path.name, file.read(LENGTH_BYTES), size)
        return tensors_in(name, path.name, file.read(length), size)


def _hub_header(name: str, listing: HubListing, file: str) -> dict[str, Any]:
    """From the cache where the weights lie there, else by a request for the first bytes."""
    path = listing.folder / file
    return _header(name, path) if path.exists() else listing.safetensors_header(name, file)
