"""Results of a listed model in the form that the Hub shows: a file `.eval_results/*.yaml` of its repository.

The form: https://huggingface.co/docs/hub/eval-results. Each number says of which dataset it is and at which commit, by which
version of the method, in which order questions were asked, and where its page is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml
from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml, parse_eval_result_entries

from arena import method
from arena.contestants import Contestant
from arena.errors import EvaluationError, SettingsError
from arena.evaluation.results import Results
from arena.metrics import Estimate
from arena.models import is_endpoint
from arena.models.lineage import FOLD
from arena.settings import Settings
from arena.store import Store
from arena.store.evaluations import Evaluated
from arena.store.submission_records import SubmissionStanding
from arena.submissions.addresses import model_address
from arena.submissions.benchmark_card import RESULT_TASKS, ResultTask
from arena.submissions.contestant_of import contestant_of_standing
from arena.suites import starter

FOLDER = ".eval_results"
SOURCE = "Minimal-Pair Arena"
RULES = ""
"""Stands for the rules where a judge is named."""


@dataclass(frozen=True)
class ModelResults:
    """What a listed model came to, for its repository on the Hub."""

    repository: str
    """`organisation/name`."""
    file: str
    """Path in it."""
    entries: tuple[EvalResultEntry, ...]

    @property
    def yaml(self) -> str:
        """The content of the file."""
        told = eval_result_entries_to_yaml(list(self.entries))
        return yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=1000)


def results_of(store: Store, results: Results, standing: SubmissionStanding, settings: Settings) -> ModelResults:
    """The results of a listed submission on the pairs of this arena.

    Args:
        store: of the arena.
        results: its numbers.
        standing: where the submission stands.
        settings: of the arena, with its dataset and its address.

    Raises:
        SettingsError: the arena has no dataset on the Hub.
        EvaluationError: it is not listed, is no repository of the Hub, or was not measured on all of these pairs.
    """
    submission = standing.submission
    if settings.dataset is None:
        raise SettingsError("ARENA_DATASET: is not set, and each result names a dataset of the Hub; the operator sets it")
    if standing.state != "LISTED":
        raise EvaluationError(f"submission {submission.id}: is {standing.state}; only listed models have results")
    if is_endpoint(submission.reference):
        raise EvaluationError(f"submission {submission.id}: is an endpoint; results go to repositories of the Hub")
    contestant = contestant_of_standing(store, standing)
    asked = None if contestant is None else _asked(results, contestant)
    if contestant is None or asked is None:
        raise EvaluationError(
            f"submission {submission.id}: was not measured on the pairs of this arena; "
            f"the operator runs arena evaluate --model {submission.reference} --suite {starter.NAME}"
        )
    pairs = starter.COUNTS["pairs"]
    if asked.items < pairs and FOLD not in contestant.settings:
        raise EvaluationError(
            f"submission {submission.id}: was asked about {asked.items} of {pairs} pairs; "
            f"the operator runs arena evaluate --model {submission.reference} --suite {starter.NAME}"
        )
    entries = tuple(_entries(results, contestant, asked, settings, settings.dataset))
    name, _, _ = submission.reference.partition("@")
    return ModelResults(name, _file(settings.dataset, submission.reference), entries)


def read_entries(text: str) -> list[EvalResultEntry]:
    """The results that a file of a repository holds, as huggingface_hub reads it."""
    return parse_eval_result_entries(yaml.safe_load(text))


def _asked(results: Results, contestant: Contestant) -> Evaluated | None:
    """How far it was asked, as the rules read it by the present method."""
    read = [one for one in results.evaluated(starter.NAME) if (one.contestant_id, one.judge) == (contestant.id, RULES)]
    return read[-1] if read and read[-1].readings else None


def _entries(
    results: Results, contestant: Contestant, asked: Evaluated, settings: Settings, dataset: str
) -> Iterator[EvalResultEntry]:
    name, _, revision = dataset.partition("@")
    measured = {(one.metric, one.slice): one for one in results.estimates(starter.NAME, contestant.id)}
    corrections = results.corrections(starter.NAME, contestant.id)
    source = model_address(settings, contestant, starter.NAME)
    for task in RESULT_TASKS:
        estimate = measured.get((task.metric, task.slice))
        if estimate is None or estimate.value is None:
            continue
        correction = corrections.get((task.metric, task.slice))
        yield EvalResultEntry(
            dataset_id=name,
            task_id=task.id,
            value=round(100 * estimate.value, 2),
            dataset_revision=revision or None,
            date=f"{asked.read_at:%Y-%m-%dT%H:%M:%SZ}",
            source_url=source,
            source_name=SOURCE if source else None,
            notes=_notes(task, estimate, contestant, asked, "" if correction is None else correction.summary()),
        )


def _notes(task: ResultTask, estimate: Estimate, contestant: Contestant, asked: Evaluated, correction: str) -> str:
    """How the number was made, in words that the Hub shows beside it."""
    limits = (
        "" if estimate.low is None or estimate.high is None else f", 95 % {100 * estimate.low:.1f} to {100 * estimate.high:.1f}"
    )
    said = [
        f"percent{limits}",
        f"{estimate.pairs} pairs of {estimate.families} families",
        *([f"chance {100 * estimate.chance:.1f}"] if estimate.chance is not None else []),
        *(["low is good"] if task.low_is_good else []),
        task.order,
        *([correction] if correction else []),
        *([contestant.options] if contestant.options else []),
        *(["only the families that it was not tuned on"] if FOLD in contestant.settings else []),
        f"method {method.VERSION}",
        f"edition {asked.edition}",
    ]
    return "; ".join(said)


def _file(dataset: str, reference: str) -> str:
    """One file for each benchmark and each variant of the model."""
    benchmark = dataset.partition("@")[0].partition("/")[2]
    variant = re.sub(r"[^\w.]+", "-", reference.partition("?")[2], flags=re.ASCII)
    return f"{FOLDER}/{benchmark}{f'-{variant}' if variant else ''}.yaml"
