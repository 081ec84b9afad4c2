"""The arrows between the rooms of docs/architecture.md point down, and what points up is noticed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT = Path(sys.executable).with_name("lint-imports")
PICTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("```mermaid")[2].partition("```")[0]


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """The code of the arena where it may be changed."""
    folder = tmp_path_factory.mktemp("copied")
    shutil.copytree(ROOT / "arena", folder / "arena", ignore=_all_but_code)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def _all_but_code(folder, names):
    return [name for name in names if name == "docs" or not (name.endswith(".py") or (Path(folder) / name).is_dir())]


def linted(folder):
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run([LINT, "--no-cache"], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_all_arrows_point_down(copied):
    code, told = linted(copied)
    assert code == 0, told


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("arena/ratings/elo.py", "from arena.battles import Arena"),
        ("arena/generators/editors.py", "from arena.suites import SUITES"),
        ("arena/ui/parts.py", "import torch"),
        ("arena/battles/board.py", "import duckdb"),
        ("arena/tasks/folding.py", "import huggingface_hub"),
        ("arena/newcomer.py", "from arena.ui import app"),
    ],
)
def test_a_planted_arrow_is_noticed(copied, module, line):
    file = copied / module
    before = file.read_text() if file.exists() else None
    file.write_text(f"{line}\n{before or ''}")
    code, told = linted(copied)
    if before is None:
        file.unlink()
    else:
        file.write_text(before)
    assert code == 1
    assert "BROKEN" in told or "newcomer" in told


def drawn_arrows():
    """Every arrow of the picture as a pair of rooms."""
    for line in PICTURE.splitlines():
        ends = [re.findall(r"(\w+)(?:[\[(]+\"[^\"]*\"[\])]+)?", end) for end in line.split("-->")]
        yield from ((above, below) for above in ends[0] for below in ends[-1] if len(ends) == 2)


@pytest.mark.parametrize("arrow", tuple(drawn_arrows()), ids=" to ".join)
def test_each_arrow_of_the_picture_is_an_import(arrow):
    above, below = arrow
    room = ROOT / "arena" / above
    files = room.rglob("*.py") if room.is_dir() else [room.with_suffix(".py")]
    imports = re.compile(rf"^\s*from arena\.{below}\b", re.MULTILINE)
    assert any(imports.search(file.read_text(encoding="utf-8")) for file in files)


def test_the_picture_draws_every_room():
    rooms = {path.parent.name for path in (ROOT / "arena").glob("*/__init__.py")} | {"generators"}
    assert rooms - {"starter"} <= {room for arrow in drawn_arrows() for room in arrow}
