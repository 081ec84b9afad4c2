"""How the Hugging Face Hub is asked: with whose rights, for how long, and what its refusals mean."""

import math
import queue
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from huggingface_hub import HfApi
from huggingface_hub.errors import DisabledRepoError, GatedRepoError, HfHubHTTPError, HFValidationError
from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status, tqdm

from arena.errors import RepositoryError
from arena.hub_client import meaning

REASONS = {401: "is private or not there", 403: "is gated", 404: "is not on the Hub, or has no such commit"}
"""What HTTP codes of the Hub mean for a repository."""
TIMEOUT = 20.0
"""Seconds of silence after which the Hub is taken not to answer."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class HubAccess:
    """The Hub, as one arena asks it. By default as the environment of huggingface_hub says, for as long as it takes."""

    api: HfApi = field(default_factory=HfApi)
    """With its address and the token."""
    cache: Path | None = None
    """Where files are kept; None for the folder of huggingface_hub."""
    patterns: tuple[str, ...] | None = None
    """Of the files that are fetched before the weights; None for all configuration."""
    until: float = math.inf
    """Time of the monotonic clock until which it is waited for."""
    offline: bool = False
    """Whether only the cache is read."""
    account: str | None = None
    """How the account that asks is called in refusals that others than its owner read; None where its owner reads them."""

    def ask(self, repository: str, question: Callable[[], Result]) -> Result:
        """The answer of the Hub, with its many ways to fail told in one line.

        Args:
            repository: how error messages call what is asked about.
            question: what asks, through huggingface_hub.

        Raises:
            RepositoryError: the Hub refuses, cannot be reached, or does not answer in time.
        """
        try:
            return question() if self.until == math.inf else _within(self.until - time.monotonic(), question)
        except RepositoryError:
            raise
        except HFValidationError:
            raise RepositoryError(f"{repository}: not a repository name; write organisation/name@commit") from None
        except HfHubHTTPError as error:
            raise RepositoryError(f"{repository}: {_refusal(error, self.account)}") from error
        except TimeoutError as error:
            raise RepositoryError(f"{repository}: the Hub does not answer in time; try again later") from error
        except Exception as error:  # the exception of a broken network depends on the HTTP library beneath
            raise RepositoryError(
                f"{repository}: no such folder, and the Hub cannot be reached; check the name and the network"
            ) from error

    def fetch(self, repository: str, revision: str, patterns: Collection[str]) -> Path:
        """The folder of a commit with those of its files that a pattern fits.

        Args:
            repository: `organisation/name`.
            revision: 40 hex digits.
            patterns: as those of a shell.

        Raises:
            RepositoryError: as `ask`.
        """
        options: dict[str, Any] = {"revision": revision, "allow_patterns": list(patterns), "cache_dir": self.cache}
        options |= {"tqdm_class": _NoBar} if self.patterns else {}
        return Path(self.ask(repository, lambda: self.api.snapshot_download(repository, **options)))

    def read(self, repository: str, url: str, first: int, count: int) -> bytearray:
        """Some bytes of a file. No more are read, whatever the server sends.

        Args:
            repository: how error messages call what is asked about.
            url: of the file.
            first: place of the first byte.
            count: how many.

        Raises:
            RepositoryError: as `ask`.
        """
        return self.ask(repository, lambda: self._read(url, first, count))

    def _read(self, url: str, first: int, count: int) -> bytearray:
        headers = build_hf_headers(token=self.api.token)
        headers |= {"range": f"bytes={first}-{first + count - 1}", "accept-encoding": "identity"}
        data = bytearray()
        with get_session().stream("GET", url, headers=headers, timeout=TIMEOUT) as response:
            hf_raise_for_status(response)
            for block in response.iter_bytes():
                data += block
                if len(data) >= count:
                    break
        del data[count:]
        return data


class _NoBar(tqdm):
    """A progress bar that is not shown: small files are there before anybody could read it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{**options, "disable": True})


def _within(seconds: float, question: Callable[[], Result]) -> Result:
    """The answer to a question, in a thread that is left alone when it takes longer: some of huggingface_hub has no timeout."""
    answers: queue.SimpleQueue[tuple[Result | None, BaseException | None]] = queue.SimpleQueue()

    def work() -> None:
        try:
            answers.put((question(), None))
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            answers.put((None, error))

    threading.Thread(target=work, daemon=True, name="Hub").start()
    try:
        answer, error = answers.get(timeout=max(0.0, seconds))
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return answer  # pyright: ignore[reportReturnType]  # without an error it is the answer


def _refusal(error: HfHubHTTPError, account: str | None) -> str:
    """What an HTTP error of the Hub means, and what to do about it."""
    if isinstance(error, GatedRepoError):
        return f"is gated; let {account or 'the account of HF_TOKEN'} in, on the page of the repository"
    if isinstance(error, DisabledRepoError):
        return "was disabled by the Hub; enter another repository"
    way_out = f"check the name, or let {account} read it" if account else "check the name and HF_TOKEN"
    status = error.response.status_code
    reason = REASONS.get(status, f"failed with HTTP {status}")
    return meaning(error, {status: f"{reason}; {way_out}"})
