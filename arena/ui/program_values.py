"""What pages show, as programs get it: plain values of `program_types`, without a name before the vote."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import cast

from arena.battles import BattleView, Leaderboard, MemorisationRow, Round, SeatReveal, Snapshot
from arena.contestants import Contestant
from arena.errors import RevealRefused
from arena.evaluation.results import Results, SuiteResults
from arena.pairs import MinimalPair
from arena.store.submission_records import SubmissionStanding
from arena.ui.pictures import data_address
from arena.ui.program_types import (
    AnswersJson,
    BattleJson,
    BattleText,
    BoardRowJson,
    EstimateJson,
    MemorisationJson,
    ModelReportJson,
    PairJson,
    PairText,
    RevealJson,
    SeatJson,
    SubmissionJson,
    SuiteReportJson,
)


def battle_json(view: BattleView) -> BattleJson:
    """A battle without anything that tells who played."""
    return {"battle": view.battle_id, "pair": pair_json(view.pair), "answers": _answers(view.rounds)}


def battle_text(view: BattleView) -> BattleText:
    """The same, without its pictures."""
    return {"battle": view.battle_id, "pair": pair_text(view.pair), "answers": _answers(view.rounds)}


def pair_json(pair: MinimalPair) -> PairJson:
    """A pair with its pictures."""
    text = pair_text(pair)
    pictures = (data_address(side.picture.encoded) for side in pair.sides)
    return {**text, "sides": [{**side, "image": image} for side, image in zip(text["sides"], pictures, strict=True)]}


def pair_text(pair: MinimalPair) -> PairText:
    """A pair without its pictures."""
    return {
        "id": pair.id,
        "domain": pair.domain,
        "category": pair.category,
        "source": pair.source,
        "request": pair.request,
        "sides": [{"caption": side.caption, "label": side.label} for side in pair.sides],
    }


def reveal_json(view: BattleView) -> RevealJson:
    """Who played, how it went, which tasks count, and all answers.

    Raises:
        RevealRefused: the battle is not judged yet.
    """
    reveal = view.reveal
    if reveal is None:
        raise RevealRefused(f"battle {view.battle_id}: is not judged yet; vote, or skip the vote, first")
    seat_a, seat_b = reveal.seats
    return {
        "battle": reveal.battle_id,
        "result": reveal.result,
        "vote": reveal.vote,
        "agrees": reveal.agrees,
        "units": list(reveal.units),
        "answers": _answers(view.rounds),
        "a": _seat(seat_a),
        "b": _seat(seat_b),
    }


def board_rows(board: Snapshot[Leaderboard]) -> list[BoardRowJson]:
    """The rows of a board, each with the battles that are in it."""
    bounds = board.value.bounds
    held = {"battle": board.as_of.battle, "bounds_battle": bounds.battle if bounds else None}
    return [cast("BoardRowJson", {**row.as_json(), **held}) for row in board.value.rows]


def memorisation_json(rows: Sequence[MemorisationRow]) -> list[MemorisationJson]:
    """Models on frozen pairs beside fresh ones."""
    return [cast("MemorisationJson", row.as_json()) for row in rows]


def model_json(results: Results, contestant: Contestant) -> ModelReportJson:
    """A model on every suite on which it was evaluated; of each the metrics of the whole suite."""
    asked = [at for at in results.suites() if contestant in at.contestants]
    return {
        "id": contestant.id,
        "model": contestant.reference,
        "revision": contestant.revision,
        "engine": contestant.engine,
        "settings": dict(contestant.settings),
        "suites": [_suite(results, at, contestant) for at in asked],
    }


def submission_json(standing: SubmissionStanding, place: int | None) -> SubmissionJson:
    """Where a submitted model stands; nothing of who to reach about it."""
    submission, event = standing.submission, standing.event
    return {
        "id": submission.id,
        "model": submission.reference,
        "organisation": submission.organisation,
        "state": standing.state,
        "reason": event.words,
        "place": place,
        "suite": event.detail.get("suite"),
        "done": event.detail.get("done"),
        "seconds_left": event.detail.get("seconds_left"),
        "submitted_at": submission.submitted_at.isoformat(),
        "changed_at": event.at.isoformat(),
    }


def _suite(results: Results, at: SuiteResults, contestant: Contestant) -> SuiteReportJson:
    judge = at.judges[0]  # the rules, where they count
    whole = [one for one in results.estimates(at.suite.name, contestant.id, judge) if not one.slice]
    metrics: list[EstimateJson] = [
        {
            "metric": one.metric,
            "value": one.value,
            "low": one.low,
            "high": one.high,
            "pairs": one.pairs,
            "families": one.families,
            "chance": one.chance,
        }
        for one in whole
    ]
    return {"suite": at.suite.name, "edition": at.edition, "judge": judge, "metrics": metrics}


def _answers(rounds: Sequence[Round]) -> AnswersJson:
    """Seat -> its answers, both seats to the same questions in the same order."""
    seats = [[asdict(answer) for one in rounds for answer in one.answers[index]] for index in range(2)]
    return cast("AnswersJson", dict(zip("ab", seats, strict=True)))


def _seat(seat: SeatReveal) -> SeatJson:
    return {
        "model": seat.contestant.reference,
        "revision": seat.contestant.revision,
        "engine": seat.contestant.engine,
        "solved": seat.solved,
        "outcomes": [{"task": task, "cell": cell, "outcome": outcome.value} for task, cell, outcome in seat.outcomes],
        "elo_before": seat.elo_before,
        "elo_after": seat.elo_after,
    }
