"""The outbox of a home: all that it commits leaves for the Hub, some seconds later, and an empty home is filled from there."""

import hashlib
import logging
import shutil
import socket
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from arena.errors import StoreError, StorePaused, one_line
from arena.hub_client import CONFLICT
from arena.outbox.agreement import OtherHistory, agree, fill
from arena.outbox.hub_failures import HubAway, NotThere
from arena.outbox.hub_pictures import HubPictures
from arena.outbox.lease import Lease
from arena.outbox.ledger import Ledger
from arena.outbox.parts import SCRATCH, Parts
from arena.outbox.targets import Target
from arena.settings import make_home
from arena.store import outbox_rows
from arena.store.backup import DATABASE
from arena.store.fact_rows import encode
from arena.store.file_database import FileDatabase
from arena.store.keeper import SaveStatus
from arena.store.outbox_copies import RESTORES, clear_leftovers
from arena.store.outbox_rows import Waiting
from arena.store.records import now
from arena.store.transaction import Connection, Step, appended

log = logging.getLogger(__name__)

INTERVALS = 10
"""That facts may wait before battles and votes pause."""
PATIENT_INTERVALS = 3
"""After which a saving that goes on counts as one that fails."""
OF_VISITORS = {"battles", "votes"}
"""What pauses."""
START_PATIENCE = 60.0
"""Seconds for which a start with an empty home tries to reach the Hub."""
STOP_PATIENCE = 20.0
"""Seconds for which an end waits for the last facts to be saved."""
LONGEST_PAUSE = 60.0
"""Seconds between two tries while the Hub fails, unless it asks for more."""
GONE = 404
MOST_DOUBLINGS = 10
"""Of the pause while the Hub fails."""


