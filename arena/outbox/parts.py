"""Parts of a history on their way: written to an outbox, and fetched from it."""

import logging
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from arena.hub_client import CONFLICT
from arena.outbox.hub_failures import HubAway, NotThere
from arena.outbox.hub_pictures import picture_name
from arena.outbox.ledger import Ledger
from arena.outbox.manifest import Manifest, check_files, digest_of, manifest_name
from arena.outbox.targets import Target
from arena.store import outbox_copies, outbox_rows
from arena.store.file_database import FileDatabase
from arena.store.outbox_copies import SCHEMA, Piece
from arena.store.outbox_rows import Place
from arena.store.takedown_facts import erased_pictures
from arena.store.works import Local

log = logging.getLogger(__name__)

MOST_PARTS = 2_000
"""Parts after which all facts are written anew, so that a start fetches no more."""
PICTURES_AT_ONCE = 200
FILES_AT_ONCE = 100
SCRATCH = "outgoing-"
"""How folders of a home begin that hold what leaves."""


class Parts:
    """Writes what a home has committed, as long as `may_write` says so. For one thread."""

    def __init__(self, target: Target, ledger: Ledger, may_write: Callable[[], bool], epoch: Callable[[], int]) -> None:
        self._target = target
        self._ledger = ledger
        self._may_write = may_write
        self._epoch = epoch
        self.is_tidy = False
        """Whether all that counts for nothing, or was erased, is deleted there."""

    def save(self, database: FileDatabase) -> None:
        """Save all that waits, and delete there what is not to stay.

        Raises:
            HubAway: the Hub could not take it, everybody may read it there, or the lease is lost.
            NotThere: what was saved before is gone.
        """
        self._save(database)
        if not self.is_tidy:
            self.tidy(database.read(erased_pictures))

    def _save(self, database: FileDatabase) -> None:
        first = database.read(outbox_rows.state)
        if first is None or first.is_saved:
            return
        self._target.check()
        if not self._ledger.stands():
            raise NotThere("ARENA_OUTBOX: what was saved there before is gone; the home is compared with it again")
        while (state := database.read(outbox_rows.state)) is not None and not state.is_saved:
            if state.due is None and first is not None and state.saved.number >= first.last.number:
                return  # the rest was committed meanwhile
            if state.due is not None or len(self._ledger.history) > MOST_PARTS:
                self._save_all(database, state.arena)
            else:
                self._save_commits(database, state.arena)

    def _save_commits(self, database: FileDatabase, arena: str) -> None:
        with _scratch(database.home) as folder:
            file = folder / "commits.parquet"
            with database.shared() as cursor:
                written = outbox_rows.write_commits(cursor, file)
            if written is None:  # an erasure came meanwhile
                return
            pictures = self._put_most(database.home, written.pictures)
            self._publish("commits", arena, written.after, written.last, [file], pictures)
        database.write(Local(outbox_rows.mark_saved), written.last)

    def _save_all(self, database: FileDatabase, arena: str) -> None:
        """Write all facts anew. Then nothing that was saved before is needed, and what was erased is in none of it."""
        with _scratch(database.home) as folder:
            with database.shared() as cursor:
                last = outbox_copies.write_all(cursor, folder)
                erased = erased_pictures(cursor)
                is_first = not self._ledger.history
                pictures = outbox_copies.pictures_named(cursor) - erased if is_first else set()
            assert last is not None
            pending = pictures if is_first else self._pictures_waiting(database)
            pictures = self._put_most(database.home, pending - erased)
            self._publish("all", arena, None, last, sorted(folder.glob("*.parquet")), pictures)
        database.write(Local(outbox_rows.mark_saved), last)
        self.is_tidy = False

    def _pictures_waiting(self, database: FileDatabase) -> set[str]:
        """Those of facts that were never saved one by one: all that the home has, and the outbox has not."""
        named = database.read(outbox_copies.pictures_named)
        here = [digest for digest in named if _picture_file(database.home, digest).exists()]
        names = {picture_name(digest): digest for digest in here}
        there = set(self._target.there(list(names)))
        return {digest for name, digest in names.items() if name not in there}

    def tidy(self, erased: Collection[str] = ()) -> None:
        """Delete what counts for nothing, and pictures that were erased.

        Raises:
            HubAway: as `save`; the next call goes on.
        """
        self._ledger.look()
        gone = [*self._ledger.strays(), *self._target.there([picture_name(digest) for digest in erased])]
        self._check_lease()
        self._target.remove(gone)
        if gone:
            log.info("the outbox: %d files that count for nothing any more were deleted", len(gone))
        self.is_tidy = True

    def _put_most(self, home: Path, digests: Collection[str]) -> dict[str, Path]:
        """Write pictures, and give the last ones, which may go with what names them."""
        files = {picture_name(digest): file for digest in sorted(digests) if (file := _picture_file(home, digest)).exists()}
        while len(files) > PICTURES_AT_ONCE:
            self._check_lease()
            some = list(files)[:PICTURES_AT_ONCE]
            self._target.put({name: files.pop(name) for name in some})
        return files

    def _publish(
        self,
        kind: Literal["commits", "all"],
        arena: str,
        after: Place | None,
        last: Place,
        files: Sequence[Path],
        pictures: Mapping[str, Path],
    ) -> None:
        number, epoch = self._ledger.next_number(), self._epoch()
        name = manifest_name(number, epoch)
        stem = Path(name).stem
        places = {(f"{kind}/{stem}.parquet" if kind == "commits" else f"{kind}/{stem}/{file.name}"): file for file in files}
        digests = {place: digest_of(file) for place, file in places.items()}
        moment = datetime.now(UTC).isoformat()
        manifest = Manifest(number, epoch, kind, arena, after, last, digests, SCHEMA, moment, name)
        self._check_lease()
        self._target.publish({**pictures, **places}, name, manifest.text())
        self._check_lease()  # it may have ended meanwhile, and another copy have gone on without this
        self._ledger.add(manifest)

    def _check_lease(self) -> None:
        if not self._may_write():
            raise HubAway("the lease of the outbox is lost; nothing more is written there until it is back", CONFLICT)


def fetched(target: Target, manifests: Sequence[Manifest]) -> Iterator[Piece]:
    """Parts of a history, some at a time; each is gone once the next is asked for.

    Raises:
        HubAway: the Hub could not be asked.
        NotThere: a part was replaced meanwhile; look again.
        StoreError: a file is another than was saved.
    """
    for begin in range(0, len(manifests), FILES_AT_ONCE):
        some = manifests[begin : begin + FILES_AT_ONCE]
        with tempfile.TemporaryDirectory() as folder:
            target.fetch([name for one in some for name in one.files], Path(folder))
            for one in some:
                check_files(one, Path(folder))
                yield Piece(one.schema, one.last, [Path(folder) / name for name in one.files], one.kind == "all")


def _picture_file(home: Path, digest: str) -> Path:
    return home / "images" / digest[:2] / f"{digest}.webp"


@contextmanager
def _scratch(home: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=home) as folder:
        yield Path(folder)
