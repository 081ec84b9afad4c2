import itertools
import os
import resource
import shutil
import signal
import stat
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from processes import PATIENCE, exit_code, forked
from store_insides import connection_of, copy_home
from store_world import PAIRS, RULE, furnish, make_battle, make_pair

from arena.errors import StoreBusy, StoreError
from arena.store import Store, restore


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "it's a backup.zip"


@pytest.fixture(scope="module")
def backup_of_three(tmp_path_factory, furnished) -> Path:
    """Of a home with three battles and two votes; to be copied by who changes it."""
    folder = tmp_path_factory.mktemp("backup")
    copy_home(furnished, folder / "home")
    with Store.open(folder / "home", RULE) as store:
        fill(store)
        store.backup(folder / "backup.zip")
    return folder / "backup.zip"


def fill(store: Store) -> None:
    for number in range(3):
        store.add_battle(make_battle(f"{number}", played_by="visitor"))
    for number in range(2):
        store.add_vote(f"{number}", "visitor", "a")


def facts(store: Store) -> list[object]:
    """All rows of all tables, and what is read through views."""
    connection = connection_of(store)
    tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'arena' ORDER BY ALL").fetchall()
    rows = [connection.execute(f"SELECT * FROM arena.{table}").fetchall() for (table,) in tables]
    return [*rows, [store.battle(f"{number}") for number in range(3)], store.elo(), [store.pair(pair.id) for pair in PAIRS]]


def test_a_restored_home_holds_all_that_the_other_held(store, tmp_path, file):
    fill(store)
    made = store.backup(file)
    assert made.records["battles"] == 3
    assert made.pictures == 2 * len(PAIRS)
    assert restore(file, tmp_path / "new") == made
    with Store.open(tmp_path / "new", RULE) as restored:
        assert facts(restored) == facts(store)
        assert restored.add_battle(make_battle("next")).seq == 4, "it goes on"


def test_a_backup_is_its_owners_and_leaves_nothing_beside_it(store, file):
    store.backup(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir() if path.name != "home"] == [file.name]


def test_a_backup_beside_writers_is_of_one_moment(store, tmp_path, file):
    stop = threading.Event()

    def play(writer: int) -> None:
        for number in itertools.count():
            if stop.is_set():
                return
            name = f"{writer}-{number}"
            store.add_pairs([make_pair(1000 * writer + number + 10)])
            store.add_battle(make_battle(name, played_by="visitor"))
            store.add_vote(name, "visitor", "a")

    writers = [threading.Thread(target=play, args=(writer,)) for writer in (1, 2)]
    for writer in writers:
        writer.start()
    while store.transactions < 20:
        pass
    made = store.backup(file)
    acknowledged_then = store.transactions
    while store.transactions < acknowledged_then + 5:
        pass
    stop.set()
    for writer in writers:
        writer.join()
    restore(file, tmp_path / "new")
    with Store.open(tmp_path / "new", RULE) as restored:
        count = made.records["battles"]
        assert count > 0
        assert restored.settled() == made.records["votes"] in (count, count - 1, count - 2), "no vote without its battle"
        assert restored.add_battle(make_battle("next")).seq == count + 1, "no gap"
        ids = [pair_id for (pair_id,) in connection_of(restored).execute("SELECT id FROM arena.pairs").fetchall()]
        assert all(restored.pair(pair_id) for pair_id in ids), "each picture that is named is there"


def test_a_home_that_holds_something_is_replaced_only_when_told(home, store, backup_of_three):
    store.add_battle(make_battle("to be lost"))
    with pytest.raises(StoreBusy):
        restore(backup_of_three, home, replace=True)
    store.close()
    with pytest.raises(StoreError, match="add --replace"):
        restore(backup_of_three, home)
    restore(backup_of_three, home, replace=True)
    with Store.open(home, RULE) as restored:
        assert restored.battle("to be lost") is None
        assert restored.vote_of("1") is not None


