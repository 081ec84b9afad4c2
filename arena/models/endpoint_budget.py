"""How many requests each endpoint may be sent in a day, by all battles together.

The count lies in the home of the arena, so that a restart forgets none of it. A day is one of UTC.
"""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from arena.contestants import Contestant
from arena.shared_files import alone_in, replace_text

FILE = "endpoint_requests.json"
"""In a home: the day, and the requests of each endpoint on it."""
SPENT = "its requests of today are used up; ARENA_ENDPOINT_REQUESTS_A_DAY allows more"
UNCOUNTED = "its requests cannot be counted; see the log"

log = logging.getLogger(__name__)


class RequestBudget:
    """The requests of all endpoints on this day, by all processes of the home. Any thread may call it.

    Contestants that are one endpoint, under several strategies or with several options, share its requests.
    """

    def __init__(self, home: Path, a_day: int, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Nothing is read yet.

        Args:
            home: of the arena.
            a_day: requests that each endpoint may be sent.
            now: tells the time, in UTC.
        """
        self.a_day = a_day
        self._file = home / FILE
        self._now = now

    def rest(self, endpoint: Contestant) -> int:
        """Requests that an endpoint may still be sent today."""
        return max(0, self.a_day - self._counts().get(endpoint.revision, 0))

    def spend(self, endpoint: Contestant) -> str | None:
        """Count one more request; or say in one line why it may not be sent."""
        try:
            with alone_in(self._file.parent):
                counts = self._counts()
                spent = counts.get(endpoint.revision, 0)
                if spent >= self.a_day:
                    return SPENT
                today = {"day": self._today(), "requests": {**counts, endpoint.revision: spent + 1}}
                replace_text(self._file, json.dumps(today) + "\n")
        except OSError:
            log.exception("%s: requests of endpoints cannot be counted, and none is sent", self._file)
            return UNCOUNTED
        return None

    def _counts(self) -> dict[str, int]:
        """Endpoint -> requests today; a file that is broken is as good as none."""
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
            counts = content["requests"] if content["day"] == self._today() else {}
            return {str(endpoint): int(count) for endpoint, count in counts.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            log.warning("%s: cannot be read; requests of today are counted anew", self._file)
            return {}

    def _today(self) -> str:
        return self._now().date().isoformat()
