"""Puts an arena together from settings: the store, the models, the pairs."""

import logging
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial

from arena.battles import Arena
from arena.battles.autoplay import Autoplay
from arena.battles.older_battles import read_anew
from arena.battles.requests import most_requests, small_question
from arena.battles.scoring import ELO_RULE
from arena.contestants import Contestant
from arena.errors import ArenaError
from arena.logs import start_log
from arena.models import EndpointPool, Entry, ModelPool, Pools, RequestBudget, memory_budget, this_machine
from arena.outbox import outbox_of
from arena.pairs import MinimalPair
from arena.roster import Roster, gather, is_foreign, register
from arena.settings import Settings, make_home
from arena.store import Progress, Store, cluster_address
from arena.suites.starter import starter_pairs
from arena.worker.newcomers import Newcomers, foreign_entry
from arena.worker.worker_process import WorkerProcess

SECONDS_A_LINE = 3.0
ENDPOINTS_LATER = 16
"""Endpoints that may be listed while an arena runs."""

log = logging.getLogger(__name__)


def progress_lines() -> Progress:
    """Tells on standard error how far long work is: a line every few seconds, and none of what takes less."""
    told_at = time.monotonic()

    def tell(work: str, done: int, total: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at > SECONDS_A_LINE:
            told_at = time.monotonic()
            print(f"arena: {work}: {done:,} of {total:,}", file=sys.stderr, flush=True)  # noqa: T201

    return tell


@contextmanager
def open_store(settings: Settings, progress: Progress | None = None) -> Iterator[Store]:
    """The facts of an arena, for reading its board or writing to it, with its log started, and older battles read anew.

    Beside other processes of the home, too: see `Store.open`.
    """
    outbox = outbox_of(settings)
    if outbox is not None:
        make_home(settings.home)
        start_log(settings.home)  # what is fetched is told there
    with Store.open(
        settings.home,
        ELO_RULE,
        accepted_loss=settings.accepted_loss,
        progress=progress or progress_lines(),
        cluster=cluster_address(settings.database, settings.data_path),
        keeper=outbox,
    ) as store:
        start_log(settings.home)
        store.once_open(partial(read_anew, store))
        yield store


@contextmanager
def open_arena(settings: Settings, *, at_once: bool = False) -> Iterator[tuple[Arena, tuple[str, ...]]]:
    """A running arena, and one line for each model that cannot take part.

    Models load in the background; the first questions wait for the models that they need. Models of others that were never
    loaded here are loaded first in a process with limits. A server follows what is listed and withdrawn, too, and starts a
    worker beside itself where the settings say so.

    Args:
        settings: of the arena.
        at_once: whether models of others come later, as for a server; else all are there.

    Raises:
        StoreError: the folder cannot be used, or another process uses it.
        SuiteError: the pairs that ship are damaged.
    """
    budget = RequestBudget(settings.home, settings.endpoint_requests_a_day)
    with open_store(settings) as store:
        roster, unknown = _roster(settings, budget)
        pairs = starter_pairs()
        store.once_open(partial(store.add_pairs, pairs))
        with closing(ModelPool(memory_budget(settings.memory_gigabytes), workers=this_machine().workers())) as pool:
            contestants = register(roster, pool)
            store.once_open(partial(store.add_contestants, contestants.values()))
            pool.warm()
            with closing(_endpoints(roster, settings, budget, pairs)) as endpoints:
                models = Pools(pool, endpoints)
                with closing(
                    Arena(store, models, contestants, pairs, accepts=settings.accepts, oldest_board=settings.board_seconds)
                ) as arena:
                    problems = list(roster.problems)
                    tell = _tell_left_out if at_once else problems.append
                    newcomers = Newcomers(arena, pool, endpoints, settings, budget, unknown, tell)
                    newcomers.enter_known()
                    if not at_once:
                        newcomers.enter_all()
                    worker = WorkerProcess(settings.home)
                    autoplay = Autoplay(arena, without=() if settings.autoplay_endpoints else endpoints)
                    if settings.autoplay:
                        autoplay.start()
                    if at_once:
                        newcomers.start()
                    if at_once and settings.submissions == "here":
                        worker.start()
                    try:
                        yield arena, tuple(problems)
                    finally:
                        worker.stop()  # first, as it writes through this process
                        newcomers.stop()
                        endpoints.close()  # before all others, which would wait for its answers
                        autoplay.stop()


def _roster(settings: Settings, budget: RequestBudget) -> tuple[Roster, tuple[str, ...]]:
    """Who takes part from the start, and references of models of others that were never loaded here."""
    foreign = [reference for reference in settings.models if is_foreign(reference)]
    own = tuple(reference for reference in settings.models if reference not in foreign)
    roster = gather(replace(settings, models=own), budget)
    entries: list[Entry] = list(roster.entries)
    problems, unknown = list(roster.problems), []
    for reference in dict.fromkeys(foreign):
        try:
            entry = foreign_entry(reference, settings, known=True)
        except ArenaError as error:
            problems.append(str(error))
            log.exception("a model cannot take part")
        else:
            entries.extend([entry] if entry else [])
            unknown.extend([] if entry else [reference])
    return Roster(tuple(entries), tuple(problems)), tuple(unknown)


def _tell_left_out(problem: str) -> None:
    print(f"arena: left out: {problem}", file=sys.stderr, flush=True)  # noqa: T201


def allowances(settings: Settings, contestants: Iterable[Contestant]) -> list[str]:
    """What the operator should know of endpoints before strangers come: a line for each, with its requests."""
    budget = RequestBudget(settings.home, settings.endpoint_requests_a_day)
    return [
        f"{one.reference}: is an endpoint; battles may send it {budget.rest(one)} of {budget.a_day} requests today (UTC), "
        "as ARENA_ENDPOINT_REQUESTS_A_DAY says"
        for one in contestants
        if one.is_endpoint
    ]


def _endpoints(roster: Roster, settings: Settings, budget: RequestBudget, pairs: Sequence[MinimalPair]) -> EndpointPool:
    """Those of the roster that run elsewhere, each asked one small question in the background."""
    pool = EndpointPool(
        [(entry.contestant, entry.load) for entry in roster.entries if entry.contestant.is_endpoint],
        budget,
        battle_requests=most_requests(pairs),
        small_question=small_question(pairs),
        seconds=2 * settings.endpoint_seconds,  # one batch may be under way before that of the battle
        more=ENDPOINTS_LATER if settings.submission_endpoints else 0,
    )
    pool.warm()
    return pool
