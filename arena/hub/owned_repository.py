"""Repositories of the Hub that the arena writes to: what is asked about them, with every refusal in one line."""

from collections.abc import Callable
from typing import TypeVar

from huggingface_hub.errors import BadRequestError, LocalTokenNotFoundError

from arena.errors import SettingsError
from arena.hub.hub_answers import ask

T = TypeVar("T")
ALWAYS_THERE = (".gitattributes", "README.md")
"""What the Hub puts into a new repository, or people do."""
REFUSALS = {
    401: "the Hub does not know who you are; run `hf auth login`, or set HF_TOKEN",
    402: "the Hub wants an account that pays for Spaces of this kind; see hf.co/pricing, or choose other --hardware",
    403: "your token may not write there; make one that may at hf.co/settings/tokens, or name a namespace of yours",
    404: "is not there for you; check the name, and that your token may see it",
    409: "something else with this name, or of these values, is there already; choose another name, or try again",
    412: "somebody has changed it meanwhile; run the same command again",
}


def asked(name: str, question: Callable[[], T]) -> T:
    """The answer of the Hub about a repository.

    Raises:
        SettingsError: one line, whatever went wrong.
    """

    def with_reason() -> T:
        try:
            return question()
        except BadRequestError as refusal:
            reason = " ".join((refusal.server_message or str(refusal)).split())[:300]
            raise SettingsError(f"{name}: the Hub does not take this: {reason}") from refusal

    try:
        return ask(name, with_reason, REFUSALS)
    except LocalTokenNotFoundError:
        raise SettingsError(f"{name}: {REFUSALS[401]}") from None
