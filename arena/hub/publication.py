"""The facts of an arena as a dataset on the Hub: only what is new is added, and what was taken down is taken out."""

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.errors import RepositoryNotFoundError

from arena.battles.board_files import board_csv, board_json, board_records
from arena.battles.leaderboard import leaderboard
from arena.errors import SettingsError
from arena.hub.owned_repository import ALWAYS_THERE, asked
from arena.hub.publication_card import publication_card
from arena.hub.publication_state import FILE, PublicationState, PublishedPart, read_state
from arena.hub_client import is_repository_name
from arena.store import Store, now
from arena.store.publication import BEGINNING, Part, Reach
from arena.store.published_tables import TABLES

KIND = "dataset"
MOST_BATTLES = 20_000
"""Of one part, and so of one commit."""
PAUSE = 1.0
"""Seconds between two looks at what is saved."""
LATE = timedelta(minutes=1)
"""What was read anew so long ago is committed by now."""
OF_PARTS = re.compile(rf"(?:{'|'.join(TABLES)})/part-\d{{6}}\.parquet")
LONGEST_EMBARGO = 10**6
"""Days; more hold nothing more back."""
Operation = CommitOperationAdd | CommitOperationDelete


@dataclass(frozen=True)
class PublicationOrder:
    """Where the facts go, and on which terms."""

    name: str
    """`organisation/name` of the dataset."""
    embargo_days: int = 30
    private: bool = False
    """Only of a dataset that is made."""
    licence: str = "apache-2.0"
    most_battles: int = MOST_BATTLES
    """Of one part."""
    patience: float = 120.0
    """Seconds for which it waits, where an arena saves what is stored, until all that is to be published is saved."""


@dataclass(frozen=True)
class Published:
    """What a publication came to."""

    battles: int
    """That were added."""
    parts_again: int
    """Parts that were made again, as something was taken down or restored."""
    held_back: int
    """Battles whose pairs are too young."""
    commits: int
    address: str


def publish(api: HfApi, store: Store, order: PublicationOrder, tell: Callable[[str], None] = lambda _: None) -> Published:
    """Add what is new to the dataset, which is made where there is none. Stopped on the way, the next call goes on.

    Args:
        api: the Hub.
        store: whose facts they are.
        order: where to, and on which terms.
        tell: called with a line for each commit.

    Raises:
        SettingsError: the Hub refuses, fails or cannot be reached; or the dataset holds something else.
        StoreError: the facts cannot be read.
    """
    if not is_repository_name(order.name):
        raise SettingsError(f"{order.name}: is no name of a dataset; write organisation/name")
    with tempfile.TemporaryDirectory(prefix="arena-publication-") as folder:
        return _Run(api, store, order, Path(folder), tell).publish()


