"""`arena rebuild` and `arena pairs drop` on a home that no process holds."""

from datetime import timedelta

import pytest
from store_insides import connection_of

from arena.battles.scoring import ELO_RULE
from arena.cli import main
from arena.contestants import Contestant
from arena.generators.scenes import draw_pair
from arena.store import BattleRecord, Store, now, rebuild

SEATS = [Contestant(f"organisation/{name}", "0" * 40, "test") for name in "ab"]


@pytest.fixture
def home(tmp_path):
    """A battle on a pair that was drawn for it, 40 days ago."""
    pair, moment = draw_pair("stove", 5), now() - timedelta(days=40)
    with Store.open(tmp_path / "home", ELO_RULE) as store:
        store.add_pairs([pair], drawn_at=moment)
        store.add_contestants(SEATS)
        store.add_battle(BattleRecord("x", pair.id, (SEATS[0].id, SEATS[1].id), 1.0, "autoplay", "tie", "3", (), moment))
    return tmp_path / "home"


@pytest.fixture
def run(home, capsys):
    """Run a command; gives its exit code, and the last line of what it said beside its output."""

    def run(*arguments, home=home):
        code = main(["--home", str(home), *arguments])
        return code, capsys.readouterr().err.splitlines()[-1]

    return run


def test_a_rebuild_says_whether_the_numbers_were_right(home, run):
    assert run("rebuild") == (0, "arena: counts and ratings of 1 battles are made anew; all of it was right before, too")
    with Store.open(home, ELO_RULE) as store:
        connection_of(store).execute("UPDATE arena.standings SET battles = 7")
    assert run("rebuild")[1].endswith("made anew; standings held something else before")
    with Store.open(home, ELO_RULE) as store:
        assert set(store.battle_counts().values()) == {1}


def test_a_rebuild_goes_on_with_one_that_was_stopped(home, run):
    with Store.open(home, ELO_RULE) as store:
        rebuild.begin(connection_of(store), ELO_RULE)
    assert run("rebuild") == (0, "arena: counts and ratings of 1 battles are made anew; they were not whole before")
    assert run("rebuild")[1].endswith("all of it was right before, too")


@pytest.mark.parametrize("days", ["0", "x", "36501", "9" * 30])
def test_days_that_never_were_are_refused(run, capsys, days):
    with pytest.raises(SystemExit):
        run("pairs", "drop", "--days", days)
    assert f"'{days}' is" in capsys.readouterr().err


@pytest.mark.parametrize(("days", "pictures"), [((), 2), (("--days", "41"), 0)])
def test_old_drawings_are_dropped(run, days, pictures):
    code, said = run("pairs", "drop", *days)
    assert code == 0
    assert said.startswith(f"arena: {pictures} pictures older than {days[-1] if days else 30} days are dropped (")


@pytest.mark.parametrize("command", [("rebuild",), ("pairs", "drop")])
def test_where_there_is_no_arena_none_is_made(tmp_path, run, command):
    nowhere = tmp_path / "nowhere"
    code, said = run(*command, home=nowhere)
    assert (code, said) == (1, f"arena: {nowhere} is no home of an arena; set ARENA_HOME or give --home")
    assert not nowhere.exists()
