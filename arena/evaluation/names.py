"""From what people write on a command line to suites, contestants and judges that there are numbers of."""

from collections.abc import Sequence
from pathlib import Path

from arena.contestants import Contestant
from arena.errors import EvaluationError
from arena.evaluation.results import Results
from arena.models import check_repository
from arena.models.backends import backend_entry
from arena.models.endpoint_reference import contestant_of_endpoint, is_endpoint
from arena.models.reference_options import LocalReference, local_reference
from arena.strategies import split
from arena.strategies.names import read_name
from arena.suites.suite import Suite


def contestants_named(results: Results, suite_name: str, references: Sequence[str], judge: str) -> list[Contestant]:
    """Those who answered a suite, by name; everybody who did where no name is given.

    Where a name fits several, such as commits of one repository, the one that was evaluated last is meant.

    Args:
        results: of the store.
        suite_name: of the suite.
        references: each a repository or the bare name of one, `organisation/name@commit` with at least the beginning of the
            commit, a local folder, each with its options, or an endpoint, each with its strategy after a `+`; or a contestant
            id.
        judge: contestant id of whoever read the answers; '' for the rules.

    Raises:
        EvaluationError: nobody of that name answered the suite; the message says how to change that.
        ArenaError: the folder holds no model, or the name of an endpoint cannot be read.
    """
    suite, known = results.suite(suite_name), results.contestants()
    asked = [known[one.contestant_id] for one in results.evaluated(suite_name) if one.judge == judge]
    if not asked or not references:
        if not asked:
            raise EvaluationError(_how_to_evaluate("nobody", suite, (*references, "all")[0], judged=bool(judge)))
        return sorted(asked, key=lambda contestant: contestant.reference)
    found: list[Contestant] = []
    for reference in references:
        meant = _called(reference, asked)
        if not meant:
            raise EvaluationError(_how_to_evaluate(reference, suite, reference, judged=bool(judge)))
        found.append(meant[-1])
    return found


def judge_named(results: Results, suite_name: str, reference: str | None) -> str:
    """Contestant id of the judge whose readings of a suite are meant; '' for the rules, where no judge is needed.

    Raises:
        EvaluationError: that judge read nothing, or the suite needs one and had none, or had several.
    """
    known = results.contestants()
    judges = {one.judge: known[one.judge] for one in results.evaluated(suite_name) if one.judge}
    names = ", ".join(judge.reference for judge in judges.values())
    if reference is not None:
        meant = _called(reference, list(judges.values()))
        if not meant:
            raise EvaluationError(
                f"--judge {reference}: read no answers to {suite_name}; "
                + (f"those who did are {names}" if names else "name it to arena evaluate first")
            )
        return meant[-1].id
    if results.suite(suite_name).judged != "always":
        return ""
    if len(judges) > 1:
        raise EvaluationError(f"suite {suite_name}: has readings of several judges; choose one with --judge: {names}")
    if not judges:
        raise EvaluationError(_how_to_evaluate("nobody", results.suite(suite_name), "MODEL", judged=True))
    return next(iter(judges))


def _called(reference: str, asked: Sequence[Contestant]) -> list[Contestant]:
    """Those whom a reference may mean, in the order given."""
    model, strategy = split(reference)
    under = str(read_name(strategy)) if strategy else ""
    return _called_so(model, [one for one in asked if one.strategy == under]) or [one for one in asked if one.id == reference]


def _called_so(reference: str, asked: Sequence[Contestant]) -> list[Contestant]:
    """Those whom a reference to a model means, under whatever strategy they are."""
    named = LocalReference(reference) if is_endpoint(reference) else local_reference(reference)
    repository, _, revision = named.repository.partition("@")
    found = [one for one in asked if repository in (one.repository, one.name) and one.revision.startswith(revision)]
    if not found and (entry := backend_entry(reference)):
        return [one for one in asked if one.base.id == entry.contestant.id]
    if not found and is_endpoint(reference):
        found = [one for one in asked if one.base.id == contestant_of_endpoint(reference).id]
    if not found and Path(named.repository).is_dir():
        report = check_repository(named.repository)
        found = [one for one in asked if (one.repository, one.revision) == (report.repository, report.revision)]
    if named.options:
        found = [one for one in found if _has(one, named)]
    return found


def _has(contestant: Contestant, named: LocalReference) -> bool:
    """Whether a contestant has the settings that options of a name ask for."""
    settings = contestant.settings
    if (settings.get("thinking"), settings.get("turns", 2)) != (named.thinking, named.turns):
        return False
    wanted = {name: getattr(named, name) for name in ("attention", "device", "dtype", "engine", "image_size")}
    usual = {"device": "cpu", "image_size": 0}
    return all(value is None or settings.get(name, usual.get(name)) == value for name, value in wanted.items())


def _how_to_evaluate(who: str, suite: Suite, model: str, *, judged: bool) -> str:
    judge = " --judge MODEL" if judged else ""
    asked = "nobody was asked yet" if who == "nobody" else f"{who!r} was not asked yet"
    return f"suite {suite.name}: {asked}; run: arena evaluate --model {model} --suite {suite.reference}{judge}"
