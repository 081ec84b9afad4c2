"""Reading what battles come to: the counts that ratings and boards are made of."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from arena.store import counts, lookups, rereadings, settlements, standings, vote_counts
from arena.store.records import Choice, EloChange, Pool, Result, SolvedCount, Tally, UnitChanges, UnitCount

T = TypeVar("T")


class CountReads:
    """The counts of a store. Like all counts they see settled battles alone; each is read as of one commit."""

    def _read(self, query: Callable[..., T], *arguments: object) -> T:
        """Run a query on the last commit."""
        raise NotImplementedError

    def settled(self) -> int:
        """How many battles were settled so far; whoever keeps counts knows by it when to count again."""
        return self._read(settlements.number_settled)

    def unit_counts(self, domain: str | None = None, pool: Pool | None = None, since: date | None = None) -> list[UnitCount]:
        """How often each contestant solved what another did not, by family: what Bradley-Terry is fitted to.

        Like all counts it sees settled battles alone.

        Args:
            domain: over pairs of this domain; of all if not given.
            pool: over frozen or over fresh pairs alone.
            since: without fresh pairs that were made before this day (UTC).
        """
        return self._read(counts.unit_counts, domain, pool, since)

    def unit_changes(self, domain: str | None = None, after: int = 0) -> UnitChanges:
        """What has changed in `unit_counts`, over all families, since it was asked for last.

        Args:
            domain: over pairs of this domain; of all if not given.
            after: `UnitChanges.lines` of the last time; 0 for all there is.
        """
        return self._read(counts.unit_changes, domain, after)

    def battle_counts(self) -> dict[str, int]:
        """contestant id -> battles that count."""
        return self._read(standings.battle_counts)

    def families_met(self, domain: str | None = None) -> int:
        """How many families the battles that count were about."""
        return self._read(counts.families_met, domain)

    def solved_counts(self, domain: str | None = None, since: date | None = None) -> list[SolvedCount]:
        """What each contestant solved on frozen pairs, and on fresh ones, by family and task; see `unit_counts`."""
        return self._read(counts.solved_counts, domain, since)

    def fresh_days(self) -> set[date]:
        """The days (UTC) on which fresh pairs were made."""
        return self._read(counts.fresh_days)

    def tallies(self, domain: str | None = None, contestants: Sequence[str] | None = None) -> dict[str, Tally]:
        """Contestant id -> its battles and rates; of these contestants, or of all."""
        return self._read(counts.tallies, domain, contestants)

    def elo(self) -> dict[str, float]:
        """contestant id -> online rating after its last settled battle; without contestants that have none."""
        return self._read(standings.elo)

    def elo_changes(self, battle_id: str) -> tuple[EloChange, ...]:
        """What the battle did to seats a and b; empty for a void or unrated battle."""
        return self._read(standings.changes_of, battle_id)

    def votes_by_result(self) -> dict[tuple[Choice, Result], int]:
        """(choice, result) -> how often visitors chose this where the automatic score said that."""
        return self._read(vote_counts.votes_by_result)

    def counted_by_older_methods(self, method_version: str) -> Mapping[str, int]:
        """Why battles that count were not judged by this version of the method -> how many they are."""
        return self._read(rereadings.counted_by_older_methods, method_version)

    def pairs_met(self, one: str, other: str) -> set[str]:
        """Ids of the pairs on which these two contestants have met, in whatever seats."""
        return self._read(lookups.pairs_met, one, other)
