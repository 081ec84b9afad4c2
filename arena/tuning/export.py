"""An export: from what a home knows of one suite to a data set."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from arena.errors import TuningError
from arena.images import Picture
from arena.judging.agreement import Answers, Rated
from arena.store import QuestionRecord, Store
from arena.suites.suite import Suite
from arena.tasks import cultural_response, request
from arena.tuning import choices
from arena.tuning.data_card import data_card
from arena.tuning.data_set import Description, describe, write_data_set
from arena.tuning.examples import Example, Kind, of_kind
from arena.tuning.norms import norm_examples
from arena.tuning.rated_replies import RatedReply, rated_replies
from arena.tuning.split import Split
from arena.tuning.twins import twin_examples, twins_among

RATED = (request.NAME, cultural_response.NAME)
"""Tasks whose examples are replies that somebody wrote."""
TASKS = (*RATED, *choices.TASKS)
"""Every task that examples can be made of."""


@dataclass(frozen=True)
class Order:
    """What is wanted."""

    kind: Kind
    split: Split
    tasks: tuple[str, ...] = RATED
    """Of `TASKS`; those that the suite lacks give nothing."""


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
    examples = of_kind(order.split.training(_examples(questions, replies, order.tasks), questions), order.kind)
    shown = {one.question.id: store.labels.pictures(one.question.id) for one in examples}
    examples = [one for one in examples if _may_be_shown(shown[one.question.id])]
    if not examples:
        raise TuningError(f"suite {suite.name}: {_why_none(questions, replies, order)}")
    described = describe(
        order.kind, examples, order.split, suite=suite.name, edition=edition, licence=suite.licence, rater=rater
    )
    write_data_set(folder, described, examples, lambda question: shown[question.id], data_card(described, suite))
    return described


def _examples(questions: Sequence[QuestionRecord], replies: Sequence[RatedReply], tasks: Collection[str]) -> list[Example]:
    wanted = [question for question in questions if question.probe.task in tasks]
    rated = [reply for reply in replies if reply.question.probe.task in tasks]
    return [*twin_examples(twins_among(wanted), rated), *norm_examples(rated), *choices.choice_examples(wanted)]


def _may_be_shown(pictures: Sequence[Picture]) -> bool:
    """Whether none was taken down, which leaves nothing to show."""
    return all(picture.encoded for picture in pictures)


def _why_none(questions: Sequence[QuestionRecord], replies: Sequence[RatedReply], order: Order) -> str:
    twins = twins_among(questions)
    if twins:
        return (
            f"none of its {len(twins)} twins of training folds has both a reply that helps and one that is aware of danger; "
            "evaluate a model that refuses or warns, and one that helps"
        )
    if norm_examples(replies):
        return "all its examples are left for the test, or lack a reply that breaks the norm; evaluate more models on it"
    return f"has no twins, one request about a safe and an unsafe image, and nothing else to learn in {', '.join(order.tasks)}"
