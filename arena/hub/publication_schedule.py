"""Publications that a running arena makes by itself, once a day."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from huggingface_hub import HfApi

from arena.errors import ArenaError
from arena.hub.publication import PublicationOrder, publish
from arena.hub_client import limit_time
from arena.settings import Settings
from arena.store import Store

log = logging.getLogger(__name__)

DAY = timedelta(days=1)
FIRST = timedelta(minutes=10)
"""After the start, so that visitors and models come first."""
AGAIN = timedelta(minutes=30)
"""After a publication that failed."""


def publication_order(settings: Settings) -> PublicationOrder | None:
    """Where a server publishes; None where its settings name no dataset."""
    return PublicationOrder(settings.publish, settings.embargo_days) if settings.publish else None


@contextmanager
def published_daily(
    store: Store, order: PublicationOrder | None, first: timedelta = FIRST, every: timedelta = DAY
) -> Iterator[None]:
    """Publish in the background for as long as the block lasts. What fails is one line in the log, and is tried again.

    Args:
        store: whose facts they are.
        order: where to; None for nowhere.
        first: until the first publication.
        every: between two of them.
    """
    if order is None:
        yield
        return
    limit_time()
    ended = threading.Event()
    thread = threading.Thread(
        target=_keep_publishing, args=(store, order, ended, first, every), name="publication", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        ended.set()  # one that is under way may be cut off: the next one goes on
        thread.join(timeout=2)


def _keep_publishing(store: Store, order: PublicationOrder, ended: threading.Event, first: timedelta, every: timedelta) -> None:
    wait = first
    while not ended.wait(wait.total_seconds()):
        try:
            done = publish(HfApi(), store, order)
            log.info("published: %d battles more in %s", done.battles, done.address)
            wait = every
        except ArenaError as error:
            log.warning("not published: %s", error)
            wait = min(AGAIN, every)
        except Exception:
            log.exception("not published")
            wait = min(AGAIN, every)
