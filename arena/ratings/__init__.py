"""Ratings: pure functions from counts of discordant units to Elo, Bradley-Terry, intervals and ranks."""

from arena.ratings.board import Bounds, Rating, bounds, join, rate
from arena.ratings.bradley_terry import BradleyTerryFit, fit
from arena.ratings.connectivity import NotRankable
from arena.ratings.counts import UnitCounts, UnitRow, WinTable
from arena.ratings.elo import START, BattleScore, K, battle_score, expected_score, replay, update
from arena.ratings.gaps import RatingGap, rating_gaps
from arena.ratings.intervals import Intervals, NoInterval, family_bootstrap
from arena.ratings.sandwich import standard_errors

__all__ = [
    "START",
    "BattleScore",
    "Bounds",
    "BradleyTerryFit",
    "Intervals",
    "K",
    "NoInterval",
    "NotRankable",
    "Rating",
    "RatingGap",
    "UnitCounts",
    "UnitRow",
    "WinTable",
    "battle_score",
    "bounds",
    "expected_score",
    "family_bootstrap",
    "fit",
    "join",
    "rate",
    "rating_gaps",
    "replay",
    "standard_errors",
    "update",
]
