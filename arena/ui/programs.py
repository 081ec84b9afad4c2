"""What programs may ask of an arena, whichever way they ask: over HTTP or over MCP."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from arena.battles import CHANCES, Arena, BattleFilter, BattleView, Leaderboard, MemorisationRow, Round, Snapshot, read_day
from arena.contestants import Contestant
from arena.errors import BattleError, BattleFailed, InputError
from arena.evaluation.results import Results
from arena.pairs import MinimalPair
from arena.store.submission_records import SubmissionStanding
from arena.ui.voters import UNKNOWN


class Programs:
    """Answers programs. Any thread may call it.

    Args:
        arena: the running arena.
        results: of its evaluations.
    """

    def __init__(self, arena: Arena, results: Results) -> None:
        self._arena = arena
        self.results = results

    def battle(self, domain: str, category: str, source: str, is_gone: Callable[[], bool]) -> BattleView:
        """A new battle with all answers. Where a model cannot answer, another one is played.

        Args:
            domain: of the pair; empty for any, as the others.
            category: of the pair.
            source: of the pair.
            is_gone: whether nobody waits for it any more; it is played no further then.

        Raises:
            InputError: a filter names something unknown, or nothing passes them.
            BattleError: nobody can be asked, or nobody waits for it.
        """
        filters = BattleFilter(domain or None, category or None, source or None)
        for _ in range(CHANCES - 1):
            with suppress(BattleFailed):
                return self._played(filters, is_gone)
        return self._played(filters, is_gone)

    def vote(self, battle: str, choice: str) -> BattleView:
        """Judge a battle, once, and see it again with who played.

        Raises:
            BattleError: the battle is unknown.
            InputError: the choice is none.
        """
        return self._arena.vote(battle, UNKNOWN, choice)

    def reveal(self, battle: str) -> BattleView:
        """A battle again.

        Raises:
            BattleError: the battle is unknown.
        """
        return self._arena.view(battle)

    def leaderboard(self, domain: str) -> Snapshot[Leaderboard]:
        """The board of a domain, or of all where it is empty.

        Raises:
            InputError: there is no such domain.
        """
        return self._arena.leaderboard(domain or None)

    def memorisation(self, domain: str, since: str) -> tuple[MemorisationRow, ...]:
        """Models on fresh pairs beside frozen ones.

        Raises:
            InputError: there is no such domain, or no such day.
        """
        return self._arena.memorisation(domain or None, read_day(since, "since")).value

    def pair(self, pair: str) -> MinimalPair:
        """A pair that may come up in battles.

        Raises:
            InputError: there is none of this id.
        """
        return self._arena.pair(pair)

    def model(self, model: str) -> Contestant:
        """A model that takes part or was evaluated, by its id or by a name that is its alone.

        Raises:
            InputError: there is none, or several.
        """
        everybody = self.results.contestants().values()
        levels = (lambda one: one.id, lambda one: one.reference, lambda one: one.label, lambda one: one.repository)
        named = next((same for level in levels if (same := [one for one in everybody if level(one) == model])), [])
        if len(named) == 1:
            return named[0]
        if not named:
            raise InputError(f"model: {model[:80]!r} is unknown here; take a name from the leaderboard")
        raise InputError(
            f"model: {model[:80]!r} names {len(named)} models; give one id of {', '.join(one.id for one in named)}"
        )

    def submission(self, submission: str) -> tuple[SubmissionStanding, int | None]:
        """Where a submitted model stands, and how many go before it.

        Raises:
            InputError: there is no such submission.
        """
        submissions = self._arena.store.submissions
        standing = submissions.get(submission)
        if standing is None:
            raise InputError(f"submission: {submission[:80]!r} is unknown here; take its id from the page of submissions")
        return standing, submissions.place(submission)

    def _played(self, filters: BattleFilter, is_gone: Callable[[], bool]) -> BattleView:
        if is_gone():  # while it waited for its turn
            raise BattleError("battle: nobody waits for it any more, so none was played")
        opened = self._arena.open_battle(filters)
        return replace(opened, rounds=tuple(self._rounds(opened.battle_id, is_gone)))

    def _rounds(self, battle: str, is_gone: Callable[[], bool]) -> Iterator[Round]:
        for answered in self._arena.play(battle):
            if is_gone():
                raise BattleError(f"battle {battle}: nobody waits for it any more, so it was not played to its end")
            yield answered
