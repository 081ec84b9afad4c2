"""Puts an arena together from settings: the store, the models, the pairs."""

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from arena.battles import Arena
from arena.battles.autoplay import Autoplay
from arena.battles.older_battles import read_anew
from arena.battles.scoring import ELO_RULE
from arena.control import Answer, Control, ask
from arena.logs import start_log
from arena.models import ModelPool
from arena.operations import OPERATIONS, handlers
from arena.roster import gather, register
from arena.settings import Settings
from arena.store import Store
from arena.suites.starter import starter_pairs

log = logging.getLogger(__name__)


@contextmanager
def open_store(settings: Settings) -> Iterator[Store]:
    """The facts of an arena, for reading its board or writing to it, with its log started, and older battles read anew.

    Operators' commands reach whoever has it open: see `operate`.
    """
    with Store.open(settings.home, ELO_RULE, accepted_loss=settings.accepted_loss) as store:
        start_log(settings.home)
        with Control(settings.home, handlers(store)):
            read_anew(store)
            yield store


def operate(settings: Settings, command: str, **arguments: Any) -> Answer:
    """Carry an operator's command out, in the process that has the home open, or here where none has.

    Args:
        settings: name the home.
        command: one of `arena.operations.OPERATIONS`.
        arguments: what it needs; must be JSON.

    Raises:
        ArenaError: it failed; its one line is that of the operation.
    """
    answer = ask(settings.home, command, arguments)
    if answer is not None:
        return answer
    with open_store(settings) as store:
        return OPERATIONS[command](store, arguments)


@contextmanager
def open_arena(settings: Settings) -> Iterator[tuple[Arena, tuple[str, ...]]]:
    """A running arena, and one line for each model that cannot take part.

    Models load in the background; the first questions wait for the models that they need.

    Raises:
        StoreError: the folder cannot be used, or another process uses it.
        SuiteError: the pairs that ship are damaged.
    """
    with open_store(settings) as store:
        roster = gather(settings)
        pairs = starter_pairs()
        store.add_pairs(pairs)
        with closing(ModelPool(round(settings.memory_gigabytes * 2**30))) as pool:
            contestants = register(roster, pool)
            store.add_contestants(contestants.values())
            pool.warm()
            with closing(
                Arena(store, pool, contestants, pairs, accepts=settings.accepts, oldest_board=settings.board_seconds)
            ) as arena:
                autoplay = Autoplay(arena)
                if settings.autoplay:
                    autoplay.start()
                try:
                    yield arena, roster.problems
                finally:
                    autoplay.stop()
