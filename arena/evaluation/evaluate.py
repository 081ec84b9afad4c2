"""Contestants put to suites. What is committed is never asked again: the same call goes on where the last one was cut off."""

import platform
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version
from typing import Any

from arena import __version__, method
from arena.contestants import Contestant
from arena.errors import ArenaError, EvaluationError, ModelEnded, PluginError, SettingsError, one_line
from arena.evaluation.asking import Asker, Count, LoadError, UnansweredError
from arena.evaluation.choosing import Inquiry, chosen
from arena.evaluation.entrants import Entrant
from arena.evaluation.inquiries import contestant_inquiries, judge_inquiries
from arena.evaluation.reading import question_records
from arena.evaluation.respondents import OwnModel, Respondent, WorkersModel, is_for_workers
from arena.evaluation.worker_pool import WorkerPool
from arena.evaluation.workers import Workers
from arena.judging import check_judge
from arena.models import this_machine
from arena.models.runtime import cores
from arena.probes import Reply
from arena.store import EvaluationRecord, Store
from arena.suites.suite import Loaded, Question, Suite
from arena.tasks.second_turn import both_turns

LIBRARIES = ("duckdb", "huggingface_hub", "numpy", "pillow", "torch", "transformers")
"""Whose versions are logged with an evaluation."""


