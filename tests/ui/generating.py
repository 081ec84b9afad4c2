"""A home with pairs that the command line made, once for all tests of a run: whoever changes it works on a copy."""

import json
from dataclasses import dataclass
from pathlib import Path

from processes import arena, exit_code

from arena.generators.proposals import SCENE_SEEDS
from arena.store import Store

COUNT = 14
"""As many as ten that pass need, with one that shows something unsafe."""
WITHIN = 900
"""Seconds that it may take on a busy machine; a free one needs ten."""


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


def generate(folder: Path) -> None:
    """Make pairs in a home in this folder, and note what was made."""
    home, said = folder / "home", folder / "terminal.txt"
    # In a process that has imported diffusers already: it would take this one five seconds.
    with arena("generate", "--source", "starter", "--count", str(COUNT), home=home, output=said) as process:
        assert exit_code(process, within=WITHIN) == 0, said.read_text()
    content = {"said": said.read_text(), "pairs": [vars(made) for made in _made(home)]}
    (folder / "generated.json").write_text(json.dumps(content))


def generated_in(folder: Path) -> Generated:
    """What `generate` made there."""
    content = json.loads((folder / "generated.json").read_text())
    pairs = tuple(Made(**{**pair, "pictures": tuple(pair["pictures"])}) for pair in content["pairs"])
    return Generated(folder / "home", content["said"], pairs)


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