class Outbox:
    """Keeps one home: see `arena.store.keeper.Keeper`."""

    def __init__(self, target: Target, lease: Lease, seconds: float, place: str) -> None:
        """Nothing is asked yet.

        Args:
            target: where facts are saved.
            lease: of its one writer.
            seconds: between two savings.
            place: how people call the target.
        """
        self.pictures = HubPictures(target)
        self.settle: Callable[[], None] = lambda: None
        self._target = target
        self._lease = lease
        self._seconds = seconds
        self._place = place
        self._ledger = Ledger(target)
        self._parts = Parts(target, self._ledger, lambda: lease.is_held, lambda: lease.epoch)
        self._database: FileDatabase | None = None
        self._epoch = 0
        """Of the lease for which the home was compared with the outbox; 0 where it was not."""
        self._is_unsure = False
        """Whether the two are to be compared once more, as something that was there is gone."""
        self._refused = ""
        """Why the two do not belong together."""
        self._last_error = ""
        self._has_paused = False
        self._is_of_facts = False
        """Whether the last transaction has changed facts; the thread that writes knows."""
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    # --- what the store calls ---

    def prepare(self, home: Path) -> None:
        """Fill a home without a database with what the outbox has.

        Raises:
            StoreError: the Hub cannot be asked, or what it has is damaged.
        """
        make_home(home)
        if (home / DATABASE).exists():
            return None
        end, pause = time.monotonic() + START_PATIENCE, 1.0
        while True:
            try:
                return fill(home, self._target, self._ledger, self._place)
            except (HubAway, NotThere) as error:  # also where it was written anew meanwhile
                is_refusal, wait = (error.is_refusal, error.retry_after) if isinstance(error, HubAway) else (False, 0.0)
                if is_refusal or time.monotonic() + max(pause, wait) > end:
                    raise StoreError(
                        f"{error}; {home} is empty, so nothing is begun before it is known what was saved"
                    ) from error
                log.warning("%s; tried again", error)
                time.sleep(max(pause, wait))
                pause = min(2 * pause, LONGEST_PAUSE)

    def join(self, connection: Connection, home: Path) -> None:  # noqa: ARG002
        """Know the home, and take the lease under its name. Nobody else has its database open."""
        self._lease.holder = _identity(home)
        for leftover in home.glob(f"{SCRATCH}*"):  # of a process that was killed
            shutil.rmtree(leftover, ignore_errors=True)
        clear_leftovers(home, RESTORES)

    def start(self, database: FileDatabase) -> None:
        """Save from now on, or follow whoever does.

        Raises:
            OtherHistory: the home and the outbox do not belong together.
        """
        self._database = database
        try:
            self._lease.step()
        except HubAway as error:
            self._lease.last_error = str(error)
        self._lease.start()  # to save a whole home takes longer than a lease lasts
        self._turn()
        if self._refused:
            raise OtherHistory(self._refused)
        self._thread = threading.Thread(target=self._repeat, name="outbox", daemon=True)
        self._thread.start()

    def admit(self, connection: Connection, steps: Sequence[Step]) -> None:
        """Note a commit that may be made.

        Raises:
            StorePaused: it may not.
        """
        facts = encode(steps)
        self._is_of_facts = bool(facts)
        if not facts:
            return
        line = self._closed()
        if not line and OF_VISITORS & appended(steps).keys():
            line = self._pause(outbox_rows.waiting(connection))
        if line:
            raise StorePaused(line)
        outbox_rows.note(connection, steps, facts)

    def confirm(self) -> None:
        """Acknowledge nothing once the lease may be another's.

        Raises:
            StorePaused: it may be.
        """
        if self._is_of_facts and (line := self._closed()):
            raise StorePaused(line)

    def check(self) -> None:
        """Raise StorePaused where a battle would be refused."""
        line = self._closed()
        if not line and self._database is not None:
            line = self._pause(self._database.read(outbox_rows.waiting))
        if line:
            raise StorePaused(line)

    def status(self) -> SaveStatus:
        """What is saved."""
        if self._database is None:
            return SaveStatus(None, 0, 0.0, self._last_error, paused=False, read_only=self._closed())
        state = self._database.read(outbox_rows.state)
        waiting = self._database.read(outbox_rows.waiting)
        age = _age(waiting)
        error = self._refused or self._last_error or self._lease.last_error
        if not error and age > PATIENT_INTERVALS * self._seconds:
            error = f"{self._place}: the Hub has not answered for a while"
        paused = bool(self._pause(waiting))
        return SaveStatus(state and state.saved_at, waiting.facts, age, error, paused, self._closed())

    def stop(self) -> None:
        """Save what waits, as far as the Hub takes it at once, and give the lease back. Safe to call twice."""
        if self._ended.is_set():
            return
        self._ended.set()
        is_late = False
        if self._thread is not None:
            self._thread.join(STOP_PATIENCE)
            is_late = self._thread.is_alive()
        if is_late:  # what it writes may still come, so nobody else may begin before the lease ends
            log.warning("%s: the last facts are still on their way; the lease ends by itself", self._place)
        self._lease.stop(STOP_PATIENCE, gives_back=not is_late)

    # --- what it does by itself ---

    def _closed(self) -> str:
        """Why nothing is taken, for visitors; empty where facts are."""
        if self._refused:
            return "This copy of the arena shows boards and takes no battles: its operator has to look after it."
        if self._lease.is_held and self._epoch == self._lease.epoch:
            return ""
        if self._lease.is_of_another:
            return "Another copy of this arena is at work. This one shows boards, and takes battles once that one has ended."
        return "The arena shows boards, and takes battles again as soon as it reaches the place where they are saved."

    def _pause(self, waiting: Waiting) -> str:
        """Why no battle and no vote is taken, for visitors; empty where they are. The log is told when that begins."""
        has_paused, self._has_paused = self._has_paused, _age(waiting) > INTERVALS * self._seconds
        if not self._has_paused:
            return ""
        if not has_paused:
            error = self._last_error or "the Hub does not answer"
            log.warning("battles and votes pause: %d facts wait for %.0f s (%s)", waiting.facts, _age(waiting), error)
        return (
            "Battles and votes pause for a while: what was played is kept here, and cannot be saved elsewhere. Try again soon."
        )

    def _repeat(self) -> None:
        failures = 0
        pause = self._seconds
        while not self._ended.wait(pause):
            began = time.monotonic()
            retry_after = self._turn()
            failures = min(failures + 1, MOST_DOUBLINGS) if self._last_error else 0
            longest = max(LONGEST_PAUSE, self._seconds)
            took = 0.0 if failures else time.monotonic() - began
            pause = max(min(self._seconds * 2**failures, longest) - took, retry_after, 0.0)
        self._turn()

    def _turn(self) -> float:
        """Save, or follow. Gives for how many seconds the Hub wants to be left alone."""
        error: StoreError | None = None
        try:
            self._save_or_follow()
        except OtherHistory as other:
            if not self._refused:
                log.error("%s", other)  # noqa: TRY400 - one line
            self._refused = str(other)
        except HubAway as away:
            error = away
            if away.status == CONFLICT:
                self._epoch = 0  # somebody else has written: look again
            self._is_unsure = self._is_unsure or away.status == GONE
        except NotThere as gone:
            error, self._is_unsure = gone, True
        except StoreError as failed:
            error = failed
        except Exception as failed:  # the thread must outlive whatever it meets
            error = StoreError(one_line(failed))
            if str(error) != self._last_error:
                log.exception("the outbox failed")
        if error is not None and str(error) != self._last_error:
            log.warning("%s; tried again", error)
        self._last_error = str(error) if error else ""
        return error.retry_after if isinstance(error, HubAway) else 0.0

    def _save_or_follow(self) -> None:
        assert self._database is not None
        if self._refused:
            return
        epoch = self._lease.epoch if self._lease.is_held else 0
        if not epoch:
            if not self._ended.is_set():
                self._compare(may_found=False)
            return
        if self._epoch != epoch or self._is_unsure:
            self._target.create()
            self._compare(may_found=True)
            if self._epoch != epoch and self._ledger.highest_epoch >= epoch:
                self._lease.outrank(self._ledger.highest_epoch)
                if not self._lease.is_held:
                    return
                epoch = self._lease.epoch
            self._parts.is_tidy = self._is_unsure = False
            self._epoch = epoch
            self.settle()
        self._parts.save(self._database)

    def _compare(self, *, may_found: bool) -> None:
        assert self._database is not None
        if agree(self._database, self._target, self._ledger, self._place, may_found=may_found):
            self.settle()


def _age(waiting: Waiting) -> float:
    return max(0.0, (now() - waiting.since).total_seconds()) if waiting.since else 0.0


def _identity(home: Path) -> str:
    """Of this folder on this machine: whoever has it open is the only one, and a copy of it is another."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    stat = home.stat()
    parts = (socket.gethostname(), boot.read_text() if boot.exists() else "", stat.st_dev, stat.st_ino)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
