"""Taking pairs and pictures down: hidden, restored or erased; and what visitors report."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

from arena.errors import InputError
from arena.images import Picture
from arena.store import maintenance, takedown_facts
from arena.store.evaluations import Writes
from arena.store.picture_files import PictureFiles
from arena.store.records import now
from arena.store.shared_database import SharedDatabase
from arena.store.takedown_facts import Decision
from arena.store.takedown_records import (
    LONGEST_REPORT,
    REPORT_REASONS,
    Erasure,
    Report,
    Reported,
    ReportReason,
    Takedown,
)
from arena.store.works import Local

log = logging.getLogger(__name__)

MOST_REPORTS = 20
"""Open reports that are kept of one subject for one reason; more would tell the operator nothing new."""
Listener = Callable[[], None]


class Takedowns:
    """What is shown to nobody any more, in one store; any thread may call anything.

    A subject goes by the id of a pair, of its generation or of a battle on it, or by the digest of a picture, which stands for
    all that shows it. What follows speaks of these as names.
    """

    def __init__(self, write: Writes, database: SharedDatabase, pictures: PictureFiles) -> None:
        self._write = write
        self._database = database
        self._read = database.read
        self._pictures = pictures
        self._listeners: list[Listener] = []
        self._looking = threading.RLock()  # listeners ask again
        self._known = database.takedowns
        self._look()

    def refresh(self) -> None:
        """Hear of what was decided since, by any process of this home."""
        if self._known == self._database.takedowns:
            return
        with self._looking:
            if self._known != (known := self._database.takedowns):
                self._look()
                self._known = known
                self._tell()

    def subjects(self, names: Sequence[str]) -> tuple[str, ...]:
        """What these names stand for.

        Raises:
            InputError: one of them stands for nothing here.
        """
        found = {name: self._read(takedown_facts.subjects, name) for name in names}
        for name, subjects in found.items():
            if not subjects:
                raise InputError(f"{name}: stands for no pair, generation, battle or picture here; copy its id or digest whole")
        return tuple(dict.fromkeys(subject for subjects in found.values() for subject in subjects))

    def knows(self, name: str) -> bool:
        """Whether a name stands for something here."""
        return bool(self._read(takedown_facts.subjects, name))

    def hide(self, names: Sequence[str], *, by: str, reason: str) -> tuple[str, ...]:
        """Show them to nobody and let no battle draw them, until they are restored. Gives the subjects.

        Args:
            names: which ones.
            by: who decides.
            reason: why, in a few words.

        Raises:
            InputError: a name stands for nothing here, or for what was erased.
        """
        return self._decide(Decision(self.subjects(names), "hidden", by, reason, now()))

    def restore(self, names: Sequence[str], *, by: str, reason: str) -> tuple[str, ...]:
        """Show again what was hidden; of what is shown, settle its reports. As for `hide`."""
        return self._decide(Decision(self.subjects(names), "restored", by, reason, now()))

    def erase(self, names: Sequence[str], *, by: str, reason: str) -> Erasure:
        """Delete pictures, captions and all that was said of them from this home, and leave who decided it, when and why.

        Battles and ratings count as before. A picture that something else shows, too, stays. What a kill or a full disk leaves
        undone, the next start does.

        Args:
            names: which ones.
            by: who decides.
            reason: why, in a few words.

        Raises:
            InputError: a name stands for nothing here, or for a pair that ships; nothing is erased then.
            StoreError: the disk gives up on the way; nobody is shown them any more.
        """
        subjects = self.subjects(names)
        before = self._read(takedown_facts.erased_pictures)
        shared = self._write(takedown_facts.erase, Decision(subjects, "erased", by, reason, now()))
        self.refresh()
        self.finish()
        gone = self._read(takedown_facts.erased_pictures) - before
        return Erasure(subjects, len(gone), shared)

    def finish(self) -> None:
        """Delete what erasures have left: files, what is kept of them in memory, freed pages of the database."""
        if not (left := self._read(takedown_facts.unfinished)):
            return
        self._pictures.erase(self._read(takedown_facts.erased_pictures))
        self._database.call(maintenance.compact)
        self._database.write(Local(takedown_facts.finish), left)

    def on_change(self, listener: Listener) -> None:
        """Call this whenever something was taken down or restored, so that whoever keeps copies drops them."""
        self._listeners.append(listener)

    def state_of(self, subject: str) -> Takedown | None:
        """What was decided last of this subject; None where nothing was."""
        self.refresh()
        return self._latest.get(subject)

    def all(self) -> list[Takedown]:
        """What was decided last of each subject, the oldest decision first."""
        self.refresh()
        return list(self._latest.values())

    def is_down(self, subject: str) -> bool:
        """Whether it is shown to nobody, hidden or erased."""
        self.refresh()
        return subject in self._down

    def shows(self, digest: str) -> bool:
        """Whether this picture, or any that is unknown here, may be shown."""
        self.refresh()
        return digest not in self._pictures.withheld

    def report(self, name: str, reason: str, words: str = "", pair: str = "") -> bool:
        """Keep what a visitor reports; it changes nothing by itself. False where its subjects have enough open reports.

        Args:
            name: what is reported.
            reason: one of `REPORT_REASONS`.
            words: what the visitor adds.
            pair: where the visitor saw a picture; if it is not given, all that shows the picture is reported.

        Raises:
            InputError: there is no such reason, the text is too long, a name stands for nothing here, or the pair does not
                show the picture.
        """
        if reason not in REPORT_REASONS:
            raise InputError(f"report: reason: {reason[:40]!r} is none; choose from {', '.join(REPORT_REASONS)}")
        if len(words) > LONGEST_REPORT:
            raise InputError(f"report: words: {len(words)} characters are too many; use at most {LONGEST_REPORT}")
        subjects = self.subjects([pair or name])
        is_picture = self._read(takedown_facts.shown_by, name, subjects)
        if pair and not is_picture:
            raise InputError(f"report: {pair[:40]} does not show the picture {name[:64]}; copy both whole")
        told = (cast("ReportReason", reason), words.strip(), now(), name if is_picture else "")
        kept = [self._report(Report(subject, *told)) for subject in subjects]
        return any(kept)

    def picture(self, digest: str) -> Picture:
        """A picture that was reported; one that is shown to nobody has its digest, and nothing to show.

        Raises:
            StoreError: its file is missing or cannot be read.
        """
        return self._pictures.shown(digest)

    def picture_file(self, digest: str) -> Path:
        """Where the picture with this digest lies."""
        return self._pictures.located(digest)

    def reports(self, *, open_only: bool = False) -> list[Reported]:
        """What visitors reported, the oldest first; if asked for, only that of which nothing was decided since."""
        return [one for one in self._read(takedown_facts.reports) if one.is_open or not open_only]

    def _report(self, report: Report) -> bool:
        kept = self._write(takedown_facts.add_report, (report, MOST_REPORTS))
        if kept:
            log.warning("reported by a visitor as %s: %s; see `arena pairs reports`", report.reason, report.subject)
        return kept

    def _decide(self, decision: Decision) -> tuple[str, ...]:
        self._write(takedown_facts.decide, decision)
        self.refresh()
        return tuple(decision.subjects)

    def _look(self) -> None:
        erased = self._read(takedown_facts.erased_pictures)
        self._pictures.erase(erased)
        self._latest: Mapping[str, Takedown] = self._read(takedown_facts.takedowns)
        self._down = frozenset(subject for subject, takedown in self._latest.items() if takedown.is_down)
        # Most arenas take nothing down, and need not look through all their pairs for it.
        withheld = self._read(takedown_facts.pictures_down) if erased or self._latest else ()
        self._pictures.withheld = frozenset(withheld)

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()
