"""What each account has entered of late, for its quota."""

import threading
import time

from arena.errors import InputError
from arena.submissions.entry import DAY
from arena.ui.newest import Newest

MOST_ACCOUNTS = 10_000
"""Whose entries are remembered; beyond these, those who entered nothing the longest are forgotten."""


class RecentEntries:
    """What each account has entered in a day, what it had erased, too, for as long as this process lives.

    Once erased, the store knows no more whose it was, so that who belongs to many organisations would have a new quota in each.
    Any thread may call it.

    Args:
        most: of one account.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._of_account: Newest[str, dict[str, float]] = Newest(MOST_ACCOUNTS)
        self._lock = threading.Lock()

    def check(self, subject: str) -> None:
        """Do nothing if an account may enter one more.

        Raises:
            InputError: it may not.
        """
        count = len(self._present(subject))
        if count >= self._most:
            raise InputError(f"your account: has submitted {count} in 24 hours, and may {self._most}; try again later")

    def add(self, subject: str, submission: str) -> None:
        """Count a submission, once."""
        with self._lock:
            self._of_account.add(subject, {submission: time.monotonic(), **self._present(subject)})

    def _present(self, subject: str) -> dict[str, float]:
        since = time.monotonic() - DAY.total_seconds()
        return {name: at for name, at in (self._of_account.get(subject) or {}).items() if at >= since}