class _Run:
    """One publication."""

    def __init__(self, api: HfApi, store: Store, order: PublicationOrder, folder: Path, tell: Callable[[str], None]) -> None:
        self._api = api
        self._store = store
        self._order = order
        self._name = order.name
        self._folder = folder
        self._tell = tell
        self._commits = 0
        self._head = ""
        self._state = PublicationState()
        self._files: set[str] = set()
        """What is in the dataset."""

    def publish(self) -> Published:
        self._read()
        self._check_home()
        self._clear_history()
        self._mend_parts()
        decisions = self._store.publication.decisions()  # before all that follows: what is decided later, the next one sees
        again = self._take_out(decisions)
        self._clear_history()
        before = self._state.rows.get("battles", 0)
        reach = self._reach()
        for part, is_last in self._parts(reach):
            self._add(part, decisions, is_last=is_last)
        if self._state.parts and self._state.board_battle != reach.place:
            self._commit([*self._board()], f"The board as of battle {reach.place}")
        held_back = self._store.publication.embargoed(reach)
        added = self._state.rows.get("battles", 0) - before
        return Published(added, again, held_back, self._commits, f"{self._api.endpoint}/datasets/{self._name}")

    def _read(self) -> None:
        """Find out what is there, and make the dataset where there is none."""
        name = self._name
        try:
            info = asked(name, lambda: self._api.dataset_info(name))
        except SettingsError as error:
            if not isinstance(error.__cause__, RepositoryNotFoundError):
                raise
            asked(name, lambda: self._api.create_repo(name, repo_type=KIND, private=self._order.private or None, exist_ok=True))
            info = asked(name, lambda: self._api.dataset_info(name))
        self._head = info.sha or ""
        self._files = {one.rfilename for one in info.siblings or ()}
        if FILE in self._files:
            self._state = read_state(self._text(FILE), name)
        elif self._files - set(ALWAYS_THERE):
            raise SettingsError(f"{name}: holds something else than published battles; name another dataset")

    def _text(self, file: str) -> str:
        cache = self._folder / "cache"
        path = asked(
            self._name,
            lambda: self._api.hf_hub_download(
                self._name, file, repo_type=KIND, revision=self._head, cache_dir=cache, force_download=True
            ),
        )
        return Path(path).read_text("utf-8")

    def _check_home(self) -> None:
        """Refuse to add the battles of one home to those of another."""
        state = self._state
        if state.parts and self._store.publication.battle_at(state.reach.place) != state.last_battle:
            raise SettingsError(
                f"{self._name}: holds battles that this home has not; publish from theirs, or name another dataset"
            )

        if max(state.reach.since, state.reach.read) > now():
            raise SettingsError(
                f"{self._name}: holds what is from a time that is not yet by the clock of this machine; set it, or, if it is "
                "right, name another dataset: what was to be held back is out in this one"
            )

    def _mend_parts(self) -> None:
        """Take out parts that the state does not name, and make those again of which somebody has deleted files."""
        named = {one.file(table): one for one in self._state.parts for table, rows in one.rows.items() if rows}
        if strange := sorted(file for file in self._files - named.keys() if OF_PARTS.fullmatch(file)):
            self._commit([CommitOperationDelete(file) for file in strange], f"Take out what {FILE} does not name")
        for number in sorted({one.number for file, one in named.items() if file not in self._files}):
            part = self._state.parts[number - 1].part
            made, operations = self._written(number, part)
            self._state = self._state.replaced(made)
            self._commit(operations, f"Part {number} again: files of it were missing")

    def _clear_history(self) -> None:
        """Let the history begin anew where it still holds what was taken down."""
        name, withdrawn = self._name, self._state.withdrawn
        if withdrawn is None:
            return
        history = asked(name, lambda: self._api.list_repo_commits(name, repo_type=KIND))
        is_due = withdrawn in {commit.commit_id for commit in history}
        if is_due:
            words = "Begin the history anew: earlier commits held what was taken down"
            asked(name, lambda: self._api.super_squash_history(name, repo_type=KIND, commit_message=words))
            self._tell(f"{name}: its history begins anew")
        if is_due or len(history) == 1:  # the publication before may have been cut off just here
            self._delete_files_of_the_past()
        self._state = replace(self._state, withdrawn=None)

    def _delete_files_of_the_past(self) -> None:
        """Delete the large files that no commit names any more: the Hub would keep them for ever."""
        name = self._name
        info = asked(name, lambda: self._api.dataset_info(name, files_metadata=True))
        self._head = info.sha or ""
        named = {one.lfs.sha256 for one in info.siblings or () if one.lfs}

        def delete() -> None:
            every = self._api.list_lfs_files(name, repo_type=KIND)
            left = [one for one in every if one.file_oid not in named]
            if left:
                self._api.permanently_delete_lfs_files(name, left, rewrite_history=False, repo_type=KIND)

        asked(name, delete)

    def _take_out(self, decisions: int) -> int:
        """Make the parts again that have battles whose pairs were taken down or restored since; how many they were."""
        changed = self._store.publication.changed(self._state.decisions, self._state.reach.place)
        affected = [one for one in self._state.parts if any(one.part.has(battle.place, battle.since) for battle in changed)]
        first = self._head
        for one in affected:
            is_gone = any(battle.is_down and one.part.has(battle.place, battle.since) for battle in changed)
            made, operations = self._written(one.number, one.part)
            state = self._state.replaced(made)
            if is_gone:
                state = replace(state, withdrawn=first)
            self._state = replace(state, decisions=decisions if one is affected[-1] else state.decisions)
            self._commit(operations, f"Part {one.number} again: something was taken down or restored")
        return len(affected)

    def _reach(self) -> Reach:
        """How far this publication goes; never less far than the one before.

        What is stored and not saved may be lost with the disk, and others may be in its place then: it is waited for.
        """
        last, moment = self._state.reach, now()
        since = moment - min(timedelta(days=min(self._order.embargo_days, LONGEST_EMBARGO)), moment - BEGINNING)
        settled = self._store.settled()
        self._wait_until_saved()
        return Reach(settled, max(last.since, since), max(last.read, moment - LATE))

    def _wait_until_saved(self) -> None:
        """Come back once all that is stored by now is saved, too, where an arena saves it."""
        began = time.monotonic()
        while (status := self._store.save_status()) is not None:
            if status.read_only:
                raise SettingsError(f"{self._name}: another copy writes to this arena; publish from that one")
            waited = time.monotonic() - began
            if not status.facts_waiting or status.age_seconds < waited:
                return
            if waited > self._order.patience:
                why = status.last_error or f"{status.facts_waiting:,} facts wait"
                raise SettingsError(f"{self._name}: what is stored is not saved yet; publish once saving works ({why})")
            time.sleep(min(PAUSE, self._order.patience))

    def _parts(self, reach: Reach) -> Iterator[tuple[Part, bool]]:
        """The parts up to there, each with whether it is the last one."""
        place = self._state.reach.place
        while True:
            place = min(place + self._order.most_battles, reach.place)
            yield Part(self._state.reach, replace(reach, place=place)), place == reach.place
            if place == reach.place:
                return

    def _add(self, part: Part, decisions: int, *, is_last: bool) -> None:
        """Add one part, if there is anything in it."""
        number = len(self._state.parts) + 1
        made, operations = self._written(number, part)
        if not any(made.rows.values()):
            return
        last_battle = self._store.publication.battle_at(part.until.place)
        self._state = replace(
            self._state,
            parts=(*self._state.parts, made),
            last_battle=last_battle,
            decisions=max(decisions, self._state.decisions),
        )
        if is_last:
            operations = [*operations, *self._board()]
        self._commit(operations, f"Part {number}: {made.rows['battles']} battles, up to number {part.until.place}")

    def _written(self, number: int, part: Part) -> tuple[PublishedPart, Sequence[Operation]]:
        """Write the files of a part, and say what to do with them. A table without rows has none."""
        rows: dict[str, int] = {}
        operations: list[Operation] = []
        made = PublishedPart(number, part, rows)
        for table in TABLES:
            file = (self._folder / f"{table}-{number}-{self._commits}.parquet").absolute()
            rows[table] = self._store.publication.write(table, part, file)
            if rows[table]:
                operations.append(CommitOperationAdd(made.file(table), file))
            elif made.file(table) in self._files:
                operations.append(CommitOperationDelete(made.file(table)))
        return made, operations

    def _board(self) -> Sequence[Operation]:
        """The board as it is now."""
        settled = self._store.settled()
        records = board_records(leaderboard(self._store, {}), None, settled, settled)
        self._state = replace(self._state, board_battle=settled)
        files = {"leaderboard.json": board_json(records), "leaderboard.csv": board_csv(records)}
        return [CommitOperationAdd(name, text.encode()) for name, text in files.items()]

    def _commit(self, operations: Sequence[Operation], title: str) -> None:
        """Commit these with the card and the state; nothing, if somebody else has committed meanwhile."""
        order, state = self._order, self._state
        card = publication_card(order.name, state, embargo_days=order.embargo_days, licence=order.licence)
        beside = [CommitOperationAdd("README.md", card.encode()), CommitOperationAdd(FILE, state.as_text().encode())]
        made = asked(
            self._name,
            lambda: self._api.create_commit(
                self._name, [*operations, *beside], commit_message=title, repo_type=KIND, parent_commit=self._head
            ),
        )
        for operation in operations:
            if isinstance(operation, CommitOperationAdd) and isinstance(operation.path_or_fileobj, str | Path):
                Path(operation.path_or_fileobj).unlink(missing_ok=True)
        gone = {one.path_in_repo for one in operations if isinstance(one, CommitOperationDelete)}
        self._files = (self._files | {one.path_in_repo for one in (*operations, *beside)}) - gone
        self._head = made.oid
        self._commits += 1
        self._tell(f"{self._name}: {title}")
