"""The arena itself: opens battles, plays them, keeps them, and tells who played only once they are judged."""

import logging
import math
import random
import time
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from functools import partial

from arena.battles.board import Board
from arena.battles.failures import Failures
from arena.battles.generated_pairs import GeneratedPairs
from arena.battles.lineup import Lineup
from arena.battles.matchmaking import Couple, Standing, draw_meeting
from arena.battles.memorisation import MemorisationRow
from arena.battles.open_battles import OpenBattle, OpenBattles
from arena.battles.pair_choice import FRESH, PairChoice
from arena.battles.placement import SHARE_OF_AUTOPLAY, SHARE_OF_VISITORS, Placement, placement_of
from arena.battles.playing import Asks, Loads, Played, lookup_ids, play_rounds, probes_of
from arena.battles.reveals import Reveals, failure
from arena.battles.snapshots import Snapshot
from arena.battles.views import VOTES, BattleFilter, BattleView, Leaderboard, Round
from arena.contestants import Contestant
from arena.errors import BattleError, BattleFailed, InputError, StorePaused
from arena.pairs import MinimalPair
from arena.ratings import START
from arena.store import BattleRecord, PlayedBy, Result, Store, now

log = logging.getLogger(__name__)

SECRECY = timedelta(minutes=30)
"""How long a visitor may take to judge a battle. Until it is judged it counts nowhere, because what it changes would tell who
plays in it; after this its vote is skipped."""
SWEEP = 60.0
"""Seconds between two looks for battles that nobody judged in time."""
MOST_QUESTIONS = 256
"""Rounds that may be waiting for a model at once, over all visitors."""


