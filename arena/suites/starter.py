"""The suite that ships with the arena: scenes drawn from reserved seeds."""

from pathlib import Path

from arena.pairs import MinimalPair
from arena.suites.imagefolder import read_imagefolder

FOLDER = Path(__file__).parents[2] / "starter" / "suite"
NAME = "starter"


def starter_pairs() -> list[MinimalPair]:
    """The 240 pairs of the starter suite, ten a family.

    Their images are decoded when they are first looked at: the hashes that ship with them are checked by the tests.

    Raises:
        SuiteError: the folder is missing or damaged.
    """
    return read_imagefolder(FOLDER, NAME, trust_digests=True)
