"""Where the files of a suite come from: a folder, or one commit of a dataset on the Hub."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from arena.errors import SuiteError

DATASET = re.compile(r"(?P<repository>[\w-][\w.-]*/[\w-][\w.-]*)(?:@(?P<revision>[\w./-]+))?")
"""`organisation/name`, with or without `@` and a commit or branch."""
ACCESS = {
    401: "is gated or private, or not there; accept its terms at {page}, and give a token in HF_TOKEN",
    403: "is gated; accept its terms at {page}, and give a token in HF_TOKEN",
    404: "is not on the Hub, or has no such commit; check the name",
}
"""What HTTP codes of the Hub mean for a dataset."""


def suite_folder(suite: str, given: Path | None, *, hub: str | None, files: Sequence[str], how: str) -> Path:
    """The folder with the files of a suite. What was downloaded once is read from the cache.

    Args:
        suite: its name, for messages.
        given: a folder, or a dataset of the Hub as `organisation/name@revision`; None for the suite's own source.
        hub: that source, a dataset of the Hub; None where there is none.
        files: patterns of the files to download, such as `data/*.parquet`.
        how: how people get the files, for messages: "download them from ...".

    Raises:
        SuiteError: there is no such folder and no such dataset, or the Hub refuses or cannot be reached.
    """
    if given is not None and given.is_dir():
        return given
    named = given.as_posix() if given is not None else hub
    if named is None:
        raise SuiteError(f"{suite}: its files do not ship with the arena; {how}, then name their folder with --data")
    dataset = DATASET.fullmatch(named)
    if dataset is None:
        raise SuiteError(f"{suite}: {named}: no such folder; {how}, then name their folder with --data")
    try:
        return _downloaded(dataset["repository"], dataset["revision"], files)
    except SuiteError as error:
        raise SuiteError(f"{suite}: {error}; or {how}, then name their folder with --data") from error.__cause__


def file_inside(folder: Path, name: str, label: str) -> Path:
    """The file of a folder that has this name, which is text that came with the folder.

    Links may lead about in the folder; those of a download lead to where the Hub's cache keeps the files of the dataset.

    Raises:
        SuiteError: the name or a link leads out of it; `label` leads the message.
    """
    root = Path(os.path.realpath(folder))
    blobs = [root.parents[1] / "blobs"] if root.parent.name == "snapshots" else []
    path = Path(os.path.realpath(root / name))  # many thousand times, and `resolve` takes half as long again
    # After a link to itself no other is followed, and what is left may be a link that leads out.
    if os.path.realpath(path) != str(path) or not any(path.is_relative_to(allowed) for allowed in (root, *blobs)):
        raise SuiteError(f"{label}: leads out of the folder; name a file inside it")
    return path


def _downloaded(repository: str, revision: str | None, files: Sequence[str]) -> Path:
    try:
        return Path(snapshot_download(repository, repo_type="dataset", revision=revision, allow_patterns=list(files)))
    except HFValidationError:
        raise SuiteError(f"{repository}: is neither a folder nor the name of a dataset") from None
    except HfHubHTTPError as error:
        status = error.response.status_code
        reason = ACCESS.get(status, f"cannot be downloaded (HTTP {status}); try again later")
        raise SuiteError(f"{repository}: {reason.format(page=f'https://huggingface.co/datasets/{repository}')}") from error
    except LocalEntryNotFoundError as error:
        raise SuiteError(
            f"{repository}: no such folder, and the Hub cannot be reached; check the name and the network"
        ) from error
    except Exception as error:  # the exception of a broken network depends on the HTTP library beneath
        raise SuiteError(f"{repository}: cannot be downloaded ({type(error).__name__}); check the network") from error
