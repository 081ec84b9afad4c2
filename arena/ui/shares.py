"""What one client may do in a while, so that nobody takes the arena from others.

Each kind of request has a bucket for each client: it holds `burst` requests, and `per_minute` come back. Beside that, `Places`
bound what may be waiting or under way at once.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from arena.errors import SettingsError
from arena.settings import Settings

BATTLES, VOTES, READS, GENERATIONS = "battles", "votes", "reads", "generations"
REVIEWS, ERASURES, REPORTS, UPLOADS, STREAMS = "reviews", "erasures", "reports", "uploads", "streams"
CHECKS, DECISIONS = "checks", "decisions"
MOST_BUCKETS = 50_000
"""That are remembered; beyond these, whoever has asked for nothing the longest is forgotten."""
ROUNDING = 1e-6
"""Seconds by which arithmetic may miss the moment at which a request is due."""


@dataclass(frozen=True)
class Share:
    """How often one client may send a kind of request."""

    burst: int
    """Requests at once after a rest."""
    per_minute: int
    """Requests that come back in a minute."""


@dataclass(frozen=True)
class Places:
    """How many requests of a kind may be waiting or under way at once."""

    of_client: int
    of_all: int


# Forty visitors behind one address can each play a battle at once, and half of them another when they have looked at it.
SHARES: Mapping[str, Share] = {
    BATTLES: Share(60, 12),
    VOTES: Share(120, 60),
    READS: Share(600, 240),
    GENERATIONS: Share(20, 4),
    REVIEWS: Share(120, 60),
    ERASURES: Share(20, 4),
    REPORTS: Share(20, 4),
    UPLOADS: Share(40, 12),
    CHECKS: Share(10, 2),
    DECISIONS: Share(40, 10),
    STREAMS: Share(600, 600),
}
PLACES: Mapping[str, Places] = {
    BATTLES: Places(48, 256),
    VOTES: Places(48, 128),
    READS: Places(96, 256),
    GENERATIONS: Places(8, 32),
    REVIEWS: Places(48, 128),
    ERASURES: Places(8, 32),
    REPORTS: Places(8, 32),
    CHECKS: Places(2, 16),
    DECISIONS: Places(8, 32),
    STREAMS: Places(256, 2048),
}
"""Those of uploads are `UploadLimits`."""


class Shares:
    """The buckets of all clients. It belongs to one thread.

    Args:
        limits: kind -> share of one client.
        clock: seconds, from whenever.
        most: how many buckets are remembered.
    """

    def __init__(
        self, limits: Mapping[str, Share] = SHARES, clock: Callable[[], float] = time.monotonic, most: int = MOST_BUCKETS
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._most = most
        self._full_at: OrderedDict[tuple[str, str], float] = OrderedDict()
        """When a bucket will be full again, those last that were last taken from: one that is full needs no memory."""

    def __len__(self) -> int:
        return len(self._full_at)

    def wait(self, client: str, kind: str) -> float:
        """After how many seconds there will be a request to take from a client's bucket: 0 where there is one."""
        now = self._clock()
        wait = max(self._full_at.get((client, kind), now), now) - now - (self._limits[kind].burst - 1) * self.interval(kind)
        return wait if wait > ROUNDING else 0

    def take(self, client: str, kind: str) -> float:
        """Take one request from a client's bucket, or none.

        Returns:
            0, or after how many seconds there will be one to take.
        """
        if wait := self.wait(client, kind):
            return wait
        now = self._clock()
        self._full_at[client, kind] = max(self._full_at.get((client, kind), now), now) + self.interval(kind)
        self._full_at.move_to_end((client, kind))
        self.forget()
        return 0

    def interval(self, kind: str) -> float:
        """Seconds after which one request of a kind comes back."""
        return 60 / self._limits[kind].per_minute

    def forget(self) -> None:
        """Forget who has a whole share again, and beyond `most` whoever has asked for nothing the longest."""
        now = self._clock()
        while self._full_at and (len(self._full_at) > self._most or next(iter(self._full_at.values())) <= now):
            self._full_at.popitem(last=False)


def shares_of(settings: Settings) -> dict[str, Share]:
    """The shares that the settings of an arena give.

    Raises:
        SettingsError: a share cannot be read.
    """
    return {**SHARES, **{kind: Share(*numbers) for kind, numbers in _pairs("ARENA_SHARE_", settings.shares, SHARES)}}


def places_of(settings: Settings) -> dict[str, Places]:
    """The places that the settings of an arena give.

    Raises:
        SettingsError: a number of places cannot be read.
    """
    return {**PLACES, **{kind: Places(*numbers) for kind, numbers in _pairs("ARENA_PLACES_", settings.places, PLACES)}}


def _pairs(prefix: str, given: Mapping[str, str], kinds: Collection[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    for kind, text in given.items():
        name = f"{prefix}{kind.upper()}"
        if kind not in kinds:
            raise SettingsError(f"{name}: there is no such kind of request; use one of {', '.join(kinds)}")
        numbers = text.split()
        if len(numbers) != 2 or not all(number.isascii() and number.isdecimal() and int(number) for number in numbers):
            raise SettingsError(f"{name}: {text!r} are not two counts; give two numbers from 1 up, such as '60 12'")
        yield kind, (int(numbers[0]), int(numbers[1]))