class Arena:
    """A running arena. Any number of threads may call it.

    Args:
        store: where facts are kept; it and the models are closed by whoever opened them.
        models: who answers.
        contestants: id -> contestant that may be drawn from the start; two are needed for battles.
        pairs: the frozen pairs.
        seed: of matchmaking; None for a surprise.
        accepts: distinct reviewers that put a generated pair into play.
        oldest_board: seconds for which ratings on boards may lack the latest battles; with 0 boards lack none.
    """

    def __init__(
        self,
        store: Store,
        models: Asks,
        contestants: Mapping[str, Contestant],
        pairs: Sequence[MinimalPair],
        seed: int | None = None,
        accepts: int = 2,
        oldest_board: float = 0,
    ) -> None:
        self.store = store
        self.pairs = tuple(pairs)
        """The frozen pairs."""
        self._models = models
        self.lineup = Lineup(contestants.values(), store.contestants().values())
        """Who takes part; it may change."""
        self.failures = Failures(self.lineup, models)
        """Who could not answer and why, for whoever runs the arena: it must reach no visitor."""
        self._reveals = Reveals(store, self.lineup)
        self._rng = random.Random(seed)
        generated = GeneratedPairs(store, accepts)
        self._choice = PairChoice(pairs, generated, self._rng, store.takedowns.is_down, self.lineup)
        self._board = Board(store, self.lineup, oldest_board, self.categories())
        self._open = OpenBattles()
        self.on_played: Callable[[float, bool], None] = lambda _seconds, _failed: None
        """Called after each battle with how long it took, and whether somebody could not answer; for whoever measures."""
        self._last_visit = -math.inf
        self._last_sweep = -math.inf
        self._executor = ThreadPoolExecutor(MOST_QUESTIONS, thread_name_prefix="battle")

    def close(self) -> None:
        """Stop asking; what is acknowledged is kept."""
        self._executor.shutdown(cancel_futures=True)
        self._board.close()

    @property
    def contestants(self) -> Sequence[Contestant]:
        """All that take part."""
        return tuple(self.lineup.present().values())

    def able(self) -> frozenset[str]:
        """Ids of those who take part and can be asked now, or once their models are loaded."""
        return frozenset(self.lineup.present().keys() - self._models.failed().keys())

    def loaded(self) -> int:
        """How many models are in memory here; 0 where nobody tells."""
        return len(self._models.loaded()) if isinstance(self._models, Loads) else 0

    def categories(self) -> dict[str, tuple[str, ...]]:
        """domain -> its categories."""
        return self._choice.categories()

    def sources(self) -> tuple[str, ...]:
        """Where pairs may come from."""
        return self._choice.sources()

    def pair(self, pair_id: str) -> MinimalPair:
        """A pair that may be drawn: frozen, or generated and in play.

        Raises:
            InputError: there is none of this id.
        """
        if (pair := self._choice.named(pair_id)) is None:
            raise InputError(f"pair: there is no {pair_id[:80]!r} in play; take the id from a battle")
        return pair

    def open_battle(self, filters: BattleFilter = BattleFilter(), played_by: PlayedBy = "visitor") -> BattleView:  # noqa: B008 - frozen
        """Draw a pair and two contestants. Nothing is asked yet.

        Raises:
            InputError: the filters name something unknown, or nothing passes them.
            BattleError: fewer than two contestants take part, or can be asked now.
            StorePaused: it would not be kept at the moment.
        """
        self.store.check_open()
        self._skip_abandoned()
        present = self.lineup.present()
        standings = self._standings(present)
        if len(present) < 2:
            raise BattleError("battle: fewer than two models take part; add one with ARENA_MODELS")
        if len(standings) < 2:
            raise BattleError(
                "battle: fewer than two models can be asked right now; try again in a minute, or add one with ARENA_MODELS"
            )
        chosen = self._choice.choose(filters, [present[name].repository for name in standings])
        allowed = {name: one for name, one in standings.items() if present[name].repository not in chosen.shut_out}
        meeting = draw_meeting(allowed, self._rng, placing=self._placement(SHARE_OF_VISITORS))
        assert meeting is not None, "no pair is chosen that two contestants may not play on"
        return BattleView(self._remember(OpenBattle(chosen.pair, meeting, played_by)), chosen.pair, (), None)

    def play(self, battle_id: str) -> Iterator[Round]:
        """Ask both seats and yield each task as it is answered. When the last round has come, the battle is on disk.

        Tasks that not both can be asked do not count; they are played, too, and told with the reveal: see `view`.

        Raises:
            BattleError: the battle is unknown, somebody plays it already, or its pair is removed meanwhile.
            BattleFailed: somebody could not answer. What was answered is kept, and the battle counts for nobody.
        """
        battle = self._open.get(battle_id)
        if battle is None or not battle.playing.acquire(blocking=False):
            raise BattleError(f"battle {battle_id}: cannot be played (finished, forgotten or under way); open a new one")
        try:
            began = time.monotonic()
            self._refuse_removed(battle_id, battle.pair.id)
            played = Played(probes_of(battle.pair))
            last, failed = None, False
            known = partial(self.store.replies, pair_ids=lookup_ids(battle.pair))
            for answered in play_rounds(played, battle.seats, known, self._models, self._executor, self.lineup.names):
                self._refuse_removed(battle_id, battle.pair.id)
                failed |= answered.failed
                if failed or not answered.counts:
                    continue
                if last is not None:
                    yield last
                last = answered
            self._keep(battle_id, battle, played)
            self._open.close(battle_id)
            self.on_played(time.monotonic() - began, failed)
        finally:
            battle.playing.release()
            self._notice(battle.played_by)
        if failed:
            raise failure(battle_id)
        if last is not None:
            yield last

    def play_through(self, filters: BattleFilter = BattleFilter(), played_by: PlayedBy = "command") -> Result:  # noqa: B008 - frozen
        """Open and play one battle that nobody watches, and say how it ended."""
        return self._finish(self.open_battle(filters, played_by).battle_id)

    def play_unmet(self, without: Container[str] = ()) -> Result | None:
        """Play one battle on a frozen or generated pair on which its two contestants have not met; None when none is left.

        Answers repeat, so meeting again on the same pair would show nothing new.

        Args:
            without: ids of contestants that do not play.

        Raises:
            StorePaused: it would not be kept at the moment.
        """
        self.store.check_open()
        present = self.lineup.present()
        standings = {name: standing for name, standing in self._standings(present).items() if name not in without}
        exhausted: set[Couple] = set()
        placement = self._placement(SHARE_OF_AUTOPLAY)
        while (meeting := draw_meeting(standings, self._rng, exhausted, placement)) is not None:
            seats = (meeting.seat_a, meeting.seat_b)
            pair = self._choice.unmet(self.store.pairs_met(*seats), [present[seat].repository for seat in seats])
            if pair is not None:
                return self._finish(self._remember(OpenBattle(pair, meeting, "autoplay")))
            exhausted.add(meeting.couple)
        return None

    def seconds_since_visit(self) -> float:
        """Seconds since a visitor last opened, played or judged a battle; infinite if none ever did."""
        return time.monotonic() - self._last_visit

    def vote(self, battle_id: str, visitor: str, choice: str) -> BattleView:
        """Judge a battle, once, and see it again with who played; `skip` tells without a vote. A second vote changes nothing.

        Raises:
            BattleError: the battle is unknown or not played to its end, or its pair was removed.
            InputError: the choice is none of `VOTES`.
            StorePaused: it would not be kept at the moment.
        """
        if choice not in VOTES:
            raise InputError(f"vote: {choice!r} is no choice; use one of {', '.join(VOTES)}")
        record = self._stored(battle_id)
        self._refuse_removed(battle_id, record.pair_id)
        self.store.add_vote(battle_id, visitor, choice)
        vote = self.store.vote_of(battle_id)
        if vote is None:
            raise BattleError(f"battle {battle_id}: the vote was not kept; vote again")
        return self._reveals.view(record, vote)

    def view(self, battle_id: str) -> BattleView:
        """A finished battle again: pair and answers; if it is judged, who played, and the tasks that did not count.

        Raises:
            BattleError: the battle is unknown or not played to its end, or its pair was removed.
            BattleFailed: somebody could not answer, and it is not judged.
        """
        record = self._stored(battle_id)
        self._refuse_removed(battle_id, record.pair_id)
        return self._reveals.view(record, self.store.vote_of(battle_id))

    def leaderboard(self, domain: str | None = None) -> Snapshot[Leaderboard]:
        """The board as it was counted last.

        Raises:
            InputError: there is no such domain.
        """
        self._check_domain(domain)
        self._skip_abandoned()
        return self._board.leaderboard(domain)

    def memorisation(self, domain: str | None = None, since: date | None = None) -> Snapshot[tuple[MemorisationRow, ...]]:
        """Contestants on frozen pairs beside fresh ones made on that day (UTC) or later, as it was counted last.

        Raises:
            InputError: there is no such domain.
        """
        self._check_domain(domain)
        self._skip_abandoned()
        return self._board.memorisation(domain, since)

    def _check_domain(self, domain: str | None) -> None:
        if domain is not None and domain not in self.categories():
            raise InputError(f"domain: there is no {domain!r}; choose from {', '.join(self.categories())}")

    def _standings(self, present: Mapping[str, Contestant]) -> dict[str, Standing]:
        elo, battles = self.store.elo(), self.store.battle_counts()
        able = present.keys() - set(self._models.failed())
        return {name: Standing(elo.get(name, START), battles.get(name, 0)) for name in able}

    def _placement(self, share: float) -> Placement | None:
        """Who is matched first at present; None where nobody is."""
        present = self.lineup.submitted & self.lineup.present().keys()
        return placement_of(present, self._board.intervals, lambda names: self.store.tallies(None, names), share)

    def _skip_abandoned(self) -> None:
        """Once a minute, settle what visitors have left unjudged."""
        if time.monotonic() - self._last_sweep > SWEEP:
            self._last_sweep = time.monotonic()
            with suppress(StorePaused):  # boards are shown all the same
                self.store.settle_abandoned(now() - SECRECY)

    def _remember(self, battle: OpenBattle) -> str:
        self._notice(battle.played_by)
        return self._open.add(battle)

    def _notice(self, played_by: PlayedBy) -> None:
        if played_by == "visitor":
            self._last_visit = time.monotonic()

    def _finish(self, battle_id: str) -> Result:
        with suppress(BattleFailed):
            for _ in self.play(battle_id):
                pass
        return self._stored(battle_id).result

    def _keep(self, battle_id: str, battle: OpenBattle, played: Played) -> None:
        began, ended = battle.span(played)
        record = battle.record(battle_id, played, ended)
        if battle.pair.source == FRESH:
            self.store.add_pairs([battle.pair], drawn_at=began)
        kept = self.store.add_battle(record, played.fresh)
        log.info("battle %s: number %d, %s", battle_id, kept.seq, battle.pair.domain)
        for seat, replies in zip(battle.seats, played.replies, strict=True):
            self.failures.add(battle_id, seat, replies.values())

    def _refuse_removed(self, battle_id: str, pair_id: str) -> None:
        """Show nothing of a pair that was taken down, and keep no battle on it."""
        if self.store.takedowns.is_down(pair_id):
            raise BattleError(f"battle {battle_id}: its pair was removed by whoever runs this arena; open a new one")

    def _stored(self, battle_id: str) -> BattleRecord:
        record = self.store.battle(battle_id)
        if record is None:
            raise BattleError(f"battle {battle_id}: is unknown or not finished; play it to its end first")
        return record
