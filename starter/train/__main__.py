"""Train the starter models, score them on the frozen suite, and write their cards.

Examples:
    python -m starter.train all                          everything, in order
    python -m starter.train clip-mini llava-mini         these two
    python -m starter.train clip-mini --cards-only       score what is there and write its card
"""

import argparse
from pathlib import Path

from arena.resources import resource
from arena.starter.train.cards import write_card
from arena.starter.train.recipe import ORGANISATION, RECIPES, SHIPPED, train
from arena.suites.starter import starter_pairs

MODELS = resource("starter/models") / ORGANISATION


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m starter.train", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    choices = ["all", *RECIPES]
    parser.add_argument("names", nargs="+", choices=choices, metavar="NAME", help=", ".join(choices))
    parser.add_argument("--models", type=Path, default=MODELS, help="where models are saved (default: %(default)s)")
    parser.add_argument("--cards-only", action="store_true", help="train nothing")
    arguments = parser.parse_args()
    names = [name for name in RECIPES if name in arguments.names or "all" in arguments.names]
    pairs = starter_pairs()
    for name in names:
        if not arguments.cards_only:
            train(name, arguments.models)
        if name in SHIPPED:
            write_card(name, arguments.models, pairs)


if __name__ == "__main__":
    main()
