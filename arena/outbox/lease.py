"""The lease of an outbox: who holds it may write, for a while, and nobody else.

It is a file in a small dataset. A commit on the commit that was read (`parent_commit`) is taken once, so of two copies that
want it one gets it. The holder counts from before it asks, and stops a tenth earlier than the lease ends; whoever waits counts
from when it saw the last renewal. Both use clocks that nobody sets, so the holder has stopped before another begins, whatever
their calendars say. Where the calendar says that the lease ended a whole lease ago, nobody waits: clocks that differ by more
than that would be needed to do harm.

Source: leases, C. Gray and D. Cheriton, SOSP 1989.
"""

import json
import logging
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import EntryNotFoundError, RepositoryNotFoundError

from arena.hub_client import CONFLICT
from arena.outbox.hub_failures import HubAway, hub_failures

log = logging.getLogger(__name__)

FILE = "lease.json"
KIND = "dataset"
RENEWALS = 3
"""Of a lease before it would end."""
LOOKS = 8
"""Of who waits, during one lease."""
SHARE_OF_USE = 0.9
"""Of a lease that its holder uses."""


@dataclass(frozen=True)
class Holder:
    """What the file says."""

    holder: str
    """Empty where it was given back."""
    epoch: int
    """Grows each time another one takes it."""
    seconds: float
    until: str


def _seconds_awake_or_not() -> float:
    """Of a clock that nobody sets, and that goes on while the machine sleeps, where it has one."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Lease:
    """One copy's part in it. `is_held` may be asked by any thread at any time, and asks nobody."""

    def __init__(self, api: HfApi, name: str, seconds: float, clock: Callable[[], float] = _seconds_awake_or_not) -> None:
        """Nothing is asked yet.

        Args:
            api: how the Hub is asked.
            name: of a dataset; made where it is missing.
            seconds: how long a lease lasts.
            clock: seconds that nobody sets.
        """
        self.holder = ""
        """Who this copy is; to be set before the first step."""
        self.epoch = 0
        """Of the lease that this copy had last."""
        self.last_error = ""
        self._api = api
        self._name = name
        self._place = f"ARENA_LEASE: {name}"
        self._seconds = seconds
        self._clock = clock
        self._lowest_epoch = 1
        self._until = float("-inf")
        self._read: tuple[str, Holder | None] = ("", None)
        """Commit, and what it says."""
        self._seen_at = float("-inf")
        """When that commit was seen first."""
        self._stepping = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_held(self) -> bool:
        """Whether this copy may write."""
        return self._clock() < self._until

    @property
    def is_of_another(self) -> bool:
        """Whether somebody else had it at the last look."""
        found = self._read[1]
        return found is not None and found.holder not in ("", self.holder)

    def start(self) -> None:
        """Renew it from now on, or wait for it."""
        self._thread = threading.Thread(target=self._repeat, name="outbox-lease", daemon=True)
        self._thread.start()

    def stop(self, patience: float, *, gives_back: bool = True) -> None:
        """Renew it no more, and give it back, or let it end by itself. Safe to call twice."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(patience)
            if self._thread.is_alive():
                return
            self._thread = None
        if gives_back and self.is_held:
            self._until = float("-inf")
            try:
                with self._stepping:
                    self._commit(Holder("", self.epoch, self._seconds, _moment(0)), self._read[0])
            except HubAway as error:
                log.info("the lease ends by itself: %s", error)

    def step(self) -> None:
        """Take it, renew it, or look who has it.

        Raises:
            HubAway: the Hub could not be asked; what is held stays held until it ends.
        """
        with self._stepping:
            began = self._clock()
            head, found = self._look()
            is_ours = found is not None and found.holder == self.holder
            if not is_ours and found is not None and not self._has_ended(found):
                self._until = float("-inf")
                return
            epoch = max(self._lowest_epoch, 1 if found is None else found.epoch + (not is_ours))
            try:
                self._commit(Holder(self.holder, epoch, self._seconds, _moment(self._seconds)), head)
            except HubAway as error:
                if error.status != CONFLICT:
                    raise
                self._look()  # another one was first
                return
            if not is_ours:
                log.info("this copy of the arena writes the outbox from now on")
            self.epoch = epoch
            self._until = began + SHARE_OF_USE * self._seconds

    def outrank(self, epoch: int) -> None:
        """Have a lease that is later than this one, although the dataset of leases may have been made anew.

        Raises:
            HubAway: as `step`.
        """
        self._lowest_epoch = epoch + 1
        self.step()

    def _look(self) -> tuple[str, Holder | None]:
        with hub_failures(self._place):
            try:
                head = self._api.dataset_info(self._name).sha or ""
            except RepositoryNotFoundError:
                self._api.create_repo(self._name, repo_type=KIND, private=True, exist_ok=True)
                head = self._api.dataset_info(self._name).sha or ""
            if head != self._read[0]:
                self._read = (head, self._holder(head))
                self._seen_at = self._clock()
        return self._read

    def _holder(self, head: str) -> Holder | None:
        with tempfile.TemporaryDirectory() as folder:
            try:
                file = self._api.hf_hub_download(self._name, FILE, repo_type=KIND, revision=head, local_dir=folder)
            except EntryNotFoundError:
                return None
            try:
                return _read_holder(Path(file).read_bytes())
            except (ValueError, TypeError) as error:
                words = f"{self._place}: its {FILE} is no lease; delete it there, while no other copy of the arena runs"
                raise HubAway(words) from error

    def _has_ended(self, found: Holder) -> bool:
        if not found.holder:
            return True
        waited = self._clock() - self._seen_at
        over = datetime.now(UTC) - datetime.fromisoformat(found.until)
        return waited > found.seconds or over > timedelta(seconds=found.seconds)

    def _commit(self, holder: Holder, head: str) -> None:
        operations = [CommitOperationAdd(FILE, json.dumps(asdict(holder)).encode())]
        with hub_failures(self._place):
            made = self._api.create_commit(
                self._name, operations, commit_message="Lease", repo_type=KIND, parent_commit=head or None
            )
        self._read = (made.oid, holder)
        self._seen_at = self._clock()

    def _repeat(self) -> None:
        pause = 0.0 if not self.is_held else self._seconds / RENEWALS
        while not self._ended.wait(pause):
            try:
                self.step()
                self.last_error = ""
                pause = self._seconds / (RENEWALS if self.is_held else LOOKS)
            except HubAway as error:
                self.last_error = str(error)
                pause = max(self._seconds / LOOKS, error.retry_after)
            except Exception as error:  # the thread must outlive whatever it meets
                log.exception("the lease could not be renewed")
                self.last_error = f"{self._place}: {error}"
                pause = self._seconds / LOOKS


def _read_holder(text: bytes) -> Holder:
    """What the file says; TypeError or ValueError where it is no lease."""
    found = Holder(**json.loads(text))
    kinds = {"holder": str, "epoch": int, "seconds": int | float, "until": str}
    is_sound = all(isinstance(getattr(found, name), kind) for name, kind in kinds.items())
    if not is_sound or datetime.fromisoformat(found.until).tzinfo is None or not 0 < found.seconds < float("inf"):
        raise ValueError("no lease")
    return found


def _moment(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
