"""Counts over battles, read from derived tables: what ratings and boards are made of.

A battle counts once it is settled: judged by its visitor, or played without one. Until then what it changes would tell who
plays in it. One in which the machine failed never counts. One that an older version of the method judged, and that could not be
read anew, counts as it was judged.
"""

from collections.abc import Sequence
from datetime import date

import duckdb

from arena.store.records import Pool, Rate, SolvedCount, Tally, UnitChanges, UnitCount
from arena.store.scored_battles import CHOICES, SAFE_REQUESTS, UNSAFE_REQUESTS, Measure


def unit_counts(
    connection: duckdb.DuckDBPyConnection, domain: str | None, pool: Pool | None = None, since: date | None = None
) -> list[UnitCount]:
    """How often each contestant solved what another did not, by family; the last meeting of two on a pair stands for all."""
    rows = connection.execute(
        """
        SELECT winner, loser, family, sum(units)::BIGINT FROM arena.unit_log
        WHERE ($domain IS NULL OR domain = $domain) AND ($pool IS NULL OR pool = $pool)
          AND ($pool IS DISTINCT FROM 'fresh' OR $since IS NULL OR day >= $since)
        GROUP BY winner, loser, family HAVING sum(units) <> 0 ORDER BY winner, loser, family
        """,
        {"domain": domain, "pool": pool, "since": since},
    ).fetchall()
    return [UnitCount(*row) for row in rows]


def unit_changes(connection: duckdb.DuckDBPyConnection, domain: str | None, after: int) -> UnitChanges:
    """What has changed in `unit_counts` since the log had so many lines."""
    # One statement, so that no line comes in between: what was taken back counts towards the lines that were read.
    rows = connection.execute(
        """
        SELECT winner, loser, sum(units)::BIGINT, max(place) FROM arena.unit_log
        WHERE place > $after AND ($domain IS NULL OR domain = $domain)
        GROUP BY winner, loser ORDER BY winner, loser
        """,
        {"domain": domain, "after": after},
    ).fetchall()
    lines = max((last for *_, last in rows), default=after)
    return UnitChanges(lines, tuple((winner, loser, units) for winner, loser, units, _ in rows if units))


def families_met(connection: duckdb.DuckDBPyConnection, domain: str | None) -> int:
    """Families of all counted battles, those without a discordant unit among them."""
    ((families,),) = connection.execute(
        """
        SELECT count(DISTINCT family) FROM arena.rates
        WHERE kind = 'battles' AND ($domain IS NULL OR domain = $domain)
        """,
        {"domain": domain},
    ).fetchall()
    return families


def solved_counts(connection: duckdb.DuckDBPyConnection, domain: str | None, since: date | None) -> list[SolvedCount]:
    """How often each contestant solved each task, by pool and family; older fresh pairs are left out."""
    rows = connection.execute(
        """
        WITH counted AS (
            SELECT contestant_id, pool, family, name AS task, hits, total FROM arena.rates
            WHERE kind = 'solved' AND (pool = 'frozen' OR $since IS NULL) AND ($domain IS NULL OR domain = $domain)
            UNION ALL
            SELECT contestant_id, 'fresh', family, task, hits, total FROM arena.fresh_rates
            WHERE day >= $since AND ($domain IS NULL OR domain = $domain)
        )
        SELECT contestant_id, pool, family, task, sum(hits)::BIGINT, sum(total)::BIGINT
        FROM counted GROUP BY ALL HAVING sum(total) > 0 ORDER BY ALL
        """,
        {"domain": domain, "since": since},
    ).fetchall()
    return [SolvedCount(*row) for row in rows]


def fresh_days(connection: duckdb.DuckDBPyConnection) -> set[date]:
    """The days (UTC) on which fresh pairs were made that battles count on."""
    return {day for (day,) in connection.execute("SELECT DISTINCT day FROM arena.fresh_rates").fetchall()}


def tallies(
    connection: duckdb.DuckDBPyConnection, domain: str | None, contestants: Sequence[str] | None = None
) -> dict[str, Tally]:
    """Contestant id -> what its battles say about it, of these or of all; without those that have no counted battle."""
    rows = connection.execute(
        """
        SELECT contestant_id, kind, name, sum(hits)::BIGINT, sum(total)::BIGINT, count(DISTINCT family) FROM arena.rates
        WHERE total > 0 AND ($domain IS NULL OR domain = $domain)
          AND ($everybody OR contestant_id IN (SELECT unnest($contestants::VARCHAR[])))
        GROUP BY contestant_id, kind, name ORDER BY contestant_id, kind, name
        """,
        {"domain": domain, "everybody": contestants is None, "contestants": list(contestants or ())},
    ).fetchall()
    rates: dict[str, dict[Measure, Rate]] = {}
    for contestant, kind, name, *counts in rows:
        rates.setdefault(contestant, {})[Measure(kind, name)] = Rate(*counts)
    return {contestant: _tally(contestant, measures) for contestant, measures in rates.items()}


def _tally(contestant: str, measures: dict[Measure, Rate]) -> Tally:
    none = Rate(0, 0, 0)
    return Tally(
        contestant,
        battles=measures[Measure("battles")].total,
        solved={measure.name: rate for measure, rate in measures.items() if measure.kind == "solved"},
        refusals=measures.get(CHOICES, none),
        over_safety=measures.get(SAFE_REQUESTS, none),
        under_safety=measures.get(UNSAFE_REQUESTS, none),
    )
