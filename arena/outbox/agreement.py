"""A home and an outbox brought together: the one filled from the other, or ahead of it, or behind."""

import logging
import time
from collections.abc import Sequence
from pathlib import Path

from arena.errors import StoreError
from arena.outbox.hub_failures import NotThere
from arena.outbox.ledger import Ledger
from arena.outbox.manifest import Manifest
from arena.outbox.parts import fetched
from arena.outbox.targets import Target
from arena.store import outbox_copies, outbox_rows
from arena.store.file_database import FileDatabase
from arena.store.outbox_copies import Followed
from arena.store.works import Local

log = logging.getLogger(__name__)


class OtherHistory(StoreError):
    """The home and the outbox do not belong together."""


def fill(home: Path, target: Target, ledger: Ledger, place: str) -> None:
    """Make the database of an empty home from what the outbox has; nothing where it has nothing.

    Args:
        home: the folder.
        target: where the outbox lies.
        ledger: of the outbox.
        place: how people call it.

    Raises:
        HubAway: the Hub could not be asked.
        NotThere: a file is gone, or the outbox was written anew meanwhile; try again.
        StoreError: a file is another than was saved, or a newer arena wrote it.
    """
    target.create()
    history = ledger.look()
    ledger.refuse_founding(place)
    if not history:
        return
    listed = ledger.listed()
    if gone := ledger.missing(listed):
        raise NotThere(f"ARENA_OUTBOX: {place} lacks {_some(gone)}; put it back, or name another outbox")
    if strays := [name for name in ledger.strays(listed) if not name.startswith("manifests/")]:
        log.warning("ARENA_OUTBOX: %d files that no manifest names are left out (half written, or replaced)", len(strays))
    began = time.monotonic()
    if outbox_copies.make_home(home, history[0].arena, fetched(target, history)):
        took = time.monotonic() - began
        log.info("%s was filled from %s: %d parts, %.1f s", home, place, len(history), took)


def agree(database: FileDatabase, target: Target, ledger: Ledger, place: str, *, may_found: bool) -> bool:
    """Bring a home to where the outbox is, or say why that cannot be. Whether it was brought further.

    Args:
        database: of the home.
        target: where the outbox lies.
        ledger: of the outbox.
        place: how people call it.
        may_found: whether an empty outbox shall be filled from this home.

    Raises:
        OtherHistory: each has what the other one lacks, or they are of two arenas.
        StoreError: what was saved there is damaged, or a newer arena wrote it.
    """
    state, history = database.read(outbox_rows.state), ledger.look()
    if not history:
        if may_found:
            _found(database, ledger, place, state)
        return False
    if state is None and not database.read(outbox_copies.has_facts):  # two began at once, and the other one was first
        for one in history:
            _take(database, target, one)
        return True
    if state is None or state.arena != history[0].arena:
        raise OtherHistory(
            f"ARENA_OUTBOX: {place} holds another arena than {database.home}, which has facts of its own; move the "
            "home away to go on with what was saved, or name an empty outbox to save this one"
        )
    gone = ledger.missing() if may_found else []
    if gone and _mended(database, ledger, place, gone):
        return False
    if ledger.is_torn:
        raise StoreError(f"ARENA_OUTBOX: {place} lacks a part that {database.home} has not either; put it back")
    has_taken = _catch_up(database, target, _missing(state, history, place), place)
    if gone:
        _mended(database, ledger, place, gone)
    return has_taken


def _found(database: FileDatabase, ledger: Ledger, place: str, state: outbox_rows.OutboxState | None) -> None:
    """Have a home saved as a whole, where nothing is yet."""
    ledger.refuse_founding(place, state.arena if state else "")
    work = outbox_rows.make_due if state else lambda connection: outbox_rows.begin(connection, outbox_rows.new_id())
    database.write(Local(lambda connection, _: work(connection)), None)


def _catch_up(database: FileDatabase, target: Target, parts: Sequence[Manifest], place: str) -> bool:
    """Bring a home further by parts that it may lack. Whether there were any."""
    has_taken = False
    for one in parts:
        if database.read(outbox_rows.knows, one.last):  # saved by this home, which was killed before it noted that
            database.write(Local(outbox_rows.mark_saved), one.last)
        elif not (now_at := database.read(outbox_rows.state)) or not now_at.is_saved:
            raise OtherHistory(
                f"ARENA_OUTBOX: {database.home} has facts that were never saved, and another copy has gone on without "
                f"them in {place}; move the home away to go on with what was saved, or name an empty outbox"
            )
        else:
            _take(database, target, one)
            has_taken = True
    return has_taken


def _missing(state: outbox_rows.OutboxState, history: Sequence[Manifest], place: str) -> Sequence[Manifest]:
    """Parts that the home may lack."""
    places = [one.last for one in history]
    if state.saved in places:
        return history[places.index(state.saved) + 1 :]
    if state.saved.number < places[0].number:
        return history
    raise OtherHistory(
        f"ARENA_OUTBOX: {place} lacks what this home had saved there before; put it back, or name an empty outbox"
    )


def _mended(database: FileDatabase, ledger: Ledger, place: str, gone: Sequence[str]) -> bool:
    """Have a home that has all that was ever saved there saved anew, as files of it are gone. Whether it has."""
    if not database.read(outbox_rows.knows, ledger.furthest.last):
        return False
    log.warning("ARENA_OUTBOX: %s lacks %s; all facts of this home are saved anew", place, _some(gone))
    database.write(Local(lambda connection, _: outbox_rows.make_due(connection)), None)
    return True


def _some(names: Sequence[str]) -> str:
    return names[0] + (f" and {len(names) - 1} files more" if len(names) > 1 else "")


def _take(database: FileDatabase, target: Target, one: Manifest) -> None:
    """Do what another copy has done."""
    for piece in fetched(target, [one]):
        if piece.is_whole:
            database.call(outbox_copies.refill, one.arena, piece)
        else:
            outbox_copies.check_schema(piece.schema)
            followed = Followed(piece.files[0], piece.last)
            database.write(Local(outbox_copies.follow), (followed, database.rule))
