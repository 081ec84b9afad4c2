"""The command line: what it prints, and one line on standard error when it cannot."""

import io
import json
import math
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout

import processes
import pytest
from processes import FEW_MODELS, STARTERS
from safetensors.torch import load_file, save_file
from unhindered import unhindered

from arena import method
from arena.battles.scoring import ELO_RULE
from arena.cli import main
from arena.contestants import Contestant
from arena.generators.scenes import draw_pair
from arena.probes import Outcome
from arena.store import SEATS, BattleRecord, OutcomeRecord, Store

__all__ = ["unhindered"]

BATTLES = 12


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """A home in which few models played battles; the exit code, and what was printed on standard output and error."""
    home, out, err = tmp_path_factory.mktemp("played"), io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name, value in FEW_MODELS.items():
            patch.setenv(name, value)
        code = main(["--home", str(home), "battle", "--count", str(BATTLES), "--source", "starter"])
    return home, code, out.getvalue(), err.getvalue()


def test_battles_are_counted_by_their_result_with_progress_beside(played):
    _, code, out, err = played
    assert code == 0, err
    assert sum(int(line.split()[0]) for line in out.splitlines()) == BATTLES
    assert "Battles" in err


def test_the_board_as_json_is_a_list_of_objects(played, capsys):
    home, *_ = played
    assert main(["--home", str(home), "leaderboard", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert sum(row["battles"] for row in rows) == 2 * BATTLES
    for row in rows:
        assert {"model", "rank", "rating", "low", "high", "battles", "solved"} <= row.keys()
        assert row["model"].startswith("drawn-world/")


def test_the_board_as_a_table_names_every_contestant_that_played(played, capsys):
    home, *_ = played
    assert main(["--home", str(home), "leaderboard", "--domain", "safety"]) == 0
    table = capsys.readouterr().out
    with Store.open(home) as store:
        for contestant in store.contestants().values():
            if store.tallies("safety").get(contestant.id):
                assert contestant.name in table.replace("\n", "")


def test_an_empty_board_says_what_to_do(tmp_path, capsys):
    assert main(["--home", str(tmp_path), "leaderboard"]) == 0
    assert "arena battle" in capsys.readouterr().out


@pytest.fixture(scope="module")
def played_fresh(tmp_path_factory):
    """A home in which one contestant solved a frozen and a fresh pair of tea, and the other neither."""
    home = tmp_path_factory.mktemp("played-fresh")
    seats = [Contestant(f"people/{name}", "0" * 40, "test") for name in ("right", "wrong")]
    pairs = [draw_pair("tea", 5, size=64, source="starter"), draw_pair("tea", 10_000_001, size=64, source="fresh")]
    solved = zip(SEATS, (Outcome.CORRECT, Outcome.WRONG), strict=True)
    outcomes = tuple(OutcomeRecord(seat, "verification", "image 1", "key", outcome, "yes") for seat, outcome in solved)
    with Store.open(home, ELO_RULE) as store:
        store.add_contestants(seats)
        store.add_pairs(pairs)
        for pair in pairs:
            ids = (seats[0].id, seats[1].id)
            store.add_battle(BattleRecord(f"on {pair.id}", pair.id, ids, 1.0, "command", "a", method.VERSION, outcomes))
    return home


def test_fresh_beside_frozen_as_json_and_as_a_table(played_fresh, capsys):
    command = ["--home", str(played_fresh), "leaderboard", "--fresh-since"]
    assert main([*command, "2026-01-01", "--json"]) == 0
    rows = {row["model"]: row for row in json.loads(capsys.readouterr().out)}
    assert [rows["people/right"][pool]["solved"]["value"] for pool in ("frozen", "fresh")] == [1, 1]
    assert rows["people/wrong"]["gap"] == {"value": 0, "low": None, "high": None}
    assert rows["people/wrong"]["fresh"]["why_not_ranked"] == "has not won yet"
    assert main(command) == 0
    table = capsys.readouterr().out
    assert all(model in table for model in rows)
    assert "100% of 1" in table


def test_fresh_beside_frozen_says_what_to_do_where_there_is_nothing_fresh(played_fresh, capsys):
    assert main(["--home", str(played_fresh), "leaderboard", "--fresh-since", "2999-01-01"]) == 0
    assert "arena battle --source fresh" in capsys.readouterr().out


def test_models_are_listed_as_json(tmp_path, capsys):
    assert main(["--home", str(tmp_path), "models", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {"generative", "contrastive"} == {model["kind"] for model in listed}
    assert all(len(model["revision"]) == 40 for model in listed)


def test_help_has_examples_and_needs_no_torch():
    shown = subprocess.run([sys.executable, "-m", "arena", "--help"], capture_output=True, text=True, check=False, timeout=300)
    assert shown.returncode == 0
    assert "arena battle --count 200" in shown.stdout
    imported = subprocess.run(
        [sys.executable, "-c", "import sys, arena.cli; print({'torch', 'gradio', 'transformers'} & set(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert imported.stdout.strip() == "set()"


def test_an_empty_board_names_the_home_that_it_looked_into(capsys, tmp_path):
    assert main(["--home", str(tmp_path / "mistyped"), "leaderboard"]) == 0
    assert str(tmp_path / "mistyped") in capsys.readouterr().out.replace("\n", "")


def test_a_mistyped_setting_of_the_server_is_told_before_anything_large_is_imported(tmp_path):
    program = """
import sys
from arena.cli import main
for wrong in (["--port", "99999"], ["--port", "abc"], ["--root-path", "a b"], ["--host", "192.0.2.1"]):
    assert main(["serve", *wrong]) == 1
print({"torch", "gradio", "transformers"} & set(sys.modules))
"""
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=300)
    assert ended.stdout.strip() == "set()"
    assert [line.split(":")[:2] for line in ended.stderr.splitlines()] == [
        ["arena", " --port"],
        ["arena", " --port"],
        ["arena", " --root-path"],
        ["arena", " port 7860 of 192.0.2.1"],
    ]


def test_a_port_that_is_taken_is_one_line_for_people_and_an_object_for_programs(tmp_path, capsys, monkeypatch):
    before = signal.getsignal(signal.SIGTERM)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        serve = ["--home", str(tmp_path / "home"), "serve", "--port", str(taken.getsockname()[1])]
        codes = [main(serve)]
        monkeypatch.setenv("ARENA_LOG", "json")
        codes.append(main(serve))
    signal.signal(signal.SIGTERM, before)
    line, told = capsys.readouterr().err.splitlines()
    assert codes == [1, 1]
    assert line.endswith("cannot be opened (Address already in use); choose another with --port or --host")
    assert f"arena: {json.loads(told)['message']}" == line
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        (["models", "check", "/nowhere"], {}, "/nowhere: no such folder"),
        (["battle", "--category", "space"], FEW_MODELS, "category: there is no 'space'"),
        (["battle", "--source", "space"], FEW_MODELS, "source: there is no 'space'"),
        (["battle"], {"ARENA_STARTER_MODELS": "0"}, "fewer than two models take part"),
        (["leaderboard"], {"ARENA_PORT": "many"}, "ARENA_PORT: 'many' is no port"),
        (["leaderboard", "--fresh-since", "1. 3. 2026"], {}, "--fresh-since: '1. 3. 2026' is no day; write it as 2026-03-01"),
        (["serve", "--port", "99999"], {}, "--port: '99999' is no port"),
        (["battle"], {"ARENA_AUTOPLAY": "perhaps"}, "ARENA_AUTOPLAY"),
    ],
)
def test_what_cannot_be_done_is_one_line(played, capsys, monkeypatch, arguments, environment, says):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(["--home", str(played[0]), *arguments]) == 1
    error = capsys.readouterr().err
    assert error.startswith("arena: ")
    assert says in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        *(["battle", "--count", count] for count in ("0", "x", str(10**9 + 1), "9" * 20, "9" * 5000)),
        ["battle", "--domain", "space"],
        ["dance"],
        [],
    ],
)
def test_wrong_usage_exits_with_two_and_no_traceback(capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: arena")


ENDING = """
import threading, torch
from arena.cli import run
started = threading.Event()
def load():
    layer, inputs = torch.nn.Linear(64, 64), torch.ones(64, 64)
    while True:
        layer(inputs)
        started.set()
threading.Thread(target=load, daemon=True).start()
started.wait()
run(["suites", "list"])
"""


def test_a_command_ends_with_its_own_exit_code_while_a_model_is_still_loading():
    done = subprocess.run([sys.executable, "-c", ENDING], capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    assert "starter" in done.stdout


def test_a_command_works_beside_a_process_that_holds_the_home(tmp_path):
    home, said = tmp_path / "home", tmp_path / "terminal.txt"
    with Store.open(home, ELO_RULE) as store:
        with processes.arena("leaderboard", home=home, output=said) as process:
            assert processes.exit_code(process) == 0
        assert store.settled() == 0, "it goes on"
    assert "arena: " not in said.read_text()


@pytest.mark.parametrize("arguments", [["models", "list"], ["leaderboard"], ["battle"]])
def test_a_home_that_is_no_folder_is_told_in_one_line(tmp_path, capsys, arguments):
    home = tmp_path / "file"
    home.write_text("not a folder")
    assert main(["--home", str(home), *arguments]) == 1
    error = capsys.readouterr().err
    assert str(home) in error
    assert len(error.splitlines()) == 1


def test_a_damaged_database_is_told_in_one_line_and_left_alone(tmp_path, capsys):
    database = tmp_path / "arena.duckdb"
    database.write_bytes(b"this is no database" * 1000)
    assert main(["--home", str(tmp_path), "leaderboard"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert database.read_bytes() == b"this is no database" * 1000


@pytest.mark.usefixtures("unhindered")
def test_who_cannot_enter_and_who_cannot_be_loaded_are_left_out_with_a_line_each_and_the_others_play(
    tmp_path, capsys, monkeypatch
):
    broken = tmp_path / "models" / "broken"
    broken.mkdir(parents=True)
    (broken / "config.json").write_text("{")
    nan = shutil.copytree(STARTERS / "llava-mini", tmp_path / "people" / "nan")
    weights = load_file(nan / "model.safetensors")
    next(iter(weights.values())).fill_(math.nan)
    save_file(weights, nan / "model.safetensors", {"format": "pt"})
    monkeypatch.setenv("ARENA_STARTER_MODELS", "0")
    monkeypatch.setenv("ARENA_MODELS", f"{broken},{nan},{STARTERS / 'clip-mini'},{STARTERS / 'clip-small'}")
    assert main(["--home", str(tmp_path / "home"), "battle", "--source", "starter"]) == 0
    error = capsys.readouterr().err
    told = [line for line in error.splitlines() if line.startswith("arena: left out: ")]
    assert len(told) == 2
    assert told[0].startswith(f"arena: left out: {broken}: config.json is not readable JSON")
    assert told[1].startswith("arena: left out: people/nan: model.safetensors: tensor ")
    assert "holds NaN" in told[1]
    assert "Traceback" not in error


def test_a_model_that_cannot_enter_is_told_in_one_line_beside_the_list_of_the_others(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("ARENA_STARTER_MODELS", "0")
    monkeypatch.setenv("ARENA_MODELS", "/nowhere")
    assert main(["--home", str(tmp_path), "models", "list", "--json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out) == []
    assert told.err == "arena: left out: /nowhere: no such folder; give a folder, or organisation/name@commit on the Hub\n"


def test_where_no_model_can_be_loaded_the_reason_stands_before_the_refusal(played, capsys, monkeypatch):
    monkeypatch.setenv("ARENA_MEMORY", "0.0001")
    assert main(["--home", str(played[0]), "battle"]) == 1
    *reasons, refusal = capsys.readouterr().err.splitlines()
    assert len(reasons) >= 6
    assert all("plays no battle: it takes " in line and "raise ARENA_MEMORY" in line for line in reasons)
    assert refusal.endswith("fewer than two models can be asked right now; try again in a minute, or add one with ARENA_MODELS")
