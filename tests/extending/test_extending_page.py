"""What docs/extending.md shows is run as it stands there, as a package outside the repository."""

import hashlib
import json
import os
import subprocess
import sys

import pytest
from plugged import install_page, page_files

from arena.cli import main
from arena.store import Store

CODE = {name: content for name, content in page_files().items() if name.endswith(".py")}


@pytest.fixture
def suite_file(tmp_path):
    """The suite of the page as a file, outside any package."""
    file = tmp_path / "squares.py"
    file.write_text(CODE["arena_shapes/squares.py"])
    return file


@pytest.mark.parametrize("name", CODE)
def test_each_part_is_short(name):
    assert 20 <= CODE[name].count("\n") <= 60


def test_an_installed_package_is_evaluated_and_reported(site, tmp_path, capsys):
    install_page(site)
    home = str(tmp_path / "home")
    models = ["--model", "palette:mean", "--model", "palette:centre"]
    command = ["--home", home, "evaluate", *models, "--suite", "squares", "--suite", "swatches"]
    path = os.pathsep.join(filter(None, (str(site), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": path}
    arena = [sys.executable, "-m", "arena", *command]
    done = subprocess.run(arena, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    for suite, metric in (("squares", "group_score"), ("swatches", "accuracy")):
        assert main(["--home", home, "report", "--suite", suite, "--format", "json"]) == 0
        rows = [row for row in json.loads(capsys.readouterr().out) if row["metric"] == metric and not row["slice"]]
        assert {row["model"]: row["value"] for row in rows} == {"palette/mean": 1.0, "palette/centre": 1.0}


def test_models_of_a_backend_play_battles(site, tmp_path, capsys, monkeypatch):
    install_page(site)
    monkeypatch.setenv("ARENA_STARTER_MODELS", "0")
    monkeypatch.setenv("ARENA_MODELS", "palette:mean,palette:centre")
    home = str(tmp_path / "home")
    assert main(["--home", home, "battle", "--count", "2"]) == 0
    capsys.readouterr()
    assert main(["--home", home, "leaderboard", "--json"]) == 0
    assert {row["model"]: row["battles"] for row in json.loads(capsys.readouterr().out)} == {
        "palette/mean": 2,
        "palette/centre": 2,
    }


def test_a_file_is_a_suite_whose_editions_begin_with_its_hash(site, suite_file, tmp_path, capsys):
    install_page(site)
    (site / "arena_shapes-1.0.dist-info" / "entry_points.txt").write_text(
        "[arena.models]\npalette = arena_shapes.palette:entry\n"
    )
    home = tmp_path / "home"

    def run(command, *more):
        return main(["--home", str(home), command, "--suite", str(suite_file), *more])

    def editions():
        with Store.open(home) as store:
            return [one.edition for one in store.evaluations.evaluated()]

    assert run("evaluate", "--model", "palette:mean") == 0
    assert f"arena report --suite {suite_file}" in capsys.readouterr().err
    assert run("report", "--model", "palette:mean") == 0
    hashed = hashlib.sha256(suite_file.read_bytes()).hexdigest()[:12]
    assert [edition.partition("-")[0] for edition in editions()] == [hashed]

    suite_file.write_text(suite_file.read_text().replace("pair_metrics.CHOICES", "pair_metrics.CHOICES[:1]"))
    assert run("report") == 1
    assert f"run: arena evaluate --model all --suite {suite_file}" in capsys.readouterr().err
    assert run("evaluate", "--model", "palette:mean") == 0
    capsys.readouterr()
    assert run("report", "--format", "json") == 0
    assert len({row["metric"] for row in json.loads(capsys.readouterr().out)}) == 1
    assert len({edition.partition("-")[2] for edition in editions()}) == 1


def test_what_the_page_shows_is_listed_and_described(site, capsys):
    install_page(site)
    assert main(["suites", "list"]) == 0
    listed = {line.split()[0] for line in capsys.readouterr().out.splitlines()}
    assert {"starter", "squares", "swatches"} <= listed
    assert main(["suites", "show", "swatches"]) == 0
    assert "colour_name" in capsys.readouterr().out
    assert main(["models", "check", "palette:mean"]) == 0
    assert "palette/mean" in capsys.readouterr().out
