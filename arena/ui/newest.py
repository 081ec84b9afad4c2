"""Values that are kept for a while: the newest ones, whoever they belong to."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Newest(Generic[Key, Value]):
    """Keeps what was added or asked for last; any thread may call it.

    Args:
        size: what is kept may cost this much in all; the newest value stays, whatever it costs.
        cost: of a value; by default each costs 1.
    """

    def __init__(self, size: int, cost: Callable[[Value], int] = lambda _: 1) -> None:
        self._size = size
        self._cost = cost
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, key: Key, value: Value) -> None:
        """Keep a value, and let go what no longer fits."""
        with self._lock:
            self._values.pop(key, None)
            self._values[key] = value
            left = self._size - sum(self._cost(one) for one in self._values.values())
            while left < 0 and len(self._values) > 1:
                _, oldest = self._values.popitem(last=False)
                left += self._cost(oldest)

    def drop(self, which: Callable[[Value], bool]) -> None:
        """Let go of the values for which this holds."""
        with self._lock:
            for key in [key for key, value in self._values.items() if which(value)]:
                del self._values[key]

    def get(self, key: Key) -> Value | None:
        """The value, if it is still there."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)
