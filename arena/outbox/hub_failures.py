"""What goes wrong between the arena and the Hub, as one line; and time limits, which huggingface_hub has none of."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from huggingface_hub import set_client_factory
from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError
from huggingface_hub.utils import disable_progress_bars
from huggingface_hub.utils._http import hf_request_event_hook

from arena.errors import StoreError, one_line

SECONDS = 60.0
"""That the Hub may be silent."""
CONNECT_SECONDS = 10.0
CONFLICT = 412
REASONS = {
    401: "the Hub does not know HF_TOKEN; set one that may write there",
    403: "HF_TOKEN may not write there; give it that right",
    404: "is not there, or HF_TOKEN may not see it; make it, or give the token that right",
}


class HubAway(StoreError):
    """The Hub could not do it now."""

    def __init__(self, message: str, status: int = 0, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.status = status
        """HTTP code; 0 where there was no answer."""
        self.retry_after = retry_after
        """Seconds for which the Hub wants to be left alone; 0 where it does not say."""

    @property
    def is_refusal(self) -> bool:
        """Whether to try again is of no use as long as nobody changes something."""
        return self.status in REASONS


class NotThere(StoreError):
    """A file is gone that was there a moment ago."""


@contextmanager
def hub_failures(place: str) -> Iterator[None]:
    """Turn what the Hub and its client complain about inside the block into HubAway or NotThere that name the place."""
    try:
        yield
    except EntryNotFoundError as error:
        raise NotThere(f"{place}: {one_line(error)}") from error
    except HfHubHTTPError as error:
        status = error.response.status_code
        reason = REASONS.get(status) or ("another copy has written meanwhile" if status == CONFLICT else f"HTTP {status}")
        wait = error.response.headers.get("retry-after", "")
        raise HubAway(f"{place}: {reason}", status, float(wait) if wait.isdecimal() else 0.0) from error
    except (httpx2.HTTPError, OSError, RuntimeError, ValueError) as error:  # hf_xet raises what Python has
        raise HubAway(f"{place}: the Hub did not answer ({one_line(error)})") from error


def limit_time() -> None:
    """Let no request of this process to the Hub wait for ever, and draw no bars."""
    disable_progress_bars()
    os.environ.setdefault("HF_XET_CLIENT_RETRY_MAX_ATTEMPTS", "2")  # the outbox tries again by itself, and tells why
    set_client_factory(_client)


def _client() -> httpx2.Client:
    timeout = httpx2.Timeout(SECONDS, connect=CONNECT_SECONDS)
    return httpx2.Client(event_hooks={"request": [hf_request_event_hook]}, follow_redirects=True, timeout=timeout)
