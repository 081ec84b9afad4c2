"""What goes wrong between an outbox and the Hub, as one line."""

from collections.abc import Iterator
from contextlib import contextmanager

from huggingface_hub.errors import EntryNotFoundError

from arena.errors import StoreError, one_line
from arena.hub_client import CONFLICT, local_trouble, overload, retry_after, status_of

FORBIDDEN = 403
REASONS = {
    401: "the Hub does not know HF_TOKEN; set one that may write there",
    FORBIDDEN: "HF_TOKEN may not write there; give it that right",
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


def refuse_public(place: str, *, is_private: bool | None) -> None:
    """Let nothing be saved where everybody reads it.

    Raises:
        HubAway: everybody does.
    """
    if is_private is False:
        raise HubAway(f"{place}: is public, and what is saved there tells of visitors; make it private", FORBIDDEN)


@contextmanager
def hub_failures(place: str) -> Iterator[None]:
    """Turn what the Hub and its client complain about inside the block into HubAway or NotThere that name the place."""
    try:
        yield
    except StoreError:
        raise
    except EntryNotFoundError as error:
        raise NotThere(f"{place}: {one_line(error)}") from error
    except Exception as error:  # huggingface_hub and hf_xet raise whatever an odd answer makes of them
        raise HubAway(f"{place}: {_words(error)}", status_of(error), retry_after(error)) from error


def _words(error: Exception) -> str:
    status = status_of(error)
    if status == CONFLICT:
        return "another copy has written meanwhile"
    words = REASONS.get(status) or overload(error) or local_trouble(error)
    return words or (f"the Hub refused with HTTP {status}" if status else f"the Hub did not answer ({one_line(error)})")
