"""The arena's memory: one folder with a database and the images that it names."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from arena.contestants import Contestant
from arena.errors import StoreError, StorePaused
from arena.images import Picture
from arena.pairs import MinimalPair
from arena.probes import Reply
from arena.settings import make_home
from arena.store import erasure, facts, lookups, maintenance, replies, rereadings, standings
from arena.store.backup import Backup
from arena.store.cluster_address import ClusterAddress, Membership
from arena.store.count_reads import CountReads
from arena.store.database import one_line_errors
from arena.store.drawings import Drawings
from arena.store.evaluations import Evaluations
from arena.store.file_database import FileDatabase, missing_package
from arena.store.generations import Generations
from arena.store.keeper import Keeper, SaveStatus
from arena.store.labels import Labels
from arena.store.picture_files import CommonPictures, PictureFiles
from arena.store.progress import Progress, silent
from arena.store.publication import Publication
from arena.store.records import Acknowledged, BattleRecord, Choice, EloRule, ReplyRecord, Vote, now
from arena.store.rereadings import OlderBattle, Rereadings
from arena.store.shared_database import SharedDatabase
from arena.store.submissions import Submissions
from arena.store.takedowns import Takedowns
from arena.store.transaction import Connection
from arena.store.works import OneByOne
from arena.store.writer import LARGEST_GROUP

Item = TypeVar("Item")
T = TypeVar("T")


class Store(CountReads):
    """Facts are appended and never changed; whoever writes is answered after the commit; any thread may call anything.

    Every method raises StoreError with one line when the disk or the file gives up.
    """

    def __init__(
        self,
        home: Path,
        open_file: Callable[..., FileDatabase],
        rule: EloRule | None,
        cluster: ClusterAddress | None,
        keeper: Keeper | None = None,
    ) -> None:
        self._home = home
        self._rule = rule
        common = keeper.pictures if keeper else None
        self._pictures = PictureFiles(home / "images", common if cluster is None else _common_pictures(cluster))
        self._takedowns: Takedowns | None = None
        self._postponed: list[Callable[[], object]] = []
        if keeper is not None:
            keeper.settle = self._clear_away
            open_file = partial(open_file, keeper=keeper)
        if cluster is not None:
            open_file = partial(open_file, membership=Membership(cluster, self._pictures.share, self._clear_away))
        self._database = SharedDatabase(home, self._pictures, open_file, self._refresh, self._succeed)
        try:
            self.takedowns = self._takedowns = Takedowns(self._write_one, self._database, self._pictures)
            """What was hidden or erased, and what visitors report."""
        except BaseException:
            self._database.abandon()
            raise
        self.evaluations = Evaluations(self._write_one, self._read, self._keep, self._pictures)
        """Questions and answers of suites."""
        self.generations = Generations(self._write_one, self._read, self._keep, self._pictures)
        """Generated pairs and what reviewers say of them."""
        self.drawings = Drawings(self._read, self._pictures)
        """Pairs that were drawn for one battle."""
        self.labels = Labels(self._write_one, self._read, self._pictures)
        """What raters say of replies to requests."""
        self.submissions = Submissions(self._write_one, self._read, self._end_log)
        """What organisations submit."""
        self.publication = Publication(self._read, self._database.call, self._pictures)
        """What others may have of the facts."""

    @classmethod
    def open(
        cls,
        home: Path,
        rule: EloRule | None = None,
        largest_group: int = LARGEST_GROUP,
        accepted_loss: int = 0,
        progress: Progress = silent,
        cluster: ClusterAddress | None = None,
        keeper: Keeper | None = None,
    ) -> "Store":
        """Open the store in folder `home`, made where it is missing, and bring its schema up to date.

        Who opens it first holds the database; other processes speak to that one, and one of them takes its place when it ends.

        Args:
            home: ARENA_HOME.
            rule: how online ratings move. Ratings that an older rule left are replayed; without a rule none are kept.
                Of several processes, the rule of the one that holds the database counts.
            largest_group: most writes that share a commit.
            accepted_loss: how many acknowledged records may be missing; exactly so many.
            progress: told how far it is, where a home of an earlier version is brought up to date.
            cluster: where this machine meets the others of its arena; None where it is alone.
            keeper: saves the facts outside the home, too.

        Raises:
            StoreBusy: another process has it open and lets nobody in, or runs another version.
            StoreError: the folder cannot be used, the database is damaged, newer than this code, or has lost what was
                acknowledged.
        """
        with one_line_errors(home):
            make_home(home)
        store = cls(home, partial(FileDatabase.open, home, rule, largest_group, accepted_loss, progress), rule, cluster, keeper)
        try:
            store._settle_in(progress)
        except BaseException:
            store._database.abandon()
            raise
        return store

    def close(self) -> None:
        """Commit what waits and let go of the database. Safe to call twice."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def transactions(self) -> int:
        """Commits since the database was opened; far fewer than writes when many write at once."""
        return self._database.call(maintenance.transactions)

    def add_pairs(self, pairs: Iterable[MinimalPair], drawn_at: datetime | None = None) -> int:
        """Keep pairs and their images, and say how many were new. Images are on disk before a row names them.

        Args:
            pairs: any.
            drawn_at: the moment at which they were drawn for one battle, before anybody was asked about them; None for pairs
                that come again.
        """
        kept = list(pairs)
        self._keep(side.picture for pair in kept for side in pair.sides)
        return self._write_one(partial(facts.add_pairs, drawn_at=drawn_at), kept)

    def pair(self, pair_id: str) -> MinimalPair | None:
        """The pair with its images; None where it is unknown."""
        return self._read(lookups.pair, self._pictures, pair_id)

    def pairs_without_images(self, ids: Iterable[str]) -> dict[str, MinimalPair]:
        """id -> pair, of those that are known; its pictures have their digests, and nothing to show."""
        return self._read(lookups.pairs_without_images, list(ids))

    def add_contestants(self, contestants: Iterable[Contestant]) -> int:
        """Keep contestants, and say how many were new."""
        return self._write_one(facts.add_contestants, list(contestants))

    def contestants(self) -> dict[str, Contestant]:
        """id -> contestant, in the order they were added."""
        return self._read(lookups.contestants)

    def add_replies(self, records: Iterable[ReplyRecord]) -> int:
        """Keep replies to what had no answer yet, and say how many that were. An error is kept, but is no answer."""
        return self._write_one(replies.add_replies, list(records))

    def replies(
        self, contestant_id: str, keys: Iterable[str], pair_ids: Sequence[str] = (), until: datetime | None = None
    ) -> dict[str, Reply]:
        """Probe key -> the answer that the contestant gave before; without what it never answered or what failed.

        Args:
            contestant_id: who was asked.
            keys: what was asked.
            pair_ids: the pairs that all of it is about, where these are known. Replies about a pair that was drawn for one
                battle are found only so.
            until: when the last of it was asked, where that is known: what was replied later about a pair that was drawn for
                one battle is left out.
        """
        return self._read(replies.replies_of, contestant_id, list(keys), list(pair_ids), until)

    def add_battle(self, battle: BattleRecord, replies: Sequence[ReplyRecord] = ()) -> Acknowledged:
        """Keep a battle with its outcomes and replies, all or nothing. A visitor's counts once it has its vote.

        When this returns, the battle survives a `kill -9`. The same id again changes nothing.

        Raises:
            StoreError: its pair or a contestant was never added.
        """
        return self._database.write(facts.add_battles, (battle, replies))

    def battle(self, battle_id: str) -> BattleRecord | None:
        """The battle with its outcomes, as the last version of the method judged it; None where it is unknown."""
        return self._read(lookups.battle, battle_id)

    def older_battles(self, method_version: str, limit: int) -> list[OlderBattle]:
        """Battles judged by another version of the method that this one has not looked at, at most so many."""
        return self._read(rereadings.older_battles, method_version, limit)

    def add_rereadings(self, given: Rereadings) -> int:
        """Keep what a version of the method makes of older battles, and say how many it judged anew.

        What was judged before stays, and no longer counts. Online ratings of these battles are gone until `rebuild_elo`, which
        the next `open` calls if nobody has.
        """
        return self._write_one(rereadings.add_rereadings, given)

    def add_vote(self, battle_id: str, visitor: str, choice: Choice, voted_at: datetime | None = None) -> bool:
        """Keep a vote if its battle has none yet; True if this is the vote that counts from now on.

        Raises:
            StoreError: the battle was never added.
        """
        return self._database.write(facts.add_votes, Vote(battle_id, visitor, choice, voted_at or now()))

    def vote_of(self, battle_id: str) -> Vote | None:
        """The vote that counts for the battle; None where there is none yet."""
        return self._read(lookups.vote_of, battle_id)

    def erase_voter(self, voter: str) -> int:
        """Overwrite this visitor beside its votes, and say how many they were. The votes stay, and count as before."""
        votes = self._write_one(erasure.erase_voter, voter)
        if votes:
            self._end_log()
        return votes

    def settle_abandoned(self, before: datetime) -> int:
        """Skip the vote of visitors' battles played before this moment and never judged, and say how many those were."""
        return self._write_one(facts.skip_abandoned, before)

    def rebuild_elo(self, progress: Progress = silent) -> int:
        """Replay the online ratings from the facts, and say how many battles were rated.

        Raises:
            StoreError: the store was opened without a rule.
        """
        if self._rule is None:
            raise StoreError("elo: the store was opened without a rule; pass one to Store.open")
        return self._database.call(maintenance.replay_elo, self._rule, progress=progress)

    def rebuild(self, progress: Progress = silent) -> tuple[str, ...]:
        """Make all that is derived anew from the facts, and name the tables that hold something else now. Everybody waits.

        Killed or stopped, the next `open` goes on; until then this store takes no more writes.
        """
        return self._database.call(maintenance.rebuild, self._rule, progress=progress)

    def backup(self, file: Path) -> Backup:
        """Write what is committed by now, with the pictures, into one file, while others read and write.

        Args:
            file: is there whole or not at all, and takes the place of what was there; `arena.store.backup.restore` reads it.
        """
        return self._database.call(maintenance.backup, file.absolute())

    def save_status(self) -> SaveStatus | None:
        """How much of what is stored is saved outside the home, too; None where nothing is to be."""
        return self._database.call(maintenance.save_status)

    def check_open(self) -> None:
        """Let a battle begin, or a vote be cast.

        Raises:
            StorePaused: it would be refused at the moment.
        """
        self._database.call(maintenance.check_open)

    def once_open(self, work: Callable[[], object]) -> None:
        """Do something that writes, at once, or as soon as this store takes facts."""
        try:
            work()
        except StorePaused:
            self._postponed.append(work)  # `_clear_away` does it

    def check_home(self) -> None:
        """Return where what is written would be kept.

        Raises:
            StoreError: the files of the home were deleted, moved or replaced, or the database does not answer.
        """
        self._database.call(maintenance.check_home)

    def record_counts(self) -> dict[str, int]:
        """How many battles, votes, replies and other facts are kept, as of the last commit."""
        return self._database.call(maintenance.record_counts)

    def _end_log(self) -> None:
        self._database.call(maintenance.end_log)

    def _clear_away(self) -> None:
        """Do what an erasure, or a reading anew, of another machine leaves to do on this one; and what was put off."""
        if self._takedowns is not None:
            self._settle_in()
            self._end_log()
            postponed, self._postponed = self._postponed, []
            for work in postponed:
                self.once_open(work)

    def _write_one(self, write: Callable[[Connection, Item], T], item: Item) -> T:
        """Write what no other waiting write could share a statement with."""
        answer = self._database.write(OneByOne(write), item)
        self._refresh()  # another process may have erased a picture while this one put it in its place
        return answer

    def _keep(self, pictures: Iterable[Picture]) -> None:
        self._refresh()
        with one_line_errors(self._home):
            self._pictures.write(pictures)

    def _read(self, query: Callable[..., T], *arguments: object) -> T:
        """Run a query on a cursor of its own: it sees the last commit, and waits for no writer."""
        self._refresh()
        return self._database.read(query, *arguments)

    def _refresh(self) -> None:
        """Hear of what other processes have taken down."""
        if self._takedowns is not None:
            self._takedowns.refresh()

    def _succeed(self) -> None:
        """Take the place of an owner that has ended."""
        self._settle_in()
        self._end_log()  # it may still say what the other one was about to erase

    def _settle_in(self, progress: Progress = silent) -> None:
        """Do what an earlier version, or a process that was killed, has left to do."""
        if self._takedowns is None:  # this store has taken an owner's place before it was open, and `open` does it
            return
        if self._rule is not None and self._read(standings.is_stale, self._rule):
            self.rebuild_elo(progress)
        if self._database.is_owner:
            self._takedowns.finish()


def _common_pictures(cluster: ClusterAddress) -> CommonPictures:
    """Those that all machines have."""
    if not cluster.is_bucket:
        return PictureFiles(Path(cluster.data_path) / "pictures")
    try:
        from arena.store.cluster.bucket_pictures import BucketPictures  # noqa: PLC0415 - its packages are an extra
    except ModuleNotFoundError as error:
        raise missing_package(error) from error
    return BucketPictures(f"{cluster.data_path}/pictures")
