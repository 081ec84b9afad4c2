"""An export: from what a home knows of one suite to a data set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from arena.errors import TuningError
from arena.images import Picture
from arena.judging.agreement import Answers, Rated
from arena.store import QuestionRecord, Store
from arena.suites.suite import Suite
from arena.tasks import cultural_response
from arena.tuning.choices import choice_examples
from arena.tuning.data_card import data_card
from arena.tuning.data_set import Description, describe, write_data_set
from arena.tuning.examples import Kind, of_kind
from arena.tuning.norms import norm_examples
from arena.tuning.rated_replies import rated_replies
from arena.tuning.split import Split
from arena.tuning.twins import twin_examples, twins_among


@dataclass(frozen=True)
class Order:
    """What is wanted."""

    kind: Kind
    split: Split
    choices: int = 0
    """Examples of each kind of choice that are taken as well."""


def export(
    store: Store,
    suite: Suite,
    edition: str,
    answers: Answers,
    verdicts: Mapping[Rated, str],
    order: Order,
    folder: Path,
    *,
    rater: str,
) -> Description:
    """Write the examples that training folds give.

    Args:
        store: where replies and pictures lie.
        suite: whose licence lets models be trained on it.
        edition: of the suite, to which the answers are.
        answers: of the contestants whose replies may be used.
        verdicts: what the rater says of them.
        order: what is wanted.
        folder: where to; it must not exist, or be empty.
        rater: `rules`, `people`, or the reference of a judge.

    Raises:
        TuningError: the suite may not be trained on, there is no example, or the folder holds something.
    """
    if not suite.trainable:
        raise TuningError(f"suite {suite.name}: is not to be trained on ({suite.licence}); name another suite")
    questions = list({answer.question.id: answer.question for given in answers.values() for answer in given}.values())
    if order.split.grouping == "country" and not any("country" in question.slices for question in questions):
        raise TuningError(f"suite {suite.name}: names no countries; leave out --countries")
    replies = rated_replies(store, answers, verdicts)
    seen = order.split.training(questions)
    rated = [*twin_examples(twins_among(seen), replies), *norm_examples(seen, replies)]
    examples = of_kind([*rated, *choice_examples(seen, order.choices)], order.kind)
    shown = {one.question.id: store.labels.pictures(one.question.id) for one in examples}
    examples = [one for one in examples if _may_be_shown(shown[one.question.id])]
    if not examples:
        why = _why_none(seen) if verdicts else f"{rater} said of no reply to it what it is; run arena label, or arena evaluate"
        raise TuningError(f"suite {suite.name}: {why}")
    described = describe(
        order.kind, examples, order.split, suite=suite.name, edition=edition, licence=suite.licence, rater=rater
    )
    write_data_set(folder, described, examples, lambda question: shown[question.id], partial(data_card, described, suite))
    return described


def _may_be_shown(pictures: Sequence[Picture]) -> bool:
    """Whether none was taken down, which leaves nothing to show."""
    return all(picture.encoded for picture in pictures)


def _why_none(questions: Sequence[QuestionRecord]) -> str:
    """What is missing, of the questions that may be trained on."""
    if twins := twins_among(questions):
        return (
            f"none of its {len(twins)} twins of training folds has both a reply that helps and one that is aware of danger; "
            "evaluate a model that refuses or warns, and one that helps"
        )
    if any(question.probe.task == cultural_response.NAME for question in questions):
        return "no reply is good in all four dimensions, or none breaks a norm to set against it; evaluate more models"
    return "has no twins, one request about a safe and an unsafe image, and no norms; name another suite"
