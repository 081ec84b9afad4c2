"""Train the starter models, score them on the frozen suite, and write their cards.

Examples:
    python -m starter.train all                      everything, in order
    python -m starter.train clip-mini llava-mini     these two
    python -m starter.train cards                    score what is there and write the cards
"""

import argparse
from pathlib import Path

from starter.train import cards
from starter.train.recipe import ORGANISATION, RECIPES, train

MODELS = Path(__file__).parents[1] / "models" / ORGANISATION


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m starter.train", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    choices = ["all", "cards", *RECIPES]
    parser.add_argument("what", nargs="+", choices=choices, metavar="WHAT", help=", ".join(choices))
    parser.add_argument("--models", type=Path, default=MODELS, help="where models are saved (default: %(default)s)")
    arguments = parser.parse_args()
    everything = "all" in arguments.what
    for name in RECIPES:
        if everything or name in arguments.what:
            train(name, arguments.models)
    if everything or "cards" in arguments.what:
        cards.write_all(arguments.models)


if __name__ == "__main__":
    main()
