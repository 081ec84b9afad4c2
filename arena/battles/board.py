"""The leaderboard of a running arena, counted in the background for all who look.

Ratings and the rest of a row are cheap, and never older than some seconds while battles come. Bounds and ranks are dear: they
follow when they can, and a board says at which battle they stand.
"""

import logging
import threading
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from arena.battles.leaderboard import PointEstimates, WholeCount, count_all, count_point_estimates, fresh_beside_frozen, rows_of
from arena.battles.lineup import Lineup
from arena.battles.memorisation import MemorisationRow
from arena.battles.snapshots import Pause, Snapshot, Snapshots
from arena.battles.views import Leaderboard
from arena.store import Store

log = logging.getLogger(__name__)

LOOKS = 5
"""How often it is looked for new battles, while a board grows as old as it may be."""
DEAR = Pause(times=20, shortest=2)
"""Between two counts of bounds, or of fresh beside frozen."""


class Board:
    """The board of a running arena; any thread may ask for it. Nobody waits where there is an older count.

    Args:
        store: where the facts are.
        lineup: who takes part; others appear once they have a battle.
        oldest: seconds for which ratings may lack battles; with 0 nothing lacks any, and all wait.
        domains: whose boards are there from the start.
    """

    def __init__(self, store: Store, lineup: Lineup, oldest: float = 0, domains: Iterable[str] = ()) -> None:
        self._store = store
        self._lineup = lineup
        self._oldest = oldest
        self._quick = ThreadPoolExecutor(1, thread_name_prefix="board")
        self._slow = ThreadPoolExecutor(1, thread_name_prefix="bounds")
        cheap = Pause(times=20, shortest=oldest / LOOKS, longest=oldest / 2)
        self._estimates = Snapshots[str | None, PointEstimates](store.settled, self._count_estimates, self._quick, cheap)
        self._wholes = Snapshots[str | None, WholeCount](store.settled, self._count_all, self._slow, DEAR)
        self._gaps = Snapshots[tuple[str | None, date | None], tuple[MemorisationRow, ...]](
            store.settled, self._count_gaps, self._slow, DEAR
        )
        self._closed = threading.Event()
        if oldest:
            self._upkeep = threading.Thread(target=self._keep_up, args=((None, *domains),), name="board-upkeep", daemon=True)
            self._upkeep.start()

    def close(self) -> None:
        """Count no more."""
        self._closed.set()
        if self._oldest:
            self._upkeep.join()
        self._quick.shutdown(cancel_futures=True)
        self._slow.shutdown(cancel_futures=True)

    def leaderboard(self, domain: str | None = None) -> Snapshot[Leaderboard]:
        """One row a contestant, best first, those without a rating or a bound last; over pairs of one domain or of all."""
        if not self._oldest:
            whole = self._wholes.complete(domain)
            return _board(whole.of(whole.value.estimates), whole, self._lineup.withdrawn)
        estimates, whole = self._estimates.latest(domain), self._wholes.at_hand(domain)
        if whole is not None and whole.as_of.battle > estimates.as_of.battle:
            estimates = whole.of(whole.value.estimates)
        return _board(estimates, whole, self._lineup.withdrawn)

    def memorisation(self, domain: str | None = None, since: date | None = None) -> Snapshot[tuple[MemorisationRow, ...]]:
        """One row for each contestant that played on fresh pairs, the largest gap to the frozen ones first."""
        choice = domain, self._first_day(since)
        return self._gaps.latest(choice) if self._oldest else self._gaps.complete(choice)

    def intervals(self) -> dict[str, tuple[float | None, float | None]]:
        """Contestant id -> both ends of its rating, as they were counted last; nobody waits for them."""
        whole = self._wholes.at_hand(None)
        return {name: (one.low, one.high) for name, one in whole.value.bounds.items()} if whole else {}

    def _keep_up(self, domains: Iterable[str | None]) -> None:
        """Have the boards of these domains, and fresh beside frozen, counted as battles come, whether somebody looks or not."""
        while not self._closed.is_set():
            try:
                for domain in domains:
                    self._estimates.at_hand(domain)
                    self._wholes.at_hand(domain)
                self._gaps.at_hand((None, None))
            except Exception:
                log.exception("board: the store could not be asked for new battles; it is asked again")
            self._closed.wait(min(self._oldest / LOOKS, threading.TIMEOUT_MAX))

    def _count_estimates(self, domain: str | None, last: PointEstimates | None) -> PointEstimates:
        return count_point_estimates(self._store, self._lineup.present(), domain, last)

    def _count_all(self, domain: str | None, _: WholeCount | None) -> WholeCount:
        return count_all(self._store, self._lineup.present(), domain)

    def _count_gaps(
        self, choice: tuple[str | None, date | None], _: tuple[MemorisationRow, ...] | None
    ) -> tuple[MemorisationRow, ...]:
        return tuple(fresh_beside_frozen(self._store, *choice))

    def _first_day(self, since: date | None) -> date | None:
        """The first day from `since` on that has fresh pairs: the same ones are chosen by it, and days of a life are few."""
        if since is None:
            return None
        return min((day for day in self._store.fresh_days() if day >= since), default=date.max)


def _board(
    estimates: Snapshot[PointEstimates], whole: Snapshot[WholeCount] | None, withdrawn: Collection[str]
) -> Snapshot[Leaderboard]:
    facts = estimates.value.facts
    rows = [row for row in rows_of(estimates.value, whole.value.bounds if whole else {}) if row.contestant.id not in withdrawn]
    return estimates.of(Leaderboard(rows, facts.agreement, facts.older, whole.as_of if whole else None))
