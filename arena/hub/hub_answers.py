"""What the Hub answers, with its many ways to refuse told in one line."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from huggingface_hub.errors import LocalTokenNotFoundError

from arena.errors import ArenaError, SettingsError
from arena.hub_client import meaning

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
    except Exception as failure:  # huggingface_hub and hf_xet raise whatever an odd answer makes of them
        raise error(f"{name}: {meaning(failure, refusals)}") from failure
