"""What the Hub answers, with its many ways to refuse told in one line."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from httpx2 import HTTPError
from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError

from arena.errors import ArenaError, SettingsError

Result = TypeVar("Result")


def ask(
    name: str, question: Callable[[], Result], refusals: Mapping[int, str], error: type[ArenaError] = SettingsError
) -> Result:
    """The answer of the Hub.

    Args:
        name: how the message calls what is asked about, such as a repository.
        question: what asks, through huggingface_hub.
        refusals: HTTP code -> what it means here, and the way out.
        error: class of the error.

    Raises:
        ArenaError: the Hub refuses, fails or cannot be reached; of the class that was given.
        LocalTokenNotFoundError: there is no token on this machine.
    """
    try:
        return question()
    except (ArenaError, LocalTokenNotFoundError):
        raise
    except HfHubHTTPError as refusal:
        raise error(f"{name}: {_meaning(refusal, refusals)}") from refusal
    except (HTTPError, OSError) as failure:
        raise error(f"{name}: the Hub cannot be reached; check the network, and try again") from failure


def _meaning(refusal: HfHubHTTPError, refusals: Mapping[int, str]) -> str:
    status = refusal.response.status_code
    if status == 429:
        wait = refusal.response.headers.get("retry-after", "")
        return f"the Hub has had too many requests; try again {f'in {wait} s' if wait.isdecimal() else 'later'}"
    if status >= 500:
        return f"the Hub failed with HTTP {status}; try again later"
    return refusals.get(status, f"the Hub refused with HTTP {status}; try again, and tell the operator if it lasts")
