"""Who is evaluated: from what people write on a command line to contestants that can be loaded."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import product
from pathlib import Path

from arena.contestants import Contestant
from arena.errors import ArenaError, EvaluationError, RepositoryError, StrategyError
from arena.models import Entry, Model, backend_entry, best_device, check_repository, contestant_of, endpoint_entry, load
from arena.models.architectures import Kind
from arena.models.endpoint_reference import is_endpoint
from arena.roster import Roster, entry_of, gather, shipped
from arena.settings import Settings
from arena.strategies import NONE, constant_entry, entry_under, split, strategy_named
from arena.suites.suite import Audience, Suite
from arena.tasks import segmentation

log = logging.getLogger(__name__)

EVERYBODY = "all"
"""Stands for all contestants of this arena."""
AUDIENCES: Mapping[Kind, Audience] = {"generative": "writers", "contrastive": "scorers", "segmentation": "segmenters"}
"""Which questions of a suite are for which kind of model."""


@dataclass(frozen=True)
class Entrant:
    """A contestant to evaluate, not loaded yet."""

    contestant: Contestant
    audience: Audience
    """Which questions of a suite are for it."""
    memory_bytes: int
    """Memory of its weights once loaded here; 0 for an endpoint."""
    load: Callable[[], Model]


def entrants(references: Sequence[str], settings: Settings, strategies: Sequence[str] = ()) -> tuple[list[Entrant], list[str]]:
    """The contestants that are meant, each once, and one line for each that cannot take part: one of the two is never empty.

    Args:
        references: at least one; each `all`, the repository or the bare name of a contestant of this arena, a local folder,
            `organisation/name@commit` on the Hub, `mybackend:NAME`, or an endpoint, each with a strategy after a `+`, or a
            constant.
        settings: of the arena.
        strategies: under which each is meant, once for each, `none` among them; without any they are meant as they are named.
    """
    meant: dict[str, Entrant] = {}
    problems: list[str] = []
    roster = cache(partial(gather, settings))
    for reference in dict.fromkeys(references):
        try:
            model, own = split(reference)
            if own and strategies:
                raise StrategyError(f"{reference}: has a strategy already; leave out --strategy, or what follows the +")
            entries = _called(model, roster, settings)
        except ArenaError as error:
            problems.append(str(error))
            log.exception("a model cannot be evaluated")  # its reference may hold a secret; the error says who it is, without
            continue
        problems += roster().problems if model == EVERYBODY else ()
        for strategy, entry in product((own,) if own else strategies or (NONE,), entries):
            try:
                one = _entrant(_under(entry, strategy, settings))
            except ArenaError as error:
                problems.append(str(error))
                log.exception("a model cannot be evaluated under %s", strategy)
            else:
                meant[one.contestant.id] = one
    return list(meant.values()), problems


def entrant(reference: str, settings: Settings, option: str) -> Entrant:
    """The one contestant that an option such as `--judge` means.

    Args:
        reference: as those of `entrants`.
        settings: of the arena.
        option: how messages call it.

    Raises:
        EvaluationError: it cannot take part, or several are meant.
    """
    meant, problems = entrants([reference], settings)
    if len(meant) > 1:
        raise EvaluationError(f"{option} {reference}: means {len(meant)} models; name one of them")
    if not meant:
        raise EvaluationError(problems[0])
    return meant[0]


def entry_named(reference: str, settings: Settings) -> Entry:
    """The one model that `--model` means, without a strategy.

    Args:
        reference: as those of `entrants`, without a strategy.
        settings: of the arena.

    Raises:
        EvaluationError: nobody goes by that name, or several do.
        ArenaError: it cannot enter.
    """
    if split(reference)[1]:
        raise StrategyError(f"{reference}: has a strategy already; name the model without it")
    meant = _called(reference, cache(partial(gather, settings)), settings)
    if len(meant) > 1:
        raise EvaluationError(f"--model {reference}: means {len(meant)} models; name one of them")
    return meant[0]


def segmenter(reference: str, suites: Sequence[Suite]) -> Entrant:
    """The segmentation model whose masks are wanted beside the answers of others.

    Args:
        reference: a local folder, or `organisation/name@commit` on the Hub.
        suites: those that it is wanted for.

    Raises:
        EvaluationError: none of the suites has anything to segment.
        RepositoryError: it is no segmentation model, or cannot enter.
    """
    if not any(segmentation.NAME in suite.tasks for suite in suites):
        raise EvaluationError(f"--segmenter {reference}: no suite named here has masks; use it with --suite degradation")
    report = check_repository(shipped(reference), wanted="segmentation")
    contestant = contestant_of(report, device=best_device())
    return Entrant(contestant, AUDIENCES[report.kind], report.memory_bytes, partial(load, report, contestant))


def _called(reference: str, roster: Callable[[], Roster], settings: Settings) -> list[Entry]:
    """Those whom a reference without a strategy means.

    Raises:
        EvaluationError: nobody goes by that name, or nobody takes part.
        ArenaError: the folder cannot enter, or the endpoint cannot be asked.
    """
    if entry := constant_entry(reference) or backend_entry(reference):
        return [entry]
    if is_endpoint(reference):
        return [endpoint_entry(reference)]  # asks nothing yet, and says at once what is wrong with the name or the key
    known = roster().entries
    if reference == EVERYBODY:
        if not known and not roster().problems:
            raise EvaluationError(f"{EVERYBODY}: no model takes part in this arena; add one with ARENA_MODELS")
        return list(known)
    plain = [entry for entry in known if not entry.contestant.strategy]
    named = [entry for entry in plain if reference in (entry.contestant.repository, entry.contestant.name)]
    return named or [_stranger(reference, known, settings)]


def _under(entry: Entry, strategy: str, settings: Settings) -> Entry:
    """Raises ArenaError: the strategy is unknown, or not for this model."""
    return entry if strategy == NONE else entry_under(entry, strategy_named(strategy, settings.home))


def _stranger(reference: str, known: Sequence[Entry], settings: Settings) -> Entry:
    """A model that is no contestant of this arena."""
    try:
        return entry_of(shipped(reference), settings, best_device())
    except RepositoryError as error:
        if Path(reference).exists():
            raise
        names = ", ".join(entry.contestant.repository for entry in known) or "none"
        raise EvaluationError(f"{error} (contestants of this arena: {names})") from error


def _entrant(entry: Entry) -> Entrant:
    return Entrant(entry.contestant, AUDIENCES[entry.kind], entry.memory_bytes, entry.load)
