"""A copy of the repository without the links in `arena/`, as a ZIP or an upload to the Hub leaves it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINKS = ("docs", "generators", "starter")
USE = """
from arena.generators.scenes.catalogue import FAMILIES
from arena.resources import resource

print(len(FAMILIES) > 20, *(resource(path).exists() for path in ("docs/method.md", "starter/models", "ui/look")))
"""


@pytest.mark.parametrize("left", ["nothing", "text"])
def test_what_the_links_point_to_is_found_beside_them(tmp_path, left):
    (tmp_path / "arena").mkdir()
    for child in (ROOT / "arena").iterdir():
        if child.name not in LINKS:
            (tmp_path / "arena" / child.name).symlink_to(child)
    for name in LINKS:
        (tmp_path / name).symlink_to(ROOT / name)
        if left == "text":  # what git writes where a system has no links
            (tmp_path / "arena" / name).write_text(f"../{name}")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    said = subprocess.run([sys.executable, "-c", USE], cwd="/", env=environment, capture_output=True, text=True, check=False)
    assert (said.stdout, said.returncode) == ("True True True True\n", 0), said.stderr
