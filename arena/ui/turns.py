"""Whose turn it is, among clients who wait for the same thing."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

LATELY = 60.0
"""Seconds for which a client that began something counts as being here."""


class Turns:
    """Gives turns so that no client gets two while another waits for one. It belongs to one thread.

    What is under way at once slows all down. So a client may have any number under way only where it is here alone. Beside
    others it has few, and begins another only while nobody else is under way, or one at a time at a slow pace.

    Args:
        beside_others: how many one client may have under way while others are here.
        pace: seconds after which it may begin another although others are under way.
        clock: seconds, from whenever.
    """

    def __init__(self, beside_others: int, pace: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._beside_others = beside_others
        self._pace = pace
        self._clock = clock
        self._last: dict[str, tuple[float, int]] = {}
        """Client -> when it last began something, and the number of that turn."""
        self._count = 0

    def next(self, waiting: Sequence[str], under_way: Iterable[str]) -> int | None:
        """Give the next turn to the client with the fewest under way; among those to the one whose last turn is longest ago.

        Args:
            waiting: the client of each request that can begin now, the oldest first.
            under_way: the client of each that has begun.

        Returns:
            The place in `waiting` of the request whose turn it is, or None where it is nobody's.
        """
        now, busy = self._clock(), Counter(under_way)
        self._forget(busy)
        here = self._last.keys() | busy.keys() | set(waiting)
        allowed = {client for client in set(waiting) if here == {client} or self._may_begin(client, busy, now)}
        places = [place for place, client in enumerate(waiting) if client in allowed]
        if not places:
            return None
        chosen = min(places, key=lambda place: (busy[waiting[place]], self._turn(waiting[place]), place))
        self._count += 1
        self._last[waiting[chosen]] = now, self._count
        return chosen

    def forget(self) -> None:
        """Forget who is no longer here."""
        self._forget(Counter())

    def _forget(self, busy: Counter[str]) -> None:
        now = self._clock()
        self._last = {client: last for client, last in self._last.items() if client in busy or now - last[0] < LATELY}

    def _may_begin(self, client: str, busy: Counter[str], now: float) -> bool:
        """Whether a client may begin something beside others."""
        if client not in self._last and not busy[client]:
            return True
        quiet = busy.total() == busy[client] < self._beside_others
        return quiet or (not busy[client] and now - self._last[client][0] >= self._pace)

    def _turn(self, client: str) -> int:
        return self._last[client][1] if client in self._last else 0
