"""The named endpoints for programs: the same battles over HTTP, with the same secrecy.

For example::

    from gradio_client import Client

    arena = Client("http://localhost:7860")
    battle = arena.predict(domain="safety", api_name="/battle")
    arena.predict(battle["battle"], "a", api_name="/vote")
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import gradio as gr
from gradio.events import api

from arena.ui.parts import line_for_visitors
from arena.ui.program_types import (
    BattleJson,
    BoardRowJson,
    MemorisationJson,
    ModelReportJson,
    PairJson,
    RevealJson,
    SubmissionJson,
)
from arena.ui.program_values import (
    battle_json,
    board_rows,
    memorisation_json,
    model_json,
    pair_json,
    reveal_json,
    submission_json,
)
from arena.ui.programs import Programs
from arena.ui.shares import BATTLES, READS, VOTES
from arena.ui.visitor_queue import counted_as, reader_is_gone


def add_endpoints(programs: Programs) -> Sequence[Callable[..., Any]]:
    """Add the named endpoints to the surrounding `gr.Blocks`, and give them; the page for programs describes each."""

    def battle(domain: str = "", category: str = "", source: str = "") -> BattleJson:
        """Play a battle between two anonymous models on a pair that passes the filters (empty is any).

        Tasks that not both could be asked do not count, and come with the reveal. Where a model cannot answer, another battle
        is played, and the failed one counts for nobody.
        """
        with errors_told():
            return battle_json(programs.battle(domain, category, source, reader_is_gone))

    def vote(battle: str, choice: str) -> RevealJson:
        """Judge a battle, once: a, b, both_good, both_bad, or skip. The answer is the reveal."""
        with errors_told():
            return reveal_json(programs.vote(battle, choice))

    def reveal(battle: str) -> RevealJson:
        """Who played a battle; refused until it is judged."""
        with errors_told():
            return reveal_json(programs.reveal(battle))

    def leaderboard(domain: str = "") -> list[BoardRowJson]:
        """The board, best first, over all domains or one.

        Without a `rating`, `low` bounds an undefeated model, and `high` a winless one. The first `battle` battles are in it.
        Bounds and ranks follow later: the first `bounds_battle` are in them, or none where that is null.
        """
        with errors_told():
            return board_rows(programs.leaderboard(domain))

    def memorisation(domain: str = "", since: str = "") -> list[MemorisationJson]:
        """Models on fresh pairs (made since a day such as 2026-03-01, or all) beside frozen ones, the largest gap first.

        The meter is `gap` and `excess`. A `rating_gap` comes with its caution: harder fresh pairs can make one, too.
        """
        with errors_told():
            return memorisation_json(programs.memorisation(domain, since))

    def pair(pair: str) -> PairJson:
        """A pair that may come up in battles, by its id."""
        with errors_told():
            return pair_json(programs.pair(pair))

    def model(model: str) -> ModelReportJson:
        """A model on every suite on which it was evaluated, by its name on the board: each metric with its 95 % interval."""
        with errors_told():
            return model_json(programs.results, programs.model(model))

    def submission(submission: str) -> SubmissionJson:
        """Where a submitted model stands, by the id of its submission."""
        with errors_told():
            return submission_json(*programs.submission(submission))

    kinds = {battle: BATTLES, vote: VOTES}
    endpoints = (battle, vote, reveal, leaderboard, memorisation, pair, model, submission)
    for endpoint in endpoints:
        api(endpoint, api_name=endpoint.__name__, **counted_as(kinds.get(endpoint, READS)))
    return endpoints


@contextmanager
def errors_told() -> Iterator[None]:
    """Turns any error of the block into the one line that a caller may read."""
    try:
        yield
    except Exception as error:
        raise gr.Error(line_for_visitors(error), print_exception=False) from error
