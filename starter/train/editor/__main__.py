"""Train the editor that ships, put its edits to the gate, and write its card.

Examples:
    python -m starter.train.editor                 everything: draw, train, judge
    python -m starter.train.editor --card-only     judge what is there and write its card
"""

import argparse
from pathlib import Path

from arena.resources import resource
from arena.starter.train.editor.card import write_card
from arena.starter.train.editor.recipe import train

FOLDER = resource("starter/editors/drawn-world/pix2pix-mini")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m starter.train.editor", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the pipeline is saved (default: %(default)s)")
    parser.add_argument("--card-only", action="store_true", help="train nothing")
    arguments = parser.parse_args()
    if not arguments.card_only:
        train(arguments.folder)
    write_card(arguments.folder)


if __name__ == "__main__":
    main()
