"""A small suite, and models that are functions and remember what they were asked."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

from arena.contestants import Contestant
from arena.evaluation.entrants import Entrant
from arena.evaluation.evaluate import Evaluation, Options, evaluate
from arena.evaluation.results import Estimate, Results
from arena.metrics import Metric
from arena.models import Capabilities
from arena.probes import Probe, Reply
from arena.store import Store
from arena.suites.suite import Loaded, Question, Suite, View
from arena.tasks import cultural_response

VIEW = View(
    "tiny_units",
    """
    SELECT suite, edition, contestant_id, judge, 'accuracy' AS metric,
           slice, item, family, count(*) FILTER (outcome = 'correct') AS hits, count(*) AS total
    FROM (SELECT *, unnest(['', 'side=' || (slices ->> 'side')]) AS slice FROM arena.answers)
    WHERE outcome NOT IN ('error', 'not_applicable') GROUP BY ALL
    UNION ALL
    SELECT suite, edition, contestant_id, judge, 'awareness', '', item, family, (facts ->> 'awareness' = 'yes')::INTEGER, 1
    FROM arena.answers WHERE facts ->> 'awareness' IN ('yes', 'no')
    """,
)
METRICS = (Metric("accuracy", "Accuracy", chance=0.5), Metric("awareness", "Awareness"), Metric("slips", "Slips", best="low"))


def choice(number: int, audience: Literal["all", "writers", "scorers"] = "all") -> Question:
    """Whose right answer is A where `number` is even."""
    probe = Probe(
        task="caption_choice",
        cell="image0/captions01",
        template="caption_choice/1",
        images=(),
        prompt=f"Nr. {number}: A or B?",
        captions=("a pot", "a pan"),
        options=("A", "B"),
        expected="AB"[number % 2],
    )
    sides = {"side": "safe" if number % 3 else "unsafe"}
    return Question(f"item{number}", f"family{number // 2}", probe, sides, audience=audience)


def norm(number: int) -> Question:
    """A free question that only a judge can read."""
    probe = cultural_response.probe("text", f"May I do nr. {number}?", ())
    gold = {"norm": "Not on Sundays.", "country": "Nowhere", "item": "a bell"}
    return Question(f"norm{number}", f"norm{number}", probe, {"side": "safe"}, gold)


def loaded(count: int = 20) -> Loaded:
    return Loaded(tuple(choice(number) for number in range(count)))


def suite(given: Loaded | None = None, name: str = "tiny", judged: Literal["never", "optional", "always"] = "never") -> Suite:
    given = given or loaded()
    return Suite(
        name=name,
        title="Tiny",
        summary="",
        home="",
        hub=None,
        licence="",
        citation="",
        tasks=tuple(dict.fromkeys(question.probe.task for question in given.questions)),
        counts={},
        defects=(),
        load=lambda _: given,
        view=VIEW,
        metrics=METRICS,
        judged=judged,
    )


class FunctionModel:
    """Answers each probe as a function says, and remembers the batches it was given."""

    memory_bytes = 0

    def __init__(
        self, name: str = "model", respond: Callable[[Probe], Reply] = lambda _: Reply("A"), *, writes_text: bool = True
    ) -> None:
        self.contestant = Contestant(f"tests/{name}", "0" * 40, "function")
        self.capabilities = Capabilities(2, writes_text, scores_options=True)
        self.respond = respond
        self.batches: list[list[str]] = []
        self.loads = 0

    @property
    def asked(self) -> list[str]:
        return [key for batch in self.batches for key in batch]

    def answer(self, probes: Sequence[Probe]) -> list[Reply]:
        self.batches.append([probe.key for probe in probes])
        return [self.respond(probe) for probe in probes]

    def entrant(self) -> Entrant:
        def load() -> FunctionModel:
            self.loads += 1
            return self

        return Entrant(self.contestant, "writers" if self.capabilities.writes_text else "scorers", 0, load)


def number_of(probe: Probe) -> int:
    return int(probe.prompt.partition("r. ")[2].rstrip("?").partition(":")[0])


def knowing(share: int) -> Callable[[Probe], Reply]:
    """Right on every question but each `share`-th."""

    def respond(probe: Probe) -> Reply:
        wrong = number_of(probe) % share == 0
        return Reply("AB"[(number_of(probe) + wrong) % 2])

    return respond


def with_probe(question: Question, **changes: object) -> Question:
    return replace(question, probe=replace(question.probe, **changes))


TINY = loaded()


def run(
    store: Store,
    *models: FunctionModel,
    given: Loaded = TINY,
    judge: FunctionModel | None = None,
    judged: Literal["never", "optional", "always"] = "never",
    watch: Callable[[Evaluation], None] = lambda _: None,
    **options: Any,
) -> list[Evaluation]:
    """Evaluate models, which are functions, on one small suite."""
    entrants = [model.entrant() for model in models]
    pair = (suite(given, judged=judged), given)
    return evaluate(store, entrants, [pair], Options(**options), judge=judge and judge.entrant(), watch=watch)


def accuracy(store: Store, model: FunctionModel, given: Loaded = TINY, judge: str = "") -> list[Estimate]:
    """Of the whole suite first, then of its slices."""
    shown = Results(store, {"tiny": suite(given)})
    return [one for one in shown.estimates("tiny", model.contestant.id, judge) if one.metric == "accuracy"]


def probe_of(given: Loaded, key: str) -> Probe:
    return next(question.probe for question in given.questions if question.probe.key == key)