@pytest.mark.parametrize("harm", ["cut", "flipped", "not a backup", "other archive", "fewer pictures", "missing"])
def test_a_damaged_backup_is_refused_before_anything_changes(home, furnished, file, backup_of_three, harm):
    copy_home(furnished, home)
    content = bytearray(backup_of_three.read_bytes())
    if harm == "flipped":
        content[len(content) // 2] ^= 1
    file.write_bytes({"cut": content[: len(content) // 2], "not a backup": b"words"}.get(harm, bytes(content)))
    if harm in ("other archive", "fewer pictures"):
        with zipfile.ZipFile(backup_of_three) as old, zipfile.ZipFile(file, "w") as new:
            pictures = [name for name in old.namelist() if name.endswith(".webp")]
            for name in pictures[1:] if harm == "other archive" else [name for name in old.namelist() if name != pictures[0]]:
                new.writestr(name, old.read(name))
    if harm == "missing":
        file.unlink()
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    with pytest.raises(StoreError) as caught:
        restore(file, home, replace=True)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


def test_what_an_archive_holds_besides_lands_nowhere(tmp_path, file, backup_of_three):
    shutil.copy(backup_of_three, file)
    with zipfile.ZipFile(file, "a") as archive:
        for name in ("../outside", "images/../../outside", "/outside", "images/aa/../../../outside.webp", "extra"):
            archive.writestr(name, b"x")
    restore(file, tmp_path / "a" / "new")
    assert not list(tmp_path.rglob("*outside*"))
    assert not list(tmp_path.rglob("extra"))


@pytest.mark.parametrize("harm", ["log lost", "database cut", "database lost"])
def test_a_home_that_has_lost_something_is_put_back(home, store, backup_of_three, harm):
    fill(store)
    store.add_battle(make_battle("more"))
    store.close()
    database = home / "arena.duckdb"
    if harm == "database lost":
        database.unlink()
    else:
        database.write_bytes(database.read_bytes()[: 12288 if harm == "log lost" else 20000])
    with pytest.raises(StoreError, match="arena restore FILE --replace"):
        Store.open(home, RULE)
    restore(backup_of_three, home, replace=True)
    with Store.open(home, RULE) as restored:
        assert restored.vote_of("1") is not None


def restore_and_die(home: Path, backup: Path, name: str) -> None:
    """Restore in a process that is killed before the first file whose path ends so is put into its place, or deleted."""

    def kill(event: str, arguments: tuple[object, ...]) -> None:
        path = {"os.rename": 1, "os.remove": 0}.get(event)
        if path is not None and str(arguments[path]).endswith(name):
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(kill)
    restore(backup, home, replace=True)


@pytest.mark.parametrize(
    ("name", "then"),
    [
        (".webp", "the older home"),
        ("arena.duckdb.wal", "the older home"),
        ("arena.duckdb", "5 of 5 battles are missing"),
        ("acknowledged", "2 of 5 battles are missing"),
    ],
)
def test_a_kill_during_a_restore_leaves_no_home_that_lies(home, backup_of_three, name, then):
    with Store.open(home, RULE) as store:
        furnish(store)
        connection_of(store).execute("CHECKPOINT arena")
        for number in range(5):
            store.add_battle(make_battle(f"older-{number}"))
        copy = copy_home(home, home.with_name("killed"))
    with forked(restore_and_die, copy, backup_of_three, name) as process:
        process.join(PATIENCE)
        assert process.exitcode == -signal.SIGKILL
    if then == "the older home":
        with Store.open(copy, RULE) as store:
            assert store.battle("older-4") is not None
    else:
        with pytest.raises(StoreError, match=then):
            Store.open(copy, RULE)
    restore(backup_of_three, copy, replace=True)
    with Store.open(copy, RULE) as store:
        assert store.vote_of("1") is not None
        assert store.battle("older-4") is None


REFUSED = 7
"""Exit code of a process whose restore was refused."""


def restore_on_a_full_disk(home: Path, backup: Path, room: int) -> None:
    """Restore where no file may grow beyond so many bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        restore(backup, home, replace=True)
    except StoreError:
        sys.exit(REFUSED)


@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_a_restore_on_a_full_disk_is_refused_and_leaves_the_older_home(home, store, backup_of_three, share):
    store.add_battle(make_battle("older"))
    store.close()
    with zipfile.ZipFile(backup_of_three) as archive:
        needed = archive.getinfo("arena.duckdb").file_size
    with forked(restore_on_a_full_disk, home, backup_of_three, int(share * needed)) as process:
        assert exit_code(process) == REFUSED
    with Store.open(home, RULE) as opened:
        assert opened.battle("older") is not None
    restore(backup_of_three, home, replace=True)
    with Store.open(home, RULE) as opened:
        assert opened.vote_of("1") is not None
