"""What came of evaluations: for the terminal and for pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from arena.contestants import Contestant
from arena.errors import EvaluationError
from arena.evaluation.corrections import EVENTS, Correction, corrections
from arena.evaluation.older_answers import notice, read_anew
from arena.evaluation.views import define_views, define_views_of_all
from arena.images import Picture
from arena.metrics import Difference, Estimate, Metric, Unit, differences, estimates
from arena.probes import Outcome
from arena.store import AnswerRecord, Cost, Evaluated, QuestionRecord, Store
from arena.suites.folder_suite import folder_suite, is_folder_suite
from arena.suites.registry import all_suites, is_file, read_suite
from arena.suites.suite import Suite, code_of
from arena.tasks.reading import likeliest

FAILED = (Outcome.WRONG, Outcome.REFUSED, Outcome.UNPARSEABLE)
"""Outcomes that are the contestant's own doing."""

HEADLINES = 5
"""Metrics that are told where there is no room for all; suites name those that matter most first."""

T = TypeVar("T")


@dataclass(frozen=True)
class SuiteResults:
    """A suite that somebody was asked, at its last edition."""

    suite: Suite
    edition: str
    judges: tuple[str, ...]
    """Contestant ids of the judges who read answers to it; '' stands for the rules."""
    contestants: tuple[Contestant, ...]
    """Who answered it, in the order of their names."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Rates, then what is derived from them."""
        return _metrics(self.suite)


@dataclass(frozen=True)
class Failure:
    """One question that a contestant answered wrongly, refused or answered unreadably."""

    question: QuestionRecord
    answer: str
    """What it wrote; the option that it found likeliest where it writes nothing."""
    outcome: Outcome | None
    facts: Mapping[str, Any]

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """What it was shown."""
        return self.question.probe.images

    @property
    def slices(self) -> Mapping[str, str]:
        """Where the question belongs, such as `{"category": "kitchen"}`."""
        return self.question.slices