@dataclass(frozen=True)
class Options:
    """What to ask."""

    limit: int | None = None
    """Items of each suite; all by default."""
    tasks: tuple[str, ...] = ()
    """Names of tasks; all by default."""
    max_errors: float = 0.1
    """Share of failed probes above which the run ends."""
    memory_bytes: float = float("inf")
    """What the weights of models that are loaded at the same time may take."""
    arguments: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What the user asked for, as it is logged."""


@dataclass(frozen=True)
class Evaluation:
    """One contestant on one suite, read by the rules or by a judge: how far it is, and how it ended."""

    contestant: Contestant
    suite: str
    judge: Contestant | None
    count: Count
    failure: str | None = None
    """Why it could not be finished, in one line."""


Watch = Callable[[Evaluation], None]
"""Called from any thread, after every commit."""


def evaluate(
    store: Store,
    entrants: Sequence[Entrant],
    suites: Sequence[tuple[Suite, Loaded]],
    options: Options,
    *,
    judge: Entrant | None = None,
    workers: Workers | None = None,
    watch: Watch = lambda _: None,
) -> list[Evaluation]:
    """Ask every entrant what it has not answered of every suite, read the replies, and have a judge read them too.

    Each batch is committed with its readings before the next is asked, so that a crash costs one batch in flight. A model that
    cannot be loaded, answers nothing, or may not be judged by this judge, is told in `failure`, and the others go on.

    Args:
        store: of the facts; this process alone writes it.
        entrants: whom to ask.
        suites: what to ask, each with its questions.
        options: how much of it.
        judge: who reads the replies, too; it runs in this process, once all have answered.
        workers: processes that load and ask the models; without them this one does. It asks in any case what runs elsewhere,
            what is on a GPU that is named, and what cannot be sent to another process.
        watch: told how far each evaluation is.

    Raises:
        EvaluationError: a suite needs a judge, has no such task, or more than `max_errors` of the probes of a model failed.
        KeyboardInterrupt: after the batches in flight were committed.
    """
    for suite, _ in suites:
        _check(suite, options, judge)
    store.add_contestants(entrant.contestant for entrant in (*entrants, *([judge] if judge else [])))
    run = _Run(store, suites, options, watch)
    done = run.answers(entrants, workers)
    return done + (run.verdicts(OwnModel(judge), entrants, done) if judge else [])


def _check(suite: Suite, options: Options, judge: Entrant | None) -> None:
    for task in options.tasks:
        if task not in suite.tasks:
            raise EvaluationError(f"suite {suite.name}: has no task {task!r}; it has {', '.join(suite.tasks)}")
    if suite.judged == "always" and judge is None:
        raise EvaluationError(
            f"suite {suite.name}: its answers can only be read by a judge; name one, such as --judge organisation/model"
        )


class _Run:
    """One call of `evaluate`."""

    def __init__(self, store: Store, suites: Sequence[tuple[Suite, Loaded]], options: Options, watch: Watch) -> None:
        self._store = store
        self._suites = suites
        self._options = options
        self._watch = watch
        self._stop = threading.Event()

    def answers(self, entrants: Sequence[Entrant], workers: Workers | None) -> list[Evaluation]:
        """Every entrant on every suite: all endpoints at once, and as many models as there are workers.

        Without workers, as many models side by side as the machine and its memory bear, each asked by a thread.
        """
        away = [one for one in entrants if workers and is_for_workers(one)]
        sizes = [one.memory_bytes for one in entrants if one not in away and not one.contestant.is_endpoint]
        places = _places(sizes, self._options.memory_bytes)
        turns = threading.Semaphore(places)
        jobs = [partial(self._answers_of, one, places, turns) for one in entrants if one not in away]
        if not workers or not away:
            return self._in_threads(len(jobs), jobs)
        pool = WorkerPool(workers, [one.contestant.id for one in away], self._stop)
        with closing(pool):
            jobs += [partial(self._answers_by, pool, one) for one in away]
            return self._in_threads(len(jobs), jobs, halt=pool.halt)

    def verdicts(self, judge: OwnModel, entrants: Sequence[Entrant], answered: Sequence[Evaluation]) -> list[Evaluation]:
        """The judge on every entrant's answers to every suite that is judged."""
        failed = {(one.contestant.id, one.suite) for one in answered if one.failure}

        def judge_all() -> list[Evaluation]:
            return [
                self._verdicts_on(judge, entrant, suite, loaded)
                for entrant in entrants
                for suite, loaded in self._suites
                if suite.judged != "never" and (entrant.contestant.id, suite.name) not in failed and not self._stop.is_set()
            ]

        return self._in_threads(1, [judge_all])

    def _in_threads(
        self, threads: int, jobs: Sequence[Callable[[], list[Evaluation]]], halt: Callable[[], None] = lambda: None
    ) -> list[Evaluation]:
        """Do the jobs. When one fails, or the user stops them, the others commit the batch that they are at, and end."""
        with ThreadPoolExecutor(max(1, threads)) as executor:
            begun = [executor.submit(job) for job in jobs]
            try:
                return [evaluation for job in as_completed(begun) for evaluation in job.result()]
            except BaseException:
                self._stop.set()
                for waiting in begun:
                    waiting.cancel()
                halt()
                raise

    def _answers_of(self, entrant: Entrant, places: int, turns: threading.Semaphore) -> list[Evaluation]:
        with nullcontext() if entrant.contestant.is_endpoint else turns:
            if entrant.memory_bytes and not self._stop.is_set():
                _share_cores(places)
            return self._answers_to_all(OwnModel(entrant), entrant)

    def _answers_by(self, pool: WorkerPool, entrant: Entrant) -> list[Evaluation]:
        try:
            return self._answers_to_all(WorkersModel(entrant, pool), entrant)
        finally:
            pool.dismiss(entrant.contestant.id)

    def _answers_to_all(self, model: Respondent, entrant: Entrant) -> list[Evaluation]:
        return [self._answers_to(model, entrant, *suite) for suite in self._suites if not self._stop.is_set()]

    def _answers_to(self, model: Respondent, entrant: Entrant, suite: Suite, loaded: Loaded) -> Evaluation:
        contestant = model.contestant
        questions = self._questions(suite, loaded, entrant)
        left = self._store.evaluations.unread(suite.name, loaded.edition, contestant.id, method_version=method.VERSION)
        unread = {*left.unanswered, *left.replies}
        inquiries = contestant_inquiries([one for one in questions if one.id in unread], contestant, suite)
        return self._make(model, Evaluation(contestant, suite.name, None, Count(len(questions))), loaded.edition, inquiries)

    def _verdicts_on(self, judge: OwnModel, entrant: Entrant, suite: Suite, loaded: Loaded) -> Evaluation:
        by, contestant = judge.contestant, entrant.contestant
        questions = self._questions(suite, loaded, entrant)
        unread = self._store.evaluations.unread(
            suite.name, loaded.edition, contestant.id, judge=by.id, method_version=method.VERSION
        )
        replies = self._both_turns(questions, unread.replies, contestant)
        inquiries = judge_inquiries(questions, replies, contestant, by, suite)
        evaluation = Evaluation(contestant, suite.name, by, Count(len(questions)))
        try:
            if inquiries:
                check_judge(by, judge.load().capabilities, contestant)
        except (SettingsError, LoadError) as error:
            return replace(evaluation, failure=str(error))
        return self._make(judge, evaluation, loaded.edition, inquiries)

    def _both_turns(
        self, questions: Sequence[Question], replies: Mapping[str, Reply], contestant: Contestant
    ) -> dict[str, Reply]:
        """Question id -> the reply that is given, with what is known of its second turn."""
        answered = [question for question in questions if question.id in replies]
        first = {question.probe.key: replies[question.id] for question in answered}
        known = partial(self._store.replies, contestant.id)
        complete, _ = both_turns([question.probe for question in answered], first, known)
        return {question.id: complete[question.probe.key] for question in answered}

    def _questions(self, suite: Suite, loaded: Loaded, entrant: Entrant) -> list[Question]:
        """What is asked, and in the store."""
        wanted = {"tasks": self._options.tasks, "limit": self._options.limit, "settings": entrant.contestant.settings}
        questions = chosen(loaded.questions, audience=entrant.audience, **wanted)
        self._store.evaluations.add_questions(suite.name, loaded.edition, question_records(questions))
        return questions

    def _make(self, model: Respondent, evaluation: Evaluation, edition: str, inquiries: Sequence[Inquiry]) -> Evaluation:
        count = evaluation.count
        count.done = count.total - sum(inquiry.questions for inquiry in inquiries)
        self._watch(evaluation)
        if not inquiries:
            return evaluation
        who = model.contestant
        asker = Asker(self._store, who.id, who.reference, model.ask_all, self._options.max_errors, self._stop)
        with self._logged(model, evaluation, edition) as ended:
            try:
                asker.make(inquiries, count, lambda _: self._watch(evaluation))
            except (LoadError, ModelEnded, PluginError, UnansweredError) as error:
                ended.append(str(error))
                return replace(evaluation, failure=str(error))
        return evaluation

    @contextmanager
    def _logged(self, model: Respondent, evaluation: Evaluation, edition: str) -> Iterator[list[str]]:
        """Tell the store's log when the evaluation begins and ends; whoever is inside may add why."""
        identifier, reason = uuid.uuid4().hex, list[str]()
        judge = evaluation.judge.id if evaluation.judge else ""
        who = (evaluation.suite, edition, evaluation.contestant.id, judge)
        self._store.evaluations.begin(
            EvaluationRecord(identifier, *who, self._options.arguments, _versions(), model.endpoint())
        )
        try:
            yield reason
        except BaseException as error:
            reason.append(str(error) if isinstance(error, ArenaError) else one_line(error))
            raise
        finally:
            ended = "stopped" if self._stop.is_set() else "finished"
            self._store.evaluations.end(identifier, reason[0] if reason else ended, model.endpoint())


def _places(sizes: Sequence[int], memory_bytes: float) -> int:
    """How many models of these sizes answer side by side, each with its share of the cores."""
    largest = sorted(sizes, reverse=True)[: this_machine().workers()] if sizes else []
    return len(largest) if largest and sum(largest) <= memory_bytes else 1


def _share_cores(workers: int) -> None:
    # Imported here because it takes seconds. More threads than cores make everything slower.
    import torch  # noqa: PLC0415

    torch.set_num_threads(max(1, cores() // workers))


def _versions() -> dict[str, str]:
    return {"arena": __version__, "python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}
