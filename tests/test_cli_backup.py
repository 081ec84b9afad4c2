"""`arena backup` and `arena restore`, as people type them, and what a start says of a loss."""

import re
import shutil

import pytest
from processes import FEW_MODELS, exit_code, wait_until
from processes import arena as arena_process
from store_insides import connection_of

from arena.battles.scoring import ELO_RULE
from arena.cli import main
from arena.contestants import Contestant
from arena.store import Store

PLAYED = re.compile(r"battle (\S+): number \d+")


@pytest.fixture
def home(tmp_path):
    with Store.open(tmp_path / "home", ELO_RULE) as store:
        store.add_contestants([Contestant("people/model", "0" * 40, "test")])
    return tmp_path / "home"


@pytest.fixture
def run(capsys):
    """Run a command; gives its exit code and what it said beside its output."""

    def run(home, *arguments):
        code = main(["--home", str(home), *map(str, arguments)])
        return code, capsys.readouterr().err

    return run


@pytest.mark.long
def test_a_backup_beside_a_process_at_work_outlives_its_home(tmp_path, run):
    home, file = tmp_path / "home", tmp_path / "backup.zip"
    log = home / "logs" / "arena.log"

    def played():
        return PLAYED.findall(log.read_text()) if log.exists() else []

    command, terminal = ("battle", "--count", "500", "--source", "starter"), tmp_path / "terminal"
    with arena_process(*command, home=home, output=terminal, environment=FEW_MODELS) as process:
        wait_until(lambda: len(played()) >= 3, process)
        before = played()
        code, said = run(home, "backup", file)
        assert code == 0, said
        held = len(played())
        wait_until(lambda: len(played()) > held, process)
        shutil.rmtree(home)
        assert exit_code(process) == 1, "it acknowledged nothing in a home that is gone"
    assert re.search(rf"arena: {home}/arena.duckdb\S* was deleted, moved or replaced", terminal.read_text())
    assert re.fullmatch(r"arena: \S+ holds .*\d+ battles, .*pictures \([\d.]+ MB\)\n", said)
    code, said = run(tmp_path / "new", "restore", file)
    assert code == 0, said
    assert re.search(r"holds .*\d+ battles, .*pictures again$", said.strip())
    with Store.open(tmp_path / "new") as store:
        assert all(store.battle(battle) for battle in before)


def test_a_backup_of_a_home_at_rest_is_made_by_the_command_itself(home, tmp_path, run):
    file = tmp_path / "backup.zip"
    assert run(home, "backup", file)[0] == 0
    assert run(tmp_path / "new", "restore", file)[0] == 0
    with Store.open(tmp_path / "new") as store:
        assert [contestant.repository for contestant in store.contestants().values()] == ["people/model"]


@pytest.mark.parametrize("replace", [[], ["--replace"]])
def test_a_folder_is_no_backup_and_stays(home, tmp_path, run, replace):
    (tmp_path / "backups").mkdir()
    code, said = run(home, "backup", tmp_path / "backups", *replace)
    assert (code, said) == (1, f"arena: {tmp_path / 'backups'} is a folder; name a file in it\n")
    assert list((tmp_path / "backups").iterdir()) == []


def test_nothing_is_overwritten_unless_told(home, tmp_path, run):
    file = tmp_path / "backup.zip"
    file.write_text("dear to somebody")
    code, said = run(home, "backup", file)
    assert (code, said) == (1, f"arena: {file} exists; choose another name, or add --replace to lose it\n")
    assert run(home, "backup", file, "--replace")[0] == 0
    code, said = run(home, "restore", file)
    assert (code, "add --replace" in said) == (1, True)
    assert run(home, "restore", file, "--replace")[0] == 0


def test_what_cannot_be_backed_up_is_one_line(home, tmp_path, run):
    for source, file, named in (
        (tmp_path / "missing", tmp_path / "x.zip", tmp_path / "missing"),
        (tmp_path, tmp_path / "x.zip", tmp_path),
        (home, tmp_path / "missing" / "x.zip", tmp_path / "missing"),
    ):
        code, said = run(source, "backup", file)
        assert (code, said.count("\n")) == (1, 1)
        assert str(named) in said
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_a_loss_ends_every_command_until_it_is_accepted(home, run, monkeypatch):
    with Store.open(home, ELO_RULE) as store:
        connection_of(store).execute(  # the quickest way to something that is counted
            "INSERT INTO arena.votes SELECT 'battle', 'visitor', 'a', now() FROM range(3)"
        )
    Store.open(home, ELO_RULE).close()
    (home / "arena.duckdb").unlink()
    for command in ("leaderboard", "pairs list", "backup x.zip"):
        code, said = run(home, *command.split())
        assert code == 1
        assert said.count("\n") == 1
        assert "has lost what was acknowledged: 3 of 3 votes are missing" in said
    monkeypatch.setenv("ARENA_ACCEPT_LOSS", "3")
    assert run(home, "leaderboard")[0] == 0
    monkeypatch.delenv("ARENA_ACCEPT_LOSS")
    assert run(home, "leaderboard")[0] == 0