class Results:
    """The numbers of a store; kept until an answer is read or labelled. Judge '' stands for the rules."""

    def __init__(self, store: Store, suites: Mapping[str, Suite] | None = None) -> None:
        """The numbers of some suites, by default of all that ship or are installed.

        What an older version of the method has read of them is read anew first, where the replies suffice.

        Raises:
            PluginError: the view of one of `suites` is not valid.
        """
        self._store = store
        if suites is None:
            suites = define_views_of_all(store)
        else:
            define_views(store, suites.values())
        self._suites = suites
        people = {one.suite for one in store.evaluations.evaluated() if is_folder_suite(one.suite)}
        read_anew(store, (*suites.values(), *map(folder_suite, people)))
        self._revision: object = None
        self._kept: dict[tuple[Any, ...], Any] = {}

    def contestants(self) -> dict[str, Contestant]:
        """id -> contestant, of all that the store knows."""
        return self._store.contestants()

    def suites(self) -> list[SuiteResults]:
        """Every suite that was put to somebody, in the order given; then people's own pairs, one suite a source."""
        known, withdrawn = self.contestants(), self._store.submissions.withdrawn()
        found: list[SuiteResults] = []
        asked_of = sorted({one.suite for one in self.once(self._store.evaluations.evaluated)})
        for suite in (*self._suites.values(), *map(folder_suite, filter(is_folder_suite, asked_of))):
            read = self.evaluated(suite.name)
            if read:
                judges = sorted({one.judge for one in read})
                names = {one.contestant_id for one in read} - withdrawn
                asked = {name: known[name] for name in names if name in known}
                ordered = sorted(asked.values(), key=lambda contestant: contestant.reference)
                found.append(SuiteResults(suite, read[-1].edition, tuple(judges), tuple(ordered)))
        return found

    def suite(self, name: str) -> Suite:
        """The suite of that name.

        Raises:
            EvaluationError: there is none; the message names those that there are.
        """
        return suite_named(name, self._suites)

    def evaluated(self, suite_name: str) -> list[Evaluated]:
        """Who answered the last edition of a suite, and how far; once for each who read it, the last reading last.

        Rules alone tell nothing of suites that only a judge can read, so there their readings are left out.
        """
        suite = self.suite(suite_name)
        rules_count = suite.judged != "always"
        known = self.once(self._store.evaluations.evaluated)
        read = [one for one in known if one.suite == suite_name and code_of(one.edition) == suite.code]
        return [one for one in read if one.edition == read[-1].edition and (one.judge or rules_count)]

    def left_out(self, suite_name: str, contestant_id: str, judge: str = "") -> str:
        """One line about answers that an older version of the method has read, and that count nowhere; empty without any."""
        known = self.contestants()
        read = [one for one in self.evaluated(suite_name) if (one.contestant_id, one.judge) == (contestant_id, judge)]
        return notice(read, known[contestant_id].reference) if contestant_id in known else ""

    def estimates(self, suite_name: str, contestant_id: str, judge: str = "") -> list[Estimate]:
        """Every metric of one contestant in every slice, with intervals; empty where it was not asked."""
        return self.once(self._estimates, suite_name, contestant_id, judge)

    def corrections(self, suite_name: str, contestant_id: str, judge: str = "") -> dict[tuple[str, str], Correction]:
        """(metric, slice) -> what a rate of one contestant comes to, of those that rest on how the rules read requests.

        What a judge read is not corrected.
        """
        return {} if judge else self.once(self._corrections, suite_name, contestant_id)

    def headlines(self, suite_name: str, contestant_id: str, judge: str = "") -> list[Estimate]:
        """The first metrics of the whole suite that the contestant has."""
        return [one for one in self.estimates(suite_name, contestant_id, judge) if not one.slice][:HEADLINES]

    def table(
        self,
        suite_name: str,
        metric: str,
        slice: str = "",  # noqa: A002 as units call it
        judge: str = "",
    ) -> list[tuple[Contestant, Estimate]]:
        """One metric in one slice of everybody who has it, best first."""
        known, withdrawn = self.contestants(), self._store.submissions.withdrawn()
        rows = [
            (known[one.contestant_id], estimate)
            for one in self.evaluated(suite_name)
            if one.judge == judge and one.contestant_id in known and one.contestant_id not in withdrawn
            for estimate in self.estimates(suite_name, one.contestant_id, judge)
            if (estimate.metric, estimate.slice) == (metric, slice)
        ]
        lowest_first = any((one.name, one.best) == (metric, "low") for one in _metrics(self.suite(suite_name)))

        def place(row: tuple[Contestant, Estimate]) -> tuple[bool, float, str]:
            value = row[1].value
            return value is None, (value or 0.0) * (1 if lowest_first else -1), row[0].reference

        return sorted(rows, key=place)

    def differences(self, suite_name: str, first_id: str, second_id: str, judge: str = "") -> list[Difference]:
        """The first contestant minus the second in every metric and slice, on the items that both answered."""
        return self.once(self._differences, suite_name, first_id, second_id, judge)

    def failures(
        self, contestant_id: str, suite_name: str, limit: int = 20, offset: int = 0, judge: str = ""
    ) -> tuple[int, list[Failure]]:
        """How many questions the contestant failed, and a page of them by item."""
        outcomes = [outcome.value for outcome in FAILED]
        edition = self._edition(suite_name)
        total, page = self._store.evaluations.answers(
            suite_name, edition, contestant_id, judge=judge, outcomes=outcomes, limit=limit, offset=offset
        )
        return total, [Failure(one.question, _said(one), one.outcome, one.facts) for one in page]

    def answers(self, suite_name: str, contestant_id: str, judge: str = "") -> list[AnswerRecord]:
        """Everything the contestant answered, as the judge or the rules read it; its pictures have nothing to show."""
        edition = self._edition(suite_name)
        return self._store.evaluations.answers(suite_name, edition, contestant_id, judge=judge, with_images=False)[1]

    def units(self, suite_name: str, contestant_id: str, judge: str = "") -> list[Unit]:
        """What each item adds to each metric of one contestant."""
        suite, edition = self.suite(suite_name), self._edition(suite_name)
        rows = self._store.evaluations.units(suite.view.name, suite.name, edition, contestant_id, judge=judge)
        return [Unit(*row) for row in rows]

    def costs(self, suite_name: str) -> dict[str, Cost]:
        """Contestant id -> what answers to the last edition of a suite cost it."""
        return self._store.evaluations.costs(suite_name, self._edition(suite_name))

    def revision(self) -> str:
        """Another one whenever an answer was read or labelled."""
        return f"{self._store.evaluations.revision()} {self._store.labels.revision()}"

    def once(self, compute: Callable[..., T], *arguments: str) -> T:
        """What was computed before, unless an answer was read or labelled since.

        Args:
            compute: a function of the arguments and of what is stored; no two that are given here have one name.
            arguments: of it.
        """
        revision = self.revision()
        if revision != self._revision:
            self._revision, self._kept = revision, {}
        kept, key = self._kept, (compute.__name__, *arguments)  # another thread may begin to keep newer numbers meanwhile
        if key not in kept:
            kept[key] = compute(*arguments)
        return kept[key]

    def _estimates(self, suite_name: str, contestant_id: str, judge: str) -> list[Estimate]:
        suite = self.suite(suite_name)
        units = self.units(suite_name, contestant_id, judge)
        rates = estimates(units, suite.metrics, suite.derived)
        return rates + (suite.beyond_rates(units) if suite.beyond_rates and units else [])

    def _differences(self, suite_name: str, first_id: str, second_id: str, judge: str) -> list[Difference]:
        suite = self.suite(suite_name)
        sides = [self.units(suite_name, contestant_id, judge) for contestant_id in (first_id, second_id)]
        return differences(sides[0], sides[1], suite.metrics, suite.derived)

    def _corrections(self, suite_name: str, contestant_id: str) -> dict[tuple[str, str], Correction]:
        suite = self.suite(suite_name)
        if suite.view.name not in EVENTS:
            return {}
        read, units = self.estimates(suite_name, contestant_id), self.units(suite_name, contestant_id)
        answers, labels = self.answers(suite_name, contestant_id), self._store.labels.of(contestant_id)
        return corrections(suite, read, units, answers, labels)

    def _edition(self, suite_name: str) -> str:
        read = self.evaluated(suite_name)
        return read[-1].edition if read else ""


def suite_named(name: str, suites: Mapping[str, Suite] | None = None) -> Suite:
    """The suite of that name, or in the file of Python of that name.

    Args:
        name: what people call it.
        suites: among which it is looked for; by default all that ship or are installed.

    Raises:
        EvaluationError: there is none; the message names those that there are.
        PluginError: the file cannot be used.
    """
    if is_file(name):
        return read_suite(Path(name))
    suites = all_suites() if suites is None else suites
    if is_folder_suite(name):
        return folder_suite(name)
    if name not in suites:
        raise EvaluationError(f"suite {name!r}: is unknown; there are {', '.join(suites) or 'none'}")
    return suites[name]


def _metrics(suite: Suite) -> tuple[Metric, ...]:
    return (*suite.metrics, *(formula.metric for formula in suite.derived))


def _said(answer: AnswerRecord) -> str:
    if answer.text is not None:
        return answer.text
    options = answer.question.probe.options
    if not answer.logprobs or len(answer.logprobs) != len(options):
        return ""
    return likeliest(options, answer.logprobs) or "cannot tell them apart"
