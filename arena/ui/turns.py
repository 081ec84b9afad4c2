"""Whose turn it is, among clients who wait for the same thing."""

from collections import Counter
from collections.abc import Iterable, Sequence


class Turns:
    """Gives turns so that no client gets two while another waits for one. It belongs to one thread."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        """Client -> the number of its last turn; none for whoever has nothing more waiting or under way."""
        self._count = 0

    def next(self, waiting: Sequence[str], under_way: Iterable[str]) -> int | None:
        """Give the next turn to the client with the fewest under way; among those to the one whose last turn is longest ago.

        Args:
            waiting: the client of each request that can begin now, the oldest first.
            under_way: the client of each that has begun.

        Returns:
            The place in `waiting` of the request whose turn it is, or None where nobody waits.
        """
        busy = Counter(under_way)
        present = busy.keys() | set(waiting)
        self._last = {client: turn for client, turn in self._last.items() if client in present}
        if not waiting:
            return None
        chosen = min(range(len(waiting)), key=lambda place: (busy[waiting[place]], self._last.get(waiting[place], 0), place))
        self._count += 1
        self._last[waiting[chosen]] = self._count
        return chosen
