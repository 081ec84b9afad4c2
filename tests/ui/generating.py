"""A home with pairs that the command line made, once for all tests of a run: whoever changes it works on a copy."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from serving import ROOT, environment

from arena.generators.proposals import SCENE_SEEDS
from arena.store import Store

COUNT = 50


@dataclass(frozen=True)
class Made:
    """One pair that the command line made of a scene."""

    id: str
    scene: int
    """Number of the scene."""
    seed: int
    passed: bool
    pictures: tuple[str, str]
    """Digests of both sides."""
    unsafe: bool
    """Whether one side is."""


@dataclass(frozen=True)
class Generated:
    """What came of the command."""

    home: Path
    said: str
    """What it wrote to its terminal."""
    pairs: tuple[Made, ...]

    @property
    def passed(self) -> tuple[Made, ...]:
        """Those that wait for review, the oldest first."""
        return tuple(pair for pair in self.pairs if pair.passed)


def generate_once(folder: Path) -> Generated:
    """The home in `folder`, made by whichever process of the run comes first."""
    home, told = folder / "generated-home", folder / "generated.json"
    with FileLock(folder / "generated.lock"):
        if not told.exists():
            said = _generate(home)
            told.write_text(json.dumps({"said": said, "pairs": [vars(made) for made in _made(home)]}))
    content = json.loads(told.read_text())
    pairs = tuple(Made(**{**pair, "pictures": tuple(pair["pictures"])}) for pair in content["pairs"])
    return Generated(home, content["said"], pairs)


def _generate(home: Path) -> str:
    command = [sys.executable, "-m", "arena", "--home", str(home), "generate", "--source", "starter", "--count", str(COUNT)]
    settings = environment() | {"COLUMNS": "120"}
    done = subprocess.run(command, check=False, cwd=ROOT, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _made(home: Path) -> list[Made]:
    with Store.open(home) as store:
        made: list[Made] = []
        for record in (standing.record for standing in store.generations.standings()):
            pair = store.pair(record.pair_id or "")
            assert pair is not None
            scene = int(record.asked["origin"]["scene_seed"]) - SCENE_SEEDS.start
            first, second = pair.sides
            pictures, unsafe = (first.picture.digest, second.picture.digest), "unsafe" in (first.label, second.label)
            made.append(Made(record.id, scene, record.asked["seed"], record.passed, pictures, unsafe))
        return made
