"""Answers that rules of an older version have read: read anew from the replies that are kept, where these suffice.

They suffice unless a request was answered and may have been cut before it warned, or a choice is unclear and was not asked to
its end. Those, and what a judge has read, count nowhere until `arena evaluate` has asked what it must; how many they are is
told beside the numbers. So no number rests on two versions of the method.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from arena import method
from arena.contestants import Contestant
from arena.errors import PluginError
from arena.evaluation.reading import read_by_rules
from arena.store import Evaluated, OlderAnswer, ReadingRecord, Store
from arena.suites.suite import Question, Suite, code_of
from arena.tasks.second_turn import both_turns, is_left_open

log = logging.getLogger(__name__)


def read_anew(store: Store, suites: Iterable[Suite]) -> int:
    """Read what rules of other versions have read of these suites by the present ones, and say how many answers that were.

    Whoever is killed meanwhile goes on where the last commit was. A reading keeps its time, which tells the last edition of a
    suite. What the reader of a plug-in fails on is left as it is, and told in the log.
    """
    known = {suite.name: suite for suite in suites}
    older = [one for one in store.evaluations.evaluated() if one.older and not one.judge and one.suite in known]
    if not older:
        return 0
    log.info("%d answers of older methods are being read anew", sum(one.older for one in older))
    contestants, count = store.contestants(), 0
    for one in older:
        suite = known[one.suite]
        if code_of(one.edition) != suite.code or one.contestant_id not in contestants:
            continue
        try:
            readings = _readings(store, one, contestants[one.contestant_id], suite)
        except PluginError as error:
            log.warning(str(error))
            continue
        count += store.evaluations.add([], readings) if readings else 0
    log.info("%d of them were read anew, the others count nowhere", count)
    return count


def _readings(store: Store, evaluated: Evaluated, contestant: Contestant, suite: Suite) -> list[ReadingRecord]:
    """The readings of one contestant whose replies suffice."""
    answers = store.evaluations.older_answers(evaluated.suite, evaluated.edition, contestant.id, method_version=method.VERSION)
    given = {answer.question.probe.key: answer.reply for answer in answers}
    known = partial(store.replies, contestant.id)
    replies, again = both_turns([answer.question.probe for answer in answers], given, known)
    if contestant.settings.get("turns", 2) == 1:
        again = {}
    return [
        replace(reading, read_at=answer.read_at)
        for answer in answers
        if (probe := answer.question.probe).key not in again and not is_left_open(probe, answer.reply)
        for reading in [
            read_by_rules(_question(answer), replies[probe.key], contestant, drawn=suite.drawn, readers=suite.readers)
        ]
    ]


def _question(answer: OlderAnswer) -> Question:
    asked = answer.question
    return Question(asked.item, asked.family, asked.probe, asked.slices, asked.gold)


def notice(evaluations: Sequence[Evaluated], name: str) -> str:
    """One line about answers of one contestant that count nowhere; empty where there are none.

    Args:
        evaluations: of the contestant on one edition of a suite, by one judge or by the rules.
        name: of the contestant.
    """
    count = sum(one.older for one in evaluations)
    if not count:
        return ""
    versions = " and ".join(sorted({version for one in evaluations for version in one.older_versions}))
    were, counts = (f"{count} answer was", "counts") if count == 1 else (f"{count} answers were", "count")
    way_out = "run the same arena evaluate again, which asks only what it must"
    return f"{name}: {were} read by method {versions}, and {counts} nowhere; {way_out}"
