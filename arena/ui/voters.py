"""Who votes: a browser, known by no more than a hash, so that whoever uses it can have that erased."""

import hashlib

from arena.errors import InputError
from arena.ui.identity import BROWSER

UNKNOWN = "unknown"
"""Stands for browsers that keep no number, and for programs that send none."""


def voter(browser: str) -> str:
    """The name under which a browser's votes are kept.

    It is another hash than that under which proposals and reviews are kept, so that nobody can tell from the database who of
    those has voted. An account that is signed in has no part in it.

    Args:
        browser: the number that the browser keeps.

    Raises:
        InputError: it is not such a number.
    """
    if not BROWSER.fullmatch(browser):
        raise InputError("browser: this is no number of a browser, which has 32 hexadecimal digits; load the page again")
    return f"voter:{hashlib.sha256(b'vote ' + browser.encode()).hexdigest()[:16]}"


def voter_or_unknown(browser: str) -> str:
    """As `voter`; a vote counts from anybody, so that no number is no error."""
    return voter(browser) if BROWSER.fullmatch(browser) else UNKNOWN
